/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-message.h"

#define MAX_SIZE (256u * 1024u)

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
write_message (const PyrogMessage *message, gboolean compress, PyrogBuffer *out)
{
  g_autoptr (GError) error = NULL;
  PyrogHeader header = message->header;
  PyrogMessageWriter writer;
  PyrogAnnotation annotation;
  gsize offset = 0;

  header.flags &= (guint16) ~PYROG_FLAG_COMPRESSED;
  pyrog_message_begin (&writer, out, &header);
  while (pyrog_message_next_annotation (message, &offset, &annotation))
    pyrog_message_add_annotation (&writer, annotation.id, annotation.data, annotation.size);
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append (out, message->payload, message->payload_size);
  if (!pyrog_message_end (&writer, compress, 2 * MAX_SIZE, &error))
    g_error ("What was read can't be written: %s", error->message);
}

static gboolean
same_bytes (const guint8 *a, gsize a_size, const guint8 *b, gsize b_size)
{
  return a_size == b_size && (a_size == 0 || memcmp (a, b, a_size) == 0);
}

/* What was read, written and read again is the same message */
static void
check_again (const PyrogMessage *message, gboolean compress)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogHeader header;
  PyrogMessage again;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  write_message (message, compress, &out);
  if (pyrog_header_parse (out.data, out.size, 2 * MAX_SIZE, &header, &error) != PYROG_PARSE_DONE
      || pyrog_header_message_size (&header) != out.size
      || !pyrog_message_parse (&header, out.data + PYROG_HEADER_SIZE, MAX_SIZE, 0, arena, &again,
                               &error))
    g_error ("Own message not readable: %s", error != NULL ? error->message : "size");
  if (!same_bytes (message->payload, message->payload_size, again.payload, again.payload_size)
      || !same_bytes (message->annotations, message->header.annotations_size, again.annotations,
                      again.header.annotations_size))
    g_error ("Read back as another message");
  pyrog_buffer_clear (&out);
}

/* The input is the beginning of a stream. What is refused has an error, and what its first bytes
 * are refused for does not get better with more of them. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogHeader header;
  PyrogMessage message;

  if (pyrog_header_parse (data, MIN (size, PYROG_PREFIX_SIZE), MAX_SIZE, &header, NULL)
          == PYROG_PARSE_FAILED
      && pyrog_header_parse (data, size, MAX_SIZE, &header, NULL) != PYROG_PARSE_FAILED)
    g_error ("A refused beginning is accepted later");
  if (pyrog_header_parse (data, size, MAX_SIZE, &header, &error) != PYROG_PARSE_DONE
      || pyrog_header_message_size (&header) > size)
    return 0;
  pyrog_arena_set_budget (arena, pyrog_arena_budget_for (size), 0);
  if (!pyrog_message_parse (&header, data + PYROG_HEADER_SIZE, MAX_SIZE, 0, arena, &message,
                            &error))
    {
      g_assert (error != NULL);
      return 0;
    }
  g_assert (message.payload_size <= MAX_SIZE);
  check_again (&message, FALSE);
  check_again (&message, TRUE);
  return 0;
}
