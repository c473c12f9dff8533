/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-transport.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pyrog-error.h"

typedef struct
{
  PyrogTransport *transport; /* (owned) (nullable) */
  GSocket *socket;           /* (owned) */
  int peer;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  fixture->socket = g_socket_new_from_fd (fds[0], NULL);
  fixture->transport = pyrog_transport_new (fixture->socket, TRUE, TRUE);
  fixture->peer = fds[1];
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  pyrog_transport_free (fixture->transport);
  g_object_unref (fixture->socket);
  if (fixture->peer >= 0)
    close (fixture->peer);
}

/* Nothing there is no error and makes none; what is there comes, no more than was asked for */
static void
test_read (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 bytes[8];

  g_assert_cmpint (pyrog_transport_read (fixture->transport, bytes, 8, &error), ==, PYROG_IO_AGAIN);
  g_assert_no_error (error);
  g_assert_cmpint (write (fixture->peer, "abcde", 5), ==, 5);
  g_assert_cmpint (pyrog_transport_read (fixture->transport, bytes, 3, &error), ==, 3);
  g_assert_true (memcmp (bytes, "abc", 3) == 0);
  g_assert_cmpint (pyrog_transport_read (fixture->transport, bytes, 8, &error), ==, 2);
  g_assert_true (memcmp (bytes, "de", 2) == 0);
  g_assert_cmpint (pyrog_transport_read (fixture->transport, bytes, 8, &error), ==, PYROG_IO_AGAIN);
}

/* After the peer's end what it had sent comes first, then the end, again and again */
static void
test_end (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 byte;

  g_assert_cmpint (write (fixture->peer, "a", 1), ==, 1);
  g_assert_cmpint (shutdown (fixture->peer, SHUT_WR), ==, 0);
  g_assert_cmpint (pyrog_transport_read (fixture->transport, &byte, 1, &error), ==, 1);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (pyrog_transport_read (fixture->transport, &byte, 1, &error), ==, PYROG_IO_EOF);
  /* The other direction is still open */
  g_assert_cmpint (pyrog_transport_write (fixture->transport, (const guint8 *) "b", 1, &error), ==,
                   1);
  g_assert_no_error (error);
}

/* A peer that does not read: the socket takes what it has room for, then nothing, without an error;
 * all of it arrives */
static void
test_write (Fixture *fixture, gconstpointer data)
{
  g_autofree guint8 *bytes = g_malloc0 (1024 * 1024);
  g_autoptr (GError) error = NULL;
  gssize result, taken = 0, arrived = 0;

  while ((result = pyrog_transport_write (fixture->transport, bytes, 1024 * 1024, &error)) > 0)
    taken += result;
  g_assert_cmpint (result, ==, PYROG_IO_AGAIN);
  g_assert_no_error (error);
  g_assert_cmpint (taken, >, 0);
  while (arrived < taken && (result = read (fixture->peer, bytes, 1024 * 1024)) > 0)
    arrived += result;
  g_assert_cmpint (arrived, ==, taken);
}

/* Writing to a peer that is gone is an error, and no signal that would end the process */
static void
test_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  close (fixture->peer);
  fixture->peer = -1;
  g_assert_cmpint (pyrog_transport_write (fixture->transport, (const guint8 *) "a", 1, &error), ==,
                   PYROG_IO_ERROR);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
}

/* The socket does not wait any more, and the transport holds it */
static void
test_socket (Fixture *fixture, gconstpointer data)
{
  g_assert_false (g_socket_get_blocking (fixture->socket));
  GSocket *socket = fixture->socket;
  g_object_add_weak_pointer (G_OBJECT (socket), (gpointer *) &socket);
  g_object_unref (fixture->socket);
  g_assert_nonnull (socket);
  g_clear_pointer (&fixture->transport, pyrog_transport_free);
  g_assert_null (socket);
  fixture->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
}

static void
assert_option (GSocket *socket, int level, int option, int expected)
{
  int value;

  g_assert_true (g_socket_get_option (socket, level, option, &value, NULL));
  g_assert_cmpint (value, ==, expected);
}

static void
assert_options (GSocket *socket, gboolean nodelay)
{
  assert_option (socket, IPPROTO_TCP, TCP_NODELAY, nodelay);
  assert_option (socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  assert_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  assert_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  assert_option (socket, IPPROTO_TCP, TCP_KEEPCNT, 6);
}

/* Both ends of a TCP connection find a dead peer; the end that was accepted has it from the
 * listener or, if that was somebody else's, by itself */
static void
test_tcp_options (gconstpointer data)
{
  gboolean prepared = GPOINTER_TO_INT (data);
  g_autoptr (GSocket) listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GSocket) client = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);

  g_assert_true (g_socket_bind (listener, any, FALSE, NULL));
  g_assert_true (g_socket_listen (listener, NULL));
  if (prepared)
    pyrog_transport_set_options (listener, TRUE, TRUE);
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (listener, NULL);
  g_assert_true (g_socket_connect (client, address, NULL, NULL));
  g_autoptr (GSocket) accepted = g_socket_accept (listener, NULL, NULL);
  PyrogTransport *ours = pyrog_transport_new (accepted, TRUE, TRUE);
  PyrogTransport *theirs = pyrog_transport_new (client, FALSE, TRUE);
  assert_options (accepted, TRUE);
  assert_options (client, FALSE);
  pyrog_transport_free (ours);
  pyrog_transport_free (theirs);
}

/* What a transport need not have: no handshake, nothing kept back, in neither direction */
static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (pyrog_transport_handshake (fixture->transport, &error), ==,
                   PYROG_HANDSHAKE_DONE);
  g_assert_cmpint (pyrog_transport_flush (fixture->transport, &error), ==, 0);
  g_assert_cmpuint (pyrog_transport_get_unsent (fixture->transport), ==, 0);
  g_assert_cmpint (write (fixture->peer, "a", 1), ==, 1);
  g_assert_false (pyrog_transport_has_input (fixture->transport));
  g_assert_no_error (error);
  pyrog_transport_free (NULL);
}

static const struct
{
  int errnum;
  int code;
} errors[] = {
  { EPIPE, PYROG_ERROR_CONNECTION_CLOSED },        { ECONNRESET, PYROG_ERROR_CONNECTION_CLOSED },
  { ECONNABORTED, PYROG_ERROR_CONNECTION_CLOSED }, { ENOTCONN, PYROG_ERROR_CONNECTION_CLOSED },
  { ETIMEDOUT, PYROG_ERROR_COMMUNICATION },        { EHOSTUNREACH, PYROG_ERROR_COMMUNICATION },
  { ENOMEM, PYROG_ERROR_COMMUNICATION },           { EBADF, PYROG_ERROR_COMMUNICATION },
};

/* Errors of sockets are told apart by whether the peer is gone, and keep the system's words */
static void
test_errors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("%s", g_strerror (errors[i].errnum));
      pyrog_transport_set_error (&error, errors[i].errnum);
      g_assert_error (error, PYROG_ERROR, errors[i].code);
      g_assert_true (g_str_has_suffix (error->message, g_strerror (errors[i].errnum)));
      pyrog_transport_set_error (NULL, errors[i].errnum);
    }
}

#define add_test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/transport/read", test_read);
  add_test ("/transport/end", test_end);
  add_test ("/transport/write", test_write);
  add_test ("/transport/gone", test_gone);
  add_test ("/transport/socket", test_socket);
  add_test ("/transport/defaults", test_defaults);
  g_test_add_func ("/transport/errors", test_errors);
  g_test_add_data_func ("/transport/tcp-options/listener", GINT_TO_POINTER (TRUE),
                        test_tcp_options);
  g_test_add_data_func ("/transport/tcp-options/itself", GINT_TO_POINTER (FALSE), test_tcp_options);
  return g_test_run ();
}
