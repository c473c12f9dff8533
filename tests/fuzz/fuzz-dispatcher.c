/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "pyrog-codec.h"
#include "pyrog-daemon-object.h"
#include "pyrog-dispatcher.h"

/* A whole server without its sockets. The input is one peer's stream of messages; it is read twice,
 * from a stranger and from a peer whose handshake has succeeded. An input that begins with ‘=’ is
 * taken as records of RECORD_SIZE bytes with what they announce, of which proper frames are made:
 * that reaches deeper than bytes can that are changed at random. */

#define MAX_SIZE (256u * 1024u)
/* Type, serializer, flags, size of an annotation, and two bytes that are the payload's size */
#define RECORD_SIZE 6u
#define MAX_MESSAGES 64

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  PyrogPeer peer; /* the first member */
  guint late;     /* calls that were answered late */
} FuzzPeer;

typedef struct
{
  PyrogDispatcher *dispatcher; /* (owned) */
  FuzzPeer peer;
  PyrogBuffer out;
  PyrogInvocation *held; /* (owned) (nullable) to be answered later */
  char *stream_id;       /* (owned) (nullable) of the last reply */
} Server;

/* ---- What is served ---- */

static void
add (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  gint64 a, b;

  g_variant_get (args, "(xx)", &a, &b);
  pyrog_invocation_return_value (invocation, g_variant_new_double ((double) a + (double) b));
}

static void
echo_blob (PyrogInvocation *invocation, PyrogSerializedBlob *blob, GError **error)
{
  GVariant *info = pyrog_serialized_blob_get_info (blob);
  g_autoptr (GVariant) data = pyrog_serialized_blob_deserialize (blob, NULL, error);

  g_assert (pyrog_serialized_blob_get_bytes (blob, NULL) != NULL);
  if (data != NULL)
    pyrog_invocation_return_value (invocation, g_variant_new ("(@*@*)", info, data));
}

static void
echo (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  GVariant *kwargs = pyrog_invocation_get_kwargs (invocation, error);
  g_autofree char *id = pyrog_invocation_get_correlation_id (invocation);
  g_autoptr (GBytes) annotation = pyrog_invocation_get_annotation (invocation, "FUZZ");

  if (kwargs == NULL)
    return;
  if (pyrog_invocation_get_blob (invocation) != NULL)
    {
      echo_blob (invocation, pyrog_invocation_get_blob (invocation), error);
      return;
    }
  g_assert (g_str_equal (pyrog_invocation_get_object_id (invocation), "o"));
  if (id != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (id, strlen (id));
      pyrog_invocation_set_reply_annotation (invocation, "ECHO", bytes);
    }
  if (annotation != NULL)
    pyrog_invocation_set_reply_annotation (invocation, "FUZZ", annotation);
  pyrog_invocation_return_value (invocation, g_variant_new ("(@*@*)", args, kwargs));
}

static void
repeat (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (PyrogItemStream) stream = pyrog_item_stream_new_for_array (args);

  pyrog_invocation_return_stream (invocation, stream);
}

static void
fail (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  const char *text;

  g_variant_get (args, "(&sas)", &text, NULL);
  pyrog_invocation_return_exception (invocation, text, args, NULL);
}

static void
hold (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  Server *server = user_data;

  server->held = pyrog_invocation_hold (invocation);
}

static void
read_numbers (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 a;
  double b;
  g_autofree char *text = NULL;

  if (pyrog_invocation_read (invocation, error, "sxd", &text, &a, &b))
    pyrog_invocation_return (invocation, "sdx", text, b, a);
}

/* Neither answers nor fails */
static void
forget (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
}

static GVariant *
get_attribute (const char *name, gpointer user_data, GError **error)
{
  return g_variant_new_string (name);
}

static gboolean
set_attribute (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  return g_variant_n_children (value) > 1;
}

static PyrogServant *
new_servant (Server *server)
{
  PyrogServant *servant = pyrog_servant_new ();

  pyrog_servant_add_method (servant, "add", "x a, x b", "d", add, NULL, NULL);
  pyrog_servant_add_method (servant, "echo", NULL, NULL, echo, NULL, NULL);
  pyrog_servant_add_method (servant, "repeat", NULL, NULL, repeat, NULL, NULL);
  pyrog_servant_add_method (servant, "fail", "(sas)", NULL, fail, NULL, NULL);
  pyrog_servant_add_method (servant, "hold", "(va{sv}(bynqiuxtd)ayaad)", NULL, hold, server, NULL);
  pyrog_servant_add_method (servant, "later", "", NULL, hold, server, NULL);
  pyrog_servant_add_handler (servant, "read", NULL, NULL, read_numbers, NULL, NULL);
  pyrog_servant_add_handler (servant, "forget", NULL, NULL, forget, NULL, NULL);
  pyrog_servant_add_attribute (servant, "items", "a{sv}", get_attribute, NULL, NULL);
  pyrog_servant_add_setter (servant, "items", set_attribute, NULL, NULL);
  pyrog_servant_set_oneway (servant, "later", TRUE);
  return servant;
}

/* Properties of all sorts */
static PyrogServant *
new_object_servant (void)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  PyrogServant *servant = pyrog_servant_new_for_object (G_OBJECT (client));

  pyrog_servant_expose_property (servant, "family", PYROG_ACCESS_READWRITE);
  pyrog_servant_expose_property (servant, "timeout", PYROG_ACCESS_READWRITE);
  pyrog_servant_expose_property (servant, "enable-proxy", PYROG_ACCESS_READWRITE);
  pyrog_servant_expose_property (servant, "tls-validation-flags", PYROG_ACCESS_READ);
  pyrog_servant_expose_property (servant, "local-address", PYROG_ACCESS_READ);
  return servant;
}

static char *
describe (gpointer data)
{
  return g_strdup ("a server");
}

/* ---- The server ---- */

static void
reply_later (PyrogPeer *peer, GBytes *reply)
{
  ((FuzzPeer *) peer)->late++;
  if (reply != NULL)
    g_assert (g_bytes_get_size (reply) >= PYROG_HEADER_SIZE);
}

static void
free_peer (PyrogPeer *peer)
{
}

static void
start (Server *server)
{
  const PyrogDispatcherOptions options = { .compress = TRUE,
                                           .serializers = ~0u,
                                           .max_message_size = MAX_SIZE,
                                           .streaming = TRUE,
                                           .streams = { .max_per_connection = 8, .max = 8 },
                                           .max_batch = 256 };

  *server = (Server){ .dispatcher = pyrog_dispatcher_new (&options) };
  server->peer.peer.reply_later = reply_later;
  server->peer.peer.free = free_peer;
  g_atomic_ref_count_init (&server->peer.peer.refs);
  pyrog_buffer_init (&server->out, G_MAXSIZE);

  PyrogObjectTable *objects = pyrog_dispatcher_get_objects (server->dispatcher);
  g_autoptr (PyrogServant) servant = new_servant (server);
  g_autoptr (PyrogServant) object = new_object_servant ();
  g_autoptr (PyrogServant) daemon = pyrog_daemon_object_new (server->dispatcher, describe, NULL);
  pyrog_object_table_add (objects, "o", servant);
  pyrog_object_table_add (objects, "client", object);
  pyrog_object_table_add (objects, "Pyro.Daemon", daemon);
}

static void
stop (Server *server)
{
  g_assert (server->held == NULL);
  pyrog_buffer_clear (&server->out);
  pyrog_dispatcher_unref (server->dispatcher);
}

/* What is in out is at most one whole message that can be read, with the request's number in it */
static guint
check_replies (Server *server, const PyrogHeader *request)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogHeader header;
  PyrogMessage message;
  PyrogAnnotation annotation;
  PyrogValue value;

  if (server->out.size == 0)
    return 0;
  if (pyrog_header_parse (server->out.data, server->out.size, G_MAXUINT32, &header, &error)
          != PYROG_PARSE_DONE
      || pyrog_header_message_size (&header) != server->out.size
      || !pyrog_message_parse (&header, server->out.data + PYROG_HEADER_SIZE, 64 * MAX_SIZE, arena,
                               &message, &error))
    g_error ("A reply is malformed: %s", error != NULL ? error->message : "size");
  if (header.type == PYROG_MESSAGE_PING)
    g_assert (header.serializer == request->serializer);
  else
    {
      const PyrogCodec *codec = pyrog_codec_get (header.serializer);
      g_assert (codec != NULL
                && (codec->serializer == request->serializer
                    || codec->serializer == PYROG_SERIALIZER_MARSHAL));
      if (!codec->decode (arena, message.payload, message.payload_size, &value, &error))
        g_error ("A reply can't be read: %s", error->message);
    }
  g_assert (header.seq == request->seq || header.type == PYROG_MESSAGE_CONNECTFAIL);
  if (pyrog_message_find_annotation (&message, "STRM", &annotation))
    server->stream_id = g_strndup ((const char *) annotation.data, annotation.size);
  return 1;
}

static guint
answer_held (Server *server)
{
  g_autoptr (PyrogInvocation) held = g_steal_pointer (&server->held);
  guint before = server->peer.late;

  g_assert (held != NULL);
  pyrog_invocation_return_value (held, g_variant_new_string ("late"));
  return server->peer.late - before;
}

/* Goes on until the batch has its one reply */
static void
finish_batch (Server *server, PyrogDispatch result)
{
  guint late;

  do
    {
      if (result == PYROG_DISPATCH_PENDING)
        g_assert (answer_held (server) == 1);
      late = server->peer.late;
      result = pyrog_dispatcher_go_on (&server->peer.peer);
    }
  while (server->peer.peer.batch != NULL);
  g_assert (server->peer.late == late + 1);
}

/* One message; FALSE if the connection would be closed */
static gboolean
serve (Server *server, const PyrogHeader *header, const guint8 *body)
{
  PyrogDispatch result;
  gboolean oneway
      = header->type == PYROG_MESSAGE_INVOKE && (header->flags & PYROG_FLAG_ONEWAY) != 0;
  gboolean was_authenticated = server->peer.peer.authenticated;

  pyrog_buffer_reset (&server->out, MAX_SIZE);
  result = pyrog_dispatcher_dispatch (server->dispatcher, &server->peer.peer, header, body, NULL,
                                      &server->out);
  guint replies = check_replies (server, header);
  if (result == PYROG_DISPATCH_PENDING || result == PYROG_DISPATCH_MORE)
    {
      g_assert (replies == 0 && was_authenticated);
      if (server->peer.peer.batch != NULL)
        finish_batch (server, result);
      else
        g_assert (answer_held (server) == 1);
    }
  else if (result == PYROG_DISPATCH_DONE)
    {
      /* A oneway call may be held and answered by nobody */
      g_clear_object (&server->held);
      g_assert (replies == (oneway ? 0 : 1));
    }
  g_assert (was_authenticated || header->type == PYROG_MESSAGE_CONNECT
            || result == PYROG_DISPATCH_CLOSE);
  return result != PYROG_DISPATCH_CLOSE;
}

/* Nobody guesses the id of a stream, so what it gives is asked for here, and then it is closed */
static void
read_stream (Server *server, guint8 serializer)
{
  static const char *const methods[]
      = { "get_next_stream_item", "get_next_stream_item", "close_stream", "get_next_stream_item" };
  g_autofree char *id = g_steal_pointer (&server->stream_id);
  PyrogValue text = pyrog_value_text (id);
  PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE, .serializer = serializer };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      const PyrogCallParts call = { .object = pyrog_value_text ("Pyro.Daemon"),
                                    .method = pyrog_value_text (methods[i]),
                                    .args = { .kind = PYROG_KIND_TUPLE, .size = 1, .items = &text },
                                    .kwargs = pyrog_value_none () };
      PyrogBuffer payload;
      pyrog_buffer_init (&payload, G_MAXSIZE);
      g_assert (pyrog_codec_encode_call (pyrog_codec_get (serializer), &call, &payload, NULL));
      header.data_size = (guint32) payload.size;
      header.seq = (guint16) i;
      g_assert (serve (server, &header, payload.data));
      pyrog_buffer_clear (&payload);
    }
}

/* ---- Input ---- */

/* Serves all whole messages of a stream */
static void
serve_stream (Server *server, const guint8 *data, gsize size)
{
  for (guint i = 0; i < MAX_MESSAGES; i++)
    {
      g_autoptr (GError) error = NULL;
      gsize max_size = pyrog_dispatcher_get_max_size (server->dispatcher, &server->peer.peer);
      PyrogHeader header;
      PyrogParse parse = pyrog_header_parse (data, size, max_size, &header, &error);
      if (parse == PYROG_PARSE_FAILED)
        pyrog_dispatcher_refuse (server->dispatcher, &server->peer.peer, error, &server->out);
      if (parse != PYROG_PARSE_DONE || pyrog_header_message_size (&header) > size
          || !serve (server, &header, data + PYROG_HEADER_SIZE))
        return;
      if (server->stream_id != NULL)
        read_stream (server, header.serializer);
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

static void
shake_hands (Server *server)
{
  static const char payload[] = "{'handshake':'hello','object':'o'}";
  const PyrogHeader header = { .type = PYROG_MESSAGE_CONNECT,
                               .serializer = PYROG_SERIALIZER_SERPENT,
                               .data_size = sizeof payload - 1 };

  g_assert (serve (server, &header, (const guint8 *) payload));
  g_assert (server->peer.peer.authenticated);
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
  for (guint known = 0; known <= 1; known++)
    {
      Server server;
      /* Of exactly its size, so that a sanitizer sees a read beyond it */
      g_autofree guint8 *copy = g_memdup2 (stream.data, stream.size);
      start (&server);
      if (known)
        shake_hands (&server);
      serve_stream (&server, copy, stream.size);
      stop (&server);
    }
  pyrog_buffer_clear (&stream);
  return 0;
}
