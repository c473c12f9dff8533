/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-proxy.h"

/* Several threads share one proxy; their calls are cancelled by others at moments that the seed of
 * the test program decides, or run out of time. Whatever happens, each call ends once, with its own
 * answer or with the error of what was done to it. */

#define CALLERS 4
#define CALLS 150    /* a caller */
#define WATCHDOG 100 /* seconds */

typedef struct
{
  PyrogDaemon *daemon; /* (owned) */
  GMainContext *context;
  GThread *thread;
  GThread *answerer;
  GMutex lock;
  GCond changed;
  char *uri;         /* (owned) (locked-by lock) */
  GPtrArray *queue;  /* (owned) (locked-by lock) calls that the answerer holds */
  gboolean stopping; /* (locked-by lock) */
  PyrogServerType type;

  PyrogProxy *proxy; /* (owned) that everybody shares */
  int answered;      /* (atomic) calls */
  int cancelled;     /* (atomic) calls */
  int timed_out;     /* (atomic) calls */
  int lost;          /* (atomic) calls whose connection ended for another one */
} Fixture;

/* ---- The daemon ---- */

static void
echo (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 number;

  if (pyrog_invocation_read (invocation, error, "x", &number))
    pyrog_invocation_return (invocation, "x", number);
}

/* The answerer answers later */
static void
echo_later (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_mutex_lock (&fixture->lock);
  g_ptr_array_add (fixture->queue, pyrog_invocation_hold (invocation));
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
}

/* Answers what is held, in a thread of its own */
static gpointer
answer_all (gpointer data)
{
  Fixture *fixture = data;

  g_mutex_lock (&fixture->lock);
  while (!fixture->stopping || fixture->queue->len > 0)
    {
      if (fixture->queue->len == 0)
        {
          g_cond_wait (&fixture->changed, &fixture->lock);
          continue;
        }
      g_autoptr (PyrogInvocation) invocation = g_ptr_array_steal_index (fixture->queue, 0);
      g_mutex_unlock (&fixture->lock);
      g_autoptr (GError) error = NULL;
      echo (invocation, NULL, &error);
      g_assert_no_error (error);
      g_clear_object (&invocation);
      g_mutex_lock (&fixture->lock);
    }
  g_mutex_unlock (&fixture->lock);
  return NULL;
}

static gpointer
run_daemon (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (fixture->context);
  g_object_set (config, "server-type", fixture->type, NULL);
  pyrog_servant_add_handler (servant, "echo", "x number", "x", echo, NULL, NULL);
  pyrog_servant_add_handler (servant, "echo_later", "x number", "x", echo_later, fixture, NULL);
  fixture->daemon = pyrog_daemon_new (config);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "echo", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
  g_mutex_lock (&fixture->lock);
  fixture->uri = pyrog_uri_to_string (uri);
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
  pyrog_daemon_run (fixture->daemon, NULL, &error);
  g_main_context_pop_thread_default (fixture->context);
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  memset (fixture, 0, sizeof *fixture);
  fixture->type = (PyrogServerType) GPOINTER_TO_INT (data);
  fixture->context = g_main_context_new ();
  fixture->queue = g_ptr_array_new ();
  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  fixture->thread = g_thread_new ("daemon", run_daemon, fixture);
  fixture->answerer = g_thread_new ("answerer", answer_all, fixture);
  g_mutex_lock (&fixture->lock);
  while (fixture->uri == NULL)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
  fixture->proxy = pyrog_proxy_new (fixture->uri, NULL, &error);
  g_assert_no_error (error);
  pyrog_proxy_bind_sync (fixture->proxy, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->proxy);
  pyrog_daemon_stop (fixture->daemon);
  g_thread_join (fixture->thread);
  g_mutex_lock (&fixture->lock);
  fixture->stopping = TRUE;
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
  g_thread_join (fixture->answerer);
  g_assert_finalize_object (fixture->daemon);
  g_main_context_unref (fixture->context);
  g_assert_cmpuint (fixture->queue->len, ==, 0);
  g_ptr_array_unref (fixture->queue);
  g_mutex_clear (&fixture->lock);
  g_cond_clear (&fixture->changed);
  g_free (fixture->uri);
}

/* ---- Callers ---- */

typedef struct
{
  Fixture *fixture;
  guint number;
  GRand *rand; /* (owned) */
  guint pending;
  gboolean deadlines; /* calls may run out of time */
} Caller;

/* One that cancels, after some work of a random amount */
typedef struct
{
  GCancellable *cancellable; /* (owned) */
  guint delay;               /* turns of the scheduler */
} Canceller;

static GThreadPool *cancellers; /* (owned) */

static void
cancel (gpointer data, gpointer user_data)
{
  Canceller *canceller = data;

  for (guint i = 0; i < canceller->delay; i++)
    g_thread_yield ();
  g_cancellable_cancel (canceller->cancellable);
  g_object_unref (canceller->cancellable);
  g_free (canceller);
}

/* Half of all calls are cancelled sooner or later, a few before they begin */
static GCancellable *
new_cancellable (Caller *caller)
{
  GCancellable *cancellable = g_cancellable_new ();
  gint32 fate = g_rand_int_range (caller->rand, 0, 10);

  if (fate == 0)
    g_cancellable_cancel (cancellable);
  else if (fate < 6)
    {
      Canceller *canceller = g_new0 (Canceller, 1);
      canceller->cancellable = g_object_ref (cancellable);
      canceller->delay = (guint) g_rand_int_range (caller->rand, 0, 60);
      g_thread_pool_push (cancellers, canceller, NULL);
    }
  return cancellable;
}

static PyrogCallOptions *
new_options (Caller *caller)
{
  PyrogCallOptions *options = pyrog_call_options_new ();

  if (caller->deadlines && g_rand_int_range (caller->rand, 0, 3) == 0)
    pyrog_call_options_set_timeout (options, g_rand_double_range (caller->rand, 0.000001, 0.001));
  return options;
}

static void
check_end (Caller *caller, gint64 number, GVariant *result, GError *error)
{
  Fixture *fixture = caller->fixture;

  if (result != NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpint (g_variant_get_int64 (result), ==, number);
      g_atomic_int_inc (&fixture->answered);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_atomic_int_inc (&fixture->cancelled);
  else if (g_error_matches (error, PYROG_ERROR, PYROG_ERROR_TIMEOUT))
    g_atomic_int_inc (&fixture->timed_out);
  else if (g_error_matches (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED))
    g_atomic_int_inc (&fixture->lost);
  else
    g_assert_no_error (error);
}

static const char *
choose_method (Caller *caller)
{
  return g_rand_boolean (caller->rand) ? "echo" : "echo_later";
}

static GVariant *
call_sync (Caller *caller, gint64 number, GError **error)
{
  g_autoptr (GCancellable) cancellable = new_cancellable (caller);
  g_autoptr (PyrogCallOptions) options = new_options (caller);

  return pyrog_proxy_call_full_sync (caller->fixture->proxy, choose_method (caller),
                                     g_variant_new ("(x)", number), NULL, "x", options, cancellable,
                                     NULL, error);
}

typedef struct
{
  Caller *caller;
  gint64 number;
} Pending;

static void
call_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Pending *pending = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value
      = pyrog_proxy_call_full_finish (PYROG_PROXY (object), result, NULL, &error);

  check_end (pending->caller, pending->number, value, error);
  pending->caller->pending--;
}

static void
call_async (Caller *caller, gint64 number)
{
  g_autoptr (GCancellable) cancellable = new_cancellable (caller);
  g_autoptr (PyrogCallOptions) options = new_options (caller);
  Pending *pending = g_new0 (Pending, 1);

  *pending = (Pending){ caller, number };
  caller->pending++;
  pyrog_proxy_call_full (caller->fixture->proxy, choose_method (caller),
                         g_variant_new ("(x)", number), NULL, "x", options, cancellable, call_cb,
                         pending);
}

static gpointer
run_caller (gpointer data)
{
  Caller *caller = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < CALLS; i++)
    {
      gint64 number = (gint64) caller->number * 1000000 + i;
      if (g_rand_boolean (caller->rand))
        call_async (caller, number);
      else
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GVariant) result = call_sync (caller, number, &error);
          check_end (caller, number, result, error);
        }
      while (caller->pending > 20)
        g_main_context_iteration (context, TRUE);
    }
  while (caller->pending > 0)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_rand_free (caller->rand);
  return NULL;
}

static void
run_callers (Fixture *fixture, gboolean deadlines)
{
  Caller callers[CALLERS] = { 0 };
  GThread *threads[CALLERS];

  cancellers = g_thread_pool_new (cancel, NULL, 2, TRUE, NULL);
  for (guint i = 0; i < CALLERS; i++)
    {
      callers[i] = (Caller){ .fixture = fixture, .number = i, .deadlines = deadlines };
      callers[i].rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
      threads[i] = g_thread_new ("caller", run_caller, &callers[i]);
    }
  for (guint i = 0; i < CALLERS; i++)
    g_thread_join (threads[i]);
  g_thread_pool_free (cancellers, FALSE, TRUE);
  g_test_message ("%d answered, %d cancelled, %d timed out, %d lost", fixture->answered,
                  fixture->cancelled, fixture->timed_out, fixture->lost);
}

/* The proxy is as good as before */
static void
assert_works (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = pyrog_proxy_call_sync (
      fixture->proxy, "echo", g_variant_new ("(x)", (gint64) 5), "x", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (result), ==, 5);
}

/* Cancelled calls never take, lose or mix up the answers of others */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  run_callers (fixture, FALSE);
  g_assert_cmpint (fixture->answered + fixture->cancelled + fixture->lost, ==, CALLERS * CALLS);
  g_assert_cmpint (fixture->timed_out, ==, 0);
  g_assert_cmpint (fixture->answered, >, 0);
  g_assert_cmpint (fixture->cancelled, >, 0);
  assert_works (fixture);
}

/* Nor do calls that run out of time, although these may take the connection along */
static void
test_deadlines (Fixture *fixture, gconstpointer data)
{
  run_callers (fixture, TRUE);
  g_assert_cmpint (fixture->answered + fixture->cancelled + fixture->timed_out + fixture->lost, ==,
                   CALLERS * CALLS);
  g_assert_cmpint (fixture->answered, >, 0);
  g_assert_cmpint (fixture->timed_out, >, 0);
  assert_works (fixture);
}

static void
add_test (const char *name, PyrogServerType type, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strdup_printf (
      "/cancellation/%s/%s", type == PYROG_SERVER_TYPE_THREAD ? "thread" : "multiplex", name);

  g_test_add (path, Fixture, GINT_TO_POINTER (type), set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);
  add_test ("cancel", PYROG_SERVER_TYPE_MULTIPLEX, test_cancel);
  add_test ("cancel", PYROG_SERVER_TYPE_THREAD, test_cancel);
  add_test ("deadlines", PYROG_SERVER_TYPE_MULTIPLEX, test_deadlines);
  add_test ("deadlines", PYROG_SERVER_TYPE_THREAD, test_deadlines);
  return g_test_run ();
}
