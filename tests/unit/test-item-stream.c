/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-item-queue.h"

#include <unistd.h>

#include "pyrog-error.h"
#include "pyrog-item-stream-private.h"

#define WATCHDOG 60 /* seconds */

/* ---- Reading, in both ways ---- */

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

/* ---- Functions ---- */

typedef struct
{
  gint64 next;
  gint64 fail_at;
  guint freed;
  PyrogItemStream *stream; /* (unowned) (nullable) to close while it makes an item */
} Counter;

static GVariant *
count (gpointer user_data, GError **error)
{
  Counter *counter = user_data;

  g_assert_cmpuint (counter->freed, ==, 0);
  if (counter->stream != NULL)
    pyrog_item_stream_close (counter->stream);
  g_assert_cmpuint (counter->freed, ==, 0);
  if (++counter->next == counter->fail_at)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "enough");
  return counter->next < counter->fail_at ? g_variant_new_int64 (counter->next) : NULL;
}

static void
free_counter (gpointer user_data)
{
  ((Counter *) user_data)->freed++;
}

/* A function's items come, then its error once, and then the end; its data is freed at once */
static void
test_func (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
    {
      Counter counter = { .fail_at = 3 };
      g_autoptr (PyrogItemStream) stream = pyrog_item_stream_new (count, &counter, free_counter);
      g_autoptr (GError) error = NULL;
      assert_next (both_ways[i], stream, 1);
      assert_next (both_ways[i], stream, 2);
      g_assert_false (pyrog_item_stream_is_closed (stream));
      g_assert_null (both_ways[i](stream, NULL, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
      g_assert_cmpuint (counter.freed, ==, 1);
      assert_end (both_ways[i], stream);
      g_assert_cmpint (counter.next, ==, 3);
    }
}

/* A stream that is closed, or dropped, calls its function no more */
static void
test_close (void)
{
  Counter closed = { .fail_at = 9 };
  Counter dropped = { .fail_at = 9 };
  g_autoptr (PyrogItemStream) stream = pyrog_item_stream_new (count, &closed, free_counter);
  PyrogItemStream *other = pyrog_item_stream_new (count, &dropped, free_counter);

  assert_next (pyrog_item_stream_next_sync, stream, 1);
  pyrog_item_stream_close (stream);
  pyrog_item_stream_close (stream);
  g_assert_cmpuint (closed.freed, ==, 1);
  assert_end (next_async, stream);
  g_assert_cmpint (closed.next, ==, 1);
  g_object_unref (other);
  g_assert_cmpuint (dropped.freed, ==, 1);
}

/* A function may close its own stream; its data lives until it returns */
static void
test_close_inside (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
    {
      Counter counter = { .fail_at = 9 };
      g_autoptr (PyrogItemStream) stream = pyrog_item_stream_new (count, &counter, free_counter);
      counter.stream = stream;
      assert_next (both_ways[i], stream, 1);
      g_assert_cmpuint (counter.freed, ==, 1);
      assert_end (both_ways[i], stream);
    }
}

static GVariant *
next_of_itself (gpointer user_data, GError **error)
{
  return pyrog_item_stream_next_sync (*(PyrogItemStream **) user_data, NULL, error);
}

/* A stream that nobody fills is at its end */
static void
test_empty (void)
{
  g_autoptr (PyrogItemStream) stream = g_object_new (PYROG_TYPE_ITEM_STREAM, NULL);

  assert_end (pyrog_item_stream_next_sync, stream);
  assert_end (next_async, stream);
  g_assert_true (pyrog_item_stream_is_closed (stream));
}

/* One item at a time */
static void
test_pending (void)
{
  PyrogItemStream *stream = NULL;
  g_autoptr (GError) error = NULL;

  stream = pyrog_item_stream_new (next_of_itself, &stream, NULL);
  g_assert_null (pyrog_item_stream_next_value (stream, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_object_unref (stream);
}

/* ---- Models ---- */

static GVariant *
state_of (GObject *item, gpointer user_data, GError **error)
{
  GVariant *state = g_action_get_state (G_ACTION (item));

  g_assert_cmpuint (((Counter *) user_data)->freed, ==, 0);
  return state;
}

static void
insert (GListStore *store, guint position, gint64 number)
{
  g_autoptr (GSimpleAction) action
      = g_simple_action_new_stateful ("number", NULL, g_variant_new_int64 (number));

  g_list_store_insert (store, position, action);
}

/* A model may change while it is read: what was read is not read again, nothing else is left out */
static void
test_model (void)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_SIMPLE_ACTION);
  Counter counter = { .next = 0 };

  for (guint i = 0; i < 4; i++)
    insert (store, i, i + 1);
  g_autoptr (PyrogItemStream) stream
      = pyrog_item_stream_new_for_model (G_LIST_MODEL (store), state_of, &counter, free_counter);
  assert_next (pyrog_item_stream_next_sync, stream, 1);
  assert_next (next_async, stream, 2);
  insert (store, 0, 9);
  assert_next (pyrog_item_stream_next_sync, stream, 3);
  g_list_store_splice (store, 2, 3, NULL, 0);
  insert (store, 2, 5);
  assert_next (pyrog_item_stream_next_sync, stream, 5);
  g_list_store_remove (store, 0);
  insert (store, g_list_model_get_n_items (G_LIST_MODEL (store)), 6);
  assert_next (pyrog_item_stream_next_sync, stream, 6);
  assert_end (pyrog_item_stream_next_sync, stream);
  g_assert_cmpuint (counter.freed, ==, 1);
}

/* ---- Queues ---- */

static void
push (PyrogItemQueue *queue, gint64 number)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pyrog_item_queue_try_push (queue, g_variant_new_int64 (number), &error));
  g_assert_no_error (error);
}

static void
finish_push (PyrogItemQueue *queue, GAsyncResult **result, int code)
{
  g_autoptr (GError) error = NULL;

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (pyrog_item_queue_push_finish (queue, *result, &error) == (code < 0));
  if (code >= 0)
    g_assert_error (error, G_IO_ERROR, code);
  g_clear_object (result);
}

/* A queue holds so many items, one more is refused, a push that waits gets its turn, and all come
 * in order, the error behind them */
static void
test_queue (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
    {
      g_autoptr (PyrogItemQueue) queue = pyrog_item_queue_new (2);
      PyrogItemStream *stream = PYROG_ITEM_STREAM (queue);
      g_autoptr (GError) failure = g_error_new (PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "k");
      g_autoptr (GError) error = NULL;
      GAsyncResult *third = NULL, *fourth = NULL;
      push (queue, 1);
      push (queue, 2);
      g_assert_false (pyrog_item_queue_try_push (queue, g_variant_new_int64 (0), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      g_clear_error (&error);
      pyrog_item_queue_push (queue, g_variant_new_int64 (3), NULL, result_cb, &third);
      pyrog_item_queue_push (queue, g_variant_new_int64 (4), NULL, result_cb, &fourth);
      assert_next (both_ways[i], stream, 1);
      finish_push (queue, &third, -1);
      g_assert_null (fourth);
      pyrog_item_queue_fail (queue, failure);
      pyrog_item_queue_end (queue);
      finish_push (queue, &fourth, -1);
      for (gint64 number = 2; number <= 4; number++)
        assert_next (both_ways[i], stream, number);
      g_assert_null (both_ways[i](stream, NULL, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR);
      assert_end (both_ways[i], stream);
    }
}

static void
count_cb (PyrogItemQueue *queue, gpointer user_data)
{
  ++*(guint *) user_data;
}

/* Whoever pushes learns that nobody reads any more, waiting or not */
static void
test_queue_closed (void)
{
  g_autoptr (PyrogItemQueue) queue = pyrog_item_queue_new (1);
  GAsyncResult *waiting = NULL, *late = NULL;
  guint closed = 0;

  g_signal_connect (queue, "closed", G_CALLBACK (count_cb), &closed);
  push (queue, 1);
  pyrog_item_queue_push (queue, g_variant_new_int64 (2), NULL, result_cb, &waiting);
  pyrog_item_stream_close (PYROG_ITEM_STREAM (queue));
  pyrog_item_queue_push (queue, g_variant_new_int64 (3), NULL, result_cb, &late);
  g_assert_cmpuint (closed, ==, 0);
  finish_push (queue, &waiting, G_IO_ERROR_CLOSED);
  finish_push (queue, &late, G_IO_ERROR_CLOSED);
  while (closed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (closed, ==, 1);
}

/* A reader that waits is answered by the next push, by the end, and by closing */
static void
test_queue_waiting (void)
{
  g_autoptr (PyrogItemQueue) queue = pyrog_item_queue_new (1);
  PyrogItemStream *stream = PYROG_ITEM_STREAM (queue);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_item_stream_next (stream, NULL, result_cb, &result);
  push (queue, 1);
  push (queue, 2);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GVariant) item = pyrog_item_stream_next_finish (stream, result, &error);
  g_assert_cmpint (g_variant_get_int64 (item), ==, 1);
  g_clear_object (&result);
  assert_next (next_async, stream, 2);
  pyrog_item_stream_next (stream, NULL, result_cb, &result);
  pyrog_item_stream_close (stream);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (pyrog_item_stream_next_finish (stream, result, &error));
  g_assert_no_error (error);
}

/* A wait for an item or for room can be cancelled, and no item is lost by that */
static void
test_queue_cancelled (void)
{
  g_autoptr (PyrogItemQueue) queue = pyrog_item_queue_new (1);
  PyrogItemStream *stream = PYROG_ITEM_STREAM (queue);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) other = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *pushed = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_item_stream_next (stream, cancellable, result_cb, &result);
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (pyrog_item_stream_next_finish (stream, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  push (queue, 1);
  pyrog_item_queue_push (queue, g_variant_new_int64 (2), other, result_cb, &pushed);
  g_cancellable_cancel (other);
  finish_push (queue, &pushed, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (pyrog_item_queue_push_sync (queue, g_variant_new_int64 (2), other, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (pyrog_item_stream_next_sync (stream, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_next (next_async, stream, 1);
}

#define N_ITEMS 10000

static gpointer
push_many (gpointer data)
{
  for (gint64 i = 1; i <= N_ITEMS; i++)
    {
      g_autoptr (GError) error = NULL;
      pyrog_item_queue_push_sync (data, g_variant_new_int64 (i), NULL, &error);
      g_assert_no_error (error);
    }
  pyrog_item_queue_end (data);
  return NULL;
}

/* A thread that pushes and one that reads lose nothing, however the reader waits */
static void
test_queue_threads (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
    {
      g_autoptr (PyrogItemQueue) queue = pyrog_item_queue_new (3);
      GThread *thread = g_thread_new ("pusher", push_many, queue);
      for (gint64 number = 1; number <= N_ITEMS; number++)
        assert_next (both_ways[i], PYROG_ITEM_STREAM (queue), number);
      assert_end (both_ways[i], PYROG_ITEM_STREAM (queue));
      g_thread_join (thread);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);
  g_test_add_func ("/item-stream/func", test_func);
  g_test_add_func ("/item-stream/close", test_close);
  g_test_add_func ("/item-stream/close-inside", test_close_inside);
  g_test_add_func ("/item-stream/empty", test_empty);
  g_test_add_func ("/item-stream/pending", test_pending);
  g_test_add_func ("/item-stream/model", test_model);
  g_test_add_func ("/item-queue/order", test_queue);
  g_test_add_func ("/item-queue/closed", test_queue_closed);
  g_test_add_func ("/item-queue/waiting", test_queue_waiting);
  g_test_add_func ("/item-queue/cancelled", test_queue_cancelled);
  g_test_add_func ("/item-queue/threads", test_queue_threads);
  return g_test_run ();
}
