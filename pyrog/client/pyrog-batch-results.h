/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_BATCH_RESULTS (pyrog_batch_results_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogBatchResults, pyrog_batch_results, PYROG, BATCH_RESULTS, GObject)

PYROG_AVAILABLE_IN_ALL
guint pyrog_batch_results_get_size (PyrogBatchResults *self);
PYROG_AVAILABLE_IN_ALL
GVariant *
pyrog_batch_results_next (PyrogBatchResults *self, const char *reply_type, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean
pyrog_batch_results_read (PyrogBatchResults *self, GError **error, const char *format, ...);

G_END_DECLS
