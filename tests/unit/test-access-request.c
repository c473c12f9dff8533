/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-access-request.h"

#include <unistd.h>

#include "access-fixture.h"

/* What a daemon asks its program */

static gboolean
never_asked_cb (PyrogDaemon *daemon, PyrogAccessRequest *request, gpointer user_data)
{
  g_assert_not_reached ();
}

static const char *const signals[]
    = { "accept-certificate", "validate-handshake", "authorize-invocation" };
static const char *const threadings[] = { "multiplex", "thread" };

typedef void (*TestFunc) (const char *threading, const char *signal);

static void
for_each (TestFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (threadings); i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (signals); j++)
        func (threadings[i], signals[j]);
    }
}

static gboolean
needs_tls (const char *signal)
{
  return g_str_equal (signal, "accept-certificate");
}

/* ---- A daemon's questions ---- */

static void
check_at_once (const char *threading, const char *signal)
{
  const struct
  {
    const char *behaviour;
    gboolean works;
  } rows[] = {
    { NULL, TRUE }, { "yes", TRUE }, { "accept", TRUE }, { "no", FALSE }, { "refuse", FALSE }
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AccessFixture) fixture
          = access_fixture_new (threading, needs_tls (signal), signal, rows[i].behaviour);
      if (rows[i].works)
        access_assert_works (fixture);
      else
        access_assert_refused (fixture);
    }
}

/* Without a handler and without an objection a peer is welcome; FALSE and a refusal keep it out */
static void
test_at_once (void)
{
  for_each (check_at_once);
}

static gpointer
accept_later (gpointer data)
{
  AccessFixture *fixture = data;
  g_autoptr (PyrogAccessRequest) request = access_take_held (fixture);

  g_assert_cmpint (g_atomic_int_get (&fixture->calls), ==, 0);
  pyrog_access_request_accept (request);
  pyrog_access_request_refuse (request, NULL); /* too late */
  return NULL;
}

static gpointer
refuse_later (gpointer data)
{
  g_autoptr (PyrogAccessRequest) request = access_take_held (data);

  pyrog_access_request_refuse (request, NULL);
  return NULL;
}

static gpointer
drop_later (gpointer data)
{
  g_object_unref (access_take_held (data));
  return NULL;
}

static void
check_later (const char *threading, const char *signal)
{
  const struct
  {
    GThreadFunc func;
    gboolean works;
  } rows[] = { { accept_later, TRUE }, { refuse_later, FALSE }, { drop_later, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AccessFixture) fixture
          = access_fixture_new (threading, needs_tls (signal), signal, "hold");
      GThread *decider = g_thread_new ("decider", rows[i].func, fixture);
      if (rows[i].works)
        access_assert_works (fixture);
      else
        access_assert_refused (fixture);
      g_thread_join (decider);
    }
}

/* A decision may come later, from another thread; nothing is executed before it, only the first one
 * counts, and a request that nobody has any more is refused */
static void
test_later (void)
{
  for_each (check_later);
}

static void
check_forgotten (const char *threading, const char *signal)
{
  g_autoptr (AccessFixture) fixture
      = access_fixture_new (threading, needs_tls (signal), signal, "hold");

  /* The fixture keeps the request, and does nothing */
  access_assert_refused (fixture);
}

/* Who never decides has refused after DECISION_TIMEOUT */
static void
test_deadline (void)
{
  for_each (check_forgotten);
}

static gpointer
stop_later (gpointer data)
{
  AccessFixture *fixture = data;
  g_autoptr (PyrogAccessRequest) request = access_take_held (fixture);

  pyrog_daemon_stop (fixture->daemon);
  g_thread_join (g_steal_pointer (&fixture->thread));
  pyrog_access_request_accept (request);
  return NULL;
}

static void
check_stopped (const char *threading, const char *signal)
{
  g_autoptr (AccessFixture) fixture
      = access_fixture_new (threading, needs_tls (signal), signal, "hold");
  g_autoptr (GError) error = NULL;
  GThread *decider = g_thread_new ("decider", stop_later, fixture);

  access_call (fixture, &error);
  g_thread_join (decider);
  g_assert_nonnull (error);
}

/* A daemon that is stopped while somebody thinks refuses, and a decision after that does no harm */
static void
test_stopped (void)
{
  for_each (check_stopped);
}

/* The answer of a handshake reaches the client */
static void
test_answer (void)
{
  g_autoptr (AccessFixture) fixture
      = access_fixture_new ("multiplex", FALSE, "validate-handshake", "yes");

  access_assert_works (fixture);
  g_autoptr (GVariant) answer = pyrog_proxy_get_handshake_answer (fixture->proxy);
  g_assert_cmpstr (g_variant_get_string (answer, NULL), ==, "welcome");
}

/* The first FALSE ends the questions */
static void
test_first_objection (void)
{
  g_autoptr (AccessFixture) fixture
      = access_fixture_new ("multiplex", FALSE, "validate-handshake", "no");

  g_signal_connect (fixture->daemon, "validate-handshake", G_CALLBACK (never_asked_cb), NULL);
  access_assert_refused (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (100);
  g_test_add_func ("/access-request/at-once", test_at_once);
  g_test_add_func ("/access-request/later", test_later);
  g_test_add_func ("/access-request/deadline", test_deadline);
  g_test_add_func ("/access-request/stopped", test_stopped);
  g_test_add_func ("/access-request/answer", test_answer);
  g_test_add_func ("/access-request/first-objection", test_first_objection);
  return g_test_run ();
}
