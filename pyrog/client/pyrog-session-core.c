/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <poll.h>
#include <string.h>

#include "pyrog-config-items.h"
#include "pyrog-error-private.h"
#include "pyrog-extensions.h"
#include "pyrog-session-private.h"
#include "pyrog-value-variant.h"

/* What a session does with its connection and its calls, without waiting. Who waits, and where, is
 * in pyrog-session-wait.c and pyrog-session-source.c. */

/* A connection that was idle for longer may have died unseen: one look costs less than a lost call
 */
#define IDLE_TIME 50 /* microseconds */
#define MAX_READS 16 /* before others get a turn */

#define SHOWN_REASON 256 /* bytes of a refusal */

/* ---- The end of calls ---- */

void
pyrog_session_wake_locked (PyrogSession *self)
{
  if (self->waiters > 0)
    g_cond_broadcast (&self->changed);
}

/* Takes the queue's reference */
static void
finish (PyrogSession *self, PyrogCall *call)
{
  call->state = PYROG_CALL_DONE;
  if (call->source != NULL)
    {
      pyrog_session_add_done_locked (call);
      return;
    }
  pyrog_session_wake_locked (self);
  pyrog_call_unref (call);
}

void
pyrog_session_fail_locked (PyrogSession *self,
                           PyrogCall *call,
                           GError *error,
                           PyrogExecution execution)
{
  if (!call->abandoned)
    pyrog_call_fail (call, error, execution);
  else
    g_error_free (error);
  finish (self, call);
}

static PyrogExecution
execution_of (PyrogSession *self, PyrogCall *call)
{
  return call->start >= pyrog_connection_get_sent (self->connection) ? PYROG_EXECUTION_NOT_SENT
                                                                     : PYROG_EXECUTION_MAYBE;
}

/* A oneway call is done when the kernel has it, whatever was asked before it: no reply takes its
 * place in the queue */
static void
finish_oneway (PyrogSession *self)
{
  if (self->state != PYROG_SESSION_READY
      || pyrog_connection_get_sent (self->connection) < self->oneway_end)
    return;
  self->oneway_end = G_MAXUINT64;
  for (GList *link = self->queued.head, *next; link != NULL; link = next)
    {
      PyrogCall *call = link->data;
      next = link->next;
      if (!call->oneway)
        continue;
      if (call->end > pyrog_connection_get_sent (self->connection))
        {
          self->oneway_end = call->end;
          return;
        }
      g_queue_unlink (&self->queued, link);
      finish (self, call);
    }
}

/* Whether a call whose connection broke may go on another one */
static gboolean
may_repeat (PyrogCall *call, PyrogExecution execution)
{
  if (call->abandoned)
    return FALSE;
  /* The one repetition that nobody has to ask for */
  if (execution == PYROG_EXECUTION_NOT_SENT && !call->renewed)
    {
      call->renewed = TRUE;
      return TRUE;
    }
  return (execution == PYROG_EXECUTION_NOT_SENT || call->idempotent) && call->retries-- > 0;
}

void
pyrog_session_lost_locked (PyrogSession *self, GError *error)
{
  GQueue again = G_QUEUE_INIT;
  PyrogCall *call;

  finish_oneway (self);
  GQueue lost = self->queued;
  g_queue_init (&self->queued);
  while ((call = pyrog_call_pop (&lost)) != NULL)
    {
      PyrogExecution execution = execution_of (self, call);
      if (may_repeat (call, execution))
        {
          if (call->message.size == 0)
            pyrog_connection_copy_unsent (self->connection, call->start, call->end - call->start,
                                          &call->message);
          call->state = PYROG_CALL_WAITING;
          g_queue_push_tail_link (&again, &call->link);
        }
      else
        pyrog_session_fail_locked (self, call, g_error_copy (error), execution);
    }
  for (GList *link; (link = g_queue_pop_tail_link (&again)) != NULL;)
    g_queue_push_head_link (&self->waiting, link);
  pyrog_session_forget_connection_locked (self);
  g_error_free (error);
  if (self->waiting.length > 0)
    pyrog_session_begin_locked (self);
}

/* The peer is gone; error (nullable) is taken */
static void
broken (PyrogSession *self, GError *error)
{
  gboolean closed
      = error == NULL || g_error_matches (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  const char *text = NULL;

  /* With TLS 1.3 a client's handshake ends before its certificate is looked at */
  if (closed && self->state == PYROG_SESSION_HANDSHAKE
      && pyrog_connection_is_encrypted (self->connection))
    text = _ ("The peer closed the connection after the TLS handshake, perhaps because it wants "
              "another client certificate");
  else if (error == NULL)
    text = _ ("The peer closed the connection");
  if (text != NULL)
    {
      g_clear_error (&error);
      error = g_error_new_literal (PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED, text);
    }
  if (self->state == PYROG_SESSION_HANDSHAKE)
    pyrog_session_connect_failed_locked (self, error, FALSE);
  else
    pyrog_session_lost_locked (self, error);
}

/* ---- Putting calls on the connection ---- */

void
pyrog_session_flush_locked (PyrogSession *self)
{
  GError *error = NULL;

  self->held_back = FALSE;
  if (pyrog_connection_flush (self->connection, &error))
    finish_oneway (self);
  else
    broken (self, error);
}

/* oneway is set if the daemon says so */
static gboolean
check_member (PyrogSession *self, PyrogCall *call, gboolean *oneway, GError **error)
{
  gboolean known;

  if (call->kind == PYROG_MEMBER_ANY)
    return TRUE;
  if (call->kind == PYROG_MEMBER_METHOD)
    known = pyrog_metadata_find_method (self->metadata, call->member, oneway);
  else
    known = pyrog_metadata_has_attribute (self->metadata, call->member);
  if (known)
    return TRUE;
  g_autofree char *uri = pyrog_uri_to_string (self->uri);
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR,
               _ ("Remote object ‘%s’ has no exposed attribute or method ‘%s’"), uri, call->member);
  return FALSE;
}

/* Takes a reference of the call */
static void
put_on_connection (PyrogSession *self, PyrogCall *call)
{
  GError *error = NULL;
  gboolean oneway = FALSE;

  if (!check_member (self, call, &oneway, &error))
    {
      pyrog_session_fail_locked (self, call, error, PYROG_EXECUTION_NOT_SENT);
      return;
    }
  if (call->message.size == 0)
    {
      finish (self, call);
      return;
    }
  if (oneway && !call->oneway)
    {
      call->oneway = TRUE;
      pyrog_message_add_flags (call->message.data, PYROG_FLAG_ONEWAY);
    }
  gsize size = pyrog_buffer_get_total (&call->message, 0);
  call->seq = ++self->next_seq;
  pyrog_message_set_seq (call->message.data, call->seq);
  call->start = pyrog_connection_get_queued (self->connection);
  call->end = call->start + size;
  call->state = PYROG_CALL_QUEUED;
  if (call->oneway)
    self->oneway_end = MIN (self->oneway_end, call->end);
  g_queue_push_tail_link (&self->queued, &call->link);
  /* A call that may be repeated after it was sent keeps its message */
  if (call->retries <= 0)
    pyrog_connection_queue (self->connection, &call->message);
  else
    pyrog_connection_queue_copy (self->connection, &call->message);
}

static void
put_waiting_on_connection (PyrogSession *self)
{
  PyrogCall *call;

  while ((call = pyrog_call_pop (&self->waiting)) != NULL)
    put_on_connection (self, call);
  pyrog_session_flush_locked (self);
}

void
pyrog_session_ready_locked (PyrogSession *self)
{
  self->state = PYROG_SESSION_READY;
  self->attempts = 0;
  put_waiting_on_connection (self);
}

/* Nobody has looked at the connection for a while: whether it is still alive */
static void
look_at_idle_connection (PyrogSession *self)
{
  if (self->state != PYROG_SESSION_READY || self->queued.length > 0)
    return;
  gint64 now = g_get_monotonic_time ();
  if (now - self->last_activity < IDLE_TIME)
    return;
  self->last_activity = now;
  if (pyrog_connection_fill (self->connection, NULL, NULL) != PYROG_IO_AGAIN)
    pyrog_session_forget_connection_locked (self);
}

void
pyrog_session_enter_all_locked (PyrogSession *self, PyrogCall *const *calls, guint count)
{
  look_at_idle_connection (self);
  for (guint i = 0; i < count; i++)
    {
      pyrog_call_ref (calls[i]);
      if (self->state == PYROG_SESSION_READY)
        {
          put_on_connection (self, calls[i]);
          continue;
        }
      calls[i]->state = PYROG_CALL_WAITING;
      g_queue_push_tail_link (&self->waiting, &calls[i]->link);
    }
  if (self->state == PYROG_SESSION_IDLE)
    pyrog_session_begin_locked (self);
  else if (self->state != PYROG_SESSION_READY)
    return;
  else if (!pyrog_session_may_hold_back_locked (self, calls, count))
    pyrog_session_flush_locked (self);
  else if (!self->held_back)
    {
      self->held_back = TRUE;
      self->held_since = g_get_monotonic_time ();
    }
}

void
pyrog_session_enter_locked (PyrogSession *self, PyrogCall *call)
{
  pyrog_session_enter_all_locked (self, &call, 1);
}

/* ---- Messages ---- */

static gboolean
read_handshake (PyrogSession *self,
                const PyrogHeader *header,
                const guint8 *body,
                PyrogArena *arena,
                PyrogValue *value,
                GError **error)
{
  const PyrogCodec *codec = pyrog_codec_get (header->serializer);
  PyrogMessage message;

  pyrog_arena_set_budget (arena, 0, PYROG_MAX_METADATA_VALUES);
  if (codec == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL, _ ("Unknown serializer %u"),
                   header->serializer);
      return FALSE;
    }
  return pyrog_message_parse (header, body, PYROG_MAX_CONNECTOK_SIZE, 0, arena, &message, error)
         && codec->decode (arena, message.payload, message.payload_size, value, error);
}

static GError *
refusal (const PyrogValue *reason)
{
  g_autofree char *text
      = pyrog_error_escape (reason->kind == PYROG_KIND_STR ? reason->text : "",
                            reason->kind == PYROG_KIND_STR ? reason->size : 0, SHOWN_REASON);

  return g_error_new (PYROG_ERROR, PYROG_ERROR_COMMUNICATION,
                      _ ("The daemon refused the connection: %s"), text);
}

/* TRUE: the session is ready */
static gboolean
take_handshake (PyrogSession *self, const PyrogHeader *header, const guint8 *body, GError **error)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value;

  if (self->joined
          ? header->type != PYROG_MESSAGE_RESULT
          : header->type != PYROG_MESSAGE_CONNECTOK && header->type != PYROG_MESSAGE_CONNECTFAIL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL,
                   _ ("A message of type %u came in place of a handshake"), header->type);
      return FALSE;
    }
  if (!read_handshake (self, header, body, arena, &value, error))
    return FALSE;
  if (self->joined)
    return pyrog_session_take_joined_locked (self, header, &value, error);
  if (header->type == PYROG_MESSAGE_CONNECTFAIL)
    {
      self->refused = TRUE;
      g_propagate_error (error, refusal (&value));
      return FALSE;
    }
  const PyrogValue *answer = pyrog_value_lookup (&value, "handshake");
  const PyrogValue *meta = pyrog_value_lookup (&value, "meta");
  const PyrogValue none = pyrog_value_none ();
  PyrogMetadata *metadata = pyrog_metadata_new (meta != NULL ? meta : &none, error);
  if (metadata == NULL)
    return FALSE;
  g_clear_pointer (&self->metadata, pyrog_metadata_unref);
  self->metadata = metadata;
  g_clear_pointer (&self->answer, g_variant_unref);
  self->answer = answer != NULL ? pyrog_value_to_variant (answer, "handshake", NULL) : NULL;
  pyrog_extensions_take (&value, self->connection);
  return TRUE;
}

/* FALSE with an error: the connection can't go on */
static gboolean
take_reply (PyrogSession *self, const PyrogHeader *header, const guint8 *body, GError **error)
{
  gsize max_size = (gsize) pyrog_config_get_number (self->config, PYROG_CONFIG_MAX_MESSAGE_SIZE);
  PyrogCall *call;

  finish_oneway (self);
  call = g_queue_peek_head (&self->queued);
  if (call == NULL || call->end > pyrog_connection_get_sent (self->connection))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL,
                   _ ("A reply came that nobody asked for"));
      return FALSE;
    }
  if (!pyrog_call_take_reply (call, header, body, pyrog_connection_get_chunk (self->connection),
                              max_size, error))
    return FALSE;
  g_queue_pop_head_link (&self->queued);
  finish (self, call);
  return TRUE;
}

static void
take_message (PyrogSession *self, const PyrogHeader *header, const guint8 *body)
{
  GError *error = NULL;
  gboolean ready = self->state == PYROG_SESSION_READY;
  gboolean ok = ready ? take_reply (self, header, body, &error)
                      : take_handshake (self, header, body, &error);

  if (!ok && ready)
    pyrog_session_lost_locked (self, error);
  else if (!ok)
    pyrog_session_connect_failed_locked (self, error, TRUE);
  else
    {
      pyrog_connection_consume (self->connection, pyrog_header_message_size (header));
      if (!ready && self->joined)
        pyrog_session_ready_locked (self);
      else if (!ready)
        pyrog_session_question_locked (self, PYROG_SESSION_QUESTION_HANDSHAKE, NULL);
    }
}

/* ---- Reading ---- */

static void
take_messages (PyrogSession *self)
{
  PyrogConnection *connection = self->connection;
  gsize max_size = (gsize) pyrog_config_get_number (self->config, PYROG_CONFIG_MAX_MESSAGE_SIZE);

  while (self->connection == connection && self->state != PYROG_SESSION_ASKING)
    {
      GError *error = NULL;
      PyrogHeader header;
      const guint8 *body;
      PyrogParse parse = pyrog_connection_peek (
          connection, self->state == PYROG_SESSION_HANDSHAKE ? PYROG_MAX_CONNECTOK_SIZE : max_size,
          &header, &body, &error);
      if (parse == PYROG_PARSE_MORE)
        return;
      if (parse == PYROG_PARSE_DONE)
        take_message (self, &header, body);
      else
        broken (self, error);
    }
}

/* TRUE: another fill may find more at once */
static gboolean
take_input (PyrogSession *self, gssize result, GError *error)
{
  if (result == PYROG_IO_AGAIN)
    return FALSE;
  if (result <= 0)
    {
      broken (self, error);
      return FALSE;
    }
  gboolean more = pyrog_connection_has_more (self->connection);
  take_messages (self);
  return more;
}

static void
read_connection (PyrogSession *self)
{
  PyrogConnection *connection = self->connection;

  for (guint i = 0; self->connection == connection && self->state != PYROG_SESSION_ASKING; i++)
    {
      /* Others get their turn, but nobody would tell of what the transport has */
      if (i >= MAX_READS && !pyrog_connection_has_input (connection))
        return;
      GError *error = NULL;
      gssize result = pyrog_connection_fill (connection, NULL, &error);
      if (!take_input (self, result, error))
        return;
    }
}

void
pyrog_session_received_locked (PyrogSession *self, gssize result, GError *error)
{
  PyrogConnection *connection = self->connection;

  if (take_input (self, result, error) && self->connection == connection)
    read_connection (self);
  self->last_activity = g_get_monotonic_time ();
}

void
pyrog_session_pump_locked (PyrogSession *self, short revents)
{
  switch (self->state)
    {
    case PYROG_SESSION_CONNECTING:
      if (!pyrog_session_go_on_connecting_locked (self, pyrog_connector_check (self->connector)))
        pyrog_session_resolve_quickly_locked (self);
      break;
    case PYROG_SESSION_SECURING:
      pyrog_session_secure_locked (self);
      break;
    case PYROG_SESSION_HANDSHAKE:
    case PYROG_SESSION_READY:
      if ((revents & POLLOUT) != 0)
        pyrog_session_flush_locked (self);
      if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0 && self->connection != NULL)
        read_connection (self);
      self->last_activity = g_get_monotonic_time ();
      break;
    default:
      break;
    }
}

int
pyrog_session_get_fd_locked (PyrogSession *self, short *events)
{
  switch (self->state)
    {
    case PYROG_SESSION_CONNECTING:
      *events = POLLOUT;
      return g_socket_get_fd (pyrog_connector_get_socket (self->connector));
    case PYROG_SESSION_SECURING:
    case PYROG_SESSION_HANDSHAKE:
    case PYROG_SESSION_READY:
      *events = POLLIN;
      if (pyrog_connection_get_unsent (self->connection) > 0 && !self->held_back)
        *events |= POLLOUT;
      return pyrog_connection_get_fd (self->connection);
    default:
      *events = 0;
      return -1;
    }
}
