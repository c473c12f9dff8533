/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-outcome.h"

#include "pyrog-outcome-private.h"

/**
 * PyrogOutcome:
 *
 * How a call ended: how far it got, and what the peer answered besides the result.
 *
 * A failed call's outcome is found with [func@error_get_outcome]; every call's, with
 * [method@Proxy.call_full_sync]. Immutable, usable in any thread.
 *
 * Since: 1.0
 */
struct _PyrogOutcome
{
  gatomicrefcount refs;
  PyrogExecution execution;
  char *remote_class;    /* (owned) (nullable) */
  GVariant *args;        /* (owned) (nullable) */
  GVariant *attributes;  /* (owned) (nullable) */
  char **traceback;      /* (owned) (nullable) */
  GVariant *value;       /* (owned) (nullable) */
  GVariant *annotations; /* (owned) (nullable) */
  char *correlation_id;  /* (owned) (nullable) */
};

G_DEFINE_BOXED_TYPE (PyrogOutcome, pyrog_outcome, pyrog_outcome_ref, pyrog_outcome_unref)

static GVariant *
ref_or_null (GVariant *variant)
{
  return variant != NULL ? g_variant_ref_sink (variant) : NULL;
}

PyrogOutcome *
pyrog_outcome_new (const PyrogOutcomeParts *parts)
{
  PyrogOutcome *self = g_new0 (PyrogOutcome, 1);

  g_atomic_ref_count_init (&self->refs);
  self->execution = parts->execution;
  self->remote_class = g_strdup (parts->remote_class);
  self->args = ref_or_null (parts->args);
  self->attributes = ref_or_null (parts->attributes);
  self->traceback = g_strdupv ((char **) parts->traceback);
  self->value = ref_or_null (parts->value);
  self->annotations = ref_or_null (parts->annotations);
  self->correlation_id = g_strdup (parts->correlation_id);
  return self;
}

/**
 * pyrog_outcome_ref:
 * @self: an outcome
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
PyrogOutcome *
pyrog_outcome_ref (PyrogOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * pyrog_outcome_unref:
 * @self: (transfer full): an outcome
 *
 * Drops a reference.
 *
 * Since: 1.0
 */
void
pyrog_outcome_unref (PyrogOutcome *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->remote_class);
  g_clear_pointer (&self->args, g_variant_unref);
  g_clear_pointer (&self->attributes, g_variant_unref);
  g_strfreev (self->traceback);
  g_clear_pointer (&self->value, g_variant_unref);
  g_clear_pointer (&self->annotations, g_variant_unref);
  g_free (self->correlation_id);
  g_free (self);
}

/**
 * pyrog_outcome_get_execution:
 * @self: an outcome
 *
 * How far the call got. Only a call that was certainly not sent may be repeated without thought.
 *
 * Returns: how far
 *
 * Since: 1.0
 */
PyrogExecution
pyrog_outcome_get_execution (PyrogOutcome *self)
{
  g_return_val_if_fail (self != NULL, PYROG_EXECUTION_MAYBE);

  return self->execution;
}

/**
 * pyrog_outcome_get_remote_class:
 * @self: an outcome
 *
 * The class of the exception that the peer answered with, for example `builtins.ValueError`.
 *
 * Returns: (nullable): the class, or %NULL if the peer answered with no exception
 *
 * Since: 1.0
 */
const char *
pyrog_outcome_get_remote_class (PyrogOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->remote_class;
}

/**
 * pyrog_outcome_get_args:
 * @self: an outcome
 *
 * The arguments of the peer's exception.
 *
 * Returns: (transfer none) (nullable): a tuple
 *
 * Since: 1.0
 */
GVariant *
pyrog_outcome_get_args (PyrogOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->args;
}

/**
 * pyrog_outcome_get_attributes:
 * @self: an outcome
 *
 * The attributes of the peer's exception, of type `a{sv}`.
 *
 * Returns: (transfer none) (nullable): the attributes
 *
 * Since: 1.0
 */
GVariant *
pyrog_outcome_get_attributes (PyrogOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->attributes;
}

/**
 * pyrog_outcome_get_traceback:
 * @self: an outcome
 *
 * The traceback of the peer's exception: pieces of text, most of them with a line break at the end.
 *
 * Returns: (transfer none) (nullable): the traceback
 *
 * Since: 1.0
 */
const char *const *
pyrog_outcome_get_traceback (PyrogOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->traceback;
}

/**
 * pyrog_outcome_get_value:
 * @self: an outcome
 *
 * The result of a call that the peer answered without an exception.
 *
 * Returns: (transfer none) (nullable): the value
 *
 * Since: 1.0
 */
GVariant *
pyrog_outcome_get_value (PyrogOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->value;
}

/**
 * pyrog_outcome_get_annotations:
 * @self: an outcome
 *
 * The annotations of the answer, of type `a{say}`.
 *
 * Returns: (transfer none) (nullable): the annotations
 *
 * Since: 1.0
 */
GVariant *
pyrog_outcome_get_annotations (PyrogOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->annotations;
}

/**
 * pyrog_outcome_get_correlation_id:
 * @self: an outcome
 *
 * The correlation id of the answer, which tells calls that belong together.
 *
 * Returns: (transfer none) (nullable): the id, a UUID, or %NULL if the answer had none
 *
 * Since: 1.0
 */
const char *
pyrog_outcome_get_correlation_id (PyrogOutcome *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->correlation_id;
}
