/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-object-table.h"

#include <string.h>

#include "pyrog-error.h"

typedef struct
{
  PyrogObjectTable *table; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->table = pyrog_object_table_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  pyrog_object_table_free (fixture->table);
}

static gboolean
register_as (Fixture *fixture,
             const char *id,
             PyrogServant *servant,
             PyrogRegisterFlags flags,
             GError **error)
{
  g_autoptr (PyrogRegistration) registration
      = pyrog_registration_new (id, servant, (flags & PYROG_REGISTER_WEAK) != 0);

  return pyrog_object_table_register (fixture->table, registration,
                                      (flags & PYROG_REGISTER_FORCE) != 0, error);
}

static void
assert_ids (Fixture *fixture, const char *expected)
{
  g_auto (GStrv) ids = pyrog_object_table_list (fixture->table);
  g_autofree char *joined = g_strjoinv (" ", ids);

  g_assert_cmpstr (joined, ==, expected);
}

static void
assert_found (Fixture *fixture, const char *id, PyrogServant *servant)
{
  g_autoptr (PyrogServant) found = pyrog_object_table_lookup (fixture->table, id, strlen (id));

  g_assert_true (found == servant);
}

/* An id is given once, and a servant has one, unless force is used */
static void
test_force (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogServant) first = pyrog_servant_new ();
  g_autoptr (PyrogServant) second = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (register_as (fixture, "a", first, PYROG_REGISTER_NONE, &error));
  g_assert_false (register_as (fixture, "a", second, PYROG_REGISTER_NONE, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON);
  g_assert_nonnull (strstr (error->message, "is already registered with the id ‘a’"));
  g_clear_error (&error);
  g_assert_false (register_as (fixture, "b", first, PYROG_REGISTER_NONE, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON);
  g_assert_nonnull (strstr (error->message, "already has a Pyro id, ‘a’"));
  g_clear_error (&error);

  g_assert_true (register_as (fixture, "b", first, PYROG_REGISTER_FORCE, &error));
  g_assert_true (register_as (fixture, "a", second, PYROG_REGISTER_FORCE, &error));
  assert_ids (fixture, "a b");
  assert_found (fixture, "a", second);
  assert_found (fixture, "b", first);
}

/* The id of a servant is known for as long as it is registered */
static void
test_id_of_servant (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  g_assert_null (pyrog_object_table_dup_id (fixture->table, servant));
  g_assert_true (register_as (fixture, "a", servant, PYROG_REGISTER_NONE, NULL));
  g_autofree char *id = pyrog_object_table_dup_id (fixture->table, servant);
  g_assert_cmpstr (id, ==, "a");
  g_assert_true (pyrog_object_table_remove (fixture->table, "a"));
  g_assert_null (pyrog_object_table_dup_id (fixture->table, servant));
  g_assert_true (register_as (fixture, "c", servant, PYROG_REGISTER_NONE, NULL));
}

/* A weak registration does not keep its servant, and ends with it; its id is free again */
static void
test_weak (Fixture *fixture, gconstpointer data)
{
  PyrogServant *servant = pyrog_servant_new ();

  g_assert_true (register_as (fixture, "a", servant, PYROG_REGISTER_WEAK, NULL));
  assert_found (fixture, "a", servant);
  assert_ids (fixture, "a");
  g_object_add_weak_pointer (G_OBJECT (servant), (gpointer *) &servant);
  g_object_unref (servant);
  g_assert_null (servant);
  assert_found (fixture, "a", NULL);
  assert_ids (fixture, "");
  g_assert_false (pyrog_object_table_remove (fixture->table, "a"));
  g_autoptr (PyrogServant) another = pyrog_servant_new ();
  g_assert_true (register_as (fixture, "a", another, PYROG_REGISTER_NONE, NULL));
  assert_found (fixture, "a", another);
}

/* Weak registrations whose servants are gone cost no memory for ever, and take nothing else along
 */
static void
test_many_weak (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogServant) kept = pyrog_servant_new ();
  g_autoptr (PyrogServant) strong = pyrog_servant_new ();

  g_assert_true (register_as (fixture, "kept", kept, PYROG_REGISTER_WEAK, NULL));
  g_assert_true (register_as (fixture, "strong", strong, PYROG_REGISTER_NONE, NULL));
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (PyrogServant) servant = pyrog_servant_new ();
      g_autofree char *id = g_strdup_printf ("weak%u", i);
      g_assert_true (register_as (fixture, id, servant, PYROG_REGISTER_WEAK, NULL));
      g_assert_cmpuint (pyrog_object_table_get_size (fixture->table), <, 40);
    }
  assert_ids (fixture, "kept strong");
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/object-table/force", test_force);
  add ("/object-table/id-of-servant", test_id_of_servant);
  add ("/object-table/weak", test_weak);
  add ("/object-table/many-weak", test_many_weak);
  return g_test_run ();
}
