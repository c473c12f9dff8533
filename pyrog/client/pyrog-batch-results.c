/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-batch-results.h"

#include <glib/gi18n-lib.h>

#include "pyrog-batch-results-private.h"
#include "pyrog-proxy-private.h"
#include "pyrog-remote-error.h"
#include "pyrog-format.h"
#include "pyrog-value-variant.h"

#define WRAPPER_CLASS "Pyro5.core._ExceptionWrapper"

/**
 * PyrogBatchResults:
 *
 * What the calls of a [class@Batch] returned, in their order.
 *
 * The daemon carries the calls out one after another and stops at the first that fails. So the
 * results are read up to the end or to an error, which is that of the call whose turn it is; later
 * calls were not made.
 *
 * Only one thread at a time may use it.
 *
 * Since: 1.0
 */
struct _PyrogBatchResults
{
  GObject parent_instance;

  PyrogCall *call; /* (owned) has the results */
  guint next;
  gboolean failed; /* the last result that was read was an error */
};

G_DEFINE_FINAL_TYPE (PyrogBatchResults, pyrog_batch_results, G_TYPE_OBJECT)

static void
pyrog_batch_results_finalize (GObject *object)
{
  PyrogBatchResults *self = PYROG_BATCH_RESULTS (object);

  pyrog_call_unref (self->call);
  G_OBJECT_CLASS (pyrog_batch_results_parent_class)->finalize (object);
}

static void
pyrog_batch_results_class_init (PyrogBatchResultsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pyrog_batch_results_finalize;
}

static void
pyrog_batch_results_init (PyrogBatchResults *self)
{
}

static const PyrogValue *
get_exception (const PyrogValue *result)
{
  const PyrogValue *name = pyrog_value_lookup (result, "__class__");

  if (name == NULL || !pyrog_value_is_text (name, WRAPPER_CLASS))
    return NULL;
  return pyrog_value_lookup (result, "exception");
}

/* As many results as calls, or fewer of which the last is an exception */
static gboolean
are_results_of (const PyrogValue *results, guint n_calls)
{
  if (results->kind != PYROG_KIND_LIST && results->kind != PYROG_KIND_TUPLE)
    return FALSE;
  if (results->size == n_calls)
    return TRUE;
  return results->size > 0 && results->size < n_calls
         && get_exception (&results->items[results->size - 1]) != NULL;
}

PyrogBatchResults *
pyrog_batch_results_new (PyrogCall *call, guint n_calls, GError **error)
{
  if (call->error != NULL)
    {
      g_propagate_error (error, g_error_copy (call->error));
      return NULL;
    }
  if (call->stream_id != NULL || !are_results_of (&call->result, n_calls))
    {
      GError *failure = g_error_new (PYROG_ERROR, PYROG_ERROR_PROTOCOL,
                                     _ ("The answer is not the results of %u calls"), n_calls);
      pyrog_proxy_set_answered (failure);
      g_propagate_error (error, failure);
      return NULL;
    }
  PyrogBatchResults *self = g_object_new (PYROG_TYPE_BATCH_RESULTS, NULL);
  self->call = pyrog_call_ref (call);

  return self;
}

/**
 * pyrog_batch_results_get_size:
 * @self: results
 *
 * How many calls were made: all of the batch, or those up to the first that failed, which counts.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
pyrog_batch_results_get_size (PyrogBatchResults *self)
{
  g_return_val_if_fail (PYROG_IS_BATCH_RESULTS (self), 0);

  return self->call->result.size;
}

static void
take_exception (PyrogBatchResults *self, const PyrogValue *exception, GError **error)
{
  const PyrogOutcomeParts reply = pyrog_call_get_reply_parts (self->call);
  g_autoptr (PyrogOutcome) outcome = NULL;

  self->failed = TRUE;
  g_propagate_error (error, pyrog_remote_error_new (exception, &reply, &outcome));
}

/* The next one; NULL: there is none, or it is an error */
static const PyrogValue *
take_next (PyrogBatchResults *self, GError **error)
{
  if (self->failed || self->next == self->call->result.size)
    return NULL;
  const PyrogValue *result = &self->call->result.items[self->next++];
  const PyrogValue *exception = get_exception (result);
  if (exception == NULL)
    return result;
  take_exception (self, exception, error);
  return NULL;
}

/**
 * pyrog_batch_results_next:
 * @self: results
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @error: return location for an error
 *
 * Takes the next result. A result that is not of the wanted type is an error too; the one after it
 * can still be read.
 *
 * Returns: (transfer full) (nullable): the result, or %NULL at the end (without an error) or if the
 * call failed
 *
 * Since: 1.0
 */
GVariant *
pyrog_batch_results_next (PyrogBatchResults *self, const char *reply_type, GError **error)
{
  GError *failure = NULL;

  g_return_val_if_fail (PYROG_IS_BATCH_RESULTS (self), NULL);
  g_return_val_if_fail (pyrog_proxy_is_reply_type (reply_type), NULL);

  const PyrogValue *result = take_next (self, error);
  if (result == NULL)
    return NULL;
  GVariant *variant = pyrog_value_to_variant_sliced (
      result, reply_type != NULL ? (const GVariantType *) reply_type : G_VARIANT_TYPE_ANY, "result",
      pyrog_call_get_slices (self->call), &failure);
  if (variant == NULL)
    {
      pyrog_proxy_set_answered (failure);
      g_propagate_error (error, failure);
    }
  return variant;
}

/**
 * pyrog_batch_results_read: (skip)
 * @self: results
 * @error: return location for an error
 * @format: the format of the result, as of [method@Proxy.invoke_sync]
 * @...: pointers to the variables for the result
 *
 * Takes the next result like [method@BatchResults.next], without making a GVariant of it.
 *
 * Returns: whether there was one; %FALSE without an error at the end
 *
 * Since: 1.0
 */
gboolean
pyrog_batch_results_read (PyrogBatchResults *self, GError **error, const char *format, ...)
{
  GError *failure = NULL;
  va_list args;

  g_return_val_if_fail (PYROG_IS_BATCH_RESULTS (self), FALSE);
  g_return_val_if_fail (format != NULL && pyrog_format_is_valid (format), FALSE);

  const PyrogValue *result = take_next (self, error);
  if (result == NULL)
    return FALSE;
  va_start (args, format);
  gboolean ok = pyrog_format_read_result (result, pyrog_call_get_slices (self->call), format, &args,
                                          &failure);
  va_end (args);
  if (ok)
    return TRUE;
  pyrog_proxy_set_answered (failure);
  g_propagate_error (error, failure);
  return FALSE;
}
