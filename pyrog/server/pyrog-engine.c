/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-engine.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pyrog-config-items.h"
#include "pyrog-engine-private.h"
#include "pyrog-error.h"
#include "pyrog-local-daemons.h"
#include "pyrog-process.h"

#define MAX_EVENTS 64
#define OTHER_DESCRIPTORS 64

typedef struct
{
  GSource source;
  PyrogEngine *engine;
} EngineSource;

void
pyrog_engine_release (gpointer data)
{
  PyrogEngine *engine = data;

  if (!g_atomic_ref_count_dec (&engine->refs))
    return;
  close (engine->epoll_fd);
  g_clear_pointer (&engine->spare, pyrog_chunk_unref);
  g_ptr_array_unref (engine->gates);
  pyrog_source_counts_free (engine->sources);
  g_weak_ref_clear (&engine->owner);
  pyrog_dispatcher_unref (engine->dispatcher);
  g_main_context_unref (engine->context);
  g_clear_pointer (&engine->tls, pyrog_tls_context_unref);
  g_clear_object (&engine->certificate_policy);
  g_mutex_clear (&engine->lock);
  g_free (engine);
}

/* ---- Time ---- */

static void
sweep (PyrogEngine *engine, gint64 now)
{
  PyrogStreamTable *streams = pyrog_dispatcher_get_streams (engine->dispatcher);
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
      gint64 deadline = pyrog_engine_deadline_of (client);
      if (deadline != 0 && now >= deadline)
        pyrog_connection_shutdown (client->peer.connection);
      again |= deadline != 0;
    }
  again |= pyrog_stream_table_has_timed (streams);
  engine->next_sweep = again ? now + SWEEP_INTERVAL : 0;
  g_mutex_unlock (&engine->lock);
  pyrog_stream_table_expire (streams);
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
  g_mutex_lock (&engine->lock);
  gboolean idle = engine->clients.length == 0 && g_atomic_int_get (&engine->lanes) == 0;
  g_mutex_unlock (&engine->lock);
  if (engine->drain_until != 0 && (idle || now >= engine->drain_until))
    end_drain (engine);
}

static void
run_timers (PyrogEngine *engine)
{
  gint64 now = g_get_monotonic_time ();
  gint64 next = -1;

  g_mutex_lock (&engine->lock);
  gboolean due = engine->ready_time >= 0;
  g_mutex_unlock (&engine->lock);
  if (!due)
    return;
  sweep (engine, now);
  if (engine->accept_again != 0 && now >= engine->accept_again)
    pyrog_engine_resume_accepting (engine);
  g_mutex_lock (&engine->lock);
  gboolean read = engine->read_again != 0 && now >= engine->read_again;
  g_mutex_unlock (&engine->lock);
  if (read)
    pyrog_engine_resume_reading (engine);
  /* A worker that wants a turn meanwhile is not overruled */
  g_mutex_lock (&engine->lock);
  gint64 times[]
      = { engine->next_sweep, engine->accept_again, engine->read_again, engine->drain_until };
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      if (times[i] != 0 && (next < 0 || times[i] < next))
        next = times[i];
    }
  if (engine->ready.length > 0)
    next = 0;
  if (engine->source != NULL && next != engine->ready_time)
    {
      engine->ready_time = next;
      g_source_set_ready_time (engine->source, next);
    }
  g_mutex_unlock (&engine->lock);
}

/* ---- The source ---- */

static void
handle_event (PyrogEngine *engine, const struct epoll_event *event)
{
  guintptr address = (guintptr) event->data.u64;

  if ((address & 1) != 0)
    {
      pyrog_engine_accept (engine, (PyrogGate *) (address & ~(guintptr) 1));
      return;
    }
  PyrogClient *client = (PyrogClient *) address;
  if ((event->events & (EPOLLHUP | EPOLLERR)) != 0)
    g_atomic_int_set (&client->hangup, TRUE);
  if ((event->events & EPOLLRDHUP) != 0
      && g_atomic_int_compare_and_exchange (&client->half_closed, FALSE, TRUE))
    pyrog_stream_table_leave (pyrog_dispatcher_get_streams (engine->dispatcher),
                              client->peer.connection);
  if (engine->threaded)
    {
      pyrog_engine_push_work (engine, client);
      return;
    }
  pyrog_engine_run_client (engine, client);
  pyrog_engine_count_turn (engine, client);
}

static void
handle_direct (PyrogEngine *engine)
{
  if (engine->direct == NULL)
    return;
  struct epoll_event event
      = { .events = g_source_query_unix_fd (engine->source, engine->direct_tag),
          .data.u64 = (guint64) (guintptr) engine->direct };
  if (event.events != 0)
    handle_event (engine, &event);
}

static void
handle_events (PyrogEngine *engine)
{
  if (g_source_query_unix_fd (engine->source, engine->epoll_tag) == 0)
    return;
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
        pyrog_engine_run_client (engine, client);
      pyrog_peer_unref (&client->peer);
    }
}

static gboolean
engine_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  PyrogEngine *engine = ((EngineSource *) source)->engine;

  if (engine->process != pyrog_process_get ())
    return G_SOURCE_REMOVE;
  g_atomic_ref_count_inc (&engine->refs);
  engine->depth++;
  engine->tls_steps = 0;
  handle_direct (engine);
  if (engine->source != NULL)
    handle_events (engine);
  if (engine->source != NULL)
    handle_ready (engine);
  if (engine->source != NULL)
    run_timers (engine);
  pyrog_engine_deliver_news (engine);
  if (--engine->depth == 0)
    pyrog_engine_free_removed (engine);
  if (engine->source != NULL && engine->drain_until != 0)
    check_drain (engine, g_get_monotonic_time ());
  pyrog_engine_release (engine);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs engine_source_funcs = { .dispatch = engine_source_dispatch };

static void
attach_source (PyrogEngine *engine)
{
  engine->ready_time = -1;
  engine->source = g_source_new (&engine_source_funcs, sizeof (EngineSource));
  ((EngineSource *) engine->source)->engine = engine;
  g_source_set_static_name (engine->source, "PyrogEngine");
  /* Otherwise GLib takes the descriptor out of the poll and puts it back, for each message */
  g_source_set_can_recurse (engine->source, TRUE);
  engine->epoll_tag = g_source_add_unix_fd (engine->source, engine->epoll_fd, G_IO_IN);
  g_source_attach (engine->source, engine->context);
}

/* The program needs some descriptors for itself */
static gsize
find_max_clients (PyrogConfig *config)
{
  gsize wanted = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_CONNECTIONS);
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted + OTHER_DESCRIPTORS)
    return wanted;
  return limit.rlim_cur > OTHER_DESCRIPTORS ? (gsize) limit.rlim_cur - OTHER_DESCRIPTORS : 1;
}

static void
read_config (PyrogEngine *engine, PyrogConfig *config)
{
  engine->nodelay = pyrog_config_get_flag (config, PYROG_CONFIG_SOCK_NODELAY);
  engine->log_wire = pyrog_config_get_flag (config, PYROG_CONFIG_LOGWIRE);
  engine->max_clients = find_max_clients (config);
  engine->max_clients_per_source
      = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_CONNECTIONS_PER_PEER);
  engine->max_oneway = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_ONEWAY_QUEUE);
  engine->max_queue_size = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_QUEUE_SIZE);
  engine->max_unauthenticated
      = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_UNAUTHENTICATED);
  engine->max_memory = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_MEMORY);
  engine->max_decisions = (int) pyrog_config_get_number (config, PYROG_CONFIG_MAX_DECISIONS);
  engine->decision_timeout = pyrog_config_get_seconds (config, PYROG_CONFIG_DECISION_TIMEOUT);
  engine->check_tcp = pyrog_config_get_flag (config, PYROG_CONFIG_PEER_UID_CHECK);
  engine->stop_timeout = pyrog_config_get_seconds (config, PYROG_CONFIG_STOP_TIMEOUT);
  double commtimeout = pyrog_config_get_seconds (config, PYROG_CONFIG_COMMTIMEOUT);
  engine->timeouts = (PyrogClientTimeouts){
    pyrog_config_get_seconds (config, PYROG_CONFIG_HANDSHAKE_TIMEOUT),
    pyrog_config_get_seconds (config, PYROG_CONFIG_MESSAGE_TIMEOUT),
    pyrog_config_get_seconds (config, PYROG_CONFIG_WRITE_TIMEOUT),
    commtimeout > 0 ? commtimeout : pyrog_config_get_seconds (config, PYROG_CONFIG_IDLE_TIMEOUT),
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
  engine->process = pyrog_process_get ();
  engine->epoll_fd = fd;
  engine->dispatcher = pyrog_dispatcher_ref (dispatcher);
  engine->context = g_main_context_ref (context);
  engine->sources = pyrog_source_counts_new ();
  engine->gates = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&engine->lock);
  g_weak_ref_init (&engine->owner, NULL);
  read_config (engine, config);
  engine->threaded
      = pyrog_config_get_number (config, PYROG_CONFIG_SERVERTYPE) == PYROG_SERVER_TYPE_THREAD;
  if (engine->threaded)
    engine->pool = g_thread_pool_new (
        pyrog_engine_work, engine,
        (int) pyrog_config_get_number (config, PYROG_CONFIG_THREADPOOL_SIZE), FALSE, NULL);
  attach_source (engine);
  return engine;
}

void
pyrog_engine_set_tls (PyrogEngine *engine, PyrogTlsContext *context, PyrogCertificatePolicy *policy)
{
  g_clear_pointer (&engine->tls, pyrog_tls_context_unref);
  if (context != NULL)
    engine->tls = pyrog_tls_context_ref (context);
  g_set_object (&engine->certificate_policy, policy);
}

void
pyrog_engine_set_peer_policy (PyrogEngine *engine, PyrogPeerPolicy *policy)
{
  engine->policy = policy;
}

static void
remove_all (PyrogEngine *engine)
{
  PyrogClient *client;

  while ((client = g_queue_pop_head (&engine->ready)) != NULL)
    pyrog_peer_unref (&client->peer);
  while ((client = g_queue_peek_head (&engine->clients)) != NULL)
    pyrog_engine_remove_client (engine, client);
}

static void
shut_all (PyrogEngine *engine)
{
  g_mutex_lock (&engine->lock);
  for (GList *link = engine->clients.head; link != NULL; link = link->next)
    pyrog_connection_shutdown (((PyrogClient *) link->data)->peer.connection);
  g_mutex_unlock (&engine->lock);
}

/* Nobody is accepted any more */
static void
forget_gates (PyrogEngine *engine)
{
  for (guint i = 0; i < engine->gates->len; i++)
    {
      PyrogGate *gate = g_ptr_array_index (engine->gates, i);
      epoll_ctl (engine->epoll_fd, EPOLL_CTL_DEL, pyrog_listener_get_fd (gate->listener), NULL);
    }
}

void
pyrog_engine_free (PyrogEngine *engine)
{
  if (engine == NULL || engine->process != pyrog_process_get ())
    return;
  pyrog_local_daemons_remove (engine);
  forget_gates (engine);
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
  g_mutex_lock (&engine->lock);
  GSource *source = g_steal_pointer (&engine->source);
  g_mutex_unlock (&engine->lock);
  g_source_unref (source);
  remove_all (engine);
  pyrog_stream_table_clear (pyrog_dispatcher_get_streams (engine->dispatcher));
  /* Otherwise the dispatch in progress does it */
  if (engine->depth == 0)
    {
      pyrog_engine_deliver_news (engine);
      pyrog_engine_free_removed (engine);
    }
  pyrog_engine_release (engine);
}

void
pyrog_engine_add_listener (PyrogEngine *engine, PyrogListener *listener)
{
  PyrogGate *gate = g_new0 (PyrogGate, 1);
  g_autoptr (GSocketAddress) address = pyrog_listener_get_address (listener);

  gate->listener = listener;
  pyrog_listener_set_options (listener, engine->nodelay);
  g_ptr_array_add (engine->gates, gate);
  /* Workers answer while the context waits */
  if (!engine->threaded && address != NULL)
    pyrog_local_daemons_add (engine, address, engine->context);
  pyrog_engine_watch_gate (engine, gate, EPOLL_CTL_ADD);
}

void
pyrog_engine_drain (PyrogEngine *engine, PyrogDrainedFunc func, gpointer user_data)
{
  forget_gates (engine);
  engine->drained_func = func;
  engine->drained_data = user_data;
  g_mutex_lock (&engine->lock);
  engine->drain_until
      = g_get_monotonic_time () + (gint64) (engine->stop_timeout * G_USEC_PER_SEC) + 1;
  for (GList *link = engine->clients.head; link != NULL; link = link->next)
    {
      PyrogClient *client = link->data;
      /* A worker may be at it; the turn finds out */
      if (engine->pool != NULL)
        g_thread_pool_push (engine->pool, pyrog_peer_ref (&client->peer), NULL);
      else if (pyrog_client_is_idle (client))
        pyrog_connection_shutdown (client->peer.connection);
    }
  pyrog_engine_schedule_locked (engine, 0);
  g_mutex_unlock (&engine->lock);
}
