/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-certificate-policy.h"
#include "pyrog-certificate-private.h"
#include "pyrog-error.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static GTlsCertificate *
parse (const guint8 *data, gsize size)
{
  GType type = g_tls_backend_get_certificate_type (g_tls_backend_get_default ());
  g_autoptr (GByteArray) der = g_byte_array_append (g_byte_array_new (), data, (guint) size);

  return g_initable_new (type, NULL, NULL, "certificate", der, NULL);
}

/* Takes a text that may be missing; what is told is Unicode */
static void
check_text (char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
  g_free (text);
}

static void
check_texts (char **texts)
{
  for (guint i = 0; texts[i] != NULL; i++)
    g_assert_true (g_utf8_validate (texts[i], -1, NULL));
  g_strfreev (texts);
}

/* What is told of numbers is understood when people write it */
static void
check_numbers (GTlsCertificate *certificate)
{
  g_autofree char *fingerprint = pyrog_certificate_dup_fingerprint (certificate);
  g_autofree char *serial = pyrog_certificate_dup_serial_number (certificate);
  g_autofree char *parsed = pyrog_certificate_parse_fingerprint (fingerprint);

  g_assert_cmpstr (parsed, ==, fingerprint);
  if (serial == NULL || serial[0] == '-' || strlen (serial) > 40)
    return;
  g_autofree char *parsed_serial = pyrog_certificate_parse_serial_number (serial);
  g_assert_cmpstr (parsed_serial, ==, serial);
}

/* A certificate is admitted or refused with a reason, and one that is not pinned is refused */
static void
check_policy (GTlsCertificate *certificate)
{
  g_autoptr (PyrogCertificatePolicy) policy = pyrog_certificate_policy_new ();
  g_autofree char *pin = g_strnfill (64, '0');
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) pin_error = NULL;

  if (!pyrog_certificate_policy_check (policy, certificate, 0, &error))
    g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY);
  g_assert_true (pyrog_certificate_policy_add_pin (policy, pin, NULL));
  g_assert_false (pyrog_certificate_policy_check (policy, certificate, 0, &pin_error));
  g_assert_error (pin_error, PYROG_ERROR, PYROG_ERROR_SECURITY);
  g_assert_true (g_utf8_validate (pin_error->message, -1, NULL));
  for (const char *c = pin_error->message; *c != '\0'; c++)
    g_assert_false (g_ascii_iscntrl (*c));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GTlsCertificate) certificate = parse (data, size);
  g_autoptr (GDateTime) begin = NULL;
  g_autoptr (GDateTime) end = NULL;

  if (certificate == NULL)
    return 0;
  check_text (pyrog_certificate_dup_subject (certificate));
  check_text (pyrog_certificate_dup_issuer (certificate));
  check_text (pyrog_certificate_dup_common_name (certificate));
  check_text (pyrog_certificate_dup_key_fingerprint (certificate));
  check_texts (pyrog_certificate_list_dns_names (certificate));
  check_texts (pyrog_certificate_list_ip_addresses (certificate));
  pyrog_certificate_get_validity (certificate, &begin, &end);
  check_numbers (certificate);
  check_policy (certificate);
  return 0;
}
