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
 * Every invocation is answered exactly once, with one of the functions `pyrog_invocation_return_*`
 * or by the error that its handler reports. A handler that will answer later, in any thread, calls
 * [method@Invocation.hold] before it returns. One that does none of these, and an invocation that
 * is held and then dropped, is answered with an exception, so that no caller waits in vain.
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

PyrogChunk *
pyrog_invocation_get_slices (PyrogInvocation *self)
{
  return pyrog_arena_has_large (self->arena) ? self->chunk : NULL;
}

/* Everything but the arena */
static void
release (PyrogInvocation *self)
{
  g_clear_object (&self->whole);
  g_clear_pointer (&self->chunk, pyrog_chunk_unref);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->blob, pyrog_serialized_blob_unref);
  g_clear_object (&self->instance);
  g_clear_pointer (&self->object_id, g_free);
  g_clear_pointer (&self->method_name, g_free);
  g_clear_pointer (&self->args, g_variant_unref);
  g_clear_pointer (&self->kwargs, g_variant_unref);
  g_clear_pointer (&self->result, g_variant_unref);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->remote_class, g_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->attributes, g_variant_unref);
  g_clear_pointer (&self->annotations, g_hash_table_unref);
}

static void
pyrog_invocation_finalize (GObject *object)
{
  PyrogInvocation *self = PYROG_INVOCATION (object);

  if (self->whole == NULL)
    pyrog_arena_unref (self->arena);
  release (self);
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
pyrog_invocation_new_blank (void)
{
  PyrogInvocation *self = g_object_new (PYROG_TYPE_INVOCATION, NULL);

  self->arena = pyrog_arena_new ();
  return self;
}

void
pyrog_invocation_fill (PyrogInvocation *self,
                       const PyrogCodec *codec,
                       const PyrogMessage *message,
                       const PyrogCallParts *call,
                       PyrogChunk *chunk,
                       PyrogConnection *connection)
{
  self->codec = codec;
  self->header = message->header;
  self->message = *message;
  self->call = *call;
  self->chunk = chunk != NULL ? pyrog_chunk_ref (chunk) : NULL;
  self->connection = connection != NULL ? g_object_ref (connection) : NULL;
}

gboolean
pyrog_invocation_reset (PyrogInvocation *self)
{
  const gsize inherited = sizeof self->parent_instance;
  GObject *object = G_OBJECT (self);
  /* That of a call in a batch is the batch's */
  PyrogArena *arena = self->whole == NULL ? self->arena : NULL;

  /* Weak references, the objects of languages and the like are data of the object */
  if (g_atomic_int_get (&object->ref_count) != 1 || g_atomic_pointer_get (&object->qdata) != NULL
      || (arena != NULL && pyrog_arena_is_shared (arena)))
    return FALSE;
  release (self);
  memset ((guint8 *) self + inherited, 0, sizeof *self - inherited);
  if (arena != NULL)
    pyrog_arena_reset (arena);
  self->arena = arena;
  return TRUE;
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

  self->arena = arena;
  pyrog_invocation_fill (self, codec, message, call, chunk, connection);
  return self;
}

PyrogInvocation *
pyrog_invocation_new_member (PyrogInvocation *whole, const PyrogValue *call, PyrogInvocation *blank)
{
  const PyrogCallParts parts
      = { whole->call.object, call->items[0], call->items[1], call->items[2] };
  PyrogInvocation *self = blank != NULL ? blank : g_object_new (PYROG_TYPE_INVOCATION, NULL);

  self->arena = whole->arena;
  pyrog_invocation_fill (self, whole->codec, &whole->message, &parts, whole->chunk,
                         whole->connection);
  self->whole = g_object_ref (whole);
  if (whole->instance != NULL)
    self->instance = g_object_ref (whole->instance);
  return self;
}

void
pyrog_invocation_set_blob (PyrogInvocation *self, PyrogSerializedBlob *blob)
{
  self->blob = blob != NULL ? pyrog_serialized_blob_ref (blob) : NULL;
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

/* Peers may send anything in the place of a name */
static char *
dup_name (const PyrogValue *value)
{
  return value->kind == PYROG_KIND_STR ? pyrog_value_dup_text (value) : g_strdup ("");
}

/**
 * pyrog_invocation_get_object_id:
 * @self: an invocation
 *
 * The id of the object that is called.
 *
 * Returns: (transfer none): the id; empty if the caller sent something else than a str
 *
 * Since: 1.0
 */
const char *
pyrog_invocation_get_object_id (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  if (self->object_id == NULL)
    self->object_id = dup_name (&self->call.object);
  return self->object_id;
}

/**
 * pyrog_invocation_get_method_name:
 * @self: an invocation
 *
 * The name of the method that is called.
 *
 * Returns: (transfer none): the name; empty if the caller sent something else than a str
 *
 * Since: 1.0
 */
const char *
pyrog_invocation_get_method_name (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  if (self->method_name == NULL)
    self->method_name = dup_name (&self->call.method);
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
 * The positional arguments: a tuple of variants, or of the types of the method's signature. Bytes
 * of 64 KiB and more are in the memory of the whole request, which they keep.
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
      self->args = pyrog_value_to_variant_sliced (&tuple, G_VARIANT_TYPE_ANY, "args",
                                                  pyrog_invocation_get_slices (self), error);
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
    self->kwargs = pyrog_value_to_variant_sliced (
        self->call.kwargs.kind == PYROG_KIND_DICT ? &self->call.kwargs : &empty, G_VARIANT_TYPE_ANY,
        "kwargs", pyrog_invocation_get_slices (self), error);
  return self->kwargs;
}

/**
 * pyrog_invocation_get_blob:
 * @self: an invocation
 *
 * The argument, if it is a blob. It has no other then, and [method@Invocation.get_args] is empty.
 *
 * Returns: (transfer none) (nullable): the blob, or %NULL if the arguments are ordinary ones
 *
 * Since: 1.0
 */
PyrogSerializedBlob *
pyrog_invocation_get_blob (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  return self->blob;
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
  gboolean ok = pyrog_format_read (&self->call.args, pyrog_invocation_get_slices (self), "args",
                                   format, &args, error);
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
 * pyrog_invocation_get_session:
 * @self: an invocation
 *
 * A number for the connection over which the call came, as of [method@Connection.get_session]: for
 * programs that keep something for each client. They drop it when
 * [signal@Daemon::client-disconnected] says so.
 *
 * Returns: the number; 0 without a connection
 *
 * Since: 1.0
 */
guint64
pyrog_invocation_get_session (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), 0);

  return self->connection != NULL ? pyrog_connection_get_session (self->connection) : 0;
}

/**
 * pyrog_invocation_get_instance:
 * @self: an invocation
 *
 * The object that is called, of those that were made for [method@Daemon.register_factory] or
 * [method@Daemon.register_type].
 *
 * Returns: (transfer none) (nullable): the object, or %NULL if the servant itself was registered
 *
 * Since: 1.0
 */
GObject *
pyrog_invocation_get_instance (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  return self->instance;
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
 * pyrog_invocation_get_annotations:
 * @self: an invocation
 *
 * All annotations that the caller sent with the call, of type `a{say}`, among them those of Pyro
 * itself. Of several with the same name it has the last one.
 *
 * Returns: (transfer full): the annotations
 *
 * Since: 1.0
 */
GVariant *
pyrog_invocation_get_annotations (PyrogInvocation *self)
{
  PyrogAnnotation annotation, last;
  GVariantBuilder builder;
  gsize offset = 0;

  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{say}"));
  while (pyrog_message_next_annotation (&self->message, &offset, &annotation))
    if (pyrog_message_find_annotation (&self->message, annotation.id, &last)
        && last.data == annotation.data)
      g_variant_builder_add (
          &builder, "{s@ay}", annotation.id,
          g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, annotation.data, annotation.size, 1));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * pyrog_invocation_get_sequence:
 * @self: an invocation
 *
 * The number that the caller gave the call, which its reply repeats. Callers count from any number,
 * and begin again after 65535.
 *
 * Returns: the sequence number
 *
 * Since: 1.0
 */
guint
pyrog_invocation_get_sequence (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), 0);

  return self->header.seq;
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

void
pyrog_invocation_take_instance (PyrogInvocation *self, GObject *instance)
{
  g_clear_object (&self->instance);
  self->instance = instance;
}
