/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-connection.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "codec-check.h"
#include "fault-transport.h"
#include "pyrog-connection-private.h"
#include "pyrog-error.h"

/* A connection over a pair of sockets and a transport that makes trouble. The daemon and the proxy
 * drive connections; here the test does. */

#define MAX_SIZE (16u * 1024u * 1024u)

typedef struct
{
  PyrogConnection *connection; /* (owned) (nullable) */
  FaultTransport faults;
  int peer;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  fixture->peer = fds[1];
  fixture->connection = pyrog_connection_new (socket, FALSE);
  fault_transport_init (&fixture->faults, pyrog_transport_new (socket, FALSE, TRUE));
  pyrog_connection_set_transport (fixture->connection, &fixture->faults.parent);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->connection);
  g_assert_null (fixture->faults.below);
  close (fixture->peer);
}

/* A ping with a payload of size bytes, and number in its header */
static void
make_message (PyrogBuffer *out, guint16 number, gsize size)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_PING, .seq = number };
  PyrogMessageWriter writer;

  pyrog_message_begin (&writer, out, &header);
  pyrog_message_begin_payload (&writer);
  for (gsize i = 0; i < size; i++)
    pyrog_buffer_append_byte (out, (guint8) (i + number));
  g_assert_true (pyrog_message_end (&writer, FALSE, MAX_SIZE, NULL));
}

static void
assert_payload (const PyrogHeader *header, const guint8 *body)
{
  for (gsize i = 0; i < header->data_size; i++)
    {
      if (body[i] != (guint8) (i + header->seq))
        g_error ("byte %zu of message %u is wrong", i, header->seq);
    }
}

/* Peeks at whole messages and drops them; returns how many there were. number is the first one's.
 */
static guint
take_messages (Fixture *fixture, guint number)
{
  PyrogHeader header;
  const guint8 *body;
  guint count = 0;

  while (pyrog_connection_peek (fixture->connection, MAX_SIZE, &header, &body, NULL)
         == PYROG_PARSE_DONE)
    {
      g_assert_cmpuint (header.seq, ==, number + count);
      assert_payload (&header, body);
      pyrog_connection_consume (fixture->connection, pyrog_header_message_size (&header));
      count++;
    }
  return count;
}

static const gsize sizes[] = { 0, 1, 39, 984, 1024, 5000, 64 * 1024 - 72, 64 * 1024, 300000 };

typedef struct
{
  gsize max; /* bytes at once */
  guint again;
  gboolean trim;  /* the connection gives memory back whenever it can */
  gboolean share; /* somebody keeps what was received */
} Network;

static const Network networks[] = {
  { 0, 0, FALSE, FALSE },   { 1, 0, FALSE, FALSE },   { 1, 3, FALSE, FALSE },
  { 7, 1, TRUE, FALSE },    { 41, 0, TRUE, TRUE },    { 1000, 2, TRUE, FALSE },
  { 1000, 0, FALSE, TRUE }, { 65536, 1, TRUE, TRUE }, { 0, 20, TRUE, FALSE },
};

/* The peer's side of a transfer: one thread that writes, or reads, bytes */
typedef struct
{
  int fd;
  PyrogBuffer bytes;
} Peer;

static gpointer
write_all (gpointer data)
{
  Peer *peer = data;

  for (gsize at = 0; at < peer->bytes.size;)
    {
      gssize result = write (peer->fd, peer->bytes.data + at, peer->bytes.size - at);
      g_assert_cmpint (result, >, 0);
      at += (gsize) result;
    }
  return NULL;
}

static void
wait_for (Fixture *fixture, GIOCondition condition)
{
  g_assert_true (g_socket_condition_timed_wait (fixture->connection->socket, condition,
                                                30 * G_USEC_PER_SEC, NULL, NULL));
}

static void
receive_all (Fixture *fixture, const Network *network, guint wanted)
{
  g_autoptr (PyrogChunk) spare = NULL;
  g_autoptr (PyrogChunk) kept = NULL;
  guint count = 0;

  while (count < wanted)
    {
      g_autoptr (GError) error = NULL;
      gssize result = pyrog_connection_fill (fixture->connection, &spare, &error);
      g_assert_no_error (error);
      g_assert_cmpint (result, !=, PYROG_IO_EOF);
      if (result == PYROG_IO_AGAIN)
        {
          wait_for (fixture, G_IO_IN);
          continue;
        }
      count += take_messages (fixture, count);
      if (network->trim)
        pyrog_connection_trim (fixture->connection, &spare);
      PyrogChunk *chunk = pyrog_connection_get_chunk (fixture->connection);
      if (network->share && chunk != NULL)
        {
          g_clear_pointer (&kept, pyrog_chunk_unref);
          kept = pyrog_chunk_ref (chunk);
        }
    }
  g_assert_cmpuint (pyrog_connection_get_buffered (fixture->connection), ==, 0);
}

/* Messages arrive whole and in order, in whatever pieces the network delivers them */
static void
test_receive (Fixture *fixture, gconstpointer data)
{
  const Network *network = data;
  Peer peer = { .fd = fixture->peer };
  guint count = network->max == 1 ? G_N_ELEMENTS (sizes) - 3 : 3 * G_N_ELEMENTS (sizes);

  fixture->faults.max_read = network->max;
  fixture->faults.again_reads = network->again;
  pyrog_buffer_init (&peer.bytes, G_MAXSIZE);
  for (guint i = 0; i < count; i++)
    make_message (&peer.bytes, (guint16) i, sizes[i % G_N_ELEMENTS (sizes)]);
  GThread *thread = g_thread_new ("peer", write_all, &peer);
  receive_all (fixture, network, count);
  g_thread_join (thread);
  pyrog_buffer_clear (&peer.bytes);
}

static gpointer
read_all (gpointer data)
{
  Peer *peer = data;
  guint8 some[4096];
  gssize result;

  while ((result = read (peer->fd, some, sizeof some)) > 0)
    pyrog_buffer_append (&peer->bytes, some, (gsize) result);
  return NULL;
}

/* What is queued leaves whole and in order, and the counters say how far it is */
static void
test_send (Fixture *fixture, gconstpointer data)
{
  const Network *network = data;
  Peer peer = { .fd = fixture->peer };
  PyrogBuffer message, all;
  g_autoptr (GError) error = NULL;
  guint count = network->max == 1 ? G_N_ELEMENTS (sizes) - 3 : G_N_ELEMENTS (sizes);

  fixture->faults.max_write = network->max;
  fixture->faults.again_writes = network->again;
  pyrog_buffer_init (&peer.bytes, G_MAXSIZE);
  pyrog_buffer_init (&all, G_MAXSIZE);
  pyrog_buffer_init (&message, G_MAXSIZE);
  GThread *thread = g_thread_new ("peer", read_all, &peer);
  for (guint i = 0; i < count; i++)
    {
      pyrog_buffer_reset (&message, G_MAXSIZE);
      make_message (&message, (guint16) i, sizes[i]);
      pyrog_buffer_append (&all, message.data, message.size);
      pyrog_connection_queue (fixture->connection, &message);
      g_assert_cmpuint (pyrog_connection_get_queued (fixture->connection), ==, all.size);
      g_assert_true (pyrog_connection_flush (fixture->connection, &error));
    }
  while (pyrog_connection_get_unsent (fixture->connection) > 0)
    {
      wait_for (fixture, G_IO_OUT);
      g_assert_true (pyrog_connection_flush (fixture->connection, &error));
      g_assert_cmpuint (pyrog_connection_get_sent (fixture->connection)
                            + pyrog_connection_get_unsent (fixture->connection),
                        ==, all.size);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (pyrog_connection_get_sent (fixture->connection), ==, all.size);
  pyrog_connection_close (fixture->connection);
  g_thread_join (thread);
  codec_check_bytes (peer.bytes.data, peer.bytes.size, all.data, all.size);
  pyrog_buffer_clear (&peer.bytes);
  pyrog_buffer_clear (&all);
  pyrog_buffer_clear (&message);
}

/* A connection that breaks at any of its calls says so, and has handed out only whole messages */
static void
test_broken_read (Fixture *fixture, gconstpointer data)
{
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  for (guint i = 0; i < 3; i++)
    make_message (&out, (guint16) i, 20);
  fixture->faults.max_read = 9;
  for (guint fail_at = 1; fail_at <= 20; fail_at++)
    {
      g_autoptr (GError) error = NULL;
      gssize result;
      guint count = 0;

      g_assert_cmpint (write (fixture->peer, out.data, out.size), ==, (gssize) out.size);
      fixture->faults.calls = 0;
      fixture->faults.fail_at = fail_at;
      while ((result = pyrog_connection_fill (fixture->connection, NULL, &error)) > 0)
        count += take_messages (fixture, count);
      g_assert_cmpint (result, ==, PYROG_IO_ERROR);
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
      g_assert_cmpuint (count, ==, (fail_at - 1) * 9 / 60);
      tear_down (fixture, NULL);
      set_up (fixture, NULL);
      fixture->faults.max_read = 9;
    }
  pyrog_buffer_clear (&out);
}

/* The same for writing: what was sent until then is known to the byte */
static void
test_broken_write (Fixture *fixture, gconstpointer data)
{
  for (guint fail_at = 1; fail_at <= 7; fail_at++)
    {
      g_autoptr (GError) error = NULL;

      fixture->faults.max_write = 9;
      fixture->faults.fail_at = fail_at;
      make_message (pyrog_connection_get_out (fixture->connection), 1, 20);
      g_assert_false (pyrog_connection_flush (fixture->connection, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
      g_assert_cmpuint (pyrog_connection_get_sent (fixture->connection), ==, (fail_at - 1) * 9);
      g_assert_cmpuint (pyrog_connection_get_unsent (fixture->connection), ==,
                        60 - (fail_at - 1) * 9);
      tear_down (fixture, NULL);
      set_up (fixture, NULL);
    }
}

/* Memory grows with what arrives, not with what a header promises, and an idle connection has none
 */
static void
test_memory (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogChunk) spare = NULL;
  PyrogBuffer out;
  PyrogHeader header;
  const guint8 *body;

  pyrog_buffer_init (&out, G_MAXSIZE);
  make_message (&out, 1, 8 * 1024 * 1024);
  g_assert_cmpint (write (fixture->peer, out.data, 500), ==, 500);
  g_assert_cmpint (pyrog_connection_fill (fixture->connection, &spare, NULL), ==, 500);
  g_assert_cmpint (pyrog_connection_peek (fixture->connection, MAX_SIZE, &header, &body, NULL), ==,
                   PYROG_PARSE_MORE);
  g_assert_cmpuint (pyrog_connection_get_chunk (fixture->connection)->capacity, ==,
                    PYROG_CHUNK_SIZE);

  /* The beginning of a message survives, in a smaller place; the large one is there for others */
  pyrog_connection_trim (fixture->connection, &spare);
  g_assert_nonnull (spare);
  g_assert_cmpuint (pyrog_connection_get_chunk (fixture->connection)->capacity, <=, 1024);
  g_assert_cmpuint (pyrog_connection_get_buffered (fixture->connection), ==, 500);
  codec_check_bytes (pyrog_connection_get_chunk (fixture->connection)->data, 500, out.data, 500);

  pyrog_connection_consume (fixture->connection, 500);
  pyrog_connection_trim (fixture->connection, &spare);
  pyrog_buffer_clear (&out);
}

/* A message can be taken back as long as none of it was sent; the others stay as they are */
static void
test_unqueue (Fixture *fixture, gconstpointer data)
{
  PyrogBuffer *out = pyrog_connection_get_out (fixture->connection);
  g_autoptr (GError) error = NULL;
  guint8 bytes[512];

  fixture->faults.max_write = 10;
  fixture->faults.again_writes = 1;
  pyrog_buffer_append_text (out, "aaaaaaaaaaaaaaaa");
  guint64 start = pyrog_connection_get_queued (fixture->connection);
  pyrog_buffer_append_text (out, "bbbb");
  pyrog_buffer_append_text (out, "cc");
  for (guint i = 0; i < 2; i++)
    g_assert_true (pyrog_connection_flush (fixture->connection, &error));
  g_assert_cmpuint (pyrog_connection_get_sent (fixture->connection), ==, 10);
  pyrog_connection_unqueue (fixture->connection, start, 4);
  g_assert_cmpuint (pyrog_connection_get_queued (fixture->connection), ==, 18);
  g_assert_cmpuint (pyrog_connection_get_unsent (fixture->connection), ==, 8);
  for (guint i = 0; i < 2; i++)
    g_assert_true (pyrog_connection_flush (fixture->connection, &error));
  g_assert_cmpuint (pyrog_connection_get_unsent (fixture->connection), ==, 0);
  gssize count = read (fixture->peer, bytes, sizeof bytes);
  codec_check_bytes (bytes, (gsize) count, "aaaaaaaaaaaaaaaacc", 18);
}

/* A peer that ends in the middle of a message is noticed */
static void
test_end (Fixture *fixture, gconstpointer data)
{
  PyrogBuffer out;
  g_autoptr (GError) error = NULL;

  pyrog_buffer_init (&out, G_MAXSIZE);
  make_message (&out, 0, 20);
  g_assert_cmpint (write (fixture->peer, out.data, out.size - 1), ==, (gssize) out.size - 1);
  g_assert_cmpint (shutdown (fixture->peer, SHUT_WR), ==, 0);
  g_assert_cmpint (pyrog_connection_fill (fixture->connection, NULL, &error), >, 0);
  g_assert_cmpuint (take_messages (fixture, 0), ==, 0);
  g_assert_cmpint (pyrog_connection_fill (fixture->connection, NULL, &error), ==, PYROG_IO_EOF);
  g_assert_no_error (error);
  g_assert_cmpuint (pyrog_connection_get_buffered (fixture->connection), ==, out.size - 1);
  pyrog_buffer_clear (&out);
}

/* Once closed, everything fails with the same error, and closing again does nothing */
static void
test_close (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (write (fixture->peer, "abc", 3), ==, 3);
  g_assert_cmpint (pyrog_connection_fill (fixture->connection, NULL, &error), ==, 3);
  g_assert_false (pyrog_connection_is_closed (fixture->connection));
  pyrog_connection_close (fixture->connection);
  pyrog_connection_close (fixture->connection);
  g_assert_true (pyrog_connection_is_closed (fixture->connection));
  g_assert_null (fixture->faults.below);
  g_assert_cmpuint (pyrog_connection_get_buffered (fixture->connection), ==, 0);
  g_assert_cmpint (pyrog_connection_fill (fixture->connection, NULL, &error), ==, PYROG_IO_ERROR);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  g_clear_error (&error);
  g_assert_true (pyrog_connection_flush (fixture->connection, &error));
  pyrog_buffer_append_text (pyrog_connection_get_out (fixture->connection), "x");
  g_assert_false (pyrog_connection_flush (fixture->connection, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
}

static gpointer
shut_down (gpointer data)
{
  pyrog_connection_shutdown (data);
  return NULL;
}

/* Another thread may end a connection: whoever waits for it finds its end */
static void
test_shutdown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("shutdown", shut_down, fixture->connection);

  wait_for (fixture, G_IO_IN);
  g_assert_cmpint (pyrog_connection_fill (fixture->connection, NULL, &error), ==, PYROG_IO_EOF);
  g_thread_join (thread);
}

/* Who is at the other end, in functions and properties */
static void
test_peer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GCredentials) credentials = NULL;
  PyrogConnection *connection = fixture->connection;

  g_object_get (connection, "local-address", &local, "credentials", &credentials, NULL);
  g_assert_true (local == pyrog_connection_get_local_address (connection));
  g_assert_true (credentials == pyrog_connection_get_credentials (connection));
  g_assert_cmpint (g_credentials_get_unix_pid (credentials, NULL), ==, getpid ());
  g_assert_cmpuint (g_credentials_get_unix_user (credentials, NULL), ==, geteuid ());
  g_assert_cmpuint (pyrog_connection_get_session (connection), >, 0);
  g_assert_false (pyrog_connection_is_encrypted (connection));
  g_assert_null (pyrog_connection_get_peer_certificate (connection));
  const char *name = pyrog_connection_get_peer_name (connection);
  g_assert_true (name == pyrog_connection_get_peer_name (connection));
  g_assert_nonnull (strstr (name, "pid"));
}

#define add_test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

static PyrogInetName
make_name (const char *text)
{
  PyrogInetName name = { 0 };
  g_autoptr (GSocketAddress) address = NULL;

  if (text == NULL)
    return name;
  address = g_inet_socket_address_new_from_string (text, 4711);
  g_assert_true (g_socket_address_to_native (address, &name, sizeof name, NULL));
  return name;
}

static void
test_loopback (void)
{
  static const char *const own[]
      = { "127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1", "::ffff:127.1.2.3" };
  static const char *const others[] = { "128.0.0.1", "10.0.0.127",      "0.0.0.0", "::", "::2",
                                        "fe80::1",   "::ffff:10.0.0.1", "7f00::1", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    {
      const PyrogInetName name = make_name (own[i]);
      g_assert_true (pyrog_inet_name_is_loopback (&name));
    }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      const PyrogInetName name = make_name (others[i]);
      g_assert_false (pyrog_inet_name_is_loopback (&name));
    }
}

/* The addresses are those at the time of connecting, also when nobody asks before the end; every
 * thread that asks first gets the same */
static gpointer
ask_address (gpointer connection)
{
  return pyrog_connection_get_remote_address (connection);
}

static void
test_addresses (void)
{
  g_autoptr (GSocket) listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  GThread *threads[4];

  g_assert_true (g_socket_bind (listener, any, FALSE, NULL));
  g_assert_true (g_socket_listen (listener, NULL));
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (listener, NULL);
  g_assert_true (g_socket_connect (socket, address, NULL, NULL));
  g_autoptr (GSocketAddress) here = g_socket_get_local_address (socket, NULL);
  g_autoptr (PyrogConnection) connection = pyrog_connection_new (socket, FALSE);
  pyrog_connection_close (connection);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ask", ask_address, connection);
  GSocketAddress *there = pyrog_connection_get_remote_address (connection);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (g_thread_join (threads[i]) == there);
  g_autofree char *expected = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  g_autofree char *found = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (there));
  g_assert_cmpstr (found, ==, expected);
  g_assert_cmpstr (pyrog_connection_get_peer_name (connection), ==, expected);
  g_autofree char *own = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (here));
  g_autofree char *told = g_socket_connectable_to_string (
      G_SOCKET_CONNECTABLE (pyrog_connection_get_local_address (connection)));
  g_assert_cmpstr (told, ==, own);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *receive = g_strdup_printf ("/connection/receive/%u", i);
      g_autofree char *send = g_strdup_printf ("/connection/send/%u", i);
      g_test_add (receive, Fixture, &networks[i], set_up, test_receive, tear_down);
      g_test_add (send, Fixture, &networks[i], set_up, test_send, tear_down);
    }
  add_test ("/connection/broken-read", test_broken_read);
  add_test ("/connection/broken-write", test_broken_write);
  add_test ("/connection/memory", test_memory);
  add_test ("/connection/unqueue", test_unqueue);
  add_test ("/connection/end", test_end);
  add_test ("/connection/close", test_close);
  add_test ("/connection/shutdown", test_shutdown);
  add_test ("/connection/peer", test_peer);
  g_test_add_func ("/connection/loopback", test_loopback);
  g_test_add_func ("/connection/addresses", test_addresses);
  return g_test_run ();
}
