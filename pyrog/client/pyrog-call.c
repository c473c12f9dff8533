/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-call.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-class-private.h"
#include "pyrog-error-private.h"
#include "pyrog-remote-error.h"
#include "pyrog-uuid.h"

#define STREAM_ANNOTATION "STRM"
#define MAX_STREAM_ID 64
#define FOR_EVER 1e9 /* seconds */

PyrogCall *
pyrog_call_new (const char *member)
{
  const gsize size = member != NULL ? strlen (member) + 1 : 0;
  PyrogCall *call = g_malloc (sizeof (PyrogCall) + size);

  /* As in pyrog_arena_new(): this is made for every call */
  *call = (PyrogCall){ 0 };
  if (member != NULL)
    call->member = memcpy (call + 1, member, size);
  g_atomic_ref_count_init (&call->refs);
  call->link.data = call;
  pyrog_buffer_init (&call->message, G_MAXSIZE);
  return call;
}

PyrogCall *
pyrog_call_ref (PyrogCall *call)
{
  g_atomic_ref_count_inc (&call->refs);
  return call;
}

void
pyrog_call_unref (PyrogCall *call)
{
  if (!g_atomic_ref_count_dec (&call->refs))
    return;
  pyrog_buffer_clear (&call->message);
  g_free (call->reply_type);
  g_clear_pointer (&call->context, g_main_context_unref);
  g_clear_error (&call->error);
  g_clear_pointer (&call->outcome, pyrog_outcome_unref);
  g_clear_pointer (&call->arena, pyrog_arena_unref);
  g_clear_pointer (&call->chunk, pyrog_chunk_unref);
  g_clear_pointer (&call->annotations, g_variant_unref);
  g_free (call->correlation_id);
  g_free (call->stream_id);
  g_free (call);
}

PyrogCall *
pyrog_call_pop (GQueue *queue)
{
  GList *link = g_queue_pop_head_link (queue);

  return link != NULL ? link->data : NULL;
}

void
pyrog_call_set_timeout (PyrogCall *call, double seconds)
{
  /* More would not fit into microseconds */
  if (seconds > 0 && seconds < FOR_EVER)
    call->deadline = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
}

void
pyrog_call_fail (PyrogCall *call, GError *error, PyrogExecution execution)
{
  const PyrogOutcomeParts parts = { .execution = execution };

  call->state = PYROG_CALL_DONE;
  call->error = error;
  call->outcome = pyrog_outcome_new (&parts);
  pyrog_error_set_outcome (error, call->outcome);
}

static GVariant *
annotations_of (const PyrogMessage *message)
{
  GVariantBuilder builder;
  PyrogAnnotation annotation, last;
  gsize offset = 0;

  if (message->header.annotations_size == 0)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{say}"));
  while (pyrog_message_next_annotation (message, &offset, &annotation))
    if (pyrog_message_find_annotation (message, annotation.id, &last)
        && last.data == annotation.data)
      g_variant_builder_add (
          &builder, "{s@ay}", annotation.id,
          g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, annotation.data, annotation.size, 1));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
check_reply (PyrogCall *call, const PyrogHeader *header, GError **error)
{
  if (header->type == PYROG_MESSAGE_RESULT && header->seq == call->seq
      && header->serializer == call->codec->serializer)
    return TRUE;
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL,
               _ ("A reply of type %u, number %u and serializer %u came for call number %u"),
               header->type, header->seq, header->serializer, call->seq);
  return FALSE;
}

static gboolean
take_stream (PyrogCall *call, const PyrogMessage *message)
{
  PyrogAnnotation annotation;

  if (!pyrog_message_find_annotation (message, STREAM_ANNOTATION, &annotation)
      || annotation.size == 0 || annotation.size > MAX_STREAM_ID
      || !g_utf8_validate ((const char *) annotation.data, (gssize) annotation.size, NULL))
    {
      pyrog_call_fail (call,
                       g_error_new (PYROG_ERROR, PYROG_ERROR_PROTOCOL,
                                    _ ("The result is an item stream, which the daemon does not "
                                       "serve")),
                       PYROG_EXECUTION_ANSWERED);
      return TRUE;
    }
  call->stream_id = g_strndup ((const char *) annotation.data, annotation.size);
  return TRUE;
}

PyrogOutcomeParts
pyrog_call_get_reply_parts (PyrogCall *call)
{
  return (PyrogOutcomeParts){ .execution = PYROG_EXECUTION_ANSWERED,
                              .annotations = call->annotations,
                              .correlation_id = call->correlation_id };
}

PyrogChunk *
pyrog_call_get_slices (PyrogCall *call)
{
  return call->arena != NULL && pyrog_arena_has_large (call->arena) ? call->chunk : NULL;
}

static void
take_exception (PyrogCall *call)
{
  const PyrogOutcomeParts reply = pyrog_call_get_reply_parts (call);

  call->error = pyrog_remote_error_new (&call->result, &reply, &call->outcome);
}

gboolean
pyrog_call_take_reply (PyrogCall *call,
                       const PyrogHeader *header,
                       const guint8 *body,
                       PyrogChunk *chunk,
                       gsize max_size,
                       GError **error)
{
  PyrogMessage message;
  GError *failure = NULL;

  if (!check_reply (call, header, error))
    return FALSE;
  call->arena = call->arena != NULL ? pyrog_arena_renew (call->arena) : pyrog_arena_new ();
  pyrog_arena_set_max_memory (call->arena, call->max_memory);
  if (!pyrog_message_parse (header, body, max_size, call->max_annotations, call->arena, &message,
                            error))
    return FALSE;
  call->state = PYROG_CALL_DONE;
  if (call->abandoned)
    return TRUE;
  call->annotations = annotations_of (&message);
  if ((header->flags & PYROG_FLAG_CORRELATION_ID) != 0)
    call->correlation_id = pyrog_uuid_to_string (header->correlation_id);
  if ((header->flags & PYROG_FLAG_ITEM_STREAM) != 0)
    return take_stream (call, &message);
  pyrog_arena_set_budget (call->arena, pyrog_arena_budget_for (message.payload_size),
                          call->max_values);
  pyrog_arena_set_max_memory (call->arena, call->max_memory);
  pyrog_arena_set_max_depth (call->arena, call->max_depth);
  if (!call->codec->decode (call->arena, message.payload, message.payload_size, &call->result,
                            &failure))
    pyrog_call_fail (call, failure, PYROG_EXECUTION_ANSWERED);
  else if ((header->flags & PYROG_FLAG_EXCEPTION) != 0)
    take_exception (call);
  else if (call->strict && !pyrog_class_check (&call->result, "result", &failure))
    pyrog_call_fail (call, failure, PYROG_EXECUTION_ANSWERED);
  call->chunk = pyrog_chunk_ref (chunk);
  call->reply_size = pyrog_header_message_size (header);
  return TRUE;
}
