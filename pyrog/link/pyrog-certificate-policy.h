/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_CERTIFICATE_POLICY (pyrog_certificate_policy_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (
    PyrogCertificatePolicy, pyrog_certificate_policy, PYROG, CERTIFICATE_POLICY, GObject)

PYROG_AVAILABLE_IN_ALL
PyrogCertificatePolicy *pyrog_certificate_policy_new (void);

PYROG_AVAILABLE_IN_ALL
gboolean pyrog_certificate_policy_add_pin (PyrogCertificatePolicy *self,
                                           const char *fingerprint,
                                           GError **error);
PYROG_AVAILABLE_IN_ALL
void pyrog_certificate_policy_require_subject (PyrogCertificatePolicy *self, const char *subject);
PYROG_AVAILABLE_IN_ALL
void pyrog_certificate_policy_require_common_name (PyrogCertificatePolicy *self, const char *name);
PYROG_AVAILABLE_IN_ALL
void pyrog_certificate_policy_require_dns_name (PyrogCertificatePolicy *self, const char *name);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_certificate_policy_require_serial_number (PyrogCertificatePolicy *self,
                                                         const char *serial_number,
                                                         GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_certificate_policy_set_denied_file (PyrogCertificatePolicy *self,
                                                   const char *path,
                                                   GError **error);

PYROG_AVAILABLE_IN_ALL
gboolean pyrog_certificate_policy_check (PyrogCertificatePolicy *self,
                                         GTlsCertificate *certificate,
                                         GTlsCertificateFlags errors,
                                         GError **error);

G_END_DECLS
