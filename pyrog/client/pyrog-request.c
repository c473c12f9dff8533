/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-request.h"

#include <string.h>

#include "pyrog-call-options-private.h"
#include "pyrog-config-items.h"
#include "pyrog-error-private.h"
#include "pyrog-outcome-private.h"
#include "pyrog-serialized-blob-private.h"
#include "pyrog-value-variant.h"

static PyrogHeader
make_header (const PyrogRequest *request)
{
  const PyrogCallOptions *options = request->options;
  PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                         .serializer = (guint8) request->codec->serializer,
                         .flags = request->flags };

  if (options == NULL)
    return header;
  if (options->oneway)
    header.flags |= PYROG_FLAG_ONEWAY;
  if (options->has_correlation_id)
    {
      header.flags |= PYROG_FLAG_CORRELATION_ID;
      memcpy (header.correlation_id, options->correlation_id, PYROG_CORRELATION_ID_SIZE);
    }
  return header;
}

static void
add_annotations (PyrogMessageWriter *writer, const PyrogCallOptions *options)
{
  GHashTableIter iter;
  gpointer id, data;

  if (options == NULL)
    return;
  g_hash_table_iter_init (&iter, options->annotations);
  while (g_hash_table_iter_next (&iter, &id, &data))
    pyrog_message_add_annotation (writer, id, g_bytes_get_data (data, NULL),
                                  g_bytes_get_size (data));
}

static gboolean
add_blob_annotation (PyrogMessageWriter *writer, const PyrogRequest *request, GError **error)
{
  PyrogBuffer annotation;

  if (request->blob == NULL)
    return TRUE;
  pyrog_buffer_init (&annotation, PYROG_MAX_ANNOTATIONS_SIZE);
  gboolean ok = pyrog_serialized_blob_write_annotation (request->blob, request->object,
                                                        request->method, &annotation, error);
  if (ok)
    pyrog_message_add_annotation (writer, PYROG_BLOB_ANNOTATION, annotation.data, annotation.size);
  pyrog_buffer_clear (&annotation);
  return ok;
}

static gboolean
write_payload (const PyrogRequest *request,
               const PyrogCallParts *parts,
               PyrogArena *owner,
               PyrogBuffer *out,
               GError **error)
{
  if (request->blob == NULL)
    return pyrog_codec_encode_call (request->codec, parts, out, error);
  return pyrog_serialized_blob_write_payload (request->blob, request->codec, request->object,
                                              request->method, owner, out, error);
}

/* The names are the caller's */
static gboolean
may_borrow (const PyrogCallParts *parts, PyrogArena *owner, gboolean compress)
{
  return owner != NULL && !compress && parts->object.size < PYROG_PIECE_MIN
         && parts->method.size < PYROG_PIECE_MIN;
}

static gboolean
write_message (const PyrogRequest *request,
               const PyrogCallParts *parts,
               PyrogArena *owner,
               PyrogBuffer *out,
               GError **error)
{
  const PyrogHeader header = make_header (request);
  const gboolean compress = pyrog_config_get_flag (request->config, PYROG_CONFIG_COMPRESSION);
  PyrogMessageWriter writer;

  pyrog_message_begin (&writer, out, &header);
  add_annotations (&writer, request->options);
  if (!add_blob_annotation (&writer, request, error))
    return FALSE;
  pyrog_message_begin_payload (&writer);
  if (may_borrow (parts, owner, compress))
    pyrog_buffer_borrow (out);
  gboolean ok = write_payload (request, parts, owner, out, error);
  if (owner != NULL)
    pyrog_arena_lend (owner, out);
  return ok
         && pyrog_message_end (
             &writer, compress,
             (gsize) pyrog_config_get_number (request->config, PYROG_CONFIG_MAX_MESSAGE_SIZE),
             error);
}

GError *
pyrog_request_not_sent (GError *error)
{
  const PyrogOutcomeParts parts = { .execution = PYROG_EXECUTION_NOT_SENT };
  g_autoptr (PyrogOutcome) outcome = pyrog_outcome_new (&parts);

  pyrog_error_set_outcome (error, outcome);
  return error;
}

PyrogCall *
pyrog_request_make_call (const PyrogRequest *request,
                         const PyrogValue *args,
                         const PyrogValue *kwargs,
                         PyrogArena *owner,
                         GError **error)
{
  const PyrogCallParts parts
      = { pyrog_value_text (request->object), pyrog_value_text (request->method), *args, *kwargs };
  const PyrogCallOptions *options = request->options;
  g_autoptr (PyrogCall) call = pyrog_call_new (request->member);
  double timeout = options != NULL && options->timeout >= 0 ? options->timeout : request->timeout;
  GError *failure = NULL;

  if (!write_message (request, &parts, owner, &call->message, &failure))
    {
      g_propagate_error (error, pyrog_request_not_sent (failure));
      return NULL;
    }
  call->codec = request->codec;
  call->kind = request->kind;
  call->oneway = options != NULL && options->oneway;
  call->idempotent = options != NULL && options->idempotent;
  call->retries = (int) pyrog_config_get_number (request->config, PYROG_CONFIG_MAX_RETRIES);
  call->max_memory = (gsize) pyrog_config_get_number (request->config, PYROG_CONFIG_MAX_MEMORY);
  call->max_values = (gsize) pyrog_config_get_number (request->config, PYROG_CONFIG_MAX_VALUES);
  call->strict = pyrog_config_get_flag (request->config, PYROG_CONFIG_STRICT_CLASSES);
  call->max_depth = (guint) pyrog_config_get_number (request->config, PYROG_CONFIG_MAX_DEPTH);
  call->max_annotations
      = (guint) pyrog_config_get_number (request->config, PYROG_CONFIG_MAX_ANNOTATIONS);
  pyrog_call_set_timeout (call, timeout);
  return g_steal_pointer (&call);
}

PyrogCall *
pyrog_request_make_call_of_variants (const PyrogRequest *request,
                                     GVariant *args,
                                     GVariant *kwargs,
                                     GError **error)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue arg_values = { .kind = PYROG_KIND_TUPLE };
  PyrogValue kwarg_values = { .kind = PYROG_KIND_DICT };
  GError *failure = NULL;

  if ((args != NULL && !pyrog_value_from_variant (arena, args, &arg_values, &failure))
      || (kwargs != NULL && !pyrog_value_from_variant (arena, kwargs, &kwarg_values, &failure)))
    {
      g_propagate_error (error, pyrog_request_not_sent (failure));
      return NULL;
    }
  return pyrog_request_make_call (request, &arg_values, &kwarg_values, arena, error);
}
