/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-item-stream.h"

#include <glib/gi18n-lib.h>

#include "pyrog-item-stream-private.h"

/**
 * PyrogItemStream:
 *
 * Items that come one at a time, as they are asked for: what a generator is in Python.
 *
 * A servant returns one with [method@Invocation.return_stream]; it is for one caller, and is closed
 * when that one is gone. The function that makes the items runs where the servant's methods do, one
 * call at a time, and never again after the end or a failure. Items that come from elsewhere, at
 * any time and in any thread, are put into a [class@ItemQueue].
 *
 * A client gets one from [method@Proxy.stream]. The end of the stream is %NULL without an error.
 *
 * One item is asked for at a time.
 *
 * Since: 1.0
 */
typedef struct
{
  GMutex lock;
  PyrogItemCallback callback; /* (locked-by lock) (nullable) */
  gpointer user_data;         /* (locked-by lock) for callback */
  gboolean asked;             /* (locked-by lock) an answer is owed */
  gboolean ended;             /* (locked-by lock) nothing more is to be asked for */
  gboolean released;          /* (locked-by lock) ... and the class knows it */
  guint prefetch;             /* (locked-by lock) items to ask for ahead at most */
} PyrogItemStreamPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (PyrogItemStream, pyrog_item_stream, G_TYPE_OBJECT)

static PyrogItemStreamPrivate *
get_private (PyrogItemStream *self)
{
  return pyrog_item_stream_get_instance_private (self);
}

static const PyrogItemSource *
get_source (PyrogItemStream *self)
{
  return PYROG_ITEM_STREAM_GET_CLASS (self)->source;
}

static void
pyrog_item_stream_dispose (GObject *object)
{
  pyrog_item_stream_close (PYROG_ITEM_STREAM (object));
  G_OBJECT_CLASS (pyrog_item_stream_parent_class)->dispose (object);
}

static void
pyrog_item_stream_finalize (GObject *object)
{
  g_mutex_clear (&get_private (PYROG_ITEM_STREAM (object))->lock);
  G_OBJECT_CLASS (pyrog_item_stream_parent_class)->finalize (object);
}

/* A stream that is of no other class has no items */
static void
ask_nobody (PyrogItemStream *self)
{
  pyrog_item_stream_answer (self, NULL, NULL, FALSE);
}

static void
release_nothing (PyrogItemStream *self)
{
}

static const PyrogItemSource nobody = { .ask = ask_nobody, .release = release_nothing };

static void
pyrog_item_stream_class_init (PyrogItemStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  klass->source = &nobody;
  object_class->dispose = pyrog_item_stream_dispose;
  object_class->finalize = pyrog_item_stream_finalize;
}

static void
pyrog_item_stream_init (PyrogItemStream *self)
{
  g_mutex_init (&get_private (self)->lock);
  get_private (self)->prefetch = G_MAXUINT;
}

/* ---- Asking and answering ---- */

/* TRUE: the caller is to call the class's release() */
static gboolean
take_release_locked (PyrogItemStreamPrivate *priv)
{
  gboolean now = priv->ended && !priv->asked && !priv->released;

  priv->released |= now;
  return now;
}

static void
release (PyrogItemStream *self)
{
  get_source (self)->release (self);
}

/* FALSE: nothing may be asked for; with an error, or at the end without one */
static gboolean
begin (PyrogItemStream *self, PyrogItemCallback callback, gpointer user_data, GError **error)
{
  PyrogItemStreamPrivate *priv = get_private (self);

  g_mutex_lock (&priv->lock);
  gboolean pending = priv->asked;
  gboolean ok = !pending && !priv->ended;
  if (ok)
    {
      priv->asked = TRUE;
      priv->callback = callback;
      priv->user_data = user_data;
    }
  g_mutex_unlock (&priv->lock);
  if (pending)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                 _ ("An item of this stream is being waited for already"));
  return ok;
}

/* Somebody is answered; the callback comes back, NULL for one who waits in the class's wait() */
static PyrogItemCallback
end (PyrogItemStream *self, gboolean more, gpointer *user_data)
{
  PyrogItemStreamPrivate *priv = get_private (self);

  g_mutex_lock (&priv->lock);
  PyrogItemCallback callback = g_steal_pointer (&priv->callback);
  *user_data = priv->user_data;
  priv->asked = FALSE;
  priv->ended |= !more;
  gboolean now = take_release_locked (priv);
  g_mutex_unlock (&priv->lock);
  if (now)
    release (self);
  return callback;
}

void
pyrog_item_stream_answer (PyrogItemStream *self, GVariant *item, GError *error, gboolean more)
{
  g_autoptr (PyrogItemStream) alive = g_object_ref (self);
  gpointer user_data;
  PyrogItemCallback callback = end (self, more, &user_data);

  callback (item, error, user_data);
}

/* TRUE: the answer that is owed is to be given now, with pyrog_item_stream_answer() */
static gboolean
withdraw (PyrogItemStream *self)
{
  const PyrogItemSource *source = get_source (self);
  PyrogItemStreamPrivate *priv = get_private (self);

  g_mutex_lock (&priv->lock);
  gboolean waiting = priv->asked && priv->callback != NULL;
  g_mutex_unlock (&priv->lock);
  return waiting && source->withdraw != NULL && source->withdraw (self);
}

void
pyrog_item_stream_ask (PyrogItemStream *self, PyrogItemCallback callback, gpointer user_data)
{
  g_autoptr (PyrogItemStream) alive = g_object_ref (self);
  GError *error = NULL;

  if (!begin (self, callback, user_data, &error))
    {
      callback (NULL, error, user_data);
      return;
    }
  get_source (self)->ask (self);
  /* Another thread may have closed it before there was anything to withdraw */
  if (pyrog_item_stream_is_closed (self) && withdraw (self))
    pyrog_item_stream_answer (self, NULL, NULL, FALSE);
}

void
pyrog_item_stream_interrupt (PyrogItemStream *self, GError *error)
{
  if (withdraw (self))
    pyrog_item_stream_answer (self, NULL, error, TRUE);
  else
    g_error_free (error);
}

/**
 * pyrog_item_stream_close:
 * @self: a stream
 *
 * Ends the stream: whoever makes the items is told that nobody wants the rest. Who waits for an
 * item is told that it was the last one. Returns at once; may be called in any thread.
 *
 * Since: 1.0
 */
void
pyrog_item_stream_close (PyrogItemStream *self)
{
  g_return_if_fail (PYROG_IS_ITEM_STREAM (self));

  PyrogItemStreamPrivate *priv = get_private (self);
  g_mutex_lock (&priv->lock);
  priv->ended = TRUE;
  gboolean now = take_release_locked (priv);
  g_mutex_unlock (&priv->lock);
  if (now)
    release (self);
  else if (withdraw (self))
    pyrog_item_stream_answer (self, NULL, NULL, FALSE);
}

/**
 * pyrog_item_stream_is_closed:
 * @self: a stream
 *
 * Whether no more items will be asked for: the last one was, or the stream was closed.
 *
 * Returns: whether it is so
 *
 * Since: 1.0
 */
gboolean
pyrog_item_stream_is_closed (PyrogItemStream *self)
{
  g_return_val_if_fail (PYROG_IS_ITEM_STREAM (self), TRUE);

  PyrogItemStreamPrivate *priv = get_private (self);
  g_mutex_lock (&priv->lock);
  gboolean ended = priv->ended;
  g_mutex_unlock (&priv->lock);
  return ended;
}

guint
pyrog_item_stream_get_prefetch (PyrogItemStream *self)
{
  PyrogItemStreamPrivate *priv = get_private (self);

  g_mutex_lock (&priv->lock);
  guint prefetch = priv->prefetch;
  g_mutex_unlock (&priv->lock);
  return prefetch;
}

/**
 * pyrog_item_stream_set_prefetch:
 * @self: a stream
 * @max_items: how many items to ask for at a time, at most; at least 1
 *
 * Limits how far a stream of a remote object reads ahead. It does so on its own account as long as
 * items come without waiting. With 1 it never does: no item is lost on its way when the connection
 * breaks but the one that was asked for, and other calls of the same proxy never wait for items.
 *
 * Since: 1.0
 */
void
pyrog_item_stream_set_prefetch (PyrogItemStream *self, guint max_items)
{
  g_return_if_fail (PYROG_IS_ITEM_STREAM (self));
  g_return_if_fail (max_items > 0);

  PyrogItemStreamPrivate *priv = get_private (self);
  g_mutex_lock (&priv->lock);
  priv->prefetch = max_items;
  g_mutex_unlock (&priv->lock);
}

/* ---- The next item, later ---- */

static void
task_item_cb (GVariant *item, GError *error, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GSource *watch = g_task_get_task_data (task);

  if (watch != NULL)
    g_source_destroy (watch);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, item, (GDestroyNotify) g_variant_unref);
}

static GError *
cancelled_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Operation was cancelled"));
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  pyrog_item_stream_interrupt (user_data, cancelled_error ());
  return G_SOURCE_REMOVE;
}

/* In the task's context; gone when the item comes */
static void
watch_cancellable (GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  GObject *stream = g_task_get_source_object (task);

  if (cancellable == NULL)
    return;
  GSource *watch = g_cancellable_source_new (cancellable);
  g_source_set_static_name (watch, "PyrogItemStream cancelled");
  g_source_set_callback (watch, G_SOURCE_FUNC (cancelled_cb), g_object_ref (stream),
                         g_object_unref);
  g_task_set_task_data (task, watch, (GDestroyNotify) g_source_unref);
  g_source_attach (watch, g_task_get_context (task));
}

/**
 * pyrog_item_stream_next:
 * @self: a stream
 * @cancellable: (nullable): a cancellable; after a cancellation the stream goes on
 * @callback: (scope async): called when there is an item, or none any more
 * @user_data: (closure): for @callback
 *
 * Asks for the next item.
 *
 * Since: 1.0
 */
void
pyrog_item_stream_next (PyrogItemStream *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (PYROG_IS_ITEM_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, pyrog_item_stream_next);
  /* An item that has come is not lost because somebody cancels */
  g_task_set_check_cancellable (task, FALSE);
  if (g_task_return_error_if_cancelled (task))
    return;
  watch_cancellable (task);
  pyrog_item_stream_ask (self, task_item_cb, g_steal_pointer (&task));
}

/**
 * pyrog_item_stream_next_finish:
 * @self: a stream
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@ItemStream.next] began.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end (without an error) or on
 * failure
 *
 * Since: 1.0
 */
GVariant *
pyrog_item_stream_next_finish (PyrogItemStream *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PYROG_IS_ITEM_STREAM (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, pyrog_item_stream_next), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- The next item, now ---- */

typedef struct
{
  PyrogItemStream *stream;
  GMutex lock;
  GCond came;
  gboolean done;  /* (locked-by lock) */
  GVariant *item; /* (nullable) */
  GError **error;
} Wait;

static void
wait_item_cb (GVariant *item, GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  g_mutex_lock (&wait->lock);
  wait->item = item;
  if (error != NULL)
    g_propagate_error (wait->error, error);
  wait->done = TRUE;
  g_cond_signal (&wait->came);
  g_mutex_unlock (&wait->lock);
}

static void
wait_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Wait *wait = user_data;

  pyrog_item_stream_interrupt (wait->stream, cancelled_error ());
}

/* For what comes in other threads */
static GVariant *
wait_for_answer (PyrogItemStream *self, GCancellable *cancellable, GError **error)
{
  Wait wait = { .stream = self, .error = error };
  gulong handler = 0;

  g_mutex_init (&wait.lock);
  g_cond_init (&wait.came);
  pyrog_item_stream_ask (self, wait_item_cb, &wait);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (wait_cancelled_cb), &wait, NULL);
  g_mutex_lock (&wait.lock);
  while (!wait.done)
    g_cond_wait (&wait.came, &wait.lock);
  g_mutex_unlock (&wait.lock);
  g_cancellable_disconnect (cancellable, handler);
  g_mutex_clear (&wait.lock);
  g_cond_clear (&wait.came);
  return wait.item;
}

/**
 * pyrog_item_stream_next_sync:
 * @self: a stream
 * @cancellable: (nullable): a cancellable; after a cancellation the stream goes on
 * @error: return location for an error
 *
 * Waits for the next item. No main context is iterated meanwhile.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end (without an error) or on
 * failure
 *
 * Since: 1.0
 */
GVariant *
pyrog_item_stream_next_sync (PyrogItemStream *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_ITEM_STREAM (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  const PyrogItemSource *source = get_source (self);
  g_autoptr (PyrogItemStream) alive = g_object_ref (self);
  gboolean more = FALSE;
  gpointer none;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (source->wait == NULL)
    return wait_for_answer (self, cancellable, error);
  if (!begin (self, NULL, NULL, error))
    return NULL;
  GVariant *item = source->wait (self, cancellable, &more, error);
  end (self, more, &none);
  return item;
}

/**
 * pyrog_item_stream_next_value:
 * @self: a stream
 * @error: return location for an error
 *
 * Waits for the next item, as [method@ItemStream.next_sync] does: what Vala's `foreach` calls.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end (without an error) or on
 * failure
 *
 * Since: 1.0
 */
GVariant *
pyrog_item_stream_next_value (PyrogItemStream *self, GError **error)
{
  return pyrog_item_stream_next_sync (self, NULL, error);
}
