/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-handshake-request.h"
#include "pyrog-proxy.h"

/* Public functions that the tests of single modules don't need: binding, connecting again, the
 * handshake, attributes, options of calls, sockets that others bound, and what handlers learn of a
 * call and its connection. */

#define WATCHDOG 60 /* seconds */
#define CORRELATION_ID "01234567-89ab-cdef-0123-456789abcdef"

typedef struct
{
  PyrogDaemon *daemon; /* (owned) */
  GMainContext *context;
  GThread *thread;
  GMutex lock;
  GCond changed;
  gboolean ready;    /* (locked-by lock) */
  char *handshake;   /* (owned) (nullable) (locked-by lock) what the last client said */
  int number;        /* the attribute; (locked-by lock) */
  char *uri;         /* (owned) */
  PyrogProxy *proxy; /* (owned) */
  int notes;         /* (atomic) */
} Fixture;

/* ---- The daemon ---- */

/* What the handler sees of the call, as text */
static void
describe (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  PyrogConnection *connection = pyrog_invocation_get_connection (invocation);
  GCredentials *credentials = pyrog_connection_get_credentials (connection);
  g_autofree char *id = pyrog_invocation_get_correlation_id (invocation);
  g_autofree char *local = g_socket_connectable_to_string (
      G_SOCKET_CONNECTABLE (pyrog_connection_get_local_address (connection)));
  g_autofree char *remote = g_socket_connectable_to_string (
      G_SOCKET_CONNECTABLE (pyrog_connection_get_remote_address (connection)));
  gint64 pid = credentials != NULL ? g_credentials_get_unix_pid (credentials, NULL) : 0;

  pyrog_invocation_return (invocation, "isxss", (int) pyrog_invocation_get_serializer (invocation),
                           id != NULL ? id : "", pid, local, remote);
}

static void
note (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_atomic_int_inc (&fixture->notes);
  pyrog_invocation_return (invocation, "b", pyrog_invocation_get_oneway (invocation));
}

static void
get_notes (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return (invocation, "i", g_atomic_int_get (&((Fixture *) user_data)->notes));
}

static GVariant *
get_number (const char *name, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_mutex_lock (&fixture->lock);
  GVariant *number = g_variant_new_int32 (fixture->number);
  g_mutex_unlock (&fixture->lock);
  return number;
}

static gboolean
set_number (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_mutex_lock (&fixture->lock);
  fixture->number = g_variant_get_int32 (value);
  g_mutex_unlock (&fixture->lock);
  return TRUE;
}

static gboolean
validate (PyrogDaemon *daemon, PyrogHandshakeRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  GVariant *said = pyrog_handshake_request_get_data (request);

  g_mutex_lock (&fixture->lock);
  g_free (fixture->handshake);
  fixture->handshake = g_variant_print (said, FALSE);
  gboolean good = strcmp (fixture->handshake, "'open sesame'") != 0;
  g_mutex_unlock (&fixture->lock);
  pyrog_handshake_request_set_answer (request, g_variant_new_string ("welcome"));
  return good;
}

static gpointer
run_daemon (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (fixture->context);
  pyrog_servant_add_handler (servant, "describe", "", NULL, describe, NULL, NULL);
  pyrog_servant_add_handler (servant, "note", "", "b", note, fixture, NULL);
  pyrog_servant_add_handler (servant, "get_notes", "", "i", get_notes, fixture, NULL);
  pyrog_servant_add_attribute (servant, "number", "i", get_number, fixture, NULL);
  pyrog_servant_add_setter (servant, "number", set_number, fixture, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "test", servant, &error);
  g_assert_no_error (error);
  g_signal_connect (fixture->daemon, "validate-handshake", G_CALLBACK (validate), fixture);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
  g_mutex_lock (&fixture->lock);
  fixture->uri = pyrog_uri_to_string (uri);
  fixture->ready = TRUE;
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
  pyrog_daemon_run (fixture->daemon, NULL, &error);
  g_main_context_pop_thread_default (fixture->context);
  return NULL;
}

static void
start (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&fixture->lock);
  fixture->ready = FALSE;
  g_mutex_unlock (&fixture->lock);
  fixture->thread = g_thread_new ("daemon", run_daemon, fixture);
  g_mutex_lock (&fixture->lock);
  while (!fixture->ready)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
  fixture->proxy = pyrog_proxy_new (fixture->uri, NULL, &error);
  g_assert_no_error (error);
}

/* data: whether the daemon listens on a socket that the test makes */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  fixture->context = g_main_context_new ();
  fixture->number = 5;
  g_main_context_push_thread_default (fixture->context);
  fixture->daemon = pyrog_daemon_new (NULL);
  g_main_context_pop_thread_default (fixture->context);
  if (data == NULL)
    start (fixture);
}

static void
stop (Fixture *fixture)
{
  pyrog_daemon_stop (fixture->daemon);
  g_clear_pointer (&fixture->thread, g_thread_join);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->proxy);
  if (fixture->thread != NULL)
    stop (fixture);
  g_object_unref (fixture->daemon);
  g_main_context_unref (fixture->context);
  g_mutex_clear (&fixture->lock);
  g_cond_clear (&fixture->changed);
  g_free (fixture->handshake);
  g_free (fixture->uri);
}

/* ---- Connecting ---- */

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
bind_async (PyrogProxy *proxy, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_proxy_bind (proxy, cancellable, keep_result, &result);
  g_assert_null (result);
  wait_for_result (&result);
  return pyrog_proxy_bind_finish (proxy, result, error);
}

/* Binding connects, once, and tells what the object has; it can be cancelled */
static void
test_bind (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (pyrog_proxy_get_connected (fixture->proxy));
  g_cancellable_cancel (cancellable);
  g_assert_false (bind_async (fixture->proxy, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_assert_true (bind_async (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (pyrog_proxy_get_connected (fixture->proxy));
  g_autoptr (PyrogConnection) first = pyrog_proxy_get_connection (fixture->proxy);
  g_assert_true (bind_async (fixture->proxy, NULL, &error));
  g_autoptr (PyrogConnection) second = pyrog_proxy_get_connection (fixture->proxy);
  g_assert_true (first == second);
}

/* Nobody there: binding fails as a call does */
static void
test_bind_nobody (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  stop (fixture);
  g_assert_false (bind_async (fixture->proxy, NULL, &error));
  g_assert_true (pyrog_error_is_communication (error));
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_NOT_SENT);
}

static guint64
get_session (PyrogProxy *proxy)
{
  g_autoptr (PyrogConnection) connection = pyrog_proxy_get_connection (proxy);

  g_assert_nonnull (connection);
  return pyrog_connection_get_session (connection);
}

/* Connecting again makes a new connection */
static void
test_reconnect (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pyrog_proxy_reconnect_sync (fixture->proxy, 1, NULL, &error));
  guint64 first = get_session (fixture->proxy);
  g_assert_true (pyrog_proxy_reconnect_sync (fixture->proxy, 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (get_session (fixture->proxy), !=, first);
}

static void
assert_handshake (Fixture *fixture, const char *expected)
{
  g_mutex_lock (&fixture->lock);
  g_assert_cmpstr (fixture->handshake, ==, expected);
  g_mutex_unlock (&fixture->lock);
}

/* The daemon hears what the proxy says, with the next connection, and the proxy what it answers;
 * one that the daemon does not like is refused, and not tried again */
static void
test_handshake (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_proxy_get_handshake_answer (fixture->proxy));
  g_assert_true (pyrog_proxy_bind_sync (fixture->proxy, NULL, &error));
  assert_handshake (fixture, "'hello'");
  g_autoptr (GVariant) answer = pyrog_proxy_get_handshake_answer (fixture->proxy);
  g_assert_cmpstr (g_variant_get_string (answer, NULL), ==, "welcome");

  pyrog_proxy_set_handshake (fixture->proxy, g_variant_new_parsed ("{'user': <'me'>}"));
  g_assert_true (pyrog_proxy_bind_sync (fixture->proxy, NULL, &error));
  assert_handshake (fixture, "'hello'");
  g_assert_true (pyrog_proxy_reconnect_sync (fixture->proxy, 1, NULL, &error));
  assert_handshake (fixture, "{'user': <'me'>}");

  pyrog_proxy_set_handshake (fixture->proxy, g_variant_new_string ("open sesame"));
  g_assert_false (pyrog_proxy_reconnect_sync (fixture->proxy, 0, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION);
  g_clear_error (&error);
  pyrog_proxy_set_handshake (fixture->proxy, NULL);
  g_assert_true (pyrog_proxy_bind_sync (fixture->proxy, NULL, &error));
  assert_handshake (fixture, "'hello'");
}

/* ---- Attributes ---- */

static GVariant *
get_async (PyrogProxy *proxy, const char *name, const char *type, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_proxy_get_attribute (proxy, name, type, NULL, keep_result, &result);
  wait_for_result (&result);
  return pyrog_proxy_get_attribute_finish (proxy, result, error);
}

static gboolean
set_async (PyrogProxy *proxy, const char *name, GVariant *value, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_proxy_set_attribute (proxy, name, value, NULL, keep_result, &result);
  wait_for_result (&result);
  return pyrog_proxy_set_attribute_finish (proxy, result, error);
}

/* Attributes without blocking; what the object has not is refused before anything is sent */
static void
test_attributes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (set_async (fixture->proxy, "number", g_variant_new_int32 (7), &error));
  g_assert_no_error (error);
  g_autoptr (GVariant) value = get_async (fixture->proxy, "number", "i", &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int32 (value), ==, 7);
  g_autoptr (GVariant) any = get_async (fixture->proxy, "number", NULL, &error);
  g_assert_cmpint (g_variant_get_int64 (any), ==, 7);

  g_assert_null (get_async (fixture->proxy, "number", "s", &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  g_clear_error (&error);
  g_assert_false (set_async (fixture->proxy, "number", g_variant_new_string ("x"), &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  g_clear_error (&error);
  g_assert_null (get_async (fixture->proxy, "missing", NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_NOT_SENT);
}

/* ---- Calls ---- */

typedef struct
{
  int serializer;
  char *id;
  gint64 pid;
  char *local;
  char *remote;
} Description;

static void
get_description (PyrogProxy *proxy, PyrogCallOptions *options, Description *description)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = pyrog_proxy_call_full_sync (proxy, "describe", NULL, NULL,
                                                            "(isxss)", options, NULL, NULL, &error);

  g_assert_no_error (error);
  g_variant_get (result, "(isxss)", &description->serializer, &description->id, &description->pid,
                 &description->local, &description->remote);
}

static void
clear_description (Description *description)
{
  g_free (description->id);
  g_free (description->local);
  g_free (description->remote);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Description, clear_description)

static const PyrogSerializer serializers[] = { PYROG_SERIALIZER_SERPENT, PYROG_SERIALIZER_MARSHAL,
                                               PYROG_SERIALIZER_JSON, PYROG_SERIALIZER_MSGPACK };

/* The handler knows how the call was written, from where it came, and to which address */
static void
test_describe (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (serializers); i++)
    {
      g_auto (Description) description = { 0 };
      pyrog_proxy_set_serializer (fixture->proxy, serializers[i]);
      g_assert_cmpint (pyrog_proxy_get_serializer (fixture->proxy), ==, serializers[i]);
      get_description (fixture->proxy, NULL, &description);
      g_assert_cmpint (description.serializer, ==, serializers[i]);
      g_assert_cmpstr (description.id, ==, "");
      g_assert_cmpint (description.pid, ==, 0);
      g_autoptr (PyrogConnection) connection = pyrog_proxy_get_connection (fixture->proxy);
      g_autofree char *mine = g_socket_connectable_to_string (
          G_SOCKET_CONNECTABLE (pyrog_connection_get_local_address (connection)));
      g_autofree char *other = g_socket_connectable_to_string (
          G_SOCKET_CONNECTABLE (pyrog_connection_get_remote_address (connection)));
      g_assert_cmpstr (description.remote, ==, mine);
      g_assert_cmpstr (description.local, ==, other);
    }
}

/* A correlation id reaches the handler, with a copy of the options too; only a UUID is one */
static void
test_correlation_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
  g_auto (Description) description = { 0 };
  g_auto (Description) again = { 0 };

  g_assert_false (pyrog_call_options_set_correlation_id (options, ""));
  g_assert_false (pyrog_call_options_set_correlation_id (options, "0123456789abcdef"));
  g_assert_false (pyrog_call_options_set_correlation_id (options, CORRELATION_ID "0"));
  g_assert_true (pyrog_call_options_set_correlation_id (options, CORRELATION_ID));
  get_description (fixture->proxy, options, &description);
  g_assert_cmpstr (description.id, ==, CORRELATION_ID);
  g_autoptr (PyrogCallOptions) copy = pyrog_call_options_copy (options);
  g_clear_pointer (&options, pyrog_call_options_free);
  get_description (fixture->proxy, copy, &again);
  g_assert_cmpstr (again.id, ==, CORRELATION_ID);
}

static int
count_notes (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  int count = -1;

  pyrog_proxy_invoke_sync (proxy, "get_notes", NULL, &error, "", "i", &count);
  g_assert_no_error (error);
  return count;
}

/* A caller may wait for no answer although the method is not oneway by itself */
static void
test_oneway (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
  g_autoptr (GError) error = NULL;

  pyrog_call_options_set_oneway (options, TRUE);
  g_autoptr (GVariant) nothing = pyrog_proxy_call_full_sync (fixture->proxy, "note", NULL, NULL,
                                                             NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (nothing), ==, "mv");
  g_assert_cmpint (count_notes (fixture->proxy), ==, 1);
  pyrog_call_options_set_oneway (options, FALSE);
  g_autoptr (GVariant) answer = pyrog_proxy_call_full_sync (fixture->proxy, "note", NULL, NULL, "b",
                                                            options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (g_variant_get_boolean (answer));
  g_assert_cmpint (count_notes (fixture->proxy), ==, 2);
}

/* The timeout is what was set, and that of the configuration before */
static void
test_timeout (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpfloat (pyrog_proxy_get_timeout (fixture->proxy), ==, 0);
  pyrog_proxy_set_timeout (fixture->proxy, 2.5);
  g_assert_cmpfloat (pyrog_proxy_get_timeout (fixture->proxy), ==, 2.5);
}

/* ---- Sockets that others bound ---- */

static GSocket *
bind_socket (GSocketAddress *address)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  return socket;
}

static void
listen_on (Fixture *fixture, GSocket *socket)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pyrog_daemon_listen_on_socket (fixture->daemon, socket, &error));
  g_assert_no_error (error);
  start (fixture);
}

/* A TCP socket on any port: the uri has the one that it got */
static void
test_listen_on_tcp (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocket) socket = bind_socket (address);
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, NULL);
  g_auto (Description) description = { 0 };

  listen_on (fixture, socket);
  g_autofree char *expected = g_strdup_printf (
      "PYRO:test@127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_assert_cmpstr (fixture->uri, ==, expected);
  get_description (fixture->proxy, NULL, &description);
  g_assert_true (strchr (fixture->uri, '@') != NULL
                 && strcmp (strchr (fixture->uri, '@') + 1, description.local) == 0);
}

/* A unix socket: the kernel tells who is at the other end */
static void
test_listen_on_unix (Fixture *fixture, gconstpointer data)
{
  g_autofree char *directory = g_dir_make_tmp ("socket-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "socket", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = bind_socket (address);
  g_auto (Description) description = { 0 };

  listen_on (fixture, socket);
  get_description (fixture->proxy, NULL, &description);
  g_assert_cmpint (description.pid, ==, getpid ());
  g_assert_cmpstr (description.local, ==, path);
  g_autoptr (PyrogConnection) connection = pyrog_proxy_get_connection (fixture->proxy);
  GCredentials *credentials = pyrog_connection_get_credentials (connection);
  g_assert_cmpint (g_credentials_get_unix_pid (credentials, NULL), ==, getpid ());
  unlink (path);
  rmdir (directory);
}

/* What can't be listened on is refused */
static void
test_listen_on_wrong (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) datagrams = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                                                G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_assert_false (pyrog_daemon_listen_on_socket (fixture->daemon, datagrams, &error));
  g_assert_nonnull (error);
}

static void
add_test (const char *path, void (*test) (Fixture *, gconstpointer), const char *own_socket)
{
  g_test_add (path, Fixture, own_socket, set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);
  add_test ("/public-api/bind", test_bind, NULL);
  add_test ("/public-api/bind-nobody", test_bind_nobody, NULL);
  add_test ("/public-api/reconnect", test_reconnect, NULL);
  add_test ("/public-api/handshake", test_handshake, NULL);
  add_test ("/public-api/attributes", test_attributes, NULL);
  add_test ("/public-api/describe", test_describe, NULL);
  add_test ("/public-api/correlation-id", test_correlation_id, NULL);
  add_test ("/public-api/oneway", test_oneway, NULL);
  add_test ("/public-api/timeout", test_timeout, NULL);
  add_test ("/public-api/listen-on/tcp", test_listen_on_tcp, "tcp");
  add_test ("/public-api/listen-on/unix", test_listen_on_unix, "unix");
  add_test ("/public-api/listen-on/wrong", test_listen_on_wrong, "none");
  return g_test_run ();
}
