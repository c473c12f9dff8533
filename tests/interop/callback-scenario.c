/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: callback-scenario serve | callback-scenario call URI SERIALIZER
 *
 * Objects that are passed as arguments and results, from both sides. As a server it prints
 * "READY <uri>"; as a client it is a daemon too, calls the methods of such a server (ours or
 * Pyro5's) and exits with 0 if all is as it should be. */

#include <pyrog.h>
#include <string.h>

#define DEADLINE 20.0 /* seconds */

/* ---- An object that can be passed ---- */

typedef struct
{
  gint64 sum;
} Counter;

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Counter *counter = user_data;
  gint64 n;

  if (!pyrog_invocation_read (invocation, error, "x", &n))
    return;
  counter->sum += n;
  pyrog_invocation_return (invocation, "x", counter->sum);
}

static PyrogServant *
make_counter (void)
{
  PyrogServant *servant = pyrog_servant_new ();

  pyrog_servant_add_handler (servant, "add", "(x)", "x", add, g_new0 (Counter, 1), g_free);
  return servant;
}

/* ---- The server ---- */

/* The last reference goes with what is tracked */
static void
forget (PyrogConnection *connection, gpointer user_data)
{
}

/* A new object for each call; it ends with the client's connection */
static void
make (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  PyrogDaemon *daemon = user_data;
  PyrogConnection *connection = pyrog_invocation_get_connection (invocation);
  PyrogServant *servant = make_counter ();
  g_autoptr (PyrogUri) uri
      = pyrog_daemon_register_full (daemon, NULL, servant, PYROG_REGISTER_WEAK, error);

  pyrog_connection_track (connection, forget, servant, g_object_unref);
  GVariant *proxy
      = uri != NULL ? pyrog_daemon_proxy_for (daemon, servant, connection, error) : NULL;
  if (proxy != NULL)
    pyrog_invocation_return_value (invocation, proxy);
}

/* The same in a dict in a list */
static void
make_inside (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  PyrogDaemon *daemon = user_data;
  g_autoptr (PyrogServant) servant = make_counter ();
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, NULL, servant, error);
  GVariant *proxy = uri != NULL ? pyrog_daemon_proxy_for (daemon, servant, NULL, error) : NULL;

  if (proxy != NULL)
    pyrog_invocation_return_value (invocation, g_variant_new_parsed ("[{'counter': %v}]", proxy));
}

static void
called_back (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PyrogInvocation) invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) sum = pyrog_proxy_call_finish (PYROG_PROXY (object), result, &error);

  if (sum != NULL)
    pyrog_invocation_return_value (invocation, sum);
  else
    pyrog_invocation_return_gerror (invocation, error);
}

/* Answers with what the object says that was passed */
static void
call_back (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) value = NULL;
  gint64 n;

  g_variant_get (args, "(vx)", &value, &n);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_from_variant (value, NULL, error);
  if (proxy == NULL)
    return;
  pyrog_proxy_set_timeout (proxy, DEADLINE);
  pyrog_proxy_call (proxy, "add", g_variant_new ("(x)", n), "x", NULL, called_back,
                    pyrog_invocation_hold (invocation));
}

/* Answers with the object that was passed */
static void
pass_on (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) value = NULL;

  g_variant_get (args, "(v)", &value);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_from_variant (value, NULL, error);
  if (proxy != NULL)
    pyrog_invocation_return_value (invocation, pyrog_proxy_to_variant (proxy));
}

static void
serve (void)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_method (servant, "make", "()", NULL, make, daemon, NULL);
  pyrog_servant_add_method (servant, "make_inside", "()", NULL, make_inside, daemon, NULL);
  pyrog_servant_add_method (servant, "call_back", "(vx)", NULL, call_back, NULL, NULL);
  pyrog_servant_add_method (servant, "pass_on", "(v)", NULL, pass_on, NULL, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "callback", servant, &error);
  g_assert_no_error (error);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_assert_true (pyrog_daemon_start (daemon, &error));
  g_print ("READY %s\n", text);
  pyrog_daemon_run (daemon, NULL, &error);
}

/* ---- The client, which is a daemon too ---- */

typedef struct
{
  GVariant *value; /* (owned) (nullable) */
  GError *error;   /* (owned) (nullable) */
  gboolean done;
} Result;

static void
done_cb (GObject *object, GAsyncResult *task, gpointer user_data)
{
  Result *result = user_data;

  result->value = pyrog_proxy_call_finish (PYROG_PROXY (object), task, &result->error);
  result->done = TRUE;
}

/* Asynchronously, so that the daemon of this context serves meanwhile */
static GVariant *
call (PyrogProxy *proxy, const char *method, GVariant *args)
{
  Result result = { 0 };

  pyrog_proxy_call (proxy, method, args, NULL, NULL, done_cb, &result);
  while (!result.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (result.error);
  return result.value;
}

static void
assert_add (PyrogProxy *proxy, gint64 n, gint64 expected)
{
  g_autoptr (GVariant) sum = call (proxy, "add", g_variant_new ("(x)", n));

  g_assert_cmpint (g_variant_get_int64 (sum), ==, expected);
}

static PyrogProxy *
to_proxy (GVariant *value)
{
  g_autoptr (GError) error = NULL;
  PyrogProxy *proxy = pyrog_proxy_new_from_variant (value, NULL, &error);

  g_assert_no_error (error);
  pyrog_proxy_set_timeout (proxy, DEADLINE);
  return proxy;
}

/* Objects of the server, that come as results */
static void
check_results (PyrogProxy *server)
{
  g_autoptr (GVariant) made = call (server, "make", NULL);
  g_autoptr (PyrogProxy) first = to_proxy (made);
  g_autoptr (GVariant) again = call (server, "make", NULL);
  g_autoptr (PyrogProxy) second = to_proxy (again);

  assert_add (first, 5, 5);
  assert_add (second, 1, 1);
  assert_add (first, 2, 7);

  g_autoptr (GVariant) list = call (server, "make_inside", NULL);
  g_autoptr (GVariant) item = g_variant_get_child_value (list, 0);
  g_autoptr (GVariant) dict = g_variant_get_variant (item);
  g_autoptr (GVariant) inner = g_variant_lookup_value (dict, "counter", NULL);
  g_autoptr (PyrogProxy) third = to_proxy (inner);
  assert_add (third, 3, 3);
}

/* An object of ours, which the server calls while we wait for the server */
static void
check_callbacks (PyrogProxy *server, PyrogDaemon *daemon, PyrogServant *counter)
{
  g_autoptr (GError) error = NULL;

  for (gint64 i = 1; i <= 3; i++)
    {
      GVariant *value = pyrog_daemon_proxy_for (daemon, counter, NULL, &error);
      g_assert_no_error (error);
      g_autoptr (GVariant) sum = call (server, "call_back", g_variant_new ("(vx)", value, 10));
      g_assert_cmpint (g_variant_get_int64 (sum), ==, 10 * i);
    }
  g_autoptr (GVariant) back
      = call (server, "pass_on",
              g_variant_new ("(v)", pyrog_daemon_proxy_for (daemon, counter, NULL, NULL)));
  g_autoptr (PyrogProxy) own = to_proxy (back);
  assert_add (own, 1, 31);
}

/* A synchronous call keeps the context from serving what it waits for: its deadline ends that */
static void
check_deadline (PyrogProxy *server, PyrogDaemon *daemon, PyrogServant *counter)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = pyrog_daemon_proxy_for (daemon, counter, NULL, NULL);

  pyrog_proxy_set_timeout (server, 0.3);
  g_autoptr (GVariant) none = pyrog_proxy_call_sync (
      server, "call_back", g_variant_new ("(vx)", value, 1), NULL, NULL, &error);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TIMEOUT);
}

/* Only what is registered can be passed */
static void
check_unregistered (PyrogDaemon *daemon)
{
  g_autoptr (PyrogServant) stranger = make_counter ();
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_daemon_proxy_for (daemon, stranger, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON);
}

static void
run_client (const char *uri, const char *serializer)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) counter = make_counter ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogUri) own = pyrog_daemon_register (daemon, NULL, counter, &error);
  g_autoptr (PyrogProxy) server = pyrog_proxy_new (uri, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (pyrog_daemon_start (daemon, &error));
  pyrog_proxy_set_serializer (server, g_enum_get_value_by_nick (class, serializer)->value);
  pyrog_proxy_set_timeout (server, DEADLINE);
  check_unregistered (daemon);
  check_results (server);
  check_callbacks (server, daemon, counter);
  check_deadline (server, daemon, counter);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "serve") == 0)
    serve ();
  else if (argc == 4 && strcmp (argv[1], "call") == 0)
    run_client (argv[2], argv[3]);
  else
    return 2;
  return 0;
}
