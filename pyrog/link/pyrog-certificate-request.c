/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-certificate-request.h"

/**
 * PyrogCertificateRequest:
 *
 * The question whether a peer's certificate is accepted.
 *
 * It is asked after the TLS handshake, so that the peer is known to have the key of the
 * certificate, and before the first byte of Pyro's protocol. What pyrog says by itself is in
 * [method@CertificateRequest.get_errors]: no errors, no objection. The reason of a refusal goes to
 * the caller of a proxy, and not to a peer.
 *
 * Since: 1.0
 */
struct _PyrogCertificateRequest
{
  PyrogAccessRequest parent_instance;
};

G_DEFINE_FINAL_TYPE (PyrogCertificateRequest, pyrog_certificate_request, PYROG_TYPE_ACCESS_REQUEST)

static void
pyrog_certificate_request_class_init (PyrogCertificateRequestClass *klass)
{
}

static void
pyrog_certificate_request_init (PyrogCertificateRequest *self)
{
}

/**
 * pyrog_certificate_request_get_certificate:
 * @self: a request
 *
 * The certificate, with those that came with it as its issuers.
 *
 * Returns: (transfer none) (nullable): the certificate; %NULL if a client shows none and need not
 *
 * Since: 1.0
 */
GTlsCertificate *
pyrog_certificate_request_get_certificate (PyrogCertificateRequest *self)
{
  g_return_val_if_fail (PYROG_IS_CERTIFICATE_REQUEST (self), NULL);

  return pyrog_connection_get_peer_certificate (
      pyrog_access_request_get_connection (PYROG_ACCESS_REQUEST (self)));
}

/**
 * pyrog_certificate_request_get_errors:
 * @self: a request
 *
 * What speaks against the certificate.
 *
 * Returns: the errors
 *
 * Since: 1.0
 */
GTlsCertificateFlags
pyrog_certificate_request_get_errors (PyrogCertificateRequest *self)
{
  g_return_val_if_fail (PYROG_IS_CERTIFICATE_REQUEST (self), G_TLS_CERTIFICATE_GENERIC_ERROR);

  return pyrog_connection_get_peer_certificate_errors (
      pyrog_access_request_get_connection (PYROG_ACCESS_REQUEST (self)));
}
