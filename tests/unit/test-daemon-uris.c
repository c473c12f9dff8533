/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-daemon.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "pyrog-connection-private.h"
#include "pyrog-error.h"
#include "pyrog-location.h"
#include "pyrog-proxy.h"

static PyrogDaemon *
new_daemon (const char *nathost, gint64 natport)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();

  g_object_set (config, "nathost", nathost, "natport", natport, NULL);
  return pyrog_daemon_new (config);
}

static void
listen_on (PyrogDaemon *daemon, const char *location)
{
  g_autoptr (GError) error = NULL;

  pyrog_daemon_listen (daemon, location, &error);
  g_assert_no_error (error);
}

static void
expect_exposed (void)
{
  g_test_expect_message ("Pyrog", G_LOG_LEVEL_MESSAGE, "Listening on *, where other machines *");
}

static PyrogUri *
uri_for (PyrogDaemon *daemon)
{
  g_autoptr (GError) error = NULL;
  PyrogUri *uri = pyrog_daemon_uri_for (daemon, "o", &error);

  g_assert_no_error (error);
  return uri;
}

static GSocket *
connect_to (const char *host, guint16 port)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (host, port);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_socket_connect (socket, address, NULL, &error);
  g_assert_no_error (error);
  return socket;
}

/* A daemon that listens on all addresses names one in its uris at which it can be reached, and the
 * log says that it is exposed */
static void
test_wildcard (void)
{
  static const char *const locations[] = { "0.0.0.0:0", "[::]:0" };

  for (guint i = 0; i < G_N_ELEMENTS (locations); i++)
    {
      g_autoptr (PyrogDaemon) daemon = new_daemon (NULL, 0);
      g_test_message ("%s", locations[i]);
      expect_exposed ();
      listen_on (daemon, locations[i]);
      g_test_assert_expected_messages ();
      g_autoptr (PyrogUri) uri = uri_for (daemon);
      const char *host = pyrog_uri_get_host (uri);
      g_assert_cmpstr (host, !=, "0.0.0.0");
      g_assert_cmpstr (host, !=, "::");
      if (strcmp (host, "localhost") == 0)
        host = "127.0.0.1";
      g_autoptr (GSocket) socket = connect_to (host, pyrog_uri_get_port (uri));
    }
}

/* Uris name the router's side where there is one: with its port, or the daemon's own for 0 */
static void
test_nat (void)
{
  g_autoptr (PyrogDaemon) other_port = new_daemon ("outside.example", 4444);
  g_autoptr (PyrogDaemon) own_port = new_daemon ("2001:db8::7", 0);
  g_autoptr (GError) error = NULL;

  listen_on (other_port, "127.0.0.1:0");
  g_autoptr (PyrogUri) first = uri_for (other_port);
  g_assert_cmpstr (pyrog_uri_get_host (first), ==, "outside.example");
  g_assert_cmpuint (pyrog_uri_get_port (first), ==, 4444);

  g_autoptr (PyrogUri) second = uri_for (own_port);
  g_autoptr (GPtrArray) uris = pyrog_daemon_uris_for (own_port, "o", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (uris->len, ==, 2);
  g_assert_true (pyrog_uri_equal (second, g_ptr_array_index (uris, 0)));
  PyrogUri *inside = g_ptr_array_index (uris, 1);
  g_assert_cmpstr (pyrog_uri_get_host (second), ==, "2001:db8::7");
  g_assert_cmpstr (pyrog_uri_get_host (inside), ==, "localhost");
  g_assert_cmpuint (pyrog_uri_get_port (second), ==, pyrog_uri_get_port (inside));
}

/* A router in front of a unix socket is a mistake, and so is one that has no name */
static void
test_bad_nat (void)
{
  static const struct
  {
    const char *nathost;
    const char *location;
    const char *message;
  } rows[] = {
    { "outside.example", "./u:@abstract", "*NATHOST*@abstract*" },
    { "two words", "127.0.0.1:0", "*NATHOST*two words*" },
    { "host:80", "127.0.0.1:0", "*NATHOST*host:80*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogDaemon) daemon = new_daemon (rows[i].nathost, 0);
      g_autoptr (GError) error = NULL;
      g_test_message ("%s, %s", rows[i].nathost, rows[i].location);
      g_assert_false (pyrog_daemon_listen (daemon, rows[i].location, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
      g_assert_true (g_pattern_match_simple (rows[i].message, error->message));
    }
}

/* ---- For one client ---- */

/* The daemon's end of a connection that somebody made to that address */
static PyrogConnection *
accept_at (const char *listen_host, const char *host)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (listen_host, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) listener = g_socket_new (
      g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_assert_true (g_socket_bind (listener, address, TRUE, NULL));
  g_assert_true (g_socket_listen (listener, NULL));
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (listener, NULL);
  g_autoptr (GSocket) client
      = connect_to (host, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_autoptr (GSocket) server = g_socket_accept (listener, NULL, &error);
  g_assert_no_error (error);
  return pyrog_connection_new (server, FALSE);
}

/* Of this process: the names of abstract sockets are known on all of the machine */
static char *
abstract_name (void)
{
  return g_strdup_printf ("@pyrog-test-%d", getpid ());
}

/* What a client is told is where it found the daemon, whatever that listens on besides; the router
 * is for those on other machines */
static void
test_for_connection (void)
{
  static const char *const hosts[][2] = {
    { "0.0.0.0", "127.0.0.1" }, { "0.0.0.0", "127.0.0.2" }, { "::", "127.0.0.1" }, { "::", "::1" }
  };
  g_autoptr (PyrogDaemon) daemon = new_daemon ("outside.example", 0);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (PyrogConnection) connection = accept_at (hosts[i][0], hosts[i][1]);
      g_autoptr (PyrogUri) uri = pyrog_daemon_uri_for_connection (daemon, "o", connection, &error);
      g_test_message ("%s, %s", hosts[i][0], hosts[i][1]);
      g_assert_no_error (error);
      g_assert_cmpstr (pyrog_uri_get_host (uri), ==, hosts[i][1]);
    }
}

/* ... also on a unix socket; on one that has no name it is the daemon's first uri */
static void
test_for_unix_connection (void)
{
  g_autoptr (PyrogDaemon) daemon = new_daemon (NULL, 0);
  g_autofree char *name = abstract_name ();
  g_autoptr (GSocketAddress) address = pyrog_location_socket_address (name, NULL);
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocket) unnamed
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  g_autoptr (PyrogConnection) connection = pyrog_connection_new (socket, FALSE);
  g_autoptr (PyrogUri) uri = pyrog_daemon_uri_for_connection (daemon, "o", connection, NULL);
  g_assert_cmpstr (pyrog_uri_get_sockname (uri), ==, name);

  g_autoptr (PyrogConnection) second = pyrog_connection_new (unnamed, FALSE);
  g_autoptr (PyrogUri) first_uri = pyrog_daemon_uri_for_connection (daemon, "o", second, NULL);
  g_assert_cmpstr (pyrog_uri_get_host (first_uri), ==, "localhost");
}

/* An empty host is a mistake, not all addresses */
static void
test_no_host (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (config, "host", "", NULL);
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (config);
  g_assert_null (pyrog_daemon_uri_for (daemon, "o", &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  g_clear_error (&error);
  g_assert_false (pyrog_daemon_listen (daemon, ":0", &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI);
}

/* ---- What the daemon says of itself ---- */

static void
told_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GVariant **text = user_data;

  *text = pyrog_proxy_call_finish (PYROG_PROXY (source), result, &error);
  g_assert_no_error (error);
}

static void
call_info (PyrogUri *uri, GVariant **text)
{
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_uri (uri, NULL);

  pyrog_proxy_call (proxy, "info", NULL, "s", NULL, told_cb, text);
  while (*text == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Each of several listeners has its uri, and each of them works */
static void
test_several (void)
{
  g_autofree char *name = abstract_name ();
  g_autofree char *location = g_strconcat ("./u:", name, NULL);
  const char *const locations[] = { "127.0.0.1:0", "[::1]:0", location, "127.0.0.2:0" };
  g_autoptr (PyrogDaemon) daemon = new_daemon (NULL, 0);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (locations); i++)
    listen_on (daemon, locations[i]);
  g_autoptr (GPtrArray) uris = pyrog_daemon_uris_for (daemon, "Pyro.Daemon", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (uris->len, ==, G_N_ELEMENTS (locations));
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < uris->len; i++)
    {
      g_autoptr (GVariant) text = NULL;
      call_info (g_ptr_array_index (uris, i), &text);
    }
  pyrog_daemon_stop (daemon);
}

/* A bare name leads to the same socket at both ends */
static void
test_bare_name (void)
{
  g_autofree char *directory = g_build_filename (g_get_user_runtime_dir (), "pyrog", NULL);
  g_autoptr (PyrogDaemon) daemon = new_daemon (NULL, 0);
  g_autoptr (GVariant) text = NULL;
  g_autoptr (GError) error = NULL;

  listen_on (daemon, "./u:printer");
  g_autoptr (PyrogUri) uri = uri_for (daemon);
  g_assert_true (g_str_has_prefix (pyrog_uri_get_sockname (uri), directory));
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) bare = pyrog_uri_new ("PYRO:Pyro.Daemon@./u:printer", &error);
  g_assert_no_error (error);
  call_info (bare, &text);
  pyrog_daemon_stop (daemon);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

/* The daemon tells both of its sides */
static void
test_info (void)
{
  g_autoptr (PyrogDaemon) daemon = new_daemon ("outside.example", 4444);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) text = NULL;

  g_autoptr (GPtrArray) uris = pyrog_daemon_uris_for (daemon, "Pyro.Daemon", &error);
  g_assert_no_error (error);
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  call_info (g_ptr_array_index (uris, 1), &text);
  pyrog_daemon_stop (daemon);
  g_assert_nonnull (strstr (g_variant_get_string (text, NULL), ", NAT outside.example:4444, "));
}

int
main (int argc, char **argv)
{
  g_autofree char *runtime_dir = g_dir_make_tmp ("pyrog-runtime-XXXXXX", NULL);

  g_assert_nonnull (runtime_dir);
  g_setenv ("XDG_RUNTIME_DIR", runtime_dir, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon-uris/wildcard", test_wildcard);
  g_test_add_func ("/daemon-uris/nat", test_nat);
  g_test_add_func ("/daemon-uris/bad-nat", test_bad_nat);
  g_test_add_func ("/daemon-uris/for-connection", test_for_connection);
  g_test_add_func ("/daemon-uris/for-unix-connection", test_for_unix_connection);
  g_test_add_func ("/daemon-uris/no-host", test_no_host);
  g_test_add_func ("/daemon-uris/several", test_several);
  g_test_add_func ("/daemon-uris/bare-name", test_bare_name);
  g_test_add_func ("/daemon-uris/info", test_info);
  int result = g_test_run ();
  g_rmdir (runtime_dir);
  return result;
}
