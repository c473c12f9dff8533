/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

#include "pyrog-enums.h"

G_BEGIN_DECLS

#define PYROG_TYPE_SERIALIZED_BLOB (pyrog_serialized_blob_get_type ())

typedef struct _PyrogSerializedBlob PyrogSerializedBlob;

PYROG_AVAILABLE_IN_ALL
GType pyrog_serialized_blob_get_type (void) G_GNUC_CONST;
PYROG_AVAILABLE_IN_ALL
PyrogSerializedBlob *pyrog_serialized_blob_new (GVariant *info, GVariant *data);
PYROG_AVAILABLE_IN_ALL
PyrogSerializedBlob *pyrog_serialized_blob_ref (PyrogSerializedBlob *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_serialized_blob_unref (PyrogSerializedBlob *self);

PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_serialized_blob_get_info (PyrogSerializedBlob *self);
PYROG_AVAILABLE_IN_ALL
GVariant *
pyrog_serialized_blob_deserialize (PyrogSerializedBlob *self, const char *type, GError **error);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_serialized_blob_get_object_id (PyrogSerializedBlob *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_serialized_blob_get_method_name (PyrogSerializedBlob *self);
PYROG_AVAILABLE_IN_ALL
GBytes *pyrog_serialized_blob_get_bytes (PyrogSerializedBlob *self, PyrogSerializer *serializer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogSerializedBlob, pyrog_serialized_blob_unref)

G_END_DECLS
