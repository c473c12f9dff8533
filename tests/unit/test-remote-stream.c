/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-proxy.h"

#include <unistd.h>

#include "pyrog-connection-private.h"
#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-item-queue.h"
#include "pyrog-remote-stream.h"

#define WATCHDOG 60 /* seconds */
#define N_ITEMS 1000
#define MAX_AHEAD 64

/* ---- A daemon in a thread of its own ---- */

typedef struct
{
  GThread *thread;
  PyrogServerType type;
  PyrogDaemon *daemon; /* (owned) */
  char *uri;           /* (owned) */
  GMutex lock;
  GCond changed;
  gboolean ready;        /* (locked-by lock) */
  PyrogItemQueue *queue; /* (owned) (nullable) of the last caller */
  int made;              /* (atomic) items */
  int freed;             /* (atomic) streams of count() */
  PyrogProxy *proxy;     /* (owned) */
} Fixture;

typedef struct
{
  Fixture *fixture;
  gint64 next;
  gint64 end;
  gboolean fails;
} Counter;

static GVariant *
next_number (gpointer user_data, GError **error)
{
  Counter *counter = user_data;

  g_atomic_int_inc (&counter->fixture->made);
  if (++counter->next <= counter->end)
    return g_variant_new_int64 (counter->next);
  if (counter->fails)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "enough");
  return NULL;
}

static void
free_counter (gpointer user_data)
{
  Counter *counter = user_data;

  g_mutex_lock (&counter->fixture->lock);
  g_atomic_int_inc (&counter->fixture->freed);
  g_cond_broadcast (&counter->fixture->changed);
  g_mutex_unlock (&counter->fixture->lock);
  g_free (counter);
}

static PyrogItemStream *
new_stream (Fixture *fixture, gint64 end, gboolean fails)
{
  Counter *counter = g_new0 (Counter, 1);

  *counter = (Counter){ fixture, 0, end, fails };
  return pyrog_item_stream_new (next_number, counter, free_counter);
}

static void
count (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 end;
  gboolean fails;

  if (!pyrog_invocation_read (invocation, error, "xb", &end, &fails))
    return;
  g_autoptr (PyrogItemStream) stream = new_stream (user_data, end, fails);
  pyrog_invocation_return_stream (invocation, stream);
}

static PyrogItemStream *
get_numbers (const char *name, gpointer user_data, GError **error)
{
  return new_stream (user_data, 3, FALSE);
}

static void
events (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;
  g_autoptr (PyrogItemQueue) queue = pyrog_item_queue_new (100);

  g_mutex_lock (&fixture->lock);
  g_set_object (&fixture->queue, queue);
  g_mutex_unlock (&fixture->lock);
  pyrog_invocation_return_stream (invocation, PYROG_ITEM_STREAM (queue));
}

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 a, b;

  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

static void
hang_up (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_connection_shutdown (pyrog_invocation_get_connection (invocation));
  pyrog_invocation_return_none (invocation);
}

static gpointer
run_server (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (context);
  g_object_set (config, "server-type", fixture->type, NULL);
  fixture->daemon = pyrog_daemon_new (config);
  pyrog_servant_add_handler (servant, "count", NULL, NULL, count, fixture, NULL);
  pyrog_servant_add_handler (servant, "events", NULL, NULL, events, fixture, NULL);
  pyrog_servant_add_handler (servant, "add", NULL, NULL, add, NULL, NULL);
  pyrog_servant_add_handler (servant, "hang_up", NULL, NULL, hang_up, NULL, NULL);
  pyrog_servant_add_stream_attribute (servant, "numbers", get_numbers, fixture, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "test", servant, &error);
  g_assert_no_error (error);
  g_assert_true (pyrog_daemon_start (fixture->daemon, &error));
  g_mutex_lock (&fixture->lock);
  fixture->uri = pyrog_uri_to_string (uri);
  fixture->ready = TRUE;
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
  g_assert_true (pyrog_daemon_run (fixture->daemon, NULL, &error));
  g_clear_object (&fixture->daemon);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->type = (PyrogServerType) GPOINTER_TO_INT (data);
  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  fixture->thread = g_thread_new ("server", run_server, fixture);
  g_mutex_lock (&fixture->lock);
  while (!fixture->ready)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
  fixture->proxy = pyrog_proxy_new (fixture->uri, NULL, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->proxy);
  pyrog_daemon_stop (fixture->daemon);
  g_thread_join (fixture->thread);
  g_clear_object (&fixture->queue);
  g_free (fixture->uri);
  g_mutex_clear (&fixture->lock);
  g_cond_clear (&fixture->changed);
}

static void
wait_for_freed (Fixture *fixture, int freed)
{
  g_mutex_lock (&fixture->lock);
  while (g_atomic_int_get (&fixture->freed) < freed)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
}

/* ---- Calls, in both ways ---- */

static void
result_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static GVariant *
next_async (PyrogItemStream *stream, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_item_stream_next (stream, cancellable, result_cb, &result);
  wait_for_result (&result);
  return pyrog_item_stream_next_finish (stream, result, error);
}

typedef GVariant *(*NextFunc) (PyrogItemStream *stream, GCancellable *cancellable, GError **error);

static const NextFunc both_ways[] = { pyrog_item_stream_next_sync, next_async };

static void
assert_next (NextFunc next, PyrogItemStream *stream, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) item = next (stream, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (item), ==, expected);
}

static void
assert_end (NextFunc next, PyrogItemStream *stream)
{
  GError *error = NULL;

  g_assert_null (next (stream, NULL, &error));
  g_assert_no_error (error);
}

static PyrogItemStream *
start (Fixture *fixture, const char *method, GVariant *args)
{
  g_autoptr (GError) error = NULL;
  PyrogItemStream *stream = pyrog_proxy_stream_sync (fixture->proxy, method, args, NULL, &error);

  g_assert_no_error (error);
  return stream;
}

static PyrogItemStream *
start_async (Fixture *fixture, const char *method, GVariant *args)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_proxy_stream (fixture->proxy, method, args, NULL, result_cb, &result);
  wait_for_result (&result);
  PyrogItemStream *stream = pyrog_proxy_stream_finish (fixture->proxy, result, &error);
  g_assert_no_error (error);
  return stream;
}

static void
assert_add (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gint64 sum;

  pyrog_proxy_invoke_sync (fixture->proxy, "add", NULL, &error, "xx", (gint64) 1, (gint64) 2, "x",
                           &sum);
  g_assert_no_error (error);
  g_assert_cmpint (sum, ==, 3);
}

/* ---- The tests ---- */

static gint64 now; /* what streams take for the time, in microseconds */

static gint64
get_now (void)
{
  return now;
}

/* Many items come in order, whether they are waited for or come later or both in turns, then the
 * end, and the connection is good for other calls meanwhile and after that */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  for (guint way = 0; way < 3; way++)
    {
      GVariant *args = g_variant_new ("(xb)", (gint64) N_ITEMS, FALSE);
      g_autoptr (PyrogItemStream) stream
          = way == 0 ? start (fixture, "count", args) : start_async (fixture, "count", args);
      for (gint64 i = 1; i <= N_ITEMS; i++)
        {
          assert_next (both_ways[way < 2 ? way : (guint) i % 2], stream, i);
          if (i % 100 == 0)
            assert_add (fixture);
        }
      assert_end (both_ways[way % 2], stream);
      assert_end (both_ways[way % 2], stream);
      assert_add (fixture);
    }
}

/* Items that come as fast as they are asked for are asked for ahead, but only so many, and none if
 * the program does not want that */
static void
test_ahead (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
    {
      g_atomic_int_set (&fixture->made, 0);
      g_autoptr (PyrogItemStream) stream
          = start (fixture, "count", g_variant_new ("(xb)", (gint64) N_ITEMS, FALSE));
      g_autoptr (PyrogItemStream) other
          = start (fixture, "count", g_variant_new ("(xb)", (gint64) N_ITEMS, FALSE));
      pyrog_item_stream_set_prefetch (other, 1);
      pyrog_remote_stream_set_clock (stream, get_now);
      for (gint64 number = 1; number <= N_ITEMS / 2; number++)
        assert_next (both_ways[i], stream, number);
      assert_add (fixture);
      g_assert_cmpint (g_atomic_int_get (&fixture->made), >, N_ITEMS / 2);
      g_assert_cmpint (g_atomic_int_get (&fixture->made), <=, N_ITEMS / 2 + MAX_AHEAD);
      g_atomic_int_set (&fixture->made, 0);
      for (gint64 number = 1; number <= N_ITEMS / 2; number++)
        assert_next (both_ways[i], other, number);
      assert_add (fixture);
      g_assert_cmpint (g_atomic_int_get (&fixture->made), ==, N_ITEMS / 2);
    }
}

/* An error in the middle of what was asked for ahead comes in its place, then the end */
static void
test_error (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
    {
      for (gint64 n = 0; n < 300; n += 37)
        {
          g_autoptr (PyrogItemStream) stream
              = start (fixture, "count", g_variant_new ("(xb)", n, TRUE));
          g_autoptr (GError) error = NULL;
          for (gint64 number = 1; number <= n; number++)
            assert_next (both_ways[i], stream, number);
          g_assert_null (both_ways[i](stream, NULL, &error));
          g_assert_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR);
          assert_end (both_ways[i], stream);
          assert_add (fixture);
        }
    }
}

/* The daemon is told of a stream that is closed, or dropped, with or without items on their way;
 * and of one that a program asked for by mistake */
static void
test_close (Fixture *fixture, gconstpointer data)
{
  int freed = 0;

  for (gint64 n = 0; n < 300; n += 99)
    {
      PyrogItemStream *stream
          = start (fixture, "count", g_variant_new ("(xb)", (gint64) N_ITEMS, FALSE));
      for (gint64 number = 1; number <= n; number++)
        assert_next (pyrog_item_stream_next_sync, stream, number);
      if (n % 2 == 0)
        pyrog_item_stream_close (stream);
      wait_for_freed (fixture, n % 2 == 0 ? ++freed : freed);
      g_object_unref (stream);
      wait_for_freed (fixture, n % 2 == 0 ? freed : ++freed);
      assert_add (fixture);
    }
  g_autoptr (GError) error = NULL;
  g_assert_null (pyrog_proxy_call_sync (
      fixture->proxy, "count", g_variant_new ("(xb)", (gint64) 9, FALSE), NULL, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  wait_for_freed (fixture, freed + 1);
}

/* Attributes may be streams, and what is none is an error */
static void
test_attribute (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_autoptr (PyrogItemStream) one
      = pyrog_proxy_stream_attribute_sync (fixture->proxy, "numbers", NULL, &error);
  pyrog_proxy_stream_attribute (fixture->proxy, "numbers", NULL, result_cb, &result);
  wait_for_result (&result);
  g_autoptr (PyrogItemStream) two
      = pyrog_proxy_stream_attribute_finish (fixture->proxy, result, &error);
  for (gint64 i = 1; i <= 3; i++)
    {
      assert_next (next_async, one, i);
      assert_next (pyrog_item_stream_next_sync, two, i);
    }
  g_assert_null (pyrog_proxy_stream_sync (
      fixture->proxy, "add", g_variant_new ("(xx)", (gint64) 1, (gint64) 2), NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
}

static void
push (Fixture *fixture, gint64 number)
{
  g_autoptr (GError) error = NULL;

  pyrog_item_queue_try_push (fixture->queue, g_variant_new_int64 (number), &error);
  g_assert_no_error (error);
}

/* A wait for an event can be given up; the event comes to the next one who waits */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogItemStream) stream = start (fixture, "events", NULL);

  for (gint64 i = 0; i < 4; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      pyrog_item_stream_next (stream, cancellable, result_cb, &result);
      g_main_context_iteration (NULL, FALSE);
      g_cancellable_cancel (cancellable);
      wait_for_result (&result);
      g_assert_null (pyrog_item_stream_next_finish (stream, result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      push (fixture, i);
      assert_next (both_ways[i % 2], stream, i);
    }
}

/* Who waits for an event when the stream is closed learns that there are no more */
static void
test_close_waiting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogItemStream) stream = start (fixture, "events", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_item_stream_next (stream, NULL, result_cb, &result);
  pyrog_item_stream_close (stream);
  wait_for_result (&result);
  g_assert_null (pyrog_item_stream_next_finish (stream, result, &error));
  g_assert_no_error (error);
}

/* Events that have to be waited for are not asked for ahead: another call is answered at once. Not
 * even after some came together, as soon as one was late. */
static void
test_events (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogItemStream) stream = start (fixture, "events", NULL);

  pyrog_remote_stream_set_clock (stream, get_now);
  for (gint64 i = 0; i < 20; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      pyrog_item_stream_next (stream, NULL, result_cb, &result);
      now += G_USEC_PER_SEC;
      push (fixture, i);
      wait_for_result (&result);
      g_autoptr (GVariant) item = pyrog_item_stream_next_finish (stream, result, NULL);
      g_assert_cmpint (g_variant_get_int64 (item), ==, i);
      for (gint64 j = 0; j < 3; j++)
        {
          push (fixture, j);
          assert_next (both_ways[i % 2], stream, j);
        }
      assert_add (fixture);
    }
}

/* A connection that breaks costs no item that was not on its way; the next one goes on with the
 * stream */
static void
test_resume (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
    {
      g_autoptr (PyrogItemStream) stream
          = start (fixture, "count", g_variant_new ("(xb)", (gint64) 9, FALSE));
      assert_next (both_ways[i], stream, 1);
      g_autoptr (GVariant) none
          = pyrog_proxy_call_sync (fixture->proxy, "hang_up", NULL, NULL, NULL, NULL);
      assert_next (both_ways[i], stream, 2);
      pyrog_proxy_release (fixture->proxy);
      for (gint64 number = 3; number <= 9; number++)
        assert_next (both_ways[i], stream, number);
      assert_end (both_ways[i], stream);
    }
}

/* An answer that was lost is an error, once; the rest comes after that */
static void
test_loss (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogItemStream) stream = start (fixture, "events", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  push (fixture, 1);
  assert_next (next_async, stream, 1);
  pyrog_item_stream_next (stream, NULL, result_cb, &result);
  pyrog_proxy_release (fixture->proxy);
  wait_for_result (&result);
  g_assert_null (pyrog_item_stream_next_finish (stream, result, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  g_assert_false (pyrog_item_stream_is_closed (stream));
  assert_add (fixture);
  push (fixture, 2);
  assert_next (next_async, stream, 2);
}

/* A wait has the proxy's deadline, from when it began */
static void
test_timeout (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
    {
      g_autoptr (PyrogItemStream) stream = start (fixture, "events", NULL);
      g_autoptr (GError) error = NULL;
      pyrog_proxy_set_timeout (fixture->proxy, 0.05);
      g_assert_null (both_ways[i](stream, NULL, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TIMEOUT);
      pyrog_proxy_set_timeout (fixture->proxy, 0);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *fixture, gconstpointer data);
  } rows[] = {
    { "order", test_order },
    { "ahead", test_ahead },
    { "error", test_error },
    { "close", test_close },
    { "attribute", test_attribute },
    { "cancel", test_cancel },
    { "close-waiting", test_close_waiting },
    { "events", test_events },
    { "resume", test_resume },
    { "loss", test_loss },
    { "timeout", test_timeout },
  };

  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *multiplex = g_strconcat ("/remote-stream/multiplex/", rows[i].name, NULL);
      g_autofree char *thread = g_strconcat ("/remote-stream/thread/", rows[i].name, NULL);
      g_test_add (multiplex, Fixture, GINT_TO_POINTER (PYROG_SERVER_TYPE_MULTIPLEX), set_up,
                  rows[i].func, tear_down);
      g_test_add (thread, Fixture, GINT_TO_POINTER (PYROG_SERVER_TYPE_THREAD), set_up, rows[i].func,
                  tear_down);
    }
  return g_test_run ();
}
