/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

#include "pyrog-enums.h"

G_BEGIN_DECLS

#define PYROG_TYPE_OUTCOME (pyrog_outcome_get_type ())

typedef struct _PyrogOutcome PyrogOutcome;

PYROG_AVAILABLE_IN_ALL
GType pyrog_outcome_get_type (void) G_GNUC_CONST;
PYROG_AVAILABLE_IN_ALL
PyrogOutcome *pyrog_outcome_ref (PyrogOutcome *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_outcome_unref (PyrogOutcome *self);

PYROG_AVAILABLE_IN_ALL
PyrogExecution pyrog_outcome_get_execution (PyrogOutcome *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_outcome_get_remote_class (PyrogOutcome *self);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_outcome_get_args (PyrogOutcome *self);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_outcome_get_attributes (PyrogOutcome *self);
PYROG_AVAILABLE_IN_ALL
const char *const *pyrog_outcome_get_traceback (PyrogOutcome *self);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_outcome_get_value (PyrogOutcome *self);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_outcome_get_annotations (PyrogOutcome *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_outcome_get_correlation_id (PyrogOutcome *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogOutcome, pyrog_outcome_unref)

G_END_DECLS
