/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-item-stream.h"

/**
 * PyrogItemStream:
 *
 * Items that are made one at a time, as a client asks for them: what a generator is in Python.
 *
 * A servant returns one with [method@Invocation.return_stream]. The function that makes the items
 * runs where the servant's methods do, one call at a time, and never again after the end or a
 * failure.
 *
 * Since: 1.0
 */
struct _PyrogItemStream
{
  GObject parent_instance;

  PyrogItemFunc func;     /* (nullable) NULL at the end */
  gpointer user_data;     /* (owned) by destroy */
  GDestroyNotify destroy; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (PyrogItemStream, pyrog_item_stream, G_TYPE_OBJECT)

static void
end_stream (PyrogItemStream *self)
{
  GDestroyNotify destroy = g_steal_pointer (&self->destroy);

  self->func = NULL;
  if (destroy != NULL)
    destroy (g_steal_pointer (&self->user_data));
}

static void
pyrog_item_stream_finalize (GObject *object)
{
  end_stream (PYROG_ITEM_STREAM (object));
  G_OBJECT_CLASS (pyrog_item_stream_parent_class)->finalize (object);
}

static void
pyrog_item_stream_class_init (PyrogItemStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pyrog_item_stream_finalize;
}

static void
pyrog_item_stream_init (PyrogItemStream *self)
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

  PyrogItemStream *self = g_object_new (PYROG_TYPE_ITEM_STREAM, NULL);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

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

/**
 * pyrog_item_stream_next:
 * @self: a stream
 * @error: return location for an error
 *
 * Makes the next item.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end (without an error) or on
 * failure
 *
 * Since: 1.0
 */
GVariant *
pyrog_item_stream_next (PyrogItemStream *self, GError **error)
{
  g_return_val_if_fail (PYROG_IS_ITEM_STREAM (self), NULL);

  if (self->func == NULL)
    return NULL;
  g_autoptr (PyrogItemStream) alive = g_object_ref (self);
  GVariant *item = self->func (self->user_data, error);
  if (item == NULL)
    end_stream (self);
  return item != NULL ? g_variant_take_ref (item) : NULL;
}
