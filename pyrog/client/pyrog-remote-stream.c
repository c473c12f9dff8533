/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-remote-stream.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-item-stream-private.h"

/* Item streams of remote objects. A window of calls is on its way: one, as long as items have to be
 * waited for, and more when they come as fast as they are asked for. A window that is larger than
 * what the daemon has would make other calls of the connection wait, so it falls back to one as
 * soon as an item is late, and grows again only after a longer row of items that were not. */

#define DAEMON_OBJECT "Pyro.Daemon"

#define MAX_WINDOW 64
#define MAX_WINDOW_SIZE (64u * 1024u) /* bytes: less than what sockets hold, for slow readers */
#define FIRST_ROW 4                   /* items without waiting before the window grows */
#define ROW_FACTOR 4
#define MAX_ROW 4096
#define PATIENCE 1000                                  /* microseconds that are no waiting */
#define MAX_ROUND_TRIP (100 * G_TIME_SPAN_MILLISECOND) /* a longer one is taken for waiting */

#define PYROG_TYPE_REMOTE_STREAM (pyrog_remote_stream_get_type ())

G_DECLARE_FINAL_TYPE (PyrogRemoteStream, pyrog_remote_stream, PYROG, REMOTE_STREAM, PyrogItemStream)

struct _PyrogRemoteStream
{
  PyrogItemStream parent_instance;

  PyrogProxy *proxy; /* (owned) */
  char *id;          /* (owned) */
  guint32 id_size;   /* bytes */
  GQueue calls;      /* (owned) (element-type PyrogCall) on their way, in order */
  GMutex lock;
  PyrogCall *watched; /* (owned) (nullable) (locked-by lock) the first of them, by done_cb() */
  gint64 (*clock) (void);
  gint64 asked_at; /* when the item was asked for that is being waited for */
  gboolean over;   /* the daemon has forgotten the stream */

  guint window;      /* how many calls may be on their way */
  guint row_needed;  /* items without waiting, for it to grow */
  guint row;         /* ... that came */
  gint64 row_waited; /* microseconds that they took altogether */
  gint64 round_trip; /* microseconds that an answer takes anyway */
  gsize item_size;   /* bytes of the last answer */
};

G_DEFINE_FINAL_TYPE (PyrogRemoteStream, pyrog_remote_stream, PYROG_TYPE_ITEM_STREAM)

/* ---- The window ---- */

static void
judge (PyrogRemoteStream *self, gint64 waited)
{
  if (self->window == 1)
    self->round_trip = MIN (self->round_trip, waited);
  self->row++;
  self->row_waited += waited;
  /* Each window may cost a round trip, and an item of it hardly anything */
  gint64 allowed
      = (2 * self->round_trip + PATIENCE) * (1 + (gint64) self->row / (gint64) self->window);
  if (self->row_waited > allowed)
    {
      self->window = 1;
      self->row_needed = MIN (self->row_needed * ROW_FACTOR, MAX_ROW);
    }
  else if (self->row < MAX (self->row_needed, self->window))
    return;
  else
    self->window = MIN (2 * self->window, MAX_WINDOW);
  self->row = 0;
  self->row_waited = 0;
}

static guint
get_window (PyrogRemoteStream *self)
{
  guint limit = pyrog_item_stream_get_prefetch (PYROG_ITEM_STREAM (self));
  gsize room = MAX_WINDOW_SIZE / MAX (self->item_size, 1);

  return MAX (1, (guint) MIN (MIN (self->window, limit), room));
}

static PyrogCall *
make_call (PyrogRemoteStream *self,
           const char *method,
           const PyrogCallOptions *options,
           GError **error)
{
  PyrogRequest request = pyrog_proxy_make_request (self->proxy, method, options);
  const PyrogValue id = { .kind = PYROG_KIND_STR, .size = self->id_size, .text = self->id };
  const PyrogValue args = { .kind = PYROG_KIND_TUPLE, .size = 1, .items = &id };
  const PyrogValue kwargs = { .kind = PYROG_KIND_DICT };

  request.object = DAEMON_OBJECT;
  request.kind = PYROG_MEMBER_ANY;
  /* Those who wait have deadlines */
  request.timeout = 0;
  PyrogCall *call = pyrog_request_make_call (&request, &args, &kwargs, NULL, error);
  if (call != NULL)
    {
      call->stays = TRUE;
      call->retries = 0;
    }
  return call;
}

/* Sees to it that calls are on their way; FALSE with an error if there is none */
static gboolean
fill_window (PyrogRemoteStream *self, GError **error)
{
  PyrogCall *calls[MAX_WINDOW];
  guint window = get_window (self);
  guint count = 0;

  if (self->calls.length > window / 2)
    return TRUE;
  for (guint i = self->calls.length; i < window; i++)
    {
      calls[count] = make_call (self, "get_next_stream_item", NULL, error);
      if (calls[count] == NULL)
        return FALSE;
      g_queue_push_tail (&self->calls, calls[count++]);
    }
  pyrog_session_send (self->proxy->session, calls, count);
  return TRUE;
}

/* ---- Items ---- */

static gboolean
is_lost (PyrogCall *call)
{
  return pyrog_outcome_get_execution (call->outcome) != PYROG_EXECUTION_ANSWERED;
}

/* Calls that were lost together with one that was told of are not told of again */
static void
drop_lost (PyrogRemoteStream *self)
{
  PyrogCall *call;

  while ((call = g_queue_peek_head (&self->calls)) != NULL
         && pyrog_session_is_done (self->proxy->session, call) && call->error != NULL
         && is_lost (call))
    pyrog_call_unref (g_queue_pop_head (&self->calls));
}

/* What the first call has brought. Without more the stream has ended: the daemon forgets it with
 * every exception. After a loss it goes on, over another connection if the daemon keeps it. */
static GVariant *
take_item (PyrogRemoteStream *self, gboolean *more, GError **error)
{
  g_autoptr (PyrogCall) call = g_queue_pop_head (&self->calls);

  judge (self, self->clock () - self->asked_at);
  *more = TRUE;
  if (call->error == NULL)
    {
      self->item_size = call->reply_size;
      return pyrog_proxy_get_result (call, NULL, error);
    }
  if (is_lost (call))
    drop_lost (self);
  self->over = pyrog_outcome_get_remote_class (call->outcome) != NULL;
  *more = !self->over;
  if (*more || !g_error_matches (call->error, PYROG_ERROR, PYROG_ERROR_STOP_ITERATION))
    g_propagate_error (error, g_error_copy (call->error));
  return NULL;
}

/* The call that brings the next item */
static PyrogCall *
begin (PyrogRemoteStream *self, GError **error)
{
  self->asked_at = self->clock ();
  if (!fill_window (self, error))
    return NULL;
  PyrogCall *call = g_queue_peek_head (&self->calls);
  if (self->proxy->timeout > 0)
    pyrog_session_set_deadline (self->proxy->session, call,
                                g_get_monotonic_time ()
                                    + (gint64) (self->proxy->timeout * G_USEC_PER_SEC));
  return call;
}

static GVariant *
pyrog_remote_stream_wait (PyrogItemStream *stream,
                          GCancellable *cancellable,
                          gboolean *more,
                          GError **error)
{
  PyrogRemoteStream *self = PYROG_REMOTE_STREAM (stream);
  PyrogSession *session = self->proxy->session;
  PyrogCall *call = begin (self, error);

  *more = TRUE;
  if (call == NULL)
    return NULL;
  if (!pyrog_session_is_done (session, call))
    {
      pyrog_session_wait (session, call, cancellable);
      /* Then it is there for whoever asks next */
      if (!pyrog_session_is_done (session, call))
        {
          g_cancellable_set_error_if_cancelled (cancellable, error);
          return NULL;
        }
    }
  return take_item (self, more, error);
}

static void
answer (PyrogRemoteStream *self)
{
  GError *error = NULL;
  gboolean more;
  GVariant *item = take_item (self, &more, &error);

  pyrog_item_stream_answer (PYROG_ITEM_STREAM (self), item, error, more);
}

static void
done_cb (PyrogCall *call, gpointer user_data)
{
  g_autoptr (PyrogRemoteStream) self = user_data;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->watched, pyrog_call_unref);
  g_mutex_unlock (&self->lock);
  answer (self);
}

static void
pyrog_remote_stream_ask (PyrogItemStream *stream)
{
  PyrogRemoteStream *self = PYROG_REMOTE_STREAM (stream);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  GError *error = NULL;
  PyrogCall *call = begin (self, &error);

  if (call == NULL)
    pyrog_item_stream_answer (stream, NULL, error, TRUE);
  else if (pyrog_session_is_done (self->proxy->session, call))
    answer (self);
  else
    {
      g_mutex_lock (&self->lock);
      self->watched = pyrog_call_ref (call);
      g_mutex_unlock (&self->lock);
      pyrog_session_watch (self->proxy->session, call, context, done_cb, g_object_ref (self));
    }
}

static gboolean
pyrog_remote_stream_withdraw (PyrogItemStream *stream)
{
  PyrogRemoteStream *self = PYROG_REMOTE_STREAM (stream);
  g_autoptr (PyrogCall) call = NULL;

  g_mutex_lock (&self->lock);
  call = self->watched != NULL ? pyrog_call_ref (self->watched) : NULL;
  g_mutex_unlock (&self->lock);
  if (call == NULL || !pyrog_session_unwatch (self->proxy->session, call))
    return FALSE;
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->watched, pyrog_call_unref);
  g_mutex_unlock (&self->lock);
  g_object_unref (self);
  return TRUE;
}

/* ---- The end ---- */

/* Their answers are read and dropped */
static void
abandon_calls (PyrogRemoteStream *self)
{
  PyrogCall *call;

  while ((call = g_queue_pop_head (&self->calls)) != NULL)
    {
      pyrog_session_cancel (
          self->proxy->session, call,
          g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "the item stream was closed"));
      pyrog_call_unref (call);
    }
}

/* The daemon is told that nobody will ask for the rest, unless the connection is gone */
static void
pyrog_remote_stream_release (PyrogItemStream *stream)
{
  PyrogRemoteStream *self = PYROG_REMOTE_STREAM (stream);
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();

  abandon_calls (self);
  if (self->over || !pyrog_session_is_connected (self->proxy->session))
    return;
  pyrog_call_options_set_oneway (options, TRUE);
  g_autoptr (PyrogCall) call = make_call (self, "close_stream", options, NULL);
  if (call != NULL)
    pyrog_session_send (self->proxy->session, &call, 1);
}

static void
pyrog_remote_stream_finalize (GObject *object)
{
  PyrogRemoteStream *self = PYROG_REMOTE_STREAM (object);

  g_mutex_clear (&self->lock);
  g_object_unref (self->proxy);
  g_free (self->id);
  G_OBJECT_CLASS (pyrog_remote_stream_parent_class)->finalize (object);
}

static const PyrogItemSource source = {
  .ask = pyrog_remote_stream_ask,
  .withdraw = pyrog_remote_stream_withdraw,
  .wait = pyrog_remote_stream_wait,
  .release = pyrog_remote_stream_release,
};

static void
pyrog_remote_stream_class_init (PyrogRemoteStreamClass *klass)
{
  ((PyrogItemStreamClass *) klass)->source = &source;
  G_OBJECT_CLASS (klass)->finalize = pyrog_remote_stream_finalize;
}

static void
pyrog_remote_stream_init (PyrogRemoteStream *self)
{
  g_mutex_init (&self->lock);
  self->clock = g_get_monotonic_time;
  self->window = 1;
  self->row_needed = FIRST_ROW;
}

PyrogItemStream *
pyrog_remote_stream_new (PyrogProxy *proxy, PyrogCall *call, gint64 time)
{
  PyrogRemoteStream *self = g_object_new (PYROG_TYPE_REMOTE_STREAM, NULL);

  self->proxy = g_object_ref (proxy);
  self->id = g_strdup (call->stream_id);
  self->id_size = (guint32) strlen (self->id);
  self->round_trip = MIN (time, MAX_ROUND_TRIP);
  return PYROG_ITEM_STREAM (self);
}

void
pyrog_remote_stream_set_clock (PyrogItemStream *stream, gint64 (*clock) (void))
{
  PYROG_REMOTE_STREAM (stream)->clock = clock;
}
