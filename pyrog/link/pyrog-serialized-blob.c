/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-serialized-blob.h"

#include <glib/gi18n-lib.h>

#include "pyrog-class-private.h"
#include "pyrog-error.h"
#include "pyrog-serialized-blob-private.h"
#include "pyrog-value-variant.h"

/**
 * PyrogSerializedBlob:
 *
 * Data that stays serialized on its way, for programs that pass it on without looking into it:
 * dispatchers, gateways, queues.
 *
 * Who sends data wraps it with a short information about it, for example a topic, and calls a
 * method with the blob as the only argument ([method@Proxy.call_blob]). A method that has no
 * signature finds it with [method@Invocation.get_blob], reads the information, and passes the blob
 * on as it is, or asks for the data with [method@SerializedBlob.deserialize].
 *
 * Pyro5's `SerializedBlob` is the same. Immutable, usable in any thread.
 *
 * Since: 1.0
 */
struct _PyrogSerializedBlob
{
  gatomicrefcount refs;
  GVariant *info;          /* (owned) */
  GVariant *data;          /* (owned) (nullable) or else: */
  GBytes *bytes;           /* (owned) (nullable) a whole call, as it came */
  const PyrogCodec *codec; /* (nullable) of the bytes */
  char *object_id;         /* (owned) (nullable) */
  char *method_name;       /* (owned) (nullable) */
  gboolean strict;         /* classes have to be known */
};

G_DEFINE_BOXED_TYPE (PyrogSerializedBlob,
                     pyrog_serialized_blob,
                     pyrog_serialized_blob_ref,
                     pyrog_serialized_blob_unref)

/**
 * pyrog_serialized_blob_new:
 * @info: what is to be known of the data without reading it; small; a floating one is consumed
 * @data: the data; a floating one is consumed
 *
 * Wraps data. The serializer marshal has to be able to write @info, that of the proxy @data.
 *
 * Returns: (transfer full): the blob
 *
 * Since: 1.0
 */
PyrogSerializedBlob *
pyrog_serialized_blob_new (GVariant *info, GVariant *data)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (data != NULL, NULL);

  PyrogSerializedBlob *self = g_new0 (PyrogSerializedBlob, 1);
  g_atomic_ref_count_init (&self->refs);
  self->info = g_variant_ref_sink (info);
  self->data = g_variant_ref_sink (data);
  return self;
}

/**
 * pyrog_serialized_blob_ref:
 * @self: a blob
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
PyrogSerializedBlob *
pyrog_serialized_blob_ref (PyrogSerializedBlob *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * pyrog_serialized_blob_unref:
 * @self: (transfer full): a blob
 *
 * Drops a reference.
 *
 * Since: 1.0
 */
void
pyrog_serialized_blob_unref (PyrogSerializedBlob *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_variant_unref (self->info);
  g_clear_pointer (&self->data, g_variant_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->object_id);
  g_free (self->method_name);
  g_free (self);
}

/**
 * pyrog_serialized_blob_get_info:
 * @self: a blob
 *
 * What its maker tells of the data.
 *
 * Returns: (transfer none): the information
 *
 * Since: 1.0
 */
GVariant *
pyrog_serialized_blob_get_info (PyrogSerializedBlob *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->info;
}

/**
 * pyrog_serialized_blob_get_object_id:
 * @self: a blob
 *
 * The id of the object that the blob was sent to.
 *
 * Returns: (transfer none) (nullable): the id, or %NULL if the blob was made here
 *
 * Since: 1.0
 */
const char *
pyrog_serialized_blob_get_object_id (PyrogSerializedBlob *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->object_id;
}

/**
 * pyrog_serialized_blob_get_method_name:
 * @self: a blob
 *
 * The name of the method that the blob was sent to.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL if the blob was made here
 *
 * Since: 1.0
 */
const char *
pyrog_serialized_blob_get_method_name (PyrogSerializedBlob *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->method_name;
}

/**
 * pyrog_serialized_blob_get_bytes:
 * @self: a blob
 * @serializer: (out) (optional): how they are written
 *
 * The bytes that came: a whole call in some serializer's format, of which the data is the
 * arguments. For programs that keep blobs, or send them on by other means.
 *
 * Returns: (transfer none) (nullable): the bytes, or %NULL if the blob was made here
 *
 * Since: 1.0
 */
GBytes *
pyrog_serialized_blob_get_bytes (PyrogSerializedBlob *self, PyrogSerializer *serializer)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (serializer != NULL)
    *serializer = self->codec != NULL ? self->codec->serializer : PYROG_SERIALIZER_SERPENT;
  return self->bytes;
}

/* ---- Reading ---- */

/* The arguments of the call, which need not be a sequence here */
static gboolean
read_data (PyrogSerializedBlob *self, PyrogArena *arena, PyrogValue *data, GError **error)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (self->bytes, &size);
  PyrogValue whole;

  /* No bytes are at no address, and a codec looks for their end */
  if (bytes == NULL)
    bytes = (const guint8 *) "";
  pyrog_arena_set_budget (arena, pyrog_arena_budget_for (size), 0);
  if (!self->codec->decode (arena, bytes, size, &whole, error))
    return FALSE;
  const PyrogValue *found = pyrog_value_lookup (&whole, "params");
  if ((whole.kind == PYROG_KIND_TUPLE || whole.kind == PYROG_KIND_LIST) && whole.size == 4)
    found = &whole.items[2];
  if (found == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE,
                   _ ("The bytes of a blob are not a call"));
      return FALSE;
    }
  *data = *found;
  return !self->strict || pyrog_class_check (data, "data", error);
}

/**
 * pyrog_serialized_blob_deserialize:
 * @self: a blob
 * @type: (nullable): the wanted type; %NULL for the canonical one
 * @error: return location for an error
 *
 * Reads the data. Each call of this reads it anew.
 *
 * Returns: (transfer full): the data, or %NULL with an error
 *
 * Since: 1.0
 */
GVariant *
pyrog_serialized_blob_deserialize (PyrogSerializedBlob *self, const char *type, GError **error)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (type == NULL
                            || (g_variant_type_string_is_valid (type)
                                && g_variant_type_is_definite ((const GVariantType *) type)),
                        NULL);

  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue data;
  if (self->data != NULL ? !pyrog_value_from_variant (arena, self->data, &data, error)
                         : !read_data (self, arena, &data, error))
    return NULL;
  return pyrog_value_to_variant_typed (
      &data, type != NULL ? (const GVariantType *) type : G_VARIANT_TYPE_ANY, "data", error);
}

static gboolean
malformed (GError **error, const char *why)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE, _ ("A blob is malformed: %s"), why);
  return FALSE;
}

/* What the annotation says */
static gboolean
read_annotation (const PyrogMessage *message, PyrogArena *arena, PyrogValue *parts, GError **error)
{
  const PyrogCodec *marshal = pyrog_codec_get (PYROG_SERIALIZER_MARSHAL);
  PyrogAnnotation annotation;

  if (!pyrog_message_find_annotation (message, PYROG_BLOB_ANNOTATION, &annotation))
    return malformed (error, _ ("it lacks its annotation"));
  if (!marshal->decode (arena, annotation.data, annotation.size, parts, error))
    return FALSE;
  if (parts->kind != PYROG_KIND_TUPLE || parts->size != 3)
    return malformed (error, _ ("its annotation is not a tuple of three"));
  return TRUE;
}

/* A small payload does not keep a big chunk; one that was inflated lies elsewhere */
static GBytes *
get_payload (const PyrogMessage *message, PyrogChunk *chunk)
{
  gboolean apart = chunk == NULL || (message->header.flags & PYROG_FLAG_COMPRESSED) != 0
                   || message->payload_size < chunk->capacity / 2;

  if (apart)
    return g_bytes_new (message->payload, message->payload_size);
  return pyrog_chunk_slice (chunk, message->payload, message->payload_size);
}

PyrogSerializedBlob *
pyrog_serialized_blob_new_from_message (const PyrogMessage *message,
                                        const PyrogCodec *codec,
                                        PyrogChunk *chunk,
                                        PyrogArena *arena,
                                        PyrogCallParts *call,
                                        GError **error)
{
  PyrogValue parts;

  if (!read_annotation (message, arena, &parts, error))
    return NULL;
  g_autoptr (GVariant) info = pyrog_value_to_variant (&parts.items[0], "info", error);
  if (info == NULL)
    return NULL;
  PyrogSerializedBlob *self = g_new0 (PyrogSerializedBlob, 1);
  g_atomic_ref_count_init (&self->refs);
  self->info = g_steal_pointer (&info);
  self->codec = codec;
  self->bytes = get_payload (message, chunk);
  *call = (PyrogCallParts){ .object = parts.items[1],
                            .method = parts.items[2],
                            .args = { .kind = PYROG_KIND_TUPLE },
                            .kwargs = pyrog_value_none () };
  if (call->object.kind == PYROG_KIND_STR)
    self->object_id = pyrog_value_dup_text (&call->object);
  if (call->method.kind == PYROG_KIND_STR)
    self->method_name = pyrog_value_dup_text (&call->method);
  return self;
}

void
pyrog_serialized_blob_set_strict (PyrogSerializedBlob *self)
{
  self->strict = TRUE;
}

/* ---- Writing ---- */

const PyrogCodec *
pyrog_serialized_blob_get_codec (PyrogSerializedBlob *self)
{
  return self->codec;
}

gboolean
pyrog_serialized_blob_write_annotation (PyrogSerializedBlob *self,
                                        const char *object,
                                        const char *method,
                                        PyrogBuffer *out,
                                        GError **error)
{
  const PyrogCodec *marshal = pyrog_codec_get (PYROG_SERIALIZER_MARSHAL);
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue parts[3]
      = { pyrog_value_none (), pyrog_value_text (object), pyrog_value_text (method) };
  const PyrogValue tuple = { .kind = PYROG_KIND_TUPLE, .size = 3, .items = parts };

  return pyrog_value_from_variant (arena, self->info, &parts[0], error)
         && marshal->encode (&tuple, "blob", out, error);
}

gboolean
pyrog_serialized_blob_write_payload (PyrogSerializedBlob *self,
                                     const PyrogCodec *codec,
                                     const char *object,
                                     const char *method,
                                     PyrogArena *arena,
                                     PyrogBuffer *out,
                                     GError **error)
{
  PyrogCallParts parts = { pyrog_value_text (object),
                           pyrog_value_text (method),
                           pyrog_value_none (),
                           { .kind = PYROG_KIND_DICT } };

  if (self->bytes != NULL)
    {
      pyrog_buffer_append_large (out, g_bytes_get_data (self->bytes, NULL),
                                 g_bytes_get_size (self->bytes));
      return TRUE;
    }
  return pyrog_value_from_variant (arena, self->data, &parts.args, error)
         && pyrog_codec_encode_call (codec, &parts, out, error);
}
