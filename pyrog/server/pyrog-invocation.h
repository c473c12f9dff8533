/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-call-options.h"
#include "pyrog-connection.h"
#include "pyrog-enums.h"
#include "pyrog-item-stream.h"
#include "pyrog-serialized-blob.h"
#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_INVOCATION (pyrog_invocation_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogInvocation, pyrog_invocation, PYROG, INVOCATION, GObject)

PYROG_AVAILABLE_IN_ALL
const char *pyrog_invocation_get_object_id (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_invocation_get_method_name (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_invocation_get_args (PyrogInvocation *self, GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_invocation_get_kwargs (PyrogInvocation *self, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_invocation_read (PyrogInvocation *self, GError **error, const char *format, ...);
PYROG_AVAILABLE_IN_ALL
PyrogSerializedBlob *pyrog_invocation_get_blob (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
PyrogConnection *pyrog_invocation_get_connection (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
guint64 pyrog_invocation_get_session (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
GObject *pyrog_invocation_get_instance (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_invocation_get_oneway (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
PyrogSerializer pyrog_invocation_get_serializer (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
GBytes *pyrog_invocation_get_annotation (PyrogInvocation *self, const char *id);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_invocation_get_annotations (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
guint pyrog_invocation_get_sequence (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
char *pyrog_invocation_get_correlation_id (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
char *pyrog_invocation_ensure_correlation_id (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
PyrogCallOptions *pyrog_call_options_new_for_invocation (PyrogInvocation *invocation);
PYROG_AVAILABLE_IN_ALL
PyrogInvocation *pyrog_invocation_hold (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_invocation_is_answered (PyrogInvocation *self);

PYROG_AVAILABLE_IN_ALL
void pyrog_invocation_set_reply_annotation (PyrogInvocation *self, const char *id, GBytes *data);
PYROG_AVAILABLE_IN_ALL
void pyrog_invocation_return_value (PyrogInvocation *self, GVariant *value);
PYROG_AVAILABLE_IN_ALL
void pyrog_invocation_return_argument (PyrogInvocation *self, guint index);
PYROG_AVAILABLE_IN_ALL
void pyrog_invocation_return_none (PyrogInvocation *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_invocation_return (PyrogInvocation *self, const char *format, ...);
PYROG_AVAILABLE_IN_ALL
void pyrog_invocation_return_stream (PyrogInvocation *self, PyrogItemStream *stream);
PYROG_AVAILABLE_IN_ALL
void pyrog_invocation_return_gerror (PyrogInvocation *self, const GError *error);
PYROG_AVAILABLE_IN_ALL
void pyrog_invocation_return_exception (PyrogInvocation *self,
                                        const char *remote_class,
                                        GVariant *args,
                                        GVariant *attributes);

G_END_DECLS
