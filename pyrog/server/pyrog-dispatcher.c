/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-dispatcher.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-authorization.h"
#include "pyrog-batch-run.h"
#include "pyrog-class-private.h"
#include "pyrog-codec.h"
#include "pyrog-error.h"
#include "pyrog-handshake.h"
#include "pyrog-invocation-private.h"
#include "pyrog-serialized-blob-private.h"
#include "pyrog-servant-private.h"
#include "pyrog-value-variant.h"

typedef enum
{
  STATE_DISPATCHING, /* the handler has not come back */
  STATE_ANSWERED,    /* ... but it, or somebody, has answered */
  STATE_LATER,       /* the handler came back without an answer */
} State;

/* An invocation on its way. A dispatch and the answer, which may come in another thread, share it;
 * the second of the two frees it. */
typedef struct
{
  PyrogInvocation *invocation; /* (owned) (nullable) NULL: the answer comes later */
  PyrogDispatcher *dispatcher; /* (owned) if the answer comes later */
  PyrogPeer *peer;             /* (owned) if the answer comes later */
  int state;                   /* (atomic) State */
} Call;

static void
free_call (Call *call)
{
  g_clear_object (&call->invocation);
  g_free (call);
}

struct _PyrogDispatcher
{
  gatomicrefcount refs;
  PyrogDispatcherOptions options;
  PyrogCookie *cookie;               /* (owned) (nullable) what peers have to know */
  PyrogObjectTable *objects;         /* (owned) */
  PyrogStreamTable *streams;         /* (owned) */
  PyrogAnnotationTable *annotations; /* (owned) of all replies */
  Call *spare;                       /* (owned) (nullable) (atomic) for the next request */
};

/* A handshake is no longer than other messages may be */
static void
complete_options (PyrogDispatcherOptions *options)
{
  if (options->max_handshake_size == 0)
    options->max_handshake_size = PYROG_MAX_CONNECT_SIZE;
  options->max_handshake_size = MIN (options->max_handshake_size, options->max_message_size);
  if (options->max_handshake_values == 0)
    options->max_handshake_values = PYROG_MAX_HANDSHAKE_VALUES;
}

PyrogDispatcher *
pyrog_dispatcher_new (const PyrogDispatcherOptions *options)
{
  PyrogDispatcher *dispatcher = g_new0 (PyrogDispatcher, 1);

  g_atomic_ref_count_init (&dispatcher->refs);
  dispatcher->options = *options;
  complete_options (&dispatcher->options);
  dispatcher->objects = pyrog_object_table_new ();
  dispatcher->streams = pyrog_stream_table_new (&options->streams);
  dispatcher->annotations = pyrog_annotation_table_new ();
  return dispatcher;
}

PyrogDispatcher *
pyrog_dispatcher_ref (PyrogDispatcher *dispatcher)
{
  g_atomic_ref_count_inc (&dispatcher->refs);
  return dispatcher;
}

void
pyrog_dispatcher_unref (PyrogDispatcher *dispatcher)
{
  if (!g_atomic_ref_count_dec (&dispatcher->refs))
    return;
  g_clear_pointer (&dispatcher->spare, free_call);
  pyrog_cookie_free (dispatcher->cookie);
  pyrog_object_table_free (dispatcher->objects);
  pyrog_stream_table_free (dispatcher->streams);
  pyrog_annotation_table_free (dispatcher->annotations);
  g_free (dispatcher);
}

void
pyrog_dispatcher_set_cookie (PyrogDispatcher *dispatcher, PyrogCookie *owned_cookie)
{
  g_clear_pointer (&dispatcher->cookie, pyrog_cookie_free);
  dispatcher->cookie = owned_cookie;
}

PyrogObjectTable *
pyrog_dispatcher_get_objects (PyrogDispatcher *dispatcher)
{
  return dispatcher->objects;
}

PyrogStreamTable *
pyrog_dispatcher_get_streams (PyrogDispatcher *dispatcher)
{
  return dispatcher->streams;
}

PyrogAnnotationTable *
pyrog_dispatcher_get_annotations (PyrogDispatcher *dispatcher)
{
  return dispatcher->annotations;
}

gsize
pyrog_dispatcher_get_max_size (PyrogDispatcher *dispatcher, PyrogPeer *peer)
{
  return peer->authenticated ? dispatcher->options.max_message_size
                             : dispatcher->options.max_handshake_size;
}

/* NULL: unknown or not accepted */
static const PyrogCodec *
accepted_codec (PyrogDispatcher *dispatcher, guint serializer)
{
  const PyrogCodec *codec = pyrog_codec_choose (serializer, dispatcher->options.literal_bytes);

  return codec != NULL && (dispatcher->options.serializers & 1u << serializer) != 0 ? codec : NULL;
}

/* Pyro5 answers in marshal where it does not know what the peer speaks */
static const PyrogCodec *
codec_or_marshal (guint serializer)
{
  const PyrogCodec *codec = pyrog_codec_get (serializer);

  return codec != NULL ? codec : pyrog_codec_get (PYROG_SERIALIZER_MARSHAL);
}

void
pyrog_dispatcher_refuse (PyrogDispatcher *dispatcher,
                         PyrogPeer *peer,
                         const GError *error,
                         PyrogBuffer *out)
{
  if (!peer->authenticated)
    pyrog_handshake_refuse (NULL, error->message, out);
}

/* ---- Calls ---- */

/* With a blank invocation: to make one takes longer than many a method */
static Call *
take_call (PyrogDispatcher *dispatcher)
{
  Call *call = g_atomic_pointer_exchange (&dispatcher->spare, NULL);

  if (call != NULL)
    return call;
  call = g_new0 (Call, 1);
  call->invocation = pyrog_invocation_new_blank ();
  return call;
}

static void
give_back_call (PyrogDispatcher *dispatcher, Call *call)
{
  Call *dropped = call;

  if (pyrog_invocation_reset (call->invocation))
    dropped = g_atomic_pointer_exchange (&dispatcher->spare, call);
  if (dropped != NULL)
    free_call (dropped);
}

/* A stream that is not served, as Pyro5 says it, has no id */
static void
write_reply (PyrogDispatcher *dispatcher,
             PyrogPeer *peer,
             PyrogInvocation *invocation,
             PyrogBuffer *out)
{
  PyrogItemStream *stream = pyrog_invocation_get_stream (invocation);
  g_autoptr (GError) error = NULL;
  g_autofree char *stream_id = NULL;

  if (stream != NULL && dispatcher->options.streaming)
    stream_id = pyrog_stream_table_add (dispatcher->streams, stream, peer->connection, &error);
  if (stream != NULL && stream_id == NULL)
    pyrog_item_stream_close (stream);
  if (error != NULL)
    pyrog_invocation_write_error (invocation->codec, &invocation->header, error, peer->annotations,
                                  out);
  else
    pyrog_invocation_write_reply (invocation, out, peer->annotations, stream_id,
                                  dispatcher->options.compress,
                                  dispatcher->options.max_message_size);
}

/* The answer to a oneway call goes nowhere */
static void
drop_reply (PyrogInvocation *invocation)
{
  PyrogItemStream *stream = pyrog_invocation_get_stream (invocation);

  if (stream != NULL)
    pyrog_item_stream_close (stream);
}

static void
tell_failure (PyrogPeer *peer, PyrogInvocation *invocation)
{
  if (invocation->answer == PYROG_ANSWER_ERROR && peer->failed != NULL && !invocation->quiet)
    peer->failed (peer, invocation);
}

static void
answered_cb (PyrogInvocation *invocation, gpointer user_data)
{
  Call *call = user_data;
  PyrogBuffer reply;

  if (g_atomic_int_compare_and_exchange (&call->state, STATE_DISPATCHING, STATE_ANSWERED))
    return;
  const gboolean oneway = pyrog_invocation_get_oneway (invocation);
  pyrog_buffer_init (&reply, G_MAXSIZE);
  if (oneway)
    drop_reply (invocation);
  else
    write_reply (call->dispatcher, call->peer, invocation, &reply);
  tell_failure (call->peer, invocation);
  call->peer->reply_later (call->peer, oneway ? NULL : &reply);
  pyrog_buffer_clear (&reply);
  pyrog_dispatcher_unref (call->dispatcher);
  pyrog_peer_unref (call->peer);
  free_call (call);
}

static void
answer_with (PyrogInvocation *invocation, int code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (PYROG_ERROR, code, text);

  pyrog_invocation_return_gerror (invocation, error);
}

/* NULL: the invocation was answered */
static PyrogRegistration *
find_registration (PyrogDispatcher *dispatcher, PyrogInvocation *invocation, PyrogServant **servant)
{
  const PyrogValue *object = &invocation->call.object;
  g_autoptr (PyrogRegistration) registration = NULL;

  *servant = NULL;
  if (object->kind == PYROG_KIND_STR)
    registration = pyrog_object_table_find (dispatcher->objects, object->text, object->size);
  if (registration != NULL)
    *servant = pyrog_registration_get_servant (registration);
  if (*servant == NULL)
    {
      answer_with (invocation, PYROG_ERROR_DAEMON, "unknown object");
      return NULL;
    }
  return g_steal_pointer (&registration);
}

/* Gives the invocation its instance. FALSE: it was answered */
static gboolean
bind (PyrogDispatcher *dispatcher,
      PyrogPeer *peer,
      PyrogInvocation *invocation,
      PyrogRegistration *registration)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = pyrog_registration_bind (registration, invocation, peer->instances,
                                         dispatcher->options.max_instances, &error);

  /* Nobody answers before the method; should a factory do it all the same, that is the answer */
  if (pyrog_invocation_is_answered (invocation))
    return FALSE;
  if (!ok)
    pyrog_invocation_return_gerror (invocation, error);
  return ok;
}

static gboolean
bind_later (PyrogPeer *peer, PyrogInvocation *invocation, gpointer user_data)
{
  g_autoptr (PyrogServant) servant = NULL;
  g_autoptr (PyrogRegistration) registration = find_registration (user_data, invocation, &servant);

  return registration != NULL && bind (user_data, peer, invocation, registration);
}

/* Runs the method */
static void
call_servant (PyrogDispatcher *dispatcher, PyrogPeer *peer, PyrogInvocation *invocation)
{
  g_autoptr (PyrogServant) servant = NULL;
  g_autoptr (PyrogRegistration) registration = find_registration (dispatcher, invocation, &servant);

  if (registration == NULL)
    return;
  if (pyrog_authorization_is_needed (peer, servant, invocation))
    pyrog_authorize_invocation (peer, servant, invocation, bind_later, dispatcher);
  else if (bind (dispatcher, peer, invocation, registration))
    pyrog_servant_carry_out (servant, invocation);
}

/* Begins a batch, whose method's name says nothing; TRUE if its turn ended before it did */
static gboolean
begin_batch (PyrogDispatcher *dispatcher, PyrogPeer *peer, PyrogInvocation *invocation)
{
  g_autoptr (PyrogServant) servant = NULL;
  g_autoptr (PyrogRegistration) registration = find_registration (dispatcher, invocation, &servant);
  g_autoptr (GError) error = NULL;

  if (registration == NULL || !bind (dispatcher, peer, invocation, registration))
    return FALSE;
  if (pyrog_batch_run_begin (peer, invocation, servant, dispatcher->options.max_batch,
                             dispatcher->options.max_message_size, &error))
    return pyrog_batch_run_go_on (peer) == PYROG_BATCH_MORE;
  pyrog_invocation_return_gerror (invocation, error);
  return FALSE;
}

PyrogDispatch
pyrog_dispatcher_go_on (PyrogPeer *peer)
{
  return pyrog_batch_run_go_on (peer) == PYROG_BATCH_MORE ? PYROG_DISPATCH_MORE
                                                          : PYROG_DISPATCH_PENDING;
}

/* FALSE: it was answered. Otherwise the call belongs to the answer, which may have come already. */
static gboolean
leave_to_later (PyrogDispatcher *dispatcher, PyrogPeer *peer, Call *call)
{
  if (g_atomic_int_get (&call->state) != STATE_DISPATCHING)
    return FALSE;
  /* Whoever is to answer has a reference of their own; without one the answer is given here */
  g_autoptr (PyrogInvocation) invocation = g_steal_pointer (&call->invocation);
  call->dispatcher = pyrog_dispatcher_ref (dispatcher);
  call->peer = pyrog_peer_ref (peer);
  if (g_atomic_int_compare_and_exchange (&call->state, STATE_DISPATCHING, STATE_LATER))
    return TRUE;
  call->invocation = g_steal_pointer (&invocation);
  pyrog_dispatcher_unref (dispatcher);
  pyrog_peer_unref (peer);
  return FALSE;
}

static PyrogDispatch
run_call (PyrogDispatcher *dispatcher, PyrogPeer *peer, Call *call, PyrogBuffer *out)
{
  PyrogInvocation *invocation = call->invocation;
  gboolean more = FALSE;

  call->state = STATE_DISPATCHING;
  pyrog_invocation_set_answered_func (invocation, answered_cb, call);
  if ((invocation->header.flags & PYROG_FLAG_BATCH) != 0)
    more = begin_batch (dispatcher, peer, invocation);
  else
    call_servant (dispatcher, peer, invocation);
  if (leave_to_later (dispatcher, peer, call))
    return more ? PYROG_DISPATCH_MORE : PYROG_DISPATCH_PENDING;
  if (pyrog_invocation_get_oneway (invocation))
    drop_reply (invocation);
  else
    write_reply (dispatcher, peer, invocation, out);
  tell_failure (peer, invocation);
  return PYROG_DISPATCH_DONE;
}

static void
write_error (PyrogPeer *peer, const PyrogMessage *message, const GError *error, PyrogBuffer *out)
{
  if ((message->header.flags & PYROG_FLAG_ONEWAY) == 0)
    pyrog_invocation_write_error (codec_or_marshal (message->header.serializer), &message->header,
                                  error, peer->annotations, out);
}

/* The annotation of a blob is written in marshal */
static gboolean
decode_blob (PyrogDispatcher *dispatcher,
             const PyrogMessage *message,
             const PyrogCodec *codec,
             PyrogArena *arena,
             PyrogChunk *chunk,
             PyrogCallParts *call,
             PyrogSerializedBlob **blob,
             GError **error)
{
  if (accepted_codec (dispatcher, PYROG_SERIALIZER_MARSHAL) == NULL)
    {
      g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE,
                           _ ("Blobs need the serializer marshal, which is not accepted"));
      return FALSE;
    }
  if ((message->header.flags & PYROG_FLAG_BATCH) != 0)
    {
      g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL, _ ("A batch can't be a blob"));
      return FALSE;
    }
  *blob = pyrog_serialized_blob_new_from_message (message, codec, chunk, arena, call, error);
  if (*blob != NULL && dispatcher->options.strict)
    pyrog_serialized_blob_set_strict (*blob);
  return *blob != NULL;
}

static gboolean
decode_call (PyrogDispatcher *dispatcher,
             const PyrogMessage *message,
             const PyrogCodec *codec,
             PyrogArena *arena,
             PyrogChunk *chunk,
             PyrogCallParts *call,
             PyrogSerializedBlob **blob,
             GError **error)
{
  if (codec == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE, _ ("Serializer %u is not accepted"),
                   message->header.serializer);
      return FALSE;
    }
  if ((message->header.flags & PYROG_FLAG_KEEP_SERIALIZED) != 0)
    return decode_blob (dispatcher, message, codec, arena, chunk, call, blob, error);
  return pyrog_codec_decode_call (codec, arena, message->payload, message->payload_size, call,
                                  error)
         && (!dispatcher->options.strict
             || (pyrog_class_check (&call->args, "args", error)
                 && pyrog_class_check (&call->kwargs, "kwargs", error)));
}

static PyrogDispatch
invoke (PyrogDispatcher *dispatcher,
        PyrogPeer *peer,
        const PyrogMessage *message,
        Call *call,
        PyrogChunk *chunk,
        PyrogBuffer *out)
{
  const PyrogCodec *codec = accepted_codec (dispatcher, message->header.serializer);
  PyrogArena *arena = pyrog_invocation_get_arena (call->invocation);
  g_autoptr (PyrogSerializedBlob) blob = NULL;
  g_autoptr (GError) error = NULL;
  PyrogCallParts parts;

  if (!decode_call (dispatcher, message, codec, arena, chunk, &parts, &blob, &error))
    {
      write_error (peer, message, error, out);
      return PYROG_DISPATCH_DONE;
    }
  pyrog_invocation_fill (call->invocation, codec, message, &parts, chunk, peer->connection);
  pyrog_invocation_set_blob (call->invocation, blob);
  call->invocation->detailed = dispatcher->options.detailed;
  return run_call (dispatcher, peer, call, out);
}

static PyrogDispatch
pong (PyrogPeer *peer, const PyrogHeader *request, PyrogBuffer *out)
{
  PyrogHeader header
      = { .type = PYROG_MESSAGE_PING, .serializer = request->serializer, .seq = request->seq };
  PyrogMessageWriter writer;

  pyrog_message_begin (&writer, out, &header);
  pyrog_annotation_table_write (peer->annotations, NULL, &writer);
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append (out, "pong", 4);
  pyrog_message_end (&writer, FALSE, G_MAXUINT32, NULL);
  return PYROG_DISPATCH_DONE;
}

/* ---- Everything ---- */

/* FALSE: the message is malformed or too large, and the peer was told so */
static gboolean
parse (PyrogDispatcher *dispatcher,
       PyrogPeer *peer,
       const PyrogHeader *header,
       const guint8 *body,
       PyrogArena *arena,
       PyrogMessage *message,
       PyrogBuffer *out)
{
  const gboolean known = peer->authenticated;
  const gsize max_values
      = known ? dispatcher->options.max_values : dispatcher->options.max_handshake_values;
  const guint max_annotations = known ? dispatcher->options.max_annotations : 0;
  g_autoptr (GError) error = NULL;

  pyrog_arena_set_budget (arena, 0, max_values);
  pyrog_arena_set_max_memory (arena, dispatcher->options.max_memory);
  if (!pyrog_message_parse (header, body, pyrog_dispatcher_get_max_size (dispatcher, peer),
                            max_annotations, arena, message, &error))
    {
      pyrog_dispatcher_refuse (dispatcher, peer, error, out);
      return FALSE;
    }
  pyrog_arena_set_budget (arena, pyrog_arena_budget_for (message->payload_size), max_values);
  pyrog_arena_set_max_memory (arena, dispatcher->options.max_memory);
  return TRUE;
}

static PyrogDispatch
dispatch_unauthenticated (PyrogDispatcher *dispatcher,
                          PyrogPeer *peer,
                          const PyrogHeader *header,
                          const guint8 *body,
                          PyrogBuffer *out)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogMessage message;

  /* Passwords and cookies */
  pyrog_arena_keep_secret (arena);
  if (!parse (dispatcher, peer, header, body, arena, &message, out))
    return PYROG_DISPATCH_CLOSE;
  if (header->type != PYROG_MESSAGE_CONNECT)
    return pyrog_handshake_refuse (NULL, "the handshake is missing", out);
  return pyrog_handshake_dispatch (dispatcher->objects, dispatcher->options.hide_objects,
                                   dispatcher->cookie, peer, &message,
                                   accepted_codec (dispatcher, header->serializer), arena, out);
}

static PyrogDispatch
dispatch_authenticated (PyrogDispatcher *dispatcher,
                        PyrogPeer *peer,
                        const PyrogHeader *header,
                        const guint8 *body,
                        Call *call,
                        PyrogChunk *chunk,
                        PyrogBuffer *out)
{
  PyrogArena *arena = pyrog_invocation_get_arena (call->invocation);
  PyrogMessage message;

  if (!parse (dispatcher, peer, header, body, arena, &message, out))
    return PYROG_DISPATCH_CLOSE;
  pyrog_arena_set_max_depth (arena, dispatcher->options.max_depth);
  switch (header->type)
    {
    case PYROG_MESSAGE_INVOKE:
      return invoke (dispatcher, peer, &message, call, chunk, out);
    case PYROG_MESSAGE_PING:
      return pong (peer, header, out);
    default:
      return PYROG_DISPATCH_CLOSE;
    }
}

PyrogDispatch
pyrog_dispatcher_dispatch (PyrogDispatcher *dispatcher,
                           PyrogPeer *peer,
                           const PyrogHeader *header,
                           const guint8 *body,
                           PyrogChunk *chunk,
                           PyrogBuffer *out)
{
  if (!peer->authenticated)
    return dispatch_unauthenticated (dispatcher, peer, header, body, out);

  Call *call = take_call (dispatcher);
  PyrogDispatch outcome = dispatch_authenticated (dispatcher, peer, header, body, call, chunk, out);
  /* Otherwise the answer, which comes later, has it */
  if (outcome == PYROG_DISPATCH_DONE || outcome == PYROG_DISPATCH_CLOSE)
    give_back_call (dispatcher, call);
  return outcome;
}
