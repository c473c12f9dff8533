/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-invocation.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error-private.h"
#include "pyrog-format.h"
#include "pyrog-invocation-private.h"
#include "pyrog-value-variant.h"

/**
 * PyrogInvocation:
 *
 * A call that a peer made, from its arrival until it was answered.
 *
 * Every invocation is answered exactly once, now or later, in any thread: with one of the functions
 * `pyrog_invocation_return_*`, or by the error that its handler reports. One that is dropped
 * without an answer answers for itself, with an exception.
 *
 * Only one thread at a time may use an invocation.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (PyrogInvocation, pyrog_invocation, G_TYPE_OBJECT)

/* Whoever drops the last reference without an answer gives this one */
static void
pyrog_invocation_dispose (GObject *object)
{
  PyrogInvocation *self = PYROG_INVOCATION (object);

  if (self->answered_func != NULL && !pyrog_invocation_is_answered (self))
    {
      g_autoptr (GError) error = g_error_new_literal (PYROG_ERROR, PYROG_ERROR_FAILED,
                                                      _ ("The method ended without an answer"));
      pyrog_invocation_return_gerror (self, error);
    }
  G_OBJECT_CLASS (pyrog_invocation_parent_class)->dispose (object);
}

static void
pyrog_invocation_finalize (GObject *object)
{
  PyrogInvocation *self = PYROG_INVOCATION (object);

  pyrog_arena_free (self->arena);
  g_clear_pointer (&self->chunk, pyrog_chunk_unref);
  g_clear_object (&self->connection);
  g_free (self->object_id);
  g_free (self->method_name);
  g_clear_pointer (&self->args, g_variant_unref);
  g_clear_pointer (&self->kwargs, g_variant_unref);
  g_clear_pointer (&self->result, g_variant_unref);
  g_clear_object (&self->stream);
  g_free (self->remote_class);
  g_clear_pointer (&self->attributes, g_variant_unref);
  g_clear_pointer (&self->annotations, g_hash_table_unref);
  G_OBJECT_CLASS (pyrog_invocation_parent_class)->finalize (object);
}

static void
pyrog_invocation_class_init (PyrogInvocationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = pyrog_invocation_dispose;
  object_class->finalize = pyrog_invocation_finalize;
}

static void
pyrog_invocation_init (PyrogInvocation *self)
{
}

PyrogInvocation *
pyrog_invocation_new (const PyrogCodec *codec,
                      const PyrogMessage *message,
                      const PyrogCallParts *call,
                      PyrogArena *arena,
                      PyrogChunk *chunk,
                      PyrogConnection *connection)
{
  PyrogInvocation *self = g_object_new (PYROG_TYPE_INVOCATION, NULL);

  self->codec = codec;
  self->header = message->header;
  self->message = *message;
  self->call = *call;
  self->arena = arena;
  self->chunk = chunk != NULL ? pyrog_chunk_ref (chunk) : NULL;
  self->connection = connection != NULL ? g_object_ref (connection) : NULL;
  return self;
}

void
pyrog_invocation_set_answered_func (PyrogInvocation *self,
                                    PyrogAnsweredFunc func,
                                    gpointer user_data)
{
  self->answered_func = func;
  self->answered_data = user_data;
}

/* ---- The request ---- */

/**
 * pyrog_invocation_get_object_id:
 * @self: an invocation
 *
 * The id of the object that is called.
 *
 * Returns: (transfer none): the id
 *
 * Since: 1.0
 */
const char *
pyrog_invocation_get_object_id (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  if (self->object_id == NULL)
    self->object_id = pyrog_value_dup_text (&self->call.object);
  return self->object_id;
}

/**
 * pyrog_invocation_get_method_name:
 * @self: an invocation
 *
 * The name of the method that is called.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
pyrog_invocation_get_method_name (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  if (self->method_name == NULL)
    self->method_name = pyrog_value_dup_text (&self->call.method);
  return self->method_name;
}

static PyrogValue
as_tuple (const PyrogValue *sequence)
{
  PyrogValue tuple = *sequence;

  tuple.kind = PYROG_KIND_TUPLE;
  return tuple;
}

/**
 * pyrog_invocation_get_args:
 * @self: an invocation
 * @error: return location for an error
 *
 * The positional arguments: a tuple of variants, or of the types of the method's signature.
 *
 * Returns: (transfer none): the arguments, or %NULL with an error if they don't fit into a GVariant
 *
 * Since: 1.0
 */
GVariant *
pyrog_invocation_get_args (PyrogInvocation *self, GError **error)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  if (self->args == NULL)
    {
      PyrogValue tuple = as_tuple (&self->call.args);
      self->args = pyrog_value_to_variant (&tuple, "args", error);
    }
  return self->args;
}

/**
 * pyrog_invocation_get_kwargs:
 * @self: an invocation
 * @error: return location for an error
 *
 * The keyword arguments, of type `a{sv}`.
 *
 * Returns: (transfer none): the arguments, or %NULL with an error if they don't fit into a GVariant
 *
 * Since: 1.0
 */
GVariant *
pyrog_invocation_get_kwargs (PyrogInvocation *self, GError **error)
{
  const PyrogValue empty = { .kind = PYROG_KIND_DICT };

  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  if (self->kwargs == NULL)
    self->kwargs = pyrog_value_to_variant (
        self->call.kwargs.kind == PYROG_KIND_DICT ? &self->call.kwargs : &empty, "kwargs", error);
  return self->kwargs;
}

/**
 * pyrog_invocation_read: (skip)
 * @self: an invocation
 * @error: return location for an error
 * @format: what to read
 * @...: pointers to the variables; %NULL skips an argument
 *
 * Reads the positional arguments into variables, without a GVariant between. The format has one of
 * these for each argument:
 *
 * - `b` (gboolean), `y`, `n`, `q`, `i`, `u`, `x`, `t` (integers of GVariant's sizes), `d` (double)
 * - `s` (char *, to be freed)
 * - `@` and a GVariant type, or `@*` for any (GVariant *, to be unreferenced)
 *
 * Returns: whether number and types of the arguments were right; if not, nothing was written
 *
 * Since: 1.0
 */
gboolean
pyrog_invocation_read (PyrogInvocation *self, GError **error, const char *format, ...)
{
  va_list args;

  g_return_val_if_fail (PYROG_IS_INVOCATION (self), FALSE);
  g_return_val_if_fail (format != NULL && pyrog_format_is_valid (format), FALSE);

  va_start (args, format);
  gboolean ok = pyrog_format_read (self->call.args.items, self->call.args.size, "args", format,
                                   &args, error);
  va_end (args);
  return ok;
}

/**
 * pyrog_invocation_get_connection:
 * @self: an invocation
 *
 * Who calls.
 *
 * Returns: (transfer none) (nullable): the connection
 *
 * Since: 1.0
 */
PyrogConnection *
pyrog_invocation_get_connection (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  return self->connection;
}

/**
 * pyrog_invocation_get_oneway:
 * @self: an invocation
 *
 * Whether the caller waits for no answer. It is answered all the same; the answer goes nowhere.
 *
 * Returns: whether it is a oneway call
 *
 * Since: 1.0
 */
gboolean
pyrog_invocation_get_oneway (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), FALSE);

  return (self->header.flags & PYROG_FLAG_ONEWAY) != 0;
}

/**
 * pyrog_invocation_get_serializer:
 * @self: an invocation
 *
 * How the call was written, and the answer will be.
 *
 * Returns: the serializer
 *
 * Since: 1.0
 */
PyrogSerializer
pyrog_invocation_get_serializer (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), PYROG_SERIALIZER_SERPENT);

  return self->codec->serializer;
}

/**
 * pyrog_invocation_get_annotation:
 * @self: an invocation
 * @id: the four characters of an annotation's name
 *
 * An annotation that the caller sent with the call.
 *
 * Returns: (transfer full) (nullable): its bytes, or %NULL if there is none
 *
 * Since: 1.0
 */
GBytes *
pyrog_invocation_get_annotation (PyrogInvocation *self, const char *id)
{
  PyrogAnnotation annotation;

  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);
  g_return_val_if_fail (id != NULL && strlen (id) == 4, NULL);

  if (!pyrog_message_find_annotation (&self->message, id, &annotation))
    return NULL;
  return g_bytes_new (annotation.data, annotation.size);
}

/**
 * pyrog_invocation_get_correlation_id:
 * @self: an invocation
 *
 * The id by which the caller knows the call and what comes of it.
 *
 * Returns: (transfer full) (nullable): the text of a UUID, or %NULL if the call has none
 *
 * Since: 1.0
 */
char *
pyrog_invocation_get_correlation_id (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  const guint8 *id = self->header.correlation_id;
  if ((self->header.flags & PYROG_FLAG_CORRELATION_ID) == 0)
    return NULL;
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                          id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9],
                          id[10], id[11], id[12], id[13], id[14], id[15]);
}

const PyrogValue *
pyrog_invocation_get_arg_values (PyrogInvocation *self)
{
  return &self->call.args;
}

const PyrogValue *
pyrog_invocation_get_kwarg_values (PyrogInvocation *self)
{
  return &self->call.kwargs;
}

PyrogArena *
pyrog_invocation_get_arena (PyrogInvocation *self)
{
  return self->arena;
}

void
pyrog_invocation_set_arg_values (PyrogInvocation *self, const PyrogValue *args)
{
  self->call.args = *args;
}

void
pyrog_invocation_set_args (PyrogInvocation *self, GVariant *args)
{
  g_clear_pointer (&self->args, g_variant_unref);
  self->args = g_variant_ref_sink (args);
}

PyrogItemStream *
pyrog_invocation_get_stream (PyrogInvocation *self)
{
  return self->stream;
}

/* ---- The answer ---- */

/**
 * pyrog_invocation_is_answered:
 * @self: an invocation
 *
 * Whether the invocation was answered.
 *
 * Returns: whether it was
 *
 * Since: 1.0
 */
gboolean
pyrog_invocation_is_answered (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), TRUE);

  return g_atomic_int_get (&self->answered) != 0;
}

/* Only the first answer counts; a second one is a caller's mistake */
static gboolean
begin_answer (PyrogInvocation *self, PyrogAnswer answer)
{
  if (!g_atomic_int_compare_and_exchange (&self->answered, 0, 1))
    {
      g_critical ("An invocation of %s was answered twice",
                  pyrog_invocation_get_method_name (self));
      return FALSE;
    }
  self->answer = answer;
  return TRUE;
}

static void
end_answer (PyrogInvocation *self)
{
  g_autoptr (PyrogInvocation) alive = g_object_ref (self);

  if (self->answered_func != NULL)
    self->answered_func (self, self->answered_data);
}

/**
 * pyrog_invocation_set_reply_annotation:
 * @self: an invocation that was not answered yet
 * @id: the four ASCII characters of an annotation's name
 * @data: its bytes
 *
 * Sends an annotation with the answer. Names in capitals are reserved for programs; those that Pyro
 * uses itself (`STRM`, `BLBI`) can't be set.
 *
 * Since: 1.0
 */
void
pyrog_invocation_set_reply_annotation (PyrogInvocation *self, const char *id, GBytes *data)
{
  g_return_if_fail (PYROG_IS_INVOCATION (self));
  g_return_if_fail (id != NULL && strlen (id) == 4 && g_str_is_ascii (id));
  g_return_if_fail (strcmp (id, "STRM") != 0 && strcmp (id, "BLBI") != 0);
  g_return_if_fail (data != NULL);

  if (self->annotations == NULL)
    self->annotations
        = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_hash_table_replace (self->annotations, g_strdup (id), g_bytes_ref (data));
}

/**
 * pyrog_invocation_return_value:
 * @self: an invocation
 * @value: (nullable): the result; a floating one is consumed; %NULL is Python's None
 *
 * Answers with a result.
 *
 * Since: 1.0
 */
void
pyrog_invocation_return_value (PyrogInvocation *self, GVariant *value)
{
  g_return_if_fail (PYROG_IS_INVOCATION (self));

  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  if (!begin_answer (self, PYROG_ANSWER_VALUE))
    return;
  self->result = g_steal_pointer (&sunk);
  self->result_value = pyrog_value_none ();
  end_answer (self);
}

/**
 * pyrog_invocation_return_none:
 * @self: an invocation
 *
 * Answers with Python's None, for methods that have no result.
 *
 * Since: 1.0
 */
void
pyrog_invocation_return_none (PyrogInvocation *self)
{
  pyrog_invocation_return_value (self, NULL);
}

/**
 * pyrog_invocation_return: (skip)
 * @self: an invocation
 * @format: the format of the results, as of [method@Invocation.read]; strings are borrowed
 * @...: the results: one is the result itself, several are a tuple, and nothing is None
 *
 * Answers with C variables, without a GVariant between.
 *
 * Since: 1.0
 */
void
pyrog_invocation_return (PyrogInvocation *self, const char *format, ...)
{
  PyrogBuilder builder;
  PyrogValue tuple;
  va_list args;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (PYROG_IS_INVOCATION (self));
  g_return_if_fail (format != NULL && pyrog_format_is_valid (format));

  /* The budget was for the request. Strings are the caller's and gone when the answer is written,
   * so they are copied. */
  pyrog_arena_set_budget (self->arena, 0, 0);
  pyrog_builder_init (&builder, self->arena);
  va_start (args, format);
  pyrog_format_build (&builder, format, &args);
  va_end (args);
  gboolean ok = pyrog_builder_finish (&builder, &tuple, &error);
  pyrog_builder_clear (&builder);
  if (ok && strchr (format, 's') != NULL)
    {
      g_autoptr (GVariant) copy
          = pyrog_value_to_variant (tuple.size == 1 ? &tuple.items[0] : &tuple, "result", &error);
      if (copy != NULL)
        pyrog_invocation_return_value (self, copy);
    }
  else if (ok && begin_answer (self, PYROG_ANSWER_VALUE))
    {
      self->result_value = tuple.size == 0   ? pyrog_value_none ()
                           : tuple.size == 1 ? tuple.items[0]
                                             : tuple;
      end_answer (self);
    }
  if (error != NULL)
    pyrog_invocation_return_gerror (self, error);
}

/**
 * pyrog_invocation_return_stream:
 * @self: an invocation
 * @stream: an item stream
 *
 * Answers with items that the caller will ask for one by one.
 *
 * Since: 1.0
 */
void
pyrog_invocation_return_stream (PyrogInvocation *self, PyrogItemStream *stream)
{
  g_return_if_fail (PYROG_IS_INVOCATION (self));
  g_return_if_fail (PYROG_IS_ITEM_STREAM (stream));

  if (!begin_answer (self, PYROG_ANSWER_STREAM))
    return;
  self->stream = g_object_ref (stream);
  end_answer (self);
}

/**
 * pyrog_invocation_return_gerror:
 * @self: an invocation
 * @error: an error
 *
 * Answers with an exception: of the class that was registered for the error with
 * [func@error_register], of the class that its code of %PYROG_ERROR names, or Pyro5's `PyroError`.
 *
 * Since: 1.0
 */
void
pyrog_invocation_return_gerror (PyrogInvocation *self, const GError *error)
{
  g_return_if_fail (PYROG_IS_INVOCATION (self));
  g_return_if_fail (error != NULL);

  g_autofree char *message = g_utf8_make_valid (error->message, -1);
  pyrog_invocation_return_exception (self, pyrog_error_to_class (error->domain, error->code),
                                     g_variant_new ("(s)", message), NULL);
}

/**
 * pyrog_invocation_return_exception:
 * @self: an invocation
 * @remote_class: the full name of a class, for example `builtins.KeyError`
 * @args: (nullable): a tuple, the arguments of the exception; a floating one is consumed
 * @attributes: (nullable): further attributes of the exception, of type `a{sv}`; a floating one is
 *   consumed
 *
 * Answers with an exception of any class. A Pyro5 client raises it as such if it is one of Python's
 * builtin exceptions or of Pyro5's own; others it has to be told about.
 *
 * Since: 1.0
 */
void
pyrog_invocation_return_exception (PyrogInvocation *self,
                                   const char *remote_class,
                                   GVariant *args,
                                   GVariant *attributes)
{
  g_return_if_fail (PYROG_IS_INVOCATION (self));
  g_return_if_fail (remote_class != NULL);
  g_return_if_fail (args == NULL || g_variant_is_of_type (args, G_VARIANT_TYPE_TUPLE));
  g_return_if_fail (attributes == NULL
                    || g_variant_is_of_type (attributes, G_VARIANT_TYPE_VARDICT));

  g_autoptr (GVariant) sunk_args = args != NULL ? g_variant_ref_sink (args) : NULL;
  g_autoptr (GVariant) sunk_attributes
      = attributes != NULL ? g_variant_ref_sink (attributes) : NULL;
  if (!begin_answer (self, PYROG_ANSWER_ERROR))
    return;
  self->remote_class = g_strdup (remote_class);
  self->result = g_steal_pointer (&sunk_args);
  self->attributes = g_steal_pointer (&sunk_attributes);
  end_answer (self);
}
