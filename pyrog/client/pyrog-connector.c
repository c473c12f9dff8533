/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-connector.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-location.h"

struct _PyrogConnector
{
  char *location;                       /* (owned) for errors */
  GSocketAddressEnumerator *enumerator; /* (owned) */
  gboolean quick;
  GSocketFamily preferred; /* G_SOCKET_FAMILY_INVALID: none */
  GSocket *socket;         /* (owned) (nullable) */
  GError *first_error;     /* (owned) (nullable) */
};

/* A bare name is first that of a socket where daemons have theirs (see PyrogSocketFile), then, as
 * in Pyro5, of one in the current directory */
static GSocketConnectable *
find_socket (const char *name, GError **error)
{
  g_autofree char *path = NULL;

  if (*name != '@' && strchr (name, '/') == NULL)
    path = g_build_filename (g_get_user_runtime_dir (), "pyrog", name, NULL);
  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    name = path;
  return (GSocketConnectable *) pyrog_location_socket_address (name, error);
}

static GSocketConnectable *
find_connectable (PyrogConnector *self, PyrogUri *uri, GError **error)
{
  const char *host = pyrog_uri_get_host (uri);
  const char *sockname = pyrog_uri_get_sockname (uri);

  self->quick = TRUE;
  if (sockname != NULL)
    return find_socket (sockname, error);
  if (g_hostname_is_ip_address (host))
    return G_SOCKET_CONNECTABLE (
        g_inet_socket_address_new_from_string (host, pyrog_uri_get_port (uri)));
  /* GLib knows the addresses of localhost without asking anybody */
  self->quick = g_ascii_strcasecmp (host, "localhost") == 0;
  return g_network_address_new (host, pyrog_uri_get_port (uri));
}

PyrogConnector *
pyrog_connector_new (PyrogUri *uri, int prefer_ip_version, GError **error)
{
  g_autoptr (PyrogConnector) self = g_new0 (PyrogConnector, 1);

  if (pyrog_uri_get_protocol (uri) != PYROG_URI_PROTOCOL_PYRO)
    {
      g_autofree char *text = pyrog_uri_to_string (uri);
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_NAMING,
                   _ ("‘%s’ has to be looked up in a name server first"), text);
      return NULL;
    }
  self->location = pyrog_uri_get_location (uri);
  self->preferred = prefer_ip_version == 4   ? G_SOCKET_FAMILY_IPV4
                    : prefer_ip_version == 6 ? G_SOCKET_FAMILY_IPV6
                                             : G_SOCKET_FAMILY_INVALID;
  g_autoptr (GSocketConnectable) connectable = find_connectable (self, uri, error);
  if (connectable == NULL)
    return NULL;
  self->enumerator = g_socket_connectable_enumerate (connectable);
  return g_steal_pointer (&self);
}

void
pyrog_connector_free (PyrogConnector *self)
{
  if (self == NULL)
    return;
  g_free (self->location);
  g_clear_object (&self->enumerator);
  g_clear_object (&self->socket);
  g_clear_error (&self->first_error);
  g_free (self);
}

gboolean
pyrog_connector_is_quick (PyrogConnector *self)
{
  return self->quick;
}

GSocketAddressEnumerator *
pyrog_connector_get_enumerator (PyrogConnector *self)
{
  return self->enumerator;
}

GSocket *
pyrog_connector_get_socket (PyrogConnector *self)
{
  return self->socket;
}

static PyrogConnect
give_up_address (PyrogConnector *self, GError *error)
{
  g_clear_object (&self->socket);
  if (self->first_error == NULL)
    self->first_error = error;
  else
    g_error_free (error);
  return PYROG_CONNECT_NEXT;
}

static gboolean
is_wanted (PyrogConnector *self, GSocketAddress *address)
{
  GSocketFamily family = g_socket_address_get_family (address);

  return self->preferred == G_SOCKET_FAMILY_INVALID || family == G_SOCKET_FAMILY_UNIX
         || family == self->preferred;
}

PyrogConnect
pyrog_connector_try (PyrogConnector *self, GSocketAddress *address)
{
  GError *error = NULL;

  g_clear_object (&self->socket);
  if (!is_wanted (self, address))
    return give_up_address (self, g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                               _ ("No address of the preferred IP version")));
  self->socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                               G_SOCKET_PROTOCOL_DEFAULT, &error);
  if (self->socket == NULL)
    return give_up_address (self, error);
  g_socket_set_blocking (self->socket, FALSE);
  if (g_socket_connect (self->socket, address, NULL, &error))
    return PYROG_CONNECT_DONE;
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
    return give_up_address (self, error);
  g_error_free (error);
  return PYROG_CONNECT_PENDING;
}

PyrogConnect
pyrog_connector_check (PyrogConnector *self)
{
  GError *error = NULL;

  if (g_socket_check_connect_result (self->socket, &error))
    return PYROG_CONNECT_DONE;
  return give_up_address (self, error);
}

GError *
pyrog_connector_explain (PyrogConnector *self, GError *cause)
{
  g_autoptr (GError) owned = cause;
  const GError *why = self->first_error != NULL ? self->first_error : cause;

  return g_error_new (PYROG_ERROR, PYROG_ERROR_COMMUNICATION, _ ("Can't connect to ‘%s’: %s"),
                      self->location, why != NULL ? why->message : _ ("it has no address"));
}
