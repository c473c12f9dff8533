/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-item-queue.h"
#include "pyrog-proxy.h"

/* Asynchronous calls with C variables; the daemon is in the same main context */

typedef struct
{
  PyrogDaemon *daemon;   /* (owned) */
  PyrogProxy *proxy;     /* (owned) */
  PyrogItemQueue *queue; /* (owned) (nullable) the stream that was returned */
  GAsyncResult *result;  /* (owned) (nullable) */
} Fixture;

/* A number and a text: both, the other way round */
static void
swap (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_autofree char *text = NULL;
  gint64 number;

  if (pyrog_invocation_read (invocation, error, "xs", &number, &text))
    pyrog_invocation_return (invocation, "sx", text, number);
}

static void
fail (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "no such key");
}

static void
stream (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  fixture->queue = pyrog_item_queue_new (1);
  pyrog_invocation_return_stream (invocation, PYROG_ITEM_STREAM (fixture->queue));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  *fixture = (Fixture){ .daemon = pyrog_daemon_new (config) };
  pyrog_servant_add_handler (servant, "swap", NULL, NULL, swap, NULL, NULL);
  pyrog_servant_add_handler (servant, "fail", NULL, NULL, fail, NULL, NULL);
  pyrog_servant_add_handler (servant, "stream", NULL, NULL, stream, fixture, NULL);
  pyrog_daemon_listen (fixture->daemon, "127.0.0.1:0", &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "o", servant, &error);
  g_assert_no_error (error);
  g_assert_true (pyrog_daemon_start (fixture->daemon, &error));
  fixture->proxy = pyrog_proxy_new_for_uri (uri, config);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->proxy);
  pyrog_daemon_stop (fixture->daemon);
  g_clear_object (&fixture->daemon);
  g_clear_object (&fixture->queue);
  g_clear_object (&fixture->result);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->result = g_object_ref (result);
}

static void
wait_for_result (Fixture *fixture)
{
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Arguments and results are C variables */
static void
test_variables (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gint64 number = 0;

  pyrog_proxy_invoke (fixture->proxy, "swap", NULL, done_cb, fixture, "xs", G_GINT64_CONSTANT (7),
                      "seven");
  wait_for_result (fixture);
  g_assert_true (
      pyrog_proxy_invoke_finish (fixture->proxy, fixture->result, &error, "sx", &text, &number));
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "seven");
  g_assert_cmpint (number, ==, 7);
}

static void
assert_error (Fixture *fixture, const char *format, int code, PyrogExecution execution)
{
  g_autoptr (GError) error = NULL;
  gint64 number = 99;

  wait_for_result (fixture);
  g_assert_false (
      pyrog_proxy_invoke_finish (fixture->proxy, fixture->result, &error, format, &number));
  g_assert_error (error, PYROG_ERROR, code);
  g_assert_cmpint (pyrog_outcome_get_execution (pyrog_error_get_outcome (error)), ==, execution);
  g_assert_cmpint (number, ==, 99);
}

/* A result of another type is an error that says that the method was executed */
static void
test_other_type (Fixture *fixture, gconstpointer data)
{
  pyrog_proxy_invoke (fixture->proxy, "swap", NULL, done_cb, fixture, "xs", G_GINT64_CONSTANT (7),
                      "seven");
  assert_error (fixture, "x", PYROG_ERROR_TYPE_ERROR, PYROG_EXECUTION_ANSWERED);
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  pyrog_proxy_invoke (fixture->proxy, "fail", NULL, done_cb, fixture, "");
  assert_error (fixture, "x", PYROG_ERROR_KEY_ERROR, PYROG_EXECUTION_ANSWERED);
}

/* Text that is not UTF-8 goes nowhere */
static void
test_bad_argument (Fixture *fixture, gconstpointer data)
{
  pyrog_proxy_invoke (fixture->proxy, "swap", NULL, done_cb, fixture, "xs", G_GINT64_CONSTANT (7),
                      "\xff");
  assert_error (fixture, "x", PYROG_ERROR_SERIALIZE, PYROG_EXECUTION_NOT_SENT);
}

/* A stream in place of a value is closed at the daemon */
static void
test_stream (Fixture *fixture, gconstpointer data)
{
  pyrog_proxy_invoke (fixture->proxy, "stream", NULL, done_cb, fixture, "");
  assert_error (fixture, "", PYROG_ERROR_TYPE_ERROR, PYROG_EXECUTION_ANSWERED);
  while (!pyrog_item_stream_is_closed (PYROG_ITEM_STREAM (fixture->queue)))
    g_main_context_iteration (NULL, TRUE);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  pyrog_proxy_invoke (fixture->proxy, "fail", cancellable, done_cb, fixture, "");
  g_cancellable_cancel (cancellable);
  wait_for_result (fixture);
  g_assert_false (pyrog_proxy_invoke_finish (fixture->proxy, fixture->result, &error, ""));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/proxy-invoke/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("variables", test_variables);
  ADD ("other-type", test_other_type);
  ADD ("failure", test_failure);
  ADD ("bad-argument", test_bad_argument);
  ADD ("stream", test_stream);
  ADD ("cancelled", test_cancelled);
  return g_test_run ();
}
