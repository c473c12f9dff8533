/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "access-fixture.h"
#include "certificates.h"
#include "pyrog-certificate.h"
#include "pyrog-certificate-request.h"
#include "pyrog-error.h"

/* Certificates of a daemon that runs: its own, and the rules for those of its clients */

/* ---- The daemon's own certificate ---- */

/* A daemon and its clients in one thread; the daemon's certificate is in files */
typedef struct
{
  char *folder;               /* (owned) */
  char *cert;                 /* (owned) */
  char *key;                  /* (owned) */
  GTlsCertificate *authority; /* (owned) */
  GTlsDatabase *database;     /* (owned) */
  PyrogConfig *config;        /* (owned) of the daemon */
  PyrogDaemon *daemon;        /* (owned) */
  PyrogUri *uri;              /* (owned) (nullable) */
} Fixture;

static GTlsCertificate *
make_certificate (Fixture *fixture, const char *common_name)
{
  const TestCertificate wanted
      = { .common_names = { { common_name } }, .dns_names = { { "localhost" } } };

  return test_certificate_new (&wanted, fixture->authority);
}

static void
write_certificate (Fixture *fixture, const char *common_name)
{
  g_autoptr (GTlsCertificate) certificate = make_certificate (fixture, common_name);
  g_autofree char *cert = NULL;
  g_autofree char *key = NULL;
  g_autoptr (GError) error = NULL;

  g_object_get (certificate, "certificate-pem", &cert, "private-key-pem", &key, NULL);
  g_file_set_contents (fixture->cert, cert, -1, &error);
  g_assert_no_error (error);
  g_file_set_contents_full (fixture->key, key, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const TestCertificate ca = { .common_names = { { "authority" } } };

  fixture->folder = g_dir_make_tmp ("pyrog-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->cert = g_build_filename (fixture->folder, "cert.pem", NULL);
  fixture->key = g_build_filename (fixture->folder, "key.pem", NULL);
  fixture->authority = test_certificate_new (&ca, NULL);
  fixture->database = access_trust (fixture->authority);
  write_certificate (fixture, "first");
  fixture->config = g_object_new (PYROG_TYPE_CONFIG, NULL);
  g_object_set (fixture->config, "ssl", TRUE, "ssl-servercert", fixture->cert, "ssl-serverkey",
                fixture->key, NULL);
  fixture->daemon = pyrog_daemon_new (fixture->config);
}

static void
start (Fixture *fixture)
{
  g_autofree char *location = g_strdup_printf ("./u:@pyrog-certificates-%d", (int) getpid ());
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  pyrog_daemon_listen (fixture->daemon, location, &error);
  g_assert_no_error (error);
  fixture->uri = pyrog_daemon_register (fixture->daemon, "o", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  pyrog_daemon_stop (fixture->daemon);
  g_object_unref (fixture->daemon);
  g_object_unref (fixture->config);
  g_object_unref (fixture->database);
  g_object_unref (fixture->authority);
  g_clear_pointer (&fixture->uri, pyrog_uri_unref);
  g_unlink (fixture->cert);
  g_unlink (fixture->key);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->cert);
  g_free (fixture->key);
}

static PyrogProxy *
make_proxy (Fixture *fixture)
{
  g_autoptr (PyrogConfig) config = g_object_new (PYROG_TYPE_CONFIG, NULL);
  g_autofree char *uri = pyrog_uri_to_string (fixture->uri);
  g_autoptr (GError) error = NULL;

  g_object_set (config, "ssl", TRUE, NULL);
  PyrogProxy *proxy = pyrog_proxy_new (uri, config, &error);
  g_assert_no_error (error);
  pyrog_proxy_set_tls_database (proxy, fixture->database);
  return proxy;
}

static void
called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Calls a method that is not there, which answers for the connection */
static void
assert_answers (PyrogProxy *proxy)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_proxy_call (proxy, "nothing", NULL, NULL, NULL, called_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (pyrog_proxy_call_finish (proxy, result, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
}

/* The common name in the certificate that the daemon shows to this proxy */
static void
assert_sees (PyrogProxy *proxy, const char *common_name)
{
  assert_answers (proxy);
  g_autoptr (PyrogConnection) connection = pyrog_proxy_get_connection (proxy);
  g_autofree char *name
      = pyrog_certificate_dup_common_name (pyrog_connection_get_peer_certificate (connection));
  g_assert_cmpstr (name, ==, common_name);
  g_assert_cmpuint (pyrog_connection_get_peer_certificate_errors (connection), ==, 0);
}

static void
assert_shown (Fixture *fixture, const char *common_name)
{
  g_autoptr (PyrogProxy) proxy = make_proxy (fixture);

  assert_sees (proxy, common_name);
}

/* New connections get what the files say when they are read again; old ones live on with what they
 * had */
static void
test_reload (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  start (fixture);
  g_autoptr (PyrogProxy) old = make_proxy (fixture);
  assert_sees (old, "first");
  write_certificate (fixture, "second");
  g_assert_true (pyrog_daemon_reload_certificates (fixture->daemon, &error));
  g_assert_no_error (error);
  assert_shown (fixture, "second");
  assert_sees (old, "first");
}

/* Files that are of no use are an error with their name, and the daemon goes on with what it had */
static void
test_reload_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  start (fixture);
  g_assert_cmpint (g_unlink (fixture->key), ==, 0);
  g_assert_false (pyrog_daemon_reload_certificates (fixture->daemon, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  g_assert_nonnull (strstr (error->message, fixture->key));
  /* It would say the same of the files that it looks at by itself */
  g_test_expect_message ("Pyrog", G_LOG_LEVEL_MESSAGE,
                         "The certificates stay as they were: *key.pem*");
  assert_shown (fixture, "first");
  g_test_assert_expected_messages ();
}

/* An object takes the place of the files, before the daemon runs and while it does */
static void
test_reload_object (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) third = make_certificate (fixture, "third");
  g_autoptr (GTlsCertificate) fourth = make_certificate (fixture, "fourth");
  g_autoptr (GError) error = NULL;

  pyrog_daemon_set_tls_certificate (fixture->daemon, third);
  g_assert_true (pyrog_daemon_reload_certificates (fixture->daemon, &error));
  g_assert_no_error (error);
  start (fixture);
  assert_shown (fixture, "third");
  pyrog_daemon_set_tls_certificate (fixture->daemon, fourth);
  assert_shown (fixture, "third");
  g_assert_true (pyrog_daemon_reload_certificates (fixture->daemon, &error));
  assert_shown (fixture, "fourth");
  pyrog_daemon_set_tls_certificate (fixture->daemon, NULL);
  g_assert_true (pyrog_daemon_reload_certificates (fixture->daemon, &error));
  assert_shown (fixture, "first");
}

/* A daemon that does not encrypt has nothing to read */
static void
test_reload_plain (void)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (pyrog_daemon_reload_certificates (daemon, &error));
  g_assert_no_error (error);
}

/* ---- Those of clients ---- */

static PyrogCertificatePolicy *
for_name (const char *common_name)
{
  PyrogCertificatePolicy *policy = pyrog_certificate_policy_new ();

  pyrog_certificate_policy_require_common_name (policy, common_name);
  return policy;
}

typedef struct
{
  AccessFixture *fixture;
  PyrogCertificatePolicy *policy; /* (nullable) */
  gboolean done;
} Change;

static gboolean
change_cb (gpointer data)
{
  Change *change = data;
  AccessFixture *fixture = change->fixture;

  pyrog_daemon_set_certificate_policy (fixture->daemon, change->policy);
  g_mutex_lock (&fixture->lock);
  change->done = TRUE;
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
  return G_SOURCE_REMOVE;
}

/* In the daemon's thread, while it runs */
static void
change_policy (AccessFixture *fixture, PyrogCertificatePolicy *policy)
{
  Change change = { fixture, policy, FALSE };

  g_main_context_invoke (fixture->context, change_cb, &change);
  g_mutex_lock (&fixture->lock);
  while (!change.done)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
}

/* A daemon's policy counts for the clients that come after it was set */
static void
test_policy (void)
{
  g_autoptr (AccessFixture) fixture = access_fixture_new ("multiplex", TRUE, NULL, NULL);
  g_autoptr (PyrogCertificatePolicy) alice = for_name ("alice");
  g_autoptr (PyrogCertificatePolicy) bob = for_name ("bob");

  change_policy (fixture, alice);
  access_assert_works (fixture);
  change_policy (fixture, bob);
  access_assert_works (fixture);
  pyrog_proxy_release (fixture->proxy);
  g_atomic_int_set (&fixture->calls, 0);
  access_assert_refused (fixture);
  change_policy (fixture, NULL);
  access_assert_works (fixture);
}

/* With a policy, a client that shows no certificate is refused */
static void
test_policy_without_certificate (void)
{
  g_autoptr (AccessFixture) fixture = access_fixture_new_one_way ();
  g_autoptr (PyrogCertificatePolicy) policy = pyrog_certificate_policy_new ();

  access_assert_works (fixture);
  pyrog_proxy_release (fixture->proxy);
  g_atomic_int_set (&fixture->calls, 0);
  change_policy (fixture, policy);
  access_assert_refused (fixture);
}

static gboolean
look_at_errors_cb (GObject *asker, PyrogCertificateRequest *request, GTlsCertificateFlags *errors)
{
  PyrogConnection *connection
      = pyrog_access_request_get_connection (PYROG_ACCESS_REQUEST (request));

  *errors = pyrog_certificate_request_get_errors (request);
  g_assert_cmpuint (pyrog_connection_get_peer_certificate_errors (connection), ==, *errors);
  g_assert_true (pyrog_connection_get_peer_certificate (connection)
                 == pyrog_certificate_request_get_certificate (request));
  pyrog_access_request_accept (PYROG_ACCESS_REQUEST (request));
  return TRUE;
}

/* Both ends are told what is wrong with a certificate, in the question and on the connection */
static void
test_errors (void)
{
  const TestCertificate ca = { .common_names = { { "stranger" } } };
  g_autoptr (AccessFixture) fixture = access_fixture_new ("multiplex", TRUE, NULL, NULL);
  g_autoptr (GTlsCertificate) stranger = test_certificate_new (&ca, NULL);
  GTlsCertificateFlags of_client = 0;
  GTlsCertificateFlags of_server = 0;

  g_signal_connect (fixture->daemon, "accept-certificate", G_CALLBACK (look_at_errors_cb),
                    &of_client);
  g_signal_connect (fixture->proxy, "accept-certificate", G_CALLBACK (look_at_errors_cb),
                    &of_server);
  access_assert_works (fixture);
  g_assert_cmpuint (of_client, ==, 0);
  g_assert_cmpuint (of_server, ==, 0);
  pyrog_proxy_set_tls_certificate (fixture->proxy, stranger);
  pyrog_proxy_set_server_identity (fixture->proxy, "other.example");
  pyrog_proxy_release (fixture->proxy);
  access_assert_works (fixture);
  g_assert_cmpuint (of_client, ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
  g_assert_cmpuint (of_server, ==, G_TLS_CERTIFICATE_BAD_IDENTITY);
  g_autoptr (PyrogConnection) connection = pyrog_proxy_get_connection (fixture->proxy);
  g_assert_cmpuint (pyrog_connection_get_peer_certificate_errors (connection), ==,
                    G_TLS_CERTIFICATE_BAD_IDENTITY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (100);
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/daemon-certificates/reload/files", test_reload);
  ADD ("/daemon-certificates/reload/failure", test_reload_failure);
  ADD ("/daemon-certificates/reload/object", test_reload_object);
#undef ADD
  g_test_add_func ("/daemon-certificates/reload/plain", test_reload_plain);
  g_test_add_func ("/daemon-certificates/policy/name", test_policy);
  g_test_add_func ("/daemon-certificates/policy/no-certificate", test_policy_without_certificate);
  g_test_add_func ("/daemon-certificates/errors", test_errors);
  return g_test_run ();
}
