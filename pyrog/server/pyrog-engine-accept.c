/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/epoll.h>

#include "pyrog-engine-private.h"
#include "pyrog-error.h"

/* Accepting connections: who may come, and how many */

#define MAX_ACCEPTS_A_TURN 64
#define ACCEPT_PAUSE (G_USEC_PER_SEC / 5) /* after an accept that failed for want of resources */
#define COMPLAINT_INTERVAL (60 * G_USEC_PER_SEC)

void
pyrog_engine_drop_oldest_stranger (PyrogEngine *engine, gboolean for_memory)
{
  g_mutex_lock (&engine->lock);
  for (GList *link = engine->clients.head; link != NULL; link = link->next)
    {
      PyrogClient *client = link->data;
      if (!client->peer.authenticated && !client->dropped
          && (!for_memory || g_atomic_int_get (&client->keeps_memory)))
        {
          client->dropped = TRUE;
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
    {
      PyrogClient *client = link->data;
      count += !client->peer.authenticated && !client->dropped;
    }
  g_mutex_unlock (&engine->lock);
  return count;
}

static gsize
count_clients (PyrogEngine *engine)
{
  g_mutex_lock (&engine->lock);
  gsize count = engine->clients.length;
  g_mutex_unlock (&engine->lock);
  return count;
}

static gboolean
has_room (PyrogEngine *engine)
{
  if (count_clients (engine) >= engine->max_unauthenticated
      && count_strangers (engine) >= engine->max_unauthenticated)
    pyrog_engine_drop_oldest_stranger (engine, FALSE);
  return count_clients (engine) < engine->max_clients;
}

/* Files that were replaced are good for the connections that come after that */
static void
renew_tls (PyrogEngine *engine)
{
  g_autoptr (GError) error = NULL;

  if (!pyrog_tls_context_is_outdated (engine->tls))
    return;
  g_autoptr (PyrogTlsContext) context = pyrog_tls_context_renew (engine->tls, &error);
  if (context != NULL)
    {
      pyrog_tls_context_unref (engine->tls);
      engine->tls = g_steal_pointer (&context);
    }
  else
    g_message ("The certificates stay as they were: %s", error->message);
}

/* What it is told fits into the empty buffer of a socket, or is lost */
static void
say_refused (PyrogEngine *engine, GSocket *socket)
{
  g_autoptr (GError) error = g_error_new_literal (PYROG_ERROR, PYROG_ERROR_SECURITY, "refused");
  PyrogPeer stranger = { 0 };
  PyrogBuffer out;

  if (engine->tls != NULL)
    return;
  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_dispatcher_refuse (engine->dispatcher, &stranger, error, &out);
  g_socket_send (socket, (const char *) out.data, out.size, NULL, NULL);
  pyrog_buffer_clear (&out);
}

/* Many of one source would keep others out */
static gboolean
check_source (PyrogEngine *engine, guint64 source, GSocketAddress *remote, GError **error)
{
  g_mutex_lock (&engine->lock);
  guint count = pyrog_source_counts_get (engine->sources, source);
  g_mutex_unlock (&engine->lock);
  if (count < engine->max_clients_per_source)
    return TRUE;
  g_autofree char *text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (remote));
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY,
               _ ("%s has %u connections already (MAX_CONNECTIONS_PER_PEER)"), text, count);
  return FALSE;
}

/* 0: this machine */
static guint64
get_source (PyrogConnection *connection)
{
  if (pyrog_connection_is_local (connection))
    return 0;
  GSocketAddress *local = pyrog_connection_get_local_address (connection);
  GSocketAddress *remote = pyrog_connection_get_remote_address (connection);
  return local != NULL && remote != NULL ? pyrog_source_of (local, remote) : 0;
}

static gboolean
check_peer (PyrogEngine *engine, PyrogConnection *connection, guint64 *source, GError **error)
{
  *source = get_source (connection);
  return (engine->policy == NULL
          || pyrog_peer_policy_check (engine->policy, connection->socket, engine->check_tcp, error))
         && (*source == 0
             || check_source (engine, *source, pyrog_connection_get_remote_address (connection),
                              error));
}

static gboolean
is_welcome (PyrogEngine *engine, PyrogConnection *connection, guint64 *source)
{
  g_autoptr (GError) error = NULL;
  gint64 now;

  if (check_peer (engine, connection, source, &error))
    return TRUE;
  say_refused (engine, connection->socket);
  now = g_get_monotonic_time ();
  if (now >= engine->next_refusal)
    {
      g_message ("Refused a connection: %s", error->message);
      engine->next_refusal = now + COMPLAINT_INTERVAL;
    }
  return FALSE;
}

static void
add_connection (PyrogEngine *engine, PyrogConnection *connection, guint64 source, gboolean joined)
{
  pyrog_connection_set_log_wire (connection, engine->log_wire);
  if (engine->tls != NULL)
    {
      renew_tls (engine);
      pyrog_connection_start_tls (connection, engine->tls, NULL);
    }
  pyrog_engine_add_client (engine, connection, source, joined);
}

static void
admit (PyrogEngine *engine, GSocket *socket)
{
  g_autoptr (PyrogConnection) connection = pyrog_connection_new (socket, engine->nodelay);
  guint64 source;

  /* Otherwise the socket closes */
  if (is_welcome (engine, connection, &source) && has_room (engine))
    add_connection (engine, connection, source, FALSE);
}

void
pyrog_engine_join (PyrogEngine *engine, GSocket *socket)
{
  g_autoptr (PyrogConnection) connection = NULL;

  g_socket_set_blocking (socket, FALSE);
  connection = pyrog_connection_new (socket, engine->nodelay);
  add_connection (engine, connection, 0, TRUE);
}

void
pyrog_engine_watch_gate (PyrogEngine *engine, PyrogGate *gate, int operation)
{
  /* Listeners are marked by the lowest bit of their address */
  struct epoll_event event
      = { .events = gate->paused ? 0 : EPOLLIN, .data.u64 = (guint64) (guintptr) gate | 1 };

  epoll_ctl (engine->epoll_fd, operation, pyrog_listener_get_fd (gate->listener), &event);
}

static void
pause_gate (PyrogEngine *engine, PyrogGate *gate, int errnum)
{
  gint64 now = g_get_monotonic_time ();

  if (now >= engine->next_complaint)
    {
      g_message ("Can't accept a connection: %s", g_strerror (errnum));
      engine->next_complaint = now + COMPLAINT_INTERVAL;
    }
  gate->paused = TRUE;
  pyrog_engine_watch_gate (engine, gate, EPOLL_CTL_MOD);
  engine->accept_again = now + ACCEPT_PAUSE;
  pyrog_engine_schedule (engine, engine->accept_again);
}

/* Anything else is the trouble of that one connection */
static gboolean
lacks_resources (int errnum)
{
  return errnum == EMFILE || errnum == ENFILE || errnum == ENOBUFS || errnum == ENOMEM;
}

void
pyrog_engine_accept (PyrogEngine *engine, PyrogGate *gate)
{
  for (guint i = 0; i < MAX_ACCEPTS_A_TURN && engine->drain_until == 0; i++)
    {
      int errnum;
      g_autoptr (GSocket) socket = pyrog_listener_accept (gate->listener, &errnum);

      if (socket != NULL)
        admit (engine, socket);
      else if (errnum == 0)
        return;
      else if (lacks_resources (errnum))
        {
          pause_gate (engine, gate, errnum);
          return;
        }
      /* Otherwise that one connection is lost, and the next one is as good as before */
    }
}

void
pyrog_engine_resume_accepting (PyrogEngine *engine)
{
  engine->accept_again = 0;
  for (guint i = 0; i < engine->gates->len; i++)
    {
      PyrogGate *gate = g_ptr_array_index (engine->gates, i);
      if (gate->paused)
        {
          gate->paused = FALSE;
          pyrog_engine_watch_gate (engine, gate, EPOLL_CTL_MOD);
        }
    }
}
