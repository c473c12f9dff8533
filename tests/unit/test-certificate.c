/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-certificate.h"

#include <string.h>

#include "certificates.h"
#include "pyrog-certificate-private.h"

/* tests/interop/test_certificates.py compares what certificates say with Python and openssl; here
 * is what these can't make or would refuse. */

static const struct
{
  TestText bytes;
  const char *text;
} serials[] = {
  { { "\1" }, "01" },
  { { "\x0a\xbc" }, "0ABC" },
  { { "\x7f" }, "7F" },
  { { "\0\xff", 2 }, "FF" },
  { { "\xff" }, "-01" },
  { { "\x80" }, "-80" },
  { { "\xff\x00", 2 }, "-0100" },
  { { "\xfe\xff" }, "-0101" },
  { { "\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78" },
    "123456789ABCDEF0123456789ABCDEF012345678" },
};

/* A serial number is told in Python's form, whatever its sign, length and leading zeros */
static void
test_serial_number (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (serials); i++)
    {
      const TestCertificate wanted = { .serial_number = serials[i].bytes };
      g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, NULL);
      g_autofree char *text = pyrog_certificate_dup_serial_number (certificate);
      g_assert_cmpstr (text, ==, serials[i].text);
    }
}

/* The certificate with other bytes in all places of some; nobody has signed that */
static GTlsCertificate *
forge (GTlsCertificate *certificate, const char *bytes, const char *others, gsize size)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GError) error = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  for (guint i = 0; i + size <= der->len; i++)
    if (memcmp (der->data + i, bytes, size) == 0)
      memcpy (der->data + i, others, size);
  GTlsBackend *backend = g_tls_backend_get_default ();
  GTlsCertificate *forged = g_initable_new (g_tls_backend_get_certificate_type (backend), NULL,
                                            &error, "certificate", der, NULL);
  g_assert_no_error (error);
  return forged;
}

/* A name that is no text, or that a NUL would end early, is not told at all */
static void
test_bad_names (void)
{
  const TestCertificate wanted = {
    .common_names = { { "good.example!evil.example" } },
    .dns_names = { { "good.example!evil.example" }, { "other.example" } },
  };
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, NULL);
  const char *const forgeries[] = { "example\0evil", "example\nevil", "example\xffvil" };

  for (guint i = 0; i < G_N_ELEMENTS (forgeries); i++)
    {
      gboolean is_text = forgeries[i][7] == '\n';
      g_autoptr (GTlsCertificate) forged = forge (certificate, "example!evil", forgeries[i], 12);
      g_autofree char *name = pyrog_certificate_dup_common_name (forged);
      g_autofree char *subject = pyrog_certificate_dup_subject (forged);
      g_auto (GStrv) names = pyrog_certificate_list_dns_names (forged);

      g_test_message ("%u: ‘%s’, ‘%s’, %u names", i, name, subject, g_strv_length (names));
      g_assert_cmpstr (name, ==, is_text ? "good.example\nevil.example" : NULL);
      g_assert_true (subject == NULL || strstr (subject, "vil") != NULL || subject[3] == '#');
      for (guint j = 0; names[j] != NULL; j++)
        g_assert_true (strcmp (names[j], "good.example") != 0);
    }
}

/* A common name is text in each of the kinds of strings that are Unicode, and in no other one */
static void
test_kinds_of_strings (void)
{
  static const struct
  {
    const char *bytes, *name;
  } kinds[] = {
    { "\14\10abcd\303\244gh", "abcdägh" },
    { "\26\10abcdefgh", "abcdefgh" },
    { "\36\10\0a\0\344\0b\173\261", "aäb箱" },
    { "\36\10\0a\330\075\336\0\0b", "a😀b" },
    { "\36\10\0a\330\075\0b\0c", NULL },
    { "\36\10\0a\0\0\0b\0c", NULL },
    { "\24\10abcdefgh", NULL },
  };
  const TestCertificate wanted = { .common_names = { { "abcdefgh" } } };
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GTlsCertificate) forged
          = forge (certificate, "\23\10abcdefgh", kinds[i].bytes, 10);
      g_autofree char *name = pyrog_certificate_dup_common_name (forged);
      g_test_message ("%u", i);
      g_assert_cmpstr (name, ==, kinds[i].name);
    }
}

/* There is one common name, or none is told: which one counts would be a guess */
static void
test_common_name (void)
{
  const TestCertificate one = { .common_names = { { "alice" } } };
  const TestCertificate two = { .common_names = { { "alice" }, { "bob" } } };
  const TestCertificate none = { .dns_names = { { "alice" } } };
  g_autoptr (GTlsCertificate) with_one = test_certificate_new (&one, NULL);
  g_autoptr (GTlsCertificate) with_two = test_certificate_new (&two, NULL);
  g_autoptr (GTlsCertificate) with_none = test_certificate_new (&none, NULL);
  g_autofree char *name = pyrog_certificate_dup_common_name (with_one);
  g_autofree char *name_of_two = pyrog_certificate_dup_common_name (with_two);
  g_autofree char *name_of_none = pyrog_certificate_dup_common_name (with_none);

  g_assert_cmpstr (name, ==, "alice");
  g_assert_null (name_of_two);
  g_assert_null (name_of_none);
}

/* Names and addresses are told apart, in their order; an address of a strange length is left out */
static void
test_alternative_names (void)
{
  const TestCertificate wanted = {
    .dns_names = { { "b.example" }, { "*.a.example" } },
    .ip_addresses = { "\x7f\0\0\1", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "\1\2\3\4\5" },
    .ip_sizes = { 4, 16, 5 },
  };
  static const char *const dns_names[] = { "b.example", "*.a.example", NULL };
  static const char *const ip_addresses[] = { "127.0.0.1", "::1", NULL };
  const TestCertificate bare = { 0 };
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, NULL);
  g_autoptr (GTlsCertificate) nameless = test_certificate_new (&bare, NULL);
  g_auto (GStrv) names = pyrog_certificate_list_dns_names (certificate);
  g_auto (GStrv) addresses = pyrog_certificate_list_ip_addresses (certificate);
  g_auto (GStrv) no_names = pyrog_certificate_list_dns_names (nameless);

  g_assert_cmpstrv (names, dns_names);
  g_assert_cmpstrv (addresses, ip_addresses);
  g_assert_cmpuint (g_strv_length (no_names), ==, 0);
}

/* A certificate tells its issuer and its dates; each date may be left unasked */
static void
test_issuer_and_validity (void)
{
  const TestCertificate authority = { .common_names = { { "the CA" } } };
  const TestCertificate wanted = { .common_names = { { "Ä, \"x\"" } }, .begin = -100, .end = 100 };
  g_autoptr (GTlsCertificate) ca = test_certificate_new (&authority, NULL);
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, ca);
  g_autofree char *issuer = pyrog_certificate_dup_issuer (certificate);
  g_autofree char *subject = pyrog_certificate_dup_subject (certificate);
  g_autoptr (GDateTime) begin = NULL;
  g_autoptr (GDateTime) end = NULL;

  g_assert_cmpstr (issuer, ==, "CN=the CA");
  g_assert_cmpstr (subject, ==, "CN=Ä\\, \\\"x\\\"");
  g_assert_true (pyrog_certificate_get_validity (certificate, &begin, NULL));
  g_assert_true (pyrog_certificate_get_validity (certificate, NULL, &end));
  g_assert_cmpint (g_date_time_difference (end, begin), ==, 200 * G_TIME_SPAN_SECOND);
}

static guint
der_size (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  return der->len;
}

/* A certificate of a limited size is read, and of one with a byte more only its fingerprint */
static void
test_size (void)
{
  const guint limit = 16 * 1024;
  g_autofree char *name = g_strnfill (limit - 1000, 'a');
  TestCertificate wanted = { .dns_names = { { name } } };
  g_autoptr (GTlsCertificate) probe = test_certificate_new (&wanted, NULL);
  guint missing = limit - der_size (probe);

  /* The signature's size varies by a few bytes */
  for (guint i = 0; i < 9; i++)
    {
      g_autofree char *longer = g_strnfill (limit - 1004 + missing + i, 'a');
      wanted.dns_names[0].text = longer;
      g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, NULL);
      g_autofree char *serial = pyrog_certificate_dup_serial_number (certificate);
      g_autofree char *fingerprint = pyrog_certificate_dup_fingerprint (certificate);
      g_auto (GStrv) names = pyrog_certificate_list_dns_names (certificate);
      gboolean small = der_size (certificate) <= limit;
      g_test_message ("%u bytes", der_size (certificate));
      g_assert_cmpstr (serial, ==, small ? "01" : NULL);
      g_assert_cmpuint (g_strv_length (names), ==, small ? 1 : 0);
      g_assert_nonnull (fingerprint);
    }
}

/* Two certificates differ in their fingerprints, and so do their keys */
static void
test_fingerprints (void)
{
  const TestCertificate wanted = { .common_names = { { "alice" } } };
  g_autoptr (GTlsCertificate) first = test_certificate_new (&wanted, NULL);
  g_autoptr (GTlsCertificate) second = test_certificate_new (&wanted, NULL);
  g_autofree char *a = pyrog_certificate_dup_fingerprint (first);
  g_autofree char *b = pyrog_certificate_dup_fingerprint (second);
  g_autofree char *key_a = pyrog_certificate_dup_key_fingerprint (first);
  g_autofree char *key_b = pyrog_certificate_dup_key_fingerprint (second);

  g_assert_cmpuint (strlen (a), ==, 64);
  g_assert_cmpuint (strlen (key_a), ==, 64);
  g_assert_cmpstr (a, !=, b);
  g_assert_cmpstr (key_a, !=, key_b);
  g_assert_cmpstr (a, !=, key_a);
}

#define HALF "0123456789abcdef0123456789abcdef"

static const struct
{
  const char *text, *fingerprint, *serial;
} written[] = {
  { HALF HALF, HALF HALF, NULL },
  { "01:23:45:67:89:AB:CD:EF:" HALF "0123456789abcdef", HALF HALF, NULL },
  { HALF HALF "0", NULL, NULL },
  { HALF "0123456789abcdef0123456789abcdeg", NULL, NULL },
  { "", NULL, NULL },
  { ":", NULL, NULL },
  { "1f", NULL, "1F" },
  { "0:01:f", NULL, "1F" },
  { "abc", NULL, "0ABC" },
  { "000", NULL, "00" },
  { "-1", NULL, NULL },
  { "0x1", NULL, NULL },
  { "1 2", NULL, NULL },
  { "123456789abcdef0123456789abcdef012345678", NULL, "123456789ABCDEF0123456789ABCDEF012345678" },
  { "123456789abcdef0123456789abcdef0123456789", NULL, NULL },
};

/* Fingerprints and serial numbers are understood as people write them, and nothing else is */
static void
test_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (written); i++)
    {
      g_autofree char *fingerprint = pyrog_certificate_parse_fingerprint (written[i].text);
      g_autofree char *serial = pyrog_certificate_parse_serial_number (written[i].text);
      g_test_message ("‘%s’", written[i].text);
      g_assert_cmpstr (fingerprint, ==, written[i].fingerprint);
      g_assert_cmpstr (serial, ==, written[i].serial);
    }
}

/* Every error has words, also one that GIO may add later; no error has none */
static void
test_describe_errors (void)
{
  g_autofree char *none = pyrog_certificate_describe_errors (0);
  g_autofree char *two = pyrog_certificate_describe_errors (G_TLS_CERTIFICATE_EXPIRED
                                                            | G_TLS_CERTIFICATE_BAD_IDENTITY);

  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (two, ==, "it is for another name, it has expired");
  for (guint bit = 1; bit <= 256; bit *= 2)
    {
      g_autofree char *text = pyrog_certificate_describe_errors ((GTlsCertificateFlags) bit);
      g_assert_cmpstr (text, !=, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/certificate/serial-number", test_serial_number);
  g_test_add_func ("/certificate/bad-names", test_bad_names);
  g_test_add_func ("/certificate/kinds-of-strings", test_kinds_of_strings);
  g_test_add_func ("/certificate/common-name", test_common_name);
  g_test_add_func ("/certificate/alternative-names", test_alternative_names);
  g_test_add_func ("/certificate/issuer-and-validity", test_issuer_and_validity);
  g_test_add_func ("/certificate/size", test_size);
  g_test_add_func ("/certificate/fingerprints", test_fingerprints);
  g_test_add_func ("/certificate/parse", test_parse);
  g_test_add_func ("/certificate/describe-errors", test_describe_errors);
  return g_test_run ();
}
