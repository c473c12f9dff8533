/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-batch.h"
#include "pyrog-daemon.h"
#include "pyrog-error.h"

/* Batches with C variables; the daemon is in the same main context */

typedef struct
{
  PyrogDaemon *daemon; /* (owned) */
  PyrogProxy *proxy;   /* (owned) */
  PyrogBatch *batch;   /* (owned) */
  GPtrArray *calls;    /* (owned) invocations that the method kept */
  GAsyncResult *result;
} Fixture;

static void
repeat (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_autofree char *text = NULL;
  gint64 times;

  if (!pyrog_invocation_read (invocation, error, "sx", &text, &times))
    return;
  g_autofree char *again = g_strnfill ((gsize) times, *text);
  pyrog_invocation_return (invocation, "sx", again, times);
}

static void
keep (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_ptr_array_add (((Fixture *) user_data)->calls, g_object_ref (invocation));
  pyrog_invocation_return_argument (invocation, 0);
}

static void
fail (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "gone");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  *fixture = (Fixture){ .daemon = pyrog_daemon_new (NULL) };
  fixture->calls = g_ptr_array_new_with_free_func (g_object_unref);
  pyrog_servant_add_handler (servant, "repeat", NULL, NULL, repeat, fixture, NULL);
  pyrog_servant_add_handler (servant, "keep", NULL, NULL, keep, fixture, NULL);
  pyrog_servant_add_handler (servant, "fail", NULL, NULL, fail, fixture, NULL);
  pyrog_daemon_listen (fixture->daemon, "127.0.0.1:0", &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "o", servant, &error);
  g_assert_no_error (error);
  g_assert_true (pyrog_daemon_start (fixture->daemon, &error));
  fixture->proxy = pyrog_proxy_new_for_uri (uri, NULL);
  fixture->batch = pyrog_batch_new (fixture->proxy);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_unref (fixture->calls);
  g_clear_object (&fixture->batch);
  g_clear_object (&fixture->proxy);
  pyrog_daemon_stop (fixture->daemon);
  g_clear_object (&fixture->daemon);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ((Fixture *) user_data)->result = g_object_ref (result);
}

static PyrogBatchResults *
submit (Fixture *fixture, GError **error)
{
  pyrog_batch_submit (fixture->batch, NULL, done_cb, fixture);
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GAsyncResult) result = g_steal_pointer (&fixture->result);
  return pyrog_batch_submit_finish (fixture->batch, result, error);
}

static void
append (Fixture *fixture, const char *text, gint64 times)
{
  g_autofree char *passing = g_strdup (text);

  pyrog_batch_append (fixture->batch, "repeat", "sx", passing, times);
  memset (passing, 'z', strlen (passing));
}

/* Arguments are copied, and results are read one after the other up to the end */
static void
test_results (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  append (fixture, "a", 3);
  append (fixture, "b", 2);
  g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
  g_assert_no_error (error);
  const char *const wanted[] = { "aaa", "bb" };
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autofree char *text = NULL;
      gint64 times;
      g_assert_true (pyrog_batch_results_read (results, &error, "sx", &text, &times));
      g_assert_cmpstr (text, ==, wanted[i]);
      g_assert_cmpint (times, ==, 3 - i);
    }
  g_assert_false (pyrog_batch_results_read (results, &error, ""));
  g_assert_no_error (error);
}

/* A result of another type is an error, and the next one can be read; so is a call that failed, and
 * then there is no next one */
static void
test_errors (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 number = 5;

  append (fixture, "a", 1);
  append (fixture, "b", 1);
  pyrog_batch_append (fixture->batch, "fail", "");
  append (fixture, "c", 1);
  g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
  g_assert_no_error (error);
  g_assert_false (pyrog_batch_results_read (results, &error, "xx", &number, &number));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_ANSWERED);
  g_assert_cmpint (number, ==, 5);
  g_clear_error (&error);
  g_assert_true (pyrog_batch_results_read (results, &error, ""));
  g_assert_false (pyrog_batch_results_read (results, &error, ""));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR);
  g_clear_error (&error);
  g_assert_false (pyrog_batch_results_read (results, &error, ""));
  g_assert_no_error (error);
}

/* What can't be sent fails the whole batch, as it does with GVariants */
static void
test_unsendable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  append (fixture, "a", 1);
  pyrog_batch_append (fixture->batch, "repeat", "sx", "\xff", G_GINT64_CONSTANT (1));
  append (fixture, "b", 1);
  g_assert_null (submit (fixture, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_NOT_SENT);
}

/* At the daemon a call that its method keeps does not become another one */
static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (gint64 i = 0; i < 3; i++)
    {
      pyrog_batch_append (fixture->batch, "keep", "x", i);
      append (fixture, "a", 1);
    }
  g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->calls->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      PyrogInvocation *invocation = g_ptr_array_index (fixture->calls, i);
      gint64 number, result;
      g_assert_true (pyrog_invocation_read (invocation, &error, "x", &number));
      g_assert_cmpint (number, ==, i);
      g_assert_cmpstr (pyrog_invocation_get_method_name (invocation), ==, "keep");
      g_assert_true (pyrog_batch_results_read (results, &error, "x", &result));
      g_assert_cmpint (result, ==, i);
      g_assert_true (pyrog_batch_results_read (results, &error, ""));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/batch-variables/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("results", test_results);
  ADD ("errors", test_errors);
  ADD ("unsendable", test_unsendable);
  ADD ("kept", test_kept);
  return g_test_run ();
}
