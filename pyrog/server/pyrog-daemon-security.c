/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-authorization-request.h"
#include "pyrog-certificate-request.h"
#include "pyrog-config-items.h"
#include "pyrog-daemon-private.h"
#include "pyrog-handshake-request.h"

/* Encryption of a daemon, and what it asks its program about peers */

static guint questions[PYROG_QUESTIONS];

const guint *
pyrog_daemon_install_questions (GType type)
{
  /**
   * PyrogDaemon::accept-certificate:
   * @self: the daemon
   * @request: the question, with the connection and its certificate
   *
   * A client is there, its TLS handshake is done, and nothing of Pyro's protocol was read yet.
   * Emitted in the daemon's main context for each client of a daemon that encrypts, also for those
   * that show no certificate. Without a handler the certificate policy decides, or if there is
   * none, clients with a certificate that has no errors and, where none is required, those without
   * one are accepted. [class@AccessRequest] has the rules of such questions.
   *
   * Returns: %TRUE if there is no objection
   *
   * Since: 1.0
   */
  questions[PYROG_QUESTION_CERTIFICATE] = pyrog_access_request_add_signal (
      type, "accept-certificate", PYROG_TYPE_CERTIFICATE_REQUEST);
  /**
   * PyrogDaemon::validate-handshake:
   * @self: the daemon
   * @request: the question, with the connection and what the client said
   *
   * A client has introduced itself. Emitted in the daemon's main context, before the client learns
   * anything of the daemon's objects. Without a handler it is accepted. [class@AccessRequest] has
   * the rules of such questions.
   *
   * Returns: %TRUE if there is no objection
   *
   * Since: 1.0
   */
  questions[PYROG_QUESTION_HANDSHAKE]
      = pyrog_access_request_add_signal (type, "validate-handshake", PYROG_TYPE_HANDSHAKE_REQUEST);
  /**
   * PyrogDaemon::authorize-invocation:
   * @self: the daemon
   * @request: the question, with the call
   *
   * A client wants to use an exposed member of an object. Emitted in the daemon's main context
   * before each call, access to an attribute and member of a batch, but not for the daemon's own
   * object. Without a handler it is accepted. [class@AccessRequest] has the rules of such
   * questions.
   *
   * Returns: %TRUE if there is no objection
   *
   * Since: 1.0
   */
  questions[PYROG_QUESTION_INVOCATION] = pyrog_access_request_add_signal (
      type, "authorize-invocation", PYROG_TYPE_AUTHORIZATION_REQUEST);
  return questions;
}

gboolean
pyrog_daemon_prepare_tls (PyrogDaemon *self, GError **error)
{
  if (self->tls == NULL && pyrog_config_get_flag (self->config, PYROG_CONFIG_SSL))
    self->tls = pyrog_tls_context_new (self->config, PYROG_TLS_SERVER, &self->tls_objects, error);
  return self->tls != NULL || !pyrog_config_get_flag (self->config, PYROG_CONFIG_SSL);
}

void
pyrog_daemon_clear_tls (PyrogDaemon *self)
{
  g_clear_pointer (&self->tls, pyrog_tls_context_unref);
  g_clear_object (&self->tls_objects.certificate);
  g_clear_object (&self->tls_objects.database);
  g_clear_object (&self->tls_objects.interaction);
  g_clear_object (&self->certificate_policy);
}

/**
 * pyrog_daemon_set_tls_certificate:
 * @self: a daemon
 * @certificate: (nullable): a certificate with its private key
 *
 * Gives the daemon its certificate as an object, in place of the file that the item
 * `SSL_SERVERCERT` names. To be called before the daemon's first use, or before
 * [method@Daemon.reload_certificates].
 *
 * Since: 1.0
 */
void
pyrog_daemon_set_tls_certificate (PyrogDaemon *self, GTlsCertificate *certificate)
{
  g_return_if_fail (PYROG_IS_DAEMON (self));
  g_return_if_fail (certificate == NULL || G_IS_TLS_CERTIFICATE (certificate));

  g_set_object (&self->tls_objects.certificate, certificate);
}

/**
 * pyrog_daemon_set_tls_database:
 * @self: a daemon
 * @database: (nullable): whose certificates to trust
 *
 * Says which certificates of clients are trusted, in place of the item `SSL_CACERTS`. To be called
 * before the daemon's first use, or before [method@Daemon.reload_certificates].
 *
 * Since: 1.0
 */
void
pyrog_daemon_set_tls_database (PyrogDaemon *self, GTlsDatabase *database)
{
  g_return_if_fail (PYROG_IS_DAEMON (self));
  g_return_if_fail (database == NULL || G_IS_TLS_DATABASE (database));

  g_set_object (&self->tls_objects.database, database);
}

/**
 * pyrog_daemon_set_tls_interaction:
 * @self: a daemon
 * @interaction: (nullable): is asked for the password of the key, or the PIN of its token
 *
 * Says who knows the passwords that the configuration does not. It is asked when the certificates
 * are read, in the thread that starts the daemon, and in the daemon's context when a file was
 * replaced. To be called before the daemon's first use.
 *
 * Since: 1.0
 */
void
pyrog_daemon_set_tls_interaction (PyrogDaemon *self, GTlsInteraction *interaction)
{
  g_return_if_fail (PYROG_IS_DAEMON (self));
  g_return_if_fail (interaction == NULL || G_IS_TLS_INTERACTION (interaction));

  g_set_object (&self->tls_objects.interaction, interaction);
}

/**
 * pyrog_daemon_set_certificate_policy:
 * @self: a daemon
 * @policy: (nullable): rules for the certificates of clients
 *
 * Sets the rules by which certificates of clients are accepted, for the connections that come from
 * now on. With a policy, a client without a certificate is refused. The daemon asks clients for
 * certificates only if `SSL_REQUIRECLIENTCERT` or `SSL_REQUESTCLIENTCERT` is on.
 *
 * Since: 1.0
 */
void
pyrog_daemon_set_certificate_policy (PyrogDaemon *self, PyrogCertificatePolicy *policy)
{
  g_return_if_fail (PYROG_IS_DAEMON (self));
  g_return_if_fail (policy == NULL || PYROG_IS_CERTIFICATE_POLICY (policy));

  g_set_object (&self->certificate_policy, policy);
  if (self->engine != NULL)
    pyrog_engine_set_tls (self->engine, self->tls, policy);
}

/**
 * pyrog_daemon_reload_certificates:
 * @self: a daemon
 * @error: return location for an error
 *
 * Reads the files of certificates and keys again, for the connections that come from now on. A
 * daemon that runs notices by itself, within a second, when one of the files was replaced; this is
 * for those who want to know whether that worked.
 *
 * Returns: %FALSE if the files can't be used; the daemon goes on with what it had
 *
 * Since: 1.0
 */
gboolean
pyrog_daemon_reload_certificates (PyrogDaemon *self, GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), FALSE);

  g_autoptr (PyrogTlsContext) old = g_steal_pointer (&self->tls);
  if (!pyrog_daemon_prepare_tls (self, error))
    {
      self->tls = g_steal_pointer (&old);
      return FALSE;
    }
  if (self->engine != NULL)
    pyrog_engine_set_tls (self->engine, self->tls, self->certificate_policy);
  return TRUE;
}
