/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* The code of pyrog/docs/classes.md, word for word; a lint test compares them. It runs, too. */

#include <gio/gio.h>
#include <pyrog.h>

/* Something with a name */
#define CAR_TYPE G_TYPE_SIMPLE_ACTION

/* Not carried out: this type has no speed */
/* tune */
static void
tune (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) argument = g_variant_get_child_value (args, 0);
  g_autoptr (GObject) car = pyrog_class_from_variant (argument, error);
  GVariant *value = NULL;

  if (car != NULL)
    {
      g_object_set (car, "max-speed", 110, NULL);
      value = pyrog_class_to_variant (car, error);
    }
  if (value != NULL)
    pyrog_invocation_return_value (invocation, value);
}
/* end */

/* functions */
static GVariant *
write_car (GObject *car, gpointer user_data, GError **error)
{
  g_autofree char *name = NULL;

  g_object_get (car, "name", &name, NULL);
  return g_variant_new_parsed ("{'called': <%s>}", name);
}

static GObject *
read_car (GVariant *state, gpointer user_data, GError **error)
{
  const char *name;

  if (g_variant_lookup (state, "called", "&s", &name))
    return g_object_new (CAR_TYPE, "name", name, NULL);
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "it is not called anything");
  return NULL;
}
/* end */

static void
register_car (void)
{
  /* register */
  pyrog_class_register (CAR_TYPE, "shop.Car");
  /* end */
}

static void
set_functions (void)
{
  /* set */
  pyrog_class_set_writer (CAR_TYPE, write_car, NULL, NULL);
  pyrog_class_set_reader (CAR_TYPE, read_car, NULL, NULL);
  /* end */
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GObject) car = g_object_new (CAR_TYPE, "name", "Ada", NULL);
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_method (servant, "tune", "a{sv} car", NULL, tune, NULL, NULL);
  register_car ();
  set_functions ();
  g_autoptr (GVariant) value = g_variant_ref_sink (pyrog_class_to_variant (car, &error));
  g_assert_no_error (error);
  g_autoptr (GObject) copy = pyrog_class_from_variant (value, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_action_get_name (G_ACTION (copy)), ==, "Ada");
  return 0;
}
