/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "server.h"

#include <gio/gio.h>
#include <string.h>

#include "pyrog-daemon-object.h"

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
  FuzzServer *server = user_data;

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
new_servant (FuzzServer *server)
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

/* ---- The server ---- */

/* A reply is one whole message that can be read, with the request's number in it */
static void
check_reply (FuzzServer *server)
{
  const PyrogHeader *request = &server->request;
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (server->reply, &size);
  PyrogHeader header;
  PyrogMessage message;
  PyrogAnnotation annotation;
  PyrogValue value;

  if (pyrog_header_parse (data, size, G_MAXUINT32, &header, &error) != PYROG_PARSE_DONE
      || pyrog_header_message_size (&header) != size
      || !pyrog_message_parse (&header, data + PYROG_HEADER_SIZE, 64 * FUZZ_MAX_MESSAGE_SIZE, 0,
                               arena, &message, &error))
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
}

/* There is at most one reply */
static void
take_reply (FuzzServer *server, const PyrogBuffer *reply)
{
  PyrogBuffer whole;

  g_assert (server->reply == NULL);
  if (reply->size == 0)
    return;
  pyrog_buffer_init (&whole, G_MAXSIZE);
  pyrog_buffer_append_part (&whole, reply, (PyrogBufferPlace){ 0 }, pyrog_buffer_get_end (reply),
                            FALSE);
  server->reply = pyrog_buffer_steal_bytes (&whole);
  check_reply (server);
}

static void
reply_later (PyrogPeer *peer, PyrogBuffer *reply)
{
  FuzzServer *server = (FuzzServer *) peer;

  server->late++;
  if (reply != NULL)
    take_reply (server, reply);
}

static void
free_peer (PyrogPeer *peer)
{
}

static char *
describe (gpointer data)
{
  return g_strdup ("a server");
}

void
fuzz_server_start (FuzzServer *server)
{
  const PyrogDispatcherOptions options = { .compress = TRUE,
                                           .serializers = ~0u,
                                           .max_message_size = FUZZ_MAX_MESSAGE_SIZE,
                                           .streaming = TRUE,
                                           .streams = { .max_per_connection = 8, .max = 8 },
                                           .max_batch = 256 };

  *server = (FuzzServer){ .dispatcher = pyrog_dispatcher_new (&options) };
  server->peer.reply_later = reply_later;
  server->peer.free = free_peer;
  g_atomic_ref_count_init (&server->peer.refs);
  pyrog_buffer_init (&server->out, G_MAXSIZE);

  PyrogObjectTable *objects = pyrog_dispatcher_get_objects (server->dispatcher);
  g_autoptr (PyrogServant) servant = new_servant (server);
  g_autoptr (PyrogServant) object = new_object_servant ();
  g_autoptr (PyrogServant) daemon = pyrog_daemon_object_new (server->dispatcher, describe, NULL);
  pyrog_object_table_add (objects, "o", servant);
  pyrog_object_table_add (objects, "client", object);
  pyrog_object_table_add (objects, "Pyro.Daemon", daemon);
}

void
fuzz_server_stop (FuzzServer *server)
{
  g_assert (server->held == NULL);
  g_clear_pointer (&server->reply, g_bytes_unref);
  g_clear_pointer (&server->stream_id, g_free);
  pyrog_buffer_clear (&server->out);
  pyrog_dispatcher_unref (server->dispatcher);
}

/* ---- Requests ---- */

static void
answer_held (FuzzServer *server)
{
  g_autoptr (PyrogInvocation) held = g_steal_pointer (&server->held);
  guint before = server->late;

  g_assert (held != NULL);
  pyrog_invocation_return_value (held, g_variant_new_string ("late"));
  g_assert (server->late == before + 1);
}

/* Goes on until the batch has its one reply */
static void
finish_batch (FuzzServer *server, PyrogDispatch result)
{
  guint late;

  do
    {
      if (result == PYROG_DISPATCH_PENDING)
        answer_held (server);
      late = server->late;
      result = pyrog_dispatcher_go_on (&server->peer);
    }
  while (server->peer.batch != NULL);
  g_assert (server->late == late + 1);
}

static void
finish (FuzzServer *server, PyrogDispatch result)
{
  g_assert (server->reply == NULL);
  if (server->peer.batch != NULL)
    finish_batch (server, result);
  else
    answer_held (server);
}

gboolean
fuzz_server_serve (FuzzServer *server, const PyrogHeader *header, const guint8 *body)
{
  PyrogDispatch result;
  gboolean oneway
      = header->type == PYROG_MESSAGE_INVOKE && (header->flags & PYROG_FLAG_ONEWAY) != 0;
  gboolean was_authenticated = server->peer.authenticated;

  server->request = *header;
  g_clear_pointer (&server->reply, g_bytes_unref);
  pyrog_buffer_reset (&server->out, FUZZ_MAX_MESSAGE_SIZE);
  result = pyrog_dispatcher_dispatch (server->dispatcher, &server->peer, header, body, NULL,
                                      &server->out);
  take_reply (server, &server->out);
  if (result == PYROG_DISPATCH_PENDING || result == PYROG_DISPATCH_MORE)
    {
      g_assert (was_authenticated);
      finish (server, result);
    }
  /* A oneway call may be held and answered by nobody */
  if (result == PYROG_DISPATCH_DONE)
    g_clear_object (&server->held);
  if (result != PYROG_DISPATCH_CLOSE)
    g_assert ((server->reply == NULL) == oneway);
  g_assert (was_authenticated || header->type == PYROG_MESSAGE_CONNECT
            || result == PYROG_DISPATCH_CLOSE);
  return result != PYROG_DISPATCH_CLOSE;
}

void
fuzz_server_shake_hands (FuzzServer *server, const PyrogCodec *codec)
{
  PyrogValue items[] = { pyrog_value_text ("handshake"), pyrog_value_text ("hello"),
                         pyrog_value_text ("object"), pyrog_value_text ("o") };
  const PyrogValue hello = { .kind = PYROG_KIND_DICT, .size = 2, .items = items };
  PyrogHeader header = { .type = PYROG_MESSAGE_CONNECT, .serializer = (guint8) codec->serializer };
  PyrogBuffer payload;

  pyrog_buffer_init (&payload, G_MAXSIZE);
  g_assert (codec->encode (&hello, "handshake", &payload, NULL));
  header.data_size = (guint32) payload.size;
  g_assert (fuzz_server_serve (server, &header, payload.data));
  g_assert (server->peer.authenticated);
  pyrog_buffer_clear (&payload);
}

gboolean
fuzz_server_call (FuzzServer *server,
                  const PyrogCodec *codec,
                  guint16 flags,
                  const PyrogCallParts *call)
{
  PyrogHeader header
      = { .type = PYROG_MESSAGE_INVOKE, .serializer = (guint8) codec->serializer, .flags = flags };
  PyrogBuffer payload;
  gboolean written;

  pyrog_buffer_init (&payload, FUZZ_MAX_MESSAGE_SIZE);
  written = pyrog_codec_encode_call (codec, call, &payload, NULL) && !payload.overflow;
  header.data_size = (guint32) payload.size;
  if (written)
    g_assert (fuzz_server_serve (server, &header, payload.data));
  pyrog_buffer_clear (&payload);
  return written;
}

gboolean
fuzz_server_get_result (FuzzServer *server, PyrogArena *arena, PyrogValue *result)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (server->reply, &size);
  PyrogHeader header;
  PyrogMessage message;

  g_assert (pyrog_header_parse (data, size, G_MAXUINT32, &header, NULL) == PYROG_PARSE_DONE);
  g_assert (pyrog_message_parse (&header, data + PYROG_HEADER_SIZE, 64 * FUZZ_MAX_MESSAGE_SIZE, 0,
                                 arena, &message, NULL));
  g_assert (pyrog_codec_get (header.serializer)
                ->decode (arena, message.payload, message.payload_size, result, NULL));
  return (header.flags & PYROG_FLAG_EXCEPTION) == 0;
}
