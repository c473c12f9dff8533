/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-socket-owner.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

/* Two ends of a connection within this machine */
typedef struct
{
  GSocket *listener; /* (owned) */
  GSocket *client;   /* (owned) (nullable) */
  GSocket *server;   /* (owned) (nullable) what the listener accepted */
} Fixture;

static GSocket *
new_socket (GSocketAddress *address)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  return socket;
}

static void
set_up (Fixture *fixture, gconstpointer host)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (host, 0);

  fixture->listener = new_socket (address);
  g_socket_bind (fixture->listener, address, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (fixture->listener, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer host)
{
  g_clear_object (&fixture->listener);
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->server);
}

static void
connect_client (Fixture *fixture, GSocketAddress *address)
{
  g_autoptr (GError) error = NULL;

  fixture->client = new_socket (address);
  g_socket_connect (fixture->client, address, NULL, &error);
  g_assert_no_error (error);
}

static void
accept_client (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->server = g_socket_accept (fixture->listener, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
find_owner (GSocket *socket, guint32 *uid, GError **error)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);

  g_assert_true (pyrog_socket_is_local (local, remote));
  return pyrog_socket_find_owner (local, remote, uid, error);
}

static void
check_server (Fixture *fixture)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (fixture->client, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (fixture->client, NULL);
  g_autoptr (GError) error = NULL;
  guint32 uid = 4711;

  g_assert_true (pyrog_socket_find_server (local, remote, &uid, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (uid, ==, geteuid ());
}

/* Each end learns whose the other one is; before it was accepted a client learns whose server it
 * is that listens */
static void
test_both_ends (Fixture *fixture, gconstpointer host)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (fixture->listener, NULL);
  g_autoptr (GError) error = NULL;
  guint32 uid = 4711;

  connect_client (fixture, address);
  g_assert_false (find_owner (fixture->client, &uid, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpuint (uid, ==, 4711);
  check_server (fixture);
  accept_client (fixture);
  g_assert_true (find_owner (fixture->server, &uid, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (uid, ==, geteuid ());
  uid = 4711;
  g_assert_true (find_owner (fixture->client, &uid, &error));
  g_assert_cmpuint (uid, ==, geteuid ());
  check_server (fixture);
}

/* A socket that was closed has no owner any more, and is nobody's: not root's in particular */
static void
test_closed (Fixture *fixture, gconstpointer host)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (fixture->listener, NULL);
  g_autoptr (GError) error = NULL;
  guint32 uid = 4711;

  connect_client (fixture, address);
  accept_client (fixture);
  g_clear_object (&fixture->client);
  g_assert_false (find_owner (fixture->server, &uid, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (uid, ==, 4711);
}

/* Nobody has a server that has stopped to listen before it accepted a connection */
static void
test_server_gone (Fixture *fixture, gconstpointer host)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (fixture->listener, NULL);
  g_autoptr (GError) error = NULL;
  guint32 uid = 4711;

  connect_client (fixture, address);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (fixture->client, NULL);
  g_clear_object (&fixture->listener);
  g_assert_false (pyrog_socket_find_server (local, address, &uid, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (uid, ==, 4711);
}

/* Where the kernel can't be asked, nobody is */
static void
test_no_answer (Fixture *fixture, gconstpointer host)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (fixture->listener, NULL);
  g_autoptr (GError) error = NULL;
  struct rlimit limit, none;
  guint32 uid = 4711;

  connect_client (fixture, address);
  accept_client (fixture);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  none = limit;
  none.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  g_assert_false (find_owner (fixture->server, &uid, &error));
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_cmpuint (uid, ==, 4711);
}

/* The process of another user */
static pid_t
start_other_user (GSocketAddress *address, int wait_fd)
{
  pid_t child = fork ();
  char byte;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      if (setresuid (NOBODY, NOBODY, NOBODY) != 0)
        _exit (1);
      GSocket *socket = new_socket (address);
      gboolean ok = g_socket_connect (socket, address, NULL, NULL);
      _exit (ok && read (wait_fd, &byte, 1) == 0 ? 0 : 1);
    }
  return child;
}

/* Another user is told from this one */
static void
test_other_user (Fixture *fixture, gconstpointer host)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (fixture->listener, NULL);
  g_autoptr (GError) error = NULL;
  guint32 uid = 4711;
  int fds[2], status;

  if (geteuid () != 0)
    {
      g_test_skip ("Only root can play two users");
      return;
    }
  g_assert_cmpint (pipe (fds), ==, 0);
  pid_t child = start_other_user (address, fds[0]);
  accept_client (fixture);
  g_assert_true (find_owner (fixture->server, &uid, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (uid, ==, NOBODY);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  close (fds[0]);
  close (fds[1]);
}

/* A socket of both IP versions names an IPv4 peer in a way of its own */
static void
test_mapped (Fixture *fixture, gconstpointer host)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (fixture->listener, NULL);
  guint16 port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  g_autoptr (GSocketAddress) version4 = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr (GError) error = NULL;
  guint32 uid = 4711;

  connect_client (fixture, version4);
  accept_client (fixture);
  g_assert_true (find_owner (fixture->server, &uid, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (uid, ==, geteuid ());
}

/* What counts as a peer on this machine */
static void
test_is_local (void)
{
  static const struct
  {
    const char *local;
    const char *remote;
    gboolean expected;
  } rows[] = {
    { "127.0.0.1", "127.0.0.1", TRUE },
    { "127.0.0.1", "127.5.6.7", TRUE },
    { "::1", "::1", TRUE },
    { "192.0.2.1", "192.0.2.1", TRUE },
    { "2001:db8::1", "2001:db8::1", TRUE },
    { "::ffff:127.0.0.1", "::ffff:127.0.0.2", TRUE },
    { "192.0.2.1", "192.0.2.2", FALSE },
    { "2001:db8::1", "2001:db8::2", FALSE },
    { "::ffff:192.0.2.1", "192.0.2.2", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GSocketAddress) local = g_inet_socket_address_new_from_string (rows[i].local, 1);
      g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string (rows[i].remote, 2);
      g_test_message ("%s, %s", rows[i].local, rows[i].remote);
      g_assert_cmpint (pyrog_socket_is_local (local, remote), ==, rows[i].expected);
    }
}

static void
add_test (const char *path, const char *host, void (*test) (Fixture *fixture, gconstpointer host))
{
  g_test_add (path, Fixture, host, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/socket-owner/both-ends", "127.0.0.1", test_both_ends);
  add_test ("/socket-owner/both-ends-ipv6", "::1", test_both_ends);
  add_test ("/socket-owner/closed", "127.0.0.1", test_closed);
  add_test ("/socket-owner/server-gone", "127.0.0.1", test_server_gone);
  add_test ("/socket-owner/no-answer", "127.0.0.1", test_no_answer);
  add_test ("/socket-owner/other-user", "127.0.0.1", test_other_user);
  add_test ("/socket-owner/mapped", "::", test_mapped);
  g_test_add_func ("/socket-owner/is-local", test_is_local);
  return g_test_run ();
}
