/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-chunk.h"
#include "pyrog-codec.h"
#include "pyrog-message.h"
#include "pyrog-serialized-blob.h"

G_BEGIN_DECLS

/* The annotation that goes with a blob's message: in marshal, whatever the message is in, a tuple
 * of info, object and method */
#define PYROG_BLOB_ANNOTATION "BLBI"

/* What a message with PYROG_FLAG_KEEP_SERIALIZED carries, and in call (its values in the arena) for
 * whom. The payload is not looked into. chunk (nullable) is what the message lies in. */
PyrogSerializedBlob *pyrog_serialized_blob_new_from_message (const PyrogMessage *message,
                                                             const PyrogCodec *codec,
                                                             PyrogChunk *chunk,
                                                             PyrogArena *arena,
                                                             PyrogCallParts *call,
                                                             GError **error);

/* Classes in its data have to be known to whoever deserializes it. Call it before user code sees
 * the blob. */
void pyrog_serialized_blob_set_strict (PyrogSerializedBlob *self);
/* The format that it is in; NULL: it is not serialized yet */
const PyrogCodec *pyrog_serialized_blob_get_codec (PyrogSerializedBlob *self);
/* Appends the annotation of a call with the blob */
gboolean pyrog_serialized_blob_write_annotation (PyrogSerializedBlob *self,
                                                 const char *object,
                                                 const char *method,
                                                 PyrogBuffer *out,
                                                 GError **error);
/* Appends the payload; codec is its own, if it has one. What out borrows is in arena, or is the
 * blob's. */
gboolean pyrog_serialized_blob_write_payload (PyrogSerializedBlob *self,
                                              const PyrogCodec *codec,
                                              const char *object,
                                              const char *method,
                                              PyrogArena *arena,
                                              PyrogBuffer *out,
                                              GError **error);

G_END_DECLS
