/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-call.h"

G_BEGIN_DECLS

/* The GAsyncResult of an asynchronous call. It does what a GTask does for a call, with a third of
 * the work. */
#define PYROG_TYPE_CALL_RESULT (pyrog_call_result_get_type ())
G_DECLARE_FINAL_TYPE (PyrogCallResult, pyrog_call_result, PYROG, CALL_RESULT, GObject)

/* tag: what the functions that begin and finish it have in common */
PyrogCallResult *pyrog_call_result_new (GObject *source,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data,
                                        gpointer tag);
gpointer pyrog_call_result_get_source (PyrogCallResult *result);
/* (transfer none) (nullable) */
PyrogCall *pyrog_call_result_get_call (PyrogCallResult *result);
/* The call that will end it, in the main context that is this thread's default; takes it. Its
 * function is set, and has to be called. cancelled (nullable) is called with the result when the
 * cancellable is cancelled before that. */
void pyrog_call_result_set_call (PyrogCallResult *result, PyrogCall *call, GCallback cancelled);
/* Ends it, in a later iteration of the main context that is this thread's default; error is taken
 */
void pyrog_call_result_fail (PyrogCallResult *result, GError *error);
/* For a finish function: the call, or NULL and an error if it could not be begun */
PyrogCall *pyrog_call_result_propagate (PyrogCallResult *result, GError **error);

G_END_DECLS
