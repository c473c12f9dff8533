/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-client.h"

#include <sys/socket.h>
#include <unistd.h>

#include "fake-server.h"

static void
ignore_release (gpointer engine)
{
}

typedef struct
{
  PyrogDispatcher *dispatcher; /* (owned) */
  PyrogClient *client;         /* (owned) */
  PyrogChunk *spare;           /* (owned) (nullable) */
  GBytes *ping;                /* (owned) */
  int fd;                      /* of the peer */
} Fixture;

static const PyrogClientTimeouts timeouts = { 10, 10, 10, 0 };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const PyrogDispatcherOptions options = { .serializers = ~0u, .max_message_size = 1024 };
  const PyrogHeader ping = { .type = PYROG_MESSAGE_PING, .serializer = PYROG_SERIALIZER_SERPENT };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  g_autoptr (PyrogConnection) connection = pyrog_connection_new (socket, FALSE);
  fixture->dispatcher = pyrog_dispatcher_new (&options);
  fixture->client
      = pyrog_client_new (connection, fixture->dispatcher, &timeouts, NULL, ignore_release);
  fixture->client->peer.authenticated = TRUE;
  fixture->ping = fake_server_message (ping, "'x'", -1);
  fixture->fd = fds[1];
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  pyrog_peer_unref (&fixture->client->peer);
  g_clear_pointer (&fixture->spare, pyrog_chunk_unref);
  pyrog_dispatcher_unref (fixture->dispatcher);
  g_bytes_unref (fixture->ping);
  close (fixture->fd);
}

/* The deadline of a message is that of one message: a peer that always has half of the next one on
 * its way is not a stalled one */
static void
test_message_deadline (Fixture *fixture, gconstpointer data)
{
  PyrogClient *client = fixture->client;
  gsize size;
  const char *bytes = g_bytes_get_data (fixture->ping, &size);

  fake_server_send (fixture->fd, bytes, 10);
  g_assert_cmpint (pyrog_client_serve (client, &fixture->spare), ==, PYROG_CLIENT_WAITING);
  g_assert_cmpint (client->deadline, >, 0);
  client->deadline = 1; /* long ago */
  fake_server_send (fixture->fd, bytes + 10, 5);
  pyrog_client_serve (client, &fixture->spare);
  g_assert_cmpint (client->deadline, ==, 1);
  fake_server_send (fixture->fd, bytes + 15, size - 15);
  fake_server_send (fixture->fd, bytes, 10);
  pyrog_client_serve (client, &fixture->spare);
  g_assert_cmpint (client->deadline, >, 1);
}

static gsize
count_received (int fd)
{
  char buffer[4096];
  gssize size = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);

  return size > 0 ? (gsize) size : 0;
}

/* A request is served while so many bytes of replies wait, and not while there is one more; what
 * waits is sent nevertheless */
static void
test_unsent (Fixture *fixture, gconstpointer data)
{
  const gsize limit = 1000;
  const char replies[1001] = { 0 };
  PyrogClient *client = fixture->client;
  PyrogBuffer *out = pyrog_connection_get_out (client->peer.connection);
  gsize size;
  const char *ping = g_bytes_get_data (fixture->ping, &size);

  client->max_unsent = limit;
  fake_server_send (fixture->fd, ping, size);
  pyrog_buffer_append (out, replies, limit);
  pyrog_client_serve (client, &fixture->spare);
  g_assert_cmpuint (count_received (fixture->fd), >, limit);

  fake_server_send (fixture->fd, ping, size);
  pyrog_buffer_append (out, replies, limit + 1);
  pyrog_client_serve (client, &fixture->spare);
  g_assert_cmpuint (count_received (fixture->fd), ==, limit + 1);
  pyrog_client_serve (client, &fixture->spare);
  g_assert_cmpuint (count_received (fixture->fd), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/client/message-deadline", Fixture, NULL, set_up, test_message_deadline, tear_down);
  g_test_add ("/client/unsent", Fixture, NULL, set_up, test_unsent, tear_down);
  return g_test_run ();
}
