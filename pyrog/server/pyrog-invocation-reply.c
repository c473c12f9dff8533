/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error-private.h"
#include "pyrog-invocation-private.h"
#include "pyrog-value-variant.h"

/* From answers to reply messages */

#define STREAM_ANNOTATION "STRM"
/* Pyro5's words; the client looks at the flag */
#define STREAM_TEXT "result of call is an iterator"
/* Messages of the library in exceptions are cut here */
#define MAX_ERROR_TEXT 1024

/* What stands in an exception's dict */
typedef struct
{
  const char *remote_class;
  GVariant *args;       /* (nullable) a tuple */
  GVariant *attributes; /* (nullable) a{sv} */
  GVariant *traceback;  /* (nullable) as */
} Exception;

static PyrogHeader
reply_header (const PyrogCodec *codec, const PyrogHeader *request, guint16 flags)
{
  PyrogHeader header = { .type = PYROG_MESSAGE_RESULT,
                         .serializer = (guint8) codec->serializer,
                         .seq = request->seq };

  header.flags = flags | (request->flags & PYROG_FLAG_CORRELATION_ID);
  if ((request->flags & PYROG_FLAG_CORRELATION_ID) != 0)
    memcpy (header.correlation_id, request->correlation_id, PYROG_CORRELATION_ID_SIZE);
  return header;
}

static void
add_text (PyrogBuilder *builder, const char *text)
{
  pyrog_builder_str (builder, text, strlen (text));
}

static void
add_traceback (PyrogBuilder *builder, GVariant *traceback)
{
  add_text (builder, PYROG_TRACEBACK_ATTRIBUTE);
  if (traceback != NULL)
    pyrog_value_add_variant (builder, traceback);
  else
    {
      pyrog_builder_open (builder, PYROG_KIND_LIST);
      pyrog_builder_close (builder);
    }
}

static void
add_attributes (PyrogBuilder *builder, GVariant *attributes, GVariant *traceback)
{
  gsize count = attributes != NULL ? g_variant_n_children (attributes) : 0;

  pyrog_builder_open (builder, PYROG_KIND_DICT);
  add_traceback (builder, traceback);
  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (attributes, i);
      g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
      g_autoptr (GVariant) value = g_variant_get_child_value (entry, 1);
      if (strcmp (g_variant_get_string (key, NULL), PYROG_TRACEBACK_ATTRIBUTE) == 0)
        continue;
      pyrog_value_add_variant (builder, key);
      pyrog_value_add_variant (builder, value);
    }
  pyrog_builder_close (builder);
}

/* The dict that Pyro5 makes of an exception */
static gboolean
exception_to_value (PyrogArena *arena,
                    const Exception *exception,
                    PyrogValue *value,
                    GError **error)
{
  PyrogBuilder builder;

  pyrog_builder_init (&builder, arena);
  pyrog_builder_open (&builder, PYROG_KIND_DICT);
  add_text (&builder, "__class__");
  add_text (&builder, exception->remote_class);
  add_text (&builder, "__exception__");
  pyrog_builder_bool (&builder, TRUE);
  add_text (&builder, "args");
  if (exception->args != NULL)
    pyrog_value_add_variant (&builder, exception->args);
  else
    {
      pyrog_builder_open (&builder, PYROG_KIND_TUPLE);
      pyrog_builder_close (&builder);
    }
  add_text (&builder, "attributes");
  add_attributes (&builder, exception->attributes, exception->traceback);
  pyrog_builder_close (&builder);
  gboolean ok = pyrog_builder_finish (&builder, value, error);
  pyrog_builder_clear (&builder);
  return ok;
}

typedef struct
{
  const PyrogCodec *codec;
  const PyrogHeader *request;
  guint16 flags;
  GHashTable *annotations;      /* (nullable) */
  PyrogAnnotationTable *shared; /* (nullable) */
  const char *stream_id;        /* (nullable) */
  gboolean compress;
  gsize max_size;
} Reply;

static void
add_annotations (PyrogMessageWriter *writer, const Reply *reply)
{
  if (reply->stream_id != NULL)
    pyrog_message_add_annotation (writer, STREAM_ANNOTATION, reply->stream_id,
                                  strlen (reply->stream_id));
  pyrog_annotation_table_write (reply->shared, reply->annotations, writer);
}

static gboolean
write_reply (const Reply *reply, const PyrogValue *value, PyrogBuffer *out, GError **error)
{
  PyrogHeader header = reply_header (reply->codec, reply->request, reply->flags);
  PyrogMessageWriter writer;

  pyrog_message_begin (&writer, out, &header);
  add_annotations (&writer, reply);
  pyrog_message_begin_payload (&writer);
  if (!reply->codec->encode (value, "result", out, error))
    {
      pyrog_message_abandon (&writer);
      return FALSE;
    }
  return pyrog_message_end (&writer, reply->compress, reply->max_size, error);
}

static gboolean
write_exception (const Reply *reply, const Exception *exception, PyrogBuffer *out, GError **error)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value;

  return exception_to_value (arena, exception, &value, error)
         && write_reply (reply, &value, out, error);
}

void
pyrog_invocation_write_error (const PyrogCodec *codec,
                              const PyrogHeader *request,
                              const GError *error,
                              PyrogAnnotationTable *shared,
                              PyrogBuffer *out)
{
  g_autofree char *text
      = g_utf8_make_valid (error->message, (gssize) strnlen (error->message, MAX_ERROR_TEXT));
  g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new ("(s)", text));
  const Exception exception
      = { pyrog_error_to_class (error->domain, error->code), args, NULL, NULL };
  const Reply reply = { .codec = codec,
                        .request = request,
                        .flags = PYROG_FLAG_EXCEPTION,
                        .shared = shared,
                        .max_size = G_MAXUINT32 };

  /* A dict of short strings can be written by every codec */
  write_exception (&reply, &exception, out, NULL);
}

/* The result, in the invocation's arena */
static gboolean
get_result (PyrogInvocation *self, PyrogValue *value, GError **error)
{
  *value = self->result_value;
  if (self->result == NULL)
    return TRUE;
  pyrog_arena_set_budget (self->arena, 0, 0);
  return pyrog_value_from_variant (self->arena, self->result, value, error);
}

static void
unref_chunk (gpointer chunk)
{
  pyrog_chunk_unref (chunk);
}

/* A large result stays where it is: in the arena, in what that keeps, or where it was received.
 * What is compressed is written anew anyhow. */
static gboolean
write_result (PyrogInvocation *self, const Reply *reply, PyrogBuffer *out, GError **error)
{
  PyrogValue value;

  if (!get_result (self, &value, error))
    return FALSE;
  if (reply->compress || self->chunk == NULL)
    return write_reply (reply, &value, out, error);
  pyrog_buffer_borrow (out);
  gboolean ok = write_reply (reply, &value, out, error);
  if (out->pieces != NULL)
    pyrog_arena_keep (self->arena, pyrog_chunk_ref (self->chunk), unref_chunk);
  pyrog_arena_lend (self->arena, out);
  return ok;
}

static gboolean
write_answer (PyrogInvocation *self, Reply *reply, PyrogBuffer *out, GError **error)
{
  g_autoptr (GVariant) traceback = NULL;
  Exception exception = { 0 };

  switch (self->answer)
    {
    case PYROG_ANSWER_VALUE:
      reply->flags |= self->header.flags & PYROG_FLAG_BATCH;
      return write_result (self, reply, out, error);
    case PYROG_ANSWER_STREAM:
      {
        g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new ("(s)", STREAM_TEXT));
        exception = (Exception){ "Pyro5.errors.ProtocolError", args, NULL, NULL };
        reply->flags |= PYROG_FLAG_EXCEPTION | PYROG_FLAG_ITEM_STREAM;
        return write_exception (reply, &exception, out, error);
      }
    case PYROG_ANSWER_ERROR:
      /* What the method wanted to say with its result is not for the exception's reader */
      reply->annotations = NULL;
      reply->flags |= PYROG_FLAG_EXCEPTION;
      traceback = pyrog_invocation_dup_traceback (self, FALSE);
      exception = (Exception){ self->remote_class, self->result, self->attributes, traceback };
      return write_exception (reply, &exception, out, error);
    case PYROG_ANSWER_NONE:
      break;
    }
  g_assert_not_reached ();
}

/* Pyro5's words in place of an exception that can't be written */
static GVariant *
describe_unfit_exception (PyrogInvocation *self, const GError *why)
{
  g_autoptr (GError) error = pyrog_invocation_dup_error (self);
  g_autofree char *class = pyrog_error_escape (self->remote_class, strlen (self->remote_class),
                                               256);
  g_autofree char *text
      = g_utf8_make_valid (error->message, (gssize) strnlen (error->message, MAX_ERROR_TEXT));
  g_autofree char *description = g_strdup_printf (
      "Error serializing exception: %s. Original exception: %s: %s", why->message, class, text);

  return g_variant_ref_sink (g_variant_new ("(s)", description));
}

static void
write_unfit_exception (PyrogInvocation *self,
                       const Reply *reply,
                       const GError *why,
                       PyrogBuffer *out)
{
  g_autoptr (GVariant) traceback = pyrog_invocation_dup_traceback (self, TRUE);
  g_autoptr (GVariant) args = describe_unfit_exception (self, why);
  const Exception exception
      = { pyrog_error_to_class (PYROG_ERROR, PYROG_ERROR_FAILED), args, NULL, traceback };
  Reply last = *reply;

  /* Short strings can be written by every codec, whatever the limit was that the answer broke */
  last.max_size = G_MAXUINT32;
  write_exception (&last, &exception, out, NULL);
}

void
pyrog_invocation_write_reply (PyrogInvocation *self,
                              PyrogBuffer *out,
                              PyrogAnnotationTable *shared,
                              const char *stream_id,
                              gboolean compress,
                              gsize max_size)
{
  Reply reply = { .codec = self->codec,
                  .request = &self->header,
                  .annotations = self->annotations,
                  .shared = shared,
                  .stream_id = stream_id,
                  .compress = compress,
                  .max_size = max_size };
  g_autoptr (GError) error = NULL;

  if (write_answer (self, &reply, out, &error))
    return;
  if (self->answer == PYROG_ANSWER_ERROR)
    write_unfit_exception (self, &reply, error, out);
  else
    {
      g_prefix_error (&error, "%s", _ ("The answer can't be sent: "));
      pyrog_invocation_write_error (self->codec, &self->header, error, shared, out);
    }
}

/* ---- Batches ---- */

/* What stands for an exception among the results of a batch */
static gboolean
wrap_exception (PyrogArena *arena, const Exception *exception, PyrogValue *value, GError **error)
{
  PyrogBuilder builder;
  PyrogValue dict;

  if (!exception_to_value (arena, exception, &dict, error))
    return FALSE;
  pyrog_builder_init (&builder, arena);
  pyrog_builder_open (&builder, PYROG_KIND_DICT);
  add_text (&builder, "__class__");
  add_text (&builder, "Pyro5.core._ExceptionWrapper");
  add_text (&builder, "exception");
  pyrog_builder_add (&builder, &dict);
  pyrog_builder_close (&builder);
  gboolean ok = pyrog_builder_finish (&builder, value, error);
  pyrog_builder_clear (&builder);
  return ok;
}

static void
take_annotations (PyrogInvocation *self, PyrogInvocation *member)
{
  GHashTableIter iter;
  gpointer id, data;

  if (member->annotations == NULL || member->answer == PYROG_ANSWER_ERROR)
    return;
  g_hash_table_iter_init (&iter, member->annotations);
  while (g_hash_table_iter_next (&iter, &id, &data))
    pyrog_invocation_set_reply_annotation (self, id, data);
}

/* An exception that no value can be made of, which only arguments and attributes prevent, is
 * described instead. What the value points to lives as long as the batch. */
static gboolean
take_exception (PyrogInvocation *self, PyrogInvocation *member, PyrogValue *value, GError **error)
{
  g_autoptr (GVariant) traceback = pyrog_invocation_dup_traceback (member, FALSE);
  char *remote_class = g_strdup (member->remote_class);
  Exception exception = { remote_class, member->result, member->attributes, traceback };
  g_autoptr (GError) why = NULL;

  pyrog_arena_keep (self->arena, remote_class, g_free);
  /* The budget was for the request */
  pyrog_arena_set_budget (self->arena, 0, 0);
  if (wrap_exception (self->arena, &exception, value, &why))
    return TRUE;
  g_autoptr (GVariant) own_traceback = pyrog_invocation_dup_traceback (member, TRUE);
  g_autoptr (GVariant) args = describe_unfit_exception (member, why);
  exception = (Exception){ pyrog_error_to_class (PYROG_ERROR, PYROG_ERROR_FAILED), args, NULL,
                           own_traceback };
  return wrap_exception (self->arena, &exception, value, error);
}

gboolean
pyrog_invocation_take_member_answer (PyrogInvocation *self,
                                     PyrogInvocation *member,
                                     PyrogValue *value,
                                     GError **error)
{
  take_annotations (self, member);
  switch (member->answer)
    {
    case PYROG_ANSWER_VALUE:
      return get_result (member, value, error);
    case PYROG_ANSWER_STREAM:
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE,
                   _ ("The result of ‘%s’ is an item stream, which a batch can't carry"),
                   pyrog_invocation_get_method_name (member));
      return FALSE;
    case PYROG_ANSWER_ERROR:
      return take_exception (self, member, value, error);
    case PYROG_ANSWER_NONE:
      break;
    }
  g_assert_not_reached ();
}
