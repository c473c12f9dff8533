/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

PYROG_AVAILABLE_IN_ALL
char *pyrog_certificate_dup_subject (GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
char *pyrog_certificate_dup_issuer (GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
char *pyrog_certificate_dup_common_name (GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
char *pyrog_certificate_dup_serial_number (GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
char **pyrog_certificate_list_dns_names (GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
char **pyrog_certificate_list_ip_addresses (GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_certificate_get_validity (GTlsCertificate *certificate,
                                         GDateTime **not_before,
                                         GDateTime **not_after);
PYROG_AVAILABLE_IN_ALL
char *pyrog_certificate_dup_fingerprint (GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
char *pyrog_certificate_dup_key_fingerprint (GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
char *pyrog_certificate_describe_errors (GTlsCertificateFlags errors);

G_END_DECLS
