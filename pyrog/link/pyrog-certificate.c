/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-certificate.h"

#include <glib/gi18n-lib.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <string.h>

#include "pyrog-certificate-private.h"

/* GnuTLS is used here beside the transport: GTlsCertificate tells neither serial number nor key,
 * and a text in a certificate may hold bytes that are no UTF-8, which its properties pass on.
 * Nothing but the certificate's DER goes from one to the other. */

/* Certificates have one or two KiB. GnuTLS searches names from their start for each part, and a
 * peer chooses how many parts there are: with this limit that takes milliseconds. */
#define MAX_DER (16u * 1024)
/* Of SHA-256, in hexadecimal digits */
#define FINGERPRINT_DIGITS 64u
/* RFC 5280 allows 20; larger numbers are told, up to a bound that no sane maker reaches */
#define MAX_SERIAL_BYTES 128u
#define MAX_WRITTEN_SERIAL_DIGITS 40u

typedef struct gnutls_x509_crt_int Parsed;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parsed, gnutls_x509_crt_deinit)

static GByteArray *
dup_der (GTlsCertificate *certificate)
{
  GByteArray *der = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  return der;
}

/* NULL if it is too large or GnuTLS does not understand it */
static Parsed *
parse (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = dup_der (certificate);
  g_autoptr (Parsed) parsed = NULL;

  if (der == NULL || der->len > MAX_DER || gnutls_x509_crt_init (&parsed) != GNUTLS_E_SUCCESS)
    return NULL;
  const gnutls_datum_t datum = { .data = der->data, .size = der->len };
  if (gnutls_x509_crt_import (parsed, &datum, GNUTLS_X509_FMT_DER) != GNUTLS_E_SUCCESS)
    return NULL;
  return g_steal_pointer (&parsed);
}

/* NULL for what is no text: bindings take UTF-8, and a NUL could end a name early */
static char *
dup_text (const void *data, gsize size)
{
  return g_utf8_validate_len (data, size, NULL) ? g_strndup (data, size) : NULL;
}

static char *
dup_name (GTlsCertificate *certificate,
          int (*get) (gnutls_x509_crt_t parsed, gnutls_datum_t *name, unsigned flags))
{
  g_autoptr (Parsed) parsed = parse (certificate);
  gnutls_datum_t name;

  if (parsed == NULL)
    return NULL;
  int code = get (parsed, &name, 0);
  if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return g_strdup ("");
  if (code != GNUTLS_E_SUCCESS)
    return NULL;
  char *text = dup_text (name.data, name.size);
  gnutls_free (name.data);
  return text;
}

/**
 * pyrog_certificate_dup_subject:
 * @certificate: a certificate
 *
 * Tells whose certificate it is, as RFC 4514 writes names: `CN=alice,O=Example`, the most specific
 * part first.
 *
 * A peer chose the text: escape control characters before it is shown in a terminal or log.
 *
 * Returns: (transfer full) (nullable): the name, or %NULL if it is not readable as text
 *
 * Since: 1.0
 */
char *
pyrog_certificate_dup_subject (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  return dup_name (certificate, gnutls_x509_crt_get_dn3);
}

/**
 * pyrog_certificate_dup_issuer:
 * @certificate: a certificate
 *
 * Tells who made it, in the form of [func@certificate_dup_subject]. That this is true is known only
 * of a certificate that was verified.
 *
 * Returns: (transfer full) (nullable): the name, or %NULL if it is not readable as text
 *
 * Since: 1.0
 */
char *
pyrog_certificate_dup_issuer (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  return dup_name (certificate, gnutls_x509_crt_get_issuer_dn3);
}

/* The string types that names use; ASN.1's numbers of them */
#define TAG_UTF8_STRING 12
#define TAG_PRINTABLE_STRING 19
#define TAG_IA5_STRING 22
#define TAG_BMP_STRING 30

/* GnuTLS has functions for the text of a name, but these escape it as for a subject */
static char *
dup_string (const gnutls_x509_ava_st *part)
{
  gsize size;

  switch (part->value_tag)
    {
    case TAG_UTF8_STRING:
    case TAG_PRINTABLE_STRING:
    case TAG_IA5_STRING:
      return dup_text (part->value.data, part->value.size);
    case TAG_BMP_STRING:
      {
        g_autofree char *text = g_convert ((const char *) part->value.data, part->value.size,
                                           "UTF-8", "UTF-16BE", NULL, &size, NULL);
        return text != NULL ? dup_text (text, size) : NULL;
      }
    default:
      return NULL;
    }
}

static gboolean
is_common_name (const gnutls_datum_t *oid)
{
  /* Whether the size counts a NUL at the end is not documented */
  gsize length = strnlen ((const char *) oid->data, oid->size);

  return length == strlen (GNUTLS_OID_X520_COMMON_NAME)
         && memcmp (oid->data, GNUTLS_OID_X520_COMMON_NAME, length) == 0;
}

/* How many there are, and one of them */
static guint
find_common_names (gnutls_x509_dn_t name, gnutls_x509_ava_st *found)
{
  gnutls_x509_ava_st part;
  guint count = 0;

  for (int i = 0; gnutls_x509_dn_get_rdn_ava (name, i, 0, &part) == GNUTLS_E_SUCCESS; i++)
    for (int j = 0; gnutls_x509_dn_get_rdn_ava (name, i, j, &part) == GNUTLS_E_SUCCESS; j++)
      if (is_common_name (&part.oid))
        {
          *found = part;
          count++;
        }
  return count;
}

/**
 * pyrog_certificate_dup_common_name:
 * @certificate: a certificate
 *
 * Tells the common name of its subject.
 *
 * Returns: (transfer full) (nullable): the name, or %NULL if there is none, more than one, or one
 *   that is not text
 *
 * Since: 1.0
 */
char *
pyrog_certificate_dup_common_name (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_autoptr (Parsed) parsed = parse (certificate);
  gnutls_x509_dn_t name;
  gnutls_x509_ava_st part = { 0 };
  if (parsed == NULL || gnutls_x509_crt_get_subject (parsed, &name) != GNUTLS_E_SUCCESS
      || find_common_names (name, &part) != 1)
    return NULL;
  return dup_string (&part);
}

/* Two's complement, most significant byte first: the absolute value in place */
static void
negate (guint8 *bytes, gsize size)
{
  guint carry = 1;

  for (gsize i = size; i > 0; i--)
    {
      guint sum = (guint) (guint8) ~bytes[i - 1] + carry;
      bytes[i - 1] = (guint8) (sum & 0xff);
      carry = sum >> 8;
    }
}

static char *
format_serial_number (guint8 *bytes, gsize size)
{
  gboolean negative = (bytes[0] & 0x80) != 0;
  GString *text = g_string_new (negative ? "-" : NULL);

  if (negative)
    negate (bytes, size);
  for (; size > 1 && bytes[0] == 0; bytes++)
    size--;
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02X", bytes[i]);
  return g_string_free (text, FALSE);
}

/**
 * pyrog_certificate_dup_serial_number:
 * @certificate: a certificate
 *
 * Tells the number that its maker gave it, as Python's `getpeercert()["serialNumber"]` does:
 * hexadecimal with upper-case letters, two digits a byte.
 *
 * A serial number identifies a certificate only together with a verified issuer: anybody can make a
 * certificate that has the same one.
 *
 * Returns: (transfer full) (nullable): the number, or %NULL if it can't be read
 *
 * Since: 1.0
 */
char *
pyrog_certificate_dup_serial_number (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_autoptr (Parsed) parsed = parse (certificate);
  guint8 bytes[MAX_SERIAL_BYTES];
  gsize size = sizeof bytes;
  if (parsed == NULL || gnutls_x509_crt_get_serial (parsed, bytes, &size) != GNUTLS_E_SUCCESS
      || size == 0)
    return NULL;
  return format_serial_number (bytes, size);
}

static char *
address_to_text (const guint8 *bytes, gsize size)
{
  if (size != 4 && size != 16)
    return NULL;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_bytes (
      bytes, size == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (address);
}

/* The name in the form in which the lists below tell it; NULL if it is of another type or no text
 */
static char *
dup_alternative_name (const gnutls_datum_t *name, unsigned type, unsigned wanted)
{
  if (type != wanted)
    return NULL;
  return type == GNUTLS_SAN_IPADDRESS ? address_to_text (name->data, name->size)
                                      : dup_text (name->data, name->size);
}

/* In one pass: asking the certificate for one name after the other would parse all of them each
 * time, and a peer chooses how many there are */
static void
add_alternative_names (GStrvBuilder *names, Parsed *parsed, unsigned wanted)
{
  gnutls_subject_alt_names_t list;
  gnutls_datum_t extension, name;
  unsigned type;

  if (gnutls_x509_crt_get_extension_by_oid2 (parsed, GNUTLS_X509EXT_OID_SAN, 0, &extension, NULL)
      != GNUTLS_E_SUCCESS)
    return;
  if (gnutls_subject_alt_names_init (&list) == GNUTLS_E_SUCCESS)
    {
      if (gnutls_x509_ext_import_subject_alt_names (&extension, list, 0) == GNUTLS_E_SUCCESS)
        for (unsigned i = 0; gnutls_subject_alt_names_get (list, i, &type, &name, NULL) >= 0; i++)
          {
            g_autofree char *text = dup_alternative_name (&name, type, wanted);
            if (text != NULL)
              g_strv_builder_add (names, text);
          }
      gnutls_subject_alt_names_deinit (list);
    }
  gnutls_free (extension.data);
}

static char **
list_alternative_names (GTlsCertificate *certificate, unsigned wanted)
{
  g_autoptr (Parsed) parsed = parse (certificate);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (parsed != NULL)
    add_alternative_names (names, parsed, wanted);
  return g_strv_builder_end (names);
}

/**
 * pyrog_certificate_list_dns_names:
 * @certificate: a certificate
 *
 * Tells the host names for which it is good, wildcards as they are written. The common name is not
 * among them.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 *
 * Since: 1.0
 */
char **
pyrog_certificate_list_dns_names (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  return list_alternative_names (certificate, GNUTLS_SAN_DNSNAME);
}

/**
 * pyrog_certificate_list_ip_addresses:
 * @certificate: a certificate
 *
 * Tells the IP addresses for which it is good.
 *
 * Returns: (transfer full) (array zero-terminated=1): the addresses
 *
 * Since: 1.0
 */
char **
pyrog_certificate_list_ip_addresses (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  return list_alternative_names (certificate, GNUTLS_SAN_IPADDRESS);
}

/**
 * pyrog_certificate_get_validity:
 * @certificate: a certificate
 * @not_before: (out) (transfer full) (optional): the first moment at which it is good
 * @not_after: (out) (transfer full) (optional): the last one
 *
 * Tells when it is good, in UTC.
 *
 * Returns: %FALSE, and nothing is set, if the certificate can't be read
 *
 * Since: 1.0
 */
gboolean
pyrog_certificate_get_validity (GTlsCertificate *certificate,
                                GDateTime **not_before,
                                GDateTime **not_after)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), FALSE);

  g_autoptr (Parsed) parsed = parse (certificate);
  if (parsed == NULL)
    return FALSE;
  time_t first = gnutls_x509_crt_get_activation_time (parsed);
  time_t last = gnutls_x509_crt_get_expiration_time (parsed);
  /* No date: GnuTLS refuses that only if it was built to be strict */
  if (first == (time_t) -1 || last == (time_t) -1)
    return FALSE;
  g_autoptr (GDateTime) begin = g_date_time_new_from_unix_utc (first);
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (last);
  if (begin == NULL || end == NULL)
    return FALSE;
  if (not_before != NULL)
    *not_before = g_steal_pointer (&begin);
  if (not_after != NULL)
    *not_after = g_steal_pointer (&end);
  return TRUE;
}

/**
 * pyrog_certificate_dup_fingerprint:
 * @certificate: a certificate
 *
 * Tells the SHA-256 digest of the whole certificate. It names this certificate and no other one.
 *
 * Returns: (transfer full) (nullable): 64 hexadecimal digits in lower case, or %NULL if the
 *   certificate can't be read
 *
 * Since: 1.0
 */
char *
pyrog_certificate_dup_fingerprint (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_autoptr (GByteArray) der = dup_der (certificate);
  if (der == NULL)
    return NULL;
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
}

/**
 * pyrog_certificate_dup_key_fingerprint:
 * @certificate: a certificate
 *
 * Tells the SHA-256 digest of its public key (the SubjectPublicKeyInfo). A renewed certificate has
 * the same one if its owner kept the key.
 *
 * Returns: (transfer full) (nullable): 64 hexadecimal digits in lower case, or %NULL if the key
 *   can't be read
 *
 * Since: 1.0
 */
char *
pyrog_certificate_dup_key_fingerprint (GTlsCertificate *certificate)
{
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_autoptr (Parsed) parsed = parse (certificate);
  guint8 digest[FINGERPRINT_DIGITS / 2];
  gsize size = sizeof digest;
  if (parsed == NULL
      || gnutls_x509_crt_get_key_id (parsed, GNUTLS_KEYID_USE_SHA256, digest, &size)
             != GNUTLS_E_SUCCESS)
    return NULL;
  GString *text = g_string_sized_new (FINGERPRINT_DIGITS);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  return g_string_free (text, FALSE);
}

/**
 * pyrog_certificate_describe_errors:
 * @errors: what is wrong with a certificate
 *
 * Puts the result of a verification into words, for a message or a dialog.
 *
 * Returns: (transfer full): the words, in the user's language; empty without errors
 *
 * Since: 1.0
 */
char *
pyrog_certificate_describe_errors (GTlsCertificateFlags errors)
{
  static const struct
  {
    GTlsCertificateFlags flag;
    const char *text;
  } texts[] = {
    { G_TLS_CERTIFICATE_UNKNOWN_CA, N_ ("nobody trusted has signed it") },
    { G_TLS_CERTIFICATE_BAD_IDENTITY, N_ ("it is for another name") },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, N_ ("it is not valid yet") },
    { G_TLS_CERTIFICATE_EXPIRED, N_ ("it has expired") },
    { G_TLS_CERTIFICATE_REVOKED, N_ ("it was revoked") },
    { G_TLS_CERTIFICATE_INSECURE, N_ ("its algorithm is weak") },
    { G_TLS_CERTIFICATE_GENERIC_ERROR, N_ ("it is not good for this use") },
  };
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (errors & texts[i].flag)
      g_ptr_array_add (words, (gpointer) _ (texts[i].text));
  if (words->len == 0 && errors != 0)
    g_ptr_array_add (words, (gpointer) _ ("it is not good for this use"));
  g_ptr_array_add (words, NULL);
  return g_strjoinv (", ", (char **) words->pdata);
}

/* The hexadecimal digits; colons may stand between them. NULL if there is anything else. */
static char *
parse_digits (const char *text)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (; *text != '\0'; text++)
    {
      if (g_ascii_isxdigit (*text))
        g_string_append_c (digits, *text);
      else if (*text != ':')
        return NULL;
    }
  return g_string_free (g_steal_pointer (&digits), FALSE);
}

char *
pyrog_certificate_parse_fingerprint (const char *text)
{
  g_autofree char *digits = parse_digits (text);

  if (digits == NULL || strlen (digits) != FINGERPRINT_DIGITS)
    return NULL;
  return g_ascii_strdown (digits, -1);
}

char *
pyrog_certificate_parse_serial_number (const char *text)
{
  g_autofree char *digits = parse_digits (text);
  const char *start = digits;

  if (digits == NULL || digits[0] == '\0' || strlen (digits) > MAX_WRITTEN_SERIAL_DIGITS)
    return NULL;
  start += strspn (digits, "0");
  g_autofree char *upper = g_ascii_strup (start, -1);
  gsize length = strlen (upper);
  if (length == 0)
    return g_strdup ("00");
  return g_strconcat (length % 2 == 1 ? "0" : "", upper, NULL);
}
