/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-item-stream-private.h"

/* Item streams whose items are made by a function when they are asked for */

#define PYROG_TYPE_ITEM_FUNC_STREAM (pyrog_item_func_stream_get_type ())

G_DECLARE_FINAL_TYPE (
    PyrogItemFuncStream, pyrog_item_func_stream, PYROG, ITEM_FUNC_STREAM, PyrogItemStream)

struct _PyrogItemFuncStream
{
  PyrogItemStream parent_instance;

  PyrogItemFunc func;
  gpointer user_data;     /* (owned) by destroy */
  GDestroyNotify destroy; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (PyrogItemFuncStream, pyrog_item_func_stream, PYROG_TYPE_ITEM_STREAM)

static GVariant *
pyrog_item_func_stream_wait (PyrogItemStream *stream,
                             GCancellable *cancellable,
                             gboolean *more,
                             GError **error)
{
  PyrogItemFuncStream *self = PYROG_ITEM_FUNC_STREAM (stream);
  GVariant *item = self->func (self->user_data, error);

  *more = item != NULL;
  return item != NULL ? g_variant_take_ref (item) : NULL;
}

static void
pyrog_item_func_stream_ask (PyrogItemStream *stream)
{
  GError *error = NULL;
  gboolean more;
  GVariant *item = pyrog_item_func_stream_wait (stream, NULL, &more, &error);

  pyrog_item_stream_answer (stream, item, error, more);
}

static void
pyrog_item_func_stream_release (PyrogItemStream *stream)
{
  PyrogItemFuncStream *self = PYROG_ITEM_FUNC_STREAM (stream);
  GDestroyNotify destroy = g_steal_pointer (&self->destroy);

  if (destroy != NULL)
    destroy (g_steal_pointer (&self->user_data));
}

static const PyrogItemSource source = {
  .ask = pyrog_item_func_stream_ask,
  .wait = pyrog_item_func_stream_wait,
  .release = pyrog_item_func_stream_release,
};

static void
pyrog_item_func_stream_class_init (PyrogItemFuncStreamClass *klass)
{
  ((PyrogItemStreamClass *) klass)->source = &source;
}

static void
pyrog_item_func_stream_init (PyrogItemFuncStream *self)
{
}

/**
 * pyrog_item_stream_new: (constructor)
 * @func: (scope notified): makes the items
 * @user_data: (closure): for @func
 * @destroy: (nullable): frees @user_data
 *
 * Makes a stream of what a function returns.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_item_stream_new (PyrogItemFunc func, gpointer user_data, GDestroyNotify destroy)
{
  g_return_val_if_fail (func != NULL, NULL);

  PyrogItemFuncStream *self = g_object_new (PYROG_TYPE_ITEM_FUNC_STREAM, NULL);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return PYROG_ITEM_STREAM (self);
}

/* ---- Arrays ---- */

typedef struct
{
  GVariant *array; /* (owned) */
  gsize next;
} ArrayItems;

static GVariant *
next_of_array (gpointer user_data, GError **error)
{
  ArrayItems *items = user_data;

  if (items->next == g_variant_n_children (items->array))
    return NULL;
  return g_variant_get_child_value (items->array, items->next++);
}

static void
free_array_items (gpointer data)
{
  ArrayItems *items = data;

  g_variant_unref (items->array);
  g_free (items);
}

/**
 * pyrog_item_stream_new_for_array: (constructor)
 * @array: an array or tuple; a floating one is consumed
 *
 * Makes a stream of the items of an array.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_item_stream_new_for_array (GVariant *array)
{
  g_return_val_if_fail (array != NULL && g_variant_is_container (array), NULL);

  ArrayItems *items = g_new0 (ArrayItems, 1);
  items->array = g_variant_ref_sink (array);
  return pyrog_item_stream_new (next_of_array, items, free_array_items);
}

/* ---- Models ---- */

typedef struct
{
  GListModel *model; /* (owned) */
  gulong handler;
  guint next;
  PyrogModelItemFunc func;
  gpointer user_data;     /* (owned) by destroy */
  GDestroyNotify destroy; /* (nullable) */
} ModelItems;

/* What was read stays read, wherever it went */
static void
items_changed_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  ModelItems *items = user_data;

  if (position >= items->next)
    return;
  items->next = position + removed <= items->next ? items->next - removed + added : position;
}

static GVariant *
next_of_model (gpointer user_data, GError **error)
{
  ModelItems *items = user_data;
  g_autoptr (GObject) item = g_list_model_get_item (items->model, items->next);

  GError *failure = NULL;

  if (item == NULL)
    return NULL;
  items->next++;
  GVariant *value = items->func (item, items->user_data, &failure);
  if (value == NULL && failure == NULL)
    failure = g_error_new_literal (PYROG_ERROR, PYROG_ERROR_FAILED,
                                   _ ("An item of the model has no value"));
  if (failure != NULL)
    g_propagate_error (error, failure);
  return value;
}

static void
free_model_items (gpointer data)
{
  ModelItems *items = data;

  g_signal_handler_disconnect (items->model, items->handler);
  g_object_unref (items->model);
  if (items->destroy != NULL)
    items->destroy (items->user_data);
  g_free (items);
}

/**
 * pyrog_item_stream_new_for_model: (constructor)
 * @model: a model
 * @func: (scope notified): makes the items of those of the model
 * @user_data: (closure): for @func
 * @destroy: (nullable): frees @user_data
 *
 * Makes a stream of the items of a model. The model may change meanwhile: what comes in front of
 * the next item is not in the stream, what comes behind it is. It is used in the thread in which
 * the stream is read, where a servant's methods run.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_item_stream_new_for_model (GListModel *model,
                                 PyrogModelItemFunc func,
                                 gpointer user_data,
                                 GDestroyNotify destroy)
{
  g_return_val_if_fail (G_IS_LIST_MODEL (model), NULL);
  g_return_val_if_fail (func != NULL, NULL);

  ModelItems *items = g_new0 (ModelItems, 1);
  items->model = g_object_ref (model);
  items->func = func;
  items->user_data = user_data;
  items->destroy = destroy;
  items->handler = g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), items);
  return pyrog_item_stream_new (next_of_model, items, free_model_items);
}
