/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>

#include "pyrog-certificate.h"
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "pyrog-connection-private.h"
#include "pyrog-error.h"
#include "pyrog-socket-owner.h"

/* Who is at the other end of a connection */

/* Any thread may ask first */
static GSocketAddress *
get_address (GSocketAddress **place, const PyrogInetName *name)
{
  GSocketAddress *address = g_atomic_pointer_get (place);

  if (address != NULL || name->any.sa_family == AF_UNSPEC)
    return address;
  address = g_socket_address_new_from_native ((gpointer) name, sizeof *name);
  if (address == NULL || g_atomic_pointer_compare_and_exchange (place, NULL, address))
    return address;
  g_object_unref (address);
  return g_atomic_pointer_get (place);
}

const char *
pyrog_connection_get_peer_name (PyrogConnection *self)
{
  if (self->peer_name != NULL)
    return self->peer_name;
  GSocketAddress *remote = pyrog_connection_get_remote_address (self);
  if (G_IS_INET_SOCKET_ADDRESS (remote))
    self->peer_name = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (remote));
  else if (self->credentials != NULL)
    self->peer_name = g_credentials_to_string (self->credentials);
  else
    self->peer_name = g_strdup ("unix");
  return self->peer_name;
}

char *
pyrog_connection_dup_identity (PyrogConnection *self)
{
  uid_t uid;

  if (self->certificate != NULL)
    {
      g_autofree char *fingerprint = pyrog_certificate_dup_fingerprint (self->certificate);
      return g_strdup_printf ("certificate %s", fingerprint);
    }
  if (self->credentials != NULL)
    {
      uid = g_credentials_get_unix_user (self->credentials, NULL);
      return uid != (uid_t) -1 ? g_strdup_printf ("user %u", uid) : NULL;
    }
  GSocketAddress *remote = pyrog_connection_get_remote_address (self);
  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return NULL;
  g_autofree char *host = g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  return g_strdup_printf (self->encrypted ? "tls %s" : "tcp %s", host);
}

gboolean
pyrog_connection_is_local (PyrogConnection *self)
{
  if (self->is_loopback || g_socket_get_family (self->socket) == G_SOCKET_FAMILY_UNIX)
    return TRUE;
  GSocketAddress *local = pyrog_connection_get_local_address (self);
  GSocketAddress *remote = pyrog_connection_get_remote_address (self);
  return local != NULL && remote != NULL && pyrog_socket_is_local (local, remote);
}

static gboolean
find_server (PyrogConnection *self, guint32 *uid, GError **error)
{
  if (g_socket_get_family (self->socket) != G_SOCKET_FAMILY_UNIX)
    return pyrog_socket_find_server (pyrog_connection_get_local_address (self),
                                     pyrog_connection_get_remote_address (self), uid, error);
  g_autoptr (GCredentials) credentials = g_socket_get_credentials (self->socket, error);
  if (credentials == NULL)
    return FALSE;
  *uid = g_credentials_get_unix_user (credentials, error);
  return *uid != (guint32) -1;
}

gboolean
pyrog_connection_check_server (PyrogConnection *self, GError **error)
{
  g_autoptr (GError) cause = NULL;
  guint32 uid = 0;

  if (!pyrog_connection_is_local (self))
    return TRUE;
  if (!find_server (self, &uid, &cause))
    g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_SECURITY, cause->message);
  else if (uid != geteuid () && uid != 0)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY,
                 _ ("The server is the user %u's (PEER_UID_CHECK)"), uid);
  else
    return TRUE;
  return FALSE;
}

/**
 * pyrog_connection_get_local_address: (get-property local-address)
 * @self: a connection
 *
 * The address of this end of the connection.
 *
 * Returns: (transfer none) (nullable): the address
 *
 * Since: 1.0
 */
GSocketAddress *
pyrog_connection_get_local_address (PyrogConnection *self)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), NULL);

  return get_address (&self->local, &self->here);
}

/**
 * pyrog_connection_get_remote_address: (get-property remote-address)
 * @self: a connection
 *
 * The address of the peer.
 *
 * Returns: (transfer none) (nullable): the address
 *
 * Since: 1.0
 */
GSocketAddress *
pyrog_connection_get_remote_address (PyrogConnection *self)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), NULL);

  return get_address (&self->remote, &self->there);
}

/**
 * pyrog_connection_get_credentials: (get-property credentials)
 * @self: a connection
 *
 * The process, user and group of the peer as the kernel tells them, on unix sockets only: TCP has
 * no such thing, even on localhost.
 *
 * Returns: (transfer none) (nullable): the credentials
 *
 * Since: 1.0
 */
GCredentials *
pyrog_connection_get_credentials (PyrogConnection *self)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), NULL);

  return self->credentials;
}

/**
 * pyrog_connection_get_peer_certificate: (get-property peer-certificate)
 * @self: a connection
 *
 * The certificate that the peer showed, with those that it sent along as its issuers. Whether to
 * believe it is another question: see [method@Connection.get_peer_certificate_errors].
 *
 * Returns: (transfer none) (nullable): the certificate, or %NULL if there is none or the connection
 *   is not encrypted
 *
 * Since: 1.0
 */
GTlsCertificate *
pyrog_connection_get_peer_certificate (PyrogConnection *self)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), NULL);

  return self->certificate;
}

/**
 * pyrog_connection_get_peer_certificate_errors: (get-property peer-certificate-errors)
 * @self: a connection
 *
 * What speaks against the peer's certificate. On a connection in use this is not empty only if the
 * program has accepted the certificate all the same.
 *
 * Returns: the errors
 *
 * Since: 1.0
 */
GTlsCertificateFlags
pyrog_connection_get_peer_certificate_errors (PyrogConnection *self)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), G_TLS_CERTIFICATE_GENERIC_ERROR);

  return self->certificate_errors;
}

/**
 * pyrog_connection_is_encrypted:
 * @self: a connection
 *
 * Whether TLS protects the connection.
 *
 * Returns: whether it does
 *
 * Since: 1.0
 */
gboolean
pyrog_connection_is_encrypted (PyrogConnection *self)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), FALSE);

  return self->encrypted;
}

/**
 * pyrog_connection_get_session:
 * @self: a connection
 *
 * A number by which this process knows the connection. It is never 0, and no other connection ever
 * has it.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
pyrog_connection_get_session (PyrogConnection *self)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), 0);

  return self->session;
}

/**
 * pyrog_connection_get_peer_software: (get-property peer-software)
 * @self: a connection
 *
 * The name of the peer's software, which is `pyrog` for one that uses this library. It is what the
 * peer says in the handshake, nothing to rely on: good for logs and for people.
 *
 * Returns: (transfer none) (nullable): the name, plain ASCII, or %NULL if the peer does not tell,
 *   as Pyro5's programs don't
 *
 * Since: 1.0
 */
const char *
pyrog_connection_get_peer_software (PyrogConnection *self)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), NULL);

  return self->peer_software;
}

/**
 * pyrog_connection_get_peer_version: (get-property peer-version)
 * @self: a connection
 *
 * The version of the peer's software; see [method@Connection.get_peer_software].
 *
 * Returns: (transfer none) (nullable): the version, plain ASCII, or %NULL if the peer does not tell
 *
 * Since: 1.0
 */
const char *
pyrog_connection_get_peer_version (PyrogConnection *self)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), NULL);

  return self->peer_version;
}
