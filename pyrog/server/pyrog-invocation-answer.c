/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error-private.h"
#include "pyrog-format.h"
#include "pyrog-invocation-private.h"
#include "pyrog-value-variant.h"

/* How an invocation is answered; what becomes of that is in pyrog-invocation-reply.c */

/**
 * pyrog_invocation_hold:
 * @self: an invocation
 *
 * Says that the answer comes after the handler has returned. The invocation may then be answered in
 * any thread.
 *
 * Returns: (transfer full): a reference on @self
 *
 * Since: 1.0
 */
PyrogInvocation *
pyrog_invocation_hold (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  g_atomic_int_set (&self->held, 1);
  return g_object_ref (self);
}

gboolean
pyrog_invocation_is_held (PyrogInvocation *self)
{
  return g_atomic_int_get (&self->held) != 0;
}

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

void
pyrog_invocation_return_arena_value (PyrogInvocation *self, const PyrogValue *value)
{
  if (!begin_answer (self, PYROG_ANSWER_VALUE))
    return;
  self->result_value = *value;
  end_answer (self);
}

/**
 * pyrog_invocation_return_argument:
 * @self: an invocation
 * @index: the place of a positional argument, from 0 on
 *
 * Answers with one of the call's own arguments, as it came: no GVariant is made of it, so that it
 * may be what has no place in one, such as a tuple of 2000 items. A call that has no such argument
 * is answered with a `TypeError`.
 *
 * Keyword arguments have their places if the method's signature names its parameters. Only methods
 * that were added with [method@Servant.add_handler] get arguments that fit into no GVariant.
 *
 * Since: 1.0
 */
void
pyrog_invocation_return_argument (PyrogInvocation *self, guint index)
{
  g_return_if_fail (PYROG_IS_INVOCATION (self));

  if (index >= self->call.args.size)
    {
      g_autoptr (GError) error = g_error_new (PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                                              _ ("The call has no argument %u"), index);
      pyrog_invocation_return_gerror (self, error);
    }
  else if (begin_answer (self, PYROG_ANSWER_VALUE))
    {
      self->result_value = self->call.args.items[index];
      end_answer (self);
    }
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
  pyrog_format_build (&builder, format, TRUE, &args);
  va_end (args);
  if (pyrog_builder_finish (&builder, &tuple, &error))
    {
      PyrogValue value = tuple.size == 0   ? pyrog_value_none ()
                         : tuple.size == 1 ? tuple.items[0]
                                           : tuple;
      pyrog_invocation_return_arena_value (self, &value);
    }
  pyrog_builder_clear (&builder);
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
  if (self->error == NULL && !pyrog_invocation_is_answered (self))
    self->error = g_error_copy (error);
  pyrog_invocation_return_exception (self, pyrog_error_to_class (error->domain, error->code),
                                     g_variant_new ("(s)", message), NULL);
}

/* The text of an exception with these arguments, as Python has it */
static char *
exception_text (GVariant *args, const char *remote_class)
{
  if (args == NULL || g_variant_n_children (args) == 0)
    return g_strdup (remote_class);
  if (g_variant_is_of_type (args, G_VARIANT_TYPE ("(s)")))
    {
      char *text;
      g_variant_get (args, "(s)", &text);
      return text;
    }
  return g_variant_print (args, FALSE);
}

GError *
pyrog_invocation_dup_error (PyrogInvocation *self)
{
  GQuark domain;
  int code;

  if (self->answer != PYROG_ANSWER_ERROR)
    return NULL;
  if (self->error != NULL)
    return g_error_copy (self->error);
  g_autofree char *text = exception_text (self->result, self->remote_class);
  pyrog_error_from_class (self->remote_class, &domain, &code);
  return g_error_new_literal (domain, code, text);
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
