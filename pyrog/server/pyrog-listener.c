/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-listener.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pyrog-error.h"

#define BACKLOG 512
#define OWNER_ONLY 0600

struct _PyrogListener
{
  GSocket *socket; /* (owned) */
  PyrogLocation location;
  dev_t device; /* of the socket's file, if it is ours to remove */
  ino_t inode;  /* 0: there is nothing to remove */
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

/* ---- Unix sockets ---- */

/* Whether nobody listens on the socket any more */
static gboolean
is_dead (GSocketAddress *address)
{
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GError) error = NULL;

  return socket != NULL && !g_socket_connect (socket, address, NULL, &error)
         && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Removes what a daemon of ours left behind when it died */
static void
remove_dead_socket (const char *path, GSocketAddress *address)
{
  struct stat info;

  if (lstat (path, &info) == 0 && S_ISSOCK (info.st_mode) && info.st_uid == geteuid ()
      && is_dead (address))
    unlink (path);
}

static GSocketAddress *
prepare_unix (PyrogListener *self, GSocket *socket, GError **error)
{
  const char *name = self->location.sockname;
  g_autoptr (GSocketAddress) address = pyrog_location_socket_address (name, error);

  if (address == NULL || *name == '@')
    return g_steal_pointer (&address);
  remove_dead_socket (name, address);
  /* On Linux the file gets the mode of the socket, so there is no moment when others may connect */
  if (fchmod (g_socket_get_fd (socket), OWNER_ONLY) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s", g_strerror (errno));
      return NULL;
    }
  return g_steal_pointer (&address);
}

static void
remember_file (PyrogListener *self)
{
  struct stat info;

  if (self->location.sockname != NULL && *self->location.sockname != '@'
      && lstat (self->location.sockname, &info) == 0)
    {
      self->device = info.st_dev;
      self->inode = info.st_ino;
    }
}

/* ---- Binding ---- */

static gboolean
bind_socket (
    PyrogListener *self, GSocket *socket, GSocketAddress *address, gboolean reuse, GError **error)
{
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, reuse, error) || !g_socket_listen (socket, error))
    return FALSE;
  g_set_object (&self->socket, socket);
  return TRUE;
}

static gboolean
bind_address (PyrogListener *self, GSocketAddress *address, gboolean reuse, GError **error)
{
  g_autoptr (GSocket) socket
      = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                      G_SOCKET_PROTOCOL_DEFAULT, error);

  return socket != NULL && bind_socket (self, socket, address, reuse, error);
}

static gboolean
bind_unix (PyrogListener *self, GError **error)
{
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  g_autoptr (GSocketAddress) address = socket != NULL ? prepare_unix (self, socket, error) : NULL;

  if (address == NULL || !bind_socket (self, socket, address, FALSE, error))
    return FALSE;
  remember_file (self);
  return TRUE;
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

static gboolean
location_of_address (GSocketAddress *address, PyrogLocation *location)
{
  if (G_IS_INET_SOCKET_ADDRESS (address))
    {
      GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
      location->host = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
      location->port = g_inet_socket_address_get_port (inet);
      return TRUE;
    }
  if (!G_IS_UNIX_SOCKET_ADDRESS (address))
    return FALSE;
  GUnixSocketAddress *native = G_UNIX_SOCKET_ADDRESS (address);
  gboolean abstract = g_unix_socket_address_get_address_type (native) != G_UNIX_SOCKET_ADDRESS_PATH;
  location->sockname
      = g_strconcat (abstract ? "@" : "", g_unix_socket_address_get_path (native), NULL);
  return TRUE;
}

PyrogListener *
pyrog_listener_new_for_socket (GSocket *socket, GError **error)
{
  g_autoptr (PyrogListener) self = g_new0 (PyrogListener, 1);
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, error);

  if (address == NULL)
    return NULL;
  if (!location_of_address (address, &self->location))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION,
                   _ ("A socket is neither a TCP nor a unix socket"));
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
  struct stat info;

  if (self == NULL)
    return;
  if (self->inode != 0 && lstat (self->location.sockname, &info) == 0 && info.st_dev == self->device
      && info.st_ino == self->inode)
    unlink (self->location.sockname);
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
  pyrog_location_clear (&self->location);
  g_free (self);
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

PyrogUri *
pyrog_listener_make_uri (PyrogListener *self, const char *object)
{
  if (self->location.sockname != NULL)
    return pyrog_uri_new_for_socket (object, self->location.sockname);
  return pyrog_uri_new_for_host (object, self->location.host, self->location.port);
}

GSocket *
pyrog_listener_accept (PyrogListener *self, GError **error)
{
  int fd = accept4 (g_socket_get_fd (self->socket), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

  if (fd >= 0)
    {
      GSocket *socket = g_socket_new_from_fd (fd, error);
      if (socket == NULL)
        close (fd);
      return socket;
    }
  if (errno != EAGAIN && errno != EWOULDBLOCK)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s", g_strerror (errno));
  return NULL;
}
