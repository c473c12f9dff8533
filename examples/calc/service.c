/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* A service with one object, example.calc: a method with a signature, one that fails, one that
 * answers later, and an attribute. */

#include <pyrog.h>

static gint64 memory;

static void
add (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  gint64 a, b;

  g_variant_get (args, "(xx)", &a, &b);
  pyrog_invocation_return_value (invocation, g_variant_new_int64 (a + b));
}

static void
divide (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  double a, b;

  g_variant_get (args, "(dd)", &a, &b);
  if (b == 0)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_ZERO_DIVISION_ERROR, "division by zero");
  else
    pyrog_invocation_return_value (invocation, g_variant_new_double (a / b));
}

static gboolean
answer_cb (gpointer user_data)
{
  pyrog_invocation_return_value (user_data, g_variant_new_string ("here it is"));
  return G_SOURCE_REMOVE;
}

static void
think (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  /* The daemon goes on with other calls meanwhile */
  g_timeout_add_full (G_PRIORITY_DEFAULT, 100, answer_cb, pyrog_invocation_hold (invocation),
                      g_object_unref);
}

static GVariant *
get_memory (const char *name, gpointer user_data, GError **error)
{
  return g_variant_new_int64 (memory);
}

static gboolean
set_memory (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  memory = g_variant_get_int64 (value);
  return TRUE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogServant) calc = pyrog_servant_new ();
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);

  pyrog_servant_add_method (calc, "add", "x a, x b", "x", add, NULL, NULL);
  pyrog_servant_add_method (calc, "divide", "(dd)", "d", divide, NULL, NULL);
  pyrog_servant_add_method (calc, "think", "", "s", think, NULL, NULL);
  pyrog_servant_add_attribute (calc, "memory", "x", get_memory, NULL, NULL);
  pyrog_servant_add_setter (calc, "memory", set_memory, NULL, NULL);

  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "example.calc", calc, &error);
  if (uri == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_print ("READY %s\n", text);
  if (!pyrog_daemon_run (daemon, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
