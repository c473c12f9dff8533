/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <poll.h>
#include <sys/epoll.h>

#include "pyrog-batch-run.h"
#include "pyrog-engine-private.h"
#include "pyrog-error.h"

/* The connections of an engine: giving them their turns, letting go of them */

/* A step of a TLS handshake may take some milliseconds of computing */
#define MAX_TLS_STEPS_A_TURN 8
/* Whoever calls one method after the other calls again within this time */
#define NEXT_CALL_TIME 100 /* microseconds */
#define MAX_TURNS_OF_A_WORKER 64

/* Gives a client to a worker, unless there are none any more */
void
pyrog_engine_push_work (PyrogEngine *engine, PyrogClient *client)
{
  g_mutex_lock (&engine->lock);
  if (engine->pool != NULL && !client->removed)
    g_thread_pool_push (engine->pool, pyrog_peer_ref (&client->peer), NULL);
  g_mutex_unlock (&engine->lock);
}

static void
watch_client (PyrogEngine *engine, PyrogClient *client, int operation)
{
  struct epoll_event event
      = { .events = pyrog_client_get_events (client), .data.u64 = (guint64) (guintptr) client };

  if (engine->threaded)
    event.events |= EPOLLONESHOT;
  else if (client == engine->direct)
    {
      if (event.events != EPOLLIN)
        pyrog_engine_end_direct (engine);
      return;
    }
  else if (operation == EPOLL_CTL_MOD && event.events == client->events)
    return;
  client->events = event.events;
  epoll_ctl (engine->epoll_fd, operation, pyrog_connection_get_fd (client->peer.connection),
             &event);
}

void
pyrog_engine_schedule_locked (PyrogEngine *engine, gint64 time)
{
  if (engine->source == NULL || (engine->ready_time >= 0 && time >= engine->ready_time))
    return;
  engine->ready_time = time;
  g_source_set_ready_time (engine->source, time);
}

void
pyrog_engine_schedule (PyrogEngine *engine, gint64 time)
{
  g_mutex_lock (&engine->lock);
  pyrog_engine_schedule_locked (engine, time);
  g_mutex_unlock (&engine->lock);
}

static void
schedule_sweep (PyrogEngine *engine)
{
  g_mutex_lock (&engine->lock);
  if (engine->next_sweep == 0 && engine->source != NULL)
    {
      engine->next_sweep = g_get_monotonic_time () + SWEEP_INTERVAL;
      pyrog_engine_schedule_locked (engine, engine->next_sweep);
    }
  g_mutex_unlock (&engine->lock);
}

static void
schedule_sweep_of_streams (PyrogEngine *engine)
{
  if (pyrog_stream_table_has_timed (pyrog_dispatcher_get_streams (engine->dispatcher)))
    schedule_sweep (engine);
}

/* Its memory stays until no event can name it any more */
void
pyrog_engine_remove_client (PyrogEngine *engine, PyrogClient *client)
{
  PyrogConnection *connection = client->peer.connection;

  g_mutex_lock (&engine->lock);
  gboolean present = !client->removed;
  if (present)
    {
      g_queue_unlink (&engine->clients, &client->link);
      pyrog_source_counts_remove (engine->sources, client->source);
      g_queue_push_tail (&engine->removed, client);
      client->removed = TRUE;
      /* A worker's last client was what the end waited for */
      if (engine->drain_until != 0 && engine->clients.length == 0)
        pyrog_engine_schedule_locked (engine, 0);
    }
  g_mutex_unlock (&engine->lock);
  if (!present)
    return;
  if (client == engine->direct)
    pyrog_engine_forget_direct (engine);
  epoll_ctl (engine->epoll_fd, EPOLL_CTL_DEL, pyrog_connection_get_fd (connection), NULL);
  pyrog_connection_close (connection);
  pyrog_client_drop_resumed (client);
  pyrog_batch_run_drop (&client->peer);
  pyrog_stream_table_leave (pyrog_dispatcher_get_streams (client->dispatcher), connection);
  schedule_sweep_of_streams (engine);
  pyrog_engine_tell_disconnected (engine, client);
}

void
pyrog_engine_free_removed (PyrogEngine *engine)
{
  GQueue removed;
  PyrogClient *client;

  g_mutex_lock (&engine->lock);
  removed = engine->removed;
  g_queue_init (&engine->removed);
  g_mutex_unlock (&engine->lock);
  while ((client = g_queue_pop_head (&removed)) != NULL)
    pyrog_peer_unref (&client->peer);
}

gint64
pyrog_engine_deadline_of (PyrogClient *client)
{
  return __atomic_load_n (&client->deadline, __ATOMIC_RELAXED);
}

static void
after_turn (PyrogEngine *engine, PyrogClient *client, PyrogClientState state)
{
  switch (state)
    {
    case PYROG_CLIENT_CLOSED:
      pyrog_engine_remove_client (engine, client);
      return;
    case PYROG_CLIENT_READY:
      if (engine->threaded)
        {
          pyrog_engine_push_work (engine, client);
          return;
        }
      g_queue_push_tail (&engine->ready, pyrog_peer_ref (&client->peer));
      pyrog_engine_schedule (engine, 0);
      break;
    case PYROG_CLIENT_WAITING:
      break;
    }
  if (pyrog_engine_deadline_of (client) != 0)
    schedule_sweep (engine);
  schedule_sweep_of_streams (engine);
  if (g_atomic_int_get (&client->held_back))
    pyrog_engine_read_later (engine);
  g_mutex_lock (&engine->lock);
  gboolean draining = engine->drain_until != 0;
  g_mutex_unlock (&engine->lock);
  if (draining && pyrog_client_is_idle (client))
    pyrog_connection_shutdown (client->peer.connection);
  watch_client (engine, client, EPOLL_CTL_MOD);
}

/* Nobody reads what the peer closed: without this the event would come for ever */
static void
close_if_gone (PyrogClient *client)
{
  if (g_atomic_int_get (&client->hangup) && (pyrog_client_get_events (client) & EPOLLIN) == 0)
    client->closed = TRUE;
}

void
pyrog_engine_run_client (PyrogEngine *engine, PyrogClient *client)
{
  if (client->closed || client->serving)
    return;
  /* The socket will tell of it again */
  if (client->securing && ++engine->tls_steps > MAX_TLS_STEPS_A_TURN)
    return;
  close_if_gone (client);
  after_turn (engine, client, pyrog_client_serve (client, &engine->spare));
}

/* Nobody waits for this worker */
static gboolean
may_linger (PyrogEngine *engine)
{
  g_mutex_lock (&engine->lock);
  gboolean free = engine->pool != NULL && engine->drain_until == 0
                  && g_thread_pool_unprocessed (engine->pool) == 0;
  g_mutex_unlock (&engine->lock);
  return free;
}

/* Whether the next call comes at once, so that it need not go through the epoll set and the pool */
static gboolean
calls_again (PyrogEngine *engine, PyrogClient *client)
{
  PyrogConnection *connection = client->peer.connection;
  const struct timespec time = { .tv_nsec = NEXT_CALL_TIME * 1000 };
  struct pollfd fd = { .fd = pyrog_connection_get_fd (connection), .events = POLLIN };

  if (!client->peer.authenticated || !pyrog_client_is_idle (client)
      || pyrog_client_get_events (client) != EPOLLIN
      || pyrog_connection_get_buffered (connection) > 0 || !may_linger (engine))
    return FALSE;
  return ppoll (&fd, 1, &time, NULL) > 0;
}

static void
serve_as_worker (PyrogEngine *engine, PyrogClient *client, PyrogChunk **spare)
{
  PyrogClientState state;
  guint turns = 0;

  close_if_gone (client);
  do
    state = pyrog_client_serve (client, spare);
  while (state == PYROG_CLIENT_WAITING && ++turns < MAX_TURNS_OF_A_WORKER
         && calls_again (engine, client));
  after_turn (engine, client, state);
}

/* A worker: no two have the same client, but a late reply may come before its turn has ended */
void
pyrog_engine_work (gpointer data, gpointer user_data)
{
  gboolean lane = ((guintptr) data & 1) != 0;
  PyrogClient *client = (PyrogClient *) ((guintptr) data & ~(guintptr) 1);
  PyrogEngine *engine = user_data;
  PyrogChunk *spare = NULL;

  if (lane)
    {
      pyrog_oneway_lane_work (client->lane);
      pyrog_peer_unref (&client->peer);
      return;
    }
  g_mutex_lock (&client->turn);
  if (!client->removed)
    serve_as_worker (engine, client, &spare);
  g_mutex_unlock (&client->turn);
  g_clear_pointer (&spare, pyrog_chunk_unref);
  pyrog_peer_unref (&client->peer);
}

static gboolean
late_reply_cb (gpointer data)
{
  PyrogClient *client = data;

  if (!client->removed)
    pyrog_engine_run_client (client->engine, client);
  return G_SOURCE_REMOVE;
}

static void
unref_client (gpointer data)
{
  pyrog_peer_unref (data);
}

/* Not at once, even where this thread could: whoever answers expects no other method to run */
static void
run_client_later (PyrogEngine *engine, PyrogClient *client)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "PyrogEngine late reply");
  g_source_set_callback (source, late_reply_cb, pyrog_peer_ref (&client->peer), unref_client);
  g_source_attach (source, engine->context);
}

static void
take_turn_soon (PyrogClient *client)
{
  PyrogEngine *engine = client->engine;

  if (engine->threaded)
    pyrog_engine_push_work (engine, client);
  else
    run_client_later (engine, client);
}

static void
reply_later (PyrogPeer *peer, PyrogBuffer *reply)
{
  PyrogClient *client = (PyrogClient *) peer;

  g_mutex_lock (&client->late_lock);
  if (reply != NULL)
    {
      client->late = *reply;
      pyrog_buffer_init (reply, G_MAXSIZE);
    }
  client->late_came = TRUE;
  g_mutex_unlock (&client->late_lock);
  take_turn_soon (client);
}

static void
resume (PyrogPeer *peer, PyrogResumeFunc func, gpointer user_data, GDestroyNotify free_data)
{
  PyrogClient *client = (PyrogClient *) peer;

  pyrog_client_add_resumed (client, func, user_data, free_data);
  take_turn_soon (client);
}

/* ---- Oneway calls ---- */

static void
lane_started (PyrogPeer *owner)
{
  PyrogEngine *engine = ((PyrogClient *) owner)->engine;

  g_atomic_int_inc (&engine->lanes);
}

static gboolean
schedule_lane (PyrogPeer *owner)
{
  PyrogClient *client = (PyrogClient *) owner;
  PyrogEngine *engine = client->engine;

  g_mutex_lock (&engine->lock);
  gboolean possible = engine->pool != NULL;
  if (possible)
    {
      guintptr marked = (guintptr) pyrog_peer_ref (owner) | 1;
      g_thread_pool_push (engine->pool, (gpointer) marked, NULL);
    }
  g_mutex_unlock (&engine->lock);
  return possible;
}

static void
lane_changed (PyrogPeer *owner, gboolean idle)
{
  PyrogClient *client = (PyrogClient *) owner;
  PyrogEngine *engine = client->engine;

  g_mutex_lock (&engine->lock);
  gboolean draining = engine->drain_until != 0;
  if (idle && g_atomic_int_dec_and_test (&engine->lanes) && draining)
    pyrog_engine_schedule_locked (engine, 0);
  g_mutex_unlock (&engine->lock);
  if (!idle || draining)
    take_turn_soon (client);
}

static const PyrogOnewayLaneClass lane_class = { lane_started, schedule_lane, lane_changed };

void
pyrog_engine_add_client (PyrogEngine *engine,
                         PyrogConnection *connection,
                         guint64 source,
                         gboolean joined)
{
  PyrogClient *client = pyrog_client_new (connection, engine->dispatcher, &engine->timeouts, engine,
                                          pyrog_engine_release);

  g_atomic_ref_count_inc (&engine->refs);
  client->source = source;
  client->max_unsent = engine->max_queue_size;
  client->max_memory = engine->max_memory;
  if (engine->threaded)
    client->lane = pyrog_oneway_lane_new (&client->peer, engine->dispatcher, &lane_class,
                                          engine->max_oneway, engine->max_queue_size);
  client->peer.reply_later = reply_later;
  client->peer.resume = resume;
  client->peer.asks = pyrog_engine_asks;
  client->peer.ask = pyrog_engine_ask;
  client->check_certificate = pyrog_engine_check_certificate;
  client->peer.failed = pyrog_engine_tell_failed;
  client->connected = pyrog_engine_tell_connected;
  if (joined)
    pyrog_client_join (client);
  g_mutex_lock (&engine->lock);
  g_queue_push_tail_link (&engine->clients, &client->link);
  pyrog_source_counts_add (engine->sources, source);
  g_mutex_unlock (&engine->lock);
  schedule_sweep (engine);
  watch_client (engine, client, EPOLL_CTL_ADD);
}
