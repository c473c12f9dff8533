/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-message.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#include "pyrog-block.h"
#include "pyrog-error.h"

#define TAG "PYRO"
#define MAGIC 0x4dc5u
#define COMPRESSION_LEVEL 4 /* as Pyro5 */
#define CONVERT_STEP (64u * 1024u)

/* Where the fields of a header are */
enum
{
  OFFSET_VERSION = 4,
  OFFSET_TYPE = 6,
  OFFSET_SERIALIZER = 7,
  OFFSET_FLAGS = 8,
  OFFSET_SEQ = 10,
  OFFSET_DATA_SIZE = 12,
  OFFSET_ANNOTATIONS_SIZE = 16,
  OFFSET_CORRELATION_ID = 20,
  OFFSET_RESERVED = 36,
  OFFSET_MAGIC = 38,
};

static guint16
get_u16 (const guint8 *p)
{
  return (guint16) (p[0] << 8 | p[1]);
}

static guint32
get_u32 (const guint8 *p)
{
  return (guint32) get_u16 (p) << 16 | get_u16 (p + 2);
}

static void
put_u16 (guint8 *p, guint value)
{
  p[0] = (guint8) (value >> 8);
  p[1] = (guint8) value;
}

static void
put_u32 (guint8 *p, gsize value)
{
  put_u16 (p, (guint) (value >> 16) & 0xffff);
  put_u16 (p + 2, (guint) value & 0xffff);
}

/* ---- Reading ---- */

static PyrogParse
fail (GError **error, int code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autoptr (GError) failure = g_error_new_valist (PYROG_ERROR, code, format, args);
  va_end (args);
  g_propagate_error (error, g_steal_pointer (&failure));
  return PYROG_PARSE_FAILED;
}

static PyrogParse
too_large (GError **error, guint64 size, gsize max_size)
{
  return fail (error, PYROG_ERROR_MESSAGE_TOO_LARGE,
               _ ("A message of %" PRIu64 " bytes is above the limit of %zu bytes "
                  "(MAX_MESSAGE_SIZE; before the handshake MAX_HANDSHAKE_SIZE)"),
               size, max_size);
}

static PyrogParse
check_prefix (const guint8 *data, gsize size, GError **error)
{
  if (size > 0 && memcmp (data, TAG, MIN (size, 4)) != 0)
    return fail (error, PYROG_ERROR_PROTOCOL, _ ("The peer does not speak the Pyro protocol"));
  if (size < PYROG_PREFIX_SIZE)
    return PYROG_PARSE_MORE;
  if (get_u16 (data + OFFSET_VERSION) != PYROG_PROTOCOL_VERSION)
    return fail (error, PYROG_ERROR_PROTOCOL, _ ("Invalid protocol version: %u, expected %d"),
                 get_u16 (data + OFFSET_VERSION), PYROG_PROTOCOL_VERSION);
  return PYROG_PARSE_DONE;
}

PyrogParse
pyrog_header_parse (
    const guint8 *data, gsize size, gsize max_size, PyrogHeader *header, GError **error)
{
  PyrogParse prefix = check_prefix (data, size, error);

  if (prefix != PYROG_PARSE_DONE)
    return prefix;
  if (size < PYROG_HEADER_SIZE)
    return PYROG_PARSE_MORE;
  if (get_u16 (data + OFFSET_MAGIC) != MAGIC)
    return fail (error, PYROG_ERROR_PROTOCOL, _ ("A message has a wrong magic number"));

  header->type = data[OFFSET_TYPE];
  header->serializer = data[OFFSET_SERIALIZER];
  header->flags = get_u16 (data + OFFSET_FLAGS);
  header->seq = get_u16 (data + OFFSET_SEQ);
  header->data_size = get_u32 (data + OFFSET_DATA_SIZE);
  header->annotations_size = get_u32 (data + OFFSET_ANNOTATIONS_SIZE);
  memcpy (header->correlation_id, data + OFFSET_CORRELATION_ID, PYROG_CORRELATION_ID_SIZE);

  guint64 total = (guint64) header->data_size + header->annotations_size;
  if (total > max_size)
    return too_large (error, total, max_size);
  if (header->annotations_size > PYROG_MAX_ANNOTATIONS_SIZE)
    return fail (error, PYROG_ERROR_MESSAGE_TOO_LARGE,
                 _ ("Annotations of %u bytes are above the limit of %u bytes"),
                 header->annotations_size, PYROG_MAX_ANNOTATIONS_SIZE);
  return PYROG_PARSE_DONE;
}

gsize
pyrog_header_message_size (const PyrogHeader *header)
{
  return (gsize) PYROG_HEADER_SIZE + header->annotations_size + header->data_size;
}

gboolean
pyrog_message_next_annotation (const PyrogMessage *message,
                               gsize *offset,
                               PyrogAnnotation *annotation)
{
  gsize left = message->header.annotations_size - *offset;
  const guint8 *chunk = message->annotations + *offset;

  if (left < PYROG_ANNOTATION_HEADER_SIZE)
    return FALSE;
  gsize size = get_u32 (chunk + 4);
  if (size > left - PYROG_ANNOTATION_HEADER_SIZE)
    return FALSE;

  memcpy (annotation->id, chunk, 4);
  annotation->id[4] = '\0';
  annotation->data = chunk + PYROG_ANNOTATION_HEADER_SIZE;
  annotation->size = size;
  *offset += PYROG_ANNOTATION_HEADER_SIZE + size;
  return TRUE;
}

gboolean
pyrog_message_find_annotation (const PyrogMessage *message,
                               const char *id,
                               PyrogAnnotation *annotation)
{
  gboolean found = FALSE;
  gsize offset = 0;
  PyrogAnnotation next;

  while (pyrog_message_next_annotation (message, &offset, &next))
    {
      if (strcmp (next.id, id) == 0)
        {
          *annotation = next;
          found = TRUE;
        }
    }
  return found;
}

static gboolean
is_ascii_id (const char *id)
{
  for (guint i = 0; i < 4; i++)
    {
      if (id[i] < 0x20 || id[i] > 0x7e)
        return FALSE;
    }
  return TRUE;
}

static PyrogParse
too_many_annotations (GError **error, guint max)
{
  return fail (error, PYROG_ERROR_MESSAGE_TOO_LARGE,
               _ ("A message has more than %u annotations (MAX_ANNOTATIONS)"), max);
}

static gboolean
check_annotations (const PyrogMessage *message, guint max, GError **error)
{
  gsize offset = 0;
  guint count = 0;
  PyrogAnnotation annotation;

  while (pyrog_message_next_annotation (message, &offset, &annotation))
    {
      if (!is_ascii_id (annotation.id))
        {
          fail (error, PYROG_ERROR_PROTOCOL, _ ("An annotation has a malformed name"));
          return FALSE;
        }
      if (++count > max)
        return too_many_annotations (error, max) == PYROG_PARSE_DONE;
    }
  if (offset != message->header.annotations_size)
    {
      fail (error, PYROG_ERROR_PROTOCOL, _ ("The annotations of a message do not fill their size"));
      return FALSE;
    }
  return TRUE;
}

/* Converts until the input ends or out would pass max_size. More than one byte above is never
 * held. arena (nullable) says how much memory there is. */
static gboolean
convert_into (PyrogBuffer *out,
              GConverter *converter,
              const guint8 *data,
              gsize size,
              gsize max_size,
              PyrogArena *arena,
              GError **error)
{
  GConverterResult result = G_CONVERTER_CONVERTED;

  while (result != G_CONVERTER_FINISHED)
    {
      g_autoptr (GError) failure = NULL;
      gsize read = 0, written = 0;

      if (arena != NULL && !pyrog_arena_check_memory (arena, out->size, error))
        return FALSE;
      if (out->size > max_size
          || !pyrog_buffer_grow (out, MIN (CONVERT_STEP, max_size - out->size + 1)))
        return too_large (error, out->size, max_size) == PYROG_PARSE_DONE;
      result = g_converter_convert (converter, data, size, out->data + out->size,
                                    MIN (out->capacity - out->size, max_size - out->size + 1),
                                    G_CONVERTER_INPUT_AT_END, &read, &written, &failure);
      if (result == G_CONVERTER_ERROR)
        return fail (error, PYROG_ERROR_PROTOCOL, _ ("A compressed payload is malformed: %s"),
                     failure->message)
               == PYROG_PARSE_DONE;
      data += read;
      size -= read;
      pyrog_buffer_commit (out, written);
    }
  if (out->size > max_size)
    return too_large (error, out->size, max_size) == PYROG_PARSE_DONE;
  if (size > 0)
    return fail (error, PYROG_ERROR_PROTOCOL, _ ("A compressed payload has trailing bytes"))
           == PYROG_PARSE_DONE;
  return TRUE;
}

static gboolean
inflate_payload (PyrogMessage *message, gsize max_size, PyrogArena *arena, GError **error)
{
  g_autoptr (GConverter) inflater
      = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  if (pyrog_arena_is_secret (arena))
    pyrog_buffer_keep_secret (&out);
  if (!convert_into (&out, inflater, message->payload, message->payload_size, max_size, arena,
                     error))
    {
      pyrog_buffer_clear (&out);
      return FALSE;
    }
  message->payload_size = out.size;
  if (pyrog_arena_is_secret (arena))
    {
      message->payload = pyrog_arena_copy (arena, out.data, out.size, error);
      pyrog_buffer_clear (&out);
      return message->payload != NULL;
    }
  message->payload = out.data;
  pyrog_arena_keep (arena, out.data, pyrog_block_free);
  return TRUE;
}

gboolean
pyrog_message_parse (const PyrogHeader *header,
                     const guint8 *body,
                     gsize max_size,
                     guint max_annotations,
                     PyrogArena *arena,
                     PyrogMessage *message,
                     GError **error)
{
  message->header = *header;
  message->annotations = body;
  message->payload = body + header->annotations_size;
  message->payload_size = header->data_size;
  if (max_annotations == 0)
    max_annotations = PYROG_MAX_ANNOTATIONS;
  if (header->annotations_size > 0 && !check_annotations (message, max_annotations, error))
    return FALSE;
  if ((header->flags & PYROG_FLAG_COMPRESSED) != 0)
    return inflate_payload (message, max_size, arena, error);
  return TRUE;
}

/* ---- Writing ---- */

void
pyrog_message_begin (PyrogMessageWriter *writer, PyrogBuffer *out, const PyrogHeader *header)
{
  guint8 *data = pyrog_buffer_reserve (out, PYROG_HEADER_SIZE);

  memcpy (data, TAG, 4);
  put_u16 (data + OFFSET_VERSION, PYROG_PROTOCOL_VERSION);
  data[OFFSET_TYPE] = header->type;
  data[OFFSET_SERIALIZER] = header->serializer;
  put_u16 (data + OFFSET_FLAGS, header->flags);
  put_u16 (data + OFFSET_SEQ, header->seq);
  memcpy (data + OFFSET_CORRELATION_ID, header->correlation_id, PYROG_CORRELATION_ID_SIZE);
  put_u16 (data + OFFSET_RESERVED, 0);
  put_u16 (data + OFFSET_MAGIC, MAGIC);

  *writer = (PyrogMessageWriter){ .out = out,
                                  .start = pyrog_buffer_get_end (out),
                                  .total_start = pyrog_buffer_get_total (out, 0) };
  pyrog_buffer_commit (out, PYROG_HEADER_SIZE);
}

void
pyrog_message_add_annotation (PyrogMessageWriter *writer,
                              const char *id,
                              const void *data,
                              gsize size)
{
  guint8 chunk[PYROG_ANNOTATION_HEADER_SIZE];

  g_assert (strlen (id) == 4);
  memcpy (chunk, id, 4);
  put_u32 (chunk + 4, size);
  pyrog_buffer_append (writer->out, chunk, sizeof chunk);
  pyrog_buffer_append (writer->out, data, size);
  writer->annotations++;
}

void
pyrog_message_begin_payload (PyrogMessageWriter *writer)
{
  writer->payload_start = writer->out->size;
}

static gboolean
compress_payload (PyrogMessageWriter *writer, GError **error)
{
  PyrogBuffer *out = writer->out;
  gsize size = out->size - writer->payload_start;
  g_autoptr (GConverter) deflater
      = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, COMPRESSION_LEVEL));
  PyrogBuffer packed;

  pyrog_buffer_init (&packed, G_MAXSIZE);
  gboolean ok = convert_into (&packed, deflater, out->data + writer->payload_start, size,
                              G_MAXUINT32, NULL, error);
  if (ok)
    {
      out->size = writer->payload_start;
      pyrog_buffer_append (out, packed.data, packed.size);
      out->data[writer->start.index + OFFSET_FLAGS + 1] |= PYROG_FLAG_COMPRESSED;
    }
  pyrog_buffer_clear (&packed);
  return ok;
}

static gboolean
check_sizes (PyrogMessageWriter *writer, gsize total, gsize max_size, GError **error)
{
  if (writer->out->overflow || total > MIN (max_size, G_MAXUINT32))
    return too_large (error, total, max_size) == PYROG_PARSE_DONE;
  if (writer->annotations > PYROG_MAX_ANNOTATIONS)
    return too_many_annotations (error, PYROG_MAX_ANNOTATIONS) == PYROG_PARSE_DONE;
  return TRUE;
}

gboolean
pyrog_message_end (PyrogMessageWriter *writer, gboolean compress, gsize max_size, GError **error)
{
  PyrogBuffer *out = writer->out;
  gsize annotations_size = writer->payload_start - writer->start.index - PYROG_HEADER_SIZE;
  gboolean worth_it = out->size - writer->payload_start > PYROG_COMPRESSION_THRESHOLD;
  gboolean ok = !compress || !worth_it || out->overflow || compress_payload (writer, error);
  gsize total = pyrog_buffer_get_total (out, 0) - writer->total_start - PYROG_HEADER_SIZE;

  if (!ok || !check_sizes (writer, total, max_size, error))
    {
      pyrog_message_abandon (writer);
      return FALSE;
    }
  guint8 *data = out->data + writer->start.index;
  put_u32 (data + OFFSET_DATA_SIZE, total - annotations_size);
  put_u32 (data + OFFSET_ANNOTATIONS_SIZE, annotations_size);
  return TRUE;
}

void
pyrog_message_abandon (PyrogMessageWriter *writer)
{
  pyrog_buffer_truncate (writer->out, writer->start);
  writer->out->overflow = FALSE;
}

void
pyrog_message_set_seq (guint8 *message, guint16 seq)
{
  put_u16 (message + OFFSET_SEQ, seq);
}

void
pyrog_message_add_flags (guint8 *message, guint16 flags)
{
  put_u16 (message + OFFSET_FLAGS, (guint) get_u16 (message + OFFSET_FLAGS) | flags);
}
