/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-property.h"

#include <gio/gio.h>
#include <math.h>

#include "pyrog-error.h"

/* Something with properties of many types */
static GObject *
make_object (void)
{
  return G_OBJECT (g_object_new (G_TYPE_SOCKET_CLIENT, NULL));
}

static GParamSpec *
find (GObject *object, const char *name)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (object), name);
}

/* A property is read and written as the value of its type; enums by their nicks */
static void
test_values (void)
{
  g_autoptr (GObject) object = make_object ();
  const struct
  {
    const char *name;
    const char *type;
    PyrogValue value;
    const char *text;
  } rows[] = {
    { "timeout", "u", pyrog_value_int (5), "int64 5" },
    { "enable-proxy", "b", pyrog_value_bool (FALSE), "false" },
    { "family", "s", pyrog_value_text ("ipv6"), "'ipv6'" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GParamSpec *pspec = find (object, rows[i].name);
      g_autoptr (GError) error = NULL;
      g_autofree char *type = g_variant_type_dup_string (pyrog_property_get_type (pspec));
      g_assert_cmpstr (type, ==, rows[i].type);
      g_assert_true (pyrog_property_set (object, pspec, &rows[i].value, &error));
      g_assert_no_error (error);
      g_autoptr (GVariant) value = g_variant_ref_sink (pyrog_property_get (object, pspec, &error));
      g_autofree char *text = g_variant_print (value, TRUE);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

/* Values that do not fit are errors, and the property stays as it was */
static void
test_refused (void)
{
  g_autoptr (GObject) object = make_object ();
  const struct
  {
    const char *name;
    PyrogValue value;
    int code;
  } rows[] = {
    { "timeout", pyrog_value_text ("soon"), PYROG_ERROR_TYPE_ERROR },
    { "timeout", pyrog_value_int (-1), PYROG_ERROR_OVERFLOW_ERROR },
    { "timeout", pyrog_value_float (NAN), PYROG_ERROR_TYPE_ERROR },
    { "family", pyrog_value_text ("ipv5"), PYROG_ERROR_VALUE_ERROR },
    { "local-address", pyrog_value_none (), PYROG_ERROR_TYPE_ERROR },
  };

  g_object_set (object, "timeout", 7u, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("row %u", i);
      g_assert_false (
          pyrog_property_set (object, find (object, rows[i].name), &rows[i].value, &error));
      g_assert_error (error, PYROG_ERROR, rows[i].code);
    }
  g_assert_cmpuint (g_socket_client_get_timeout (G_SOCKET_CLIENT (object)), ==, 7);
}

/* A property of objects has no value */
static void
test_no_value (void)
{
  g_autoptr (GObject) object = make_object ();
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_property_get_type (find (object, "local-address")));
  g_assert_null (pyrog_property_get (object, find (object, "local-address"), &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/property/values", test_values);
  g_test_add_func ("/property/refused", test_refused);
  g_test_add_func ("/property/no-value", test_no_value);
  return g_test_run ();
}
