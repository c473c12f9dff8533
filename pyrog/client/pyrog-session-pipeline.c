/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-session-private.h"

/* Calls that are sent now and waited for later, or never */

void
pyrog_session_send (PyrogSession *self, PyrogCall *const *calls, guint count)
{
  gboolean ours = TRUE;

  for (guint i = 0; i < count; i++)
    ours &= pyrog_session_check_process (self, calls[i]);
  if (!ours)
    return;
  pyrog_session_prepare (self);
  g_mutex_lock (&self->lock);
  pyrog_session_enter_all_locked (self, calls, count);
  pyrog_session_settle_and_unlock (self);
}

gboolean
pyrog_session_is_done (PyrogSession *self, PyrogCall *call)
{
  g_mutex_lock (&self->lock);
  gboolean done = call->state == PYROG_CALL_DONE;
  g_mutex_unlock (&self->lock);
  return done;
}

void
pyrog_session_set_deadline (PyrogSession *self, PyrogCall *call, gint64 deadline)
{
  g_mutex_lock (&self->lock);
  call->deadline = deadline;
  g_mutex_unlock (&self->lock);
}

void
pyrog_session_watch (PyrogSession *self,
                     PyrogCall *call,
                     GMainContext *context,
                     PyrogCallFunc func,
                     gpointer user_data)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&call->context, g_main_context_unref);
  call->context = g_main_context_ref (context);
  call->func = func;
  call->user_data = user_data;
  pyrog_session_add_to_source_locked (self, call);
  if (call->state == PYROG_CALL_DONE)
    pyrog_session_add_done_locked (pyrog_call_ref (call));
  pyrog_session_settle_and_unlock (self);
}

gboolean
pyrog_session_unwatch (PyrogSession *self, PyrogCall *call)
{
  g_mutex_lock (&self->lock);
  gboolean open = call->state != PYROG_CALL_DONE && call->func != NULL;
  if (open)
    {
      call->func = NULL;
      pyrog_session_remove_from_source_locked (call);
    }
  pyrog_session_settle_and_unlock (self);
  return open;
}
