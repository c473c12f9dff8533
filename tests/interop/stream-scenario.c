/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: stream-scenario serve
 *        stream-scenario read|read-attributes|refused URI
 *
 * A daemon with item streams, or a client of one, ours or Pyro5's, that checks what it gets. */

#include <pyrog.h>
#include <string.h>

/* ---- The daemon ---- */

typedef struct
{
  gint64 next;
  gint64 end;
  gboolean fails;
} Counter;

static GVariant *
next_number (gpointer user_data, GError **error)
{
  Counter *counter = user_data;

  if (counter->next < counter->end)
    return g_variant_new_int64 (counter->next++);
  if (counter->fails)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "enough");
  return NULL;
}

static PyrogItemStream *
new_stream (gint64 end, gboolean fails)
{
  Counter *counter = g_new0 (Counter, 1);

  counter->end = end;
  counter->fails = fails;
  return pyrog_item_stream_new (next_number, counter, g_free);
}

static void
count (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 end;
  gboolean fails;

  if (!pyrog_invocation_read (invocation, error, "xb", &end, &fails))
    return;
  g_autoptr (PyrogItemStream) stream = new_stream (end, fails);
  pyrog_invocation_return_stream (invocation, stream);
}

static gpointer
push_three (gpointer data)
{
  g_autoptr (PyrogItemQueue) queue = data;

  for (gint64 i = 0; i < 3; i++)
    pyrog_item_queue_push_sync (queue, g_variant_new_int64 (i), NULL, NULL);
  pyrog_item_queue_end (queue);
  return NULL;
}

static void
events (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_autoptr (PyrogItemQueue) queue = pyrog_item_queue_new (1);

  g_thread_unref (g_thread_new ("events", push_three, g_object_ref (queue)));
  pyrog_invocation_return_stream (invocation, PYROG_ITEM_STREAM (queue));
}

static PyrogItemStream *
get_numbers (const char *name, gpointer user_data, GError **error)
{
  return new_stream (3, FALSE);
}

static int
serve (void)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_handler (servant, "count", "x end, b fails", NULL, count, NULL, NULL);
  pyrog_servant_add_handler (servant, "events", NULL, NULL, events, NULL, NULL);
  pyrog_servant_add_stream_attribute (servant, "numbers", get_numbers, NULL, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "streams", servant, &error);
  g_assert_no_error (error);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_assert_true (pyrog_daemon_start (daemon, &error));
  g_print ("%s\n", text);
  pyrog_daemon_run (daemon, NULL, NULL);
  return 0;
}

/* ---- The client ---- */

typedef GVariant *(*NextFunc) (PyrogItemStream *stream, GCancellable *cancellable, GError **error);

static void
result_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GVariant *
next_async (PyrogItemStream *stream, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_item_stream_next (stream, cancellable, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return pyrog_item_stream_next_finish (stream, result, error);
}

static const NextFunc both_ways[] = { pyrog_item_stream_next_sync, next_async };

static void
expect (NextFunc next, PyrogItemStream *stream, gint64 from, gint64 to)
{
  for (gint64 i = from; i < to; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) item = next (stream, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (g_variant_get_int64 (item), ==, i);
    }
}

static void
expect_end (NextFunc next, PyrogItemStream *stream)
{
  GError *error = NULL;

  g_assert_null (next (stream, NULL, &error));
  g_assert_no_error (error);
}

static PyrogItemStream *
call_count (PyrogProxy *proxy, gint64 end, gboolean fails)
{
  g_autoptr (GError) error = NULL;
  PyrogItemStream *stream
      = pyrog_proxy_stream_sync (proxy, "count", g_variant_new ("(xb)", end, fails), NULL, &error);

  g_assert_no_error (error);
  return stream;
}

static void
check_failure (PyrogProxy *proxy, NextFunc next)
{
  g_autoptr (PyrogItemStream) stream = call_count (proxy, 100, TRUE);
  g_autoptr (GError) error = NULL;

  expect (next, stream, 0, 100);
  g_assert_null (next (stream, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
  expect_end (next, stream);
}

/* Two at a time, one left early, and one that goes on over another connection */
static void
check_lives (PyrogProxy *proxy, NextFunc next)
{
  g_autoptr (PyrogItemStream) one = call_count (proxy, 1000, FALSE);
  g_autoptr (PyrogItemStream) two = call_count (proxy, 1000, FALSE);
  g_autoptr (PyrogItemStream) three = call_count (proxy, 3, FALSE);

  expect (next, one, 0, 200);
  expect (next, two, 0, 300);
  pyrog_item_stream_close (one);
  expect_end (next, one);
  expect (next, two, 300, 1000);
  expect_end (next, two);
  expect (next, three, 0, 1);
  pyrog_proxy_release (proxy);
  expect (next, three, 1, 3);
  expect_end (next, three);
}

static GVariant *
count_kwargs (gint64 end)
{
  return g_variant_new_parsed ("{'end': <%x>, 'fails': <false>}", end);
}

/* Keyword arguments and options, in both ways; what is oneway has no stream */
static void
check_full (PyrogProxy *proxy, NextFunc next)
{
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_call_options_set_timeout (options, 60);
  g_autoptr (PyrogItemStream) one = pyrog_proxy_stream_full_sync (
      proxy, "count", NULL, count_kwargs (3), options, NULL, &error);
  g_assert_no_error (error);
  expect (next, one, 0, 3);
  expect_end (next, one);
  pyrog_proxy_stream_full (proxy, "count", NULL, count_kwargs (5), options, NULL, result_cb,
                           &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (PyrogItemStream) two = pyrog_proxy_stream_full_finish (proxy, result, &error);
  g_assert_no_error (error);
  expect (next, two, 0, 5);
  expect_end (next, two);
  pyrog_call_options_set_oneway (options, TRUE);
  g_assert_null (
      pyrog_proxy_stream_full_sync (proxy, "count", NULL, count_kwargs (3), options, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
}

static void
check_events (PyrogProxy *proxy, NextFunc next)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogItemStream) events
      = pyrog_proxy_stream_sync (proxy, "events", NULL, NULL, &error);
  g_assert_no_error (error);
  expect (next, events, 0, 3);
  expect_end (next, events);
}

/* Pyro5's daemons serve no such thing, but its clients take it */
static void
check_attribute (PyrogProxy *proxy, NextFunc next)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogItemStream) numbers
      = pyrog_proxy_stream_attribute_sync (proxy, "numbers", NULL, &error);
  g_assert_no_error (error);
  expect (next, numbers, 0, 3);
  expect_end (next, numbers);
}

static int
read_all (const char *uri, gboolean attributes)
{
  for (guint serializer = PYROG_SERIALIZER_SERPENT; serializer <= PYROG_SERIALIZER_MSGPACK;
       serializer++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
        {
          g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (uri, NULL, NULL);
          pyrog_proxy_set_serializer (proxy, (PyrogSerializer) serializer);
          check_failure (proxy, both_ways[i]);
          check_lives (proxy, both_ways[i]);
          check_full (proxy, both_ways[i]);
          check_events (proxy, both_ways[i]);
          if (attributes)
            check_attribute (proxy, both_ways[i]);
        }
    }
  return 0;
}

/* Where streams are not served that is an error, in both cases */
static int
read_refused (const char *uri)
{
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (uri, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_proxy_stream_sync (proxy, "count", g_variant_new ("(xb)", (gint64) 3, FALSE),
                                          NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "serve") == 0)
    return serve ();
  if (argc == 3 && strcmp (argv[1], "read") == 0)
    return read_all (argv[2], FALSE);
  if (argc == 3 && strcmp (argv[1], "read-attributes") == 0)
    return read_all (argv[2], TRUE);
  if (argc == 3 && strcmp (argv[1], "refused") == 0)
    return read_refused (argv[2]);
  g_printerr ("Usage: stream-scenario serve|read URI|read-attributes URI|refused URI\n");
  return 2;
}
