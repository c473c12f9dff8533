/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-dispatcher.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-authorization.h"
#include "pyrog-batch-run.h"
#include "pyrog-codec.h"
#include "pyrog-config-items.h"
#include "pyrog-error.h"
#include "pyrog-handshake.h"
#include "pyrog-invocation-private.h"
#include "pyrog-serialized-blob-private.h"
#include "pyrog-servant-private.h"
#include "pyrog-value-variant.h"

struct _PyrogDispatcher
{
  gatomicrefcount refs;
  PyrogDispatcherOptions options;
  PyrogCookie *cookie;               /* (owned) (nullable) what peers have to know */
  PyrogObjectTable *objects;         /* (owned) */
  PyrogStreamTable *streams;         /* (owned) */
  PyrogAnnotationTable *annotations; /* (owned) of all replies */
};

static guint
accepted_serializers (PyrogConfig *config)
{
  const char *const *names = pyrog_config_get_list (config, PYROG_CONFIG_SERIALIZERS_ACCEPTED);
  guint serializers = 0;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      const PyrogCodec *codec = pyrog_codec_find (names[i]);
      if (codec != NULL)
        serializers |= 1u << codec->serializer;
    }
  return serializers;
}

PyrogDispatcherOptions
pyrog_dispatcher_options_from_config (PyrogConfig *config)
{
  return (PyrogDispatcherOptions){
    .compress = pyrog_config_get_flag (config, PYROG_CONFIG_COMPRESSION),
    .hide_objects = pyrog_config_get_flag (config, PYROG_CONFIG_HIDE_OBJECTS),
    .serializers = accepted_serializers (config),
    .literal_bytes = pyrog_config_get_flag (config, PYROG_CONFIG_SERPENT_BYTES_REPR),
    .max_values = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_VALUES),
    .max_depth = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_DEPTH),
    .max_annotations = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_ANNOTATIONS),
    .streaming = pyrog_config_get_flag (config, PYROG_CONFIG_ITER_STREAMING),
    .streams = {
      .max_per_connection
      = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_STREAMS_PER_CONNECTION),
      .max = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_STREAMS),
      .lifetime = pyrog_config_get_seconds (config, PYROG_CONFIG_ITER_STREAM_LIFETIME),
      .linger = pyrog_config_get_seconds (config, PYROG_CONFIG_ITER_STREAM_LINGER),
    },
    .max_instances = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_INSTANCES),
    .max_batch = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_BATCH),
    .max_message_size = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_MESSAGE_SIZE),
  };
}

PyrogDispatcher *
pyrog_dispatcher_new (const PyrogDispatcherOptions *options)
{
  PyrogDispatcher *dispatcher = g_new0 (PyrogDispatcher, 1);

  g_atomic_ref_count_init (&dispatcher->refs);
  dispatcher->options = *options;
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
                             : MIN (PYROG_MAX_CONNECT_SIZE, dispatcher->options.max_message_size);
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

typedef enum
{
  STATE_DISPATCHING, /* the handler has not come back */
  STATE_ANSWERED,    /* ... but it, or somebody, has answered */
  STATE_LATER,       /* the handler came back without an answer */
} State;

/* Shared by a dispatch and the answer, which may come in another thread; freed by whichever of the
 * two is second */
typedef struct
{
  PyrogDispatcher *dispatcher; /* (owned) */
  PyrogPeer *peer;             /* (owned) */
  int state;                   /* (atomic) State */
} Pending;

static void
free_pending (Pending *pending)
{
  pyrog_dispatcher_unref (pending->dispatcher);
  pyrog_peer_unref (pending->peer);
  g_free (pending);
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
  Pending *pending = user_data;
  g_autoptr (GBytes) reply = NULL;

  if (g_atomic_int_compare_and_exchange (&pending->state, STATE_DISPATCHING, STATE_ANSWERED))
    return;
  if (!pyrog_invocation_get_oneway (invocation))
    {
      PyrogBuffer out;
      pyrog_buffer_init (&out, G_MAXSIZE);
      write_reply (pending->dispatcher, pending->peer, invocation, &out);
      reply = pyrog_buffer_steal_bytes (&out);
    }
  else
    drop_reply (invocation);
  tell_failure (pending->peer, invocation);
  pending->peer->reply_later (pending->peer, reply);
  free_pending (pending);
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

static PyrogDispatch
run_invocation (PyrogDispatcher *dispatcher,
                PyrogPeer *peer,
                PyrogInvocation *invocation,
                const PyrogCallParts *call,
                PyrogBuffer *out)
{
  Pending *pending = g_new (Pending, 1);
  gboolean more = FALSE;

  *pending
      = (Pending){ pyrog_dispatcher_ref (dispatcher), pyrog_peer_ref (peer), STATE_DISPATCHING };
  pyrog_invocation_set_answered_func (invocation, answered_cb, pending);
  if ((invocation->header.flags & PYROG_FLAG_BATCH) != 0)
    more = begin_batch (dispatcher, peer, invocation);
  else
    call_servant (dispatcher, peer, invocation);
  if (g_atomic_int_compare_and_exchange (&pending->state, STATE_DISPATCHING, STATE_LATER))
    return more ? PYROG_DISPATCH_MORE : PYROG_DISPATCH_PENDING;
  if (pyrog_invocation_get_oneway (invocation))
    drop_reply (invocation);
  else
    write_reply (dispatcher, peer, invocation, out);
  tell_failure (peer, invocation);
  free_pending (pending);
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
                                  error);
}

static PyrogDispatch
invoke (PyrogDispatcher *dispatcher,
        PyrogPeer *peer,
        const PyrogMessage *message,
        PyrogArena *owned_arena,
        PyrogChunk *chunk,
        PyrogBuffer *out)
{
  const PyrogCodec *codec = accepted_codec (dispatcher, message->header.serializer);
  g_autoptr (PyrogArena) arena = owned_arena;
  g_autoptr (PyrogSerializedBlob) blob = NULL;
  g_autoptr (GError) error = NULL;
  PyrogCallParts call;

  if (!decode_call (dispatcher, message, codec, arena, chunk, &call, &blob, &error))
    {
      write_error (peer, message, error, out);
      return PYROG_DISPATCH_DONE;
    }
  g_autoptr (PyrogInvocation) invocation = pyrog_invocation_new (
      codec, message, &call, g_steal_pointer (&arena), chunk, peer->connection);
  pyrog_invocation_set_blob (invocation, blob);
  return run_invocation (dispatcher, peer, invocation, &call, out);
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

static PyrogDispatch
dispatch_unauthenticated (PyrogDispatcher *dispatcher,
                          PyrogPeer *peer,
                          const PyrogMessage *message,
                          PyrogArena *arena,
                          PyrogBuffer *out)
{
  if (message->header.type != PYROG_MESSAGE_CONNECT)
    return PYROG_DISPATCH_CLOSE;
  return pyrog_handshake_dispatch (
      dispatcher->objects, dispatcher->options.hide_objects, dispatcher->cookie, peer, message,
      accepted_codec (dispatcher, message->header.serializer), arena, out);
}

PyrogDispatch
pyrog_dispatcher_dispatch (PyrogDispatcher *dispatcher,
                           PyrogPeer *peer,
                           const PyrogHeader *header,
                           const guint8 *body,
                           PyrogChunk *chunk,
                           PyrogBuffer *out)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  gsize max_size = pyrog_dispatcher_get_max_size (dispatcher, peer);
  PyrogMessage message;

  /* Passwords and cookies */
  if (!peer->authenticated)
    pyrog_arena_keep_secret (arena);
  pyrog_arena_set_budget (
      arena, 0, peer->authenticated ? dispatcher->options.max_values : PYROG_MAX_HANDSHAKE_VALUES);
  if (!pyrog_message_parse (header, body, max_size,
                            peer->authenticated ? dispatcher->options.max_annotations : 0, arena,
                            &message, &error))
    {
      pyrog_dispatcher_refuse (dispatcher, peer, error, out);
      return PYROG_DISPATCH_CLOSE;
    }
  pyrog_arena_set_budget (arena, pyrog_arena_budget_for (message.payload_size),
                          peer->authenticated ? dispatcher->options.max_values
                                              : PYROG_MAX_HANDSHAKE_VALUES);
  if (!peer->authenticated)
    return dispatch_unauthenticated (dispatcher, peer, &message, arena, out);
  pyrog_arena_set_max_depth (arena, dispatcher->options.max_depth);
  switch (header->type)
    {
    case PYROG_MESSAGE_INVOKE:
      return invoke (dispatcher, peer, &message, g_steal_pointer (&arena), chunk, out);
    case PYROG_MESSAGE_PING:
      return pong (peer, header, out);
    default:
      return PYROG_DISPATCH_CLOSE;
    }
}
