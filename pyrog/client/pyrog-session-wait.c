/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <poll.h>

#include "pyrog-error.h"
#include "pyrog-local-daemons.h"
#include "pyrog-session-private.h"

/* Waiting for a session's socket in the thread of a synchronous call */

typedef struct
{
  PyrogSession *session;
  PyrogCall *call;
  GCancellable *cancellable; /* (nullable) */
  GPollFD cancel_fd;
  gboolean has_cancel_fd;
} Wait;

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  PyrogSession *self = user_data;

  g_mutex_lock (&self->lock);
  pyrog_session_wake_locked (self);
  g_mutex_unlock (&self->lock);
}

/* TRUE: the call, or the wait for it, has just been given up */
static gboolean
give_up (Wait *wait)
{
  PyrogCall *call = wait->call;
  GError *error = NULL;

  if (call->stays && g_cancellable_is_cancelled (wait->cancellable))
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (wait->cancellable, &error))
    pyrog_session_abandon_locked (wait->session, call, error, FALSE);
  else if (call->deadline != 0 && g_get_monotonic_time () >= call->deadline)
    pyrog_session_abandon_locked (wait->session, call, pyrog_session_timeout_error (call), TRUE);
  return call->state == PYROG_CALL_DONE;
}

static void
look_up_and_wait (Wait *wait)
{
  PyrogSession *self = wait->session;
  g_autoptr (GSocketAddressEnumerator) enumerator = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  GError *error = NULL;

  guint generation = self->generation;
  enumerator = g_object_ref (pyrog_connector_get_enumerator (self->connector));
  g_mutex_unlock (&self->lock);
  address = g_socket_address_enumerator_next (enumerator, wait->cancellable, &error);
  g_mutex_lock (&self->lock);
  if (generation == self->generation && self->state == PYROG_SESSION_RESOLVING
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    pyrog_session_resolved_locked (self, address, g_steal_pointer (&error));
  g_clear_error (&error);
}

static gint64
time_left (gint64 until)
{
  return MAX (until - g_get_monotonic_time (), 0);
}

static gboolean
poll_time (PyrogSession *self, PyrogCall *call, struct timespec *timeout)
{
  gint64 until = pyrog_session_earliest (call->deadline, pyrog_session_pause_end_locked (self));

  if (until == 0)
    return FALSE;
  gint64 left = time_left (until);
  timeout->tv_sec = (time_t) (left / G_USEC_PER_SEC);
  timeout->tv_nsec = (long) (left % G_USEC_PER_SEC) * 1000;
  return TRUE;
}

/* The shortest way: only the reply can end the wait, and the kernel keeps the time */
static gboolean
receive (Wait *wait)
{
  PyrogSession *self = wait->session;
  gint64 patience = 0;
  GError *error = NULL;

  if (self->state != PYROG_SESSION_READY || wait->cancellable != NULL
      || !pyrog_connection_can_wait (self->connection))
    return FALSE;
  if (wait->call->deadline != 0)
    patience = MAX (time_left (wait->call->deadline), 1);
  guint generation = self->generation;
  g_autoptr (PyrogConnection) kept = g_object_ref (self->connection);
  pyrog_session_settle_and_unlock (self);
  gssize result = pyrog_connection_fill_waiting (kept, patience, &error);
  g_mutex_lock (&self->lock);
  if (generation == self->generation)
    pyrog_session_received_locked (self, result, error);
  else
    g_clear_error (&error);
  return TRUE;
}

/* FALSE: it is another connection now, or none */
static gboolean
poll_socket (Wait *wait, int fd, short events, short *revents)
{
  PyrogSession *self = wait->session;
  struct timespec timeout;
  struct pollfd fds[2] = { { .fd = fd, .events = events }, { .fd = -1 } };

  if (wait->has_cancel_fd)
    fds[1] = (struct pollfd){ .fd = wait->cancel_fd.fd, .events = POLLIN };
  guint generation = self->generation;
  g_autoptr (PyrogConnection) kept
      = self->connection != NULL ? g_object_ref (self->connection) : NULL;
  gboolean timed = poll_time (self, wait->call, &timeout);
  pyrog_session_settle_and_unlock (self);
  int count = ppoll (fds, wait->has_cancel_fd ? 2 : 1, timed ? &timeout : NULL, NULL);
  g_mutex_lock (&self->lock);
  *revents = count > 0 ? fds[0].revents : 0;
  return generation == self->generation;
}

/* One wait for the socket, with the reader's role */
static void
read_for_all (Wait *wait)
{
  PyrogSession *self = wait->session;
  short events, revents;

  if (self->state == PYROG_SESSION_RESOLVING)
    {
      look_up_and_wait (wait);
      return;
    }
  if (self->state == PYROG_SESSION_ASKING)
    {
      g_mutex_unlock (&self->lock);
      pyrog_session_ask (self);
      g_mutex_lock (&self->lock);
      return;
    }
  if (receive (wait))
    return;
  int fd = pyrog_session_get_fd_locked (self, &events);
  if (poll_socket (wait, fd, events, &revents))
    pyrog_session_go_on_locked (self, revents);
}

/* Whoever reads may wait for long, and not for room to write */
static gboolean
is_being_sent (PyrogSession *self, PyrogCall *call)
{
  return self->state == PYROG_SESSION_READY && call->state == PYROG_CALL_QUEUED
         && call->end > pyrog_connection_get_sent (self->connection);
}

/* One wait for room to write, or for somebody to have to read */
static void
send_beside_reader (Wait *wait)
{
  PyrogSession *self = wait->session;
  int fd = pyrog_connection_get_fd (self->connection);
  short revents;

  if (poll_socket (wait, fd, POLLIN | POLLOUT, &revents) && (revents & POLLOUT) != 0)
    pyrog_session_pump_locked (self, POLLOUT);
}

/* Waits for another thread that reads, or decides */
static void
wait_for_others (Wait *wait)
{
  PyrogSession *self = wait->session;
  gint64 until
      = pyrog_session_earliest (wait->call->deadline, pyrog_session_pause_end_locked (self));

  self->waiters++;
  if (until != 0)
    g_cond_wait_until (&self->changed, &self->lock, until);
  else
    g_cond_wait (&self->changed, &self->lock);
  self->waiters--;
  if (!self->reading)
    pyrog_session_go_on_locked (self, 0);
}

/* Another thread reads for all, decides, or looks a host's name up */
static gboolean
is_with_others (PyrogSession *self)
{
  return self->reading || (self->state == PYROG_SESSION_ASKING && self->asked)
         || (self->state == PYROG_SESSION_RESOLVING && self->resolving);
}

/* TRUE: only this thread could answer the call, and it would wait for itself */
static gboolean
is_for_this_thread (PyrogSession *self)
{
  return self->connection != NULL && pyrog_local_daemons_exist ()
         && pyrog_local_daemons_is_own (pyrog_connection_get_remote_address (self->connection));
}

static GError *
own_thread_error (void)
{
  return g_error_new_literal (
      PYROG_ERROR, PYROG_ERROR_FAILED,
      _ ("The daemon runs in the main context that this synchronous call would block; call "
         "asynchronously"));
}

static void
wait_until_done (Wait *wait)
{
  PyrogSession *self = wait->session;
  PyrogCall *call = wait->call;

  while (call->state != PYROG_CALL_DONE && !give_up (wait))
    {
      if (call->state == PYROG_CALL_WAITING && is_for_this_thread (self))
        {
          pyrog_session_abandon_locked (self, call, own_thread_error (), FALSE);
          break;
        }
      if (is_with_others (self))
        {
          if (is_being_sent (self, call))
            send_beside_reader (wait);
          else
            wait_for_others (wait);
          continue;
        }
      self->reading = TRUE;
      read_for_all (wait);
      self->reading = FALSE;
    }
  /* Somebody else may want the role */
  if (!self->reading && (self->queued.length > 0 || self->waiting.length > 0))
    pyrog_session_wake_locked (self);
}

void
pyrog_session_wait (PyrogSession *self, PyrogCall *call, GCancellable *cancellable)
{
  Wait wait = { self, call, cancellable };
  gulong handler = 0;

  if (!pyrog_session_check_process (self, call))
    return;
  pyrog_session_prepare (self);
  if (cancellable != NULL)
    {
      handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);
      wait.has_cancel_fd = g_cancellable_make_pollfd (cancellable, &wait.cancel_fd);
    }
  g_mutex_lock (&self->lock);
  if (call->state == PYROG_CALL_NEW && is_for_this_thread (self))
    pyrog_call_fail (call, own_thread_error (), PYROG_EXECUTION_NOT_SENT);
  else if (call->state != PYROG_CALL_DONE && is_for_this_thread (self))
    pyrog_session_abandon_locked (self, call, own_thread_error (), FALSE);
  else
    {
      if (call->state == PYROG_CALL_NEW)
        pyrog_session_enter_locked (self, call);
      wait_until_done (&wait);
    }
  pyrog_session_settle_and_unlock (self);
  if (wait.has_cancel_fd)
    g_cancellable_release_fd (cancellable);
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
}
