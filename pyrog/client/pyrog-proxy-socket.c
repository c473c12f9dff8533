/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-location.h"
#include "pyrog-proxy-private.h"

/* As the uri has it where the socket has no name */
#define NO_NAME "connected-socket"

static PyrogUri *
make_uri (const char *object, GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_remote_address (socket, NULL);
  g_auto (PyrogLocation) location = { 0 };

  if (address == NULL || !pyrog_location_from_address (address, &location))
    return pyrog_uri_new_for_socket (object, NO_NAME);
  if (location.sockname != NULL)
    return pyrog_uri_new_for_socket (object, location.sockname);
  return pyrog_uri_new_for_host (object, location.host, location.port);
}

/**
 * pyrog_proxy_new_for_socket: (constructor)
 * @object: the id of an object, without blanks or `@`
 * @socket: a connected stream socket, for example one of a pair
 * @config: (nullable): settings; %NULL for the default ones
 * @error: return location for an error
 *
 * Makes a proxy for an object that a daemon serves at the other end of a connected socket, which
 * was given to [method@Daemon.join_socket], or to a daemon of Pyro5's as `connected_socket`. There
 * is no handshake, and no cookie: whoever made the connection knows who is there. With the item
 * `SSL` the connection is encrypted all the same.
 *
 * The socket now belongs to the proxy, which closes it when it is released. Another connection is
 * never made: later calls fail with %PYROG_ERROR_CONNECTION_CLOSED.
 *
 * Returns: (transfer full): the proxy, or %NULL with %PYROG_ERROR_COMMUNICATION for a socket that
 * is not connected or no stream, or with %PYROG_ERROR_INVALID_CONFIG
 *
 * Since: 1.0
 */
PyrogProxy *
pyrog_proxy_new_for_socket (const char *object,
                            GSocket *socket,
                            PyrogConfig *config,
                            GError **error)
{
  g_return_val_if_fail (object != NULL, NULL);
  g_return_val_if_fail (G_IS_SOCKET (socket), NULL);
  g_return_val_if_fail (config == NULL || PYROG_IS_CONFIG (config), NULL);

  if (!pyrog_config_check (config != NULL ? config : pyrog_config_get_default (), error))
    return NULL;
  if (g_socket_get_socket_type (socket) != G_SOCKET_TYPE_STREAM || !g_socket_is_connected (socket))
    {
      g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION,
                           _ ("The socket is not a connected stream socket"));
      return NULL;
    }
  g_autoptr (PyrogUri) uri = make_uri (object, socket);
  g_return_val_if_fail (uri != NULL, NULL);
  PyrogProxy *self = pyrog_proxy_new_for_uri (uri, config);
  pyrog_session_join (self->session, socket);
  return self;
}
