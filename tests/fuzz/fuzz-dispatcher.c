/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#include "server.h"

/* One peer's stream of messages to a server. It is read thrice: from a stranger, from one whom the
 * server knows only with a secret that nobody guesses, and from a peer whose handshake, in the
 * serializer of the first message, has succeeded. An input that begins with ‘=’ is taken as records
 * of RECORD_SIZE bytes with what they announce, of which proper frames are made: that reaches
 * deeper than bytes can that are changed at random. */

/* Type, serializer, flags, size of an annotation, and two bytes that are the payload's size */
#define RECORD_SIZE 6u
#define MAX_MESSAGES 64

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Nobody guesses the id of a stream, so what it gives is asked for here, and then it is closed */
static void
read_stream (FuzzServer *server, const PyrogCodec *codec)
{
  static const char *const methods[]
      = { "get_next_stream_item", "get_next_stream_item", "close_stream", "get_next_stream_item" };
  g_autofree char *id = g_steal_pointer (&server->stream_id);
  PyrogValue text = pyrog_value_text (id);

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      const PyrogCallParts call = { .object = pyrog_value_text ("Pyro.Daemon"),
                                    .method = pyrog_value_text (methods[i]),
                                    .args = { .kind = PYROG_KIND_TUPLE, .size = 1, .items = &text },
                                    .kwargs = pyrog_value_none () };
      g_assert (fuzz_server_call (server, codec, 0, &call));
    }
}

/* Serves all whole messages of a stream */
static void
serve_stream (FuzzServer *server, const guint8 *data, gsize size)
{
  for (guint i = 0; i < MAX_MESSAGES; i++)
    {
      g_autoptr (GError) error = NULL;
      gsize max_size = pyrog_dispatcher_get_max_size (server->dispatcher, &server->peer);
      PyrogHeader header;
      PyrogParse parse = pyrog_header_parse (data, size, max_size, &header, &error);
      if (parse == PYROG_PARSE_FAILED)
        pyrog_dispatcher_refuse (server->dispatcher, &server->peer, error, &server->out);
      if (parse != PYROG_PARSE_DONE || pyrog_header_message_size (&header) > size
          || !fuzz_server_serve (server, &header, data + PYROG_HEADER_SIZE))
        return;
      if (server->stream_id != NULL)
        read_stream (server, pyrog_codec_get (header.serializer));
      data += pyrog_header_message_size (&header);
      size -= pyrog_header_message_size (&header);
    }
}

/* Makes frames of records */
static void
frame_records (const guint8 *data, gsize size, PyrogBuffer *stream)
{
  guint16 seq = 0;

  while (size >= RECORD_SIZE && seq < MAX_MESSAGES)
    {
      PyrogHeader header
          = { .type = data[0], .serializer = data[1], .flags = data[2], .seq = seq++ };
      gsize annotation_size = data[3];
      gsize payload_size = (gsize) data[4] << 8 | data[5];
      PyrogMessageWriter writer;
      data += RECORD_SIZE;
      size -= RECORD_SIZE;
      annotation_size = MIN (annotation_size, size);
      payload_size = MIN (payload_size, size - annotation_size);
      pyrog_message_begin (&writer, stream, &header);
      if (annotation_size > 0)
        pyrog_message_add_annotation (
            &writer, (header.flags & PYROG_FLAG_KEEP_SERIALIZED) != 0 ? "BLBI" : "FUZZ", data,
            annotation_size);
      pyrog_message_begin_payload (&writer);
      pyrog_buffer_append (stream, data + annotation_size, payload_size);
      pyrog_message_end (&writer, FALSE, G_MAXUINT32, NULL);
      data += annotation_size + payload_size;
      size -= annotation_size + payload_size;
    }
}

/* As the first message has it, if there is such a one */
static const PyrogCodec *
choose_codec (const guint8 *data, gsize size)
{
  const PyrogCodec *codec = NULL;
  PyrogHeader header;

  if (pyrog_header_parse (data, size, G_MAXUINT32, &header, NULL) == PYROG_PARSE_DONE)
    codec = pyrog_codec_get (header.serializer);
  return codec != NULL ? codec : &pyrog_codec_serpent;
}

static void
meet_stranger (const guint8 *data, gsize size)
{
  FuzzServer server;

  fuzz_server_start (&server);
  serve_stream (&server, data, size);
  fuzz_server_stop (&server);
}

static char *cookie_directory;
static char *cookie_path;

static void
remove_cookie (void)
{
  g_unlink (cookie_path);
  g_rmdir (cookie_directory);
}

/* The server's own; its file is made once */
static PyrogCookie *
get_cookie (void)
{
  g_autoptr (GError) error = NULL;

  if (cookie_path == NULL)
    {
      cookie_directory = g_dir_make_tmp ("fuzz-XXXXXX", NULL);
      cookie_path = g_build_filename (cookie_directory, "cookie", NULL);
      atexit (remove_cookie);
    }
  PyrogCookie *cookie = pyrog_cookie_read_or_make (cookie_path, &error);
  if (cookie == NULL)
    g_error ("%s", error->message);
  return cookie;
}

/* Only a handshake asks for the secret */
static void
meet_ignorant (const guint8 *data, gsize size)
{
  FuzzServer server;
  PyrogHeader header;

  if (pyrog_header_parse (data, size, G_MAXUINT32, &header, NULL) != PYROG_PARSE_DONE
      || header.type != PYROG_MESSAGE_CONNECT)
    return;
  fuzz_server_start (&server);
  pyrog_dispatcher_set_cookie (server.dispatcher, get_cookie ());
  serve_stream (&server, data, size);
  g_assert (!server.peer.authenticated);
  fuzz_server_stop (&server);
}

static void
meet_friend (const guint8 *data, gsize size)
{
  FuzzServer server;

  fuzz_server_start (&server);
  fuzz_server_shake_hands (&server, choose_codec (data, size));
  serve_stream (&server, data, size);
  fuzz_server_stop (&server);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  PyrogBuffer stream;

  pyrog_buffer_init (&stream, G_MAXSIZE);
  if (size > 0 && data[0] == '=')
    frame_records (data + 1, size - 1, &stream);
  else
    pyrog_buffer_append (&stream, data, size);
  /* Of exactly its size, so that a sanitizer sees a read beyond it */
  g_autofree guint8 *copy = g_memdup2 (stream.data, stream.size);
  meet_stranger (copy, stream.size);
  meet_ignorant (copy, stream.size);
  meet_friend (copy, stream.size);
  pyrog_buffer_clear (&stream);
  return 0;
}
