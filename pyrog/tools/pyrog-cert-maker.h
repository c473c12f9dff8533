/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Makes certificates with P-256 keys. A pair is a certificate and its key. */

typedef enum
{
  PYROG_CERT_CA,
  PYROG_CERT_SERVER,
  PYROG_CERT_CLIENT,
} PyrogCertKind;

typedef struct
{
  PyrogCertKind kind;
  const char *name;         /* the common name */
  const char *const *hosts; /* (nullable) of a server: host names and IP addresses */
  GDateTime *begin, *end;
} PyrogCertRequest;

typedef struct _PyrogCertPair PyrogCertPair;

/* Signed by the issuer, or by itself without one. Errors: PYROG_ERROR_VALUE_ERROR for a request
 * that can't be fulfilled. */
PyrogCertPair *
pyrog_cert_pair_make (const PyrogCertRequest *request, PyrogCertPair *issuer, GError **error);
/* A CA from its files. Errors: those of GIO for files, PYROG_ERROR_SECURITY for a wrong or missing
 * password, PYROG_ERROR_VALUE_ERROR for everything else that is wrong with them. */
PyrogCertPair *pyrog_cert_pair_load_ca (const char *certificate_path,
                                        const char *key_path,
                                        const char *password,
                                        GError **error);
void pyrog_cert_pair_free (PyrogCertPair *pair);

/* PEM, to be freed with g_bytes_unref() */
GBytes *pyrog_cert_pair_export_certificate (PyrogCertPair *pair, GError **error);
/* PEM of PKCS#8, encrypted if there is a password */
GBytes *pyrog_cert_pair_export_key (PyrogCertPair *pair, const char *password, GError **error);
/* PKCS#12 of key, certificate and, if there is one, its issuer's */
GBytes *pyrog_cert_pair_export_pkcs12 (PyrogCertPair *pair,
                                       PyrogCertPair *issuer,
                                       const char *password,
                                       GError **error);

/* Does the file of a key say that a password is needed? */
gboolean pyrog_cert_key_is_encrypted (const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogCertPair, pyrog_cert_pair_free)

G_END_DECLS
