/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-batch.h"

#include <unistd.h>

#include "fake-server.h"
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
  PyrogInvocation *held; /* (owned) (nullable) */
  char *annotation;      /* (owned) (nullable) what the last add came with */
  int notes;
  guint failures; /* method-failed */
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
  ((Fixture *) user_data)->notes++;
  pyrog_invocation_return_none (invocation);
}

static void
hold (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  ((Fixture *) user_data)->held = pyrog_invocation_hold (invocation);
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
  g_autoptr (GError) error = NULL;

  alarm (WATCHDOG);
  pyrog_servant_add_handler (servant, "add", "x a, x b", "x", add, fixture, NULL);
  pyrog_servant_add_handler (servant, "fail", "", NULL, fail, fixture, NULL);
  pyrog_servant_add_handler (servant, "note", "", NULL, note, fixture, NULL);
  pyrog_servant_add_handler (servant, "hold", "", NULL, hold, fixture, NULL);
  pyrog_servant_add_handler (servant, "hang_up", "", NULL, hang_up, fixture, NULL);
  fixture->daemon = pyrog_daemon_new (NULL);
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
  g_clear_object (&fixture->daemon);
  g_free (fixture->annotation);
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
  g_assert_cmpint (fixture->notes, ==, 2);
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
  while (fixture->held == NULL)
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

  pyrog_batch_add (fixture->batch, "hang_up", NULL);
  for (guint i = 0; i < 1000; i++)
    pyrog_batch_add (fixture->batch, "note", NULL);
  g_assert_null (submit (fixture, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_MAYBE);

  pyrog_batch_add (fixture->batch, "hold", NULL);
  pyrog_batch_add (fixture->batch, "note", NULL);
  pyrog_batch_submit (fixture->batch, NULL, done_cb, fixture);
  wait_for_held (fixture);
  int notes = fixture->notes;
  pyrog_connection_shutdown (pyrog_invocation_get_connection (fixture->held));
  g_assert_null (finish (fixture, &lost));
  g_assert_error (lost, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  pyrog_invocation_return_none (fixture->held);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (fixture->notes, ==, notes);
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

/* ---- Servers that answer nonsense ---- */

static const char *const answers[] = { "5",
                                       "{'a':1}",
                                       "[]",
                                       "[1]",
                                       "[1,2,3]",
                                       "[1,{'__class__':'Pyro5.core._ExceptionWrapper'},3]",
                                       "[{'__class__':'Pyro5.core._ExceptionWrapper'}]",
                                       "[{'__class__':'other','exception':None}]" };

static void
answer_nonsense (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  fake_server_shake_hands (fd);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_assert_true (fake_server_receive (fd, &header));
      g_assert_cmpint (header.flags, ==, PYROG_FLAG_BATCH);
      fake_server_reply (fd, PYROG_MESSAGE_RESULT, PYROG_FLAG_BATCH, header.seq, answers[i]);
    }
  /* An exception that is none, in its place */
  g_assert_true (fake_server_receive (fd, &header));
  fake_server_reply (fd, PYROG_MESSAGE_RESULT, PYROG_FLAG_BATCH, header.seq,
                     "[{'__class__':'Pyro5.core._ExceptionWrapper','exception':None}]");
  fake_server_receive (fd, &header);
}

/* An answer that can't be that of two calls is an error; the connection goes on */
static void
test_nonsense (void)
{
  FakeServer *server = fake_server_new (answer_nonsense, NULL);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (server->uri, NULL, NULL);
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (proxy);
  g_autoptr (GError) error = NULL;

  alarm (WATCHDOG);
  for (guint i = 0; i <= G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GError) failure = NULL;
      pyrog_batch_add (batch, "m", NULL);
      pyrog_batch_add (batch, "m", NULL);
      g_autoptr (PyrogBatchResults) results = pyrog_batch_submit_sync (batch, NULL, &failure);
      if (i == G_N_ELEMENTS (answers))
        {
          g_assert_no_error (failure);
          g_assert_null (pyrog_batch_results_next (results, NULL, &error));
          g_assert_error (error, PYROG_ERROR, PYROG_ERROR_EXCEPTION);
          break;
        }
      g_test_message ("%s", answers[i]);
      g_assert_error (failure, PYROG_ERROR, PYROG_ERROR_PROTOCOL);
      g_assert_cmpint (pyrog_error_get_execution (failure), ==, PYROG_EXECUTION_ANSWERED);
    }
  pyrog_proxy_release (proxy);
  fake_server_free (server);
}

static void
add_test (const char *path, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/batch/results", test_results);
  add_test ("/batch/error", test_error);
  add_test ("/batch/refused", test_refused);
  add_test ("/batch/unsendable", test_unsendable);
  add_test ("/batch/wrong-type", test_wrong_type);
  add_test ("/batch/many", test_many);
  add_test ("/batch/oneway", test_oneway);
  add_test ("/batch/options", test_options);
  add_test ("/batch/later", test_later);
  add_test ("/batch/lost", test_lost);
  add_test ("/batch/cancelled", test_cancelled);
  g_test_add_func ("/batch/nonsense", test_nonsense);
  return g_test_run ();
}
