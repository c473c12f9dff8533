/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "pyrog-batch.h"
#include "pyrog-connection-private.h"
#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-proxy.h"

#define WATCHDOG 60 /* seconds */

typedef struct _Fixture Fixture;

typedef struct
{
  const char *name;
  PyrogServerType type;
  const char *signal;
  void (*action) (Fixture *fixture); /* what the handler does */
} Row;

/* A daemon and its clients, in one thread but for the daemon's workers */
struct _Fixture
{
  const Row *row;
  PyrogDaemon *daemon;   /* (owned) (nullable) */
  PyrogServant *servant; /* (owned) */
  PyrogUri *uri;         /* (owned) */
  GString *story;        /* (owned) a letter for each thing that happened */
  PyrogProxy *proxy;     /* (owned) a client */
  guint64 session;       /* of the last client */
  guint actions;
};

static void
note (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_none (invocation);
}

static void
fail (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "no");
}

static void
fail_with_class (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_exception (invocation, "builtins.KeyError", g_variant_new ("(s)", "key"),
                                     NULL);
}

static void
stop_iteration (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_STOP_ITERATION, "end");
}

static void
forget (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_object_unref (pyrog_invocation_hold (invocation));
}

static void
failed_cb (PyrogDaemon *daemon, PyrogInvocation *invocation, GError *error, Fixture *fixture)
{
  g_assert_true (g_main_context_is_owner (NULL));
  g_assert_true (pyrog_invocation_is_answered (invocation));
  g_string_append_printf (fixture->story, "%s:%d%s ", pyrog_invocation_get_method_name (invocation),
                          error->code, pyrog_invocation_get_oneway (invocation) ? ":oneway" : "");
  if (g_str_equal (fixture->row->signal, "method-failed") && fixture->actions++ == 0)
    fixture->row->action (fixture);
}

static void
happened (Fixture *fixture, PyrogConnection *connection, const char *signal, char letter)
{
  g_assert_true (g_main_context_is_owner (NULL));
  g_string_append_c (fixture->story, letter);
  fixture->session = pyrog_connection_get_session (connection);
  if (g_str_equal (fixture->row->signal, signal) && fixture->actions++ == 0)
    fixture->row->action (fixture);
}

/* What a client leaves behind */
static void
ended (PyrogConnection *connection, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (g_main_context_is_owner (NULL));
  g_string_append_c (fixture->story, 'e');
  if (g_str_equal (fixture->row->signal, "resource") && fixture->actions++ == 0)
    fixture->row->action (fixture);
}

static void
track (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_connection_track (pyrog_invocation_get_connection (invocation), ended, user_data, NULL);
  pyrog_invocation_return_none (invocation);
}

static void
connected_cb (PyrogDaemon *daemon, PyrogConnection *connection, Fixture *fixture)
{
  g_assert_false (pyrog_connection_is_closed (connection));
  happened (fixture, connection, "client-connected", 'c');
}

static void
disconnected_cb (PyrogDaemon *daemon, PyrogConnection *connection, Fixture *fixture)
{
  g_assert_true (pyrog_connection_is_closed (connection));
  happened (fixture, connection, "client-disconnected", 'd');
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  fixture->row = data;
  fixture->story = g_string_new (NULL);
  fixture->servant = pyrog_servant_new ();
  fixture->session = 0;
  fixture->actions = 0;
  pyrog_servant_add_handler (fixture->servant, "note", "", NULL, note, fixture, NULL);
  pyrog_servant_add_handler (fixture->servant, "track", "", NULL, track, fixture, NULL);
  pyrog_servant_add_handler (fixture->servant, "fail", "", NULL, fail, fixture, NULL);
  pyrog_servant_add_handler (fixture->servant, "oneway", "", NULL, fail, fixture, NULL);
  pyrog_servant_set_oneway (fixture->servant, "oneway", TRUE);
  pyrog_servant_add_handler (fixture->servant, "key", "", NULL, fail_with_class, fixture, NULL);
  pyrog_servant_add_handler (fixture->servant, "stop", "", NULL, stop_iteration, fixture, NULL);
  pyrog_servant_add_handler (fixture->servant, "forget", "", NULL, forget, fixture, NULL);
  g_object_set (config, "server-type", fixture->row->type, "stop-timeout", 1.0, NULL);
  fixture->daemon = pyrog_daemon_new (config);
  g_signal_connect (fixture->daemon, "method-failed", G_CALLBACK (failed_cb), fixture);
  if (!g_str_equal (fixture->row->signal, "method-failed"))
    {
      g_signal_connect (fixture->daemon, "client-connected", G_CALLBACK (connected_cb), fixture);
      g_signal_connect (fixture->daemon, "client-disconnected", G_CALLBACK (disconnected_cb),
                        fixture);
    }
  fixture->uri = pyrog_daemon_register (fixture->daemon, "o", fixture->servant, &error);
  g_assert_no_error (error);
  fixture->proxy = pyrog_proxy_new_for_uri (fixture->uri, NULL);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->daemon != NULL)
    pyrog_daemon_stop (fixture->daemon);
  settle ();
  g_clear_object (&fixture->daemon);
  g_object_unref (fixture->servant);
  g_object_unref (fixture->proxy);
  pyrog_uri_unref (fixture->uri);
  g_string_free (fixture->story, TRUE);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* FALSE: it failed, as it may when the daemon goes */
static gboolean
call (PyrogProxy *proxy, const char *method, GError **error)
{
  GAsyncResult *result = NULL;

  pyrog_proxy_call (proxy, method, NULL, NULL, NULL, called_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GVariant) value = pyrog_proxy_call_finish (proxy, result, error);
  g_object_unref (result);
  return value != NULL;
}

static void
wait_for_story (Fixture *fixture, gsize length)
{
  while (fixture->story->len < length)
    g_main_context_iteration (NULL, FALSE);
}

/* ---- The story ---- */

static void
do_nothing (Fixture *fixture)
{
}

/* Each client comes once and goes once, however it goes; strangers do neither */
static void
test_story (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogProxy) first = pyrog_proxy_new_for_uri (fixture->uri, NULL);
  g_autoptr (PyrogProxy) second = pyrog_proxy_new_for_uri (fixture->uri, NULL);
  g_autoptr (PyrogUri) nobody = pyrog_daemon_uri_for (fixture->daemon, "nobody", NULL);
  g_autoptr (PyrogProxy) stranger = pyrog_proxy_new_for_uri (nobody, NULL);

  g_assert_true (call (first, "note", NULL));
  wait_for_story (fixture, 1);
  guint64 session = fixture->session;
  g_assert_false (call (stranger, "note", NULL));
  g_assert_true (call (second, "note", NULL));
  wait_for_story (fixture, 2);
  g_assert_cmpuint (fixture->session, !=, session);
  pyrog_proxy_release (first);
  wait_for_story (fixture, 3);
  g_assert_cmpuint (fixture->session, ==, session);
  g_assert_cmpstr (fixture->story->str, ==, "ccd");
  pyrog_daemon_stop (fixture->daemon);
  g_assert_cmpstr (fixture->story->str, ==, "ccdd");
}

/* What a method tracks ends with the connection of its caller, in the daemon's context, after the
 * signal */
static void
test_tracking (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogProxy) other = pyrog_proxy_new_for_uri (fixture->uri, NULL);

  g_assert_true (call (fixture->proxy, "track", NULL));
  g_assert_true (call (other, "track", NULL));
  wait_for_story (fixture, 2);
  pyrog_proxy_release (fixture->proxy);
  wait_for_story (fixture, 4);
  g_assert_cmpstr (fixture->story->str, ==, "ccde");
  pyrog_daemon_stop (fixture->daemon);
  g_assert_cmpstr (fixture->story->str, ==, "ccdede");
}

/* Whatever makes a call fail is told, once, in a batch too, and also if nobody waits for the answer
 */
static void
test_failures (Fixture *fixture, gconstpointer data)
{
  static const char *const methods[] = { "fail", "key", "stop", "forget", "oneway" };
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_uri (fixture->uri, NULL);
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (proxy);
  g_autofree char *answers = g_strdup_printf ("fail:%d key:%d forget:%d ", PYROG_ERROR_VALUE_ERROR,
                                              PYROG_ERROR_KEY_ERROR, PYROG_ERROR_FAILED);
  g_autofree char *expected
      = g_strdup_printf ("%s%soneway:%d:oneway ", answers, answers, PYROG_ERROR_VALUE_ERROR);

  for (guint i = 0; i < G_N_ELEMENTS (methods) - 1; i++)
    {
      pyrog_batch_add (batch, methods[i], NULL);
      pyrog_batch_submit (batch, NULL, NULL, NULL);
    }
  g_assert_true (call (proxy, "note", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    g_assert_true (call (proxy, methods[i], NULL) == g_str_equal (methods[i], "oneway"));
  wait_for_story (fixture, strlen (expected));
  g_assert_cmpstr (fixture->story->str, ==, expected);
}

/* ---- What handlers may do ---- */

static void
stop (Fixture *fixture)
{
  pyrog_daemon_stop (fixture->daemon);
}

static void
end (Fixture *fixture)
{
  pyrog_daemon_shutdown (fixture->daemon);
}

static void
drop (Fixture *fixture)
{
  pyrog_daemon_stop (fixture->daemon);
  g_clear_object (&fixture->daemon);
}

static void
restart (Fixture *fixture)
{
  pyrog_daemon_stop (fixture->daemon);
  pyrog_daemon_start (fixture->daemon, NULL);
}

static void
disconnect (Fixture *fixture)
{
  pyrog_proxy_release (fixture->proxy);
}

static void
nest (Fixture *fixture)
{
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_uri (fixture->uri, NULL);

  g_assert_true (call (proxy, "note", NULL));
}

/* Whatever a handler of a failure does to the daemon, it is safe */
static void
test_failure_action (Fixture *fixture, gconstpointer data)
{
  g_assert_false (call (fixture->proxy, "fail", NULL));
  while (fixture->actions == 0)
    g_main_context_iteration (NULL, TRUE);
  settle ();
}

/* Whatever the end of a resource does to the daemon, it is safe, and others end too */
static void
test_resource_action (Fixture *fixture, gconstpointer data)
{
  g_assert_true (call (fixture->proxy, "track", NULL));
  g_assert_true (call (fixture->proxy, "track", NULL));
  wait_for_story (fixture, 1);
  pyrog_proxy_release (fixture->proxy);
  while (fixture->actions < 2)
    g_main_context_iteration (NULL, TRUE);
  settle ();
}

/* Whatever a handler does to the daemon, it is safe, and who came goes */
static void
test_action (Fixture *fixture, gconstpointer data)
{
  gsize disconnected = 0;

  call (fixture->proxy, "note", NULL);
  wait_for_story (fixture, 1);
  pyrog_proxy_release (fixture->proxy);
  while (fixture->actions == 0)
    g_main_context_iteration (NULL, TRUE);
  settle ();
  if (fixture->daemon == NULL)
    return; /* it took its signals along */
  pyrog_daemon_stop (fixture->daemon);
  settle ();
  for (gsize i = 0; i < fixture->story->len; i++)
    disconnected += fixture->story->str[i] == 'd';
  g_assert_cmpuint (disconnected * 2, ==, fixture->story->len);
}

static void
add (const char *name,
     const char *signal,
     void (*action) (Fixture *fixture),
     void (*test) (Fixture *, gconstpointer))
{
  static Row rows[64];
  static guint count;
  const PyrogServerType types[] = { PYROG_SERVER_TYPE_MULTIPLEX, PYROG_SERVER_TYPE_THREAD };
  const char *const type_names[] = { "multiplex", "thread" };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/daemon-signals/%s/%s/%s", signal, name, type_names[i]);
      g_assert_cmpuint (count, <, G_N_ELEMENTS (rows));
      rows[count] = (Row){ name, types[i], signal, action };
      g_test_add (path, Fixture, &rows[count++], set_up, test, tear_down);
    }
}

int
main (int argc, char **argv)
{
  static const char *const signals[] = { "client-connected", "client-disconnected" };

  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);

  add ("story", "both", do_nothing, test_story);
  add ("tracking", "both", do_nothing, test_tracking);
  add ("failures", "method-failed", do_nothing, test_failures);
  add ("stop", "method-failed", stop, test_failure_action);
  add ("shutdown", "method-failed", end, test_failure_action);
  add ("drop", "method-failed", drop, test_failure_action);
  add ("restart", "method-failed", restart, test_failure_action);
  add ("disconnect", "method-failed", disconnect, test_failure_action);
  add ("nest", "method-failed", nest, test_failure_action);
  add ("stop", "resource", stop, test_resource_action);
  add ("drop", "resource", drop, test_resource_action);
  add ("restart", "resource", restart, test_resource_action);
  add ("nest", "resource", nest, test_resource_action);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      add ("stop", signals[i], stop, test_action);
      add ("shutdown", signals[i], end, test_action);
      add ("drop", signals[i], drop, test_action);
      add ("restart", signals[i], restart, test_action);
      add ("disconnect", signals[i], disconnect, test_action);
      add ("nest", signals[i], nest, test_action);
    }
  return g_test_run ();
}
