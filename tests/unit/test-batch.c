/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-batch.h"

#include <unistd.h>

#include "pyrog-authorization-request.h"
#include "pyrog-connection-private.h"
#include "pyrog-daemon.h"
#include "pyrog-error.h"

#define WATCHDOG 60 /* seconds */
#define MANY 100000

/* A daemon and a client in one thread */
typedef struct
{
  PyrogDaemon *daemon;
  PyrogProxy *proxy;
  PyrogBatch *batch;
  PyrogInvocation *held;  /* (owned) (nullable) */
  char *annotation;       /* (owned) (nullable) what the last add came with */
  int notes;              /* (atomic) */
  guint failures;         /* method-failed */
  GString *questions;     /* (owned) what the program was asked about */
  gboolean late_decision; /* ... and answers later */
  GAsyncResult *result;
} Fixture;

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;
  g_autoptr (GBytes) annotation = pyrog_invocation_get_annotation (invocation, "TEST");
  gint64 a, b;

  if (annotation != NULL)
    {
      g_free (fixture->annotation);
      fixture->annotation
          = g_strndup (g_bytes_get_data (annotation, NULL), g_bytes_get_size (annotation));
    }
  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

static void
fail (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "gone");
}

static void
note (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_atomic_int_inc (&((Fixture *) user_data)->notes);
  pyrog_invocation_return_none (invocation);
}

static void
hold (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_atomic_pointer_set (&((Fixture *) user_data)->held, pyrog_invocation_hold (invocation));
  g_main_context_wakeup (NULL);
}

static void
hang_up (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_connection_shutdown (pyrog_invocation_get_connection (invocation));
  pyrog_invocation_return_none (invocation);
}

static void
failed_cb (PyrogDaemon *daemon, PyrogInvocation *invocation, GError *error, gpointer user_data)
{
  ((Fixture *) user_data)->failures++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  alarm (WATCHDOG);
  fixture->questions = g_string_new (NULL);
  g_object_set (config, "server-type", GPOINTER_TO_INT (data), NULL);
  pyrog_servant_add_handler (servant, "add", "x a, x b", "x", add, fixture, NULL);
  pyrog_servant_add_handler (servant, "fail", "", NULL, fail, fixture, NULL);
  pyrog_servant_add_handler (servant, "note", "", NULL, note, fixture, NULL);
  pyrog_servant_add_handler (servant, "hold", "", NULL, hold, fixture, NULL);
  pyrog_servant_add_handler (servant, "hang_up", "", NULL, hang_up, fixture, NULL);
  fixture->daemon = pyrog_daemon_new (config);
  g_signal_connect (fixture->daemon, "method-failed", G_CALLBACK (failed_cb), fixture);
  pyrog_daemon_listen (fixture->daemon, "localhost:0", &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "o", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
  fixture->proxy = pyrog_proxy_new_for_uri (uri, NULL);
  fixture->batch = pyrog_batch_new (fixture->proxy);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->held);
  g_clear_object (&fixture->result);
  g_clear_object (&fixture->batch);
  g_clear_object (&fixture->proxy);
  pyrog_daemon_stop (fixture->daemon);
  while (pyrog_daemon_get_running (fixture->daemon))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&fixture->daemon);
  g_free (fixture->annotation);
  g_string_free (fixture->questions, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ((Fixture *) user_data)->result = g_object_ref (result);
}

static PyrogBatchResults *
finish (Fixture *fixture, GError **error)
{
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GAsyncResult) result = g_steal_pointer (&fixture->result);
  return pyrog_batch_submit_finish (fixture->batch, result, error);
}

static PyrogBatchResults *
submit (Fixture *fixture, GError **error)
{
  pyrog_batch_submit (fixture->batch, NULL, done_cb, fixture);
  g_assert_cmpuint (pyrog_batch_get_size (fixture->batch), ==, 0);
  return finish (fixture, error);
}

static void
add_sum (Fixture *fixture, int a, int b)
{
  pyrog_batch_add (fixture->batch, "add", g_variant_new ("(ii)", a, b));
}

static void
assert_next (PyrogBatchResults *results, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = pyrog_batch_results_next (results, "x", &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (result), ==, expected);
}

static void
assert_end (PyrogBatchResults *results)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_batch_results_next (results, NULL, &error));
  g_assert_no_error (error);
}

/* Results come in order, and then the end; the batch can be filled again */
static void
test_results (Fixture *fixture, gconstpointer data)
{
  GVariantDict kwargs;

  for (int round = 0; round < 2; round++)
    {
      g_autoptr (GError) error = NULL;
      add_sum (fixture, 1, 2);
      g_variant_dict_init (&kwargs, NULL);
      g_variant_dict_insert (&kwargs, "b", "i", 5);
      pyrog_batch_add_full (fixture->batch, "add", g_variant_new ("(i)", 4),
                            g_variant_dict_end (&kwargs));
      pyrog_batch_add (fixture->batch, "note", NULL);
      g_assert_cmpuint (pyrog_batch_get_size (fixture->batch), ==, 3);
      g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (pyrog_batch_results_get_size (results), ==, 3);
      assert_next (results, 3);
      assert_next (results, 9);
      g_autoptr (GVariant) none = pyrog_batch_results_next (results, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_variant_get_type_string (none), ==, "mv");
      assert_end (results);
      assert_end (results);
    }
}

/* The error of a call is found in its place, and is the last result */
static void
test_error (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  add_sum (fixture, 1, 2);
  pyrog_batch_add (fixture->batch, "fail", NULL);
  pyrog_batch_add (fixture->batch, "note", NULL);
  g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pyrog_batch_results_get_size (results), ==, 2);
  assert_next (results, 3);
  g_assert_null (pyrog_batch_results_next (results, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR);
  g_assert_cmpstr (error->message, ==, "gone");
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_ANSWERED);
  assert_end (results);
  g_assert_cmpint (fixture->notes, ==, 0);
  while (fixture->failures == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->failures, ==, 1);
}

/* A method that is not there fails the batch, after the calls before it */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_add (fixture->batch, "nosuch", NULL);
  pyrog_batch_add (fixture->batch, "note", NULL);
  g_assert_null (submit (fixture, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
  g_assert_cmpint (fixture->notes, ==, 1);
}

/* What can't be written is reported when the batch is submitted, and nothing is sent */
static void
test_unsendable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) none = NULL;
  GVariant *deep = g_variant_new_int32 (1);

  for (guint i = 0; i < 100; i++)
    deep = g_variant_new_array (NULL, &deep, 1);
  pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_add (fixture->batch, "note", g_variant_new_tuple (&deep, 1));
  pyrog_batch_add (fixture->batch, "note", NULL);
  g_assert_null (submit (fixture, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_NOT_SENT);
  g_assert_cmpint (fixture->notes, ==, 0);
  pyrog_batch_add (fixture->batch, "note", NULL);
  g_autoptr (PyrogBatchResults) results = submit (fixture, &none);
  g_assert_no_error (none);
  g_assert_cmpint (fixture->notes, ==, 1);
}

/* A result of another type than the wanted one is an error of its own */
static void
test_wrong_type (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  add_sum (fixture, 1, 2);
  add_sum (fixture, 3, 4);
  g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
  g_assert_null (pyrog_batch_results_next (results, "s", &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  assert_next (results, 7);
}

/* 100,000 calls in one message */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < MANY; i++)
    add_sum (fixture, i, 1);
  g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
  g_assert_no_error (error);
  for (int i = 0; i < MANY; i++)
    assert_next (results, i + 1);
  assert_end (results);
}

/* Nobody waits for a oneway batch; it ends at the first error */
static void
test_oneway (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_add (fixture->batch, "fail", NULL);
  pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_submit_oneway (fixture->batch, NULL, done_cb, fixture);
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (pyrog_batch_submit_oneway_finish (fixture->batch, fixture->result, &error));
  g_assert_no_error (error);
  g_clear_object (&fixture->result);
  add_sum (fixture, 1, 2);
  g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
  assert_next (results, 3);
  while (fixture->failures == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_atomic_int_get (&fixture->notes), ==, 2);
}

/* Options go with each message, and can be taken back */
static void
test_options (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
  g_autoptr (GBytes) annotation = g_bytes_new_static ("noted", 5);

  pyrog_call_options_set_annotation (options, "TEST", annotation);
  pyrog_batch_set_options (fixture->batch, options);
  add_sum (fixture, 1, 2);
  g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
  assert_next (results, 3);
  g_assert_cmpstr (fixture->annotation, ==, "noted");
  g_clear_pointer (&fixture->annotation, g_free);
  pyrog_batch_set_options (fixture->batch, NULL);
  add_sum (fixture, 1, 2);
  g_autoptr (PyrogBatchResults) more = submit (fixture, &error);
  assert_next (more, 3);
  g_assert_null (fixture->annotation);
}

static void
wait_for_held (Fixture *fixture)
{
  while (g_atomic_pointer_get (&fixture->held) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* A batch waits for a method that answers later */
static void
test_later (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      pyrog_batch_add (fixture->batch, "hold", NULL);
      add_sum (fixture, 1, 2);
    }
  pyrog_batch_submit (fixture->batch, NULL, done_cb, fixture);
  for (guint i = 0; i < 2; i++)
    {
      wait_for_held (fixture);
      g_autoptr (PyrogInvocation) held = g_steal_pointer (&fixture->held);
      pyrog_invocation_return (held, "x", (gint64) 42);
    }
  g_autoptr (PyrogBatchResults) results = finish (fixture, &error);
  g_assert_no_error (error);
  assert_next (results, 42);
  assert_next (results, 3);
  assert_next (results, 42);
  assert_next (results, 3);
}

/* The rest of a batch is dropped with its connection, whatever it is doing */
static void
test_lost (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) lost = NULL;

  pyrog_batch_add (fixture->batch, "hold", NULL);
  pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_submit (fixture->batch, NULL, done_cb, fixture);
  wait_for_held (fixture);
  pyrog_connection_shutdown (pyrog_invocation_get_connection (fixture->held));
  g_assert_null (finish (fixture, &lost));
  g_assert_error (lost, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  pyrog_invocation_return_none (fixture->held);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  /* A worker may have been faster than the news that the connection is gone */
  if (GPOINTER_TO_INT (data) == PYROG_SERVER_TYPE_MULTIPLEX)
    g_assert_cmpint (g_atomic_int_get (&fixture->notes), ==, 0);

  pyrog_batch_add (fixture->batch, "hang_up", NULL);
  for (guint i = 0; i < 1000; i++)
    pyrog_batch_add (fixture->batch, "note", NULL);
  g_assert_null (submit (fixture, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_MAYBE);
}

/* A batch that is cancelled before it is submitted is not sent */
static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_submit (fixture->batch, cancellable, done_cb, fixture);
  g_assert_null (finish (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (fixture->notes, ==, 0);
}

static gboolean
accept_cb (gpointer data)
{
  pyrog_access_request_accept (data);
  return G_SOURCE_REMOVE;
}

/* Objects to notes */
static gboolean
authorize_cb (PyrogDaemon *daemon, PyrogAuthorizationRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *member = pyrog_authorization_request_get_member (request);

  g_string_append_printf (fixture->questions, "%s ", member);
  if (fixture->late_decision)
    {
      pyrog_access_request_hold (PYROG_ACCESS_REQUEST (request));
      g_idle_add_full (G_PRIORITY_DEFAULT, accept_cb, g_object_ref (request), g_object_unref);
    }
  return g_strcmp0 (member, "note") != 0;
}

/* The program is asked about each call that may be made at all, and may decide later; a refusal is
 * the last result */
static void
test_authorization (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unknown = NULL;

  g_signal_connect (fixture->daemon, "authorize-invocation", G_CALLBACK (authorize_cb), fixture);
  for (int late = 0; late <= 1; late++)
    {
      fixture->late_decision = late != 0;
      add_sum (fixture, 1, 2);
      add_sum (fixture, 3, 4);
      g_autoptr (PyrogBatchResults) results = submit (fixture, &error);
      g_assert_no_error (error);
      assert_next (results, 3);
      assert_next (results, 7);
      assert_end (results);
    }
  fixture->late_decision = FALSE;
  add_sum (fixture, 1, 2);
  pyrog_batch_add (fixture->batch, "note", NULL);
  add_sum (fixture, 3, 4);
  g_autoptr (PyrogBatchResults) refused = submit (fixture, &error);
  g_assert_no_error (error);
  assert_next (refused, 3);
  g_assert_null (pyrog_batch_results_next (refused, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_PERMISSION_ERROR);
  assert_end (refused);
  pyrog_batch_add (fixture->batch, "nosuch", NULL);
  g_assert_null (submit (fixture, &unknown));
  g_assert_error (unknown, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
  g_assert_cmpint (g_atomic_int_get (&fixture->notes), ==, 0);
  g_assert_cmpstr (fixture->questions->str, ==, "add add add add add note ");
}

/* A batch that is being carried out, and waits for an answer */
static void
begin_long_batch (Fixture *fixture)
{
  for (guint i = 0; i < 100; i++)
    pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_add (fixture->batch, "hold", NULL);
  for (guint i = 0; i < 100; i++)
    pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_submit (fixture->batch, NULL, done_cb, fixture);
  wait_for_held (fixture);
}

/* A daemon that stops at once takes the rest of a batch along */
static void
test_stop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  begin_long_batch (fixture);
  pyrog_daemon_stop (fixture->daemon);
  while (pyrog_daemon_get_running (fixture->daemon))
    g_main_context_iteration (NULL, TRUE);
  pyrog_invocation_return_none (fixture->held);
  g_assert_null (finish (fixture, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  g_assert_cmpint (g_atomic_int_get (&fixture->notes), ==, 100);
}

/* One that ends in good order lets the batch end */
static void
test_shutdown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  begin_long_batch (fixture);
  pyrog_daemon_shutdown (fixture->daemon);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  pyrog_invocation_return_none (fixture->held);
  g_autoptr (PyrogBatchResults) results = finish (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pyrog_batch_results_get_size (results), ==, 201);
  g_assert_cmpint (g_atomic_int_get (&fixture->notes), ==, 200);
  while (pyrog_daemon_get_running (fixture->daemon))
    g_main_context_iteration (NULL, TRUE);
}

/* With both server types */
static void
add_test (const char *name, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_autofree char *multiplex = g_strconcat ("/batch/multiplex/", name, NULL);
  g_autofree char *thread = g_strconcat ("/batch/thread/", name, NULL);

  g_test_add (multiplex, Fixture, GINT_TO_POINTER (PYROG_SERVER_TYPE_MULTIPLEX), set_up, test,
              tear_down);
  g_test_add (thread, Fixture, GINT_TO_POINTER (PYROG_SERVER_TYPE_THREAD), set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("results", test_results);
  add_test ("error", test_error);
  add_test ("refused", test_refused);
  add_test ("unsendable", test_unsendable);
  add_test ("wrong-type", test_wrong_type);
  add_test ("many", test_many);
  add_test ("oneway", test_oneway);
  add_test ("options", test_options);
  add_test ("later", test_later);
  add_test ("lost", test_lost);
  add_test ("cancelled", test_cancelled);
  add_test ("authorization", test_authorization);
  add_test ("stop", test_stop);
  add_test ("shutdown", test_shutdown);
  return g_test_run ();
}
