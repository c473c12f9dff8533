/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* The code of pyrog/docs/security.md, word for word; a lint test compares them. It runs, too: each
 * piece is carried out once. */

#include <pyrog.h>

static PyrogDaemon *
serve_with_tls (GError **error)
{
  PyrogConfig *config = pyrog_config_copy (pyrog_config_get_default ());

  /* ssl */
  g_object_set (config, "ssl", TRUE, "ssl-servercert", "server-cert.pem", "ssl-serverkey",
                "server-key.pem", "ssl-requireclientcert", TRUE, "ssl-cacerts", "ca-cert.pem",
                NULL);
  PyrogDaemon *daemon = pyrog_daemon_new (config);
  pyrog_daemon_listen (daemon, "0.0.0.0:4000", error);
  /* end */
  g_object_unref (config);
  return daemon;
}

/* certificate */
static gboolean
accept_certificate (PyrogDaemon *daemon, PyrogCertificateRequest *request, gpointer user_data)
{
  GTlsCertificate *certificate = pyrog_certificate_request_get_certificate (request);
  g_autofree char *name = pyrog_certificate_dup_common_name (certificate);

  return g_strcmp0 (name, "alice") == 0; /* TRUE: no objection */
}
/* end */

static void
set_policy (PyrogDaemon *daemon)
{
  /* policy */
  g_autoptr (PyrogCertificatePolicy) policy = pyrog_certificate_policy_new ();
  pyrog_certificate_policy_require_common_name (policy, "alice");
  pyrog_daemon_set_certificate_policy (daemon, policy);
  /* end */
}

static gboolean
knows (GVariant *ticket)
{
  return g_variant_is_of_type (ticket, G_VARIANT_TYPE_STRING);
}

/* handshake */
static gboolean
validate_handshake (PyrogDaemon *daemon, PyrogHandshakeRequest *request, gpointer user_data)
{
  return knows (pyrog_handshake_request_get_data (request));
}
/* end */

static gboolean
may_write (PyrogConnection *connection)
{
  return pyrog_connection_get_credentials (connection) != NULL;
}

/* authorize */
static gboolean
authorize (PyrogDaemon *daemon, PyrogAuthorizationRequest *request, gpointer user_data)
{
  PyrogAccessRequest *access = PYROG_ACCESS_REQUEST (request);

  if (pyrog_authorization_request_get_operation (request) == PYROG_OPERATION_SET)
    return may_write (pyrog_access_request_get_connection (access));
  return TRUE;
}
/* end */

static void
limit (PyrogServant *servant)
{
  /* call-policy */
  g_autoptr (PyrogCallPolicy) readers = pyrog_call_policy_new ();
  pyrog_call_policy_set_read_only (readers, TRUE);
  pyrog_servant_set_call_policy (servant, NULL, readers);

  g_autoptr (PyrogCallPolicy) owner = pyrog_call_policy_new ();
  pyrog_call_policy_allow_own_user (owner);
  pyrog_servant_set_call_policy (servant, "restart", owner);
  /* end */
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogDaemon) daemon = serve_with_tls (&error);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  /* There are no such files here, and that is said at once */
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  set_policy (daemon);
  /* connect */
  g_signal_connect (daemon, "accept-certificate", G_CALLBACK (accept_certificate), NULL);
  g_signal_connect (daemon, "validate-handshake", G_CALLBACK (validate_handshake), NULL);
  g_signal_connect (daemon, "authorize-invocation", G_CALLBACK (authorize), NULL);
  /* end */
  limit (servant);
  return 0;
}
