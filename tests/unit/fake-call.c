/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "fake-call.h"

#include <string.h>

#define MAX_SIZE (1024u * 1024u)

static void
count_answer (PyrogInvocation *invocation, gpointer user_data)
{
  if (user_data != NULL)
    (*(guint *) user_data)++;
}

/* A whole message in a chunk, as it comes from a connection */
static PyrogChunk *
make_chunk (const PyrogHeader *header, const char *annotation, const char *payload)
{
  PyrogMessageWriter writer;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, header);
  if (annotation != NULL)
    {
      pyrog_message_add_annotation (&writer, "TEST", "earlier", strlen ("earlier"));
      pyrog_message_add_annotation (&writer, "TEST", annotation, strlen (annotation));
    }
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append_text (&out, payload);
  g_assert_true (pyrog_message_end (&writer, FALSE, MAX_SIZE, NULL));
  PyrogChunk *chunk = pyrog_chunk_new (out.size);
  memcpy (chunk->data, out.data, out.size);
  pyrog_buffer_clear (&out);
  return chunk;
}

PyrogInvocation *
fake_call_new (const PyrogHeader *header,
               const char *annotation,
               const char *payload,
               guint *answers)
{
  PyrogHeader request = *header;
  PyrogArena *arena = pyrog_arena_new ();
  PyrogMessage message;
  PyrogCallParts call;
  g_autoptr (GError) error = NULL;

  request.type = PYROG_MESSAGE_INVOKE;
  request.serializer = PYROG_SERIALIZER_SERPENT;
  g_autoptr (PyrogChunk) chunk = make_chunk (&request, annotation, payload);
  pyrog_header_parse (chunk->data, chunk->capacity, MAX_SIZE, &request, &error);
  g_assert_no_error (error);
  pyrog_message_parse (&request, chunk->data + PYROG_HEADER_SIZE, MAX_SIZE, 0, arena, &message,
                       &error);
  g_assert_no_error (error);
  pyrog_codec_decode_call (&pyrog_codec_serpent, arena, message.payload, message.payload_size,
                           &call, &error);
  g_assert_no_error (error);
  PyrogInvocation *invocation
      = pyrog_invocation_new (&pyrog_codec_serpent, &message, &call, arena, chunk, NULL);
  pyrog_invocation_set_answered_func (invocation, count_answer, answers);
  return invocation;
}

char *
fake_call_reply (PyrogInvocation *invocation, PyrogHeader *header)
{
  PyrogHeader reply;
  PyrogBuffer out;
  g_autoptr (GError) error = NULL;

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_invocation_write_reply (invocation, &out, NULL, NULL, FALSE, MAX_SIZE);
  pyrog_header_parse (out.data, out.size, G_MAXSIZE, &reply, &error);
  g_assert_no_error (error);
  const char *begin = (const char *) out.data + PYROG_HEADER_SIZE + reply.annotations_size;
  g_autofree char *text = g_strndup (begin, reply.data_size);
  pyrog_buffer_clear (&out);
  if (header != NULL)
    *header = reply;
  const char *line = strchr (text, '\n');
  g_assert_nonnull (line);
  return g_strdup (line + 1);
}
