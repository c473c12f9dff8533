/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-session.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <poll.h>

#include "pyrog-config-items.h"
#include "pyrog-error.h"
#include "pyrog-process.h"
#include "pyrog-session-private.h"

/* Sessions, and the GSource that waits for the socket of one with asynchronous calls */

gint64 pyrog_session_patience = 100;

typedef struct
{
  GSource source;
  PyrogSession *session; /* (owned) until the session destroys the source */
} SessionSource;

PyrogSession *
pyrog_session_new (PyrogUri *uri, PyrogConfig *config, const PyrogCodec *codec)
{
  PyrogSession *self = g_new0 (PyrogSession, 1);

  g_atomic_ref_count_init (&self->refs);
  self->process = pyrog_process_get ();
  self->uri = pyrog_uri_ref (uri);
  self->config = g_object_ref (config);
  self->codec = codec;
  self->source_fd = -1;
  g_weak_ref_init (&self->owner, NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

PyrogSession *
pyrog_session_ref (PyrogSession *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pyrog_session_unref (PyrogSession *self)
{
  if (!g_atomic_ref_count_dec (&self->refs) || self->process != pyrog_process_get ())
    return;
  if (self->connection != NULL)
    pyrog_connection_close (self->connection);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->connector, pyrog_connector_free);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->metadata, pyrog_metadata_unref);
  g_clear_pointer (&self->answer, g_variant_unref);
  g_clear_pointer (&self->handshake, g_variant_unref);
  g_clear_pointer (&self->tls, pyrog_tls_context_unref);
  g_clear_error (&self->tls_error);
  g_clear_object (&self->tls_objects.certificate);
  g_clear_object (&self->tls_objects.database);
  g_clear_object (&self->tls_objects.interaction);
  g_clear_object (&self->certificate_policy);
  g_clear_error (&self->objection);
  g_free (self->peer_name);
  g_slist_free_full (self->left_contexts, (GDestroyNotify) g_main_context_unref);
  g_weak_ref_clear (&self->owner);
  pyrog_uri_unref (self->uri);
  g_object_unref (self->config);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

gboolean
pyrog_session_check_process (PyrogSession *self, PyrogCall *call)
{
  GError *error = NULL;

  if (pyrog_process_check (self->process, &error))
    return TRUE;
  pyrog_call_fail (call, error, PYROG_EXECUTION_NOT_SENT);
  return FALSE;
}

/* ---- What is done ---- */

static gboolean
call_func_cb (gpointer data)
{
  PyrogCall *call = data;

  call->func (call, call->user_data);
  return G_SOURCE_REMOVE;
}

static void
call_func_later (PyrogCall *call)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "PyrogSession done");
  g_source_set_callback (source, call_func_cb, pyrog_call_ref (call),
                         (GDestroyNotify) pyrog_call_unref);
  g_source_attach (source, call->context);
}

/* What else lives in them may need the lock when it ends */
static void
drop_left_contexts (PyrogSession *self)
{
  g_mutex_lock (&self->lock);
  GSList *contexts = g_steal_pointer (&self->left_contexts);
  g_mutex_unlock (&self->lock);
  g_slist_free_full (contexts, (GDestroyNotify) g_main_context_unref);
}

/* Whether this thread is in a function of a call, and does the rest afterwards */
static gboolean
is_caller (PyrogSession *self)
{
  return self->caller == g_thread_self ();
}

/* This thread calls the functions of done, without being told: in this dispatch of the source, or
 * in one inside it. Other threads have to wake it up. */
static gboolean
is_dispatched (PyrogSession *self)
{
  return self->source != NULL && self->source == self->dispatched
         && g_main_context_is_owner (self->source_context);
}

/* The next call that is left to the source, or, without a context, that is not */
static PyrogCall *
next_done_locked (PyrogSession *self, GMainContext *context)
{
  for (GList *link = self->done.head; link != NULL; link = link->next)
    {
      PyrogCall *call = link->data;
      if (context == NULL && self->source != NULL && call->context == self->source_context)
        continue;
      g_queue_unlink (&self->done, link);
      return call;
    }
  return NULL;
}

/* Calls its function, without the lock */
static void
run_call (PyrogSession *self, PyrogCall *call, GMainContext *context)
{
  gboolean now = context != NULL && call->context == context;

  if (now && self->caller == NULL)
    self->caller = g_thread_self ();
  g_mutex_unlock (&self->lock);
  if (now)
    call->func (call, call->user_data);
  else
    call_func_later (call);
  pyrog_call_unref (call);
  g_mutex_lock (&self->lock);
  if (self->held_back && is_caller (self)
      && g_get_monotonic_time () - self->held_since >= pyrog_session_patience)
    pyrog_session_flush_locked (self);
}

void
pyrog_session_run_done (PyrogSession *self, GMainContext *context)
{
  PyrogCall *call;

  drop_left_contexts (self);
  g_mutex_lock (&self->lock);
  gboolean nested = is_caller (self);
  /* What is done meanwhile has its turn when others had theirs: a task that was begun in this
   * iteration of the context may not end in it */
  guint left = context != NULL || !nested ? self->done.length : 0;
  for (; left > 0 && (call = next_done_locked (self, context)) != NULL; left--)
    {
      self->left_to_call = left - 1;
      run_call (self, call, context);
    }
  if (context != NULL)
    {
      self->left_to_call = 0;
      if (self->held_back && is_caller (self))
        pyrog_session_flush_locked (self);
      if (!nested && is_caller (self))
        self->caller = NULL;
      if (!nested)
        self->dispatched = NULL;
    }
  if (context != NULL || (self->done.length > 0 && !is_dispatched (self)))
    pyrog_session_place_source_locked (self);
  g_mutex_unlock (&self->lock);
}

/* ---- The source of asynchronous calls ---- */

/* In a function of a call somebody waits for the main context */
static gboolean
session_source_prepare (GSource *source, int *timeout)
{
  PyrogSession *self = ((SessionSource *) source)->session;

  *timeout = -1;
  if (self->process != pyrog_process_get ())
    return FALSE;
  g_mutex_lock (&self->lock);
  gboolean ready = is_caller (self) && (self->held_back || self->done.length > 0);
  g_mutex_unlock (&self->lock);
  return ready;
}

static gboolean session_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data);

static void
session_source_finalize (GSource *source)
{
  pyrog_session_unref (((SessionSource *) source)->session);
}

static GSourceFuncs session_source_funcs = { .prepare = session_source_prepare,
                                             .dispatch = session_source_dispatch,
                                             .finalize = session_source_finalize };

/* Whoever calls this has a reference on the session, so the source's is not the last one */
static void
destroy_source (PyrogSession *self)
{
  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  self->left_contexts
      = g_slist_prepend (self->left_contexts, g_steal_pointer (&self->source_context));
  self->fd_tag = NULL;
  self->source_fd = -1;
}

static PyrogCall *
first_async_of (GQueue *queue)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    {
      PyrogCall *call = link->data;
      if (call->func != NULL && !call->abandoned)
        return call;
    }
  return NULL;
}

static PyrogCall *
first_async (PyrogSession *self)
{
  GQueue *queues[] = { &self->queued, &self->waiting, &self->done };
  PyrogCall *call = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (queues) && call == NULL; i++)
    call = first_async_of (queues[i]);
  return call;
}

static gboolean
has_call_in (PyrogSession *self, GMainContext *context)
{
  GQueue *queues[] = { &self->queued, &self->waiting, &self->done };

  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    {
      for (GList *link = queues[i]->head; link != NULL; link = link->next)
        {
          PyrogCall *call = link->data;
          if (call->func != NULL && !call->abandoned && call->context == context)
            return TRUE;
        }
    }
  return FALSE;
}

static void
attach_source (PyrogSession *self, GMainContext *context)
{
  self->source = g_source_new (&session_source_funcs, sizeof (SessionSource));
  ((SessionSource *) self->source)->session = pyrog_session_ref (self);
  g_source_set_static_name (self->source, "PyrogSession");
  g_source_set_can_recurse (self->source, TRUE);
  g_source_attach (self->source, context);
  self->source_context = g_main_context_ref (context);
}

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

/* When the source is to look at the clock, or 0 */
static gint64
next_time (PyrogSession *self)
{
  GQueue *queues[] = { &self->queued, &self->waiting };
  gint64 time = pyrog_session_pause_end_locked (self);

  if (self->done.length > 0 && !is_dispatched (self))
    return 1; /* at once */
  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    {
      for (GList *link = queues[i]->head; link != NULL; link = link->next)
        {
          PyrogCall *call = link->data;
          if (call->func != NULL && !call->abandoned)
            time = pyrog_session_earliest (time, call->deadline);
        }
    }
  return time;
}

static void
watch_fd (PyrogSession *self, int fd, short events)
{
  GIOCondition condition = 0;

  if ((events & POLLIN) != 0)
    condition |= G_IO_IN;
  if ((events & POLLOUT) != 0)
    condition |= G_IO_OUT;
  /* GLib wakes its main context up whenever it is told, even if that is nothing new */
  if (self->source_fd == fd && self->source_condition == condition)
    return;
  if (self->source_fd != fd && self->fd_tag != NULL)
    {
      g_source_remove_unix_fd (self->source, self->fd_tag);
      self->fd_tag = NULL;
    }
  self->source_fd = fd;
  self->source_condition = condition;
  if (fd < 0)
    return;
  if (self->fd_tag == NULL)
    self->fd_tag = g_source_add_unix_fd (self->source, fd, condition);
  else
    g_source_modify_unix_fd (self->source, self->fd_tag, condition);
}

typedef struct
{
  PyrogSession *session; /* (owned) */
  guint generation;
} Lookup;

static void resolved_cb (GObject *object, GAsyncResult *result, gpointer user_data);

/* A host's name is looked up in the source's context, which this thread owns */
static void
look_up (PyrogSession *self)
{
  GMainContext *context = self->source_context;
  Lookup *lookup = g_new (Lookup, 1);

  *lookup = (Lookup){ pyrog_session_ref (self), self->generation };
  self->resolving = TRUE;
  g_autoptr (GMainContext) current = g_main_context_ref_thread_default ();
  gboolean push = current != context;
  if (push)
    g_main_context_push_thread_default (context);
  g_socket_address_enumerator_next_async (pyrog_connector_get_enumerator (self->connector), NULL,
                                          resolved_cb, lookup);
  if (push)
    g_main_context_pop_thread_default (context);
}

/* To tell GLib costs two system calls, a turn that comes too early next to nothing */
static void
set_ready_time (PyrogSession *self, gint64 time)
{
  gint64 old = g_source_get_ready_time (self->source);

  if (old == time || ((time < 0 || old < time) && old > g_get_monotonic_time ()))
    return;
  g_source_set_ready_time (self->source, time);
}

void
pyrog_session_place_source_locked (PyrogSession *self)
{
  PyrogCall *call = first_async (self);

  /* On an idle connection it stays, for the next call and to see the end of it */
  if ((call == NULL && (self->reading || self->state != PYROG_SESSION_READY))
      || (call != NULL && self->source != NULL && !has_call_in (self, self->source_context)))
    destroy_source (self);
  if (call == NULL && self->source == NULL)
    return;
  if (self->source == NULL)
    attach_source (self, call->context);

  gint64 time = next_time (self);
  short events;
  int fd = pyrog_session_get_fd_locked (self, &events);
  if (self->reading)
    events = self->state == PYROG_SESSION_READY ? events & POLLOUT : 0;
  watch_fd (self, events != 0 ? fd : -1, events);
  if (!self->reading && self->state == PYROG_SESSION_RESOLVING && !self->resolving)
    {
      if (g_main_context_is_owner (self->source_context))
        look_up (self);
      else
        time = 1; /* the source does it, in its own thread */
    }
  set_ready_time (self, time != 0 ? time : -1);
}

/* Whether no other thread is at a main context: this one may wait in another */
static gboolean
is_left_alone (GMainContext *context)
{
  if (!g_main_context_acquire (context))
    return FALSE;
  g_main_context_release (context);
  return TRUE;
}

void
pyrog_session_place_source_for_locked (PyrogSession *self, PyrogCall *call)
{
  if (self->source != NULL && call->context != self->source_context
      && is_left_alone (self->source_context))
    {
      destroy_source (self);
      attach_source (self, call->context);
      /* The result of a look-up would come to the old one */
      if (self->resolving)
        pyrog_session_begin_locked (self);
    }
  pyrog_session_place_source_locked (self);
}

static void
resolved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Lookup *lookup = user_data;
  PyrogSession *self = lookup->session;
  GError *error = NULL;
  g_autoptr (GSocketAddress) address = g_socket_address_enumerator_next_finish (
      G_SOCKET_ADDRESS_ENUMERATOR (object), result, &error);

  g_mutex_lock (&self->lock);
  if (lookup->generation == self->generation && self->state == PYROG_SESSION_RESOLVING)
    pyrog_session_resolved_locked (self, address, g_steal_pointer (&error));
  pyrog_session_place_source_locked (self);
  g_mutex_unlock (&self->lock);
  g_clear_error (&error);
  pyrog_session_run_done (self, NULL);
  pyrog_session_unref (self);
  g_free (lookup);
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

static gboolean
session_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  PyrogSession *self = ((SessionSource *) source)->session;
  GMainContext *context = g_source_get_context (source);

  if (self->process != pyrog_process_get ())
    return G_SOURCE_REMOVE;
  pyrog_session_ref (self);
  g_mutex_lock (&self->lock);
  gboolean nested = is_caller (self);
  if (self->source == source)
    {
      if (self->held_back && is_caller (self))
        pyrog_session_flush_locked (self);
      GIOCondition condition
          = self->fd_tag != NULL ? g_source_query_unix_fd (source, self->fd_tag) : 0;
      if (self->reading)
        condition &= G_IO_OUT;
      pyrog_session_go_on_locked (self, (short) condition);
      pyrog_session_expire_locked (self);
    }
  gboolean question = self->state == PYROG_SESSION_ASKING && !self->asked;
  if (!nested && !question)
    self->dispatched = source;
  if (self->source == source)
    pyrog_session_place_source_locked (self);
  g_mutex_unlock (&self->lock);
  if (question)
    pyrog_session_ask (self);
  pyrog_session_run_done (self, context);
  pyrog_session_unref (self);
  return G_SOURCE_CONTINUE;
}

void
pyrog_session_settle (PyrogSession *self)
{
  g_mutex_lock (&self->lock);
  pyrog_session_place_source_locked (self);
  g_mutex_unlock (&self->lock);
  pyrog_session_run_done (self, NULL);
}

void
pyrog_session_submit (PyrogSession *self, PyrogCall *call)
{
  if (!pyrog_session_check_process (self, call))
    {
      call_func_later (call);
      return;
    }
  pyrog_session_prepare (self);
  g_mutex_lock (&self->lock);
  pyrog_session_enter_locked (self, call);
  if (!self->held_back)
    pyrog_session_place_source_for_locked (self, call);
  g_mutex_unlock (&self->lock);
  pyrog_session_run_done (self, NULL);
}

/* ---- The rest ---- */

void
pyrog_session_cancel (PyrogSession *self, PyrogCall *call, GError *error)
{
  if (self->process != pyrog_process_get ())
    {
      g_error_free (error);
      return;
    }
  g_mutex_lock (&self->lock);
  if (call->state == PYROG_CALL_NEW)
    g_error_free (error);
  else
    pyrog_session_abandon_locked (self, call, error, FALSE);
  pyrog_session_place_source_locked (self);
  g_mutex_unlock (&self->lock);
  pyrog_session_run_done (self, NULL);
}

void
pyrog_session_close (PyrogSession *self)
{
  if (self->process != pyrog_process_get ())
    return;
  g_mutex_lock (&self->lock);
  self->refused = FALSE;
  /* Nothing that was asked for before may be sent again */
  for (GList *link = self->queued.head; link != NULL; link = link->next)
    {
      PyrogCall *call = link->data;
      call->renewed = TRUE;
      call->retries = 0;
    }
  if (self->state == PYROG_SESSION_READY)
    pyrog_session_lost_locked (self, g_error_new (PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED,
                                                  _ ("The connection was released")));
  pyrog_session_place_source_locked (self);
  g_mutex_unlock (&self->lock);
  pyrog_session_run_done (self, NULL);
}
