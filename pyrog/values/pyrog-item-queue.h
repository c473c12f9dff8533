/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-item-stream.h"

G_BEGIN_DECLS

#define PYROG_TYPE_ITEM_QUEUE (pyrog_item_queue_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogItemQueue, pyrog_item_queue, PYROG, ITEM_QUEUE, PyrogItemStream)

PYROG_AVAILABLE_IN_ALL
PyrogItemQueue *pyrog_item_queue_new (guint max_items);
PYROG_AVAILABLE_IN_ALL
void pyrog_item_queue_push (PyrogItemQueue *self,
                            GVariant *item,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_item_queue_push_finish (PyrogItemQueue *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_item_queue_push_sync (PyrogItemQueue *self,
                                     GVariant *item,
                                     GCancellable *cancellable,
                                     GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_item_queue_try_push (PyrogItemQueue *self, GVariant *item, GError **error);
PYROG_AVAILABLE_IN_ALL
void pyrog_item_queue_end (PyrogItemQueue *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_item_queue_fail (PyrogItemQueue *self, const GError *error);

G_END_DECLS
