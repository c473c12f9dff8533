/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake-server.h"
#include "pyrog-daemon.h"
#include "pyrog-handshake-request.h"
#include "raw-peer.h"

/* What peers learn before their handshake has succeeded, byte by byte */

typedef struct
{
  PyrogDaemon *daemon; /* (owned) */
  guint16 port;
} Fixture;

static void
start (Fixture *fixture, gboolean hide)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (config, "hide-objects", hide, NULL);
  fixture->daemon = pyrog_daemon_new (config);
  pyrog_daemon_listen (fixture->daemon, "127.0.0.1:0", &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "o", servant, &error);
  g_assert_no_error (error);
  fixture->port = pyrog_uri_get_port (uri);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
}

/* All bytes until the daemon closes the connection */
static GBytes *
receive_all (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  GByteArray *bytes = g_byte_array_new ();
  guint8 buffer[1024];
  gssize size = 1;

  while (size > 0)
    {
      while (poll (&poll_fd, 1, 1) == 0)
        raw_peer_settle ();
      size = recv (fd, buffer, sizeof buffer, 0);
      if (size > 0)
        g_byte_array_append (bytes, buffer, (guint) size);
    }
  return g_byte_array_free_to_bytes (bytes);
}

static void
add_marshal (GString *out, const char *text)
{
  g_string_append_printf (out, "u%c", (int) strlen (text));
  g_string_append_len (out, "\0\0", 3);
  g_string_append (out, text);
}

static GString *
write_connect (guint8 serializer, const char *handshake, const char *object)
{
  GString *out = g_string_new (NULL);

  switch (serializer)
    {
    case PYROG_SERIALIZER_MARSHAL:
      g_string_append (out, "{");
      add_marshal (out, "handshake");
      add_marshal (out, handshake);
      add_marshal (out, "object");
      add_marshal (out, object);
      g_string_append (out, "0");
      break;
    case PYROG_SERIALIZER_MSGPACK:
      g_string_append_printf (out, "\x82\xa9handshake%c%s\xa6object%c%s",
                              0xa0 | (int) strlen (handshake), handshake,
                              0xa0 | (int) strlen (object), object);
      break;
    default: /* the others write that alike */
      g_string_append_printf (out, "{\"handshake\":\"%s\",\"object\":\"%s\"}", handshake, object);
    }
  return out;
}

static GBytes *
get_answer (const Fixture *fixture, guint8 serializer, const char *handshake, const char *object)
{
  g_autoptr (GString) payload = write_connect (serializer, handshake, object);
  PyrogBuffer out;
  PyrogMessageWriter writer;
  const PyrogHeader header = { .type = PYROG_MESSAGE_CONNECT, .serializer = serializer, .seq = 77 };
  int fd = raw_peer_connect (fixture->port);

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, &header);
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append (&out, payload->str, payload->len);
  g_assert_true (pyrog_message_end (&writer, FALSE, G_MAXUINT32, NULL));
  fake_server_send (fd, out.data, out.size);
  pyrog_buffer_clear (&out);
  GBytes *answer = receive_all (fd);
  close (fd);
  return answer;
}

static gboolean
no_strangers_cb (PyrogDaemon *daemon, PyrogHandshakeRequest *request, gpointer user_data)
{
  return strcmp (g_variant_get_string (pyrog_handshake_request_get_data (request), NULL), "good")
         == 0;
}

/* With HIDE_OBJECTS who is refused gets the same bytes as who asks for what there is not, in each
 * serializer; without, only the refused learn nothing */
static void
test_hidden (gconstpointer data)
{
  const gboolean hide = GPOINTER_TO_INT (data);
  Fixture fixture = { 0 };

  start (&fixture, hide);
  g_signal_connect (fixture.daemon, "validate-handshake", G_CALLBACK (no_strangers_cb), NULL);
  for (guint8 serializer = PYROG_SERIALIZER_SERPENT; serializer <= PYROG_SERIALIZER_MSGPACK;
       serializer++)
    {
      g_autoptr (GBytes) refused = get_answer (&fixture, serializer, "bad", "o");
      g_autoptr (GBytes) also = get_answer (&fixture, serializer, "bad", "x");
      g_autoptr (GBytes) unknown = get_answer (&fixture, serializer, "good", "x");
      g_assert_cmpuint (g_bytes_get_size (refused), >, PYROG_HEADER_SIZE);
      g_assert_cmpint (((const guint8 *) g_bytes_get_data (refused, NULL))[6], ==,
                       PYROG_MESSAGE_CONNECTFAIL);
      g_assert_true (g_bytes_equal (refused, also));
      g_assert_true (g_bytes_equal (refused, unknown) == hide);
    }
  pyrog_daemon_stop (fixture.daemon);
  g_object_unref (fixture.daemon);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/daemon-handshake/hidden", GINT_TO_POINTER (TRUE), test_hidden);
  g_test_add_data_func ("/daemon-handshake/not-hidden", GINT_TO_POINTER (FALSE), test_hidden);
  return g_test_run ();
}
