/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <poll.h>

#include "pyrog-error.h"
#include "pyrog-process.h"
#include "pyrog-session-private.h"

/* What a session has in each main context with asynchronous calls, so that none waits for another
 * thread: a source that reads for all calls, writes, looks at the deadlines, and calls the
 * functions of its own calls. While a thread in pyrog_session_wait() reads for all, it only writes
 * and looks at the deadlines. */

gint64 pyrog_session_patience = 100;

/* All fields but the first two are locked-by the session */
struct _PyrogSessionSource
{
  GSource source;
  PyrogSession *session; /* (owned) */
  /* (owned) (nullable) NULL: it was destroyed. One that ends with its thread would take the source
   * along while another thread looks at it. */
  GMainContext *context;
  guint calls;         /* whose functions were not called yet */
  GQueue done;         /* (owned) (element-type PyrogCall) those of them that are done */
  gboolean dispatched; /* is at the functions of done */
  gpointer fd_tag;     /* (nullable) */
  int fd;
  GIOCondition condition;
};

/* ---- Functions of calls ---- */

/* Whether this thread is in a function of a call, and sends what is held back afterwards */
static gboolean
is_caller (PyrogSession *self)
{
  return self->caller == g_thread_self ();
}

/* What functions of calls ask for may wait until the others were called, which are many if the
 * replies came together. A function that waits in another main context does not come back before.
 */
gboolean
pyrog_session_may_hold_back_locked (PyrogSession *self, PyrogCall *const *calls, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      if (calls[i]->source == NULL || !calls[i]->source->dispatched)
        return FALSE;
    }
  return is_caller (self) && self->left_to_call > 0;
}

static PyrogCall *
take_done (PyrogSessionSource *source)
{
  PyrogCall *call = pyrog_call_pop (&source->done);

  if (call != NULL)
    {
      call->source = NULL;
      source->calls--;
    }
  return call;
}

static void
call_functions_locked (PyrogSession *self, PyrogSessionSource *source)
{
  PyrogCall *call;
  gboolean nested = is_caller (self);

  /* What is done meanwhile has its turn when others had theirs */
  for (guint left = source->done.length; left > 0 && (call = take_done (source)) != NULL; left--)
    {
      if (self->caller == NULL)
        self->caller = g_thread_self ();
      if (is_caller (self))
        self->left_to_call = left - 1;
      g_mutex_unlock (&self->lock);
      call->func (call, call->user_data);
      pyrog_call_unref (call);
      g_mutex_lock (&self->lock);
      if (self->held_back && is_caller (self)
          && g_get_monotonic_time () - self->held_since >= pyrog_session_patience)
        pyrog_session_flush_locked (self);
    }
  if (!is_caller (self))
    return;
  self->left_to_call = 0;
  if (self->held_back)
    pyrog_session_flush_locked (self);
  if (!nested)
    self->caller = NULL;
}

/* ---- The source ---- */

static void place_sources (PyrogSession *self);

static gboolean
session_source_prepare (GSource *gsource, int *timeout)
{
  PyrogSessionSource *source = (PyrogSessionSource *) gsource;
  PyrogSession *self = source->session;

  *timeout = -1;
  if (self->process != pyrog_process_get ())
    return FALSE;
  g_mutex_lock (&self->lock);
  /* In a function of a call somebody waits for the main context */
  gboolean ready
      = (self->held_back && is_caller (self)) || (source->dispatched && source->done.length > 0);
  g_mutex_unlock (&self->lock);
  return ready;
}

static gboolean
session_source_dispatch (GSource *gsource, GSourceFunc callback, gpointer user_data)
{
  PyrogSessionSource *source = (PyrogSessionSource *) gsource;
  PyrogSession *self = source->session;

  if (self->process != pyrog_process_get ())
    return G_SOURCE_REMOVE;
  pyrog_session_ref (self);
  g_mutex_lock (&self->lock);
  gboolean nested = source->dispatched;
  source->dispatched = TRUE;
  if (self->held_back && is_caller (self))
    pyrog_session_flush_locked (self);
  GIOCondition condition
      = source->fd_tag != NULL ? g_source_query_unix_fd (gsource, source->fd_tag) : 0;
  if (self->reading)
    condition &= G_IO_OUT;
  pyrog_session_go_on_locked (self, (short) condition);
  pyrog_session_expire_locked (self);
  place_sources (self);
  if (self->state == PYROG_SESSION_ASKING && !self->asked)
    {
      g_mutex_unlock (&self->lock);
      pyrog_session_ask (self);
      g_mutex_lock (&self->lock);
    }
  call_functions_locked (self, source);
  source->dispatched = nested;
  pyrog_session_settle_and_unlock (self);
  pyrog_session_unref (self);
  return G_SOURCE_CONTINUE;
}

static void
session_source_finalize (GSource *gsource)
{
  pyrog_session_unref (((PyrogSessionSource *) gsource)->session);
}

static GSourceFuncs session_source_funcs = { .prepare = session_source_prepare,
                                             .dispatch = session_source_dispatch,
                                             .finalize = session_source_finalize };

static PyrogSessionSource *
source_new (PyrogSession *self, GMainContext *context)
{
  GSource *gsource = g_source_new (&session_source_funcs, sizeof (PyrogSessionSource));
  PyrogSessionSource *source = (PyrogSessionSource *) gsource;

  source->session = pyrog_session_ref (self);
  source->context = g_main_context_ref (context);
  source->fd = -1;
  g_queue_init (&source->done);
  g_source_set_static_name (gsource, "PyrogSession");
  g_source_set_can_recurse (gsource, TRUE);
  g_source_attach (gsource, context);
  self->sources = g_slist_prepend (self->sources, source);
  return source;
}

/* Whoever calls this has a reference on the session, so the source's is not the last one */
static void
destroy_source (PyrogSession *self, PyrogSessionSource *source)
{
  self->sources = g_slist_remove (self->sources, source);
  self->left_contexts = g_slist_prepend (self->left_contexts, g_steal_pointer (&source->context));
  source->fd_tag = NULL;
  g_source_destroy (&source->source);
  g_source_unref (&source->source);
}

void
pyrog_session_add_to_source_locked (PyrogSession *self, PyrogCall *call)
{
  GSList *link = self->sources;

  while (link != NULL && ((PyrogSessionSource *) link->data)->context != call->context)
    link = link->next;
  call->source = link != NULL ? link->data : source_new (self, call->context);
  call->source->calls++;
  self->deadline = pyrog_session_earliest (self->deadline, call->deadline);
}

void
pyrog_session_remove_from_source_locked (PyrogCall *call)
{
  call->source->calls--;
  call->source = NULL;
}

void
pyrog_session_add_done_locked (PyrogCall *call)
{
  g_queue_push_tail_link (&call->source->done, &call->link);
}

/* ---- What it waits for ---- */

gint64
pyrog_session_pause_end_locked (PyrogSession *self)
{
  return self->state == PYROG_SESSION_BACKOFF || self->state == PYROG_SESSION_ASKING
             ? self->retry_at
             : 0;
}

gint64
pyrog_session_earliest (gint64 a, gint64 b)
{
  if (a == 0 || b == 0)
    return MAX (a, b);
  return MIN (a, b);
}

static void
watch_fd (PyrogSessionSource *source, int fd, short events)
{
  GIOCondition condition = 0;

  if ((events & POLLIN) != 0)
    condition |= G_IO_IN;
  if ((events & POLLOUT) != 0)
    condition |= G_IO_OUT;
  /* GLib wakes its main context up whenever it is told, even if that is nothing new */
  if (source->fd == fd && source->condition == condition)
    return;
  if (source->fd != fd && source->fd_tag != NULL)
    {
      g_source_remove_unix_fd (&source->source, source->fd_tag);
      source->fd_tag = NULL;
    }
  source->fd = fd;
  source->condition = condition;
  if (fd < 0)
    return;
  if (source->fd_tag == NULL)
    source->fd_tag = g_source_add_unix_fd (&source->source, fd, condition);
  else
    g_source_modify_unix_fd (&source->source, source->fd_tag, condition);
}

/* To tell GLib costs two system calls, a turn that comes too early next to nothing */
static void
set_ready_time (PyrogSessionSource *source, gint64 time)
{
  gint64 old = g_source_get_ready_time (&source->source);

  if (old == time || ((time < 0 || old < time) && old > g_get_monotonic_time ()))
    return;
  g_source_set_ready_time (&source->source, time);
}

static void
place_source (PyrogSession *self, PyrogSessionSource *source)
{
  gint64 time = pyrog_session_earliest (self->deadline, pyrog_session_pause_end_locked (self));
  short events;
  int fd = pyrog_session_get_fd_locked (self, &events);

  if (self->reading)
    events = self->state == PYROG_SESSION_READY ? events & POLLOUT : 0;
  watch_fd (source, events != 0 ? fd : -1, events);
  /* This thread is at the functions, or in one of them, and sees by itself that there are more */
  if (source->done.length > 0 && !(source->dispatched && g_main_context_is_owner (source->context)))
    time = 1; /* at once */
  set_ready_time (source, time != 0 ? time : -1);
}

/* One without calls stays if there is no other, for the next call and to see the end of an idle
 * connection */
static void
destroy_idle_sources (PyrogSession *self)
{
  gboolean stays = !self->reading && self->state == PYROG_SESSION_READY;

  for (GSList *link = self->sources, *next; link != NULL; link = next)
    {
      PyrogSessionSource *source = link->data;
      next = link->next;
      if (source->calls == 0 && !source->dispatched && !(stays && self->sources->next == NULL))
        destroy_source (self, source);
    }
}

static void
place_sources (PyrogSession *self)
{
  destroy_idle_sources (self);
  if (self->sources == NULL)
    return;
  if (!self->reading && self->state == PYROG_SESSION_RESOLVING && !self->resolving)
    pyrog_session_look_up_locked (self);
  for (GSList *link = self->sources; link != NULL; link = link->next)
    place_source (self, link->data);
}

void
pyrog_session_settle_and_unlock (PyrogSession *self)
{
  place_sources (self);
  GSList *contexts = g_steal_pointer (&self->left_contexts);
  g_mutex_unlock (&self->lock);
  /* What else lives in them may need the lock when it ends */
  g_slist_free_full (contexts, (GDestroyNotify) g_main_context_unref);
}

void
pyrog_session_go_on_locked (PyrogSession *self, short revents)
{
  gint64 end = pyrog_session_pause_end_locked (self);

  if (end != 0 && g_get_monotonic_time () >= end)
    {
      if (self->state == PYROG_SESSION_BACKOFF)
        pyrog_session_begin_locked (self);
      else
        pyrog_session_connect_failed_locked (
            self,
            g_error_new (PYROG_ERROR, PYROG_ERROR_TIMEOUT,
                         _ ("The program did not decide in time whether to trust the daemon")),
            TRUE);
    }
  if (revents != 0)
    pyrog_session_pump_locked (self, revents);
}
