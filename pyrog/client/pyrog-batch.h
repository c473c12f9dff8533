/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-batch-results.h"
#include "pyrog-proxy.h"

G_BEGIN_DECLS

#define PYROG_TYPE_BATCH (pyrog_batch_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogBatch, pyrog_batch, PYROG, BATCH, GObject)

PYROG_AVAILABLE_IN_ALL
PyrogBatch *pyrog_batch_new (PyrogProxy *proxy);
PYROG_AVAILABLE_IN_ALL
PyrogProxy *pyrog_batch_get_proxy (PyrogBatch *self);
PYROG_AVAILABLE_IN_ALL
guint pyrog_batch_get_size (PyrogBatch *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_batch_set_options (PyrogBatch *self, PyrogCallOptions *options);

PYROG_AVAILABLE_IN_ALL
void pyrog_batch_add (PyrogBatch *self, const char *method, GVariant *args);
PYROG_AVAILABLE_IN_ALL
void pyrog_batch_append (PyrogBatch *self, const char *method, const char *format, ...);
PYROG_AVAILABLE_IN_ALL
void pyrog_batch_add_full (PyrogBatch *self, const char *method, GVariant *args, GVariant *kwargs);

PYROG_AVAILABLE_IN_ALL
void pyrog_batch_submit (PyrogBatch *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
PYROG_AVAILABLE_IN_ALL
PyrogBatchResults *
pyrog_batch_submit_finish (PyrogBatch *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogBatchResults *
pyrog_batch_submit_sync (PyrogBatch *self, GCancellable *cancellable, GError **error);

PYROG_AVAILABLE_IN_ALL
void pyrog_batch_submit_oneway (PyrogBatch *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_batch_submit_oneway_finish (PyrogBatch *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean
pyrog_batch_submit_oneway_sync (PyrogBatch *self, GCancellable *cancellable, GError **error);

G_END_DECLS
