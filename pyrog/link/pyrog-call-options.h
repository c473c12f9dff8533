/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_CALL_OPTIONS (pyrog_call_options_get_type ())

typedef struct _PyrogCallOptions PyrogCallOptions;

PYROG_AVAILABLE_IN_ALL
GType pyrog_call_options_get_type (void) G_GNUC_CONST;
PYROG_AVAILABLE_IN_ALL
PyrogCallOptions *pyrog_call_options_new (void);
PYROG_AVAILABLE_IN_ALL
PyrogCallOptions *pyrog_call_options_copy (const PyrogCallOptions *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_call_options_free (PyrogCallOptions *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_call_options_set_timeout (PyrogCallOptions *self, double seconds);
PYROG_AVAILABLE_IN_ALL
void pyrog_call_options_set_oneway (PyrogCallOptions *self, gboolean oneway);
PYROG_AVAILABLE_IN_ALL
void pyrog_call_options_set_idempotent (PyrogCallOptions *self, gboolean idempotent);
PYROG_AVAILABLE_IN_ALL
void pyrog_call_options_set_annotation (PyrogCallOptions *self, const char *id, GBytes *data);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_call_options_set_correlation_id (PyrogCallOptions *self, const char *uuid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogCallOptions, pyrog_call_options_free)

G_END_DECLS
