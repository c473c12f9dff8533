/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static GMutex lock;
static GCond all_there;
static int callers;

static void
add (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  gint64 a, b;

  g_variant_get (args, "(xx)", &a, &b);
  pyrog_invocation_return (invocation, "x", a + b);
}

/* Waits for another caller, which is in another thread */
static void
meet (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_mutex_lock (&lock);
  if (++callers == 2)
    g_cond_broadcast (&all_there);
  while (callers < 2)
    g_cond_wait (&all_there, &lock);
  g_mutex_unlock (&lock);
  pyrog_invocation_return (invocation, "s", "met");
}

static PyrogDaemon *
make_daemon (PyrogServerType type, PyrogServant *thing)
{
  g_autoptr (PyrogConfig) config = g_object_new (PYROG_TYPE_CONFIG, "server-type", type, NULL);
  g_autoptr (GError) error = NULL;
  PyrogDaemon *daemon = pyrog_daemon_new (config);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "thing", thing, &error);

  g_assert_no_error (error);
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_print ("%s ", text);
  return daemon;
}

int
main (void)
{
  g_autoptr (PyrogServant) thing = pyrog_servant_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  pyrog_servant_add_method (thing, "add", "(xx)", "x", add, NULL, NULL);
  pyrog_servant_add_method (thing, "meet", "", "s", meet, NULL, NULL);
  g_autoptr (PyrogDaemon) multiplex = make_daemon (PYROG_SERVER_TYPE_MULTIPLEX, thing);
  g_autoptr (PyrogDaemon) thread = make_daemon (PYROG_SERVER_TYPE_THREAD, thing);
  g_print ("\n");
  g_main_loop_run (loop);
  return 0;
}
