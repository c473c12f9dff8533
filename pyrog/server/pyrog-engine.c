/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-engine.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "pyrog-client.h"
#include "pyrog-config-items.h"
#include "pyrog-error.h"

#define MAX_EVENTS 64
#define MAX_ACCEPTS_A_TURN 64
#define SWEEP_INTERVAL G_USEC_PER_SEC     /* how exactly deadlines are kept */
#define ACCEPT_PAUSE (G_USEC_PER_SEC / 5) /* after an accept that failed for want of resources */
#define COMPLAINT_INTERVAL (60 * G_USEC_PER_SEC)

/* What epoll hands back */
typedef struct
{
  PyrogListener *listener; /* (unowned) */
  gboolean paused;
} Gate;

struct _PyrogEngine
{
  PyrogDispatcher *dispatcher; /* (owned) */
  GMainContext *context;       /* (owned) */
  GSource *source;             /* (owned) (nullable) NULL once stopped */
  gboolean threaded;           /* server type thread */
  GThreadPool *pool;           /* (owned) (locked-by lock) (nullable) the workers, until stopped */
  int epoll_fd;
  gatomicrefcount refs; /* the owner's, and one for each client and each dispatch in progress */
  GPtrArray *gates;     /* (owned) (element-type Gate) */
  PyrogChunk *spare;    /* (owned) (nullable) */
  gboolean nodelay;
  gsize max_clients;
  gsize max_unauthenticated;
  double stop_timeout;
  PyrogClientTimeouts timeouts;

  GMutex lock;
  GQueue clients; /* (owned) (locked-by lock) (element-type PyrogClient) oldest first */
  GQueue removed; /* (owned) (locked-by lock) clients that epoll may still have told of */
  GQueue ready; /* (owned) (element-type PyrogClient) turns that ended too early; multiplex only */
  guint depth;  /* dispatches in progress */

  gint64 next_sweep;   /* (locked-by lock) 0: none is due */
  gint64 accept_again; /* 0: accepting */
  gint64 next_complaint;
  gint64 drain_until; /* 0: not draining */
  PyrogDrainedFunc drained_func;
  gpointer drained_data;
};

typedef struct
{
  GSource source;
  PyrogEngine *engine;
} EngineSource;

static void
release_engine (gpointer data)
{
  PyrogEngine *engine = data;

  if (!g_atomic_ref_count_dec (&engine->refs))
    return;
  close (engine->epoll_fd);
  g_clear_pointer (&engine->spare, pyrog_chunk_unref);
  g_ptr_array_unref (engine->gates);
  pyrog_dispatcher_unref (engine->dispatcher);
  g_main_context_unref (engine->context);
  g_mutex_clear (&engine->lock);
  g_free (engine);
}

/* Gives a client to a worker, unless there are none any more */
static void
push_work (PyrogEngine *engine, PyrogClient *client)
{
  g_mutex_lock (&engine->lock);
  if (engine->pool != NULL && !client->removed)
    g_thread_pool_push (engine->pool, pyrog_peer_ref (&client->peer), NULL);
  g_mutex_unlock (&engine->lock);
}

/* ---- Clients ---- */

static void
watch_client (PyrogEngine *engine, PyrogClient *client, int operation)
{
  struct epoll_event event
      = { .events = pyrog_client_get_events (client), .data.u64 = (guint64) (guintptr) client };

  if (engine->threaded)
    event.events |= EPOLLONESHOT;
  else if (operation == EPOLL_CTL_MOD && event.events == client->events)
    return;
  client->events = event.events;
  epoll_ctl (engine->epoll_fd, operation, pyrog_connection_get_fd (client->peer.connection),
             &event);
}

/* Its memory stays until no event can name it any more */
static void
remove_client (PyrogEngine *engine, PyrogClient *client)
{
  PyrogConnection *connection = client->peer.connection;

  g_mutex_lock (&engine->lock);
  gboolean present = !client->removed;
  if (present)
    {
      g_queue_unlink (&engine->clients, &client->link);
      g_queue_push_tail (&engine->removed, client);
      client->removed = TRUE;
    }
  g_mutex_unlock (&engine->lock);
  if (!present)
    return;
  epoll_ctl (engine->epoll_fd, EPOLL_CTL_DEL, pyrog_connection_get_fd (connection), NULL);
  pyrog_connection_close (connection);
  pyrog_stream_table_drop (pyrog_dispatcher_get_streams (client->dispatcher), connection);
}

static void
free_removed (PyrogEngine *engine)
{
  GQueue removed;
  PyrogClient *client;

  if (engine->removed.length == 0)
    return;
  g_mutex_lock (&engine->lock);
  removed = engine->removed;
  g_queue_init (&engine->removed);
  g_mutex_unlock (&engine->lock);
  while ((client = g_queue_pop_head (&removed)) != NULL)
    pyrog_peer_unref (&client->peer);
}

static void
schedule (PyrogEngine *engine, gint64 time)
{
  gint64 ready = g_source_get_ready_time (engine->source);

  if (ready < 0 || time < ready)
    g_source_set_ready_time (engine->source, time);
}

static void
schedule_sweep (PyrogEngine *engine)
{
  g_mutex_lock (&engine->lock);
  if (engine->next_sweep == 0 && engine->source != NULL)
    {
      engine->next_sweep = g_get_monotonic_time () + SWEEP_INTERVAL;
      schedule (engine, engine->next_sweep);
    }
  g_mutex_unlock (&engine->lock);
}

static gint64
deadline_of (PyrogClient *client)
{
  return __atomic_load_n (&client->deadline, __ATOMIC_RELAXED);
}

static void
after_turn (PyrogEngine *engine, PyrogClient *client, PyrogClientState state)
{
  switch (state)
    {
    case PYROG_CLIENT_CLOSED:
      remove_client (engine, client);
      return;
    case PYROG_CLIENT_READY:
      if (engine->threaded)
        {
          push_work (engine, client);
          return;
        }
      g_queue_push_tail (&engine->ready, pyrog_peer_ref (&client->peer));
      schedule (engine, 0);
      break;
    case PYROG_CLIENT_WAITING:
      break;
    }
  if (deadline_of (client) != 0)
    schedule_sweep (engine);
  if (engine->drain_until != 0 && pyrog_client_is_idle (client))
    pyrog_connection_shutdown (client->peer.connection);
  watch_client (engine, client, EPOLL_CTL_MOD);
}

static void
run_client (PyrogEngine *engine, PyrogClient *client, gboolean hangup)
{
  if (client->closed || client->serving)
    return;
  /* Nobody reads what the peer closed: without this the event would come for ever */
  if (hangup && (pyrog_client_get_events (client) & EPOLLIN) == 0)
    client->closed = TRUE;
  after_turn (engine, client, pyrog_client_serve (client, &engine->spare));
}

/* A worker: no two have the same client, but a late reply may come before its turn has ended */
static void
work_cb (gpointer data, gpointer user_data)
{
  PyrogClient *client = data;
  PyrogEngine *engine = user_data;
  PyrogChunk *spare = NULL;

  g_mutex_lock (&client->turn);
  if (!client->removed)
    after_turn (engine, client, pyrog_client_serve (client, &spare));
  g_mutex_unlock (&client->turn);
  g_clear_pointer (&spare, pyrog_chunk_unref);
  pyrog_peer_unref (&client->peer);
}

static gboolean
late_reply_cb (gpointer data)
{
  PyrogClient *client = data;

  if (!client->removed)
    run_client (client->engine, client, FALSE);
  return G_SOURCE_REMOVE;
}

static void
unref_client (gpointer data)
{
  pyrog_peer_unref (data);
}

static void
reply_later (PyrogPeer *peer, GBytes *reply)
{
  PyrogClient *client = (PyrogClient *) peer;
  PyrogEngine *engine = client->engine;

  g_mutex_lock (&client->late_lock);
  client->late = reply != NULL ? g_bytes_ref (reply) : NULL;
  client->late_came = TRUE;
  g_mutex_unlock (&client->late_lock);
  if (engine->threaded)
    push_work (engine, client);
  else
    g_main_context_invoke_full (engine->context, G_PRIORITY_DEFAULT, late_reply_cb,
                                pyrog_peer_ref (peer), unref_client);
}

/* ---- Accepting ---- */

/* The oldest that has not shown who it is makes room */
static void
drop_oldest_stranger (PyrogEngine *engine)
{
  g_mutex_lock (&engine->lock);
  for (GList *link = engine->clients.head; link != NULL; link = link->next)
    {
      PyrogClient *client = link->data;
      if (!client->peer.authenticated)
        {
          pyrog_connection_shutdown (client->peer.connection);
          break;
        }
    }
  g_mutex_unlock (&engine->lock);
}

static gsize
count_strangers (PyrogEngine *engine)
{
  gsize count = 0;

  g_mutex_lock (&engine->lock);
  for (GList *link = engine->clients.tail; link != NULL; link = link->prev)
    count += !((PyrogClient *) link->data)->peer.authenticated;
  g_mutex_unlock (&engine->lock);
  return count;
}

static gboolean
has_room (PyrogEngine *engine)
{
  if (engine->clients.length >= engine->max_unauthenticated
      && count_strangers (engine) >= engine->max_unauthenticated)
    drop_oldest_stranger (engine);
  return engine->clients.length < engine->max_clients;
}

static void
admit (PyrogEngine *engine, GSocket *socket)
{
  if (!has_room (engine))
    return; /* the socket closes */
  g_autoptr (PyrogConnection) connection = pyrog_connection_new (socket, engine->nodelay);
  PyrogClient *client = pyrog_client_new (connection, engine->dispatcher, &engine->timeouts, engine,
                                          release_engine);

  g_atomic_ref_count_inc (&engine->refs);
  client->peer.reply_later = reply_later;
  g_mutex_lock (&engine->lock);
  g_queue_push_tail_link (&engine->clients, &client->link);
  g_mutex_unlock (&engine->lock);
  schedule_sweep (engine);
  watch_client (engine, client, EPOLL_CTL_ADD);
}

static void
watch_gate (PyrogEngine *engine, Gate *gate, int operation)
{
  /* Listeners are marked by the lowest bit of their address */
  struct epoll_event event
      = { .events = gate->paused ? 0 : EPOLLIN, .data.u64 = (guint64) (guintptr) gate | 1 };

  epoll_ctl (engine->epoll_fd, operation, pyrog_listener_get_fd (gate->listener), &event);
}

static void
pause_gate (PyrogEngine *engine, Gate *gate, const GError *error)
{
  gint64 now = g_get_monotonic_time ();

  if (now >= engine->next_complaint)
    {
      g_message ("Can't accept a connection: %s", error->message);
      engine->next_complaint = now + COMPLAINT_INTERVAL;
    }
  gate->paused = TRUE;
  watch_gate (engine, gate, EPOLL_CTL_MOD);
  engine->accept_again = now + ACCEPT_PAUSE;
  schedule (engine, engine->accept_again);
}

static gboolean
lacks_resources (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

static void
accept_clients (PyrogEngine *engine, Gate *gate)
{
  for (guint i = 0; i < MAX_ACCEPTS_A_TURN && engine->drain_until == 0; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) socket = pyrog_listener_accept (gate->listener, &error);

      if (socket != NULL)
        admit (engine, socket);
      else if (error == NULL)
        return;
      else if (lacks_resources (error))
        {
          pause_gate (engine, gate, error);
          return;
        }
      /* Otherwise that one connection is lost, and the next one is as good as before */
    }
}

static void
resume_accepting (PyrogEngine *engine)
{
  engine->accept_again = 0;
  for (guint i = 0; i < engine->gates->len; i++)
    {
      Gate *gate = g_ptr_array_index (engine->gates, i);
      if (gate->paused)
        {
          gate->paused = FALSE;
          watch_gate (engine, gate, EPOLL_CTL_MOD);
        }
    }
}

/* ---- Time ---- */

static void
sweep (PyrogEngine *engine, gint64 now)
{
  gboolean again = FALSE;

  g_mutex_lock (&engine->lock);
  if (engine->next_sweep == 0 || now < engine->next_sweep)
    {
      g_mutex_unlock (&engine->lock);
      return;
    }
  for (GList *link = engine->clients.head; link != NULL; link = link->next)
    {
      PyrogClient *client = link->data;
      gint64 deadline = deadline_of (client);
      if (deadline != 0 && now >= deadline)
        pyrog_connection_shutdown (client->peer.connection);
      again |= deadline != 0;
    }
  engine->next_sweep = again ? now + SWEEP_INTERVAL : 0;
  g_mutex_unlock (&engine->lock);
}

static void
end_drain (PyrogEngine *engine)
{
  PyrogDrainedFunc func = g_steal_pointer (&engine->drained_func);

  if (func != NULL)
    func (engine->drained_data);
}

static void
check_drain (PyrogEngine *engine, gint64 now)
{
  if (engine->drain_until != 0 && (engine->clients.length == 0 || now >= engine->drain_until))
    end_drain (engine);
}

static void
run_timers (PyrogEngine *engine)
{
  gint64 now = g_get_monotonic_time ();
  gint64 next = -1;

  sweep (engine, now);
  if (engine->accept_again != 0 && now >= engine->accept_again)
    resume_accepting (engine);
  gint64 times[] = { engine->next_sweep, engine->accept_again, engine->drain_until };
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      if (times[i] != 0 && (next < 0 || times[i] < next))
        next = times[i];
    }
  if (engine->ready.length > 0)
    next = 0;
  if (engine->source != NULL && next != g_source_get_ready_time (engine->source))
    g_source_set_ready_time (engine->source, next);
}

/* ---- The source ---- */

static void
handle_event (PyrogEngine *engine, const struct epoll_event *event)
{
  guintptr address = (guintptr) event->data.u64;
  gboolean hangup = (event->events & (EPOLLHUP | EPOLLERR)) != 0;

  if ((address & 1) != 0)
    accept_clients (engine, (Gate *) (address & ~(guintptr) 1));
  else if (engine->threaded)
    push_work (engine, (PyrogClient *) address);
  else
    run_client (engine, (PyrogClient *) address, hangup);
}

static void
handle_events (PyrogEngine *engine)
{
  struct epoll_event events[MAX_EVENTS];
  int count = epoll_wait (engine->epoll_fd, events, MAX_EVENTS, 0);

  for (int i = 0; i < count && engine->source != NULL; i++)
    handle_event (engine, &events[i]);
}

static void
handle_ready (PyrogEngine *engine)
{
  guint count = engine->ready.length;

  for (guint i = 0; i < count && engine->source != NULL; i++)
    {
      PyrogClient *client = g_queue_pop_head (&engine->ready);
      if (client == NULL)
        return;
      if (!client->removed)
        run_client (engine, client, FALSE);
      pyrog_peer_unref (&client->peer);
    }
}

static gboolean
engine_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  PyrogEngine *engine = ((EngineSource *) source)->engine;

  g_atomic_ref_count_inc (&engine->refs);
  engine->depth++;
  handle_events (engine);
  if (engine->source != NULL)
    handle_ready (engine);
  if (engine->source != NULL && g_source_get_ready_time (engine->source) >= 0)
    run_timers (engine);
  if (--engine->depth == 0)
    free_removed (engine);
  if (engine->source != NULL)
    check_drain (engine, g_get_monotonic_time ());
  release_engine (engine);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs engine_source_funcs = { .dispatch = engine_source_dispatch };

static void
attach_source (PyrogEngine *engine)
{
  engine->source = g_source_new (&engine_source_funcs, sizeof (EngineSource));
  ((EngineSource *) engine->source)->engine = engine;
  g_source_set_static_name (engine->source, "PyrogEngine");
  /* Otherwise GLib takes the descriptor out of the poll and puts it back, for each message */
  g_source_set_can_recurse (engine->source, TRUE);
  g_source_add_unix_fd (engine->source, engine->epoll_fd, G_IO_IN);
  g_source_attach (engine->source, engine->context);
}

static void
read_config (PyrogEngine *engine, PyrogConfig *config)
{
  engine->nodelay = pyrog_config_get_flag (config, PYROG_CONFIG_SOCK_NODELAY);
  engine->max_clients = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_CONNECTIONS);
  engine->max_unauthenticated
      = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_UNAUTHENTICATED);
  engine->stop_timeout = pyrog_config_get_seconds (config, PYROG_CONFIG_STOP_TIMEOUT);
  engine->timeouts = (PyrogClientTimeouts){
    pyrog_config_get_seconds (config, PYROG_CONFIG_HANDSHAKE_TIMEOUT),
    pyrog_config_get_seconds (config, PYROG_CONFIG_MESSAGE_TIMEOUT),
    pyrog_config_get_seconds (config, PYROG_CONFIG_WRITE_TIMEOUT),
    pyrog_config_get_seconds (config, PYROG_CONFIG_COMMTIMEOUT),
  };
}

PyrogEngine *
pyrog_engine_new (PyrogConfig *config,
                  PyrogDispatcher *dispatcher,
                  GMainContext *context,
                  GError **error)
{
  int fd = epoll_create1 (EPOLL_CLOEXEC);

  if (fd < 0)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION, _ ("Can't watch sockets: %s"),
                   g_strerror (errno));
      return NULL;
    }
  PyrogEngine *engine = g_new0 (PyrogEngine, 1);
  g_atomic_ref_count_init (&engine->refs);
  engine->epoll_fd = fd;
  engine->dispatcher = pyrog_dispatcher_ref (dispatcher);
  engine->context = g_main_context_ref (context);
  engine->gates = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&engine->lock);
  read_config (engine, config);
  engine->threaded
      = pyrog_config_get_number (config, PYROG_CONFIG_SERVERTYPE) == PYROG_SERVER_TYPE_THREAD;
  if (engine->threaded)
    engine->pool = g_thread_pool_new (
        work_cb, engine, (int) pyrog_config_get_number (config, PYROG_CONFIG_THREADPOOL_SIZE),
        FALSE, NULL);
  attach_source (engine);
  return engine;
}

static void
remove_all (PyrogEngine *engine)
{
  PyrogClient *client;

  while ((client = g_queue_pop_head (&engine->ready)) != NULL)
    pyrog_peer_unref (&client->peer);
  while ((client = g_queue_peek_head (&engine->clients)) != NULL)
    remove_client (engine, client);
}

static void
shut_all (PyrogEngine *engine)
{
  g_mutex_lock (&engine->lock);
  for (GList *link = engine->clients.head; link != NULL; link = link->next)
    pyrog_connection_shutdown (((PyrogClient *) link->data)->peer.connection);
  g_mutex_unlock (&engine->lock);
}

void
pyrog_engine_free (PyrogEngine *engine)
{
  if (engine == NULL)
    return;
  for (guint i = 0; i < engine->gates->len; i++)
    {
      Gate *gate = g_ptr_array_index (engine->gates, i);
      epoll_ctl (engine->epoll_fd, EPOLL_CTL_DEL, pyrog_listener_get_fd (gate->listener), NULL);
    }
  g_mutex_lock (&engine->lock);
  GThreadPool *pool = g_steal_pointer (&engine->pool);
  g_mutex_unlock (&engine->lock);
  if (pool != NULL)
    {
      /* Waits for the methods that are running; no other is begun */
      shut_all (engine);
      g_thread_pool_free (pool, FALSE, TRUE);
    }
  g_source_destroy (engine->source);
  g_clear_pointer (&engine->source, g_source_unref);
  remove_all (engine);
  if (engine->depth == 0)
    free_removed (engine);
  release_engine (engine);
}

void
pyrog_engine_add_listener (PyrogEngine *engine, PyrogListener *listener)
{
  Gate *gate = g_new0 (Gate, 1);

  gate->listener = listener;
  g_ptr_array_add (engine->gates, gate);
  watch_gate (engine, gate, EPOLL_CTL_ADD);
}

void
pyrog_engine_drain (PyrogEngine *engine, PyrogDrainedFunc func, gpointer user_data)
{
  engine->drained_func = func;
  engine->drained_data = user_data;
  engine->drain_until
      = g_get_monotonic_time () + (gint64) (engine->stop_timeout * G_USEC_PER_SEC) + 1;
  g_mutex_lock (&engine->lock);
  for (GList *link = engine->clients.head; link != NULL; link = link->next)
    {
      PyrogClient *client = link->data;
      if (pyrog_client_is_idle (client))
        pyrog_connection_shutdown (client->peer.connection);
    }
  g_mutex_unlock (&engine->lock);
  g_source_set_ready_time (engine->source, 0);
}
