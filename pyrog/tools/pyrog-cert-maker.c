/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-cert-maker.h"

#include <glib/gi18n.h>
#include <gnutls/crypto.h>
#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <string.h>

#include "pyrog-error.h"

/* ub-common-name of RFC 5280, in characters */
#define MAX_NAME 64
#define SERIAL_BYTES 16u
#define KEY_ID_BYTES 20u

struct _PyrogCertPair
{
  gnutls_x509_crt_t certificate; /* (owned) */
  gnutls_x509_privkey_t key;     /* (owned) */
};

/* What GnuTLS returned was no error */
static gboolean
ok (int code, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, _ ("GnuTLS says: %s"),
               gnutls_strerror (code));
  return FALSE;
}

static PyrogCertPair *
new_pair (GError **error)
{
  g_autoptr (PyrogCertPair) pair = g_new0 (PyrogCertPair, 1);

  if (!ok (gnutls_x509_crt_init (&pair->certificate), error)
      || !ok (gnutls_x509_privkey_init (&pair->key), error))
    return NULL;
  return g_steal_pointer (&pair);
}

void
pyrog_cert_pair_free (PyrogCertPair *pair)
{
  g_clear_pointer (&pair->certificate, gnutls_x509_crt_deinit);
  g_clear_pointer (&pair->key, gnutls_x509_privkey_deinit);
  g_free (pair);
}

/* ---- Making ---- */

static gboolean
set_name (PyrogCertPair *pair, const char *name, GError **error)
{
  if (name[0] == '\0' || g_utf8_strlen (name, -1) > MAX_NAME)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR,
                   _ ("The name ‘%s’ is empty or longer than %d characters"), name, MAX_NAME);
      return FALSE;
    }
  return ok (gnutls_x509_crt_set_dn_by_oid (pair->certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                            (unsigned) strlen (name)),
             error);
}

/* Letters, digits, hyphens and underscores between dots; the first label may be a star */
static gboolean
is_host_name (const char *host)
{
  g_auto (GStrv) labels = g_strsplit (host, ".", -1);

  for (guint i = 0; labels[i] != NULL; i++)
    {
      const char *label = labels[i];
      gsize length = strlen (label);
      if (i == 0 && labels[1] != NULL && strcmp (label, "*") == 0)
        continue;
      if (length == 0 || length > 63 || label[0] == '-' || label[length - 1] == '-'
          || strspn (label, "-_" G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS) != length)
        return FALSE;
    }
  return labels[0] != NULL && strlen (host) <= 253;
}

static gboolean
add_host_name (PyrogCertPair *pair, const char *host, GError **error)
{
  g_autofree char *ascii = g_hostname_to_ascii (host);

  if (ascii == NULL || !is_host_name (ascii))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR,
                   _ ("‘%s’ is neither a host name nor an IP address"), host);
      return FALSE;
    }
  return ok (gnutls_x509_crt_set_subject_alt_name (pair->certificate, GNUTLS_SAN_DNSNAME, ascii,
                                                   (unsigned) strlen (ascii), GNUTLS_FSAN_APPEND),
             error);
}

static gboolean
add_host (PyrogCertPair *pair, const char *host, GError **error)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address == NULL)
    return add_host_name (pair, host, error);
  return ok (gnutls_x509_crt_set_subject_alt_name (
                 pair->certificate, GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes (address),
                 (unsigned) g_inet_address_get_native_size (address), GNUTLS_FSAN_APPEND),
             error);
}

static gboolean
add_hosts (PyrogCertPair *pair, const char *const *hosts, GError **error)
{
  for (; hosts != NULL && *hosts != NULL; hosts++)
    if (!add_host (pair, *hosts, error))
      return FALSE;
  return TRUE;
}

static gboolean
set_serial_number (PyrogCertPair *pair, GError **error)
{
  guint8 bytes[SERIAL_BYTES];

  if (!ok (gnutls_rnd (GNUTLS_RND_RANDOM, bytes, sizeof bytes), error))
    return FALSE;
  /* Positive, and of the same length each time */
  bytes[0] = (guint8) ((bytes[0] & 0x7f) | 0x40);
  return ok (gnutls_x509_crt_set_serial (pair->certificate, bytes, sizeof bytes), error);
}

static gboolean
set_dates (PyrogCertPair *pair, const PyrogCertRequest *request, GError **error)
{
  return ok (gnutls_x509_crt_set_activation_time (pair->certificate,
                                                  g_date_time_to_unix (request->begin)),
             error)
         && ok (gnutls_x509_crt_set_expiration_time (pair->certificate,
                                                     g_date_time_to_unix (request->end)),
                error);
}

static gboolean
set_purpose (PyrogCertPair *pair, PyrogCertKind kind, GError **error)
{
  gnutls_x509_crt_t certificate = pair->certificate;

  if (kind == PYROG_CERT_CA)
    return ok (gnutls_x509_crt_set_basic_constraints (certificate, 1, 0), error)
           && ok (gnutls_x509_crt_set_key_usage (certificate,
                                                 GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN),
                  error);
  const char *purpose
      = kind == PYROG_CERT_SERVER ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT;
  return ok (gnutls_x509_crt_set_basic_constraints (certificate, 0, -1), error)
         && ok (gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE), error)
         && ok (gnutls_x509_crt_set_key_purpose_oid (certificate, purpose, 0), error);
}

/* The names by which verifiers find the issuer's key */
static gboolean
set_key_ids (PyrogCertPair *pair, PyrogCertPair *issuer, GError **error)
{
  guint8 id[KEY_ID_BYTES], issuer_id[KEY_ID_BYTES];
  gsize size = sizeof id, issuer_size = sizeof issuer_id;

  return ok (gnutls_x509_crt_get_key_id (pair->certificate, GNUTLS_KEYID_USE_SHA1, id, &size),
             error)
         && ok (gnutls_x509_crt_set_subject_key_id (pair->certificate, id, size), error)
         && ok (gnutls_x509_crt_get_subject_key_id (issuer->certificate, issuer_id, &issuer_size,
                                                    NULL),
                error)
         && ok (gnutls_x509_crt_set_authority_key_id (pair->certificate, issuer_id, issuer_size),
                error);
}

PyrogCertPair *
pyrog_cert_pair_make (const PyrogCertRequest *request, PyrogCertPair *issuer, GError **error)
{
  g_autoptr (PyrogCertPair) pair = new_pair (error);

  if (pair == NULL)
    return NULL;
  if (issuer == NULL)
    issuer = pair;
  if (!ok (gnutls_x509_privkey_generate (pair->key, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
           error)
      || !ok (gnutls_x509_crt_set_version (pair->certificate, 3), error)
      || !ok (gnutls_x509_crt_set_key (pair->certificate, pair->key), error)
      || !set_serial_number (pair, error) || !set_name (pair, request->name, error)
      || !add_hosts (pair, request->hosts, error) || !set_dates (pair, request, error)
      || !set_purpose (pair, request->kind, error) || !set_key_ids (pair, issuer, error)
      || !ok (gnutls_x509_crt_sign2 (pair->certificate, issuer->certificate, issuer->key,
                                     GNUTLS_DIG_SHA256, 0),
              error))
    return NULL;
  return g_steal_pointer (&pair);
}

/* ---- Loading ---- */

static gboolean
is_encrypted_pem (const char *pem)
{
  return strstr (pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----") != NULL
         || strstr (pem, "Proc-Type: 4,ENCRYPTED") != NULL;
}

/* Wipes a file's content */
static void
free_content (char *content, gsize size)
{
  if (content != NULL)
    explicit_bzero (content, size);
  g_free (content);
}

gboolean
pyrog_cert_key_is_encrypted (const char *path)
{
  char *pem = NULL;
  gsize size = 0;

  gboolean is_encrypted = g_file_get_contents (path, &pem, &size, NULL) && is_encrypted_pem (pem);
  free_content (pem, size);
  return is_encrypted;
}

static gboolean
import_certificate (PyrogCertPair *pair, const char *path, GError **error)
{
  g_autofree char *pem = NULL;
  gsize size;

  if (!g_file_get_contents (path, &pem, &size, error))
    return FALSE;
  const gnutls_datum_t data = { (guint8 *) pem, (unsigned) size };
  if (ok (gnutls_x509_crt_import (pair->certificate, &data, GNUTLS_X509_FMT_PEM), error))
    return TRUE;
  g_prefix_error (error, _ ("There is no certificate in ‘%s’: "), path);
  return FALSE;
}

static gboolean
import_key (PyrogCertPair *pair, const char *path, const char *password, GError **error)
{
  char *pem = NULL;
  gsize size;

  if (!g_file_get_contents (path, &pem, &size, error))
    return FALSE;
  gboolean is_encrypted = is_encrypted_pem (pem);
  const gnutls_datum_t data = { (guint8 *) pem, (unsigned) size };
  int code = gnutls_x509_privkey_import2 (pair->key, &data, GNUTLS_X509_FMT_PEM,
                                          is_encrypted ? password : NULL, 0);
  free_content (pem, size);
  if (code >= 0)
    return TRUE;
  if (is_encrypted)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY,
                 _ ("The password does not fit the key ‘%s’"), path);
  else
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, _ ("There is no key in ‘%s’: %s"),
                 path, gnutls_strerror (code));
  return FALSE;
}

static gboolean
keys_fit (PyrogCertPair *pair)
{
  guint8 a[KEY_ID_BYTES], b[KEY_ID_BYTES];
  gsize a_size = sizeof a, b_size = sizeof b;

  return gnutls_x509_crt_get_key_id (pair->certificate, GNUTLS_KEYID_USE_SHA1, a, &a_size) >= 0
         && gnutls_x509_privkey_get_key_id (pair->key, GNUTLS_KEYID_USE_SHA1, b, &b_size) >= 0
         && a_size == b_size && memcmp (a, b, a_size) == 0;
}

PyrogCertPair *
pyrog_cert_pair_load_ca (const char *certificate_path,
                         const char *key_path,
                         const char *password,
                         GError **error)
{
  g_autoptr (PyrogCertPair) pair = new_pair (error);

  if (pair == NULL || !import_certificate (pair, certificate_path, error)
      || !import_key (pair, key_path, password, error))
    return NULL;
  if (!keys_fit (pair))
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR,
                 _ ("The key ‘%s’ does not belong to the certificate ‘%s’"), key_path,
                 certificate_path);
  else if (gnutls_x509_crt_get_ca_status (pair->certificate, NULL) <= 0)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR,
                 _ ("The certificate ‘%s’ is not that of a CA"), certificate_path);
  else
    return g_steal_pointer (&pair);
  return NULL;
}

/* ---- Exporting ---- */

/* Keys are among what is exported */
static void
wipe (gpointer data)
{
  gnutls_datum_t *datum = data;

  explicit_bzero (datum->data, datum->size);
  gnutls_free (datum->data);
  g_free (datum);
}

/* Takes what GnuTLS allocated */
static GBytes *
bytes_of (const gnutls_datum_t *datum)
{
  return g_bytes_new_with_free_func (datum->data, datum->size, wipe,
                                     g_memdup2 (datum, sizeof *datum));
}

GBytes *
pyrog_cert_pair_export_certificate (PyrogCertPair *pair, GError **error)
{
  gnutls_datum_t data;

  if (!ok (gnutls_x509_crt_export2 (pair->certificate, GNUTLS_X509_FMT_PEM, &data), error))
    return NULL;
  return bytes_of (&data);
}

static GBytes *
export_key (PyrogCertPair *pair, gnutls_x509_crt_fmt_t format, const char *password, GError **error)
{
  unsigned flags = password != NULL ? GNUTLS_PKCS_PBES2_AES_256 : GNUTLS_PKCS_PLAIN;
  gnutls_datum_t data;

  if (!ok (gnutls_x509_privkey_export2_pkcs8 (pair->key, format, password, flags, &data), error))
    return NULL;
  return bytes_of (&data);
}

GBytes *
pyrog_cert_pair_export_key (PyrogCertPair *pair, const char *password, GError **error)
{
  return export_key (pair, GNUTLS_X509_FMT_PEM, password, error);
}

typedef struct gnutls_pkcs12_int Pkcs12;
typedef struct gnutls_pkcs12_bag_int Bag;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pkcs12, gnutls_pkcs12_deinit)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bag, gnutls_pkcs12_bag_deinit)

/* The same key id ties certificate and key together */
static gboolean
set_bag_key_id (PyrogCertPair *pair, Bag *bag, unsigned index, GError **error)
{
  guint8 id[KEY_ID_BYTES];
  gsize size = sizeof id;

  if (!ok (gnutls_x509_crt_get_key_id (pair->certificate, GNUTLS_KEYID_USE_SHA1, id, &size), error))
    return FALSE;
  const gnutls_datum_t data = { id, (unsigned) size };
  return ok (gnutls_pkcs12_bag_set_key_id (bag, index, &data), error);
}

static gboolean
add_certificates (Pkcs12 *pkcs12,
                  PyrogCertPair *pair,
                  PyrogCertPair *issuer,
                  const char *password,
                  GError **error)
{
  g_autoptr (Bag) bag = NULL;

  return ok (gnutls_pkcs12_bag_init (&bag), error)
         && ok (gnutls_pkcs12_bag_set_crt (bag, pair->certificate), error)
         && set_bag_key_id (pair, bag, 0, error)
         && (issuer == NULL || ok (gnutls_pkcs12_bag_set_crt (bag, issuer->certificate), error))
         && ok (gnutls_pkcs12_bag_encrypt (bag, password, GNUTLS_PKCS_PBES2_AES_256), error)
         && ok (gnutls_pkcs12_set_bag (pkcs12, bag), error);
}

static gboolean
add_key (Pkcs12 *pkcs12, PyrogCertPair *pair, const char *password, GError **error)
{
  g_autoptr (Bag) bag = NULL;
  g_autoptr (GBytes) key = export_key (pair, GNUTLS_X509_FMT_DER, password, error);
  gsize size;

  if (key == NULL)
    return FALSE;
  guint8 *bytes = (guint8 *) g_bytes_get_data (key, &size);
  const gnutls_datum_t data = { bytes, (unsigned) size };
  return ok (gnutls_pkcs12_bag_init (&bag), error)
         && ok (gnutls_pkcs12_bag_set_data (bag, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, &data), error)
         && set_bag_key_id (pair, bag, 0, error) && ok (gnutls_pkcs12_set_bag (pkcs12, bag), error);
}

GBytes *
pyrog_cert_pair_export_pkcs12 (PyrogCertPair *pair,
                               PyrogCertPair *issuer,
                               const char *password,
                               GError **error)
{
  g_autoptr (Pkcs12) pkcs12 = NULL;
  gnutls_datum_t data;

  if (!ok (gnutls_pkcs12_init (&pkcs12), error)
      || !add_certificates (pkcs12, pair, issuer, password, error)
      || !add_key (pkcs12, pair, password, error)
      || !ok (gnutls_pkcs12_generate_mac2 (pkcs12, GNUTLS_MAC_SHA256, password), error)
      || !ok (gnutls_pkcs12_export2 (pkcs12, GNUTLS_X509_FMT_DER, &data), error))
    return NULL;
  return bytes_of (&data);
}
