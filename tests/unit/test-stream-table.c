/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-stream-table.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pyrog-connection-private.h"
#include "pyrog-error.h"
#include "pyrog-item-queue.h"

#define N_PEERS 5

static gint64 now; /* what the tables take for the time, in microseconds */

static gint64
get_now (void)
{
  return now;
}

typedef struct
{
  PyrogStreamTable *table;         /* (owned) */
  PyrogConnection *peers[N_PEERS]; /* (owned) of one user, but the last over TCP */
  int fds[N_PEERS];                /* their other ends */
  guint reads;                     /* that were answered */
  GVariant *item;                  /* (owned) (nullable) of the last read */
  GError *error;                   /* (owned) (nullable) */
} Fixture;

static const PyrogStreamTableOptions lingering
    = { .max_per_connection = 3, .max = 5, .linger = 30, .clock = get_now };
static const PyrogStreamTableOptions short_lived
    = { .max_per_connection = 3, .max = 5, .lifetime = 10, .clock = get_now };

static PyrogConnection *
connect_unix (int *peer)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  *peer = fds[1];
  return pyrog_connection_new (socket, FALSE);
}

static PyrogConnection *
connect_tcp (int *peer)
{
  g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (host, 0);
  g_autoptr (GSocket) listener
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocket) client
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_assert_true (g_socket_bind (listener, any, FALSE, NULL));
  g_assert_true (g_socket_listen (listener, NULL));
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (listener, NULL);
  g_assert_true (g_socket_connect (client, address, NULL, NULL));
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, NULL);
  *peer = dup (g_socket_get_fd (client));
  return pyrog_connection_new (socket, FALSE);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  now = 1;
  memset (fixture, 0, sizeof *fixture);
  fixture->table = pyrog_stream_table_new (data);
  for (guint i = 0; i < N_PEERS; i++)
    fixture->peers[i]
        = i < N_PEERS - 1 ? connect_unix (&fixture->fds[i]) : connect_tcp (&fixture->fds[i]);
}

static void
forget_item (Fixture *fixture)
{
  g_clear_pointer (&fixture->item, g_variant_unref);
  g_clear_error (&fixture->error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  pyrog_stream_table_free (fixture->table);
  for (guint i = 0; i < N_PEERS; i++)
    {
      g_object_unref (fixture->peers[i]);
      close (fixture->fds[i]);
    }
  forget_item (fixture);
}

static PyrogItemStream *
new_stream (void)
{
  const gint64 items[] = { 1, 2, 3 };

  return pyrog_item_stream_new_for_array (
      g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, items, G_N_ELEMENTS (items), sizeof *items));
}

static char *
add (Fixture *fixture, guint peer)
{
  g_autoptr (PyrogItemStream) stream = new_stream ();
  g_autoptr (GError) error = NULL;

  char *id = pyrog_stream_table_add (fixture->table, stream, fixture->peers[peer], &error);
  g_assert_no_error (error);
  g_assert_nonnull (id);
  return id;
}

static void
assert_no_room (Fixture *fixture, guint peer, const char *text)
{
  g_autoptr (PyrogItemStream) stream = new_stream ();
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_stream_table_add (fixture->table, stream, fixture->peers[peer], &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, text));
}

static void
item_cb (GVariant *item, GError *error, gpointer user_data)
{
  Fixture *fixture = user_data;

  forget_item (fixture);
  fixture->item = item;
  fixture->error = error;
  fixture->reads++;
}

static void
read_item (Fixture *fixture, guint peer, const char *id)
{
  if (!pyrog_stream_table_next (fixture->table, id, fixture->peers[peer], item_cb, fixture))
    item_cb (NULL, g_error_new (PYROG_ERROR, PYROG_ERROR_DAEMON, "unknown"), fixture);
}

static void
assert_next (Fixture *fixture, guint peer, const char *id, gint64 expected)
{
  read_item (fixture, peer, id);
  g_assert_no_error (fixture->error);
  g_assert_cmpint (g_variant_get_int64 (fixture->item), ==, expected);
}

static void
assert_unknown (Fixture *fixture, guint peer, const char *id)
{
  read_item (fixture, peer, id);
  g_assert_error (fixture->error, PYROG_ERROR, PYROG_ERROR_DAEMON);
}

/* Items come in order, then StopIteration once, and after that the id is unknown */
static void
test_read (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture, 0);

  for (gint64 i = 1; i <= 3; i++)
    assert_next (fixture, 0, id, i);
  read_item (fixture, 0, id);
  g_assert_error (fixture->error, PYROG_ERROR, PYROG_ERROR_STOP_ITERATION);
  assert_unknown (fixture, 0, id);
}

/* No two ids are alike, and they have the form and the 122 random bits of a version 4 UUID */
static void
test_ids (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = add (fixture, 0);
  g_autofree char *two = add (fixture, 0);

  g_assert_true (g_uuid_string_is_valid (one));
  g_assert_cmpint (one[14], ==, '4');
  g_assert_cmpstr (one, !=, two);
}

/* Another connection can't read a stream, though it is of the same user, who may close it; of
 * another user it can't even do that */
static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture, 0);

  assert_unknown (fixture, 1, id);
  pyrog_stream_table_close (fixture->table, id, fixture->peers[4]);
  assert_next (fixture, 0, id, 1);
  pyrog_stream_table_close (fixture->table, id, fixture->peers[1]);
  assert_unknown (fixture, 0, id);
}

/* Both limits, each crossed by one, are errors that name them */
static void
test_limits (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    g_free (add (fixture, 0));
  assert_no_room (fixture, 0, "3 item streams");
  for (guint i = 0; i < 2; i++)
    g_free (add (fixture, 1));
  assert_no_room (fixture, 1, "5 item streams");
  pyrog_stream_table_drop (fixture->table, fixture->peers[0]);
  g_free (add (fixture, 1));
}

/* Where there is no room any more the one goes that has lingered longest */
static void
test_room (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = add (fixture, 0);
  g_autofree char *second = add (fixture, 1);

  pyrog_stream_table_leave (fixture->table, fixture->peers[0]);
  now++;
  pyrog_stream_table_leave (fixture->table, fixture->peers[1]);
  for (guint i = 0; i < 3; i++)
    g_free (add (fixture, 2));
  g_free (add (fixture, 3));
  assert_unknown (fixture, 0, first);
  assert_next (fixture, 0, second, 1);
}

/* A stream outlives its connection, and goes on over another one of the same user, but of nobody
 * else, nor once a third one has it */
static void
test_resume (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture, 0);

  assert_next (fixture, 0, id, 1);
  pyrog_stream_table_leave (fixture->table, fixture->peers[0]);
  assert_unknown (fixture, 4, id);
  pyrog_stream_table_close (fixture->table, id, fixture->peers[4]);
  now += 30 * G_USEC_PER_SEC - 1;
  assert_next (fixture, 1, id, 2);
  assert_unknown (fixture, 2, id);
  now += 31 * G_USEC_PER_SEC;
  assert_next (fixture, 1, id, 3);
  g_assert_false (pyrog_stream_table_has_timed (fixture->table));
}

/* Over TCP the address has to be the same */
static void
test_resume_tcp (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture, 4);
  int fd;
  g_autoptr (PyrogConnection) other = connect_tcp (&fd);

  pyrog_stream_table_leave (fixture->table, fixture->peers[4]);
  assert_unknown (fixture, 0, id);
  pyrog_stream_table_next (fixture->table, id, other, item_cb, fixture);
  g_assert_no_error (fixture->error);
  close (fd);
}

/* A connection can't take over more than it may have */
static void
test_resume_limit (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture, 0);

  pyrog_stream_table_leave (fixture->table, fixture->peers[0]);
  for (guint i = 0; i < 3; i++)
    g_free (add (fixture, 1));
  assert_unknown (fixture, 1, id);
  assert_next (fixture, 2, id, 1);
}

/* After the linger time a stream is gone, asked for or not */
static void
test_linger (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = add (fixture, 0);
  g_autofree char *two = add (fixture, 1);

  pyrog_stream_table_leave (fixture->table, fixture->peers[0]);
  g_assert_true (pyrog_stream_table_has_timed (fixture->table));
  now += 30 * G_USEC_PER_SEC;
  assert_unknown (fixture, 1, one);
  pyrog_stream_table_leave (fixture->table, fixture->peers[1]);
  now += 30 * G_USEC_PER_SEC;
  pyrog_stream_table_expire (fixture->table);
  g_assert_false (pyrog_stream_table_has_timed (fixture->table));
}

/* After its lifetime a stream is gone, however much it is used; without a linger time it ends with
 * its connection */
static void
test_lifetime (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = add (fixture, 0);
  g_autofree char *two = NULL;

  now += 9 * G_USEC_PER_SEC;
  assert_next (fixture, 0, one, 1);
  two = add (fixture, 0);
  now += G_USEC_PER_SEC;
  pyrog_stream_table_expire (fixture->table);
  assert_unknown (fixture, 0, one);
  assert_next (fixture, 0, two, 1);
  pyrog_stream_table_leave (fixture->table, fixture->peers[0]);
  assert_unknown (fixture, 0, two);
  g_assert_false (pyrog_stream_table_has_timed (fixture->table));
}

/* An item that comes after the connection has gone waits for the next one */
static void
test_waiting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogItemQueue) queue = pyrog_item_queue_new (1);
  g_autofree char *id
      = pyrog_stream_table_add (fixture->table, PYROG_ITEM_STREAM (queue), fixture->peers[0], NULL);

  read_item (fixture, 0, id);
  g_assert_cmpuint (fixture->reads, ==, 0);
  pyrog_stream_table_leave (fixture->table, fixture->peers[0]);
  g_assert_cmpuint (fixture->reads, ==, 1);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (pyrog_item_queue_try_push (queue, g_variant_new_int64 (7), NULL));
  assert_next (fixture, 1, id, 7);
}

/* Whoever makes items learns that their reader is gone, in each way that it may go */
static void
test_closed (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (PyrogItemQueue) queue = pyrog_item_queue_new (1);
      g_autofree char *id = pyrog_stream_table_add (fixture->table, PYROG_ITEM_STREAM (queue),
                                                    fixture->peers[0], NULL);
      g_autoptr (GError) error = NULL;
      read_item (fixture, 0, id);
      if (i == 0)
        pyrog_stream_table_close (fixture->table, id, fixture->peers[0]);
      else if (i == 1)
        pyrog_stream_table_drop (fixture->table, fixture->peers[0]);
      else if (i == 2)
        pyrog_stream_table_clear (fixture->table);
      else
        {
          pyrog_stream_table_leave (fixture->table, fixture->peers[0]);
          now += 30 * G_USEC_PER_SEC;
          pyrog_stream_table_expire (fixture->table);
        }
      g_assert_cmpuint (fixture->reads, ==, i + 1);
      g_assert_nonnull (fixture->error);
      g_assert_false (pyrog_item_queue_try_push (queue, g_variant_new_int64 (7), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define add_test(name, options, func) g_test_add (name, Fixture, options, set_up, func, tear_down)
  add_test ("/stream-table/read", &lingering, test_read);
  add_test ("/stream-table/ids", &lingering, test_ids);
  add_test ("/stream-table/foreign", &lingering, test_foreign);
  add_test ("/stream-table/limits", &lingering, test_limits);
  add_test ("/stream-table/room", &lingering, test_room);
  add_test ("/stream-table/resume", &lingering, test_resume);
  add_test ("/stream-table/resume-tcp", &lingering, test_resume_tcp);
  add_test ("/stream-table/resume-limit", &lingering, test_resume_limit);
  add_test ("/stream-table/linger", &lingering, test_linger);
  add_test ("/stream-table/lifetime", &short_lived, test_lifetime);
  add_test ("/stream-table/waiting", &lingering, test_waiting);
  add_test ("/stream-table/closed", &lingering, test_closed);
#undef add_test
  return g_test_run ();
}
