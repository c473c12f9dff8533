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

/* The deadline of a message is that of one message: a peer that always has half of the next one on
 * its way is not a stalled one */
static void
test_message_deadline (void)
{
  const PyrogClientTimeouts timeouts = { 10, 10, 10, 0 };
  const PyrogDispatcherOptions options = { .serializers = ~0u, .max_message_size = 1024 };
  const PyrogHeader ping = { .type = PYROG_MESSAGE_PING, .serializer = PYROG_SERIALIZER_SERPENT };
  PyrogDispatcher *dispatcher = pyrog_dispatcher_new (&options);
  g_autoptr (GBytes) message = fake_server_message (ping, "'x'", -1);
  const char *bytes = g_bytes_get_data (message, NULL);
  gsize size = g_bytes_get_size (message);
  PyrogChunk *spare = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  g_autoptr (PyrogConnection) connection = pyrog_connection_new (socket, FALSE);
  PyrogClient *client = pyrog_client_new (connection, dispatcher, &timeouts, NULL, ignore_release);
  client->peer.authenticated = TRUE;
  fake_server_send (fds[1], bytes, 10);
  g_assert_cmpint (pyrog_client_serve (client, &spare), ==, PYROG_CLIENT_WAITING);
  g_assert_cmpint (client->deadline, >, 0);
  client->deadline = 1; /* long ago */
  fake_server_send (fds[1], bytes + 10, 5);
  pyrog_client_serve (client, &spare);
  g_assert_cmpint (client->deadline, ==, 1);
  fake_server_send (fds[1], bytes + 15, size - 15);
  fake_server_send (fds[1], bytes, 10);
  pyrog_client_serve (client, &spare);
  g_assert_cmpint (client->deadline, >, 1);
  pyrog_peer_unref (&client->peer);
  g_clear_pointer (&spare, pyrog_chunk_unref);
  pyrog_dispatcher_unref (dispatcher);
  close (fds[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client/message-deadline", test_message_deadline);
  return g_test_run ();
}
