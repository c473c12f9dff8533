/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-serialized-blob-private.h"
#include "server.h"

/* Blobs: serializer, flags, size of the annotation in two bytes, the annotation, the payload. By
 * the flags the annotation is as it comes, or its bytes are the information of a proper one. */

#define RECORD_SIZE 4u

enum
{
  PROPER = 1 << 0,
  ONEWAY = 1 << 1,
  BATCH = 1 << 2,
  COMPRESSED = 1 << 3,
};

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  const PyrogCodec *codec;
  guint8 flags;
  const guint8 *annotation;
  gsize annotation_size;
  const guint8 *payload;
  gsize payload_size;
} Input;

/* In marshal, whatever the payload is in */
static void
add_proper_annotation (const Input *input, PyrogMessageWriter *writer)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue items[] = { pyrog_value_none (), pyrog_value_text ("o"), pyrog_value_text ("echo") };
  const PyrogValue all = { .kind = PYROG_KIND_TUPLE, .size = 3, .items = items };
  PyrogBuffer bytes;

  pyrog_buffer_init (&bytes, FUZZ_MAX_MESSAGE_SIZE);
  pyrog_codec_marshal.decode (arena, input->annotation, input->annotation_size, &items[0], NULL);
  if (pyrog_codec_marshal.encode (&all, "annotation", &bytes, NULL))
    pyrog_message_add_annotation (writer, PYROG_BLOB_ANNOTATION, bytes.data, bytes.size);
  pyrog_buffer_clear (&bytes);
}

static guint16
flags_of (guint8 byte)
{
  return PYROG_FLAG_KEEP_SERIALIZED | ((byte & ONEWAY) != 0 ? PYROG_FLAG_ONEWAY : 0)
         | ((byte & BATCH) != 0 ? PYROG_FLAG_BATCH : 0);
}

/* FALSE: it is too large */
static gboolean
make_message (const Input *input, PyrogBuffer *out)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                               .serializer = (guint8) input->codec->serializer,
                               .flags = flags_of (input->flags) };
  PyrogMessageWriter writer;

  pyrog_message_begin (&writer, out, &header);
  if ((input->flags & PROPER) != 0)
    add_proper_annotation (input, &writer);
  else if (input->annotation_size > 0)
    pyrog_message_add_annotation (&writer, PYROG_BLOB_ANNOTATION, input->annotation,
                                  input->annotation_size);
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append (out, input->payload, input->payload_size);
  return pyrog_message_end (&writer, (input->flags & COMPRESSED) != 0, FUZZ_MAX_MESSAGE_SIZE, NULL);
}

/* ---- By itself ---- */

/* NULL: it is none */
static PyrogSerializedBlob *
read_blob (const guint8 *data, gsize size, PyrogCallParts *call, PyrogArena *arena)
{
  g_autoptr (GError) error = NULL;
  PyrogHeader header;
  PyrogMessage message;

  g_assert (pyrog_header_parse (data, size, G_MAXUINT32, &header, NULL) == PYROG_PARSE_DONE);
  if (!pyrog_message_parse (&header, data + PYROG_HEADER_SIZE, FUZZ_MAX_MESSAGE_SIZE, 0, arena,
                            &message, NULL))
    return NULL;
  pyrog_arena_set_budget (arena, pyrog_arena_budget_for (message.payload_size), 65536);
  PyrogSerializedBlob *blob = pyrog_serialized_blob_new_from_message (
      &message, pyrog_codec_get (header.serializer), NULL, arena, call, &error);
  g_assert ((blob == NULL) == (error != NULL));
  return blob;
}

static void
write_blob (PyrogSerializedBlob *blob, PyrogBuffer *out)
{
  const PyrogCodec *codec = pyrog_serialized_blob_get_codec (blob);
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                               .serializer = (guint8) codec->serializer,
                               .flags = PYROG_FLAG_KEEP_SERIALIZED };
  g_autoptr (GError) error = NULL;
  PyrogMessageWriter writer;
  PyrogBuffer annotation;
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();

  pyrog_buffer_init (&annotation, G_MAXSIZE);
  if (!pyrog_serialized_blob_write_annotation (blob, "next", "method", &annotation, &error))
    g_error ("What came can't go on: %s", error->message);
  pyrog_message_begin (&writer, out, &header);
  pyrog_message_add_annotation (&writer, PYROG_BLOB_ANNOTATION, annotation.data, annotation.size);
  pyrog_message_begin_payload (&writer);
  if (!pyrog_serialized_blob_write_payload (blob, codec, "next", "method", arena, out, &error))
    g_error ("What came can't go on: %s", error->message);
  g_assert (pyrog_message_end (&writer, FALSE, 2 * FUZZ_MAX_MESSAGE_SIZE, NULL));
  pyrog_buffer_clear (&annotation);
}

/* What was read and not looked into goes on as it came */
static void
check_passing_on (const guint8 *data, gsize size)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogCallParts call;
  g_autoptr (PyrogSerializedBlob) blob = read_blob (data, size, &call, arena);
  PyrogBuffer out;

  if (blob == NULL)
    return;
  pyrog_buffer_init (&out, G_MAXSIZE);
  write_blob (blob, &out);
  g_autoptr (PyrogSerializedBlob) next = read_blob (out.data, out.size, &call, arena);
  g_assert (next != NULL);
  g_assert (g_bytes_equal (pyrog_serialized_blob_get_bytes (blob, NULL),
                           pyrog_serialized_blob_get_bytes (next, NULL)));
  g_assert_cmpstr (pyrog_serialized_blob_get_object_id (next), ==, "next");
  g_assert_cmpstr (pyrog_serialized_blob_get_method_name (next), ==, "method");
  pyrog_buffer_clear (&out);
}

/* ---- In a server ---- */

static void
serve (const PyrogCodec *codec, const guint8 *data, gsize size)
{
  /* Of exactly its size, so that a sanitizer sees a read beyond it */
  g_autofree guint8 *copy = g_memdup2 (data, size);
  FuzzServer server;
  PyrogHeader header;

  g_assert (pyrog_header_parse (data, size, G_MAXUINT32, &header, NULL) == PYROG_PARSE_DONE);
  fuzz_server_start (&server);
  fuzz_server_shake_hands (&server, codec);
  fuzz_server_serve (&server, &header, copy + PYROG_HEADER_SIZE);
  fuzz_server_stop (&server);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input input = { .codec = size >= RECORD_SIZE ? pyrog_codec_get (data[0]) : NULL };
  PyrogBuffer message;

  if (input.codec == NULL)
    return 0;
  input.flags = data[1];
  input.annotation = data + RECORD_SIZE;
  input.annotation_size = MIN ((gsize) data[2] << 8 | data[3], size - RECORD_SIZE);
  input.payload = input.annotation + input.annotation_size;
  input.payload_size = size - RECORD_SIZE - input.annotation_size;
  pyrog_buffer_init (&message, G_MAXSIZE);
  if (make_message (&input, &message))
    {
      check_passing_on (message.data, message.size);
      serve (input.codec, message.data, message.size);
    }
  pyrog_buffer_clear (&message);
  return 0;
}
