/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: pyrog-test-client URI [SERIALIZER]
 *
 * Calls echo("hello") with a deadline of three seconds for everything, prints "RESULT hello" and
 * exits with 0 if and only if that came back. */

#include <pyrog.h>

#define DEADLINE 3 /* seconds */

static gboolean
choose_serializer (PyrogProxy *proxy, const char *name, GError **error)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);
  GEnumValue *value = g_enum_get_value_by_nick (class, name);

  if (value != NULL)
    pyrog_proxy_set_serializer (proxy, value->value);
  else
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "There is no serializer ‘%s’", name);
  return value != NULL;
}

static gboolean
call (const char *uri, const char *serializer, GError **error)
{
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (uri, NULL, error);

  if (proxy == NULL || (serializer != NULL && !choose_serializer (proxy, serializer, error)))
    return FALSE;
  pyrog_proxy_set_timeout (proxy, DEADLINE);
  g_autoptr (GVariant) result
      = pyrog_proxy_call_sync (proxy, "echo", g_variant_new ("(s)", "hello"), "s", NULL, error);
  if (result == NULL)
    return FALSE;
  if (g_strcmp0 (g_variant_get_string (result, NULL), "hello") == 0)
    return TRUE;
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_FAILED, "Something else came back");
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc < 2 || argc > 3)
    {
      g_printerr ("Usage: %s URI [SERIALIZER]\n", argv[0]);
      return 2;
    }
  if (!call (argv[1], argv[2], &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("RESULT hello\n");
  return 0;
}
