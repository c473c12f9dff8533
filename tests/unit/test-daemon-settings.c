/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "pyrog-connection-private.h"
#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-listener.h"
#include "pyrog-proxy.h"

/* Items of the configuration that say how sockets are to be: what the kernel knows of it */

static int
get_option (int fd, int level, int option)
{
  int value = -1;
  socklen_t size = sizeof value;

  g_assert_cmpint (getsockopt (fd, level, option, &value, &size), ==, 0);
  return value;
}

static void
connected_cb (PyrogDaemon *daemon, PyrogConnection *connection, gpointer user_data)
{
  g_set_object ((PyrogConnection **) user_data, connection);
}

static void
bound_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pyrog_proxy_bind_finish (PYROG_PROXY (source), result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* SOCK_NODELAY is on or off at both ends, as it is set; a client of this machine needs no
 * keepalive; programs that are started inherit neither end */
static void
test_connections (void)
{
  for (gboolean nodelay = FALSE; nodelay <= TRUE; nodelay++)
    {
      g_autoptr (PyrogConfig) config = pyrog_config_new ();
      g_autoptr (PyrogServant) servant = pyrog_servant_new ();
      g_autoptr (PyrogConnection) served = NULL;
      gboolean done = FALSE;

      g_object_set (config, "sock-nodelay", nodelay, NULL);
      g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (config);
      g_signal_connect (daemon, "client-connected", G_CALLBACK (connected_cb), &served);
      g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "o", servant, NULL);
      g_assert_true (pyrog_daemon_start (daemon, NULL));
      g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_uri (uri, config);
      pyrog_proxy_bind (proxy, NULL, bound_cb, &done);
      while (!done || served == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_autoptr (PyrogConnection) connection = pyrog_proxy_get_connection (proxy);
      const int fds[] = { pyrog_connection_get_fd (served), pyrog_connection_get_fd (connection) };
      for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
        {
          g_assert_cmpint (get_option (fds[i], IPPROTO_TCP, TCP_NODELAY) != 0, ==, nodelay);
          g_assert_cmpint (get_option (fds[i], SOL_SOCKET, SO_KEEPALIVE) != 0, ==, i == 0);
          g_assert_cmpint (fcntl (fds[i], F_GETFD) & FD_CLOEXEC, !=, 0);
        }
      pyrog_daemon_stop (daemon);
    }
}

static PyrogListener *
listen_on (gboolean reuse, int prefer)
{
  const PyrogLocation location = { .host = (char *) "localhost" };
  g_autoptr (GError) error = NULL;
  PyrogListener *listener = pyrog_listener_new (&location, reuse, prefer, &error);

  g_assert_no_error (error);
  return listener;
}

/* SOCK_REUSE lets a daemon take the address that its predecessor has just left */
static void
test_reuse (void)
{
  for (gboolean reuse = FALSE; reuse <= TRUE; reuse++)
    {
      g_autoptr (PyrogListener) listener = listen_on (reuse, 0);
      int fd = pyrog_listener_get_fd (listener);

      g_assert_cmpint (get_option (fd, SOL_SOCKET, SO_REUSEADDR) != 0, ==, reuse);
      g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
    }
}

/* PREFER_IP_VERSION chooses between the addresses of a host, for daemons and for proxies */
static void
test_ip_version (void)
{
  static const struct
  {
    int prefer;
    GSocketFamily family;
  } cases[]
      = { { 0, G_SOCKET_FAMILY_IPV4 }, { 4, G_SOCKET_FAMILY_IPV4 }, { 6, G_SOCKET_FAMILY_IPV6 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PyrogListener) listener = listen_on (TRUE, cases[i].prefer);
      g_autoptr (GSocketAddress) address = pyrog_listener_get_address (listener);
      guint16 port = pyrog_listener_get_location (listener)->port;
      g_autoptr (PyrogConfig) config = pyrog_config_new ();
      g_autoptr (PyrogUri) uri = pyrog_uri_new_for_host ("o", "localhost", port);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (g_socket_address_get_family (address), ==, cases[i].family);
      /* Nobody answers there, but with the other version nobody is found at all */
      g_object_set (config, "prefer-ip-version", cases[i].family == G_SOCKET_FAMILY_IPV4 ? 6 : 4,
                    "commtimeout", 20.0, NULL);
      g_autoptr (PyrogProxy) wrong = pyrog_proxy_new_for_uri (uri, config);
      g_assert_false (pyrog_proxy_bind_sync (wrong, NULL, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION);
      g_clear_error (&error);
      g_object_set (config, "prefer-ip-version", cases[i].family == G_SOCKET_FAMILY_IPV4 ? 4 : 6,
                    "commtimeout", 0.05, NULL);
      g_autoptr (PyrogProxy) right = pyrog_proxy_new_for_uri (uri, config);
      g_assert_false (pyrog_proxy_bind_sync (right, NULL, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TIMEOUT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon-settings/connections", test_connections);
  g_test_add_func ("/daemon-settings/reuse", test_reuse);
  g_test_add_func ("/daemon-settings/ip-version", test_ip_version);
  return g_test_run ();
}
