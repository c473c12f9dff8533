/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-instance-slot.h"

#include "pyrog-error.h"

typedef struct
{
  PyrogInstanceSlot *slot;
  int asked; /* (atomic) threads that are about to ask */
  int made;  /* (atomic) */
  int fails; /* (atomic) how often it is still to fail */
} Making;

#define THREADS 8

static GObject *
make (gpointer data, GError **error)
{
  Making *making = data;

  /* The others have time to ask, too */
  while (g_atomic_int_get (&making->asked) < THREADS)
    g_thread_yield ();
  if (g_atomic_int_add (&making->fails, -1) > 0)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_FAILED, "not yet");
      return NULL;
    }
  g_atomic_int_inc (&making->made);
  return g_object_new (G_TYPE_OBJECT, NULL);
}

static gpointer
ask (gpointer data)
{
  Making *making = data;

  g_atomic_int_inc (&making->asked);
  return pyrog_instance_slot_get (making->slot, make, making, NULL);
}

/* Several threads that ask get the same instance, which was made once; each failure is one
 * asker's, and the next one tries again */
static void
test_once (void)
{
  for (int fails = 0; fails < 3; fails++)
    {
      Making making = { pyrog_instance_slot_new (), 0, 0, fails };
      GThread *threads[THREADS];
      GObject *first = NULL;
      int failures = 0;

      for (guint i = 0; i < THREADS; i++)
        threads[i] = g_thread_new ("asker", ask, &making);
      for (guint i = 0; i < THREADS; i++)
        {
          g_autoptr (GObject) instance = g_thread_join (threads[i]);
          failures += instance == NULL;
          g_assert_true (instance == NULL || first == NULL || instance == first);
          if (instance != NULL)
            first = instance;
        }
      g_assert_cmpint (making.made, ==, 1);
      g_assert_cmpint (failures, ==, fails);
      pyrog_instance_slot_unref (making.slot);
    }
}

static GObject *
make_from_itself (gpointer data, GError **error)
{
  PyrogInstanceSlot *slot = data;
  g_autoptr (GError) inner = NULL;

  g_assert_null (pyrog_instance_slot_get (slot, make_from_itself, slot, &inner));
  g_assert_error (inner, PYROG_ERROR, PYROG_ERROR_DAEMON);
  return g_object_new (G_TYPE_OBJECT, NULL);
}

/* What asks for the instance that it is making gets an error, instead of waiting for itself */
static void
test_recursion (void)
{
  g_autoptr (PyrogInstanceSlot) slot = pyrog_instance_slot_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) instance = pyrog_instance_slot_get (slot, make_from_itself, slot, &error);

  g_assert_no_error (error);
  g_assert_true (G_IS_OBJECT (instance));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/instance-slot/once", test_once);
  g_test_add_func ("/instance-slot/recursion", test_recursion);
  return g_test_run ();
}
