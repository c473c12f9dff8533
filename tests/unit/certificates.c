/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "certificates.h"

#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <string.h>

#define DAY (24 * 60 * 60)

static guint
size_of (const TestText *text)
{
  return text->size != 0 ? text->size : (guint) strlen (text->text);
}

static void
check (int code)
{
  g_assert_cmpint (code, >=, 0);
}

static void
set_names (gnutls_x509_crt_t crt, const TestCertificate *wanted)
{
  for (guint i = 0; i < G_N_ELEMENTS (wanted->common_names); i++)
    {
      const TestText *name = &wanted->common_names[i];
      if (name->text != NULL)
        check (gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, name->text,
                                              size_of (name)));
    }
  for (guint i = 0; i < G_N_ELEMENTS (wanted->dns_names); i++)
    {
      const TestText *name = &wanted->dns_names[i];
      if (name->text != NULL)
        check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, name->text,
                                                     size_of (name), GNUTLS_FSAN_APPEND));
    }
  for (guint i = 0; i < G_N_ELEMENTS (wanted->ip_addresses); i++)
    if (wanted->ip_addresses[i] != NULL)
      check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS,
                                                   wanted->ip_addresses[i], wanted->ip_sizes[i],
                                                   GNUTLS_FSAN_APPEND));
}

static void
set_facts (gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const TestCertificate *wanted)
{
  static const TestText one = { "\1" };
  const TestText *serial = wanted->serial_number.text != NULL ? &wanted->serial_number : &one;
  /* The clock that certificates are checked with may be a tick behind */
  gint64 now = g_get_real_time () / G_USEC_PER_SEC - 1;

  check (gnutls_x509_crt_set_version (crt, 3));
  check (gnutls_x509_crt_set_key (crt, key));
  check (gnutls_x509_crt_set_serial (crt, serial->text, size_of (serial)));
  check (gnutls_x509_crt_set_activation_time (crt, now + wanted->begin));
  check (gnutls_x509_crt_set_expiration_time (crt, now + (wanted->end != 0 ? wanted->end : DAY)));
  set_names (crt, wanted);
}

static void
sign (gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, GTlsCertificate *issuer)
{
  gnutls_x509_crt_t ca = crt;
  gnutls_x509_privkey_t ca_key = key;
  g_autofree char *crt_pem = NULL;
  g_autofree char *key_pem = NULL;

  if (issuer == NULL)
    check (gnutls_x509_crt_set_basic_constraints (crt, 1, -1));
  else
    {
      g_object_get (issuer, "certificate-pem", &crt_pem, "private-key-pem", &key_pem, NULL);
      const gnutls_datum_t crt_data = { (guint8 *) crt_pem, (guint) strlen (crt_pem) };
      const gnutls_datum_t key_data = { (guint8 *) key_pem, (guint) strlen (key_pem) };
      check (gnutls_x509_crt_init (&ca));
      check (gnutls_x509_crt_import (ca, &crt_data, GNUTLS_X509_FMT_PEM));
      check (gnutls_x509_privkey_init (&ca_key));
      check (gnutls_x509_privkey_import (ca_key, &key_data, GNUTLS_X509_FMT_PEM));
    }
  check (gnutls_x509_crt_sign2 (crt, ca, ca_key, GNUTLS_DIG_SHA256, 0));
  if (issuer != NULL)
    {
      gnutls_x509_crt_deinit (ca);
      gnutls_x509_privkey_deinit (ca_key);
    }
}

GTlsCertificate *
test_certificate_new (const TestCertificate *wanted, GTlsCertificate *issuer)
{
  g_autoptr (GError) error = NULL;
  gnutls_x509_crt_t crt;
  gnutls_x509_privkey_t key;
  gnutls_datum_t crt_pem, key_pem;

  check (gnutls_x509_privkey_init (&key));
  check (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                       GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0));
  check (gnutls_x509_crt_init (&crt));
  set_facts (crt, key, wanted);
  sign (crt, key, issuer);
  check (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &crt_pem));
  check (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
                                            &key_pem));
  g_autofree char *both = g_strdup_printf ("%.*s%.*s", (int) crt_pem.size, crt_pem.data,
                                           (int) key_pem.size, key_pem.data);
  gnutls_free (crt_pem.data);
  gnutls_free (key_pem.data);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
  GTlsCertificate *made = g_tls_certificate_new_from_pem (both, -1, &error);
  g_assert_no_error (error);
  return made;
}

/* ---- Locked ones ---- */

static void
import (GTlsCertificate *certificate, gnutls_x509_crt_t *crt, gnutls_x509_privkey_t *key)
{
  g_autofree char *crt_pem = NULL;
  g_autofree char *key_pem = NULL;

  g_object_get (certificate, "certificate-pem", &crt_pem, "private-key-pem", &key_pem, NULL);
  const gnutls_datum_t crt_data = { (guint8 *) crt_pem, (guint) strlen (crt_pem) };
  const gnutls_datum_t key_data = { (guint8 *) key_pem, (guint) strlen (key_pem) };
  check (gnutls_x509_crt_init (crt));
  check (gnutls_x509_crt_import (*crt, &crt_data, GNUTLS_X509_FMT_PEM));
  check (gnutls_x509_privkey_init (key));
  check (gnutls_x509_privkey_import (*key, &key_data, GNUTLS_X509_FMT_PEM));
}

static GBytes *
take_bytes (gnutls_datum_t *data)
{
  GBytes *bytes = g_bytes_new (data->data, data->size);

  gnutls_free (data->data);
  return bytes;
}

static GBytes *
lock_key (gnutls_x509_privkey_t key, gnutls_x509_crt_fmt_t format, const char *password)
{
  gnutls_datum_t out;

  check (
      gnutls_x509_privkey_export2_pkcs8 (key, format, password, GNUTLS_PKCS_PBES2_AES_256, &out));
  return take_bytes (&out);
}

GBytes *
test_certificate_lock_key (GTlsCertificate *certificate, const char *password)
{
  gnutls_x509_crt_t crt;
  gnutls_x509_privkey_t key;

  import (certificate, &crt, &key);
  GBytes *locked = lock_key (key, GNUTLS_X509_FMT_PEM, password);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
  return locked;
}

/* One bag for the certificate and one for the key, tied by the key's id */
static void
fill_bags (gnutls_pkcs12_bag_t bags[2],
           gnutls_x509_crt_t crt,
           gnutls_x509_privkey_t key,
           const char *password)
{
  g_autoptr (GBytes) locked = lock_key (key, GNUTLS_X509_FMT_DER, password);
  guint8 id[20];
  gsize size = sizeof id;

  check (gnutls_x509_crt_get_key_id (crt, 0, id, &size));
  const gnutls_datum_t key_id = { id, (guint) size };
  const gnutls_datum_t key_data
      = { (guint8 *) g_bytes_get_data (locked, NULL), (guint) g_bytes_get_size (locked) };
  check (gnutls_pkcs12_bag_set_crt (bags[0], crt));
  check (gnutls_pkcs12_bag_set_key_id (bags[0], 0, &key_id));
  check (gnutls_pkcs12_bag_encrypt (bags[0], password, GNUTLS_PKCS_PBES2_AES_256));
  check (gnutls_pkcs12_bag_set_data (bags[1], GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, &key_data));
  check (gnutls_pkcs12_bag_set_key_id (bags[1], 0, &key_id));
}

GBytes *
test_certificate_lock_both (GTlsCertificate *certificate, const char *password)
{
  gnutls_x509_crt_t crt;
  gnutls_x509_privkey_t key;
  gnutls_pkcs12_t file;
  gnutls_pkcs12_bag_t bags[2];
  gnutls_datum_t out;

  import (certificate, &crt, &key);
  check (gnutls_pkcs12_init (&file));
  check (gnutls_pkcs12_bag_init (&bags[0]));
  check (gnutls_pkcs12_bag_init (&bags[1]));
  fill_bags (bags, crt, key, password);
  check (gnutls_pkcs12_set_bag (file, bags[0]));
  check (gnutls_pkcs12_set_bag (file, bags[1]));
  check (gnutls_pkcs12_generate_mac (file, password));
  check (gnutls_pkcs12_export2 (file, GNUTLS_X509_FMT_DER, &out));
  gnutls_pkcs12_bag_deinit (bags[0]);
  gnutls_pkcs12_bag_deinit (bags[1]);
  gnutls_pkcs12_deinit (file);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
  return take_bytes (&out);
}
