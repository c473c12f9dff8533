/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-daemon.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake-server.h"
#include "pyrog-connection-private.h"
#include "pyrog-error.h"

#define WATCHDOG 60 /* seconds */

/* A daemon in this thread's main context, and raw peers that the same thread plays. Time passes for
 * the daemon only while the test waits for something. */
typedef struct
{
  PyrogConfig *config;   /* (owned) */
  PyrogDaemon *daemon;   /* (owned) (nullable) */
  PyrogServant *servant; /* (owned) */
  GAsyncQueue *held;     /* (owned) (element-type PyrogInvocation) */
  GMutex lock;
  GCond changed;
  gboolean gate; /* (locked-by lock) */
  int calls;     /* (atomic) */
} Fixture;

/* ---- Methods ---- */

static void
note (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_atomic_int_inc (&fixture->calls);
  pyrog_invocation_return (invocation, "i", g_atomic_int_get (&fixture->calls));
}

static void
hold (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_async_queue_push (fixture->held, pyrog_invocation_hold (invocation));
}

static void
stop (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  pyrog_daemon_stop (fixture->daemon);
  pyrog_invocation_return_none (invocation);
}

static void
drop (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  pyrog_daemon_stop (fixture->daemon);
  g_clear_object (&fixture->daemon);
  pyrog_invocation_return_none (invocation);
}

static void
wait_at_gate (Fixture *fixture)
{
  g_mutex_lock (&fixture->lock);
  while (!fixture->gate)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
}

static void
open_gate (Fixture *fixture)
{
  g_mutex_lock (&fixture->lock);
  fixture->gate = TRUE;
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
}

/* In a worker: stops the daemon when the main context is nobody's */
static void
stop_at_gate (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_async_queue_push (fixture->held, g_object_ref (invocation));
  wait_at_gate (fixture);
  stop (invocation, user_data, error);
  g_atomic_int_inc (&fixture->calls);
}

static void
nest (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  while (g_atomic_int_get (&fixture->calls) == 0)
    g_main_context_iteration (NULL, TRUE);
  pyrog_invocation_return (invocation, "s", "nested");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    PyrogHandlerFunc handler;
  } methods[] = { { "note", note }, { "hold", hold }, { "stop", stop },
                  { "drop", drop }, { "nest", nest }, { "stop_at_gate", stop_at_gate } };

  memset (fixture, 0, sizeof *fixture);
  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  fixture->config = pyrog_config_new ();
  fixture->held = g_async_queue_new_full (g_object_unref);
  fixture->servant = pyrog_servant_new ();
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    pyrog_servant_add_handler (fixture->servant, methods[i].name, NULL, NULL, methods[i].handler,
                               fixture, NULL);
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
  g_async_queue_unref (fixture->held);
  settle ();
  g_clear_object (&fixture->daemon);
  g_object_unref (fixture->servant);
  g_object_unref (fixture->config);
  g_mutex_clear (&fixture->lock);
  g_cond_clear (&fixture->changed);
}

static void
start (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->daemon = pyrog_daemon_new (fixture->config);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "o", fixture->servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
}

static PyrogInvocation *
wait_for_held (Fixture *fixture)
{
  PyrogInvocation *invocation;

  while ((invocation = g_async_queue_try_pop (fixture->held)) == NULL)
    g_main_context_iteration (NULL, FALSE);
  return invocation;
}

/* ---- Peers ---- */

static int
open_peer (Fixture *fixture)
{
  g_autoptr (PyrogUri) uri = pyrog_daemon_uri_for (fixture->daemon, "o", NULL);
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_port = htons (pyrog_uri_get_port (uri)) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
send_message (int fd, PyrogMessageType type, guint16 flags, const char *payload)
{
  fake_server_reply (fd, type, flags, 7, payload);
}

static void
send_call (int fd, const char *method, guint16 flags)
{
  g_autofree char *payload = g_strdup_printf ("('o','%s',(),{})", method);

  send_message (fd, PYROG_MESSAGE_INVOKE, flags, payload);
}

/* Both in one write, so that they come together */
static void
send_two_calls (int fd, const char *first, const char *second)
{
  const PyrogHeader header
      = { .type = PYROG_MESSAGE_INVOKE, .serializer = PYROG_SERIALIZER_SERPENT, .seq = 7 };
  const char *const methods[] = { first, second };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *payload = g_strdup_printf ("('o','%s',(),{})", methods[i]);
      g_autoptr (GBytes) message = fake_server_message (header, payload, -1);
      g_byte_array_append (bytes, g_bytes_get_data (message, NULL),
                           (guint) g_bytes_get_size (message));
    }
  fake_server_send (fd, bytes->data, bytes->len);
}

/* Waits, while the daemon works; FALSE: the connection is at its end */
static gboolean
wait_for_input (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  char byte;

  while (poll (&poll_fd, 1, 1) == 0)
    settle ();
  return recv (fd, &byte, 1, MSG_PEEK) > 0;
}

static void
expect (int fd, PyrogMessageType type)
{
  PyrogHeader header;

  g_assert_true (wait_for_input (fd));
  g_assert_true (fake_server_receive (fd, &header));
  g_assert_cmpint (header.type, ==, type);
}

static int
open_good_peer (Fixture *fixture)
{
  int fd = open_peer (fixture);

  send_message (fd, PYROG_MESSAGE_CONNECT, 0, "{'handshake':'hello','object':'o'}");
  expect (fd, PYROG_MESSAGE_CONNECTOK);
  return fd;
}

static gboolean
is_open (int fd)
{
  char byte;

  return recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* Closes it so that the other end notices at once */
static void
reset (int fd)
{
  const struct linger linger = { .l_onoff = 1 };

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close (fd);
}

/* ---- Limits ---- */

/* However many strangers come at once, only so many stay: the newest, and friends always */
static void
test_strangers (Fixture *fixture, gconstpointer data)
{
  int fds[20];

  g_object_set (fixture->config, "max-unauthenticated", (gint64) 4, NULL);
  start (fixture);
  int friend = open_good_peer (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = open_peer (fixture);
  settle ();
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    g_assert_cmpint (is_open (fds[i]), ==, i >= G_N_ELEMENTS (fds) - 4);
  send_call (friend, "note", 0);
  expect (friend, PYROG_MESSAGE_RESULT);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  close (friend);
}

/* As many connections as the limit allows, and none beyond; when one goes, another may come */
static void
test_max_connections (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->config, "max-connections", (gint64) 2, NULL);
  start (fixture);
  int first = open_good_peer (fixture);
  int second = open_good_peer (fixture);
  int third = open_peer (fixture);

  g_assert_false (wait_for_input (third));
  close (first);
  settle ();
  int fourth = open_good_peer (fixture);
  send_call (second, "note", 0);
  expect (second, PYROG_MESSAGE_RESULT);
  close (second);
  close (third);
  close (fourth);
}

/* ---- Late answers ---- */

/* To answer late runs nothing else: the next request of that peer has its turn afterwards */
static void
test_late_answer (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  int fd = open_good_peer (fixture);

  send_two_calls (fd, "hold", "note");
  g_autoptr (PyrogInvocation) held = wait_for_held (fixture);
  settle ();
  pyrog_invocation_return_none (held);
  g_assert_cmpint (g_atomic_int_get (&fixture->calls), ==, 0);
  expect (fd, PYROG_MESSAGE_RESULT);
  expect (fd, PYROG_MESSAGE_RESULT);
  g_assert_cmpint (g_atomic_int_get (&fixture->calls), ==, 1);
  close (fd);
}

/* A peer that says it will send no more still gets what it asked for */
static void
test_half_closed (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  int fd = open_good_peer (fixture);

  send_call (fd, "hold", 0);
  shutdown (fd, SHUT_WR);
  g_autoptr (PyrogInvocation) held = wait_for_held (fixture);
  settle ();
  pyrog_invocation_return_none (held);
  expect (fd, PYROG_MESSAGE_RESULT);
  g_assert_false (wait_for_input (fd));
  close (fd);
}

/* An item stream whose peer is gone when it comes is not kept */
static void
test_late_stream (Fixture *fixture, gconstpointer data)
{
  const char *const items[] = { "one", NULL };

  start (fixture);
  int fd = open_good_peer (fixture);
  send_call (fd, "hold", 0);
  PyrogInvocation *held = wait_for_held (fixture);
  PyrogConnection *connection = pyrog_invocation_get_connection (held);
  reset (fd);
  while (!pyrog_connection_is_closed (connection))
    g_main_context_iteration (NULL, TRUE);
  PyrogItemStream *stream = pyrog_item_stream_new_for_array (g_variant_new_strv (items, -1));
  g_object_add_weak_pointer (G_OBJECT (stream), (gpointer *) &stream);
  pyrog_invocation_return_stream (held, stream);
  g_object_unref (stream);
  g_object_unref (held);
  settle ();
  g_assert_null (stream);
}

/* ---- The end ---- */

/* A daemon that waits for its last calls does not turn in circles because somebody knocks */
static void
test_drain_is_quiet (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  int fd = open_good_peer (fixture);
  guint turns = 0;

  send_call (fd, "hold", 0);
  g_autoptr (PyrogInvocation) held = wait_for_held (fixture);
  pyrog_daemon_shutdown (fixture->daemon);
  int late = open_peer (fixture);
  while (g_main_context_iteration (NULL, FALSE))
    g_assert_cmpuint (++turns, <, 100);
  g_assert_true (pyrog_daemon_get_running (fixture->daemon));
  pyrog_invocation_return_none (held);
  expect (fd, PYROG_MESSAGE_RESULT);
  while (pyrog_daemon_get_running (fixture->daemon))
    g_main_context_iteration (NULL, TRUE);
  close (fd);
  close (late);
}

static gboolean
has_timer (void)
{
  GPollFD fds[16];
  int priority, timeout;

  g_assert_true (g_main_context_acquire (NULL));
  g_main_context_prepare (g_main_context_default (), &priority);
  g_main_context_query (g_main_context_default (), priority, &timeout, fds, G_N_ELEMENTS (fds));
  g_main_context_release (NULL);
  return timeout >= 0;
}

/* The last call in progress ends the waiting, not the deadline; with workers too */
static void
test_drain_is_prompt (Fixture *fixture, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();

  g_object_set (fixture->config, "stop-timeout", 50.0, "server-type", GPOINTER_TO_INT (data), NULL);
  start (fixture);
  int fd = open_good_peer (fixture);
  send_call (fd, "hold", 0);
  g_autoptr (PyrogInvocation) held = wait_for_held (fixture);
  /* No other timer is to wake it */
  while (has_timer ())
    g_main_context_iteration (NULL, TRUE);
  pyrog_daemon_shutdown (fixture->daemon);
  settle ();
  pyrog_invocation_return_none (held);
  expect (fd, PYROG_MESSAGE_RESULT);
  g_assert_false (wait_for_input (fd));
  while (pyrog_daemon_get_running (fixture->daemon))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 25 * G_USEC_PER_SEC);
  close (fd);
}

/* A method may stop the daemon that runs it, and drop it */
static void
test_stop_in_method (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  int fd = open_good_peer (fixture);

  send_call (fd, data, 0);
  g_assert_false (wait_for_input (fd));
  g_assert_true (fixture->daemon == NULL || !pyrog_daemon_get_running (fixture->daemon));
  close (fd);
}

/* A method in a worker may stop the daemon, also while nobody iterates the main context */
static void
test_stop_in_worker (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->config, "server-type", PYROG_SERVER_TYPE_THREAD, NULL);
  start (fixture);
  int fd = open_good_peer (fixture);

  send_call (fd, "stop_at_gate", 0);
  g_autoptr (PyrogInvocation) invocation = wait_for_held (fixture);
  open_gate (fixture);
  while (g_atomic_int_get (&fixture->calls) == 0)
    g_thread_yield ();
  while (pyrog_daemon_get_running (fixture->daemon))
    g_main_context_iteration (NULL, TRUE);
  close (fd);
}

/* A method may run a nested main loop, in which others are served */
static void
test_nested_loop (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  int first = open_good_peer (fixture);
  int second = open_good_peer (fixture);

  send_call (first, "nest", 0);
  send_call (second, "note", 0);
  expect (first, PYROG_MESSAGE_RESULT);
  expect (second, PYROG_MESSAGE_RESULT);
  close (first);
  close (second);
}

/* ---- Workers ---- */

/* A peer that goes while its call is not answered is let go, and costs nothing */
static void
test_hangup (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->config, "server-type", GPOINTER_TO_INT (data), NULL);
  start (fixture);
  int fd = open_good_peer (fixture);

  send_call (fd, "hold", 0);
  g_autoptr (PyrogInvocation) held = wait_for_held (fixture);
  reset (fd);
  while (!pyrog_connection_is_closed (pyrog_invocation_get_connection (held)))
    g_main_context_iteration (NULL, FALSE);
}

/* ---- Objects ---- */

/* Ids are given once, objects come and go while connections stay, each listener has its uri */
static void
test_register (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  start (fixture);
  int fd = open_good_peer (fixture);
  g_assert_null (pyrog_daemon_register (fixture->daemon, "o", fixture->servant, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON);
  g_clear_error (&error);
  g_autoptr (PyrogServant) another = pyrog_servant_new ();
  g_autoptr (PyrogUri) made_up = pyrog_daemon_register (fixture->daemon, NULL, another, &error);
  g_assert_no_error (error);
  g_assert_true (g_regex_match_simple ("^obj_[0-9a-f]{32}$", pyrog_uri_get_object (made_up), 0, 0));
  g_assert_true (pyrog_daemon_listen (fixture->daemon, "localhost:0", &error));
  g_autoptr (GPtrArray) uris = pyrog_daemon_uris_for (fixture->daemon, "o", &error);
  g_assert_cmpuint (uris->len, ==, 2);
  g_assert_true (pyrog_daemon_unregister (fixture->daemon, "o"));
  g_assert_false (pyrog_daemon_unregister (fixture->daemon, "o"));
  g_assert_false (pyrog_daemon_unregister (fixture->daemon, "Pyro.Daemon"));
  send_call (fd, "note", 0);
  expect (fd, PYROG_MESSAGE_RESULT);
  g_assert_cmpint (g_atomic_int_get (&fixture->calls), ==, 0);
  close (fd);
}

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  const gpointer multiplex = GINT_TO_POINTER (PYROG_SERVER_TYPE_MULTIPLEX);
  const gpointer thread = GINT_TO_POINTER (PYROG_SERVER_TYPE_THREAD);

  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);

  add ("/daemon/strangers", NULL, test_strangers);
  add ("/daemon/max-connections", NULL, test_max_connections);
  add ("/daemon/late-answer", NULL, test_late_answer);
  add ("/daemon/half-closed", NULL, test_half_closed);
  add ("/daemon/late-stream", NULL, test_late_stream);
  add ("/daemon/drain/quiet", NULL, test_drain_is_quiet);
  add ("/daemon/drain/prompt/multiplex", multiplex, test_drain_is_prompt);
  add ("/daemon/drain/prompt/thread", thread, test_drain_is_prompt);
  add ("/daemon/stop-in-method", "stop", test_stop_in_method);
  add ("/daemon/drop-in-method", "drop", test_stop_in_method);
  add ("/daemon/stop-in-worker", NULL, test_stop_in_worker);
  add ("/daemon/nested-loop", NULL, test_nested_loop);
  add ("/daemon/hangup/multiplex", multiplex, test_hangup);
  add ("/daemon/hangup/thread", thread, test_hangup);
  add ("/daemon/register", NULL, test_register);
  return g_test_run ();
}
