/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-cert-show.h"

#include <glib/gi18n.h>
#include <gnutls/x509.h>
#include <string.h>

#include "pyrog-certificate.h"
#include "pyrog-error-private.h"
#include "pyrog-print.h"

/* A text of somebody else may take so many bytes of the terminal */
#define MAX_TEXT 4096u
#define MAX_OID 128u

static GVariant *
text_variant (char *text)
{
  return text != NULL ? g_variant_new_take_string (text) : NULL;
}

static GVariant *
date_variant (GDateTime *date)
{
  return date != NULL ? g_variant_new_take_string (g_date_time_format_iso8601 (date)) : NULL;
}

static GVariant *
list_variant (char **texts)
{
  GVariant *list = g_variant_new_strv ((const char *const *) texts, -1);

  g_strfreev (texts);
  return list;
}

/* Without what the certificate does not say */
static void
add (GVariantBuilder *dict, const char *key, GVariant *value)
{
  if (value != NULL)
    g_variant_builder_add (dict, "{sv}", key, value);
}

typedef struct gnutls_x509_crt_int Parsed;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parsed, gnutls_x509_crt_deinit)

static const char *
name_purpose (const char *oid)
{
  if (strcmp (oid, GNUTLS_KP_TLS_WWW_SERVER) == 0)
    return "server";
  return strcmp (oid, GNUTLS_KP_TLS_WWW_CLIENT) == 0 ? "client" : oid;
}

/* For what it may be used; none stand for no restriction */
static char **
list_purposes (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (Parsed) parsed = NULL;
  g_autoptr (GStrvBuilder) purposes = g_strv_builder_new ();
  char oid[MAX_OID];
  gsize size = sizeof oid;

  g_object_get (certificate, "certificate", &der, NULL);
  gnutls_x509_crt_init (&parsed);
  const gnutls_datum_t datum = { der->data, der->len };
  if (gnutls_x509_crt_import (parsed, &datum, GNUTLS_X509_FMT_DER) < 0)
    return g_strv_builder_end (purposes);
  if (gnutls_x509_crt_get_ca_status (parsed, NULL) > 0)
    g_strv_builder_add (purposes, "ca");
  for (unsigned i = 0; gnutls_x509_crt_get_key_purpose_oid (parsed, i, oid, &size, NULL) >= 0; i++)
    {
      g_strv_builder_add (purposes, name_purpose (oid));
      size = sizeof oid;
    }
  return g_strv_builder_end (purposes);
}

static GVariant *
describe (GTlsCertificate *certificate)
{
  g_autoptr (GDateTime) begin = NULL;
  g_autoptr (GDateTime) end = NULL;
  GVariantBuilder dict;

  pyrog_certificate_get_validity (certificate, &begin, &end);
  g_variant_builder_init (&dict, G_VARIANT_TYPE_VARDICT);
  add (&dict, "subject", text_variant (pyrog_certificate_dup_subject (certificate)));
  add (&dict, "issuer", text_variant (pyrog_certificate_dup_issuer (certificate)));
  add (&dict, "commonName", text_variant (pyrog_certificate_dup_common_name (certificate)));
  add (&dict, "serialNumber", text_variant (pyrog_certificate_dup_serial_number (certificate)));
  add (&dict, "dnsNames", list_variant (pyrog_certificate_list_dns_names (certificate)));
  add (&dict, "ipAddresses", list_variant (pyrog_certificate_list_ip_addresses (certificate)));
  add (&dict, "purposes", list_variant (list_purposes (certificate)));
  add (&dict, "notBefore", date_variant (begin));
  add (&dict, "notAfter", date_variant (end));
  add (&dict, "fingerprint", text_variant (pyrog_certificate_dup_fingerprint (certificate)));
  add (&dict, "keyFingerprint", text_variant (pyrog_certificate_dup_key_fingerprint (certificate)));
  return g_variant_ref_sink (g_variant_builder_end (&dict));
}

static const struct
{
  const char *key;
  const char *title;
} rows[] = {
  { "subject", N_ ("Subject") },
  { "issuer", N_ ("Issuer") },
  { "serialNumber", N_ ("Serial number") },
  { "dnsNames", N_ ("DNS names") },
  { "ipAddresses", N_ ("IP addresses") },
  { "purposes", N_ ("Purposes") },
  { "notBefore", N_ ("Valid from") },
  { "notAfter", N_ ("Valid until") },
  { "fingerprint", N_ ("Fingerprint") },
  { "keyFingerprint", N_ ("Key's fingerprint") },
};

/* Empty for an empty list */
static char *
value_to_text (GVariant *value)
{
  g_autofree const char **texts = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  texts = g_variant_get_strv (value, NULL);
  return g_strjoinv (", ", (char **) texts);
}

static void
print_text (const char *path, GVariant *description)
{
  g_print ("%s\n", path);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (description, rows[i].key, NULL);
      if (value == NULL)
        continue;
      g_autofree char *text = value_to_text (value);
      g_autofree char *escaped = pyrog_error_escape (text, strlen (text), MAX_TEXT);
      if (text[0] != '\0')
        g_print ("  %s: %s\n", _ (rows[i].title), escaped);
    }
}

/* An ASN.1 sequence, and nothing that PEM could begin with */
static gboolean
is_der (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return size > 0 && data[0] == 0x30;
}

static GList *
read_der (GBytes *bytes, GError **error)
{
  GType type = g_tls_backend_get_certificate_type (g_tls_backend_get_default ());
  g_autoptr (GByteArray) der = g_bytes_unref_to_array (g_bytes_ref (bytes));
  GTlsCertificate *certificate = g_initable_new (type, NULL, error, "certificate", der, NULL);

  return certificate != NULL ? g_list_append (NULL, certificate) : NULL;
}

/* GIO takes a file without any for a list of none */
static GList *
read_pem (const char *path, GError **error)
{
  g_autoptr (GError) failure = NULL;
  GList *list = g_tls_certificate_list_new_from_file (path, &failure);

  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (list == NULL)
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                 _ ("There is no certificate in the file"));
  return list;
}

static GList *
read_certificates (const char *path, GError **error)
{
  char *content;
  gsize size;

  if (!g_file_get_contents (path, &content, &size, error))
    return NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_take (content, size);
  return is_der (bytes) ? read_der (bytes, error) : read_pem (path, error);
}

gboolean
pyrog_cert_show (const char *path, gboolean json, GError **error)
{
  g_autolist (GTlsCertificate) certificates = read_certificates (path, error);
  gboolean ok = certificates != NULL;

  for (GList *l = certificates; l != NULL && ok; l = l->next)
    {
      g_autoptr (GVariant) description = describe (l->data);
      if (json)
        ok = pyrog_print_json (description, error);
      else
        print_text (path, description);
    }
  return ok;
}
