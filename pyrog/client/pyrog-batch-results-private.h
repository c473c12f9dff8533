/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-batch-results.h"
#include "pyrog-call.h"

G_BEGIN_DECLS

/* The results of a call that has ended and carried a batch of n_calls; NULL and its error, or that
 * of an answer that is none */
PyrogBatchResults *pyrog_batch_results_new (PyrogCall *call, guint n_calls, GError **error);

G_END_DECLS
