/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>

#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-proxy.h"

/* A daemon in a thread of its own, at one end of a pair of sockets */
typedef struct
{
  PyrogServerType type;
  GSocket *here;  /* (owned) */
  GSocket *there; /* (owned) */
  GThread *thread;
  GMainContext *context; /* (owned) of the thread */
  guint connected;
  guint disconnected;
  char *uri; /* (owned) */
} Fixture;

static void
echo (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) value = g_variant_get_child_value (args, 0);

  pyrog_invocation_return_value (invocation, value);
}

static void
fail (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "wrong");
}

static void
connected_cb (PyrogDaemon *daemon, PyrogConnection *connection, gpointer user_data)
{
  ((Fixture *) user_data)->connected++;
}

static void
disconnected_cb (PyrogDaemon *daemon, PyrogConnection *connection, gpointer user_data)
{
  ((Fixture *) user_data)->disconnected++;
  pyrog_daemon_stop (daemon);
}

static gpointer
serve (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (fixture->context);
  g_object_set (config, "server-type", fixture->type, NULL);
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (config);
  g_signal_connect (daemon, "client-connected", G_CALLBACK (connected_cb), fixture);
  g_signal_connect (daemon, "client-disconnected", G_CALLBACK (disconnected_cb), fixture);
  pyrog_servant_add_method (servant, "echo", "(v)", NULL, echo, NULL, NULL);
  pyrog_servant_add_method (servant, "fail", "()", NULL, fail, NULL, NULL);
  pyrog_daemon_join_socket (daemon, fixture->there, &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "o", servant, &error);
  g_assert_no_error (error);
  fixture->uri = pyrog_uri_to_string (uri);
  pyrog_daemon_run (daemon, NULL, &error);
  g_assert_no_error (error);
  g_main_context_pop_thread_default (fixture->context);
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  int fds[2];

  fixture->type = (PyrogServerType) GPOINTER_TO_INT (data);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  fixture->here = g_socket_new_from_fd (fds[0], NULL);
  fixture->there = g_socket_new_from_fd (fds[1], NULL);
  fixture->context = g_main_context_new ();
  fixture->thread = g_thread_new ("daemon", serve, fixture);
}

/* The daemon ends with its only peer */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->here);
  g_thread_join (fixture->thread);
  g_assert_cmpuint (fixture->disconnected, ==, fixture->connected);
  g_object_unref (fixture->there);
  g_main_context_unref (fixture->context);
  g_free (fixture->uri);
}

static gint64
call_echo (PyrogProxy *proxy, gint64 value, GError **error)
{
  g_autoptr (GVariant) result
      = pyrog_proxy_call_sync (proxy, "echo", g_variant_new ("(x)", value), "x", NULL, error);

  return result != NULL ? g_variant_get_int64 (result) : -1;
}

/* Calls work without a handshake, metadata are there, and when the socket is closed it is over */
static void
test_calls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_socket ("o", fixture->here, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (pyrog_proxy_bind_sync (proxy, NULL, &error));
  g_auto (GStrv) methods = pyrog_proxy_list_methods (proxy);
  g_assert_cmpstrv (methods, ((const char *const[]){ "echo", "fail", NULL }));
  for (gint64 i = 0; i < 10; i++)
    g_assert_cmpint (call_echo (proxy, i, &error), ==, i);
  g_assert_null (pyrog_proxy_call_sync (proxy, "fail", NULL, NULL, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
  g_clear_error (&error);
  g_assert_null (pyrog_proxy_call_sync (proxy, "nosuch", NULL, NULL, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
  g_clear_error (&error);
  g_assert_cmpstr (fixture->uri, ==, "PYRO:o@./u:connected-socket");

  pyrog_proxy_release (proxy);
  g_assert_cmpint (call_echo (proxy, 1, &error), ==, -1);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_NOT_SENT);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = pyrog_proxy_call_finish (PYROG_PROXY (source), result, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (value), ==, 5);
  *(gboolean *) user_data = TRUE;
}

/* The same asynchronously, from the first call on */
static void
test_async (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_socket ("o", fixture->here, NULL, NULL);
  gboolean done = FALSE;

  pyrog_proxy_call (proxy, "echo", g_variant_new ("(x)", G_GINT64_CONSTANT (5)), "x", NULL,
                    called_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

/* An object that is not there is said to be unknown */
static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_socket ("other", fixture->here, NULL, &error);

  g_assert_no_error (error);
  g_assert_false (pyrog_proxy_bind_sync (proxy, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON);
  g_assert_nonnull (strstr (error->message, "unknown object"));
}

/* Sockets that lead nowhere, and those of datagrams, are refused at both ends */
static void
test_wrong_sockets (void)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_autoptr (GSocket) first = g_socket_new_from_fd (fds[0], NULL);
  g_autoptr (GSocket) second = g_socket_new_from_fd (fds[1], NULL);
  g_autoptr (GSocket) loose
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  GSocket *const wrong[] = { first, second, loose };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (pyrog_proxy_new_for_socket ("o", wrong[i], NULL, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION);
      g_clear_error (&error);
      g_assert_false (pyrog_daemon_join_socket (daemon, wrong[i], &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON);
    }
}

static void
add_tests (const char *type, PyrogServerType value)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *fixture, gconstpointer data);
  } tests[] = { { "calls", test_calls }, { "async", test_async }, { "unknown", test_unknown } };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/joined-socket/%s/%s", type, tests[i].name);
      g_test_add (path, Fixture, GINT_TO_POINTER (value), set_up, tests[i].func, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_tests ("multiplex", PYROG_SERVER_TYPE_MULTIPLEX);
  add_tests ("thread", PYROG_SERVER_TYPE_THREAD);
  g_test_add_func ("/joined-socket/wrong", test_wrong_sockets);
  return g_test_run ();
}
