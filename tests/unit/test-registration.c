/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-registration.h"

#include <string.h>
#include <unistd.h>

#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-proxy.h"

#define WATCHDOG 60 /* seconds */

static int made;                /* (atomic) counters, and those that are gone */
static int gone;                /* (atomic) */
static GThread *gone_in_thread; /* where the last one went */

/* ---- What is made: an object that knows nothing of Pyro ---- */

#define TEST_TYPE_COUNTER (test_counter_get_type ())
G_DECLARE_FINAL_TYPE (TestCounter, test_counter, TEST, COUNTER, GObject)

struct _TestCounter
{
  GObject parent_instance;
  int count; /* (atomic) */
};

G_DEFINE_FINAL_TYPE (TestCounter, test_counter, G_TYPE_OBJECT)

static void
test_counter_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_int (value, g_atomic_int_get (&TEST_COUNTER (object)->count));
}

static void
test_counter_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  g_atomic_int_set (&TEST_COUNTER (object)->count, g_value_get_int (value));
}

static void
test_counter_finalize (GObject *object)
{
  gone_in_thread = g_thread_self ();
  g_atomic_int_inc (&gone);
  G_OBJECT_CLASS (test_counter_parent_class)->finalize (object);
}

static void
test_counter_class_init (TestCounterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_counter_get_property;
  object_class->set_property = test_counter_set_property;
  object_class->finalize = test_counter_finalize;
  g_object_class_install_property (
      object_class, 1,
      g_param_spec_int ("count", NULL, NULL, 0, 1000, 0,
                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY));
}

static void
test_counter_init (TestCounter *self)
{
  g_atomic_int_inc (&made);
}

/* ---- ... and one that is a servant, with what its class installed ---- */

#define TEST_TYPE_SPEAKER (test_speaker_get_type ())
G_DECLARE_FINAL_TYPE (TestSpeaker, test_speaker, TEST, SPEAKER, PyrogServant)

struct _TestSpeaker
{
  PyrogServant parent_instance;
  int words;
};

G_DEFINE_FINAL_TYPE (TestSpeaker, test_speaker, PYROG_TYPE_SERVANT)

static void
speak (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  TestSpeaker *self = TEST_SPEAKER (servant);

  g_assert_true (pyrog_invocation_get_instance (invocation) == G_OBJECT (self));
  pyrog_invocation_return (invocation, "i", ++self->words);
}

static void
test_speaker_class_init (TestSpeakerClass *klass)
{
  pyrog_servant_class_install_method (PYROG_SERVANT_CLASS (klass), "speak", "", "i", speak);
}

static void
test_speaker_init (TestSpeaker *self)
{
}

/* ---- A daemon and its clients, in one thread but for the daemon's workers ---- */

typedef struct
{
  PyrogDaemon *daemon;   /* (owned) */
  PyrogServant *servant; /* (owned) of counters */
  gboolean fail;         /* what the factory is to do */
  GType type;
  guint action;
} Fixture;

static void
increment (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  TestCounter *counter = TEST_COUNTER (pyrog_invocation_get_instance (invocation));

  pyrog_invocation_return (invocation, "i", g_atomic_int_add (&counter->count, 1) + 1);
}

static void
new_daemon (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();

  g_object_set (config, "server-type", GPOINTER_TO_INT (data), NULL);
  fixture->daemon = pyrog_daemon_new (config);
  g_assert_true (pyrog_daemon_start (fixture->daemon, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  made = gone = 0;
  gone_in_thread = NULL;
  fixture->fail = FALSE;
  fixture->type = TEST_TYPE_COUNTER;
  fixture->servant = pyrog_servant_new_for_type (TEST_TYPE_COUNTER);
  pyrog_servant_add_handler (fixture->servant, "increment", NULL, "i", increment, NULL, NULL);
  pyrog_servant_expose_property (fixture->servant, "count", PYROG_ACCESS_READWRITE);
  new_daemon (fixture, data);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->daemon != NULL)
    pyrog_daemon_stop (fixture->daemon);
  g_clear_object (&fixture->daemon);
  g_object_unref (fixture->servant);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (made, ==, gone);
}

static GObject *
make_counter (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_assert_cmpuint (pyrog_invocation_get_session (invocation), >, 0);
  if (fixture->fail)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "no counter today");
      return NULL;
    }
  return fixture->type != G_TYPE_INVALID ? g_object_new (fixture->type, NULL) : NULL;
}

static PyrogProxy *
open_proxy (PyrogUri *uri)
{
  return pyrog_proxy_new_for_uri (uri, NULL);
}

static PyrogUri *
register_counter (Fixture *fixture, PyrogInstanceMode mode, gboolean by_func)
{
  g_autoptr (GError) error = NULL;
  PyrogUri *uri
      = pyrog_daemon_register_factory (fixture->daemon, NULL, fixture->servant, mode,
                                       by_func ? make_counter : NULL, fixture, NULL, &error);

  g_assert_no_error (error);
  return uri;
}

typedef struct
{
  GAsyncResult *result; /* (owned) (nullable) */
} Waiting;

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Waiting *) data)->result = g_object_ref (result);
}

static GVariant *
call (PyrogProxy *proxy, const char *method, GError **error)
{
  Waiting waiting = { NULL };

  pyrog_proxy_call (proxy, method, NULL, NULL, NULL, called_cb, &waiting);
  while (waiting.result == NULL)
    g_main_context_iteration (NULL, TRUE);
  GVariant *value = pyrog_proxy_call_finish (proxy, waiting.result, error);
  g_object_unref (waiting.result);
  return value;
}

static void
assert_count (PyrogProxy *proxy, const char *method, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = call (proxy, method, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (value), ==, expected);
}

static void
assert_failure (PyrogProxy *proxy, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = call (proxy, "increment", &error);

  g_assert_null (value);
  g_assert_error (error, PYROG_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
wait_for_gone (int count)
{
  while (g_atomic_int_get (&gone) < count)
    g_main_context_iteration (NULL, FALSE);
}

/* ---- Modes ---- */

/* One object serves everybody, made at the first call, dropped when it is unregistered */
static void
test_single (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogUri) uri = register_counter (fixture, PYROG_INSTANCE_MODE_SINGLE, TRUE);
  g_autoptr (PyrogProxy) first = open_proxy (uri);
  g_autoptr (PyrogProxy) second = open_proxy (uri);

  g_assert_cmpint (made, ==, 0);
  assert_count (first, "increment", 1);
  assert_count (second, "increment", 2);
  g_assert_cmpint (made, ==, 1);
  pyrog_proxy_release (first);
  assert_count (second, "increment", 3);
  g_assert_true (pyrog_daemon_unregister (fixture->daemon, pyrog_uri_get_object (uri)));
  wait_for_gone (1);
}

/* Each connection has its own object, which goes with it, in the daemon's context */
static void
test_session (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogUri) uri = register_counter (fixture, PYROG_INSTANCE_MODE_SESSION, TRUE);
  g_autoptr (PyrogProxy) first = open_proxy (uri);
  g_autoptr (PyrogProxy) second = open_proxy (uri);

  assert_count (first, "increment", 1);
  assert_count (second, "increment", 1);
  assert_count (first, "increment", 2);
  g_assert_cmpint (made, ==, 2);
  pyrog_proxy_release (first);
  wait_for_gone (1);
  g_assert_true (gone_in_thread == g_thread_self ());
  assert_count (first, "increment", 1);
  assert_count (second, "increment", 2);
}

/* Each call has its own object, which goes when it was answered */
static void
test_percall (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogUri) uri = register_counter (fixture, PYROG_INSTANCE_MODE_PERCALL, TRUE);
  g_autoptr (PyrogProxy) proxy = open_proxy (uri);

  assert_count (proxy, "increment", 1);
  assert_count (proxy, "increment", 1);
  wait_for_gone (2);
  g_assert_cmpint (made, ==, 2);
}

/* Attributes are those of the object that was made */
static void
test_properties (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogUri) uri = register_counter (fixture, PYROG_INSTANCE_MODE_SESSION, FALSE);
  g_autoptr (PyrogProxy) proxy = open_proxy (uri);
  g_autoptr (PyrogProxy) other = open_proxy (uri);
  Waiting waiting = { NULL };

  pyrog_proxy_set_attribute (proxy, "count", g_variant_new_int32 (41), NULL, called_cb, &waiting);
  while (waiting.result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (pyrog_proxy_set_attribute_finish (proxy, waiting.result, NULL));
  g_clear_object (&waiting.result);
  assert_count (proxy, "increment", 42);
  assert_count (other, "increment", 1);
}

/* Methods that a class installed are called on the object that was made of it */
static void
test_type (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogUri) uri = pyrog_daemon_register_type (
      fixture->daemon, "speaker", TEST_TYPE_SPEAKER, PYROG_INSTANCE_MODE_SINGLE, &error);
  g_autoptr (PyrogProxy) proxy = open_proxy (uri);

  g_assert_no_error (error);
  assert_count (proxy, "speak", 1);
  assert_count (proxy, "speak", 2);
  g_assert_null (pyrog_daemon_register_type (fixture->daemon, "speaker", TEST_TYPE_SPEAKER,
                                             PYROG_INSTANCE_MODE_SINGLE, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON);
}

/* ---- Failures ---- */

/* A factory that fails fails the call, with its error; nothing is kept, and the next call tries
 * again */
static void
test_failing_factory (Fixture *fixture, gconstpointer data)
{
  const PyrogInstanceMode modes[]
      = { PYROG_INSTANCE_MODE_SINGLE, PYROG_INSTANCE_MODE_SESSION, PYROG_INSTANCE_MODE_PERCALL };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (PyrogUri) uri = register_counter (fixture, modes[i], TRUE);
      g_autoptr (PyrogProxy) proxy = open_proxy (uri);
      fixture->fail = TRUE;
      assert_failure (proxy, PYROG_ERROR_VALUE_ERROR, "no counter today");
      fixture->fail = FALSE;
      fixture->type = G_TYPE_INVALID;
      assert_failure (proxy, PYROG_ERROR_FAILED, "Nothing was made");
      fixture->type = TEST_TYPE_SPEAKER;
      assert_failure (proxy, PYROG_ERROR_TYPE_ERROR, "TestSpeaker");
      fixture->type = TEST_TYPE_COUNTER;
      assert_count (proxy, "increment", 1);
      pyrog_daemon_unregister (fixture->daemon, pyrog_uri_get_object (uri));
    }
}

static void
stop_daemon (Fixture *fixture)
{
  pyrog_daemon_stop (fixture->daemon);
}

static void
drop_daemon (Fixture *fixture)
{
  pyrog_daemon_stop (fixture->daemon);
  g_clear_object (&fixture->daemon);
}

static void
unregister (Fixture *fixture)
{
  pyrog_daemon_unregister (fixture->daemon, "o");
}

static void (*const actions[]) (Fixture *) = { stop_daemon, drop_daemon, unregister };

static GObject *
make_and_act (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  actions[fixture->action](fixture);
  return g_object_new (TEST_TYPE_COUNTER, NULL);
}

/* A factory may stop, drop or unregister what has called it; the call ends somehow */
static void
test_factory_acts (Fixture *fixture, gconstpointer data)
{
  for (int mode = PYROG_INSTANCE_MODE_SESSION; mode <= PYROG_INSTANCE_MODE_PERCALL; mode++)
    {
      for (fixture->action = 0; fixture->action < G_N_ELEMENTS (actions); fixture->action++)
        {
          g_autoptr (GError) error = NULL;
          g_test_message ("mode %d, action %u", mode, fixture->action);
          if (fixture->daemon == NULL)
            new_daemon (fixture, data);
          else if (!pyrog_daemon_get_running (fixture->daemon))
            g_assert_true (pyrog_daemon_start (fixture->daemon, NULL));
          pyrog_daemon_unregister (fixture->daemon, "o");
          g_autoptr (PyrogUri) uri = pyrog_daemon_register_factory (
              fixture->daemon, "o", fixture->servant, (PyrogInstanceMode) mode, make_and_act,
              fixture, NULL, &error);
          g_assert_no_error (error);
          g_autoptr (PyrogProxy) proxy = open_proxy (uri);
          g_autoptr (GVariant) value = call (proxy, "increment", NULL);
          while (fixture->daemon != NULL && fixture->action == 0
                 && pyrog_daemon_get_running (fixture->daemon))
            g_main_context_iteration (NULL, TRUE);
        }
    }
}

/* A method that is not there makes no difference to one that is */
static void
test_unknown_method (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogUri) uri = register_counter (fixture, PYROG_INSTANCE_MODE_SESSION, TRUE);
  g_autoptr (PyrogProxy) proxy = open_proxy (uri);
  g_autoptr (GError) error = NULL;

  g_assert_null (call (proxy, "decrement", &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
  assert_count (proxy, "increment", 1);
}

static void
answer (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return (invocation, "i", GPOINTER_TO_INT (user_data));
}

/* A servant that was registered weakly is served as long as it lives */
static void
test_weak (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  PyrogServant *servant = pyrog_servant_new ();

  pyrog_servant_add_handler (servant, "increment", "", "i", answer, GINT_TO_POINTER (7), NULL);
  g_autoptr (PyrogUri) uri
      = pyrog_daemon_register_full (fixture->daemon, NULL, servant, PYROG_REGISTER_WEAK, &error);
  g_assert_no_error (error);
  g_autofree char *id = pyrog_daemon_id_of (fixture->daemon, servant);
  g_assert_cmpstr (id, ==, pyrog_uri_get_object (uri));
  g_autoptr (PyrogProxy) proxy = open_proxy (uri);
  assert_count (proxy, "increment", 7);
  g_object_add_weak_pointer (G_OBJECT (servant), (gpointer *) &servant);
  g_object_unref (servant);
  /* A worker may still be on its way out of the method */
  while (g_atomic_pointer_get (&servant) != NULL)
    g_main_context_iteration (NULL, FALSE);
  assert_failure (proxy, PYROG_ERROR_DAEMON, "unknown object");
}

/* Force replaces what has an id, for calls on connections that are there already, and even the
 * daemon's own object, which can't be unregistered */
static void
test_force (Fixture *fixture, gconstpointer data)
{
  const char *const ids[] = { "mine", "Pyro.Daemon" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (PyrogServant) first = pyrog_servant_new ();
      g_autoptr (PyrogServant) second = pyrog_servant_new ();
      g_autoptr (GError) error = NULL;

      pyrog_servant_add_handler (first, "increment", "", "i", answer, GINT_TO_POINTER (1), NULL);
      pyrog_servant_add_handler (second, "increment", "", "i", answer, GINT_TO_POINTER (2), NULL);
      g_autoptr (PyrogUri) uri = pyrog_daemon_register_full (fixture->daemon, ids[i], first,
                                                             PYROG_REGISTER_FORCE, &error);
      g_assert_no_error (error);
      g_autoptr (PyrogProxy) proxy = open_proxy (uri);
      assert_count (proxy, "increment", 1);
      g_assert_null (pyrog_daemon_register (fixture->daemon, ids[i], second, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON);
      g_clear_error (&error);
      g_autoptr (PyrogUri) same = pyrog_daemon_register_full (fixture->daemon, ids[i], second,
                                                              PYROG_REGISTER_FORCE, &error);
      g_assert_no_error (error);
      assert_count (proxy, "increment", 2);
      g_assert_null (pyrog_daemon_id_of (fixture->daemon, first));
      g_assert_cmpint (pyrog_daemon_unregister (fixture->daemon, ids[i]), ==, i == 0);
    }
}

/* What clients read when they connect is what a servant has just then */
static void
test_changes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, NULL, servant, NULL);
  g_autoptr (PyrogProxy) before = open_proxy (uri);
  g_autoptr (PyrogProxy) after = open_proxy (uri);

  pyrog_servant_add_handler (servant, "old", "", "i", answer, GINT_TO_POINTER (1), NULL);
  assert_count (before, "old", 1);
  pyrog_servant_remove (servant, "old");
  pyrog_servant_add_handler (servant, "new", "", "i", answer, GINT_TO_POINTER (2), NULL);
  assert_count (after, "new", 2);
  g_assert_null (call (before, "old", NULL));
  pyrog_proxy_release (before);
  assert_count (before, "new", 2);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  const PyrogServerType types[] = { PYROG_SERVER_TYPE_MULTIPLEX, PYROG_SERVER_TYPE_THREAD };
  const char *const names[] = { "multiplex", "thread" };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *path = g_strdup_printf ("/registration/%s/%s", name, names[i]);
      g_test_add (path, Fixture, GINT_TO_POINTER (types[i]), set_up, test, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);

  add ("single", test_single);
  add ("session", test_session);
  add ("percall", test_percall);
  add ("properties", test_properties);
  add ("type", test_type);
  add ("failing-factory", test_failing_factory);
  add ("factory-acts", test_factory_acts);
  add ("unknown-method", test_unknown_method);
  add ("weak", test_weak);
  add ("force", test_force);
  add ("changes", test_changes);
  return g_test_run ();
}
