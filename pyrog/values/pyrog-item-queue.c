/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-item-queue.h"

#include <glib/gi18n-lib.h>

#include "pyrog-item-stream-private.h"

/**
 * PyrogItemQueue:
 *
 * An item stream whose items are pushed, at any time and in any thread.
 *
 * It holds a limited number of items that nobody has asked for yet. When it is full
 * [method@ItemQueue.try_push] fails, while [method@ItemQueue.push] and
 * [method@ItemQueue.push_sync] wait for room. Whoever pushes calls [method@ItemQueue.end] or
 * [method@ItemQueue.fail] after the last item: the reader would wait for ever.
 *
 * When the reader is gone pushing fails with %G_IO_ERROR_CLOSED, and
 * [signal@ItemQueue::closed] tells whoever has nothing to push at the moment.
 *
 * Since: 1.0
 */
struct _PyrogItemQueue
{
  PyrogItemStream parent_instance;

  guint max_items;
  GMainContext *context; /* (owned) of the signal */

  GMutex lock;
  GCond room;      /* there may be room, or no reader any more */
  GQueue items;    /* (owned) (locked-by lock) (element-type GVariant) */
  GQueue pushers;  /* (owned) (locked-by lock) (element-type Pusher) that wait for room */
  gboolean asked;  /* (locked-by lock) somebody waits for an item */
  gboolean ended;  /* (locked-by lock) nothing more will be pushed */
  GError *failure; /* (owned) (nullable) (locked-by lock) why */
  gboolean closed; /* (locked-by lock) nobody reads any more */
};

G_DEFINE_FINAL_TYPE (PyrogItemQueue, pyrog_item_queue, PYROG_TYPE_ITEM_STREAM)

enum
{
  SIGNAL_CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* One asynchronous push */
typedef struct
{
  GTask *task;    /* (owned) */
  GVariant *item; /* (owned) */
  GSource *watch; /* (owned) (nullable) of the cancellable */
} Pusher;

/* ---- Pushers ---- */

static GError *
closed_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
                              _ ("Nobody reads the item stream any more"));
}

/* Without the lock; error is taken */
static void
finish_pusher (Pusher *pusher, GError *error)
{
  if (pusher->watch != NULL)
    {
      g_source_destroy (pusher->watch);
      g_source_unref (pusher->watch);
    }
  if (error != NULL)
    g_task_return_error (pusher->task, error);
  else
    g_task_return_boolean (pusher->task, TRUE);
  g_object_unref (pusher->task);
  g_variant_unref (pusher->item);
  g_free (pusher);
}

/* There is room for one more: the pusher whose item went there, to be finished */
static Pusher *
take_pusher_locked (PyrogItemQueue *self)
{
  Pusher *pusher = g_queue_pop_head (&self->pushers);

  if (pusher != NULL)
    g_queue_push_tail (&self->items, g_variant_ref (pusher->item));
  else
    g_cond_signal (&self->room);
  return pusher;
}

/* ---- Reading ---- */

static void
pyrog_item_queue_ask (PyrogItemStream *stream)
{
  PyrogItemQueue *self = PYROG_ITEM_QUEUE (stream);
  GError *failure = NULL;
  Pusher *pusher = NULL;

  g_mutex_lock (&self->lock);
  GVariant *item = g_queue_pop_head (&self->items);
  if (item != NULL)
    pusher = take_pusher_locked (self);
  else if (self->ended)
    failure = g_steal_pointer (&self->failure);
  gboolean later = self->asked = item == NULL && !self->ended;
  g_mutex_unlock (&self->lock);
  if (pusher != NULL)
    finish_pusher (pusher, NULL);
  if (!later)
    pyrog_item_stream_answer (stream, item, failure, item != NULL);
}

static gboolean
pyrog_item_queue_withdraw (PyrogItemStream *stream)
{
  PyrogItemQueue *self = PYROG_ITEM_QUEUE (stream);

  g_mutex_lock (&self->lock);
  gboolean asked = self->asked;
  self->asked = FALSE;
  g_mutex_unlock (&self->lock);
  return asked;
}

static gboolean
emit_closed_cb (gpointer data)
{
  g_signal_emit (data, signals[SIGNAL_CLOSED], 0);
  return G_SOURCE_REMOVE;
}

static void
tell_closed (PyrogItemQueue *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  if (!g_signal_has_handler_pending (self, signals[SIGNAL_CLOSED], 0, TRUE))
    return;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "PyrogItemQueue closed");
  g_source_set_callback (source, emit_closed_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
}

static void
pyrog_item_queue_release (PyrogItemStream *stream)
{
  PyrogItemQueue *self = PYROG_ITEM_QUEUE (stream);
  GQueue items;
  GQueue pushers;
  Pusher *pusher;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  items = self->items;
  pushers = self->pushers;
  g_queue_init (&self->items);
  g_queue_init (&self->pushers);
  g_cond_broadcast (&self->room);
  g_mutex_unlock (&self->lock);
  g_queue_clear_full (&items, (GDestroyNotify) g_variant_unref);
  while ((pusher = g_queue_pop_head (&pushers)) != NULL)
    finish_pusher (pusher, closed_error ());
  tell_closed (self);
}

static void
pyrog_item_queue_finalize (GObject *object)
{
  PyrogItemQueue *self = PYROG_ITEM_QUEUE (object);

  g_clear_error (&self->failure);
  g_main_context_unref (self->context);
  g_cond_clear (&self->room);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (pyrog_item_queue_parent_class)->finalize (object);
}

static const PyrogItemSource source = {
  .ask = pyrog_item_queue_ask,
  .withdraw = pyrog_item_queue_withdraw,
  .release = pyrog_item_queue_release,
};

static void
pyrog_item_queue_class_init (PyrogItemQueueClass *klass)
{
  ((PyrogItemStreamClass *) klass)->source = &source;
  G_OBJECT_CLASS (klass)->finalize = pyrog_item_queue_finalize;
  /**
   * PyrogItemQueue::closed:
   * @self: a queue
   *
   * Nobody asks for items any more: the reader has got the last one, has closed the stream, or is
   * gone. Emitted in the main context that was the thread's default when the queue was made.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", PYROG_TYPE_ITEM_QUEUE, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
pyrog_item_queue_init (PyrogItemQueue *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->room);
  self->context = g_main_context_ref_thread_default ();
}

/**
 * pyrog_item_queue_new: (constructor)
 * @max_items: how many items wait at most, at least 1
 *
 * Makes a stream whose items are pushed.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemQueue *
pyrog_item_queue_new (guint max_items)
{
  g_return_val_if_fail (max_items > 0, NULL);

  PyrogItemQueue *self = g_object_new (PYROG_TYPE_ITEM_QUEUE, NULL);
  self->max_items = max_items;
  return self;
}

/* ---- Pushing ---- */

typedef enum
{
  PUSH_DONE,   /* it is in the queue */
  PUSH_ANSWER, /* somebody waits for it: they are to be given it, without the lock */
  PUSH_FULL,
  PUSH_CLOSED,
} Push;

static Push
push_locked (PyrogItemQueue *self, GVariant *item)
{
  if (self->closed || self->ended)
    return PUSH_CLOSED;
  if (self->asked)
    {
      self->asked = FALSE;
      return PUSH_ANSWER;
    }
  if (self->items.length >= self->max_items)
    return PUSH_FULL;
  g_queue_push_tail (&self->items, g_variant_ref (item));
  return PUSH_DONE;
}

/* What is to be done without the lock; FALSE with an error */
static gboolean
finish_push (PyrogItemQueue *self, Push push, GVariant *item, GError **error)
{
  if (push == PUSH_CLOSED)
    g_propagate_error (error, closed_error ());
  else if (push == PUSH_FULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                 _ ("%u items wait already, which is the limit"), self->max_items);
  else if (push == PUSH_ANSWER)
    pyrog_item_stream_answer (PYROG_ITEM_STREAM (self), g_variant_ref (item), NULL, TRUE);
  return push == PUSH_DONE || push == PUSH_ANSWER;
}

/**
 * pyrog_item_queue_try_push:
 * @self: a queue
 * @item: an item; a floating one is consumed
 * @error: return location for an error
 *
 * Adds an item, if there is room. May be called in any thread.
 *
 * Returns: whether it was added; if not, with %G_IO_ERROR_WOULD_BLOCK or %G_IO_ERROR_CLOSED
 *
 * Since: 1.0
 */
gboolean
pyrog_item_queue_try_push (PyrogItemQueue *self, GVariant *item, GError **error)
{
  g_return_val_if_fail (PYROG_IS_ITEM_QUEUE (self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);

  g_autoptr (GVariant) sunk = g_variant_ref_sink (item);
  g_mutex_lock (&self->lock);
  Push push = push_locked (self, sunk);
  g_mutex_unlock (&self->lock);
  return finish_push (self, push, sunk, error);
}

static void
wake_cb (GCancellable *cancellable, gpointer user_data)
{
  PyrogItemQueue *self = user_data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->room);
  g_mutex_unlock (&self->lock);
}

/**
 * pyrog_item_queue_push_sync:
 * @self: a queue
 * @item: an item; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Adds an item, and waits for room. Not for the thread in which the daemon runs: it would wait for
 * itself.
 *
 * Returns: whether it was added; if not, with %G_IO_ERROR_CLOSED or %G_IO_ERROR_CANCELLED
 *
 * Since: 1.0
 */
gboolean
pyrog_item_queue_push_sync (PyrogItemQueue *self,
                            GVariant *item,
                            GCancellable *cancellable,
                            GError **error)
{
  g_return_val_if_fail (PYROG_IS_ITEM_QUEUE (self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  g_autoptr (GVariant) sunk = g_variant_ref_sink (item);
  gulong handler = 0;
  Push push;
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (wake_cb), self, NULL);
  g_mutex_lock (&self->lock);
  while ((push = push_locked (self, sunk)) == PUSH_FULL
         && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->room, &self->lock);
  g_mutex_unlock (&self->lock);
  g_cancellable_disconnect (cancellable, handler);
  if (push == PUSH_FULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return finish_push (self, push, sunk, error);
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  PyrogItemQueue *self = g_task_get_source_object (task);
  Pusher *pusher = NULL;

  g_mutex_lock (&self->lock);
  GList *link = self->pushers.head;
  while (link != NULL && ((Pusher *) link->data)->task != task)
    link = link->next;
  if (link != NULL)
    {
      pusher = link->data;
      g_queue_delete_link (&self->pushers, link);
    }
  g_mutex_unlock (&self->lock);
  if (pusher != NULL)
    finish_pusher (pusher, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                _ ("Operation was cancelled")));
  return G_SOURCE_REMOVE;
}

static Pusher *
new_pusher (GTask *task, GVariant *item)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Pusher *pusher = g_new0 (Pusher, 1);

  pusher->task = g_object_ref (task);
  pusher->item = g_variant_ref (item);
  if (cancellable != NULL)
    {
      pusher->watch = g_cancellable_source_new (cancellable);
      g_source_set_static_name (pusher->watch, "PyrogItemQueue cancelled");
      g_source_set_callback (pusher->watch, G_SOURCE_FUNC (cancelled_cb), g_object_ref (task),
                             g_object_unref);
    }
  return pusher;
}

/**
 * pyrog_item_queue_push:
 * @self: a queue
 * @item: an item; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): called when the item was added
 * @user_data: (closure): for @callback
 *
 * Adds an item as soon as there is room. Items that are pushed meanwhile come behind it.
 *
 * Since: 1.0
 */
void
pyrog_item_queue_push (PyrogItemQueue *self,
                       GVariant *item,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (PYROG_IS_ITEM_QUEUE (self));
  g_return_if_fail (item != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GVariant) sunk = g_variant_ref_sink (item);
  g_task_set_source_tag (task, pyrog_item_queue_push);
  g_task_set_check_cancellable (task, FALSE);
  if (g_task_return_error_if_cancelled (task))
    return;
  Pusher *pusher = new_pusher (task, sunk);
  g_mutex_lock (&self->lock);
  Push push = push_locked (self, sunk);
  if (push == PUSH_FULL)
    {
      g_queue_push_tail (&self->pushers, pusher);
      if (pusher->watch != NULL)
        g_source_attach (pusher->watch, g_task_get_context (task));
    }
  g_mutex_unlock (&self->lock);
  if (push == PUSH_FULL)
    return;
  GError *error = NULL;
  finish_push (self, push, sunk, &error);
  finish_pusher (pusher, error);
}

/**
 * pyrog_item_queue_push_finish:
 * @self: a queue
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@ItemQueue.push] began.
 *
 * Returns: whether the item was added; if not, with %G_IO_ERROR_CLOSED or %G_IO_ERROR_CANCELLED
 *
 * Since: 1.0
 */
gboolean
pyrog_item_queue_push_finish (PyrogItemQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PYROG_IS_ITEM_QUEUE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, pyrog_item_queue_push), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- The end ---- */

/* error is taken. Pushes that wait for room were made before the end, so their items come. */
static void
finish_queue (PyrogItemQueue *self, GError *error)
{
  Pusher *pusher;

  g_mutex_lock (&self->lock);
  gboolean first = !self->ended && !self->closed;
  gboolean asked = first && self->asked;
  if (first)
    {
      GQueue pushers = self->pushers;
      g_queue_init (&self->pushers);
      self->ended = TRUE;
      self->asked = FALSE;
      if (!asked)
        self->failure = g_steal_pointer (&error);
      for (GList *link = pushers.head; link != NULL; link = link->next)
        g_queue_push_tail (&self->items, g_variant_ref (((Pusher *) link->data)->item));
      g_cond_broadcast (&self->room);
      g_mutex_unlock (&self->lock);
      while ((pusher = g_queue_pop_head (&pushers)) != NULL)
        finish_pusher (pusher, NULL);
    }
  else
    g_mutex_unlock (&self->lock);
  if (asked)
    pyrog_item_stream_answer (PYROG_ITEM_STREAM (self), NULL, g_steal_pointer (&error), FALSE);
  g_clear_error (&error);
}

/**
 * pyrog_item_queue_end:
 * @self: a queue
 *
 * Says that the last item was pushed. May be called in any thread, and again without effect.
 *
 * Since: 1.0
 */
void
pyrog_item_queue_end (PyrogItemQueue *self)
{
  g_return_if_fail (PYROG_IS_ITEM_QUEUE (self));

  finish_queue (self, NULL);
}

/**
 * pyrog_item_queue_fail:
 * @self: a queue
 * @error: an error
 *
 * Says that there will be no more items because of an error, which the reader gets after the items
 * that were pushed. May be called in any thread, and again without effect.
 *
 * Since: 1.0
 */
void
pyrog_item_queue_fail (PyrogItemQueue *self, const GError *error)
{
  g_return_if_fail (PYROG_IS_ITEM_QUEUE (self));
  g_return_if_fail (error != NULL);

  finish_queue (self, g_error_copy (error));
}
