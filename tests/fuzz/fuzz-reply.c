/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-batch-results-private.h"
#include "pyrog-call.h"
#include "pyrog-error.h"
#include "pyrog-metadata.h"

#define MAX_SIZE (256u * 1024u)
#define RECORD_SIZE 3u /* serializer, flags, size of an annotation */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A frame of a record: the annotation follows it, the rest is the payload */
static PyrogChunk *
make_reply (const guint8 *data, gsize size, PyrogHeader *header)
{
  const PyrogHeader wanted
      = { .type = PYROG_MESSAGE_RESULT, .serializer = data[0], .flags = data[1] };
  gsize annotation_size = MIN (data[2], size - RECORD_SIZE);
  PyrogMessageWriter writer;
  PyrogBuffer out;

  data += RECORD_SIZE;
  size -= RECORD_SIZE;
  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, &wanted);
  if (annotation_size > 0)
    pyrog_message_add_annotation (&writer, "STRM", data, annotation_size);
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append (&out, data + annotation_size, size - annotation_size);
  g_assert (pyrog_message_end (&writer, FALSE, G_MAXUINT32, NULL));
  g_assert (pyrog_header_parse (out.data, out.size, G_MAXUINT32, header, NULL) == PYROG_PARSE_DONE);

  PyrogChunk *chunk = pyrog_chunk_new (out.size - PYROG_HEADER_SIZE);
  if (out.size > PYROG_HEADER_SIZE)
    memcpy (chunk->data, out.data + PYROG_HEADER_SIZE, out.size - PYROG_HEADER_SIZE);
  pyrog_buffer_clear (&out);
  return chunk;
}

/* What a daemon might say of an object in its handshake */
static void
check_metadata (const PyrogValue *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogMetadata) metadata = pyrog_metadata_new (value, &error);

  if (metadata == NULL)
    {
      g_assert (error != NULL);
      return;
    }
  g_auto (GStrv) methods = pyrog_metadata_list_methods (metadata);
  g_auto (GStrv) oneway = pyrog_metadata_list_oneway (metadata);
  g_auto (GStrv) attributes = pyrog_metadata_list_attributes (metadata);
  for (guint i = 0; methods[i] != NULL; i++)
    g_assert (pyrog_metadata_find_method (metadata, methods[i], NULL));
  for (guint i = 0; oneway[i] != NULL; i++)
    g_assert_nonnull (oneway[i]);
  for (guint i = 0; attributes[i] != NULL; i++)
    g_assert (pyrog_metadata_has_attribute (metadata, attributes[i]));
}

/* The results of as many calls, or of more */
static void
check_batch (PyrogCall *call, guint n_calls)
{
  g_autoptr (PyrogBatchResults) results = pyrog_batch_results_new (call, n_calls, NULL);
  guint count = 0;
  gboolean more = TRUE;

  if (results == NULL)
    return;
  while (more)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) result = pyrog_batch_results_next (results, NULL, &error);
      more = result != NULL || error != NULL;
      count += more ? 1 : 0;
    }
  g_assert (count <= pyrog_batch_results_get_size (results));
  g_assert (pyrog_batch_results_get_size (results) <= n_calls);
}

/* A reply ends a call with a result, an item stream or an error that has an outcome; or the
 * connection can't go on, and the call, which is to be repeated elsewhere, takes another reply. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (PyrogCall) call = pyrog_call_new (NULL);
  g_autoptr (PyrogChunk) chunk = NULL;
  g_autoptr (GError) error = NULL;
  PyrogHeader header;

  if (size < RECORD_SIZE || (call->codec = pyrog_codec_get (data[0])) == NULL)
    return 0;
  chunk = make_reply (data, size, &header);
  if (!pyrog_call_take_reply (call, &header, chunk->data, chunk, MAX_SIZE, &error))
    {
      g_assert (error != NULL && call->state != PYROG_CALL_DONE);
      g_assert (!pyrog_call_take_reply (call, &header, chunk->data, chunk, MAX_SIZE, NULL));
      return 0;
    }
  g_assert (call->state == PYROG_CALL_DONE);
  g_assert ((call->error != NULL) == (call->outcome != NULL));
  if (call->error != NULL)
    g_assert (g_utf8_validate (call->error->message, -1, NULL));
  else if (call->stream_id == NULL)
    {
      check_metadata (&call->result);
      check_batch (call, call->result.size);
      check_batch (call, G_MAXUINT);
    }
  return 0;
}
