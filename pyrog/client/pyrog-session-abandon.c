/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-session-private.h"

/* Calls that nobody waits for any more */

GError *
pyrog_session_timeout_error (PyrogCall *call)
{
  if (call->member == NULL)
    return g_error_new (PYROG_ERROR, PYROG_ERROR_TIMEOUT, _ ("The operation timed out"));
  return g_error_new (PYROG_ERROR, PYROG_ERROR_TIMEOUT, _ ("The call of ‘%s’ timed out"),
                      call->member);
}

/* Takes a message that was not sent at all from the connection */
static void
unqueue (PyrogSession *self, PyrogCall *call)
{
  gsize size = (gsize) (call->end - call->start);

  pyrog_connection_unqueue (self->connection, call->start, size);
  for (GList *link = call->link.next; link != NULL; link = link->next)
    {
      PyrogCall *later = link->data;
      later->start -= size;
      later->end -= size;
    }
  g_queue_unlink (&self->queued, &call->link);
  self->oneway_end = 0; /* it moved; to be looked for */
}

/* It is answered as far as its caller is concerned, but its place in the queue stays */
static void
leave_place (PyrogSession *self, PyrogCall *call, GError *error)
{
  PyrogCall *place = pyrog_call_new (NULL);

  place->codec = call->codec;
  place->oneway = call->oneway;
  place->max_annotations = call->max_annotations;
  place->seq = call->seq;
  place->start = call->start;
  place->end = call->end;
  place->state = PYROG_CALL_QUEUED;
  place->abandoned = TRUE;
  g_queue_insert_after_link (&self->queued, &call->link, &place->link);
  g_queue_unlink (&self->queued, &call->link);
  pyrog_session_fail_locked (self, call, error, PYROG_EXECUTION_MAYBE);
}

/* Nobody waits for what is in front of it */
static gboolean
is_next_in_line (PyrogSession *self, PyrogCall *call)
{
  for (GList *link = call->link.prev; link != NULL; link = link->prev)
    {
      if (!((PyrogCall *) link->data)->abandoned)
        return FALSE;
    }
  return TRUE;
}

void
pyrog_session_abandon_locked (PyrogSession *self,
                              PyrogCall *call,
                              GError *error,
                              gboolean timed_out)
{
  if (call->state == PYROG_CALL_DONE)
    {
      g_error_free (error);
      return;
    }
  if (call->state == PYROG_CALL_WAITING)
    {
      g_queue_unlink (&self->waiting, &call->link);
      pyrog_session_fail_locked (self, call, error, PYROG_EXECUTION_NOT_SENT);
      if (self->waiting.length == 0)
        pyrog_session_forget_connection_locked (self);
      return;
    }
  guint64 sent = pyrog_connection_get_sent (self->connection);
  if (call->start >= sent)
    {
      unqueue (self, call);
      pyrog_session_fail_locked (self, call, error, PYROG_EXECUTION_NOT_SENT);
      return;
    }
  gboolean half = call->end > sent;
  gboolean first = is_next_in_line (self, call);
  leave_place (self, call, error);
  if (half || (timed_out && first))
    pyrog_session_lost_locked (
        self, g_error_new (PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED,
                           _ ("The connection was closed because another call was given up")));
}

void
pyrog_session_expire_locked (PyrogSession *self)
{
  gint64 now = self->deadline != 0 ? g_get_monotonic_time () : 0;
  gboolean again = TRUE;

  if (now < self->deadline || self->deadline == 0)
    return;
  while (again)
    {
      again = FALSE;
      self->deadline = 0;
      GQueue *queues[] = { &self->queued, &self->waiting };
      for (guint i = 0; i < G_N_ELEMENTS (queues) && !again; i++)
        {
          for (GList *link = queues[i]->head; link != NULL && !again; link = link->next)
            {
              PyrogCall *call = link->data;
              if (call->source == NULL || call->deadline == 0)
                continue;
              if (call->deadline > now)
                self->deadline = pyrog_session_earliest (self->deadline, call->deadline);
              else
                {
                  pyrog_session_abandon_locked (self, call, pyrog_session_timeout_error (call),
                                                TRUE);
                  again = TRUE;
                }
            }
        }
    }
}
