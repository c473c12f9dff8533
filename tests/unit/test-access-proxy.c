/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <unistd.h>

#include "access-fixture.h"
#include "certificates.h"
#include "pyrog-certificate-request.h"
#include "pyrog-connection-private.h"
#include "pyrog-error.h"
#include "pyrog-handshake-request.h"

/* What a proxy asks its program, and certificates */

static const char *const signals[] = { "accept-certificate", "validate-handshake" };

/* ---- A proxy's questions ---- */

typedef struct
{
  AccessFixture *fixture;
  const char *behaviour;
  guint asked;
} Asked;

static gboolean
proxy_asks_cb (PyrogProxy *proxy, PyrogAccessRequest *request, Asked *asked)
{
  asked->asked++;
  if (PYROG_IS_CERTIFICATE_REQUEST (request))
    g_assert_nonnull (
        pyrog_certificate_request_get_certificate (PYROG_CERTIFICATE_REQUEST (request)));
  else
    g_assert_cmpstr (
        g_variant_get_string (pyrog_handshake_request_get_data (PYROG_HANDSHAKE_REQUEST (request)),
                              NULL),
        ==, "hello");
  return access_decide (request, asked->fixture, asked->behaviour);
}

static void
called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
call_async (AccessFixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_proxy_call (fixture->proxy, "add",
                    g_variant_new ("(xx)", G_GINT64_CONSTANT (3), G_GINT64_CONSTANT (4)), "x", NULL,
                    called_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GVariant) sum = pyrog_proxy_call_finish (fixture->proxy, result, error);
  if (sum != NULL)
    g_assert_cmpint (g_variant_get_int64 (sum), ==, 7);
}

static void
check_proxy (
    const char *signal, gboolean async, const char *behaviour, GThreadFunc decider, gboolean works)
{
  g_autoptr (AccessFixture) fixture
      = access_fixture_new ("multiplex", g_str_equal (signal, "accept-certificate"), NULL, NULL);
  g_autoptr (GError) error = NULL;
  Asked asked = { fixture, behaviour, 0 };
  GThread *thread = decider != NULL ? g_thread_new ("decider", decider, fixture) : NULL;

  g_test_message ("%s, %s, async %d", signal, behaviour, async);
  g_signal_connect (fixture->proxy, signal, G_CALLBACK (proxy_asks_cb), &asked);
  if (async)
    call_async (fixture, &error);
  else
    access_call (fixture, &error);
  if (thread != NULL)
    g_thread_join (thread);
  g_assert_cmpuint (asked.asked, ==, 1);
  if (works)
    g_assert_no_error (error);
  else
    {
      g_assert_nonnull (error);
      g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_NOT_SENT);
      g_assert_cmpint (g_atomic_int_get (&fixture->calls), ==, 0);
    }
}

/* A proxy asks in the same way, in synchronous and asynchronous calls: nothing is sent before the
 * decision, and refusals, dropped requests and missed deadlines fail the call */
static void
test_proxy (void)
{
  const struct
  {
    const char *behaviour;
    GThreadFunc decider;
    gboolean works;
  } rows[] = { { "yes", NULL, TRUE },
               { "accept", NULL, TRUE },
               { "no", NULL, FALSE },
               { "refuse", NULL, FALSE },
               { "hold", access_accept_later, TRUE },
               { "hold", access_refuse_later, FALSE },
               { "hold", access_drop_later, FALSE },
               { "hold", NULL, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      for (guint j = 0; j < 4; j++)
        check_proxy (signals[j / 2], j % 2 == 1, rows[i].behaviour, rows[i].decider, rows[i].works);
    }
}

/* ---- Certificates ---- */

typedef struct
{
  const char *behaviour; /* of the proxy's handler; NULL: none */
  const char *identity;
  gboolean strange; /* the server's certificate is somebody else's */
  gboolean works;
} CertificateRow;

static void
check_certificate (const CertificateRow *row)
{
  const TestCertificate wanted = { .common_names = { { "stranger" } } };
  g_autoptr (AccessFixture) fixture = access_fixture_new ("multiplex", TRUE, NULL, NULL);
  g_autoptr (GTlsCertificate) stranger = test_certificate_new (&wanted, NULL);
  g_autoptr (GTlsDatabase) database = access_trust (row->strange ? stranger : fixture->authority);
  g_autoptr (GError) error = NULL;
  Asked asked = { fixture, row->behaviour, 0 };

  pyrog_proxy_set_tls_database (fixture->proxy, database);
  pyrog_proxy_set_server_identity (fixture->proxy, row->identity);
  if (row->behaviour != NULL)
    g_signal_connect (fixture->proxy, "accept-certificate", G_CALLBACK (proxy_asks_cb), &asked);
  access_call (fixture, &error);
  if (row->works)
    g_assert_no_error (error);
  else
    g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY);
}

/* A certificate with errors is accepted only by accept(): no objection is not enough */
static void
test_certificate_errors (void)
{
  const CertificateRow rows[] = {
    { NULL, NULL, FALSE, TRUE },      { NULL, "other.example", FALSE, FALSE },
    { NULL, NULL, TRUE, FALSE },      { "yes", NULL, TRUE, FALSE },
    { "accept", NULL, TRUE, TRUE },   { "accept", "other.example", FALSE, TRUE },
    { "refuse", NULL, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_certificate (&rows[i]);
}

static gboolean
look_at_client_cb (PyrogDaemon *daemon, PyrogAccessRequest *request, gpointer user_data)
{
  PyrogConnection *connection = pyrog_access_request_get_connection (request);
  g_autofree char *name = NULL;

  g_assert_true (pyrog_connection_is_encrypted (connection));
  g_object_get (pyrog_connection_get_peer_certificate (connection), "subject-name", &name, NULL);
  g_assert_cmpstr (name, ==, "CN=alice");
  return TRUE;
}

/* Each call can be judged by the certificate of its caller, and a proxy sees its daemon's */
static void
test_certificate_of_peer (void)
{
  g_autoptr (AccessFixture) fixture = access_fixture_new ("thread", TRUE, NULL, NULL);

  g_signal_connect (fixture->daemon, "authorize-invocation", G_CALLBACK (look_at_client_cb), NULL);
  access_assert_works (fixture);
  g_autoptr (PyrogConnection) connection = pyrog_proxy_get_connection (fixture->proxy);
  g_autofree char *name = NULL;
  g_object_get (pyrog_connection_get_peer_certificate (connection), "subject-name", &name, NULL);
  g_assert_cmpstr (name, ==, "CN=localhost");
}

/* A policy takes the place of the verdict: a pin trusts one certificate more, a required name one
 * less */
static void
test_policy (void)
{
  g_autoptr (AccessFixture) fixture = access_fixture_new ("multiplex", TRUE, NULL, NULL);
  g_autoptr (PyrogCertificatePolicy) policy = pyrog_certificate_policy_new ();
  g_autoptr (PyrogCertificatePolicy) other = pyrog_certificate_policy_new ();
  g_autoptr (GError) error = NULL;

  pyrog_certificate_policy_require_common_name (policy, "localhost");
  pyrog_proxy_set_certificate_policy (fixture->proxy, policy);
  access_assert_works (fixture);
  pyrog_certificate_policy_require_common_name (other, "somebody");
  pyrog_proxy_set_certificate_policy (fixture->proxy, other);
  pyrog_proxy_release (fixture->proxy);
  access_call (fixture, &error);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY);
}

/* A connection that goes on with an earlier session knows and judges the daemon's certificate all
 * the same */
static void
test_resumption (void)
{
  g_autoptr (AccessFixture) fixture = access_fixture_new_one_way ();
  guint resumed = 0;

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (PyrogConnection) connection = NULL;
      g_autofree char *name = NULL;
      access_assert_works (fixture);
      connection = pyrog_proxy_get_connection (fixture->proxy);
      resumed += pyrog_tls_is_resumed (connection->transport) ? 1 : 0;
      g_object_get (pyrog_connection_get_peer_certificate (connection), "subject-name", &name,
                    NULL);
      g_assert_cmpstr (name, ==, "CN=localhost");
      pyrog_proxy_release (fixture->proxy);
    }
  g_assert_cmpuint (resumed, >, 0);
  pyrog_proxy_set_server_identity (fixture->proxy, "localhost");
  access_assert_works (fixture);
  pyrog_proxy_release (fixture->proxy);

  g_autoptr (PyrogCertificatePolicy) policy = pyrog_certificate_policy_new ();
  g_autoptr (GError) error = NULL;
  pyrog_certificate_policy_require_common_name (policy, "somebody");
  pyrog_proxy_set_certificate_policy (fixture->proxy, policy);
  access_call (fixture, &error);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (100);
  g_test_add_func ("/access-proxy/questions", test_proxy);
  g_test_add_func ("/access-proxy/certificate/errors", test_certificate_errors);
  g_test_add_func ("/access-proxy/certificate/of-peer", test_certificate_of_peer);
  g_test_add_func ("/access-proxy/certificate/policy", test_policy);
  g_test_add_func ("/access-proxy/certificate/resumption", test_resumption);
  return g_test_run ();
}
