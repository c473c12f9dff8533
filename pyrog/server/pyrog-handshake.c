/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-handshake.h"

#include <string.h>

#include "pyrog-extensions.h"
#include "pyrog-handshake-request-private.h"
#include "pyrog-servant-private.h"
#include "pyrog-value-variant.h"

#define MAX_REFUSAL 1024 /* bytes of a program's text that a stranger gets */

/* A handshake that waits for a decision */
typedef struct
{
  PyrogObjectTable *objects; /* (unowned) the peer keeps them alive */
  gboolean hide_objects;
  PyrogPeer *peer; /* (owned) */
  PyrogHeader request;
  const PyrogCodec *codec;
  char *object_id; /* (owned) */
  gboolean accepted;
  GVariant *answer; /* (owned) (nullable) */
  char *reason;     /* (owned) (nullable) of a refusal */
} Waiting;

static void
free_waiting (gpointer data)
{
  Waiting *waiting = data;

  pyrog_peer_unref (waiting->peer);
  g_free (waiting->object_id);
  g_clear_pointer (&waiting->answer, g_variant_unref);
  g_free (waiting->reason);
  g_free (waiting);
}

/* ---- Replies ---- */

static void
write_reply (const PyrogHeader *request,
             const PyrogCodec *codec,
             PyrogMessageType type,
             PyrogAnnotationTable *annotations,
             const PyrogValue *payload,
             PyrogBuffer *out)
{
  PyrogHeader header = { .type = (guint8) type,
                         .serializer = (guint8) codec->serializer,
                         .flags = request->flags & PYROG_FLAG_CORRELATION_ID,
                         .seq = request->seq };
  PyrogMessageWriter writer;

  memcpy (header.correlation_id, request->correlation_id, PYROG_CORRELATION_ID_SIZE);
  pyrog_message_begin (&writer, out, &header);
  pyrog_annotation_table_write (annotations, NULL, &writer);
  pyrog_message_begin_payload (&writer);
  if (codec->encode (payload, "handshake", out, NULL))
    pyrog_message_end (&writer, FALSE, PYROG_MAX_CONNECTOK_SIZE, NULL);
  else
    pyrog_message_abandon (&writer);
}

PyrogDispatch
pyrog_handshake_refuse (const PyrogHeader *request, const char *text, PyrogBuffer *out)
{
  const PyrogHeader unknown = { .serializer = PYROG_SERIALIZER_MARSHAL };
  const PyrogCodec *codec = request != NULL ? pyrog_codec_get (request->serializer) : NULL;
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) strnlen (text, MAX_REFUSAL));
  PyrogValue reason = pyrog_value_text (valid);

  /* Pyro5 answers in marshal where it does not know what the peer speaks */
  write_reply (request != NULL ? request : &unknown,
               codec != NULL ? codec : pyrog_codec_get (PYROG_SERIALIZER_MARSHAL),
               PYROG_MESSAGE_CONNECTFAIL, NULL, &reason, out);
  return PYROG_DISPATCH_CLOSE;
}

/* {"handshake": ..., "meta": {...}}, and extensions for those who offered some */
static gboolean
write_acceptance (PyrogServant *servant,
                  GVariant *answer,
                  PyrogPeer *peer,
                  const PyrogHeader *request,
                  const PyrogCodec *codec,
                  PyrogBuffer *out)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogBuilder builder;
  PyrogValue value;
  gsize start = out->size;

  pyrog_builder_init (&builder, arena);
  pyrog_builder_open (&builder, PYROG_KIND_DICT);
  pyrog_builder_utf8 (&builder, "handshake", strlen ("handshake"));
  if (answer != NULL)
    pyrog_value_add_variant (&builder, answer);
  else
    pyrog_builder_utf8 (&builder, "hello", strlen ("hello"));
  pyrog_builder_utf8 (&builder, "meta", strlen ("meta"));
  pyrog_servant_add_metadata (servant, &builder);
  if (peer->extended)
    {
      pyrog_builder_utf8 (&builder, PYROG_EXTENSIONS_KEY, strlen (PYROG_EXTENSIONS_KEY));
      pyrog_builder_add (&builder, pyrog_extensions_get ());
    }
  pyrog_builder_close (&builder);
  if (pyrog_builder_finish (&builder, &value, NULL))
    write_reply (request, codec, PYROG_MESSAGE_CONNECTOK, peer->annotations, &value, out);
  pyrog_builder_clear (&builder);
  return out->size > start;
}

/* ---- Decisions ---- */

/* Nobody objects: the object is looked for only now, so that the refused learn of none */
static PyrogDispatch
accept (PyrogObjectTable *objects,
        gboolean hide_objects,
        PyrogPeer *peer,
        const PyrogHeader *request,
        const PyrogCodec *codec,
        const char *object_id,
        GVariant *answer,
        PyrogBuffer *out)
{
  g_autoptr (PyrogServant) servant = NULL;

  if (object_id != NULL)
    servant = pyrog_object_table_lookup (objects, object_id, strlen (object_id));
  if (servant == NULL)
    return pyrog_handshake_refuse (request, hide_objects ? "refused" : "unknown object", out);
  peer->authenticated = write_acceptance (servant, answer, peer, request, codec, out);
  if (peer->authenticated)
    return PYROG_DISPATCH_DONE;
  return pyrog_handshake_refuse (request, "too much metadata", out);
}

static PyrogDispatch
finish_cb (PyrogPeer *peer, PyrogBuffer *out, gpointer user_data)
{
  Waiting *waiting = user_data;

  if (!waiting->accepted)
    return pyrog_handshake_refuse (&waiting->request,
                                   waiting->reason != NULL ? waiting->reason : "refused", out);
  return accept (waiting->objects, waiting->hide_objects, peer, &waiting->request, waiting->codec,
                 waiting->object_id, waiting->answer, out);
}

static void
take_decision (Waiting *waiting, PyrogAccessRequest *request, gboolean accepted)
{
  const GError *error = pyrog_access_request_get_error (request);
  GVariant *answer = pyrog_handshake_request_get_answer (PYROG_HANDSHAKE_REQUEST (request));

  waiting->accepted = accepted;
  waiting->answer = answer != NULL ? g_variant_ref (answer) : NULL;
  waiting->reason = error != NULL ? g_strdup (error->message) : NULL;
}

static void
decided_cb (PyrogAccessRequest *request, gboolean accepted, gpointer user_data)
{
  Waiting *waiting = user_data;

  take_decision (waiting, request, accepted);
  waiting->peer->resume (waiting->peer, finish_cb, waiting, free_waiting);
}

static PyrogDispatch
ask (PyrogPeer *peer, Waiting *waiting, GVariant *data, PyrogBuffer *out)
{
  g_autoptr (PyrogHandshakeRequest) request = pyrog_handshake_request_new (peer->connection, data);
  PyrogVerdict verdict = peer->ask (peer, PYROG_QUESTION_HANDSHAKE, PYROG_ACCESS_REQUEST (request),
                                    TRUE, decided_cb, waiting);

  if (verdict == PYROG_VERDICT_LATER)
    return PYROG_DISPATCH_PENDING;
  take_decision (waiting, PYROG_ACCESS_REQUEST (request), verdict == PYROG_VERDICT_ACCEPTED);
  PyrogDispatch result = finish_cb (peer, out, waiting);
  free_waiting (waiting);
  return result;
}

/* What a peer that knows the cookie says besides, if anything; FALSE: it does not know it */
static gboolean
take_cookie (PyrogCookie *cookie, const PyrogValue **said)
{
  const PyrogValue *text = pyrog_value_lookup (*said, "cookie");

  if (text == NULL || text->kind != PYROG_KIND_STR
      || !pyrog_cookie_matches (cookie, text->text, text->size))
    return FALSE;
  *said = pyrog_value_lookup (*said, "handshake");
  return TRUE;
}

/* It may be a password */
static GVariant *
make_data (const PyrogValue *said)
{
  return said != NULL ? pyrog_value_to_secret_variant (said, "handshake", NULL)
                      : g_variant_ref_sink (g_variant_new_string ("hello"));
}

PyrogDispatch
pyrog_handshake_dispatch (PyrogObjectTable *objects,
                          gboolean hide_objects,
                          PyrogCookie *cookie,
                          PyrogPeer *peer,
                          const PyrogMessage *message,
                          const PyrogCodec *codec,
                          PyrogArena *arena,
                          PyrogBuffer *out)
{
  const PyrogHeader *header = &message->header;
  g_autofree char *object_id = NULL;
  PyrogValue payload;

  if (codec == NULL)
    return pyrog_handshake_refuse (header, "serializer not accepted", out);
  if (!codec->decode (arena, message->payload, message->payload_size, &payload, NULL))
    return pyrog_handshake_refuse (header, "malformed handshake", out);
  const PyrogValue *object = pyrog_value_lookup (&payload, "object");
  const PyrogValue *said = pyrog_value_lookup (&payload, "handshake");
  if (object == NULL || said == NULL)
    return pyrog_handshake_refuse (header, "malformed handshake", out);
  if (cookie != NULL && !take_cookie (cookie, &said))
    return pyrog_handshake_refuse (header, "no valid cookie", out);
  peer->extended = pyrog_extensions_take (&payload, peer->connection);
  if (object->kind == PYROG_KIND_STR)
    object_id = pyrog_value_dup_text (object);
  if (peer->asks == NULL || !peer->asks (peer, PYROG_QUESTION_HANDSHAKE))
    return accept (objects, hide_objects, peer, header, codec, object_id, NULL, out);

  g_autoptr (GVariant) data = make_data (said);
  if (data == NULL)
    return pyrog_handshake_refuse (header, "malformed handshake", out);
  Waiting *waiting = g_new0 (Waiting, 1);
  *waiting = (Waiting){ .objects = objects,
                        .hide_objects = hide_objects,
                        .peer = pyrog_peer_ref (peer),
                        .request = *header,
                        .codec = codec,
                        .object_id = g_steal_pointer (&object_id) };
  return ask (peer, waiting, data, out);
}
