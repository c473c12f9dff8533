/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-certificate-policy.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "certificates.h"
#include "pyrog-certificate.h"
#include "pyrog-error.h"
#include "pyrog-peer-log.h"

typedef struct
{
  PyrogCertificatePolicy *policy;
  GTlsCertificate *ca;
  GTlsCertificate *alice;
  char *fingerprint;     /* of alice's certificate */
  char *key_fingerprint; /* of her key */
  char *path;            /* for a list of denied certificates */
  guint logged;          /* messages about pins */
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  const TestCertificate authority = { .common_names = { { "the CA" } } };
  const TestCertificate wanted = {
    .common_names = { { "alice" } },
    .dns_names = { { "Host.example" }, { "*.wild.example" } },
    .serial_number = { "\x0a\xbc" },
    .begin = -100,
  };
  g_autoptr (GError) error = NULL;

  f->policy = pyrog_certificate_policy_new ();
  f->ca = test_certificate_new (&authority, NULL);
  f->alice = test_certificate_new (&wanted, f->ca);
  f->fingerprint = pyrog_certificate_dup_fingerprint (f->alice);
  f->key_fingerprint = pyrog_certificate_dup_key_fingerprint (f->alice);
  int fd = g_file_open_tmp (NULL, &f->path, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_unlink (f->path);
  g_free (f->path);
  g_free (f->fingerprint);
  g_free (f->key_fingerprint);
  g_object_unref (f->alice);
  g_object_unref (f->ca);
  g_object_unref (f->policy);
}

static void
assert_accepted (Fixture *f, GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
  g_autoptr (GError) error = NULL;

  gboolean ok = pyrog_certificate_policy_check (f->policy, certificate, errors, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
}

static void
assert_refused (Fixture *f,
                GTlsCertificate *certificate,
                GTlsCertificateFlags errors,
                const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (pyrog_certificate_policy_check (f->policy, certificate, errors, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}

static void
add_pin (Fixture *f, const char *fingerprint)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pyrog_certificate_policy_add_pin (f->policy, fingerprint, &error));
  g_assert_no_error (error);
}

/* Without rules the verdict of the verification stands, whatever it was */
static void
test_no_rules (Fixture *f, gconstpointer data)
{
  assert_accepted (f, f->alice, 0);
  for (guint bit = 1; bit <= G_TLS_CERTIFICATE_VALIDATE_ALL; bit *= 2)
    assert_refused (f, f->alice, (GTlsCertificateFlags) bit, "*alice*refused: ?*");
}

/* A pin of certificate or key adds trust to that one, in place of a signature and of nothing else;
 * all others are refused, verified or not */
static void
test_pins (Fixture *f, gconstpointer by_key)
{
  g_autofree char *upper = g_ascii_strup (by_key != NULL ? f->key_fingerprint : f->fingerprint, -1);

  add_pin (f, upper);
  assert_accepted (f, f->alice, 0);
  assert_accepted (f, f->alice, G_TLS_CERTIFICATE_UNKNOWN_CA);
  for (guint bit = 1; bit <= G_TLS_CERTIFICATE_VALIDATE_ALL; bit *= 2)
    if (bit != G_TLS_CERTIFICATE_UNKNOWN_CA)
      assert_refused (f, f->alice, (GTlsCertificateFlags) bit | G_TLS_CERTIFICATE_UNKNOWN_CA,
                      "*alice*refused: ?*");
  assert_refused (f, f->ca, 0, "*the CA*nor its key*pinned");

  g_autofree char *other = pyrog_certificate_dup_fingerprint (f->ca);
  add_pin (f, other);
  assert_accepted (f, f->ca, G_TLS_CERTIFICATE_UNKNOWN_CA);
  assert_accepted (f, f->alice, G_TLS_CERTIFICATE_UNKNOWN_CA);
}

static void
check_in_log (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  Fixture *f = data;

  g_assert_nonnull (strstr (message, f->fingerprint));
  f->logged++;
  assert_accepted (f, f->alice, 0);
}

/* The log tells of trust that a pin gave and of no other, and whoever writes it may ask the policy
 */
static void
test_pins_and_log (Fixture *f, gconstpointer data)
{
  guint handler = g_log_set_handler (G_LOG_DOMAIN, G_LOG_LEVEL_INFO, check_in_log, f);

  pyrog_peer_log_forget ();
  add_pin (f, f->fingerprint);
  assert_accepted (f, f->alice, 0);
  assert_refused (f, f->ca, G_TLS_CERTIFICATE_UNKNOWN_CA, "*pinned");
  assert_refused (f, f->alice, G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_REVOKED,
                  "*revoked");
  g_assert_cmpuint (f->logged, ==, 0);
  assert_accepted (f, f->alice, G_TLS_CERTIFICATE_UNKNOWN_CA);
  g_assert_cmpuint (f->logged, ==, 1);
  g_log_remove_handler (G_LOG_DOMAIN, handler);
}

/* What GIO says of a self-signed certificate is what a pin covers, and not more than that */
static void
test_pins_and_gio (Fixture *f, gconstpointer data)
{
  const TestCertificate wanted = { .dns_names = { { "host.example" } }, .begin = -100 };
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, NULL);
  g_autofree char *fingerprint = pyrog_certificate_dup_fingerprint (certificate);
  g_autoptr (GSocketConnectable) right = g_network_address_new ("host.example", 1);
  g_autoptr (GSocketConnectable) wrong = g_network_address_new ("other.example", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database
      = g_tls_backend_get_default_database (g_tls_backend_get_default ());

  add_pin (f, fingerprint);
  GTlsCertificateFlags errors = g_tls_database_verify_chain (
      database, certificate, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, right, NULL,
      G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (errors, !=, 0);
  assert_accepted (f, certificate, errors);
  errors = g_tls_database_verify_chain (database, certificate,
                                        G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, wrong, NULL,
                                        G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  g_assert_no_error (error);
  assert_refused (f, certificate, errors, "*is for another name*");
}

static const TestCertificate outdated[] = {
  { .common_names = { { "alice" } }, .begin = -200, .end = -100 },
  { .common_names = { { "alice" } }, .begin = 100, .end = 200 },
};

/* The dates count also where an unknown signer is all that the verification noticed */
static void
test_pinned_and_outdated (Fixture *f, gconstpointer data)
{
  static const char *const patterns[] = { "*expired*", "*not valid yet*" };

  for (guint i = 0; i < G_N_ELEMENTS (outdated); i++)
    {
      g_autoptr (GTlsCertificate) certificate = test_certificate_new (&outdated[i], NULL);
      g_autofree char *fingerprint = pyrog_certificate_dup_fingerprint (certificate);
      add_pin (f, fingerprint);
      assert_refused (f, certificate, G_TLS_CERTIFICATE_UNKNOWN_CA, patterns[i]);
    }
}

static void
require_subject (PyrogCertificatePolicy *policy, const char *text)
{
  pyrog_certificate_policy_require_subject (policy, text);
}

static void
require_serial_number (PyrogCertificatePolicy *policy, const char *text)
{
  g_autoptr (GError) error = NULL;

  pyrog_certificate_policy_require_serial_number (policy, text, &error);
  g_assert_no_error (error);
}

static const struct
{
  void (*require) (PyrogCertificatePolicy *policy, const char *text);
  const char *wrong, *right, *message;
} requirements[] = {
  { require_subject, "CN=alic", "CN=alice", "*its subject is none of the required ones" },
  { pyrog_certificate_policy_require_common_name, "Alice", "alice",
    "*its common name is none of the required ones" },
  { pyrog_certificate_policy_require_dns_name, "example", "hOST.example",
    "*none of the required DNS names" },
  { pyrog_certificate_policy_require_dns_name, "a.wild.example", "*.wild.example",
    "*none of the required DNS names" },
  { pyrog_certificate_policy_require_dns_name, "alice", "host.example",
    "*none of the required DNS names" },
  { require_serial_number, "abcd", "00:0a:bc", "*its serial number is none of the required ones" },
};

/* One of the required texts of a kind must fit, all kinds must, and they never add trust */
static void
test_requirements (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (requirements); i++)
    {
      g_test_message ("%s", requirements[i].right);
      g_object_unref (f->policy);
      f->policy = pyrog_certificate_policy_new ();
      requirements[i].require (f->policy, requirements[i].wrong);
      assert_refused (f, f->alice, 0, requirements[i].message);
      requirements[i].require (f->policy, requirements[i].right);
      assert_accepted (f, f->alice, 0);
      assert_refused (f, f->alice, G_TLS_CERTIFICATE_UNKNOWN_CA, "*nobody trusted*");

      pyrog_certificate_policy_require_common_name (f->policy, "alice");
      assert_accepted (f, f->alice, 0);
      require_subject (f->policy, "CN=bob");
      if (requirements[i].require != require_subject)
        assert_refused (f, f->alice, 0, "*subject is none*");
    }
}

/* With pins and requirements a certificate must be pinned and say what is required */
static void
test_pins_and_requirements (Fixture *f, gconstpointer data)
{
  add_pin (f, f->fingerprint);
  pyrog_certificate_policy_require_common_name (f->policy, "alice");
  assert_accepted (f, f->alice, G_TLS_CERTIFICATE_UNKNOWN_CA);
  assert_refused (f, f->ca, 0, "*nor its key*pinned");
  pyrog_certificate_policy_require_dns_name (f->policy, "nosuch");
  assert_refused (f, f->alice, 0, "*required DNS names");
}

static void
write_denied (Fixture *f, const char *entry)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("# denied\n\n %s \r\n", entry);

  g_file_set_contents (f->path, text, -1, &error);
  g_assert_no_error (error);
}

static void
set_denied_file (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  pyrog_certificate_policy_set_denied_file (f->policy, f->path, &error);
  g_assert_no_error (error);
}

/* A denied certificate, key or serial number is refused, pinned or not, as soon as it is listed */
static void
test_denied (Fixture *f, gconstpointer data)
{
  g_autofree char *comment = g_strconcat (f->fingerprint, "# stolen", NULL);
  const char *const entries[] = { f->fingerprint, f->key_fingerprint, "abc", "0A:BC", comment };

  set_denied_file (f);
  add_pin (f, f->fingerprint);
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      write_denied (f, "0123");
      assert_accepted (f, f->alice, 0);
      write_denied (f, entries[i]);
      assert_refused (f, f->alice, 0, "*denied certificates");
    }
  g_assert_true (pyrog_certificate_policy_set_denied_file (f->policy, NULL, NULL));
  assert_accepted (f, f->alice, 0);
}

static void
assert_unreadable (Fixture *f, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) check_error = NULL;

  g_assert_false (pyrog_certificate_policy_check (f->policy, f->alice, 0, &check_error));
  g_assert_error (check_error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  g_assert_true (g_pattern_match_simple (pattern, check_error->message));
  g_assert_nonnull (strstr (check_error->message, f->path));
  g_assert_false (pyrog_certificate_policy_set_denied_file (f->policy, f->path, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
}

/* While the list can't be read nobody passes, and the message says why */
static void
test_unreadable_list (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  set_denied_file (f);
  write_denied (f, "bob");
  assert_unreadable (f, "Line 3 *neither*");
  g_file_set_contents (f->path,
                       "01\0"
                       "02",
                       5, &error);
  g_assert_no_error (error);
  assert_unreadable (f, "*not a text file");
  g_unlink (f->path);
  assert_unreadable (f, "*can't be read: *");
  write_denied (f, "0123");
  assert_accepted (f, f->alice, 0);
}

static void
set_age (Fixture *f, gint64 seconds)
{
  struct utimbuf times;

  times.actime = times.modtime = (time_t) (g_get_real_time () / G_USEC_PER_SEC - seconds);
  g_assert_no_errno (g_utime (f->path, &times));
}

/* A list that has been there for a while, and need not be read each time, is read when it changes
 */
static void
test_old_list (Fixture *f, gconstpointer data)
{
  write_denied (f, "0123");
  set_age (f, 3600);
  set_denied_file (f);
  for (guint i = 0; i < 3; i++)
    assert_accepted (f, f->alice, 0);
  write_denied (f, "0abc");
  set_age (f, 3600);
  for (guint i = 0; i < 3; i++)
    assert_refused (f, f->alice, 0, "*denied certificates");
}

/* Texts that are neither fingerprint nor serial number are the caller's user's mistake */
static void
test_bad_rules (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) pin_error = NULL;
  g_autoptr (GError) serial_error = NULL;

  g_assert_false (pyrog_certificate_policy_add_pin (f->policy, "0A:BC", &pin_error));
  g_assert_error (pin_error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  g_assert_false (
      pyrog_certificate_policy_require_serial_number (f->policy, "alice", &serial_error));
  g_assert_error (serial_error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  assert_accepted (f, f->alice, 0);
}

/* What a peer wrote into its certificate reaches a message escaped and shortened */
static void
test_escaped_message (Fixture *f, gconstpointer data)
{
  const TestCertificate wanted = { .common_names = { { "a\nb\033[31m" } } };
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (pyrog_certificate_policy_check (f->policy, certificate,
                                                  G_TLS_CERTIFICATE_UNKNOWN_CA, &error));
  g_assert_null (strpbrk (error->message, "\n\033"));
}

/* A certificate that is too large to be read is refused, even if it is pinned */
static void
test_large_certificate (Fixture *f, gconstpointer data)
{
  g_autofree char *name = g_strnfill (17 * 1024, 'a');
  const TestCertificate wanted = { .dns_names = { { name } }, .begin = -100 };
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, NULL);
  g_autofree char *fingerprint = pyrog_certificate_dup_fingerprint (certificate);

  add_pin (f, fingerprint);
  assert_refused (f, certificate, 0, "*can't be read");
}

static gpointer
check_often (gpointer data)
{
  Fixture *f = data;

  for (guint i = 0; i < 50; i++)
    assert_accepted (f, f->alice, G_TLS_CERTIFICATE_UNKNOWN_CA);
  return NULL;
}

/* Rules may be added while other threads check */
static void
test_threads (Fixture *f, gconstpointer data)
{
  GThread *threads[4];

  add_pin (f, f->fingerprint);
  write_denied (f, "0123");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("check", check_often, f);
  for (guint i = 0; i < 50; i++)
    {
      add_pin (f, f->key_fingerprint);
      set_denied_file (f);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

#define ADD(path, data, test)                                                                      \
  g_test_add ("/certificate-policy/" path, Fixture, data, setup, test, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("no-rules", NULL, test_no_rules);
  ADD ("pins/certificate", NULL, test_pins);
  ADD ("pins/key", "by key", test_pins);
  ADD ("pins/log", NULL, test_pins_and_log);
  ADD ("pins/gio", NULL, test_pins_and_gio);
  ADD ("pins/outdated", NULL, test_pinned_and_outdated);
  ADD ("requirements", NULL, test_requirements);
  ADD ("pins-and-requirements", NULL, test_pins_and_requirements);
  ADD ("denied", NULL, test_denied);
  ADD ("unreadable-list", NULL, test_unreadable_list);

  ADD ("old-list", NULL, test_old_list);
  ADD ("bad-rules", NULL, test_bad_rules);
  ADD ("escaped-message", NULL, test_escaped_message);
  ADD ("large-certificate", NULL, test_large_certificate);
  ADD ("threads", NULL, test_threads);
  return g_test_run ();
}
