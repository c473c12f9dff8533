/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-access-request-private.h"
#include "pyrog-certificate-request.h"
#include "pyrog-handshake-request.h"
#include "pyrog-proxy-private.h"

/* Encryption and handshake of a proxy, and what it asks its program about daemons */

static guint certificate_signal;
static guint handshake_signal;

void
pyrog_proxy_install_questions (GType type)
{
  /**
   * PyrogProxy::accept-certificate:
   * @self: the proxy
   * @request: the question, with the connection and its certificate
   *
   * The TLS handshake with a daemon is done, and nothing of Pyro's protocol was sent yet. Emitted
   * for each encrypted connection: in the thread of the synchronous call that needs it, otherwise
   * in the main context of an asynchronous one. Without a handler the certificate policy decides,
   * or if there is none, a certificate that has no errors is accepted. [class@AccessRequest] has
   * the rules of such questions.
   *
   * Returns: %TRUE if there is no objection
   *
   * Since: 1.0
   */
  certificate_signal = pyrog_access_request_add_signal (type, "accept-certificate",
                                                        PYROG_TYPE_CERTIFICATE_REQUEST);
  /**
   * PyrogProxy::validate-handshake:
   * @self: the proxy
   * @request: the question, with the connection and what the daemon answered
   *
   * A daemon has accepted the connection, and no call was sent yet. Emitted where
   * [signal@Proxy::accept-certificate] is. Without a handler the daemon is accepted.
   * [class@AccessRequest] has the rules of such questions.
   *
   * Returns: %TRUE if there is no objection
   *
   * Since: 1.0
   */
  handshake_signal
      = pyrog_access_request_add_signal (type, "validate-handshake", PYROG_TYPE_HANDSHAKE_REQUEST);
}

void
pyrog_proxy_be_asked (PyrogProxy *self)
{
  pyrog_session_set_owner (self->session, G_OBJECT (self), certificate_signal, handshake_signal);
}

void
pyrog_proxy_clear_tls (PyrogProxy *self)
{
  g_clear_object (&self->tls_objects.certificate);
  g_clear_object (&self->tls_objects.database);
  g_clear_object (&self->tls_objects.interaction);
}

/**
 * pyrog_proxy_set_tls_certificate:
 * @self: a proxy
 * @certificate: (nullable): a certificate with its private key
 *
 * Gives the proxy the certificate that it shows to daemons as an object, in place of the file that
 * the item `SSL_CLIENTCERT` names. Takes effect with the next connection.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_tls_certificate (PyrogProxy *self, GTlsCertificate *certificate)
{
  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (certificate == NULL || G_IS_TLS_CERTIFICATE (certificate));

  g_set_object (&self->tls_objects.certificate, certificate);
  pyrog_session_set_tls_objects (self->session, &self->tls_objects);
}

/**
 * pyrog_proxy_set_tls_database:
 * @self: a proxy
 * @database: (nullable): whose certificates to trust
 *
 * Says which certificates of daemons are trusted, in place of the item `SSL_CACERTS` and of the
 * system's certificates. Takes effect with the next connection.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_tls_database (PyrogProxy *self, GTlsDatabase *database)
{
  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (database == NULL || G_IS_TLS_DATABASE (database));

  g_set_object (&self->tls_objects.database, database);
  pyrog_session_set_tls_objects (self->session, &self->tls_objects);
}

/**
 * pyrog_proxy_set_tls_interaction:
 * @self: a proxy
 * @interaction: (nullable): is asked for the password of the key, or the PIN of its token
 *
 * Says who knows the passwords that the configuration does not. It is asked when the certificates
 * are read, in the thread of the call that needs them. Takes effect with the next connection.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_tls_interaction (PyrogProxy *self, GTlsInteraction *interaction)
{
  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (interaction == NULL || G_IS_TLS_INTERACTION (interaction));

  g_set_object (&self->tls_objects.interaction, interaction);
  pyrog_session_set_tls_objects (self->session, &self->tls_objects);
}

/**
 * pyrog_proxy_set_certificate_policy:
 * @self: a proxy
 * @policy: (nullable): rules for the certificates of daemons
 *
 * Sets the rules by which certificates of daemons are accepted. Takes effect with the next
 * connection.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_certificate_policy (PyrogProxy *self, PyrogCertificatePolicy *policy)
{
  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (policy == NULL || PYROG_IS_CERTIFICATE_POLICY (policy));

  pyrog_session_set_certificate_policy (self->session, policy);
}

/**
 * pyrog_proxy_set_server_identity:
 * @self: a proxy
 * @name: (nullable): a host name or an IP address
 *
 * Sets the name that the daemon's certificate must be for. %NULL, which is the default, stands for
 * the host of the uri, and for `localhost` with a unix socket. Takes effect with the next
 * connection.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_server_identity (PyrogProxy *self, const char *name)
{
  g_return_if_fail (PYROG_IS_PROXY (self));

  pyrog_session_set_peer_name (self->session, name);
}

/**
 * pyrog_proxy_get_connection:
 * @self: a proxy
 *
 * The connection in use, to look at the daemon's address, credentials and certificate.
 *
 * Returns: (transfer full) (nullable): the connection, or %NULL if there is none
 *
 * Since: 1.0
 */
PyrogConnection *
pyrog_proxy_get_connection (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return pyrog_session_get_connection (self->session);
}

/**
 * pyrog_proxy_set_handshake:
 * @self: a proxy
 * @data: (nullable): what to say to the daemon; a floating one is consumed; %NULL for "hello"
 *
 * Sets what the proxy says to the daemon when it connects the next time.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_handshake (PyrogProxy *self, GVariant *data)
{
  g_return_if_fail (PYROG_IS_PROXY (self));

  pyrog_session_set_handshake (self->session, data);
}

/**
 * pyrog_proxy_get_handshake_answer:
 * @self: a proxy
 *
 * What the daemon answered to the last handshake.
 *
 * Returns: (transfer full) (nullable): the answer, or %NULL before the first connection
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_get_handshake_answer (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return pyrog_session_get_answer (self->session);
}

static char *
dup_of_peer (PyrogProxy *self, const char *(*get) (PyrogConnection *connection))
{
  g_autoptr (PyrogConnection) connection = pyrog_session_get_connection (self->session);

  return connection != NULL ? g_strdup (get (connection)) : NULL;
}

/**
 * pyrog_proxy_get_peer_software: (get-property peer-software)
 * @self: a proxy
 *
 * The name of the daemon's software; see [method@Connection.get_peer_software].
 *
 * Returns: (transfer full) (nullable): the name, or %NULL without a connection and if the daemon
 *   does not tell, as Pyro5's don't
 *
 * Since: 1.0
 */
char *
pyrog_proxy_get_peer_software (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return dup_of_peer (self, pyrog_connection_get_peer_software);
}

/**
 * pyrog_proxy_get_peer_version: (get-property peer-version)
 * @self: a proxy
 *
 * The version of the daemon's software; see [method@Connection.get_peer_software].
 *
 * Returns: (transfer full) (nullable): the version, or %NULL without a connection and if the daemon
 *   does not tell
 *
 * Since: 1.0
 */
char *
pyrog_proxy_get_peer_version (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return dup_of_peer (self, pyrog_connection_get_peer_version);
}
