/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-config-items.h"
#include "pyrog-daemon-private.h"
#include "pyrog-error.h"
#include "pyrog-reference.h"
#include "pyrog-socket-owner.h"

/* Under which uris a daemon's objects are found */

/* Where a daemon is that has but connected sockets */
#define NO_NAME "connected-socket"

/* ---- Behind a router ---- */

static const char *
get_nat_host (PyrogDaemon *self)
{
  const char *host = pyrog_config_get_text (self->config, PYROG_CONFIG_NATHOST);

  return host != NULL && *host != '\0' ? host : NULL;
}

gboolean
pyrog_daemon_check_nat (PyrogDaemon *self, const PyrogLocation *location, GError **error)
{
  const char *host = get_nat_host (self);
  const PyrogLocation outside = { .host = (char *) host, .port = 1 };
  g_auto (PyrogLocation) parsed = { 0 };

  if (host == NULL)
    return TRUE;
  g_autofree char *text = pyrog_location_to_string (&outside);
  if (!pyrog_location_parse (text, &parsed, NULL) || parsed.host == NULL)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG, _ ("NATHOST ‘%s’ is not a host"),
                 host);
  else if (location->sockname != NULL)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                 _ ("NATHOST is set, but the unix socket ‘%s’ has no host"), location->sockname);
  else
    return TRUE;
  return FALSE;
}

/* NULL: there is no router between */
static PyrogLocation *
find_nat (PyrogDaemon *self, PyrogLocation *location)
{
  const char *host = get_nat_host (self);
  guint16 port = (guint16) pyrog_config_get_number (self->config, PYROG_CONFIG_NATPORT);

  if (host == NULL || self->listeners->len == 0)
    return NULL;
  if (port == 0)
    port = pyrog_listener_get_location (g_ptr_array_index (self->listeners, 0))->port;
  *location = (PyrogLocation){ .host = (char *) host, .port = port };
  return location;
}

char *
pyrog_daemon_describe_nat (PyrogDaemon *self)
{
  PyrogLocation location;

  return find_nat (self, &location) != NULL ? pyrog_location_to_string (&location) : NULL;
}

static PyrogUri *
make_nat_uri (PyrogDaemon *self, const char *id)
{
  PyrogLocation location;

  return find_nat (self, &location) != NULL
             ? pyrog_uri_new_for_host (id, location.host, location.port)
             : NULL;
}

/* ---- Uris ---- */

/**
 * pyrog_daemon_uri_for:
 * @self: a daemon
 * @id: the id of an object, registered or not
 * @error: return location for an error
 *
 * The uri of an object: at the host and port of the items `NATHOST` and `NATPORT`, which are those
 * of a router, or else at the first listener. If that listens on all addresses (`0.0.0.0`, `::`),
 * the uri has the address from which this machine reaches others. Binds the default listener if
 * there is none.
 *
 * Returns: (transfer full): the uri
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_daemon_uri_for (PyrogDaemon *self, const char *id, GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), NULL);
  g_return_val_if_fail (id != NULL && *id != '\0', NULL);

  if (!pyrog_daemon_ensure_listener (self, error))
    return NULL;
  PyrogUri *uri = make_nat_uri (self, id);
  if (uri != NULL)
    return uri;
  if (self->listeners->len == 0)
    return pyrog_uri_new_for_socket (id, NO_NAME);
  return pyrog_listener_make_uri (g_ptr_array_index (self->listeners, 0), id);
}

/**
 * pyrog_daemon_uris_for:
 * @self: a daemon
 * @id: the id of an object, registered or not
 * @error: return location for an error
 *
 * The uris of an object: that at the router, if `NATHOST` is set, then one for each listener.
 *
 * Returns: (transfer container) (element-type PyrogUri): the uris
 *
 * Since: 1.0
 */
GPtrArray *
pyrog_daemon_uris_for (PyrogDaemon *self, const char *id, GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), NULL);
  g_return_val_if_fail (id != NULL && *id != '\0', NULL);

  if (!pyrog_daemon_ensure_listener (self, error))
    return NULL;
  GPtrArray *uris = g_ptr_array_new_with_free_func ((GDestroyNotify) pyrog_uri_unref);
  PyrogUri *outside = make_nat_uri (self, id);
  if (outside != NULL)
    g_ptr_array_add (uris, outside);
  for (guint i = 0; i < self->listeners->len; i++)
    g_ptr_array_add (uris, pyrog_listener_make_uri (g_ptr_array_index (self->listeners, i), id));
  return uris;
}

/* Whether the client came through the router, for all one can know */
static gboolean
is_outside (PyrogConnection *connection)
{
  GSocketAddress *local = pyrog_connection_get_local_address (connection);
  GSocketAddress *remote = pyrog_connection_get_remote_address (connection);

  return local != NULL && remote != NULL && !pyrog_socket_is_local (local, remote);
}

/**
 * pyrog_daemon_uri_for_connection:
 * @self: a daemon
 * @id: the id of an object, registered or not
 * @connection: the connection of a client
 * @error: return location for an error
 *
 * The uri by which one client finds an object, for a method that answers with uris: at the address
 * at which that client found the daemon. With several listeners, or one on all addresses, others
 * may be out of its reach. If `NATHOST` is set, clients on other machines get that.
 *
 * Returns: (transfer full): the uri
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_daemon_uri_for_connection (PyrogDaemon *self,
                                 const char *id,
                                 PyrogConnection *connection,
                                 GError **error)
{
  g_auto (PyrogLocation) location = { 0 };

  g_return_val_if_fail (PYROG_IS_DAEMON (self), NULL);
  g_return_val_if_fail (id != NULL && *id != '\0', NULL);
  g_return_val_if_fail (PYROG_IS_CONNECTION (connection), NULL);

  GSocketAddress *local = pyrog_connection_get_local_address (connection);
  if ((get_nat_host (self) != NULL && is_outside (connection)) || local == NULL
      || !pyrog_location_from_address (local, &location))
    return pyrog_daemon_uri_for (self, id, error);
  if (location.sockname != NULL)
    return pyrog_uri_new_for_socket (id, location.sockname);
  return pyrog_uri_new_for_host (id, location.host, location.port);
}

/**
 * pyrog_daemon_proxy_for:
 * @self: a daemon
 * @servant: a servant that is registered there
 * @connection: (nullable): the connection of the client for whom it is, or %NULL for any
 * @error: return location for an error
 *
 * Makes a value that stands for an object of this daemon: whoever gets it as an argument, as a
 * result or in a part of them has a proxy for the object. Pyro5 programs get a live proxy without
 * doing anything, others see [ctor@Proxy.new_from_variant]. Its uri is that of
 * [method@Daemon.uri_for_connection], or without a connection that of [method@Daemon.uri_for].
 *
 * Returns: (transfer floating): the value; %PYROG_ERROR_DAEMON: the servant is not registered
 *
 * Since: 1.0
 */
GVariant *
pyrog_daemon_proxy_for (PyrogDaemon *self,
                        PyrogServant *servant,
                        PyrogConnection *connection,
                        GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), NULL);
  g_return_val_if_fail (PYROG_IS_SERVANT (servant), NULL);
  g_return_val_if_fail (connection == NULL || PYROG_IS_CONNECTION (connection), NULL);

  if (!pyrog_daemon_prepare (self, error))
    return NULL;
  g_autofree char *id
      = pyrog_object_table_dup_id (pyrog_dispatcher_get_objects (self->dispatcher), servant);
  if (id == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON,
                   _ ("The servant is not registered in this daemon"));
      return NULL;
    }
  g_autoptr (PyrogUri) uri = connection != NULL
                                 ? pyrog_daemon_uri_for_connection (self, id, connection, error)
                                 : pyrog_daemon_uri_for (self, id, error);
  return uri != NULL ? pyrog_reference_to_variant (uri, NULL) : NULL;
}
