/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-access-request.h"

G_BEGIN_DECLS

#define PYROG_TYPE_CERTIFICATE_REQUEST (pyrog_certificate_request_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogCertificateRequest,
                      pyrog_certificate_request,
                      PYROG,
                      CERTIFICATE_REQUEST,
                      PyrogAccessRequest)

PYROG_AVAILABLE_IN_ALL
GTlsCertificate *pyrog_certificate_request_get_certificate (PyrogCertificateRequest *self);
PYROG_AVAILABLE_IN_ALL
GTlsCertificateFlags pyrog_certificate_request_get_errors (PyrogCertificateRequest *self);

G_END_DECLS
