/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>

#include "fake-server.h"
#include "pyrog-proxy.h"
#include "pyrog-session-private.h"

/* What callbacks of calls ask for, when the replies of several calls came together */

#define FOR_EVER G_MAXINT64 /* microseconds */
#define NOTES 300
#define NOTES_AT_A_TIME 20

typedef struct
{
  FakeServer *server;
  PyrogProxy *proxy;
  guint done;    /* callbacks that have run to their end */
  gsize request; /* bytes */
  gsize received;
  guint reads;
} Fixture;

static void
append_reply (GByteArray *replies, guint16 seq)
{
  const PyrogHeader header
      = { .type = PYROG_MESSAGE_RESULT, .serializer = PYROG_SERIALIZER_SERPENT, .seq = seq };
  g_autoptr (GBytes) message = fake_server_message (header, "1", -1);

  g_byte_array_append (replies, g_bytes_get_data (message, NULL),
                       (guint) g_bytes_get_size (message));
}

/* Answers the first two calls with one write */
static void
answer_two (int fd)
{
  g_autoptr (GByteArray) replies = g_byte_array_new ();
  PyrogHeader header;

  fake_server_shake_hands (fd);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (fake_server_receive (fd, &header));
      append_reply (replies, header.seq);
    }
  fake_server_send (fd, replies->data, replies->len);
}

/* The rest one by one; tells of each */
static void
answer (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  answer_two (fd);
  while (fake_server_receive (fd, &header))
    {
      fake_server_reply (fd, PYROG_MESSAGE_RESULT, 0, header.seq, "1");
      fake_server_tell (server);
    }
}

/* Says what comes with one read, and then answers nothing */
static void
measure (FakeServer *server, int fd, guint number)
{
  Fixture *fixture = server->data;
  guint8 data[1024];

  PyrogHeader header;

  answer_two (fd);
  fixture->received = (gsize) recv (fd, data, sizeof data, 0);
  g_assert_cmpint (pyrog_header_parse (data, fixture->received, G_MAXSIZE, &header, NULL), ==,
                   PYROG_PARSE_DONE);
  fixture->request = pyrog_header_message_size (&header);
  fake_server_tell (server);
}

static void
finish (Fixture *fixture, GObject *proxy, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = pyrog_proxy_call_finish (PYROG_PROXY (proxy), result, &error);

  g_assert_no_error (error);
  g_assert_nonnull (value);
  fixture->done++;
}

static void
done_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  finish (user_data, proxy, result);
}

static void
call (Fixture *fixture, GAsyncReadyCallback callback)
{
  pyrog_proxy_call (fixture->proxy, "m", NULL, NULL, NULL, callback, fixture);
}

static void
wait_for (Fixture *fixture, guint done)
{
  while (fixture->done < done)
    g_main_context_iteration (NULL, TRUE);
}

static void
begin (Fixture *fixture, FakeScript script, GAsyncReadyCallback first, GAsyncReadyCallback second)
{
  g_autoptr (GError) error = NULL;

  pyrog_session_patience = FOR_EVER;
  *fixture = (Fixture){ .server = fake_server_new (script, fixture) };
  fixture->proxy = pyrog_proxy_new (fixture->server->uri, NULL, &error);
  g_assert_no_error (error);
  call (fixture, first);
  call (fixture, second);
}

static void
end (Fixture *fixture)
{
  g_clear_object (&fixture->proxy);
  fake_server_free (fixture->server);
}

static void
call_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  call (user_data, done_cb);
  finish (user_data, proxy, result);
}

/* ---- Together ---- */

static void
ignore_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (pyrog_proxy_call_finish (PYROG_PROXY (proxy), result, NULL));
  fixture->done++;
}

static void
call_and_ignore_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  call (user_data, ignore_cb);
  finish (user_data, proxy, result);
}

/* What two callbacks ask for is written at once */
static void
test_together (void)
{
  Fixture fixture;

  begin (&fixture, measure, call_and_ignore_cb, call_and_ignore_cb);
  wait_for (&fixture, 2);
  fake_server_wait_for (fixture.server, 1);
  g_assert_cmpuint (fixture.received, ==, 2 * fixture.request);
  pyrog_proxy_release (fixture.proxy);
  wait_for (&fixture, 4);
  end (&fixture);
}

/* Counts what it reads at once, until the client goes */
static void
count_reads (FakeServer *server, int fd, guint number)
{
  Fixture *fixture = server->data;
  guint8 data[4096];

  answer_two (fd);
  for (gssize size; (size = recv (fd, data, sizeof data, 0)) > 0;)
    {
      fixture->received += (gsize) size;
      fixture->reads++;
    }
}

static void
note_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  finish (fixture, proxy, result);
  if (fixture->done < NOTES)
    pyrog_proxy_call (fixture->proxy, "note", NULL, NULL, NULL, note_cb, fixture);
}

/* Oneway calls are done when they were sent, and what their callbacks ask for goes together too */
static void
test_oneway (void)
{
  Fixture fixture;

  begin (&fixture, count_reads, done_cb, done_cb);
  wait_for (&fixture, 2);
  for (guint i = 0; i < NOTES_AT_A_TIME; i++)
    pyrog_proxy_call (fixture.proxy, "note", NULL, NULL, NULL, note_cb, &fixture);
  wait_for (&fixture, NOTES + NOTES_AT_A_TIME - 1);
  end (&fixture);
  /* Each read takes one write at least; the first ones were written one by one */
  g_assert_cmpuint (fixture.received, >, 0);
  g_assert_cmpuint (fixture.reads, <, NOTES / 2);
}

/* ---- Not too late ---- */

static void
wait_for_server_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  fake_server_wait_for (((Fixture *) user_data)->server, 1);
  finish (user_data, proxy, result);
}

/* After a callback that took long, what was asked for is sent before the next one is called */
static void
test_slow (void)
{
  Fixture fixture;

  begin (&fixture, answer, call_cb, wait_for_server_cb);
  pyrog_session_patience = 0;
  wait_for (&fixture, 3);
  end (&fixture);
}

static void
call_twice_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  call (fixture, done_cb);
  g_autoptr (GVariant) value
      = pyrog_proxy_call_sync (fixture->proxy, "m", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  finish (fixture, proxy, result);
}

/* A synchronous call in a callback waits for its own answer only */
static void
test_synchronous (void)
{
  Fixture fixture;

  begin (&fixture, answer, call_twice_cb, done_cb);
  wait_for (&fixture, 3);
  end (&fixture);
}

/* ---- Main contexts in main contexts ---- */

static void
call_and_wait_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  call (fixture, done_cb);
  /* The second one's callback, and that of the call */
  wait_for (fixture, 2);
  finish (fixture, proxy, result);
}

/* A callback may wait for other calls with its main context, those that were answered with its own
 * and those that it makes */
static void
test_nested (void)
{
  Fixture fixture;

  begin (&fixture, answer, call_and_wait_cb, done_cb);
  wait_for (&fixture, 3);
  end (&fixture);
}

static void
call_in_context_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Fixture *fixture = user_data;

  g_main_context_push_thread_default (context);
  call (fixture, done_cb);
  while (fixture->done == 0)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  finish (fixture, proxy, result);
}

/* A callback may wait for a call with a main context of its own, in which others are not called */
static void
test_other_context (void)
{
  Fixture fixture;

  begin (&fixture, answer, call_in_context_cb, done_cb);
  wait_for (&fixture, 3);
  end (&fixture);
}

/* After the first two calls it answers nothing any more */
static void
fall_silent (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  answer_two (fd);
  while (fake_server_receive (fd, &header))
    ;
}

static GCancellable *cancellable;
static GThread *canceller;

static gpointer
cancel (gpointer data)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* As soon as the main context waits, and has prepared for it */
static int
cancel_and_poll (GPollFD *fds, guint count, int timeout)
{
  if (timeout != 0 && canceller == NULL)
    canceller = g_thread_new ("cancel", cancel, NULL);
  return g_poll (fds, count, timeout);
}

static void
cancelled_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_proxy_call_finish (PYROG_PROXY (proxy), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fixture->done++;
}

static void
wait_for_cancelled_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  guint before = fixture->done;

  pyrog_proxy_call (fixture->proxy, "m", NULL, NULL, cancellable, cancelled_cb, fixture);
  g_main_context_set_poll_func (NULL, cancel_and_poll);
  while (fixture->done == before)
    g_main_context_iteration (NULL, TRUE);
  g_main_context_set_poll_func (NULL, g_poll);
  finish (fixture, proxy, result);
}

/* A callback waits with its main context for a call that ends in another thread */
static void
test_ended_elsewhere (void)
{
  Fixture fixture;

  cancellable = g_cancellable_new ();
  begin (&fixture, fall_silent, done_cb, wait_for_cancelled_cb);
  wait_for (&fixture, 3);
  g_thread_join (g_steal_pointer (&canceller));
  g_clear_object (&cancellable);
  end (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session-callbacks/together", test_together);
  g_test_add_func ("/session-callbacks/oneway", test_oneway);
  g_test_add_func ("/session-callbacks/slow", test_slow);
  g_test_add_func ("/session-callbacks/synchronous", test_synchronous);
  g_test_add_func ("/session-callbacks/nested", test_nested);
  g_test_add_func ("/session-callbacks/other-context", test_other_context);
  g_test_add_func ("/session-callbacks/ended-elsewhere", test_ended_elsewhere);
  return g_test_run ();
}
