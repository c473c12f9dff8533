/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-oneway-lane.h"

#include <string.h>

#include "pyrog-codec.h"

#define MAX_CALLS 4
#define MAX_BYTES 1000u

/* A peer with a lane; the test plays the worker */
typedef struct
{
  PyrogPeer peer; /* the first member */
  PyrogDispatcher *dispatcher;
  PyrogOnewayLane *lane;
  GString *noted;        /* (owned) what the calls said */
  PyrogInvocation *held; /* (owned) (nullable) */
  guint scheduled;       /* how often a worker was asked for */
  guint started;
  guint room; /* how often there was room again */
  guint idle;
  gboolean no_workers;
} Fixture;

static void
note (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;
  g_autofree char *text = NULL;

  if (!pyrog_invocation_read (invocation, error, "s", &text))
    return;
  g_string_append (fixture->noted, text);
  pyrog_invocation_return_none (invocation);
}

static void
hold (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  fixture->held = pyrog_invocation_hold (invocation);
}

static void
lane_started (PyrogPeer *owner)
{
  ((Fixture *) owner)->started++;
}

static gboolean
lane_schedule (PyrogPeer *owner)
{
  Fixture *fixture = (Fixture *) owner;

  fixture->scheduled++;
  return !fixture->no_workers;
}

static void
lane_changed (PyrogPeer *owner, gboolean idle)
{
  Fixture *fixture = (Fixture *) owner;

  if (idle)
    fixture->idle++;
  else
    fixture->room++;
}

static const PyrogOnewayLaneClass lane_class = { lane_started, lane_schedule, lane_changed };

static void
never_freed (PyrogPeer *peer)
{
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const PyrogDispatcherOptions options
      = { .serializers = ~0u, .max_message_size = 64 * 1024, .max_batch = 100 };
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  fixture->noted = g_string_new (NULL);
  g_atomic_ref_count_init (&fixture->peer.refs);
  fixture->peer.free = never_freed;
  fixture->dispatcher = pyrog_dispatcher_new (&options);
  pyrog_servant_add_handler (servant, "note", "(s)", NULL, note, fixture, NULL);
  pyrog_servant_add_handler (servant, "hold", "()", NULL, hold, fixture, NULL);
  pyrog_object_table_add (pyrog_dispatcher_get_objects (fixture->dispatcher), "x", servant);
  fixture->lane = pyrog_oneway_lane_new (&fixture->peer, fixture->dispatcher, &lane_class,
                                         MAX_CALLS, MAX_BYTES);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->held);
  pyrog_oneway_lane_free (fixture->lane);
  pyrog_dispatcher_unref (fixture->dispatcher);
  g_string_free (fixture->noted, TRUE);
  g_assert_cmpint (g_atomic_int_get (&fixture->peer.refs), ==, 1);
}

static void
add_text (Fixture *fixture, const char *text, guint16 flags)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                               .serializer = PYROG_SERIALIZER_SERPENT,
                               .flags = PYROG_FLAG_ONEWAY | flags,
                               .data_size = (guint32) strlen (text) };
  g_autoptr (PyrogChunk) chunk = pyrog_chunk_new (strlen (text));

  memcpy (chunk->data, text, strlen (text));
  pyrog_oneway_lane_add (fixture->lane, &header, chunk->data, chunk);
  memset (chunk->data, '?', strlen (text)); /* what comes next */
}

static void
add_note (Fixture *fixture, const char *text)
{
  g_autofree char *call = g_strdup_printf ("('x','note',('%s',),{})", text);

  add_text (fixture, call, 0);
}

/* Calls run in the order in which they came, and the connection's peer is kept until the last */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  add_note (fixture, "a");
  add_note (fixture, "b");
  add_note (fixture, "c");
  g_assert_cmpuint (fixture->scheduled, ==, 1);
  g_assert_false (pyrog_oneway_lane_is_idle (fixture->lane));
  g_assert_cmpint (g_atomic_int_get (&fixture->peer.refs), ==, 2);
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_cmpstr (fixture->noted->str, ==, "abc");
  g_assert_true (pyrog_oneway_lane_is_idle (fixture->lane));
  g_assert_cmpuint (fixture->started, ==, 1);
  g_assert_cmpuint (fixture->idle, ==, 1);
}

/* A call that is answered later holds back those behind it, and only those */
static void
test_held (Fixture *fixture, gconstpointer data)
{
  add_text (fixture, "('x','hold',(),{})", 0);
  add_note (fixture, "a");
  pyrog_oneway_lane_work (fixture->lane);
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_cmpstr (fixture->noted->str, ==, "");
  g_assert_cmpuint (fixture->scheduled, ==, 1);
  pyrog_invocation_return_none (fixture->held);
  g_assert_cmpuint (fixture->scheduled, ==, 2);
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_cmpstr (fixture->noted->str, ==, "a");
}

/* A batch is one call of the lane */
static void
test_batch (Fixture *fixture, gconstpointer data)
{
  add_text (fixture, "('x','<batch>',[('note',('a',),{}),('hold',(),{}),('note',('b',),{})],None)",
            PYROG_FLAG_BATCH);
  add_note (fixture, "c");
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_cmpstr (fixture->noted->str, ==, "a");
  pyrog_invocation_return_none (fixture->held);
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_cmpstr (fixture->noted->str, ==, "abc");
}

/* As many wait as may; when one has gone, whoever asked is told */
static void
test_room (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < MAX_CALLS; i++)
    {
      g_assert_true (pyrog_oneway_lane_has_room (fixture->lane));
      add_note (fixture, "a");
    }
  g_assert_false (pyrog_oneway_lane_has_room (fixture->lane));
  g_assert_cmpuint (fixture->room, ==, 0);
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_cmpuint (fixture->room, ==, 1);
  g_assert_true (pyrog_oneway_lane_has_room (fixture->lane));
}

/* So it is with bytes, but one call always finds room */
static void
test_bytes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (2 * MAX_BYTES, 'x');

  add_note (fixture, text);
  g_assert_false (pyrog_oneway_lane_has_room (fixture->lane));
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_cmpuint (fixture->noted->len, ==, 2 * MAX_BYTES);
}

/* There is room until the calls that wait, with their headers, are exactly as many bytes */
static void
test_limit (Fixture *fixture, gconstpointer data)
{
  const gsize around = PYROG_HEADER_SIZE + strlen ("('x','note',('',),{})");
  g_autofree char *text = g_strnfill (MAX_BYTES - 2 * around - 2, 'x');

  add_note (fixture, text);
  add_note (fixture, "y");
  g_assert_true (pyrog_oneway_lane_has_room (fixture->lane));
  pyrog_oneway_lane_work (fixture->lane);
  add_note (fixture, text);
  add_note (fixture, "yz");
  g_assert_false (pyrog_oneway_lane_has_room (fixture->lane));
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_true (pyrog_oneway_lane_has_room (fixture->lane));
}

/* A peer that sends many gets no worker for ever */
static void
test_turns (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 100; i++)
    add_note (fixture, "a");
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_cmpuint (fixture->noted->len, <, 100);
  g_assert_cmpuint (fixture->scheduled, ==, 2);
  pyrog_oneway_lane_work (fixture->lane);
  g_assert_cmpuint (fixture->noted->len, ==, 100);
}

/* When there are no workers any more what waits is dropped, and a late answer does no harm */
static void
test_end (Fixture *fixture, gconstpointer data)
{
  add_text (fixture, "('x','hold',(),{})", 0);
  add_note (fixture, "a");
  pyrog_oneway_lane_work (fixture->lane);
  fixture->no_workers = TRUE;
  pyrog_invocation_return_none (fixture->held);
  g_assert_true (pyrog_oneway_lane_is_idle (fixture->lane));
  add_note (fixture, "b");
  g_assert_true (pyrog_oneway_lane_is_idle (fixture->lane));
  g_assert_cmpstr (fixture->noted->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/oneway-lane/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (order);
  ADD (held);
  ADD (batch);
  ADD (room);
  ADD (bytes);
  ADD (limit);
  ADD (turns);
  ADD (end);
#undef ADD
  return g_test_run ();
}
