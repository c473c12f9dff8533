/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "pyrog-connection-private.h"
#include "wire.h"

/* How a connection takes messages from what the network gives in pieces. The first byte is the most
 * that comes at once; by the second the rest is what a peer sends, or the sizes of messages. What
 * is taken is what was sent, and stays so as long as somebody holds it. */

#define MAX_SIZE (256u * 1024u)
#define MAX_MESSAGES 32u
#define MAX_PIECES 20000u

enum
{
  SIZES = 1 << 0,   /* the rest are sizes in two bytes */
  HOLD = 1 << 1,    /* the chunks of all messages are kept */
  TRIM = 1 << 2,    /* memory is given back whenever nothing comes */
  SPARE = 1 << 3,   /* ... and taken again */
  PARTIAL = 1 << 4, /* a message is consumed in two steps */
};

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  PyrogChunk *chunk; /* (owned) */
  const guint8 *body;
  const guint8 *sent; /* the same as it was sent */
  gsize size;
} Held;

static void
clear_held (gpointer data)
{
  Held *held = data;

  g_assert (held->size == 0 || memcmp (held->body, held->sent, held->size) == 0);
  pyrog_chunk_unref (held->chunk);
}

/* Pings, whose payload is any */
static void
make_messages (const guint8 *data, gsize size, PyrogBuffer *stream)
{
  for (guint16 i = 0; i < MAX_MESSAGES && 2u * i + 1 < size; i++)
    {
      const PyrogHeader header = { .type = PYROG_MESSAGE_PING, .seq = i };
      gsize length = (gsize) data[2 * i] << 8 | data[2 * i + 1];
      PyrogMessageWriter writer;
      pyrog_message_begin (&writer, stream, &header);
      pyrog_message_begin_payload (&writer);
      for (gsize k = 0; k < length; k++)
        pyrog_buffer_append_byte (stream, (guint8) (k + i));
      g_assert (pyrog_message_end (&writer, FALSE, MAX_SIZE, NULL));
    }
}

/* Takes the whole messages that have come. The rest of the stream begins with them. FALSE: what
 * comes is none */
static gboolean
take_messages (PyrogConnection *connection, guint8 flags, const guint8 **rest, GArray *held)
{
  g_autoptr (GError) error = NULL;
  PyrogHeader header;
  const guint8 *body;
  PyrogParse parse;

  while ((parse = pyrog_connection_peek (connection, MAX_SIZE, &header, &body, &error))
         == PYROG_PARSE_DONE)
    {
      gsize size = pyrog_header_message_size (&header);
      const Held message = { .chunk = pyrog_chunk_ref (pyrog_connection_get_chunk (connection)),
                             .body = body,
                             .sent = *rest + PYROG_HEADER_SIZE,
                             .size = size - PYROG_HEADER_SIZE };
      g_array_append_val (held, message);
      if ((flags & HOLD) == 0)
        g_array_set_size (held, 0);
      if ((flags & PARTIAL) != 0)
        pyrog_connection_consume (connection, PYROG_HEADER_SIZE);
      pyrog_connection_consume (connection,
                                size - ((flags & PARTIAL) != 0 ? PYROG_HEADER_SIZE : 0));
      *rest += size;
    }
  g_assert ((parse == PYROG_PARSE_FAILED) == (error != NULL));
  return parse != PYROG_PARSE_FAILED;
}

/* The peer closes its end when it has sent all */
static void
receive (PyrogConnection *connection, guint8 flags, const guint8 *data, gsize size)
{
  g_autoptr (GArray) held = g_array_new (FALSE, FALSE, sizeof (Held));
  g_autoptr (PyrogChunk) spare = NULL;
  PyrogChunk **spares = (flags & SPARE) != 0 ? &spare : NULL;
  const guint8 *rest = data;
  gboolean good = TRUE;
  gssize result;

  g_array_set_clear_func (held, clear_held);
  while ((result = pyrog_connection_fill (connection, spares, NULL)) != PYROG_IO_EOF && good)
    {
      g_assert (result > 0 || result == PYROG_IO_AGAIN);
      good = take_messages (connection, flags, &rest, held);
      if (result == PYROG_IO_AGAIN && (flags & TRIM) != 0)
        pyrog_connection_trim (connection, &spare);
    }
  /* What is left is not a whole message, and is as it was sent */
  gsize left = pyrog_connection_get_buffered (connection);
  g_assert (!good || left == (gsize) (data + size - rest));
  g_array_set_size (held, 0);
}

static PyrogConnection *
make_connection (PyrogTransport *transport)
{
  int fds[2];

  g_assert (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  g_autoptr (GSocket) other = g_socket_new_from_fd (fds[1], NULL);
  PyrogConnection *connection = pyrog_connection_new (socket, FALSE);
  pyrog_connection_set_transport (connection, transport);
  return connection;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzWire in, out;
  PyrogBuffer stream;

  if (size < 2)
    return 0;
  pyrog_buffer_init (&stream, G_MAXSIZE);
  if ((data[1] & SIZES) != 0)
    make_messages (data + 2, size - 2, &stream);
  else
    pyrog_buffer_append (&stream, data + 2, size - 2);
  if (stream.size == 0)
    return 0;
  fuzz_wire_init (&in, MAX (data[0], stream.size / MAX_PIECES));
  fuzz_wire_init (&out, 0);
  fuzz_wire_append (&in, stream.data, stream.size);
  in.closed = TRUE;
  g_autoptr (PyrogConnection) connection = make_connection (fuzz_wire_new_end (&in, &out));
  receive (connection, data[1], stream.data, stream.size);
  g_clear_object (&connection);
  fuzz_wire_clear (&in);
  fuzz_wire_clear (&out);
  pyrog_buffer_clear (&stream);
  return 0;
}
