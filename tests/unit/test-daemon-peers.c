/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-daemon.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-server.h"
#include "pyrog-handshake-request.h"
#include "pyrog-error.h"
#include "pyrog-location.h"
#include "pyrog-proxy.h"

#define NOBODY 65534
#define STRANGE_GROUP 54321
#define NO_CONNECTION 100 /* results of a peer, besides message types */
#define NO_ANSWER 101

/* A daemon in this thread's main context; its peers are processes of other users */
typedef struct
{
  char *directory;     /* (owned) that everybody may enter */
  char *path;          /* (owned) of a socket */
  PyrogConfig *config; /* (owned) */
  PyrogDaemon *daemon; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("pyrog-peers-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (fixture->directory, 0755), ==, 0);
  fixture->path = g_strconcat ("./u:", fixture->directory, "/socket", NULL);
  fixture->config = pyrog_config_new ();
  g_object_set (fixture->config, "peer-uid-check", TRUE, NULL);
  fixture->daemon = pyrog_daemon_new (fixture->config);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  pyrog_daemon_stop (fixture->daemon);
  settle ();
  g_clear_object (&fixture->daemon);
  g_clear_object (&fixture->config);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
  g_free (fixture->path);
}

static gboolean
skip_without_root (void)
{
  if (geteuid () == 0)
    return FALSE;
  g_test_skip ("Only root can play two users");
  return TRUE;
}

/* Of this process: the names of abstract sockets are known on all of the machine */
static char *
abstract_location (void)
{
  return g_strdup_printf ("./u:@pyrog-test-%d", getpid ());
}

static PyrogUri *
start (Fixture *fixture, const char *location)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  pyrog_daemon_listen (fixture->daemon, location, &error);
  g_assert_no_error (error);
  PyrogUri *uri = pyrog_daemon_register (fixture->daemon, "o", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
  return uri;
}

/* ---- Peers ---- */

static GSocketAddress *
address_of (PyrogUri *uri)
{
  const char *name = pyrog_uri_get_sockname (uri);

  if (name != NULL)
    return pyrog_location_socket_address (name, NULL);
  return g_inet_socket_address_new_from_string (pyrog_uri_get_host (uri), pyrog_uri_get_port (uri));
}

static void
become (guint uid, guint group)
{
  const gid_t groups[] = { group };

  if (getuid () != 0)
    return;
  if (setresuid (0, 0, 0) != 0 || setgroups (1, groups) != 0
      || setresgid (NOBODY, NOBODY, NOBODY) != 0 || setresuid (uid, uid, uid) != 0)
    _exit (NO_ANSWER);
}

/* The type of the message that answers a handshake, or one of the results above */
static int
shake_hands (GSocketAddress *address)
{
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  PyrogHeader header;

  if (!g_socket_connect (socket, address, NULL, NULL))
    return NO_CONNECTION;
  int fd = g_socket_get_fd (socket);
  g_unix_set_fd_nonblocking (fd, FALSE, NULL);
  fake_server_reply (fd, PYROG_MESSAGE_CONNECT, 0, 1, "{'handshake':'hello','object':'o'}");
  return fake_server_receive (fd, &header) ? header.type : NO_ANSWER;
}

/* Plays a peer in a process of its own, while the daemon works */
static int
connect_as (PyrogUri *uri, guint uid, guint group)
{
  g_autoptr (GSocketAddress) address = address_of (uri);
  int status;

  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      become (uid, group);
      _exit (shake_hands (address));
    }
  while (waitpid (child, &status, WNOHANG) == 0)
    {
      settle ();
      poll (NULL, 0, 1);
    }
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

/* ---- Tests ---- */

/* Its own user may connect, another one is told that it may not; and others when they are named,
 * or one of their groups */
static void
test_abstract (Fixture *fixture, gconstpointer data)
{
  g_autofree char *location = abstract_location ();
  g_autoptr (PyrogUri) uri = start (fixture, location);

  g_assert_cmpint (connect_as (uri, 0, 0), ==, PYROG_MESSAGE_CONNECTOK);
  if (skip_without_root ())
    return;
  g_test_expect_message ("Pyrog", G_LOG_LEVEL_MESSAGE, "Refused a connection: *65534*");
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP), ==, PYROG_MESSAGE_CONNECTFAIL);
  g_test_assert_expected_messages ();
  pyrog_daemon_allow_user (fixture->daemon, 1);
  pyrog_daemon_allow_group (fixture->daemon, STRANGE_GROUP - 1);
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP), ==, PYROG_MESSAGE_CONNECTFAIL);
  pyrog_daemon_allow_group (fixture->daemon, STRANGE_GROUP);
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP), ==, PYROG_MESSAGE_CONNECTOK);
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP + 1), ==, PYROG_MESSAGE_CONNECTFAIL);
  pyrog_daemon_allow_group (fixture->daemon, NOBODY);
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP + 1), ==, PYROG_MESSAGE_CONNECTOK);
}

/* Root may connect to the daemons of others */
static void
test_root (Fixture *fixture, gconstpointer data)
{
  g_autofree char *location = abstract_location ();
  g_autoptr (PyrogUri) uri = start (fixture, location);

  if (skip_without_root ())
    return;
  g_assert_cmpint (seteuid (NOBODY), ==, 0);
  g_assert_cmpint (connect_as (uri, 0, 0), ==, PYROG_MESSAGE_CONNECTOK);
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP), ==, PYROG_MESSAGE_CONNECTOK);
  g_assert_cmpint (seteuid (0), ==, 0);
}

/* Another user does not even get through to the file of a socket, until one is allowed */
static void
test_path (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogUri) uri = start (fixture, fixture->path);

  g_assert_cmpint (connect_as (uri, 0, 0), ==, PYROG_MESSAGE_CONNECTOK);
  if (skip_without_root ())
    return;
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP), ==, NO_CONNECTION);
  pyrog_daemon_allow_user (fixture->daemon, NOBODY);
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP), ==, PYROG_MESSAGE_CONNECTOK);
  g_test_expect_message ("Pyrog", G_LOG_LEVEL_MESSAGE, "Refused a connection: *");
  g_assert_cmpint (connect_as (uri, NOBODY - 1, STRANGE_GROUP), ==, PYROG_MESSAGE_CONNECTFAIL);
  g_test_assert_expected_messages ();
}

/* The file is open to all only if others were allowed, before or after it was made */
static void
test_mode (Fixture *fixture, gconstpointer data)
{
  const char *path = fixture->path + strlen ("./u:");
  struct stat info;

  pyrog_daemon_allow_user (fixture->daemon, NOBODY);
  g_autoptr (PyrogUri) uri = start (fixture, fixture->path);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0666);
  pyrog_daemon_stop (fixture->daemon);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* On TCP the kernel's table of sockets tells the users apart, if that is wanted */
static void
test_tcp (Fixture *fixture, gconstpointer location)
{
  g_autoptr (PyrogUri) uri = start (fixture, location);

  g_assert_cmpint (connect_as (uri, 0, 0), ==, PYROG_MESSAGE_CONNECTOK);
  if (skip_without_root ())
    return;
  g_test_expect_message ("Pyrog", G_LOG_LEVEL_MESSAGE, "Refused a connection: *65534*");
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP), !=, PYROG_MESSAGE_CONNECTOK);
  g_test_assert_expected_messages ();
  pyrog_daemon_allow_user (fixture->daemon, NOBODY);
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP), ==, PYROG_MESSAGE_CONNECTOK);
}

/* ... and otherwise everybody on this machine may connect: that is documented */
static void
test_tcp_unchecked (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->config, "peer-uid-check", FALSE, NULL);
  g_set_object (&fixture->daemon, NULL);
  fixture->daemon = pyrog_daemon_new (fixture->config);
  g_autoptr (PyrogUri) uri = start (fixture, "127.0.0.1:0");

  if (skip_without_root ())
    return;
  g_assert_cmpint (connect_as (uri, NOBODY, STRANGE_GROUP), ==, PYROG_MESSAGE_CONNECTOK);
}

/* ---- Servers of others ---- */

static GSocket *
listen_at (const char *host)
{
  g_autoptr (GSocketAddress) address = *host == '@'
                                           ? pyrog_location_socket_address (host, NULL)
                                           : g_inet_socket_address_new_from_string (host, 0);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);
  return socket;
}

/* Listens as another user, says where, and ends with the number of bytes that a client sends */
static void
squat (const char *host, int where_fd)
{
  g_auto (PyrogLocation) location = { 0 };
  char bytes[64];

  become (NOBODY, STRANGE_GROUP);
  g_autoptr (GSocket) socket = listen_at (host);
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, NULL);
  g_assert_true (pyrog_location_from_address (bound, &location));
  g_autofree char *where = pyrog_location_to_string (&location);
  fake_server_send (where_fd, where, strlen (where) + 1);
  GSocket *client = g_socket_accept (socket, NULL, NULL);
  _exit (client != NULL ? (int) g_socket_receive (client, bytes, sizeof bytes, NULL, NULL)
                        : NO_ANSWER);
}

static gboolean
ping (PyrogConfig *config, const char *location, GError **error)
{
  g_autofree char *uri = g_strconcat ("PYRO:o@", location, NULL);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (uri, config, NULL);

  return pyrog_proxy_ping_sync (proxy, NULL, error);
}

/* A client that looks whose its server is says nothing to that of another user, who may have taken
 * the name or the port */
static void
test_squatter (Fixture *fixture, gconstpointer host)
{
  g_autoptr (GError) error = NULL;
  int fds[2], status;
  char where[128];

  if (skip_without_root ())
    return;
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET, 0, fds), ==, 0);
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    squat (host, fds[1]);
  g_assert_cmpint (recv (fds[0], where, sizeof where, 0), >, 0);
  g_assert_false (ping (fixture->config, where, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY);
  g_assert_nonnull (strstr (error->message, "65534"));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  close (fds[0]);
  close (fds[1]);
}

/* ---- A warning ---- */

/* Root that serves everybody on the machine is told so, but once, and serves all the same */
static void
test_warning (void)
{
  if (g_test_subprocess ())
    {
      for (guint i = 0; i < 3; i++)
        {
          g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
          g_autoptr (GError) error = NULL;
          g_autofree char *location = abstract_location ();
          if (i == 0)
            pyrog_daemon_listen (daemon, location, &error);
          g_assert_no_error (error);
          g_printerr ("%u\n", i);
          g_assert_true (pyrog_daemon_start (daemon, &error));
          pyrog_daemon_stop (daemon);
        }
      return;
    }
  if (skip_without_root ())
    return;
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*0*1*runs as root*localhost:*local-peers*2*");
  g_test_trap_assert_stderr_unmatched ("*runs as root*runs as root*");
}

static gboolean
accept_anybody (PyrogDaemon *daemon, PyrogHandshakeRequest *request, gpointer data)
{
  return TRUE;
}

/* Who asks peers anything, or looks whose they are, is not told */
static void
test_no_warning (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (PyrogConfig) config = pyrog_config_new ();
      g_autoptr (PyrogDaemon) first = pyrog_daemon_new (config);
      g_object_set (config, "peer-uid-check", TRUE, NULL);
      g_autoptr (PyrogDaemon) second = pyrog_daemon_new (config);
      g_signal_connect (first, "validate-handshake", G_CALLBACK (accept_anybody), NULL);
      g_assert_true (pyrog_daemon_start (first, NULL));
      g_assert_true (pyrog_daemon_start (second, NULL));
      pyrog_daemon_stop (first);
      pyrog_daemon_stop (second);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr_unmatched ("*local-peers*");
}

static void
add_test (const char *path, void (*test) (Fixture *fixture, gconstpointer data), gconstpointer data)
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/daemon-peers/abstract", test_abstract, NULL);
  add_test ("/daemon-peers/root", test_root, NULL);
  add_test ("/daemon-peers/path", test_path, NULL);
  add_test ("/daemon-peers/mode", test_mode, NULL);
  add_test ("/daemon-peers/tcp", test_tcp, "127.0.0.1:0");
  add_test ("/daemon-peers/tcp-ipv6", test_tcp, "[::1]:0");
  add_test ("/daemon-peers/tcp-unchecked", test_tcp_unchecked, NULL);
  add_test ("/daemon-peers/squatter/tcp", test_squatter, "127.0.0.1");
  add_test ("/daemon-peers/squatter/ipv6", test_squatter, "::1");
  g_autofree char *location = abstract_location ();
  add_test ("/daemon-peers/squatter/abstract", test_squatter, location + strlen ("./u:"));
  g_test_add_func ("/daemon-peers/warning", test_warning);
  g_test_add_func ("/daemon-peers/no-warning", test_no_warning);
  return g_test_run ();
}
