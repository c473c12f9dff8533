/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-oneway-lane.h"

#include <string.h>

#include "pyrog-batch-run.h"
#include "pyrog-connection-private.h"

#define CALLS_A_TURN 64

/* A call that waits */
typedef struct
{
  PyrogHeader header;
  PyrogChunk *chunk; /* (owned) */
  const guint8 *body;
} Call;

/* Invocations see the lane as a peer of its own, because their answers concern nobody else */
struct _PyrogOnewayLane
{
  PyrogPeer peer;              /* the first member */
  PyrogPeer *owner;            /* (owned) while running, otherwise (unowned) */
  PyrogDispatcher *dispatcher; /* (owned) */
  const PyrogOnewayLaneClass *class;
  guint max_calls;
  gsize max_bytes;

  GMutex turn;      /* held by the worker */
  gboolean pending; /* (locked-by turn) the answer of a call is to come */

  GMutex lock;
  GQueue calls;      /* (owned) (locked-by lock) */
  gsize bytes;       /* (locked-by lock) of the calls */
  GQueue resumed;    /* (owned) (locked-by lock) */
  gboolean running;  /* (locked-by lock) there is something to do, or an answer is to come */
  gboolean answered; /* (locked-by lock) the answer has come */
  gboolean starving; /* (locked-by lock) the owner waits for room */
};

static void
free_call (gpointer data)
{
  Call *call = data;

  pyrog_chunk_unref (call->chunk);
  g_free (call);
}

static void
free_lane (PyrogPeer *peer)
{
  PyrogOnewayLane *lane = (PyrogOnewayLane *) peer;

  g_queue_clear_full (&lane->calls, free_call);
  g_queue_clear_full (&lane->resumed, (GDestroyNotify) pyrog_resumed_free);
  g_clear_object (&lane->peer.connection);
  pyrog_dispatcher_unref (lane->dispatcher);
  g_mutex_clear (&lane->turn);
  g_mutex_clear (&lane->lock);
  g_free (lane);
}

/* ---- Running ---- */

/* Nothing is left to do. The owner may go with this. */
static void
stop (PyrogOnewayLane *lane)
{
  PyrogPeer *owner = lane->owner;

  lane->class->changed (owner, TRUE);
  pyrog_peer_unref (&lane->peer);
  pyrog_peer_unref (owner);
}

static void
drop_all (PyrogOnewayLane *lane)
{
  g_mutex_lock (&lane->lock);
  gboolean was_running = lane->running;
  GQueue calls = lane->calls;
  GQueue resumed = lane->resumed;
  g_queue_init (&lane->calls);
  g_queue_init (&lane->resumed);
  lane->bytes = 0;
  lane->running = FALSE;
  g_mutex_unlock (&lane->lock);
  g_queue_clear_full (&calls, free_call);
  g_queue_clear_full (&resumed, (GDestroyNotify) pyrog_resumed_free);
  pyrog_batch_run_drop (&lane->peer);
  if (was_running)
    stop (lane);
}

static void
schedule (PyrogOnewayLane *lane)
{
  if (!lane->class->schedule (lane->owner))
    drop_all (lane);
}

/* The lock is held. TRUE: it was not running, and has to be scheduled. */
static gboolean
start_locked (PyrogOnewayLane *lane)
{
  if (lane->running)
    return FALSE;
  lane->running = TRUE;
  pyrog_peer_ref (lane->owner);
  pyrog_peer_ref (&lane->peer);
  return TRUE;
}

/* ---- What invocations see ---- */

static void
reply_later (PyrogPeer *peer, PyrogBuffer *reply)
{
  PyrogOnewayLane *lane = (PyrogOnewayLane *) peer;

  g_mutex_lock (&lane->lock);
  gboolean running = lane->running;
  lane->answered = running;
  g_mutex_unlock (&lane->lock);
  if (running)
    schedule (lane);
}

static void
resume (PyrogPeer *peer, PyrogResumeFunc func, gpointer user_data, GDestroyNotify free_data)
{
  PyrogOnewayLane *lane = (PyrogOnewayLane *) peer;
  PyrogResumed *resumed = pyrog_resumed_new (func, user_data, free_data);

  g_mutex_lock (&lane->lock);
  gboolean running = lane->running;
  if (running)
    g_queue_push_tail (&lane->resumed, resumed);
  g_mutex_unlock (&lane->lock);
  if (running)
    schedule (lane);
  else
    pyrog_resumed_free (resumed);
}

static void
failed (PyrogPeer *peer, PyrogInvocation *invocation)
{
  PyrogPeer *owner = ((PyrogOnewayLane *) peer)->owner;

  if (owner->failed != NULL)
    owner->failed (owner, invocation);
}

static gboolean
asks (PyrogPeer *peer, PyrogQuestion question)
{
  PyrogPeer *owner = ((PyrogOnewayLane *) peer)->owner;

  return owner->asks != NULL && owner->asks (owner, question);
}

static PyrogVerdict
ask (PyrogPeer *peer,
     PyrogQuestion question,
     PyrogAccessRequest *request,
     gboolean fallback,
     PyrogDecidedFunc func,
     gpointer user_data)
{
  PyrogPeer *owner = ((PyrogOnewayLane *) peer)->owner;

  return owner->ask (owner, question, request, fallback, func, user_data);
}

/* ---- Working ---- */

static void
take_outcome (PyrogOnewayLane *lane, PyrogDispatch outcome)
{
  lane->pending = outcome == PYROG_DISPATCH_PENDING;
  if (outcome == PYROG_DISPATCH_CLOSE)
    pyrog_connection_shutdown (lane->peer.connection);
}

static void
run_resumed (PyrogOnewayLane *lane)
{
  PyrogResumed *resumed;

  do
    {
      g_mutex_lock (&lane->lock);
      resumed = g_queue_pop_head (&lane->resumed);
      g_mutex_unlock (&lane->lock);
      if (resumed != NULL)
        {
          /* Invocations go on; nothing else of a oneway call is ever decided later */
          resumed->func (&lane->peer, NULL, resumed->user_data);
          pyrog_resumed_free (resumed);
        }
    }
  while (resumed != NULL);
}

/* Whether a call's answer is still to come */
static gboolean
is_waiting (PyrogOnewayLane *lane)
{
  g_mutex_lock (&lane->lock);
  if (lane->answered)
    lane->pending = FALSE;
  lane->answered = FALSE;
  g_mutex_unlock (&lane->lock);
  return lane->pending;
}

static void
carry_out (PyrogOnewayLane *lane, Call *call)
{
  PyrogBuffer nothing;

  pyrog_buffer_init (&nothing, G_MAXSIZE);
  take_outcome (lane, pyrog_dispatcher_dispatch (lane->dispatcher, &lane->peer, &call->header,
                                                 call->body, call->chunk, &nothing));
  pyrog_buffer_clear (&nothing);
  free_call (call);
}

/* FALSE: there is none, and the lane stops */
static gboolean
carry_out_next (PyrogOnewayLane *lane)
{
  g_mutex_lock (&lane->lock);
  Call *call = g_queue_pop_head (&lane->calls);
  gboolean wake = lane->starving;
  lane->starving = FALSE;
  if (call != NULL)
    lane->bytes -= pyrog_header_message_size (&call->header);
  else
    lane->running = FALSE;
  g_mutex_unlock (&lane->lock);
  if (wake)
    lane->class->changed (lane->owner, FALSE);
  if (call != NULL)
    carry_out (lane, call);
  return call != NULL;
}

typedef enum
{
  WORK_MORE,
  WORK_WAITING, /* for an answer */
  WORK_DONE,
} Work;

static Work
work (PyrogOnewayLane *lane)
{
  for (guint i = 0; i < CALLS_A_TURN; i++)
    {
      run_resumed (lane);
      if (is_waiting (lane))
        return WORK_WAITING;
      if (lane->peer.batch != NULL)
        take_outcome (lane, pyrog_dispatcher_go_on (&lane->peer));
      else if (!carry_out_next (lane))
        return WORK_DONE;
    }
  return WORK_MORE;
}

void
pyrog_oneway_lane_work (PyrogOnewayLane *lane)
{
  g_autoptr (PyrogPeer) alive = pyrog_peer_ref (&lane->peer);

  g_mutex_lock (&lane->turn);
  g_mutex_lock (&lane->lock);
  gboolean running = lane->running;
  g_mutex_unlock (&lane->lock);
  Work result = running ? work (lane) : WORK_WAITING;
  g_mutex_unlock (&lane->turn);
  if (result == WORK_DONE)
    stop (lane);
  else if (result == WORK_MORE)
    schedule (lane);
}

/* ---- The owner's side ---- */

PyrogOnewayLane *
pyrog_oneway_lane_new (PyrogPeer *owner,
                       PyrogDispatcher *dispatcher,
                       const PyrogOnewayLaneClass *class,
                       guint max_calls,
                       gsize max_bytes)
{
  PyrogOnewayLane *lane = g_new0 (PyrogOnewayLane, 1);

  g_atomic_ref_count_init (&lane->peer.refs);
  lane->peer.connection = owner->connection != NULL ? g_object_ref (owner->connection) : NULL;
  lane->peer.instances = owner->instances;
  lane->peer.authenticated = TRUE;
  lane->peer.reply_later = reply_later;
  lane->peer.failed = failed;
  lane->peer.asks = asks;
  lane->peer.ask = ask;
  lane->peer.resume = resume;
  lane->peer.free = free_lane;
  lane->owner = owner;
  lane->dispatcher = pyrog_dispatcher_ref (dispatcher);
  lane->class = class;
  lane->max_calls = max_calls;
  lane->max_bytes = max_bytes;
  g_mutex_init (&lane->turn);
  g_mutex_init (&lane->lock);
  return lane;
}

void
pyrog_oneway_lane_free (PyrogOnewayLane *lane)
{
  if (lane == NULL)
    return;
  drop_all (lane);
  pyrog_peer_unref (&lane->peer);
}

gboolean
pyrog_oneway_lane_has_room (PyrogOnewayLane *lane)
{
  g_mutex_lock (&lane->lock);
  gboolean room = lane->calls.length == 0
                  || (lane->calls.length < lane->max_calls && lane->bytes < lane->max_bytes);
  lane->starving = !room;
  g_mutex_unlock (&lane->lock);
  return room;
}

gboolean
pyrog_oneway_lane_is_idle (PyrogOnewayLane *lane)
{
  g_mutex_lock (&lane->lock);
  gboolean idle = !lane->running;
  g_mutex_unlock (&lane->lock);
  return idle;
}

/* A small message would keep all of a chunk alive, in which the next ones come */
static Call *
make_call (const PyrogHeader *header, const guint8 *body, PyrogChunk *chunk)
{
  gsize size = pyrog_header_message_size (header) - PYROG_HEADER_SIZE;
  Call *call = g_new (Call, 1);

  *call = (Call){ *header, NULL, body };
  if (size < PYROG_CHUNK_SIZE)
    call->chunk = pyrog_chunk_new (size);
  if (call->chunk != NULL)
    {
      memcpy (call->chunk->data, body, size);
      call->body = call->chunk->data;
    }
  else
    call->chunk = pyrog_chunk_ref (chunk);
  return call;
}

void
pyrog_oneway_lane_add (PyrogOnewayLane *lane,
                       const PyrogHeader *header,
                       const guint8 *body,
                       PyrogChunk *chunk)
{
  Call *call = make_call (header, body, chunk);

  g_mutex_lock (&lane->lock);
  g_queue_push_tail (&lane->calls, call);
  lane->bytes += pyrog_header_message_size (header);
  gboolean begin = start_locked (lane);
  g_mutex_unlock (&lane->lock);
  if (!begin)
    return;
  lane->class->started (lane->owner);
  schedule (lane);
}
