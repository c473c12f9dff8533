/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <unistd.h>

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
  guint64 session;       /* of the last client */
  guint actions;
};

static void
note (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_none (invocation);
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
  g_object_set (config, "server-type", fixture->row->type, "stop-timeout", 1.0, NULL);
  fixture->daemon = pyrog_daemon_new (config);
  g_signal_connect (fixture->daemon, "client-connected", G_CALLBACK (connected_cb), fixture);
  g_signal_connect (fixture->daemon, "client-disconnected", G_CALLBACK (disconnected_cb), fixture);
  fixture->uri = pyrog_daemon_register (fixture->daemon, "o", fixture->servant, &error);
  g_assert_no_error (error);
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
nest (Fixture *fixture)
{
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_uri (fixture->uri, NULL);

  g_assert_true (call (proxy, "note", NULL));
}

/* Whatever a handler does to the daemon, it is safe, and who came goes */
static void
test_action (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_uri (fixture->uri, NULL);
  gsize disconnected = 0;

  call (proxy, "note", NULL);
  wait_for_story (fixture, 1);
  pyrog_proxy_release (proxy);
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
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      add ("stop", signals[i], stop, test_action);
      add ("shutdown", signals[i], end, test_action);
      add ("drop", signals[i], drop, test_action);
      add ("restart", signals[i], restart, test_action);
      add ("nest", signals[i], nest, test_action);
    }
  return g_test_run ();
}
