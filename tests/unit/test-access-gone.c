/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-access-request.h"

#include <string.h>
#include <unistd.h>

#include "access-fixture.h"
#include "pyrog-error.h"

/* Who asks, who is asked or who waits goes away while a question is open */

static const char *const threadings[] = { "multiplex", "thread" };

typedef struct
{
  AccessFixture *fixture; /* (owned) */
  GObject *asker;         /* (unowned) the daemon, or the proxy */
  GObject *owner;         /* (owned) (nullable) of the handler; it alone keeps the request */
  gulong handler;
  GAsyncQueue *asked; /* (owned) gets the owner with each question */
} Gone;

static gboolean
asks_cb (GObject *asker, PyrogAccessRequest *request, GObject *owner)
{
  pyrog_access_request_hold (request);
  g_object_set_data_full (owner, "request", g_object_ref (request), g_object_unref);
  g_async_queue_push (g_object_get_data (owner, "queue"), owner);
  return TRUE;
}

static Gone *
gone_new (const char *threading, gboolean tls, gboolean of_daemon, const char *signal)
{
  Gone *gone = g_new0 (Gone, 1);

  gone->fixture = access_fixture_new (threading, tls, NULL, NULL);
  gone->asker = of_daemon ? G_OBJECT (gone->fixture->daemon) : G_OBJECT (gone->fixture->proxy);
  gone->asked = g_async_queue_new ();
  gone->owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_data (gone->owner, "queue", gone->asked);
  gone->handler
      = g_signal_connect_object (gone->asker, signal, G_CALLBACK (asks_cb), gone->owner, 0);
  return gone;
}

static void
gone_free (Gone *gone)
{
  access_fixture_free (gone->fixture);
  g_clear_object (&gone->owner);
  g_async_queue_unref (gone->asked);
  g_free (gone);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Gone, gone_free)

static PyrogAccessRequest *
wait_for_question (Gone *gone)
{
  g_async_queue_pop (gone->asked);
  return g_object_ref (g_object_get_data (gone->owner, "request"));
}

/* ---- What goes ---- */

/* The object whose handler it is, and which was to decide */
static gpointer
owner_goes (gpointer data)
{
  Gone *gone = data;

  g_object_unref (wait_for_question (gone));
  g_clear_object (&gone->owner);
  return NULL;
}

/* The handler, and nobody has the request any more */
static gpointer
handler_goes (gpointer data)
{
  Gone *gone = data;

  g_object_unref (wait_for_question (gone));
  g_signal_handler_disconnect (gone->asker, gone->handler);
  g_object_set_data (gone->owner, "request", NULL);
  return NULL;
}

/* The handler, but somebody keeps the request and says nothing */
static gpointer
handler_goes_silently (gpointer data)
{
  Gone *gone = data;

  g_object_unref (wait_for_question (gone));
  g_signal_handler_disconnect (gone->asker, gone->handler);
  return NULL;
}

/* The daemon; it is too late for a decision */
static gpointer
daemon_stops (gpointer data)
{
  Gone *gone = data;
  g_autoptr (PyrogAccessRequest) request = wait_for_question (gone);

  pyrog_daemon_stop (gone->fixture->daemon);
  g_thread_join (g_steal_pointer (&gone->fixture->thread));
  pyrog_access_request_accept (request);
  return NULL;
}

static const GThreadFunc events[]
    = { owner_goes, handler_goes, handler_goes_silently, daemon_stops };

/* Whether the refusal waited for the deadline, where its text tells */
static void
assert_in_time (GThreadFunc event, const GError *error)
{
  gboolean late = strstr (error->message, "in time") != NULL;

  if (event != daemon_stops)
    g_assert_true (late == (event == handler_goes_silently));
}

/* ---- Daemons ---- */

static void
check_daemon (const char *threading,
              const char *signal,
              PyrogOperation operation,
              GThreadFunc event)
{
  g_autoptr (Gone) gone
      = gone_new (threading, g_str_equal (signal, "accept-certificate"), TRUE, signal);
  GThread *thread = g_thread_new ("event", event, gone);
  g_autoptr (GError) error = NULL;

  gone->fixture->operation = operation;
  if (event == daemon_stops || g_str_equal (signal, "validate-handshake"))
    {
      access_call (gone->fixture, &error);
      g_assert_nonnull (error);
      assert_in_time (event, error);
    }
  else
    {
      gone->fixture->signal = signal;
      access_assert_refused (gone->fixture);
    }
  g_assert_cmpint (g_atomic_int_get (&gone->fixture->calls), ==, 0);
  g_thread_join (thread);
}

/* A client is refused, at once or when the time is up, if who was to decide goes away; and if the
 * daemon does */
static void
test_daemon (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (events); i++)
    {
      const char *threading = threadings[i % 2];
      GThreadFunc event = events[i / 2];
      check_daemon (threading, "accept-certificate", PYROG_OPERATION_CALL, event);
      check_daemon (threading, "validate-handshake", PYROG_OPERATION_CALL, event);
      check_daemon (threading, "authorize-invocation", PYROG_OPERATION_CALL, event);
      check_daemon (threading, "authorize-invocation", PYROG_OPERATION_GET, event);
      check_daemon (threading, "authorize-invocation", PYROG_OPERATION_SET, event);
    }
}

/* ---- Proxies ---- */

static void
called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
start_call (PyrogProxy *proxy, GCancellable *cancellable, GAsyncResult **result)
{
  pyrog_proxy_call (proxy, "add",
                    g_variant_new ("(xx)", G_GINT64_CONSTANT (3), G_GINT64_CONSTANT (4)), "x",
                    cancellable, called_cb, result);
}

static void
finish_call (PyrogProxy *proxy, GAsyncResult **result, GError **error)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GVariant) sum = pyrog_proxy_call_finish (proxy, *result, error);
  g_assert_true ((sum == NULL) == (*error != NULL));
  g_clear_object (result);
}

static void
check_proxy (const char *signal, gboolean async, GThreadFunc event)
{
  g_autoptr (Gone) gone
      = gone_new ("multiplex", g_str_equal (signal, "accept-certificate"), FALSE, signal);
  GThread *thread = g_thread_new ("event", event, gone);
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  g_test_message ("%s, async %d", signal, async);
  if (async)
    {
      start_call (gone->fixture->proxy, NULL, &result);
      finish_call (gone->fixture->proxy, &result, &error);
    }
  else
    access_call (gone->fixture, &error);
  g_thread_join (thread);
  g_assert_nonnull (error);
  assert_in_time (event, error);
  g_assert_cmpint (g_atomic_int_get (&gone->fixture->calls), ==, 0);
}

/* A call fails if who was to decide about the daemon goes away, and if the daemon does */
static void
test_proxy (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (events); i++)
    {
      check_proxy ("accept-certificate", i % 2 == 1, events[i / 2]);
      check_proxy ("validate-handshake", i % 2 == 1, events[i / 2]);
    }
}

static void
wait_async (Gone *gone, PyrogAccessRequest **request)
{
  while (g_async_queue_length (gone->asked) == 0)
    g_main_context_iteration (NULL, TRUE);
  *request = wait_for_question (gone);
}

static void
check_cancelled (const char *signal)
{
  g_autoptr (Gone) gone
      = gone_new ("multiplex", g_str_equal (signal, "accept-certificate"), FALSE, signal);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (PyrogAccessRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  start_call (gone->fixture->proxy, cancellable, &result);
  wait_async (gone, &request);
  g_cancellable_cancel (cancellable);
  finish_call (gone->fixture->proxy, &result, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  pyrog_access_request_accept (request);
  g_signal_handler_disconnect (gone->asker, gone->handler);
  access_assert_works (gone->fixture);
}

/* A call that is cancelled does not wait for the decision, which is good for the next one */
static void
test_cancelled (void)
{
  check_cancelled ("accept-certificate");
  check_cancelled ("validate-handshake");
}

static void
check_released (const char *signal)
{
  g_autoptr (Gone) gone
      = gone_new ("multiplex", g_str_equal (signal, "accept-certificate"), FALSE, signal);
  g_autoptr (PyrogAccessRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  start_call (gone->fixture->proxy, NULL, &result);
  wait_async (gone, &request);
  pyrog_proxy_release (gone->fixture->proxy);
  finish_call (gone->fixture->proxy, &result, &error);
  g_assert_nonnull (error);
  pyrog_access_request_accept (request);
  g_signal_handler_disconnect (gone->asker, gone->handler);
  access_assert_works (gone->fixture);
}

/* A proxy that is released while it asks fails the call, and a decision after that means nothing */
static void
test_released (void)
{
  check_released ("accept-certificate");
  check_released ("validate-handshake");
}

static void
check_dropped (const char *signal)
{
  g_autoptr (Gone) gone
      = gone_new ("multiplex", g_str_equal (signal, "accept-certificate"), FALSE, signal);
  PyrogProxy *proxy = gone->fixture->proxy;
  g_autoptr (PyrogAccessRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  start_call (proxy, NULL, &result);
  wait_async (gone, &request);
  g_clear_object (&gone->fixture->proxy);
  pyrog_access_request_refuse (request, NULL);
  finish_call (proxy, &result, &error);
  g_assert_nonnull (error);
}

/* A call keeps its proxy, and so the question, for as long as it takes */
static void
test_dropped (void)
{
  check_dropped ("accept-certificate");
  check_dropped ("validate-handshake");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (100);
  g_test_add_func ("/access-gone/daemon", test_daemon);
  g_test_add_func ("/access-gone/proxy", test_proxy);
  g_test_add_func ("/access-gone/proxy/cancelled", test_cancelled);
  g_test_add_func ("/access-gone/proxy/released", test_released);
  g_test_add_func ("/access-gone/proxy/dropped", test_dropped);
  return g_test_run ();
}
