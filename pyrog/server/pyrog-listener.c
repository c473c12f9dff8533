/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-listener.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pyrog-error.h"
#include "pyrog-socket-file.h"
#include "pyrog-transport.h"

#define BACKLOG 512

struct _PyrogListener
{
  GSocket *socket; /* (owned) */
  PyrogLocation location;
  PyrogSocketFile *file; /* (owned) (nullable) if it is ours to remove */
};

static gboolean
fail (GError **error, const PyrogLocation *location, GError *cause)
{
  g_autofree char *where = pyrog_location_to_string (location);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION, _ ("Can't listen on ‘%s’: %s"), where,
               cause->message);
  g_error_free (cause);
  return FALSE;
}

/* ---- Binding ---- */

static GSocket *
new_socket (GSocketFamily family, GError **error)
{
  GSocket *socket = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);

  if (socket != NULL)
    {
      g_socket_set_blocking (socket, FALSE);
      g_socket_set_listen_backlog (socket, BACKLOG);
    }
  return socket;
}

static gboolean
bind_address (PyrogListener *self, GSocketAddress *address, gboolean reuse, GError **error)
{
  g_autoptr (GSocket) socket = new_socket (g_socket_address_get_family (address), error);

  if (socket == NULL || !g_socket_bind (socket, address, reuse, error)
      || !g_socket_listen (socket, error))
    return FALSE;
  g_set_object (&self->socket, socket);
  return TRUE;
}

static gboolean
bind_abstract (PyrogListener *self, GError **error)
{
  g_autoptr (GSocketAddress) address
      = pyrog_location_socket_address (self->location.sockname, error);

  return address != NULL && bind_address (self, address, FALSE, error);
}

/* The uri names the whole path, and it has to be one that can stand there */
static gboolean
find_path (PyrogListener *self, GError **error)
{
  g_autofree char *path = pyrog_socket_file_find_path (self->location.sockname, error);
  g_autofree char *text = path != NULL ? g_strconcat ("./u:", path, NULL) : NULL;
  g_auto (PyrogLocation) checked = { 0 };

  if (text == NULL || !pyrog_location_parse (text, &checked, error))
    return FALSE;
  g_free (self->location.sockname);
  self->location.sockname = g_steal_pointer (&path);
  return TRUE;
}

static gboolean
bind_unix (PyrogListener *self, GError **error)
{
  if (*self->location.sockname == '@')
    return bind_abstract (self, error);
  g_autoptr (GSocket) socket = new_socket (G_SOCKET_FAMILY_UNIX, error);
  if (socket == NULL || !find_path (self, error))
    return FALSE;
  self->file = pyrog_socket_file_new (socket, self->location.sockname, error);
  g_set_object (&self->socket, socket);
  return self->file != NULL;
}

/* Names are looked up here and now */
static GPtrArray *
find_addresses (PyrogListener *self, GError **error)
{
  g_autoptr (GSocketConnectable) connectable
      = g_network_address_new (self->location.host, self->location.port);
  g_autoptr (GSocketAddressEnumerator) enumerator = g_socket_connectable_enumerate (connectable);
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);
  GSocketAddress *address;

  while ((address = g_socket_address_enumerator_next (enumerator, NULL, error)) != NULL)
    g_ptr_array_add (addresses, address);
  if (addresses->len > 0)
    {
      g_clear_error (error);
      return g_steal_pointer (&addresses);
    }
  if (error != NULL && *error == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("The host has no address"));
  return NULL;
}

/* The first address of the host that can be bound. Pyro5 knows a host by its IPv4 address, if it
 * has one. */
static gboolean
bind_host (PyrogListener *self, gboolean reuse, int prefer_ip_version, GError **error)
{
  GSocketFamily first = prefer_ip_version == 6 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GPtrArray) addresses = find_addresses (self, &failure);

  for (guint pass = 0; pass < 2 && addresses != NULL; pass++)
    {
      for (guint i = 0; i < addresses->len; i++)
        {
          GSocketAddress *address = g_ptr_array_index (addresses, i);
          gboolean preferred = g_socket_address_get_family (address) == first;
          if (preferred == (pass == 0)
              && bind_address (self, address, reuse, failure == NULL ? &failure : NULL))
            return TRUE;
        }
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
learn_port (PyrogListener *self, GError **error)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (self->socket, error);

  if (address == NULL)
    return FALSE;
  if (G_IS_INET_SOCKET_ADDRESS (address))
    self->location.port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  return TRUE;
}

PyrogListener *
pyrog_listener_new (const PyrogLocation *location,
                    gboolean reuse,
                    int prefer_ip_version,
                    GError **error)
{
  g_autoptr (PyrogListener) self = g_new0 (PyrogListener, 1);
  GError *cause = NULL;

  self->location.host = g_strdup (location->host);
  self->location.port = location->port;
  self->location.sockname = g_strdup (location->sockname);
  if ((location->sockname != NULL ? bind_unix (self, &cause)
                                  : bind_host (self, reuse, prefer_ip_version, &cause))
      && learn_port (self, &cause))
    return g_steal_pointer (&self);
  fail (error, location, cause);
  return NULL;
}

PyrogListener *
pyrog_listener_new_for_socket (GSocket *socket, GError **error)
{
  g_autoptr (PyrogListener) self = g_new0 (PyrogListener, 1);
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, error);

  if (address == NULL)
    return NULL;
  if (!pyrog_location_from_address (address, &self->location))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION,
                   _ ("A socket is neither a TCP nor a unix socket with a name"));
      return NULL;
    }
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_listen (socket, error))
    return NULL;
  self->socket = g_object_ref (socket);
  return g_steal_pointer (&self);
}

void
pyrog_listener_free (PyrogListener *self)
{
  if (self == NULL)
    return;
  /* While it still listens: nobody takes it for dead, and puts another one in its place */
  g_clear_pointer (&self->file, pyrog_socket_file_free);
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
  pyrog_location_clear (&self->location);
  g_free (self);
}

void
pyrog_listener_set_options (PyrogListener *self, gboolean nodelay)
{
  pyrog_transport_set_options (self->socket, nodelay, TRUE);
}

int
pyrog_listener_get_fd (PyrogListener *self)
{
  return g_socket_get_fd (self->socket);
}

const PyrogLocation *
pyrog_listener_get_location (PyrogListener *self)
{
  return &self->location;
}

GSocketAddress *
pyrog_listener_get_address (PyrogListener *self)
{
  return g_socket_get_local_address (self->socket, NULL);
}

gboolean
pyrog_listener_is_exposed (PyrogListener *self)
{
  g_autoptr (GSocketAddress) address = pyrog_listener_get_address (self);

  return G_IS_INET_SOCKET_ADDRESS (address)
         && !g_inet_address_get_is_loopback (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

void
pyrog_listener_open_up (PyrogListener *self)
{
  if (self->file != NULL)
    pyrog_socket_file_open_up (self->file);
}

/* The address from which packets would go to other machines; none is sent. NULL: to none. */
static char *
find_own_address (GSocketFamily family)
{
  const char *elsewhere = family == G_SOCKET_FAMILY_IPV6 ? "2001:db8::1" : "192.0.2.1";
  g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string (elsewhere, 9);
  g_autoptr (GSocket) socket
      = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  if (socket == NULL || !g_socket_connect (socket, remote, NULL, NULL))
    return NULL;
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  return local != NULL ? g_inet_address_to_string (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)))
                       : NULL;
}

/* Nobody can connect to all addresses at once */
static char *
find_reachable_host (PyrogListener *self)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (self->location.host);
  char *host = NULL;

  if (address == NULL || !g_inet_address_get_is_any (address))
    return g_strdup (self->location.host);
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    host = find_own_address (G_SOCKET_FAMILY_IPV6);
  if (host == NULL)
    host = find_own_address (G_SOCKET_FAMILY_IPV4);
  return host != NULL ? host : g_strdup ("localhost");
}

PyrogUri *
pyrog_listener_make_uri (PyrogListener *self, const char *object)
{
  if (self->location.sockname != NULL)
    return pyrog_uri_new_for_socket (object, self->location.sockname);
  g_autofree char *host = find_reachable_host (self);
  return pyrog_uri_new_for_host (object, host, self->location.port);
}

GSocket *
pyrog_listener_accept (PyrogListener *self, int *errnum)
{
  int fd = accept4 (g_socket_get_fd (self->socket), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

  *errnum = fd < 0 && errno != EAGAIN && errno != EWOULDBLOCK ? errno : 0;
  if (fd < 0)
    return NULL;
  GSocket *socket = g_socket_new_from_fd (fd, NULL);
  if (socket == NULL)
    {
      *errnum = EPROTO;
      close (fd);
    }
  return socket;
}
