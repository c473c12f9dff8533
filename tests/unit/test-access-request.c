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

/* What a daemon asks, and what its client does */
typedef struct
{
  const char *signal;
  PyrogOperation operation;
} Question;

static const Question questions[] = { { "accept-certificate", PYROG_OPERATION_CALL },
                                      { "validate-handshake", PYROG_OPERATION_CALL },
                                      { "authorize-invocation", PYROG_OPERATION_CALL },
                                      { "authorize-invocation", PYROG_OPERATION_GET },
                                      { "authorize-invocation", PYROG_OPERATION_SET } };
static const char *const threadings[] = { "multiplex", "thread" };

typedef void (*TestFunc) (const char *threading, const Question *question);

static void
for_each (TestFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (threadings); i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (questions); j++)
        func (threadings[i], &questions[j]);
    }
}

static AccessFixture *
make_fixture (const char *threading, const Question *question, const char *behaviour)
{
  gboolean tls = g_str_equal (question->signal, "accept-certificate");
  AccessFixture *fixture = access_fixture_new (threading, tls, question->signal, behaviour);

  fixture->operation = question->operation;
  return fixture;
}

/* ---- A daemon's questions ---- */

static void
check_at_once (const char *threading, const Question *question)
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
      g_autoptr (AccessFixture) fixture = make_fixture (threading, question, rows[i].behaviour);
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

static void
check_later (const char *threading, const Question *question)
{
  const struct
  {
    GThreadFunc func;
    gboolean works;
  } rows[] = { { access_accept_later, TRUE },
               { access_refuse_later, FALSE },
               { access_drop_later, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AccessFixture) fixture = make_fixture (threading, question, "hold");
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
check_forgotten (const char *threading, const Question *question)
{
  g_autoptr (AccessFixture) fixture = make_fixture (threading, question, "hold");

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
check_stopped (const char *threading, const Question *question)
{
  g_autoptr (AccessFixture) fixture = make_fixture (threading, question, "hold");
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

/* ---- Policies ---- */

typedef struct
{
  gboolean tls;
  void (*set_up) (PyrogServant *servant);
  gboolean works;
} PolicyRow;

static void
set_policy (PyrogServant *servant, const char *member, PyrogCallPolicy *policy)
{
  pyrog_servant_set_call_policy (servant, member, policy);
  g_object_unref (policy);
}

static PyrogCallPolicy *
for_certificate (const char *common_name)
{
  PyrogCallPolicy *policy = pyrog_call_policy_new ();
  g_autoptr (PyrogCertificatePolicy) certificates = pyrog_certificate_policy_new ();

  pyrog_certificate_policy_require_common_name (certificates, common_name);
  pyrog_call_policy_allow_certificates (policy, certificates);
  return policy;
}

static PyrogCallPolicy *
read_only (void)
{
  PyrogCallPolicy *policy = pyrog_call_policy_new ();

  pyrog_call_policy_set_read_only (policy, TRUE);
  return policy;
}

static void
allow_everybody (PyrogServant *servant)
{
  set_policy (servant, NULL, pyrog_call_policy_new ());
}

static void
allow_own_user (PyrogServant *servant)
{
  PyrogCallPolicy *policy = for_certificate ("nobody");

  pyrog_call_policy_allow_own_user (policy);
  set_policy (servant, NULL, policy);
}

static void
allow_alice (PyrogServant *servant)
{
  set_policy (servant, NULL, for_certificate ("alice"));
}

static void
allow_bob (PyrogServant *servant)
{
  set_policy (servant, NULL, for_certificate ("bob"));
}

static void
allow_reading (PyrogServant *servant)
{
  set_policy (servant, NULL, read_only ());
}

static void
allow_reading_and_add (PyrogServant *servant)
{
  set_policy (servant, NULL, read_only ());
  set_policy (servant, "add", pyrog_call_policy_new ());
}

static void
refuse_add (PyrogServant *servant)
{
  set_policy (servant, "add", for_certificate ("bob"));
}

static void
change_mind (PyrogServant *servant)
{
  allow_bob (servant);
  pyrog_servant_set_call_policy (servant, NULL, NULL);
}

/* Policies let in who fulfils a rule, those of a member go before those of the object, and who is
 * refused learns what and not why */
static void
test_policies (void)
{
  const PolicyRow rows[] = {
    { FALSE, allow_everybody, TRUE },
    { FALSE, allow_own_user, TRUE },
    { FALSE, allow_alice, FALSE },
    { TRUE, allow_alice, TRUE },
    { TRUE, allow_bob, FALSE },
    { FALSE, allow_reading, FALSE },
    { FALSE, allow_reading_and_add, TRUE },
    { TRUE, refuse_add, FALSE },
    { TRUE, change_mind, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AccessFixture) fixture
          = access_fixture_new (threadings[i % 2], rows[i].tls, "authorize-invocation", NULL);
      g_test_message ("row %u", i);
      rows[i].set_up (fixture->servant);
      if (rows[i].works)
        access_assert_works (fixture);
      else
        access_assert_refused (fixture);
    }
}

/* A policy goes before the program's own decision: nobody is asked about what it refuses */
static void
test_policy_first (void)
{
  g_autoptr (AccessFixture) fixture
      = access_fixture_new ("multiplex", FALSE, "authorize-invocation", NULL);

  g_signal_connect (fixture->daemon, "authorize-invocation", G_CALLBACK (never_asked_cb), NULL);
  allow_bob (fixture->servant);
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
  g_test_add_func ("/access-request/policies", test_policies);
  g_test_add_func ("/access-request/policy-first", test_policy_first);
  return g_test_run ();
}
