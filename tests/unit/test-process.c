/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-process.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access-fixture.h"
#include "pyrog-connection-private.h"
#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-proxy.h"

#define WATCHDOG 60 /* seconds */
#define STEPS 20    /* iterations of a main context in which nothing should happen */

/* ---- A daemon in a thread of its own ---- */

typedef struct
{
  char *folder; /* (owned) */
  char *socket; /* (owned) */
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  PyrogDaemon *daemon; /* (owned) */
  int connected;       /* (atomic) clients that came */
  PyrogProxy *proxy;   /* (owned) */
} Fixture;

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 a, b;

  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

static void
connected_cb (PyrogDaemon *daemon, PyrogConnection *connection, gpointer user_data)
{
  g_atomic_int_inc (&((Fixture *) user_data)->connected);
}

static gpointer
serve (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (fixture->context);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
  g_main_loop_run (fixture->loop);
  pyrog_daemon_stop (fixture->daemon);
  g_main_context_pop_thread_default (fixture->context);
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  alarm (WATCHDOG);
  *fixture = (Fixture){ .folder = g_dir_make_tmp ("pyrog-XXXXXX", &error) };
  g_assert_no_error (error);
  fixture->socket = g_build_filename (fixture->folder, "socket", NULL);
  fixture->context = g_main_context_new ();
  fixture->loop = g_main_loop_new (fixture->context, FALSE);
  fixture->daemon = pyrog_daemon_new (NULL);
  g_signal_connect (fixture->daemon, "client-connected", G_CALLBACK (connected_cb), fixture);
  g_autofree char *location = g_strconcat ("./u:", fixture->socket, NULL);
  pyrog_daemon_listen (fixture->daemon, location, &error);
  g_assert_no_error (error);
  pyrog_servant_add_handler (servant, "add", NULL, NULL, add, NULL, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "o", servant, &error);
  g_assert_no_error (error);
  fixture->thread = g_thread_new ("daemon", serve, fixture);
  fixture->proxy = pyrog_proxy_new_for_uri (uri, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->proxy);
  g_main_loop_quit (fixture->loop);
  g_thread_join (fixture->thread);
  g_clear_object (&fixture->daemon);
  g_main_loop_unref (fixture->loop);
  g_main_context_unref (fixture->context);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->socket);
}

static gboolean
call (PyrogProxy *proxy, GError **error)
{
  gint64 sum = 0;

  return pyrog_proxy_invoke_sync (proxy, "add", NULL, error, "xx", G_GINT64_CONSTANT (1),
                                  G_GINT64_CONSTANT (2), "x", &sum)
         && sum == 3;
}

static void
assert_call (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (call (fixture->proxy, &error));
  g_assert_no_error (error);
}

/* ---- Children ---- */

/* In a child assertions would end nothing but the child, and its exit code is all that it says */
#define CHECK(condition)                                                                           \
  if (!(condition))                                                                                \
  _exit (__LINE__ % 255 + 1)

static void
run_child (Fixture *fixture, void (*child) (Fixture *fixture))
{
  int status;
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      child (fixture);
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
}

static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, PYROG_ERROR, PYROG_ERROR_FAILED)
         && pyrog_error_get_execution (error) == PYROG_EXECUTION_NOT_SENT;
}

static void
failed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  pyrog_proxy_invoke_finish (PYROG_PROXY (object), result, user_data, "");
}

static void
use_proxy (Fixture *fixture)
{
  g_autoptr (GError) error = NULL, late = NULL;

  CHECK (!call (fixture->proxy, &error) && is_refusal (error));
  pyrog_proxy_invoke (fixture->proxy, "add", NULL, failed_cb, &late, "");
  while (late == NULL)
    g_main_context_iteration (NULL, TRUE);
  CHECK (is_refusal (late));
  pyrog_proxy_release (fixture->proxy);
  g_object_unref (fixture->proxy);
}

/* A child can't use its parent's proxy, and dropping it does not end the parent's connection */
static void
test_proxy (Fixture *fixture, gconstpointer data)
{
  assert_call (fixture);
  run_child (fixture, use_proxy);
  assert_call (fixture);
  g_assert_cmpint (g_atomic_int_get (&fixture->connected), ==, 1);
}

static void
make_proxy (Fixture *fixture)
{
  g_autoptr (PyrogProxy) proxy
      = pyrog_proxy_new_for_uri (pyrog_proxy_get_uri (fixture->proxy), NULL);
  g_autoptr (GError) error = NULL;

  CHECK (call (proxy, &error));
}

/* A proxy of its own can call the parent */
static void
test_own_proxy (Fixture *fixture, gconstpointer data)
{
  run_child (fixture, make_proxy);
  assert_call (fixture);
}

static void
use_daemon (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  CHECK (!pyrog_daemon_listen (fixture->daemon, "localhost:0", &error));
  CHECK (g_error_matches (error, PYROG_ERROR, PYROG_ERROR_FAILED));
  g_clear_error (&error);
  CHECK (!pyrog_daemon_run (fixture->daemon, NULL, &error));
  CHECK (g_error_matches (error, PYROG_ERROR, PYROG_ERROR_FAILED));
  pyrog_daemon_shutdown (fixture->daemon);
  pyrog_daemon_stop (fixture->daemon);
  for (guint i = 0; i < STEPS; i++)
    g_main_context_iteration (NULL, FALSE);
  g_object_run_dispose (G_OBJECT (fixture->daemon));
  g_object_unref (fixture->daemon);
}

/* A child can't use its parent's daemon, and what it does to it changes nothing: the daemon serves
 * the clients that it had and new ones, at the same socket */
static void
test_daemon (Fixture *fixture, gconstpointer data)
{
  assert_call (fixture);
  run_child (fixture, use_daemon);
  assert_call (fixture);
  g_assert_true (g_file_test (fixture->socket, G_FILE_TEST_EXISTS));
  pyrog_proxy_release (fixture->proxy);
  assert_call (fixture);
}

static void
drop_encrypted (Fixture *fixture)
{
  PyrogProxy *proxy = fixture->proxy;
  g_autoptr (PyrogConnection) connection = pyrog_proxy_get_connection (proxy);

  CHECK (connection != NULL);
  pyrog_proxy_release (proxy);
  pyrog_connection_close (connection);
  g_object_run_dispose (G_OBJECT (proxy));
  g_object_unref (proxy);
}

/* An encrypted connection would be over if the child said goodbye, or used up a record's number */
static void
test_encrypted (void)
{
  g_autoptr (AccessFixture) access = access_fixture_new ("multiplex", TRUE, NULL, NULL);
  Fixture fixture = { .proxy = access->proxy };

  access_assert_works (access);
  g_autoptr (PyrogConnection) before = pyrog_proxy_get_connection (access->proxy);
  run_child (&fixture, drop_encrypted);
  access_assert_works (access);
  g_autoptr (PyrogConnection) after = pyrog_proxy_get_connection (access->proxy);
  g_assert_true (before == after);
}

/* ---- Programs that are started ---- */

static GHashTable *
list_descriptors (void)
{
  GHashTable *descriptors = g_hash_table_new (NULL, NULL);
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    g_hash_table_add (descriptors, GINT_TO_POINTER (atoi (name)));
  return descriptors;
}

/* No descriptor of a daemon or a proxy is there in a program that this one starts */
static void
test_close_on_exec (void)
{
  g_autoptr (GHashTable) before = list_descriptors ();
  Fixture fixture;
  guint count = 0;

  set_up (&fixture, NULL);
  assert_call (&fixture);
  g_autoptr (GHashTable) during = list_descriptors ();
  GHashTableIter iter;
  gpointer fd;
  g_hash_table_iter_init (&iter, during);
  while (g_hash_table_iter_next (&iter, &fd, NULL))
    {
      int flags = fcntl (GPOINTER_TO_INT (fd), F_GETFD);
      if (g_hash_table_contains (before, fd) || flags < 0)
        continue;
      g_assert_cmpint (flags & FD_CLOEXEC, !=, 0);
      count++;
    }
  /* At least: listener, folder, epoll set, both ends of a connection */
  g_assert_cmpuint (count, >=, 5);
  tear_down (&fixture, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/process/proxy", Fixture, NULL, set_up, test_proxy, tear_down);
  g_test_add ("/process/own-proxy", Fixture, NULL, set_up, test_own_proxy, tear_down);
  g_test_add ("/process/daemon", Fixture, NULL, set_up, test_daemon, tear_down);
  g_test_add_func ("/process/encrypted", test_encrypted);
  g_test_add_func ("/process/close-on-exec", test_close_on_exec);
  return g_test_run ();
}
