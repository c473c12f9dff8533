/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "access-fixture.h"

#include <unistd.h>

#include "certificates.h"
#include "pyrog-authorization-request.h"
#include "pyrog-error.h"
#include "pyrog-handshake-request.h"

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  AccessFixture *fixture = user_data;
  gint64 a, b;

  if (!pyrog_invocation_read (invocation, error, "xx", &a, &b))
    return;
  g_atomic_int_inc (&fixture->calls);
  pyrog_invocation_return (invocation, "x", a + b);
}

static GVariant *
get_level (const char *name, gpointer user_data, GError **error)
{
  AccessFixture *fixture = user_data;

  g_atomic_int_inc (&fixture->calls);
  return g_variant_new_int64 (7);
}

static gboolean
set_level (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  AccessFixture *fixture = user_data;

  g_atomic_int_inc (&fixture->calls);
  return TRUE;
}

static const char *
member_of (AccessFixture *fixture)
{
  return fixture->operation == PYROG_OPERATION_CALL ? "add" : "level";
}

/* ---- Handlers ---- */

static void
keep (AccessFixture *fixture, PyrogAccessRequest *request)
{
  pyrog_access_request_hold (request);
  g_mutex_lock (&fixture->lock);
  g_assert_null (fixture->held);
  fixture->held = g_object_ref (request);
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
}

PyrogAccessRequest *
access_take_held (AccessFixture *fixture)
{
  g_mutex_lock (&fixture->lock);
  while (fixture->held == NULL)
    g_cond_wait (&fixture->changed, &fixture->lock);
  PyrogAccessRequest *request = g_steal_pointer (&fixture->held);
  g_mutex_unlock (&fixture->lock);
  return request;
}

gboolean
access_decide (PyrogAccessRequest *request, AccessFixture *fixture, const char *behaviour)
{
  if (g_str_equal (behaviour, "no"))
    return FALSE;
  if (g_str_equal (behaviour, "accept"))
    pyrog_access_request_accept (request);
  else if (g_str_equal (behaviour, "refuse"))
    {
      g_autoptr (GError) error = g_error_new (PYROG_ERROR, PYROG_ERROR_SECURITY, "go away");
      pyrog_access_request_refuse (request, error);
    }
  else if (g_str_equal (behaviour, "hold"))
    keep (fixture, request);
  return TRUE;
}

static gboolean
daemon_asks_cb (PyrogDaemon *daemon, PyrogAccessRequest *request, AccessFixture *fixture)
{
  g_assert_true (g_main_context_is_owner (fixture->context));
  g_assert_nonnull (pyrog_access_request_get_connection (request));
  if (PYROG_IS_AUTHORIZATION_REQUEST (request))
    {
      PyrogAuthorizationRequest *call = PYROG_AUTHORIZATION_REQUEST (request);
      g_assert_cmpstr (pyrog_authorization_request_get_object_id (call), ==, "calc");
      g_assert_cmpstr (pyrog_authorization_request_get_member (call), ==, member_of (fixture));
      g_assert_cmpint (pyrog_authorization_request_get_operation (call), ==, fixture->operation);
      g_assert_nonnull (pyrog_authorization_request_get_invocation (call));
    }
  if (PYROG_IS_HANDSHAKE_REQUEST (request))
    pyrog_handshake_request_set_answer (PYROG_HANDSHAKE_REQUEST (request),
                                        g_variant_new_string ("welcome"));
  return access_decide (request, fixture, fixture->behaviour);
}

/* ---- The fixture ---- */

static PyrogConfig *
make_config (AccessFixture *fixture)
{
  PyrogConfig *config = g_object_new (PYROG_TYPE_CONFIG, NULL);

  if (g_strcmp0 (fixture->threading, "thread") == 0)
    g_object_set (config, "server-type", PYROG_SERVER_TYPE_THREAD, NULL);
  g_object_set (config, "ssl", fixture->tls, "ssl-requireclientcert",
                fixture->tls && !fixture->one_way, "decision-timeout", 0.2, NULL);
  return config;
}

static GTlsCertificate *
make_certificate (AccessFixture *fixture, const char *name)
{
  const TestCertificate wanted = { .common_names = { { name } }, .dns_names = { { name } } };

  return test_certificate_new (&wanted, fixture->authority);
}

GTlsDatabase *
access_trust (GTlsCertificate *authority)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GFile) file = g_file_new_tmp ("pyrog-XXXXXX", &stream, &error);
  g_autofree char *pem = NULL;

  g_assert_no_error (error);
  g_object_get (authority, "certificate-pem", &pem, NULL);
  g_file_set_contents (g_file_peek_path (file), pem, -1, &error);
  g_assert_no_error (error);
  GTlsDatabase *database = g_tls_file_database_new (g_file_peek_path (file), &error);
  g_assert_no_error (error);
  g_file_delete (file, NULL, NULL);
  return database;
}

static gpointer
serve (gpointer data)
{
  AccessFixture *fixture = data;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (fixture->context);
  pyrog_servant_add_handler (fixture->servant, "add", "(xx)", "x", add, fixture, NULL);
  pyrog_servant_add_attribute (fixture->servant, "level", "x", get_level, fixture, NULL);
  pyrog_servant_add_setter (fixture->servant, "level", set_level, fixture, NULL);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri
      = pyrog_daemon_register (fixture->daemon, "calc", fixture->servant, &error);
  g_assert_no_error (error);
  g_mutex_lock (&fixture->lock);
  fixture->ready = TRUE;
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
  pyrog_daemon_run (fixture->daemon, NULL, &error);
  g_assert_no_error (error);
  g_main_context_pop_thread_default (fixture->context);
  return NULL;
}

void
access_set_up_proxy (AccessFixture *fixture, PyrogProxy *proxy)
{
  if (!fixture->tls)
    return;
  g_autoptr (GTlsCertificate) client = make_certificate (fixture, "alice");
  g_autoptr (GTlsDatabase) database = access_trust (fixture->authority);
  pyrog_proxy_set_tls_certificate (proxy, client);
  pyrog_proxy_set_tls_database (proxy, database);
}

static void
set_up_tls (AccessFixture *fixture)
{
  const TestCertificate wanted = { .common_names = { { "authority" } } };

  fixture->authority = test_certificate_new (&wanted, NULL);
  g_autoptr (GTlsCertificate) server = make_certificate (fixture, "localhost");
  g_autoptr (GTlsDatabase) database = access_trust (fixture->authority);
  pyrog_daemon_set_tls_certificate (fixture->daemon, server);
  pyrog_daemon_set_tls_database (fixture->daemon, database);
}

static AccessFixture *
make_fixture (const char *threading,
              gboolean tls,
              gboolean one_way,
              const char *signal,
              const char *behaviour)
{
  static guint counter;
  AccessFixture *fixture = g_new0 (AccessFixture, 1);
  g_autofree char *location
      = g_strdup_printf ("./u:@pyrog-access-%d-%u", (int) getpid (), counter++);
  g_autofree char *uri = g_strdup_printf ("PYRO:calc@%s", location);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s, TLS %d, %s, %s", threading, tls, signal, behaviour);
  fixture->threading = threading;
  fixture->tls = tls;
  fixture->one_way = one_way;
  fixture->signal = signal;
  fixture->behaviour = behaviour;
  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  g_autoptr (PyrogConfig) config = make_config (fixture);
  fixture->daemon = pyrog_daemon_new (config);
  fixture->servant = pyrog_servant_new ();
  fixture->proxy = pyrog_proxy_new (uri, config, &error);
  g_assert_no_error (error);
  if (tls)
    set_up_tls (fixture);
  access_set_up_proxy (fixture, fixture->proxy);
  if (signal != NULL && behaviour != NULL)
    g_signal_connect (fixture->daemon, signal, G_CALLBACK (daemon_asks_cb), fixture);
  pyrog_daemon_listen (fixture->daemon, location, &error);
  g_assert_no_error (error);
  fixture->context = g_main_context_new ();
  fixture->thread = g_thread_new ("daemon", serve, fixture);
  g_mutex_lock (&fixture->lock);
  while (!fixture->ready)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
  return fixture;
}

AccessFixture *
access_fixture_new (const char *threading, gboolean tls, const char *signal, const char *behaviour)
{
  return make_fixture (threading, tls, FALSE, signal, behaviour);
}

AccessFixture *
access_fixture_new_one_way (void)
{
  return make_fixture ("multiplex", TRUE, TRUE, NULL, NULL);
}

void
access_fixture_free (AccessFixture *fixture)
{
  pyrog_daemon_stop (fixture->daemon);
  if (fixture->thread != NULL)
    g_thread_join (fixture->thread);
  g_clear_object (&fixture->proxy);
  g_object_unref (fixture->daemon);
  g_object_unref (fixture->servant);
  g_main_context_unref (fixture->context);
  g_clear_object (&fixture->authority);
  g_clear_object (&fixture->held);
  g_mutex_clear (&fixture->lock);
  g_cond_clear (&fixture->changed);
  g_free (fixture);
}

gint64
access_call (AccessFixture *fixture, GError **error)
{
  gint64 sum = 0;

  if (fixture->operation == PYROG_OPERATION_GET)
    {
      g_autoptr (GVariant) level
          = pyrog_proxy_get_attribute_sync (fixture->proxy, "level", "x", NULL, error);
      return level != NULL ? g_variant_get_int64 (level) : 0;
    }
  if (fixture->operation == PYROG_OPERATION_SET)
    return pyrog_proxy_set_attribute_sync (fixture->proxy, "level", g_variant_new_int64 (7), NULL,
                                           error)
               ? 7
               : 0;
  pyrog_proxy_invoke_sync (fixture->proxy, "add", NULL, error, "xx", G_GINT64_CONSTANT (3),
                           G_GINT64_CONSTANT (4), "x", &sum);
  return sum;
}

void
access_assert_works (AccessFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (access_call (fixture, &error), ==, 7);
  g_assert_no_error (error);
}

void
access_assert_refused (AccessFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *message
      = g_strdup_printf ("Access to ‘%s’ is not permitted", member_of (fixture));

  access_call (fixture, &error);
  g_assert_nonnull (error);
  if (g_strcmp0 (fixture->signal, "authorize-invocation") == 0)
    {
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_PERMISSION_ERROR);
      g_assert_cmpstr (error->message, ==, message);
    }
  else
    g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_NOT_SENT);
  g_assert_cmpint (g_atomic_int_get (&fixture->calls), ==, 0);
}

gpointer
access_accept_later (gpointer data)
{
  AccessFixture *fixture = data;
  g_autoptr (PyrogAccessRequest) request = access_take_held (fixture);

  g_assert_cmpint (g_atomic_int_get (&fixture->calls), ==, 0);
  pyrog_access_request_accept (request);
  pyrog_access_request_refuse (request, NULL); /* too late */
  return NULL;
}

gpointer
access_refuse_later (gpointer data)
{
  g_autoptr (PyrogAccessRequest) request = access_take_held (data);

  pyrog_access_request_refuse (request, NULL);
  return NULL;
}

gpointer
access_drop_later (gpointer data)
{
  g_object_unref (access_take_held (data));
  return NULL;
}
