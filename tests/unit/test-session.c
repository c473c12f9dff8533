/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-session.h"

#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake-server.h"
#include "pyrog-error.h"
#include "pyrog-proxy.h"

#define WATCHDOG 60      /* seconds */
#define LARGE (16 << 20) /* bytes */

/* ---- Calls and their ends ---- */

typedef struct
{
  gboolean done;
  GError *error;   /* (owned) (nullable) */
  GVariant *value; /* (owned) (nullable) */
  PyrogExecution execution;
} Result;

static void
done_cb (GObject *object, GAsyncResult *task, gpointer user_data)
{
  Result *result = user_data;
  g_autoptr (PyrogOutcome) outcome = NULL;

  result->value
      = pyrog_proxy_call_full_finish (PYROG_PROXY (object), task, &outcome, &result->error);
  result->done = TRUE;
  if (outcome != NULL)
    result->execution = pyrog_outcome_get_execution (outcome);
}

static void
call (PyrogProxy *proxy,
      const char *method,
      double timeout,
      GCancellable *cancellable,
      Result *result)
{
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();

  if (timeout > 0)
    pyrog_call_options_set_timeout (options, timeout);
  pyrog_proxy_call_full (proxy, method, NULL, NULL, NULL, options, cancellable, done_cb, result);
}

static void
wait_for (Result *result)
{
  while (!result->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
clear_result (Result *result)
{
  g_clear_error (&result->error);
  g_clear_pointer (&result->value, g_variant_unref);
  *result = (Result){ 0 };
}

static void
assert_result (Result *result)
{
  wait_for (result);
  g_assert_no_error (result->error);
  clear_result (result);
}

static void
assert_failure (Result *result, int code, PyrogExecution execution)
{
  wait_for (result);
  g_assert_error (result->error, PYROG_ERROR, code);
  g_assert_cmpint (result->execution, ==, execution);
  clear_result (result);
}

static PyrogProxy *
connect_to (FakeServer *server)
{
  g_autoptr (GError) error = NULL;
  PyrogProxy *proxy = pyrog_proxy_new (server->uri, NULL, &error);

  g_assert_no_error (error);
  return proxy;
}

typedef struct
{
  GThread *thread;
  PyrogProxy *proxy;
  Result result;
} Caller;

static gpointer
call_and_wait (gpointer data)
{
  Caller *caller = data;
  g_autoptr (PyrogOutcome) outcome = NULL;

  caller->result.value = pyrog_proxy_call_full_sync (caller->proxy, "m", NULL, NULL, NULL, NULL,
                                                     NULL, &outcome, &caller->result.error);
  caller->result.execution = pyrog_outcome_get_execution (outcome);
  caller->result.done = TRUE;
  return NULL;
}

static void
start_caller (Caller *caller, PyrogProxy *proxy)
{
  *caller = (Caller){ .proxy = proxy };
  caller->thread = g_thread_new ("caller", call_and_wait, caller);
}

/* ---- Scripts that several tests use ---- */

static void
reply (int fd, const PyrogHeader *request)
{
  fake_server_reply (fd, PYROG_MESSAGE_RESULT, 0, request->seq, "1");
}

/* Answers every call, when the gate was opened once; tells of each message */
static void
answer_behind_gate (FakeServer *server, int fd, guint number)
{
  GQueue requests = G_QUEUE_INIT;
  PyrogHeader header;
  guint wanted = GPOINTER_TO_UINT (server->data);

  fake_server_shake_hands (fd);
  for (guint i = 0; i < wanted && fake_server_receive (fd, &header); i++)
    {
      g_queue_push_tail (&requests, g_memdup2 (&header, sizeof header));
      fake_server_tell (server);
    }
  fake_server_wait_at_gate (server, 1);
  for (PyrogHeader *request; (request = g_queue_pop_head (&requests)) != NULL; g_free (request))
    {
      if ((request->flags & PYROG_FLAG_ONEWAY) == 0)
        reply (fd, request);
    }
  while (fake_server_receive (fd, &header))
    {
      if ((header.flags & PYROG_FLAG_ONEWAY) == 0)
        reply (fd, &header);
    }
}

/* Reads all, answers nothing on the first connection and everything on later ones */
static void
silent_at_first (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  fake_server_shake_hands (fd);
  while (fake_server_receive (fd, &header))
    {
      fake_server_tell (server);
      if (number > 0)
        reply (fd, &header);
    }
}

/* ---- Oneway ---- */

/* A oneway call is done when the kernel has it, also behind a call that was not answered yet */
static void
test_oneway_behind (void)
{
  FakeServer *server = fake_server_new (answer_behind_gate, GUINT_TO_POINTER (2));
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  Result first = { 0 }, second = { 0 };

  call (proxy, "m", 0, NULL, &first);
  call (proxy, "note", 0, NULL, &second);
  assert_result (&second);
  g_assert_false (first.done);
  fake_server_open_gate (server);
  assert_result (&first);
  g_clear_object (&proxy);
  fake_server_free (server);
}

typedef struct
{
  gsize size;
  gboolean synchronously;
} Note;

/* The same in two threads: the oneway call does not wait for the other thread's reply, although
 * that thread reads for all, and the kernel may not take all of the call at once */
static void
test_oneway_beside (gconstpointer data)
{
  const Note *note = data;
  FakeServer *server = fake_server_new (answer_behind_gate, GUINT_TO_POINTER (2));
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (note->size), note->size);
  g_autoptr (GVariant) args = g_variant_ref_sink (
      g_variant_new ("(@ay)", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE)));
  Result result = { 0 };
  Caller caller;

  start_caller (&caller, proxy);
  fake_server_wait_for (server, 1);
  if (note->synchronously)
    {
      result.value = pyrog_proxy_call_sync (proxy, "note", args, NULL, NULL, &result.error);
      result.done = TRUE;
    }
  else
    pyrog_proxy_call_full (proxy, "note", args, NULL, NULL, NULL, NULL, done_cb, &result);
  assert_result (&result);
  fake_server_open_gate (server);
  g_thread_join (caller.thread);
  assert_result (&caller.result);
  g_clear_object (&proxy);
  fake_server_free (server);
}

/* ---- Deadlines ---- */

/* A call that times out behind another one is abandoned: the connection stays, its reply is dropped
 * by its place. The thread that reads for all has no deadline of its own. */
static void
test_timeout_behind (void)
{
  FakeServer *server = fake_server_new (answer_behind_gate, GUINT_TO_POINTER (2));
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  Result late = { 0 }, next = { 0 };
  Caller caller;

  start_caller (&caller, proxy);
  fake_server_wait_for (server, 1);
  call (proxy, "m", 0.05, NULL, &late);
  fake_server_wait_for (server, 2);
  assert_failure (&late, PYROG_ERROR_TIMEOUT, PYROG_EXECUTION_MAYBE);
  g_assert_true (pyrog_proxy_get_connected (proxy));
  fake_server_open_gate (server);
  g_thread_join (caller.thread);
  assert_result (&caller.result);
  call (proxy, "m", 0, NULL, &next);
  assert_result (&next);
  g_clear_object (&proxy);
  fake_server_free (server);
}

/* The call that is next in line times out: the connection closes, the others get their own errors,
 * and the next call has a new connection */
static void
test_timeout_first (void)
{
  FakeServer *server = fake_server_new (silent_at_first, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  Result first = { 0 }, second = { 0 }, third = { 0 };

  call (proxy, "m", 0.05, NULL, &first);
  call (proxy, "m", 0, NULL, &second);
  assert_failure (&first, PYROG_ERROR_TIMEOUT, PYROG_EXECUTION_MAYBE);
  assert_failure (&second, PYROG_ERROR_CONNECTION_CLOSED, PYROG_EXECUTION_MAYBE);
  call (proxy, "m", 0, NULL, &third);
  assert_result (&third);
  g_clear_object (&proxy);
  fake_server_free (server);
}

/* A daemon that never answers an abandoned call does not block the proxy for ever: when nobody
 * waits for what is in front, a call that times out is next in line */
static void
test_timeout_behind_abandoned (void)
{
  FakeServer *server = fake_server_new (silent_at_first, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Result first = { 0 }, second = { 0 }, third = { 0 };

  call (proxy, "m", 0, cancellable, &first);
  call (proxy, "m", 0.05, NULL, &second);
  while (!pyrog_proxy_get_connected (proxy))
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  wait_for (&first);
  g_assert_error (first.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (first.execution, ==, PYROG_EXECUTION_MAYBE);
  clear_result (&first);
  assert_failure (&second, PYROG_ERROR_TIMEOUT, PYROG_EXECUTION_MAYBE);
  call (proxy, "m", 0, NULL, &third);
  assert_result (&third);
  g_clear_object (&proxy);
  fake_server_free (server);
}

static void
trickle (FakeServer *server, int fd, guint number)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  PyrogHeader header;

  fake_server_shake_hands (fd);
  g_assert_true (fake_server_receive (fd, &header));
  header.type = PYROG_MESSAGE_RESULT;
  g_autofree char *text = g_strnfill (100000, ' ');
  g_autoptr (GBytes) message = fake_server_message (header, text, -1);
  /* One byte every 10 ms, until the client has had enough */
  for (gsize i = 0; i < g_bytes_get_size (message) && poll (&poll_fd, 1, 10) == 0; i++)
    fake_server_send (fd, (const guint8 *) g_bytes_get_data (message, NULL) + i, 1);
}

/* The deadline is total: a server that sends a byte now and then does not extend it */
static void
test_trickle (void)
{
  FakeServer *server = fake_server_new (trickle, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  Result result = { 0 };
  Caller caller;

  call (proxy, "m", 0.2, NULL, &result);
  assert_failure (&result, PYROG_ERROR_TIMEOUT, PYROG_EXECUTION_MAYBE);
  pyrog_proxy_set_timeout (proxy, 0.2);
  start_caller (&caller, proxy);
  g_thread_join (caller.thread);
  assert_failure (&caller.result, PYROG_ERROR_TIMEOUT, PYROG_EXECUTION_MAYBE);
  g_clear_object (&proxy);
  fake_server_free (server);
}

static void
no_handshake (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  while (fake_server_receive (fd, &header))
    ;
}

/* A server that does not answer the handshake: nothing was sent */
static void
test_silent_handshake (void)
{
  FakeServer *server = fake_server_new (no_handshake, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  Result result = { 0 };

  call (proxy, "m", 0.05, NULL, &result);
  assert_failure (&result, PYROG_ERROR_TIMEOUT, PYROG_EXECUTION_NOT_SENT);
  g_clear_object (&proxy);
  fake_server_free (server);
}

/* ---- Replies that are wrong ---- */

typedef struct
{
  const char *name;
  PyrogHeader header; /* seq is added to the call's */
  gint64 size;        /* of the payload by the header, or -1 */
  int byte;           /* at that place 0xff is written, or -1 */
  int code;
} Wrong;

static const Wrong wrong[] = {
  { "number", { 5, PYROG_SERIALIZER_SERPENT, .seq = 1 }, -1, -1, PYROG_ERROR_PROTOCOL },
  { "serializer", { 5, PYROG_SERIALIZER_JSON }, -1, -1, PYROG_ERROR_PROTOCOL },
  { "unknown serializer", { 5, 99 }, -1, -1, PYROG_ERROR_PROTOCOL },
  { "type", { 2, PYROG_SERIALIZER_SERPENT }, -1, -1, PYROG_ERROR_PROTOCOL },
  { "unknown type", { 77, PYROG_SERIALIZER_SERPENT }, -1, -1, PYROG_ERROR_PROTOCOL },
  { "tag", { 5, PYROG_SERIALIZER_SERPENT }, -1, 0, PYROG_ERROR_PROTOCOL },
  { "version", { 5, PYROG_SERIALIZER_SERPENT }, -1, 4, PYROG_ERROR_PROTOCOL },
  { "magic number", { 5, PYROG_SERIALIZER_SERPENT }, -1, 38, PYROG_ERROR_PROTOCOL },
  { "size", { 5, PYROG_SERIALIZER_SERPENT }, G_MAXUINT32, -1, PYROG_ERROR_MESSAGE_TOO_LARGE },
  { "compression", { 5, PYROG_SERIALIZER_SERPENT, 2 }, -1, -1, PYROG_ERROR_PROTOCOL },
};

static void
answer_wrongly (FakeServer *server, int fd, guint number)
{
  const Wrong *row = server->data;
  PyrogHeader request, header = row->header;

  fake_server_shake_hands (fd);
  g_assert_true (fake_server_receive (fd, &request));
  header.seq = (guint16) (header.seq + request.seq);
  g_autoptr (GBytes) message = fake_server_message (header, "1", row->size);
  gsize size = g_bytes_get_size (message);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (message, NULL), size);
  if (row->byte >= 0)
    data[row->byte] = 0xff;
  fake_server_send (fd, data, size);
  /* The client has to close the connection */
  g_assert_false (fake_server_receive (fd, &request));
}

/* A reply that does not belong to the call closes the connection; the call may have been executed
 */
static void
test_wrong_replies (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      FakeServer *server = fake_server_new (answer_wrongly, (gpointer) &wrong[i]);
      g_autoptr (PyrogProxy) proxy = connect_to (server);
      Result result = { 0 };

      g_test_message ("a wrong %s", wrong[i].name);
      call (proxy, "m", 0, NULL, &result);
      assert_failure (&result, wrong[i].code, PYROG_EXECUTION_MAYBE);
      g_assert_false (pyrog_proxy_get_connected (proxy));
      g_clear_object (&proxy);
      fake_server_free (server);
    }
}

static void
say_too_much (FakeServer *server, int fd, guint number)
{
  PyrogHeader header = { 0 };

  fake_server_shake_hands (fd);
  fake_server_reply (fd, PYROG_MESSAGE_RESULT, 0, 999, "'not asked for'");
  fake_server_tell (server);
  if (fake_server_receive (fd, &header))
    reply (fd, &header);
}

/* A reply that nobody asked for is never taken for the next call's */
static void
test_unasked_reply (void)
{
  FakeServer *server = fake_server_new (say_too_much, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  Result result = { 0 };

  g_assert_true (pyrog_proxy_bind_sync (proxy, NULL, NULL));
  fake_server_wait_for (server, 1);
  call (proxy, "m", 0, NULL, &result);
  wait_for (&result);
  g_assert_null (result.value);
  g_assert_true (pyrog_error_is_communication (result.error)
                 || g_error_matches (result.error, PYROG_ERROR, PYROG_ERROR_PROTOCOL));
  clear_result (&result);
  g_clear_object (&proxy);
  fake_server_free (server);
}

/* ---- Errors of the remote object, and of conversion ---- */

#define EXCEPTION                                                                                  \
  "{'__class__':'some.Error','__exception__':True,'args':('text',7),"                              \
  "'attributes':{'colour':'red','_pyroTraceback':['line one\\n','line two\\n']}}"

static void
answer_with_exception (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  fake_server_shake_hands (fd);
  g_assert_true (fake_server_receive (fd, &header));
  fake_server_reply (fd, PYROG_MESSAGE_RESULT, PYROG_FLAG_EXCEPTION, header.seq, EXCEPTION);
  while (fake_server_receive (fd, &header))
    reply (fd, &header);
}

/* A remote error keeps its class, arguments, attributes and traceback; a result of another type
 * than the wanted one is an answer too, and neither of them closes the connection */
static void
test_remote_error (void)
{
  FakeServer *server = fake_server_new (answer_with_exception, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  g_autoptr (PyrogOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (
      pyrog_proxy_call_full_sync (proxy, "m", NULL, NULL, NULL, NULL, NULL, &outcome, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (pyrog_outcome_get_execution (outcome), ==, PYROG_EXECUTION_ANSWERED);
  g_assert_cmpstr (pyrog_outcome_get_remote_class (outcome), ==, "some.Error");
  g_autofree char *args = g_variant_print (pyrog_outcome_get_args (outcome), FALSE);
  g_assert_nonnull (strstr (args, "text"));
  g_autofree char *attributes = g_variant_print (pyrog_outcome_get_attributes (outcome), FALSE);
  g_assert_nonnull (strstr (attributes, "'colour': <'red'>"));
  const char *const *traceback = pyrog_outcome_get_traceback (outcome);
  g_assert_cmpstr (traceback[1], ==, "line two\n");
  g_clear_error (&error);
  g_assert_null (pyrog_proxy_call_sync (proxy, "m", NULL, "s", NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_ANSWERED);
  g_assert_true (pyrog_proxy_get_connected (proxy));
  g_clear_object (&proxy);
  fake_server_free (server);
}

/* ---- What callers do meanwhile ---- */

/* Another thread releases the proxy: the call ends, and may have been executed */
static void
test_release (void)
{
  FakeServer *server = fake_server_new (silent_at_first, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  Result next = { 0 };
  Caller caller;

  start_caller (&caller, proxy);
  fake_server_wait_for (server, 1);
  pyrog_proxy_release (proxy);
  g_thread_join (caller.thread);
  assert_failure (&caller.result, PYROG_ERROR_CONNECTION_CLOSED, PYROG_EXECUTION_MAYBE);
  call (proxy, "m", 0, NULL, &next);
  assert_result (&next);
  g_clear_object (&proxy);
  fake_server_free (server);
}

static void
unref_cb (GObject *object, GAsyncResult *task, gpointer user_data)
{
  Result *result = user_data;
  g_autoptr (PyrogProxy) proxy = PYROG_PROXY (object);

  done_cb (object, task, user_data);
  g_assert_true (result->done);
}

/* The last reference on a proxy may go in a callback */
static void
test_unref_in_callback (void)
{
  FakeServer *server = fake_server_new (answer_behind_gate, GUINT_TO_POINTER (1));
  PyrogProxy *proxy = connect_to (server);
  Result result = { 0 };

  fake_server_open_gate (server);
  pyrog_proxy_call (proxy, "m", NULL, NULL, NULL, unref_cb, &result);
  g_object_add_weak_pointer (G_OBJECT (proxy), (gpointer *) &proxy);
  assert_result (&result);
  while (proxy != NULL)
    g_main_context_iteration (NULL, TRUE);
  fake_server_free (server);
}

/* What is not in the metadata is refused before anything is sent */
static void
test_metadata (void)
{
  FakeServer *server = fake_server_new (silent_at_first, NULL);
  g_autoptr (PyrogProxy) proxy = connect_to (server);
  g_autoptr (GError) error = NULL;
  Result result = { 0 };

  call (proxy, "color", 0, NULL, &result);
  assert_failure (&result, PYROG_ERROR_ATTRIBUTE_ERROR, PYROG_EXECUTION_NOT_SENT);
  g_assert_null (pyrog_proxy_get_attribute_sync (proxy, "m", NULL, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
  g_clear_object (&proxy);
  fake_server_free (server);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_NOT_SENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);

  g_test_add_func ("/session/oneway/behind", test_oneway_behind);
  g_test_add_data_func ("/session/oneway/beside", &(Note){ 1, TRUE }, test_oneway_beside);
  g_test_add_data_func ("/session/oneway/beside/large", &(Note){ LARGE, TRUE }, test_oneway_beside);
  g_test_add_data_func ("/session/oneway/beside/async", &(Note){ LARGE, FALSE },
                        test_oneway_beside);
  g_test_add_func ("/session/timeout/behind", test_timeout_behind);
  g_test_add_func ("/session/timeout/first", test_timeout_first);
  g_test_add_func ("/session/timeout/behind-abandoned", test_timeout_behind_abandoned);
  g_test_add_func ("/session/timeout/trickle", test_trickle);
  g_test_add_func ("/session/timeout/handshake", test_silent_handshake);
  g_test_add_func ("/session/wrong-replies", test_wrong_replies);
  g_test_add_func ("/session/unasked-reply", test_unasked_reply);
  g_test_add_func ("/session/remote-error", test_remote_error);
  g_test_add_func ("/session/release", test_release);
  g_test_add_func ("/session/unref-in-callback", test_unref_in_callback);
  g_test_add_func ("/session/metadata", test_metadata);
  return g_test_run ();
}
