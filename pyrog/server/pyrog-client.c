/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-client.h"

#include <sys/epoll.h>

#include "pyrog-error.h"
#include "pyrog-memory.h"
#include "pyrog-peer-log.h"

#define MAX_REQUESTS_A_TURN 64
#define MAX_READS_A_TURN 16
/* A request that took longer than this does not hold back replies that are ready */
#define PATIENCE 100                    /* microseconds */
#define BYTES_A_SECOND (256.0 * 1024.0) /* the slowest a big message may come */

enum
{
  WAIT_NOTHING,
  WAIT_HANDSHAKE,
  WAIT_WRITE,
  WAIT_MESSAGE,
  WAIT_REQUEST,
};

static void
free_client (PyrogPeer *peer)
{
  PyrogClient *client = (PyrogClient *) peer;

  /* Answers that came after the end may have left some */
  pyrog_stream_table_drop (pyrog_dispatcher_get_streams (client->dispatcher),
                           client->peer.connection);
  pyrog_oneway_lane_free (client->lane);
  pyrog_instance_table_free (client->peer.instances);
  g_clear_object (&client->peer.connection);
  pyrog_dispatcher_unref (client->dispatcher);
  pyrog_buffer_clear (&client->late);
  g_mutex_clear (&client->turn);
  g_mutex_clear (&client->late_lock);
  client->release_engine (client->engine);
  g_free (client);
}

static gint64
after (double seconds)
{
  return g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
}

PyrogClient *
pyrog_client_new (PyrogConnection *connection,
                  PyrogDispatcher *dispatcher,
                  const PyrogClientTimeouts *timeouts,
                  gpointer engine,
                  void (*release_engine) (gpointer engine))
{
  PyrogClient *client = g_new0 (PyrogClient, 1);

  g_atomic_ref_count_init (&client->peer.refs);
  client->peer.connection = g_object_ref (connection);
  client->peer.instances = pyrog_instance_table_new ();
  client->peer.annotations = pyrog_dispatcher_get_annotations (dispatcher);
  client->peer.free = free_client;
  client->dispatcher = pyrog_dispatcher_ref (dispatcher);
  client->timeouts = timeouts;
  client->engine = engine;
  client->release_engine = release_engine;
  g_mutex_init (&client->turn);
  g_mutex_init (&client->late_lock);
  pyrog_buffer_init (&client->late, G_MAXSIZE);
  client->link.data = client;
  client->max_memory = G_MAXSIZE;
  client->max_unsent = G_MAXSIZE;
  client->securing = pyrog_connection_is_encrypted (connection);
  client->waiting_for = WAIT_HANDSHAKE;
  client->deadline = after (timeouts->handshake_timeout);
  return client;
}

/* ---- Requests ---- */

static gboolean
flush (PyrogClient *client)
{
  if (!pyrog_connection_flush (client->peer.connection, NULL))
    client->closed = TRUE;
  return !client->closed;
}

/* A stranger's time does not run while the program thinks about it */
static void
stop_clock (PyrogClient *client)
{
  if (client->peer.authenticated || client->deadline == 0)
    return;
  client->time_left = MAX (client->deadline - g_get_monotonic_time (), 1);
  __atomic_store_n (&client->deadline, 0, __ATOMIC_RELAXED);
}

static void
start_clock (PyrogClient *client)
{
  if (client->time_left != 0)
    __atomic_store_n (&client->deadline, g_get_monotonic_time () + client->time_left,
                      __ATOMIC_RELAXED);
  client->time_left = 0;
}

static void
take_outcome (PyrogClient *client, PyrogDispatch outcome)
{
  switch (outcome)
    {
    case PYROG_DISPATCH_DONE:
    case PYROG_DISPATCH_MORE:
      break;
    case PYROG_DISPATCH_PENDING:
      client->busy = TRUE;
      stop_clock (client);
      break;
    case PYROG_DISPATCH_CLOSE:
      client->closing = TRUE;
      break;
    }
}

static gboolean
is_oneway_call (const PyrogHeader *header)
{
  return header->type == PYROG_MESSAGE_INVOKE && (header->flags & PYROG_FLAG_ONEWAY) != 0;
}

static void
dispatch (PyrogClient *client, const PyrogHeader *header, const guint8 *body)
{
  PyrogConnection *connection = client->peer.connection;
  g_autoptr (PyrogChunk) chunk = pyrog_chunk_ref (pyrog_connection_get_chunk (connection));
  gboolean handshake = !client->peer.authenticated;

  /* What is owed goes out before a call that nobody waits for */
  if (is_oneway_call (header) && !flush (client))
    return;
  pyrog_connection_consume (connection, pyrog_header_message_size (header));
  /* The next one has a deadline of its own */
  if (client->waiting_for == WAIT_MESSAGE)
    client->waiting_for = WAIT_NOTHING;
  g_atomic_int_set (&client->goes_on, FALSE);
  if (client->lane != NULL && is_oneway_call (header) && client->peer.authenticated)
    pyrog_oneway_lane_add (client->lane, header, body, chunk);
  else
    take_outcome (client,
                  pyrog_dispatcher_dispatch (client->dispatcher, &client->peer, header, body, chunk,
                                             pyrog_connection_get_out (connection)));
  /* Passwords and cookies */
  if (handshake)
    pyrog_chunk_wipe (chunk, body, (gsize) header->annotations_size + header->data_size);
}

static void
refuse (PyrogClient *client, const GError *error)
{
  pyrog_peer_log (PYROG_PEER_LOG_CLOSED, G_LOG_LEVEL_DEBUG, "Closing the connection from %s: %s",
                  pyrog_connection_get_peer_name (client->peer.connection), error->message);
  pyrog_dispatcher_refuse (client->dispatcher, &client->peer, error,
                           pyrog_connection_get_out (client->peer.connection));
  client->closing = TRUE;
}

/* Before the first call */
static void
announce (PyrogClient *client)
{
  if (client->peer.authenticated && !client->announced && client->connected != NULL)
    client->connected (client);
}

/* A batch is being carried out, and it is its turn */
static gboolean
has_more (PyrogClient *client)
{
  return client->peer.batch != NULL && !client->busy;
}

/* For what another request may leave behind */
static gboolean
has_room (PyrogClient *client)
{
  return pyrog_connection_get_unsent (client->peer.connection) <= client->max_unsent
         && (client->lane == NULL || pyrog_oneway_lane_has_room (client->lane));
}

/* Serves one request; FALSE if there is none that may be served now */
static gboolean
serve_request (PyrogClient *client)
{
  PyrogConnection *connection = client->peer.connection;
  g_autoptr (GError) error = NULL;
  PyrogHeader header;
  const guint8 *body;

  announce (client);
  if (client->busy || client->closing || client->closed || !has_room (client))
    return FALSE;
  if (has_more (client))
    {
      take_outcome (client, pyrog_dispatcher_go_on (&client->peer));
      return TRUE;
    }
  switch (pyrog_connection_peek (connection,
                                 pyrog_dispatcher_get_max_size (client->dispatcher, &client->peer),
                                 &header, &body, &error))
    {
    case PYROG_PARSE_MORE:
      return FALSE;
    case PYROG_PARSE_FAILED:
      refuse (client, error);
      return FALSE;
    case PYROG_PARSE_DONE:
      dispatch (client, &header, body);
      return TRUE;
    }
  g_assert_not_reached ();
}

/* Serves what was received, up to a turn's share; FALSE if the share was used up */
static gboolean
serve_requests (PyrogClient *client, guint *left)
{
  gint64 begin = 0;

  while (*left > 0)
    {
      if (!serve_request (client))
        return TRUE;
      --*left;
      if (has_more (client))
        return FALSE;
      /* The clock is looked at only where a reply might be held back */
      if (pyrog_connection_get_buffered (client->peer.connection) > 0)
        {
          gint64 now = g_get_monotonic_time ();
          if (begin != 0 && now - begin > PATIENCE && !flush (client))
            return TRUE;
          begin = now;
        }
    }
  return FALSE;
}

/* ---- What comes later ---- */

void
pyrog_client_add_resumed (PyrogClient *client,
                          PyrogResumeFunc func,
                          gpointer user_data,
                          GDestroyNotify free_data)
{
  PyrogResumed *resumed = pyrog_resumed_new (func, user_data, free_data);

  g_mutex_lock (&client->late_lock);
  gboolean late = client->gone;
  if (!late)
    g_queue_push_tail (&client->resumed, resumed);
  g_mutex_unlock (&client->late_lock);
  if (late)
    pyrog_resumed_free (resumed);
}

void
pyrog_client_drop_resumed (PyrogClient *client)
{
  g_mutex_lock (&client->late_lock);
  client->gone = TRUE;
  GQueue dropped = client->resumed;
  g_queue_init (&client->resumed);
  g_mutex_unlock (&client->late_lock);
  g_queue_clear_full (&dropped, (GDestroyNotify) pyrog_resumed_free);
}

static void
run_resumed (PyrogClient *client, PyrogResumed *resumed)
{
  PyrogDispatch outcome = resumed->func (
      &client->peer, pyrog_connection_get_out (client->peer.connection), resumed->user_data);

  pyrog_resumed_free (resumed);
  if (outcome == PYROG_DISPATCH_PENDING)
    return;
  client->busy = FALSE;
  start_clock (client);
  take_outcome (client, outcome);
}

static void
take_resumed (PyrogClient *client)
{
  PyrogResumed *resumed;

  do
    {
      g_mutex_lock (&client->late_lock);
      resumed = g_queue_pop_head (&client->resumed);
      g_mutex_unlock (&client->late_lock);
      if (resumed != NULL)
        run_resumed (client, resumed);
    }
  while (resumed != NULL);
}

static void
take_late_reply (PyrogClient *client)
{
  PyrogBuffer reply;

  if (!client->busy)
    return;
  g_mutex_lock (&client->late_lock);
  gboolean came = client->late_came;
  client->late_came = FALSE;
  reply = client->late;
  pyrog_buffer_init (&client->late, G_MAXSIZE);
  g_mutex_unlock (&client->late_lock);
  if (came)
    client->busy = FALSE;
  if (reply.size > 0)
    pyrog_connection_queue (client->peer.connection, &reply);
  pyrog_buffer_clear (&reply);
}

/* ---- Deadlines ---- */

static void
wait_for (PyrogClient *client, int what, double seconds)
{
  client->waiting_for = what;
  __atomic_store_n (&client->deadline, seconds > 0 ? after (seconds) : 0, __ATOMIC_RELAXED);
}

static void
set_message_deadline (PyrogClient *client)
{
  PyrogHeader header;
  const guint8 *body;
  double seconds = client->timeouts->message_timeout;

  if (client->waiting_for == WAIT_MESSAGE)
    return;
  if (pyrog_connection_peek (client->peer.connection, G_MAXSIZE, &header, &body, NULL)
          != PYROG_PARSE_FAILED
      && pyrog_connection_get_buffered (client->peer.connection) >= PYROG_HEADER_SIZE)
    seconds += (double) pyrog_header_message_size (&header) / BYTES_A_SECOND;
  wait_for (client, WAIT_MESSAGE, seconds);
}

static void
set_deadline (PyrogClient *client)
{
  PyrogConnection *connection = client->peer.connection;

  if (!client->peer.authenticated)
    return; /* one deadline for all of the handshake */
  if (pyrog_connection_get_unsent (connection) > 0)
    {
      guint64 sent = pyrog_connection_get_sent (connection);
      if (client->waiting_for != WAIT_WRITE || sent != client->progress)
        wait_for (client, WAIT_WRITE, client->timeouts->write_timeout);
      client->progress = sent;
    }
  else if (client->busy || has_more (client))
    wait_for (client, WAIT_NOTHING, 0);
  else if (pyrog_connection_get_buffered (connection) > 0)
    set_message_deadline (client);
  else if (client->timeouts->idle_timeout > 0)
    wait_for (client, WAIT_REQUEST, client->timeouts->idle_timeout);
  else if (client->waiting_for != WAIT_NOTHING)
    wait_for (client, WAIT_NOTHING, 0);
}

/* ---- Joined sockets ---- */

static void
admit_joined (PyrogClient *client)
{
  if (!client->joined || client->peer.authenticated || client->securing || client->busy
      || client->closing)
    return;
  client->peer.authenticated = TRUE;
  wait_for (client, WAIT_NOTHING, 0);
}

void
pyrog_client_join (PyrogClient *client)
{
  client->joined = TRUE;
  admit_joined (client);
}

/* ---- A turn ---- */

static gboolean
wants_input (PyrogClient *client)
{
  return !client->busy && !client->closing && !has_more (client)
         && pyrog_connection_get_unsent (client->peer.connection) <= client->max_unsent;
}

/* While memory is short only messages are read that need none */
static gboolean
may_read (PyrogClient *client)
{
  if (!wants_input (client))
    return FALSE;
  gboolean held_back = !pyrog_memory_has_room (0, client->max_memory)
                       && !g_atomic_int_get (&client->goes_on)
                       && pyrog_connection_is_receiving_large (client->peer.connection);
  g_atomic_int_set (&client->held_back, held_back);
  return !held_back;
}

/* A peer that will send no more may still read what it is owed */
static void
read_some (PyrogClient *client, PyrogChunk **spare)
{
  gssize result = pyrog_connection_fill (client->peer.connection, spare, NULL);

  if (result == PYROG_IO_EOF)
    client->closing = TRUE;
  else if (result < 0 && result != PYROG_IO_AGAIN)
    client->closed = TRUE;
}

/* ---- Encryption ---- */

/* FALSE: the handshake of the transport goes on, or the peer goes */
static gboolean
secure (PyrogClient *client)
{
  PyrogConnection *connection = client->peer.connection;
  g_autoptr (GError) error = NULL;

  switch (pyrog_connection_handshake (connection, &error))
    {
    case PYROG_HANDSHAKE_PENDING:
      return FALSE;
    case PYROG_HANDSHAKE_FAILED:
      if (!pyrog_connection_is_encrypted (connection))
        refuse (client, error);
      else
        pyrog_peer_log (PYROG_PEER_LOG_CLOSED, G_LOG_LEVEL_DEBUG,
                        "Closing the connection from %s: %s",
                        pyrog_connection_get_peer_name (connection), error->message);
      client->securing = FALSE;
      client->closing = TRUE;
      return FALSE;
    case PYROG_HANDSHAKE_DONE:
      client->securing = FALSE;
      take_outcome (client, client->check_certificate (client));
      return !client->closing;
    }
  g_assert_not_reached ();
}

/* TRUE if there is more to do at once */
static gboolean
take_turn (PyrogClient *client, PyrogChunk **spare)
{
  guint requests = MAX_REQUESTS_A_TURN;

  if (client->securing && !secure (client))
    return FALSE;
  if (client->busy)
    take_resumed (client);
  take_late_reply (client);
  admit_joined (client);
  /* What came before and was left, by the last turn or while a reply was late */
  if ((has_more (client) || pyrog_connection_get_buffered (client->peer.connection) > 0)
      && !serve_requests (client, &requests))
    return TRUE;
  for (guint i = 0; i < MAX_READS_A_TURN && may_read (client) && !client->closed; i++)
    {
      read_some (client, spare);
      if (!serve_requests (client, &requests))
        return TRUE;
      if (!pyrog_connection_has_more (client->peer.connection))
        return FALSE;
    }
  /* Nobody will tell of what the transport has */
  return may_read (client) && pyrog_connection_has_input (client->peer.connection);
}

PyrogClientState
pyrog_client_serve (PyrogClient *client, PyrogChunk **spare)
{
  PyrogConnection *connection = client->peer.connection;

  if (client->serving)
    return PYROG_CLIENT_WAITING;
  if (client->closed)
    return PYROG_CLIENT_CLOSED;
  client->serving = TRUE;
  g_atomic_int_set (&client->held_back, FALSE);
  gboolean more = take_turn (client, spare);
  if (!pyrog_connection_is_closed (connection) && !client->closed)
    flush (client);
  if (client->closing && pyrog_connection_get_unsent (connection) == 0)
    client->closed = TRUE;
  client->serving = FALSE;
  if (client->closed)
    return PYROG_CLIENT_CLOSED;
  pyrog_connection_trim (connection, spare);
  if (!client->peer.authenticated)
    g_atomic_int_set (&client->keeps_memory, pyrog_connection_keeps_memory (connection));
  set_deadline (client);
  return more ? PYROG_CLIENT_READY : PYROG_CLIENT_WAITING;
}

guint32
pyrog_client_get_events (PyrogClient *client)
{
  guint32 events = 0;

  if (wants_input (client) && !g_atomic_int_get (&client->held_back))
    events |= EPOLLIN;
  if (pyrog_connection_get_unsent (client->peer.connection) > 0)
    events |= EPOLLOUT;
  /* What it waits for may never come, and until then nobody reads the end */
  if (client->busy && !g_atomic_int_get (&client->half_closed))
    events |= EPOLLRDHUP;
  return events;
}

gboolean
pyrog_client_is_idle (PyrogClient *client)
{
  return !client->serving && !client->busy && client->peer.batch == NULL
         && pyrog_connection_get_unsent (client->peer.connection) == 0;
}
