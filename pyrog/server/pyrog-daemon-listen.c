/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-config-items.h"
#include "pyrog-daemon-private.h"
#include "pyrog-error.h"

/* Where a daemon listens */

static void
tell_if_exposed (PyrogListener *listener)
{
  if (!pyrog_listener_is_exposed (listener))
    return;
  g_autoptr (GSocketAddress) address = pyrog_listener_get_address (listener);
  g_autofree char *text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  g_message ("Listening on %s, where other machines can connect", text);
}

static gboolean
add_listener (PyrogDaemon *self, PyrogListener *listener)
{
  tell_if_exposed (listener);
  if (pyrog_peer_policy_has_others (self->policy))
    pyrog_listener_open_up (listener);
  g_ptr_array_add (self->listeners, listener);
  if (self->engine != NULL)
    pyrog_engine_add_listener (self->engine, listener);
  return TRUE;
}

static gboolean
listen_on (PyrogDaemon *self, const PyrogLocation *location, GError **error)
{
  if (!pyrog_daemon_check_nat (self, location, error))
    return FALSE;
  PyrogListener *listener = pyrog_listener_new (
      location, pyrog_config_get_flag (self->config, PYROG_CONFIG_SOCK_REUSE),
      (int) pyrog_config_get_number (self->config, PYROG_CONFIG_PREFER_IP_VERSION), error);

  return listener != NULL && add_listener (self, listener);
}

/**
 * pyrog_daemon_listen:
 * @self: a daemon
 * @location: `host:port`, `[IPv6 address]:port`, `./u:/path/to/socket`, `./u:name` or
 *   `./u:@abstract-name`; port 0 is a free one
 * @error: return location for an error
 *
 * Binds a socket, one more with each call. A unix socket admits its own user and root, and others
 * that were allowed with [method@Daemon.allow_user]; a dead socket that another daemon of the same
 * user left is replaced. A bare name is that of a file
 * in the directory `pyrog` of the user's runtime directory ($XDG_RUNTIME_DIR).
 *
 * Returns: whether it worked
 *
 * Since: 1.0
 */
gboolean
pyrog_daemon_listen (PyrogDaemon *self, const char *location, GError **error)
{
  g_auto (PyrogLocation) parsed = { 0 };

  g_return_val_if_fail (PYROG_IS_DAEMON (self), FALSE);
  g_return_val_if_fail (location != NULL, FALSE);

  return pyrog_daemon_prepare (self, error) && pyrog_location_parse (location, &parsed, error)
         && listen_on (self, &parsed, error);
}

/**
 * pyrog_daemon_listen_on_socket:
 * @self: a daemon
 * @socket: a TCP or unix socket that is bound, for example by systemd
 * @error: return location for an error
 *
 * Listens on a socket that somebody else bound.
 *
 * Returns: whether it worked
 *
 * Since: 1.0
 */
gboolean
pyrog_daemon_listen_on_socket (PyrogDaemon *self, GSocket *socket, GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET (socket), FALSE);

  if (!pyrog_daemon_prepare (self, error))
    return FALSE;
  g_autoptr (PyrogListener) listener = pyrog_listener_new_for_socket (socket, error);
  return listener != NULL
         && pyrog_daemon_check_nat (self, pyrog_listener_get_location (listener), error)
         && add_listener (self, g_steal_pointer (&listener));
}

/**
 * pyrog_daemon_join_socket:
 * @self: a daemon
 * @socket: a connected stream socket, for example one of a pair
 * @error: return location for an error
 *
 * Serves the peer at the other end of a connected socket: a proxy that was made with
 * [ctor@Proxy.new_for_socket], or one of Pyro5's with a `connected_socket`. There is no handshake
 * and nobody is asked whether the peer may connect: whoever made the connection knows who is there.
 * With the item `SSL` the connection is encrypted all the same.
 *
 * The socket now belongs to the daemon. A daemon that is not told where to listen besides does not
 * listen at all, and its uris lead nowhere. [signal@Daemon::client-disconnected] tells that the
 * peer is gone.
 *
 * Returns: whether it worked; %PYROG_ERROR_DAEMON: it is not a connected stream socket
 *
 * Since: 1.0
 */
gboolean
pyrog_daemon_join_socket (PyrogDaemon *self, GSocket *socket, GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET (socket), FALSE);

  if (!pyrog_daemon_prepare (self, error))
    return FALSE;
  if (g_socket_get_socket_type (socket) != G_SOCKET_TYPE_STREAM || !g_socket_is_connected (socket))
    {
      g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_DAEMON,
                           _ ("The socket is not a connected stream socket"));
      return FALSE;
    }
  self->has_joined = TRUE;
  if (self->engine != NULL)
    pyrog_engine_join (self->engine, socket);
  else
    g_ptr_array_add (self->sockets, g_object_ref (socket));
  return TRUE;
}

gboolean
pyrog_daemon_ensure_listener (PyrogDaemon *self, GError **error)
{
  g_auto (PyrogLocation) location = { 0 };

  if (!pyrog_daemon_prepare (self, error))
    return FALSE;
  if (self->listeners->len > 0 || self->has_joined)
    return TRUE;
  const char *host = pyrog_config_get_text (self->config, PYROG_CONFIG_HOST);
  if (host == NULL || *host == '\0')
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                   _ ("HOST is empty; name an address to listen on"));
      return FALSE;
    }
  location.host = g_strdup (host);
  return listen_on (self, &location, error);
}
