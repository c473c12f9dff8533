/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-proxy.h"

#include <string.h>
#include <unistd.h>

#include "pyrog-connection-private.h"
#include "pyrog-daemon.h"
#include "pyrog-error.h"

#define OBJECT "test"
#define WATCHDOG 60 /* seconds */

/* ---- A daemon in a thread of its own ---- */

typedef struct
{
  GThread *thread;
  GMutex lock;
  GCond ready;
  PyrogDaemon *daemon; /* (owned) */
  PyrogServerType type;
  char *location;  /* (owned) (nullable) where to listen */
  char *uri;       /* (owned) */
  GPtrArray *held; /* (owned) invocations that are never answered while the server runs */
  int notes;       /* (atomic) */
} Server;

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 a, b;

  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

static void
hold (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Server *server = user_data;

  g_mutex_lock (&server->lock);
  g_ptr_array_add (server->held, pyrog_invocation_hold (invocation));
  g_cond_broadcast (&server->ready);
  g_mutex_unlock (&server->lock);
}

static void
forget (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
}

static void
note (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_atomic_int_inc (&((Server *) user_data)->notes);
  pyrog_invocation_return_none (invocation);
}

/* Breaks the connection the first time, and answers the second time */
static void
break_once (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Server *server = user_data;

  if (g_atomic_int_add (&server->notes, 1) == 0)
    pyrog_connection_shutdown (pyrog_invocation_get_connection (invocation));
  pyrog_invocation_return (invocation, "s", "answered");
}

/* Calls the daemon that runs this method, in the way that can't work */
static void
call_myself (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Server *server = user_data;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (server->uri, NULL, NULL);
  g_autoptr (GVariant) sum = pyrog_proxy_call_sync (
      proxy, "add", g_variant_new ("(xx)", (gint64) 1, (gint64) 2), "x", NULL, error);

  if (sum != NULL)
    pyrog_invocation_return_value (invocation, sum);
}

static PyrogServant *
make_servant (Server *server)
{
  PyrogServant *servant = pyrog_servant_new ();

  pyrog_servant_add_handler (servant, "add", "x a, x b", "x", add, NULL, NULL);
  pyrog_servant_add_handler (servant, "hold", NULL, NULL, hold, server, NULL);
  pyrog_servant_add_handler (servant, "forget", NULL, NULL, forget, NULL, NULL);
  pyrog_servant_add_handler (servant, "note", NULL, NULL, note, server, NULL);
  pyrog_servant_set_oneway (servant, "note", TRUE);
  pyrog_servant_add_handler (servant, "break_once", NULL, NULL, break_once, server, NULL);
  pyrog_servant_add_handler (servant, "call_myself", NULL, NULL, call_myself, server, NULL);
  return servant;
}

static gpointer
run_server (gpointer data)
{
  Server *server = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogServant) servant = make_servant (server);
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (context);
  g_object_set (config, "server-type", server->type, NULL);
  server->daemon = pyrog_daemon_new (config);
  pyrog_daemon_listen (server->daemon, server->location != NULL ? server->location : "localhost:0",
                       &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (server->daemon, OBJECT, servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (server->daemon, &error);
  g_assert_no_error (error);
  g_mutex_lock (&server->lock);
  server->uri = pyrog_uri_to_string (uri);
  g_cond_broadcast (&server->ready);
  g_mutex_unlock (&server->lock);
  pyrog_daemon_run (server->daemon, NULL, &error);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static Server *
start_server (PyrogServerType type, const char *location)
{
  Server *server = g_new0 (Server, 1);

  g_mutex_init (&server->lock);
  g_cond_init (&server->ready);
  server->type = type;
  server->location = g_strdup (location);
  server->held = g_ptr_array_new_with_free_func (g_object_unref);
  server->thread = g_thread_new ("server", run_server, server);
  g_mutex_lock (&server->lock);
  while (server->uri == NULL)
    g_cond_wait (&server->ready, &server->lock);
  g_mutex_unlock (&server->lock);
  return server;
}

static void
wait_for_held (Server *server, guint count)
{
  g_mutex_lock (&server->lock);
  while (server->held->len < count)
    g_cond_wait (&server->ready, &server->lock);
  g_mutex_unlock (&server->lock);
}

static gboolean
has_held (Server *server)
{
  g_mutex_lock (&server->lock);
  gboolean has = server->held->len > 0;
  g_mutex_unlock (&server->lock);
  return has;
}

static void
stop_server (Server *server)
{
  pyrog_daemon_stop (server->daemon);
  g_thread_join (server->thread);
  g_object_unref (server->daemon);
  g_ptr_array_unref (server->held);
  g_mutex_clear (&server->lock);
  g_cond_clear (&server->ready);
  g_free (server->location);
  g_free (server->uri);
  g_free (server);
}

static PyrogProxy *
connect_to (Server *server)
{
  g_autoptr (GError) error = NULL;
  PyrogProxy *proxy = pyrog_proxy_new (server->uri, NULL, &error);

  g_assert_no_error (error);
  return proxy;
}

static void
assert_sum (PyrogProxy *proxy, gint64 a, gint64 b)
{
  g_autoptr (GError) error = NULL;
  gint64 sum = 0;

  pyrog_proxy_invoke_sync (proxy, "add", NULL, &error, "xx", a, b, "x", &sum);
  g_assert_no_error (error);
  g_assert_cmpint (sum, ==, a + b);
}

static void
assert_failure (PyrogProxy *proxy,
                const char *method,
                GCancellable *cancellable,
                GQuark domain,
                int code,
                PyrogExecution execution)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogOutcome) outcome = NULL;

  g_assert_null (pyrog_proxy_call_full_sync (proxy, method, NULL, NULL, NULL, NULL, cancellable,
                                             &outcome, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpint (pyrog_outcome_get_execution (outcome), ==, execution);
}

/* ---- Tests; each runs with both server types where that matters ---- */

/* Calls work, with GVariants and with C variables, and a forgotten invocation is an error */
static void
test_call (gconstpointer data)
{
  Server *server = start_server ((PyrogServerType) GPOINTER_TO_INT (data), NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);

  g_assert_false (pyrog_proxy_get_connected (proxy));
  assert_sum (proxy, 1, 2);
  g_assert_true (pyrog_proxy_get_connected (proxy));
  assert_failure (proxy, "forget", NULL, PYROG_ERROR, PYROG_ERROR_FAILED, PYROG_EXECUTION_ANSWERED);
  assert_failure (proxy, "nosuch", NULL, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR,
                  PYROG_EXECUTION_NOT_SENT);
  assert_failure (proxy, "add", NULL, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                  PYROG_EXECUTION_ANSWERED);
  g_clear_object (&proxy);
  stop_server (server);
}

/* The deadline is total; the call may have been executed; the next call has a new connection */
static void
test_timeout (gconstpointer data)
{
  Server *server = start_server ((PyrogServerType) GPOINTER_TO_INT (data), NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);

  pyrog_proxy_set_timeout (proxy, 0.05);
  assert_failure (proxy, "hold", NULL, PYROG_ERROR, PYROG_ERROR_TIMEOUT, PYROG_EXECUTION_MAYBE);
  pyrog_proxy_set_timeout (proxy, 20);
  assert_sum (proxy, 3, 4);
  g_clear_object (&proxy);
  stop_server (server);
}

static gpointer
cancel_when_held (gpointer data)
{
  gpointer *both = data;

  wait_for_held (both[0], 1);
  g_cancellable_cancel (both[1]);
  return NULL;
}

/* A call cancelled before it is sent is not sent; one cancelled afterwards may have been executed
 */
static void
test_cancel (void)
{
  Server *server = start_server (PYROG_SERVER_TYPE_MULTIPLEX, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  g_autoptr (GCancellable) early = g_cancellable_new ();
  g_autoptr (GCancellable) late = g_cancellable_new ();
  gpointer both[2] = { server, late };

  g_cancellable_cancel (early);
  assert_failure (proxy, "hold", early, G_IO_ERROR, G_IO_ERROR_CANCELLED, PYROG_EXECUTION_NOT_SENT);
  GThread *thread = g_thread_new ("cancel", cancel_when_held, both);
  assert_failure (proxy, "hold", late, G_IO_ERROR, G_IO_ERROR_CANCELLED, PYROG_EXECUTION_MAYBE);
  g_thread_join (thread);
  g_clear_object (&proxy);
  stop_server (server);
}

/* Nobody listens: the call was certainly not sent */
static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new ("PYRO:x@127.0.0.1:1", NULL, &error);

  g_assert_no_error (error);
  assert_failure (proxy, "anything", NULL, PYROG_ERROR, PYROG_ERROR_COMMUNICATION,
                  PYROG_EXECUTION_NOT_SENT);
}

typedef struct
{
  guint done;
  guint failed;
} Counts;

static void
count_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Counts *counts = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = pyrog_proxy_call_finish (PYROG_PROXY (object), result, &error);

  counts->done++;
  counts->failed += value == NULL;
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    g_assert_cmpint (g_variant_get_int64 (value), ==, counts->done);
}

/* Asynchronous calls are answered in order, also when a synchronous one reads for them */
static void
test_pipelining (gconstpointer data)
{
  Server *server = start_server ((PyrogServerType) GPOINTER_TO_INT (data), NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  Counts counts = { 0 };

  for (gint64 i = 0; i < 500; i++)
    pyrog_proxy_call (proxy, "add", g_variant_new ("(xx)", i, (gint64) 1), "x", NULL, count_cb,
                      &counts);
  assert_sum (proxy, 5, 5);
  g_assert_cmpuint (counts.done, ==, 0);
  while (counts.done < 500)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (counts.failed, ==, 0);
  g_clear_object (&proxy);
  stop_server (server);
}

/* When the daemon stops, every call that waits gets its error */
static void
test_stop (gconstpointer data)
{
  Server *server = start_server ((PyrogServerType) GPOINTER_TO_INT (data), NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  Counts counts = { 0 };

  for (guint i = 0; i < 3; i++)
    pyrog_proxy_call (proxy, "hold", NULL, NULL, NULL, count_cb, &counts);
  while (!has_held (server))
    g_main_context_iteration (NULL, FALSE);
  stop_server (server);
  while (counts.done < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (counts.failed, ==, 3);
}

static gpointer
call_often (gpointer data)
{
  for (gint64 i = 0; i < 300; i++)
    assert_sum (data, i, i);
  return NULL;
}

/* Several threads may use one proxy */
static void
test_threads (gconstpointer data)
{
  Server *server = start_server ((PyrogServerType) GPOINTER_TO_INT (data), NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_often, proxy);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_clear_object (&proxy);
  stop_server (server);
}

/* A call that would wait for its own thread is refused, and not sent */
static void
test_own_context (void)
{
  Server *server = start_server (PYROG_SERVER_TYPE_MULTIPLEX, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  g_autoptr (GError) error = NULL;

  pyrog_proxy_set_timeout (proxy, 20);
  g_assert_null (pyrog_proxy_call_sync (proxy, "call_myself", NULL, NULL, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "asynchronously"));
  g_clear_object (&proxy);
  stop_server (server);
}

/* A daemon that was started anew is found again without an error: the old connection is seen to be
 * dead before anything is sent */
static void
test_restart (void)
{
  Server *first = start_server (PYROG_SERVER_TYPE_MULTIPLEX, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (first);

  assert_sum (proxy, 1, 1);
  g_autofree char *location = pyrog_uri_get_location (pyrog_proxy_get_uri (proxy));
  stop_server (first);
  Server *second = start_server (PYROG_SERVER_TYPE_MULTIPLEX, location);
  assert_sum (proxy, 2, 2);
  g_clear_object (&proxy);
  stop_server (second);
}

/* Oneway calls are executed before later calls of their connection */
static void
test_oneway (void)
{
  Server *server = start_server (PYROG_SERVER_TYPE_MULTIPLEX, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GVariant) none = pyrog_proxy_call_sync (proxy, "note", NULL, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  assert_sum (proxy, 1, 1);
  g_assert_cmpint (g_atomic_int_get (&server->notes), ==, 100);
  g_clear_object (&proxy);
  stop_server (server);
}

static PyrogProxy *
connect_with_retries (const char *uri, gint64 retries)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (config, "max-retries", retries, NULL);
  PyrogProxy *proxy = pyrog_proxy_new (uri, config, &error);
  g_assert_no_error (error);
  return proxy;
}

/* A call that may have been executed is repeated only if it is idempotent and retries are allowed
 */
static void
test_retries (void)
{
  static const struct
  {
    gint64 retries;
    gboolean idempotent;
    gboolean answered;
  } rows[] = { { 0, FALSE, FALSE }, { 0, TRUE, FALSE }, { 1, FALSE, FALSE }, { 1, TRUE, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Server *server = start_server (PYROG_SERVER_TYPE_MULTIPLEX, NULL);
      g_autoptr (PyrogProxy) proxy = connect_with_retries (server->uri, rows[i].retries);
      g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
      g_autoptr (GError) error = NULL;

      pyrog_call_options_set_idempotent (options, rows[i].idempotent);
      g_autoptr (GVariant) result = pyrog_proxy_call_full_sync (proxy, "break_once", NULL, NULL,
                                                                "s", options, NULL, NULL, &error);
      if (rows[i].answered)
        g_assert_no_error (error);
      else
        {
          g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
          g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_MAYBE);
        }
      g_assert_cmpint (g_atomic_int_get (&server->notes), ==, rows[i].answered ? 2 : 1);
      g_clear_object (&proxy);
      stop_server (server);
    }
}

/* Connecting is tried again, after a pause, as often as retries allow */
static void
test_connect_retries (void)
{
  g_autoptr (PyrogProxy) proxy = connect_with_retries ("PYRO:x@127.0.0.1:1", 1);
  gint64 begin = g_get_monotonic_time ();

  assert_failure (proxy, "anything", NULL, PYROG_ERROR, PYROG_ERROR_COMMUNICATION,
                  PYROG_EXECUTION_NOT_SENT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, G_USEC_PER_SEC / 2);
}

static void
add_for_both (const char *path, void (*test) (gconstpointer data))
{
  g_autofree char *multiplex = g_strconcat (path, "/multiplex", NULL);
  g_autofree char *thread = g_strconcat (path, "/thread", NULL);

  g_test_add_data_func (multiplex, GINT_TO_POINTER (PYROG_SERVER_TYPE_MULTIPLEX), test);
  g_test_add_data_func (thread, GINT_TO_POINTER (PYROG_SERVER_TYPE_THREAD), test);
}

/* Calls in the thread's own context, which ends with it */
static gpointer
call_in_own_context (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Counts counts = { 0 };

  g_main_context_push_thread_default (context);
  pyrog_proxy_call (data, "add", g_variant_new ("(ii)", 0, 1), "x", NULL, count_cb, &counts);
  while (counts.done < 1)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* A connection that was read in a context survives it: others go on with it, in either way */
static void
test_context_ends (void)
{
  Server *server = start_server (PYROG_SERVER_TYPE_MULTIPLEX, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);

  for (guint i = 0; i < 3; i++)
    {
      g_thread_join (g_thread_new ("caller", call_in_own_context, proxy));
      g_thread_join (g_thread_new ("caller", call_in_own_context, proxy));
      assert_sum (proxy, 3, 4);
    }
  g_thread_join (g_thread_new ("caller", call_in_own_context, proxy));
  g_clear_object (&proxy);
  stop_server (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);

  add_for_both ("/proxy/call", test_call);
  add_for_both ("/proxy/timeout", test_timeout);
  add_for_both ("/proxy/pipelining", test_pipelining);
  add_for_both ("/proxy/stop", test_stop);
  add_for_both ("/proxy/threads", test_threads);
  g_test_add_func ("/proxy/cancel", test_cancel);
  g_test_add_func ("/proxy/refused", test_refused);
  g_test_add_func ("/proxy/own-context", test_own_context);
  g_test_add_func ("/proxy/retries", test_retries);
  g_test_add_func ("/proxy/connect-retries", test_connect_retries);
  g_test_add_func ("/proxy/restart", test_restart);
  g_test_add_func ("/proxy/oneway", test_oneway);
  g_test_add_func ("/proxy/context-ends", test_context_ends);
  return g_test_run ();
}
