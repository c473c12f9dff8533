/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_ITEM_STREAM (pyrog_item_stream_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (PyrogItemStream, pyrog_item_stream, PYROG, ITEM_STREAM, GObject)

struct _PyrogItemStreamClass
{
  /*< private >*/
  GObjectClass parent_class;
  const struct _PyrogItemSource *source;
};

/**
 * PyrogItemFunc:
 * @user_data: (closure): what was given with the function
 * @error: return location for an error
 *
 * Makes the next item of a stream.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end (without an error) or on
 * failure
 *
 * Since: 1.0
 */
typedef GVariant *(*PyrogItemFunc) (gpointer user_data, GError **error);

/**
 * PyrogModelItemFunc:
 * @item: an item of a [iface@Gio.ListModel]
 * @user_data: (closure): what was given with the function
 * @error: return location for an error
 *
 * Makes an item of a stream of one of a model.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL with an error
 *
 * Since: 1.0
 */
typedef GVariant *(*PyrogModelItemFunc) (GObject *item, gpointer user_data, GError **error);

PYROG_AVAILABLE_IN_ALL
PyrogItemStream *
pyrog_item_stream_new (PyrogItemFunc func, gpointer user_data, GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
PyrogItemStream *pyrog_item_stream_new_for_array (GVariant *array);
PYROG_AVAILABLE_IN_ALL
PyrogItemStream *pyrog_item_stream_new_for_model (GListModel *model,
                                                  PyrogModelItemFunc func,
                                                  gpointer user_data,
                                                  GDestroyNotify destroy);

PYROG_AVAILABLE_IN_ALL
void pyrog_item_stream_next (PyrogItemStream *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
PYROG_AVAILABLE_IN_ALL
GVariant *
pyrog_item_stream_next_finish (PyrogItemStream *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *
pyrog_item_stream_next_sync (PyrogItemStream *self, GCancellable *cancellable, GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_item_stream_next_value (PyrogItemStream *self, GError **error);
PYROG_AVAILABLE_IN_ALL
void pyrog_item_stream_set_prefetch (PyrogItemStream *self, guint max_items);
PYROG_AVAILABLE_IN_ALL
void pyrog_item_stream_close (PyrogItemStream *self);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_item_stream_is_closed (PyrogItemStream *self);

G_END_DECLS
