/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-batch.h"

#include <string.h>

#include "pyrog-batch-results-private.h"
#include "pyrog-call-options-private.h"
#include "pyrog-proxy-private.h"
#include "pyrog-format.h"
#include "pyrog-value-variant.h"

#define BATCH_METHOD "<batch>"

/**
 * PyrogBatch:
 *
 * Calls of methods of one remote object that travel together, in one message, and whose results
 * come back in one message: for many small calls, a hundred times as fast as one by one.
 *
 * ```c
 * g_autoptr(PyrogBatch) batch = pyrog_batch_new (calc);
 * pyrog_batch_add (batch, "add", g_variant_new ("(ii)", 3, 4));
 * pyrog_batch_add (batch, "add", g_variant_new ("(ii)", 5, 6));
 * g_autoptr(PyrogBatchResults) results = pyrog_batch_submit_sync (batch, NULL, &error);
 * ```
 *
 * The daemon carries the calls out in order, and stops at the first one that raises an exception;
 * see [class@BatchResults]. A call that may not be made at all, because there is no such method,
 * fails the whole batch, as does a result that can't be sent, such as an item stream; the calls
 * before it have been carried out. Attributes can't be accessed in a batch.
 *
 * Submitting empties the batch, whatever comes of it, so that it can be filled again at once. A
 * batch is never repeated unasked.
 *
 * Only one thread at a time may use a batch.
 *
 * Since: 1.0
 */
struct _PyrogBatch
{
  GObject parent_instance;

  PyrogProxy *proxy;         /* (owned) */
  PyrogCallOptions *options; /* (owned) (nullable) */
  PyrogArena *arena;         /* (owned) has the calls' parts */
  GArray *calls;             /* (owned) (element-type PyrogValue) tuples of three */
  GError *error;             /* (owned) (nullable) why a call could not be added */
};

typedef enum
{
  PROP_PROXY = 1,
} Property;

static GParamSpec *properties[PROP_PROXY + 1];

G_DEFINE_FINAL_TYPE (PyrogBatch, pyrog_batch, G_TYPE_OBJECT)

static void
pyrog_batch_constructed (GObject *object)
{
  PyrogBatch *self = PYROG_BATCH (object);

  self->arena = pyrog_arena_new ();
  self->calls = g_array_new (FALSE, FALSE, sizeof (PyrogValue));
  G_OBJECT_CLASS (pyrog_batch_parent_class)->constructed (object);
}

static void
pyrog_batch_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  PyrogBatch *self = PYROG_BATCH (object);

  switch ((Property) id)
    {
    case PROP_PROXY:
      g_value_set_object (value, self->proxy);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_batch_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  PyrogBatch *self = PYROG_BATCH (object);

  switch ((Property) id)
    {
    case PROP_PROXY:
      self->proxy = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_batch_finalize (GObject *object)
{
  PyrogBatch *self = PYROG_BATCH (object);

  g_clear_object (&self->proxy);
  g_clear_pointer (&self->options, pyrog_call_options_free);
  g_array_unref (self->calls);
  pyrog_arena_unref (self->arena);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (pyrog_batch_parent_class)->finalize (object);
}

static void
pyrog_batch_class_init (PyrogBatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = pyrog_batch_constructed;
  object_class->get_property = pyrog_batch_get_property;
  object_class->set_property = pyrog_batch_set_property;
  object_class->finalize = pyrog_batch_finalize;

  /**
   * PyrogBatch:proxy:
   *
   * Where the calls go.
   *
   * Since: 1.0
   */
  properties[PROP_PROXY]
      = g_param_spec_object ("proxy", NULL, NULL, PYROG_TYPE_PROXY,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
pyrog_batch_init (PyrogBatch *self)
{
}

/**
 * pyrog_batch_new:
 * @proxy: where the calls go
 *
 * Makes an empty batch.
 *
 * Returns: (transfer full): the batch
 *
 * Since: 1.0
 */
PyrogBatch *
pyrog_batch_new (PyrogProxy *proxy)
{
  g_return_val_if_fail (PYROG_IS_PROXY (proxy), NULL);

  return g_object_new (PYROG_TYPE_BATCH, "proxy", proxy, NULL);
}

/**
 * pyrog_batch_get_proxy:
 * @self: a batch
 *
 * Where the calls go.
 *
 * Returns: (transfer none): the proxy
 *
 * Since: 1.0
 */
PyrogProxy *
pyrog_batch_get_proxy (PyrogBatch *self)
{
  g_return_val_if_fail (PYROG_IS_BATCH (self), NULL);

  return self->proxy;
}

/**
 * pyrog_batch_get_size:
 * @self: a batch
 *
 * How many calls were added and not submitted.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
pyrog_batch_get_size (PyrogBatch *self)
{
  g_return_val_if_fail (PYROG_IS_BATCH (self), 0);

  return self->calls->len;
}

/**
 * pyrog_batch_set_options:
 * @self: a batch
 * @options: (nullable): what else is to be said, or %NULL for nothing
 *
 * Sets timeout, annotations and correlation id of the messages that the batch is submitted with.
 * Whether they are oneway and idempotent is not up to the options.
 *
 * Since: 1.0
 */
void
pyrog_batch_set_options (PyrogBatch *self, PyrogCallOptions *options)
{
  g_return_if_fail (PYROG_IS_BATCH (self));

  g_clear_pointer (&self->options, pyrog_call_options_free);
  if (options != NULL)
    self->options = pyrog_call_options_copy (options);
}

/* ---- Filling ---- */

/**
 * pyrog_batch_add:
 * @self: a batch
 * @method: the name of a method
 * @args: (nullable): the arguments, a tuple; a floating one is consumed
 *
 * Adds a call.
 *
 * Since: 1.0
 */
void
pyrog_batch_add (PyrogBatch *self, const char *method, GVariant *args)
{
  pyrog_batch_add_full (self, method, args, NULL);
}

/* Its name, and no arguments yet */
static PyrogValue *
new_parts (PyrogBatch *self, const char *method, GError **error)
{
  PyrogValue *parts = pyrog_arena_alloc (self->arena, 3 * sizeof *parts, error);
  char *name = pyrog_arena_copy (self->arena, method, strlen (method) + 1, error);

  if (parts == NULL || name == NULL)
    return NULL;
  parts[0] = pyrog_value_text (name);
  parts[1] = (PyrogValue){ .kind = PYROG_KIND_TUPLE };
  parts[2] = (PyrogValue){ .kind = PYROG_KIND_DICT };
  return parts;
}

static void
add_parts (PyrogBatch *self, const PyrogValue *parts)
{
  const PyrogValue call = { .kind = PYROG_KIND_TUPLE, .size = 3, .items = parts };

  g_array_append_val (self->calls, call);
}

static void
add_call (PyrogBatch *self, const char *method, GVariant *args, GVariant *kwargs, GError **error)
{
  PyrogValue *parts = new_parts (self, method, error);

  if (parts != NULL
      && (args == NULL || pyrog_value_from_variant (self->arena, args, &parts[1], error))
      && (kwargs == NULL || pyrog_value_from_variant (self->arena, kwargs, &parts[2], error)))
    add_parts (self, parts);
}

/**
 * pyrog_batch_add_full:
 * @self: a batch
 * @method: the name of a method
 * @args: (nullable): the positional arguments, a tuple; a floating one is consumed
 * @kwargs: (nullable): the keyword arguments, of type `a{sv}`; a floating one is consumed
 *
 * Adds a call. If the arguments can't be sent, submitting the batch fails and tells why.
 *
 * Since: 1.0
 */
void
pyrog_batch_add_full (PyrogBatch *self, const char *method, GVariant *args, GVariant *kwargs)
{
  g_return_if_fail (PYROG_IS_BATCH (self));
  g_return_if_fail (method != NULL && *method != '\0' && g_utf8_validate (method, -1, NULL));
  g_return_if_fail (args == NULL || g_variant_is_of_type (args, G_VARIANT_TYPE_TUPLE));
  g_return_if_fail (kwargs == NULL || g_variant_is_of_type (kwargs, G_VARIANT_TYPE_VARDICT));

  g_autoptr (GVariant) sunk_args = args != NULL ? g_variant_ref_sink (args) : NULL;
  g_autoptr (GVariant) sunk_kwargs = kwargs != NULL ? g_variant_ref_sink (kwargs) : NULL;
  if (self->error == NULL)
    add_call (self, method, sunk_args, sunk_kwargs, &self->error);
}

/**
 * pyrog_batch_append: (skip)
 * @self: a batch
 * @method: the name of a method
 * @format: the format of the arguments, as of [method@Invocation.return]
 * @...: the arguments
 *
 * Adds a call, without making a GVariant of its arguments. If they can't be sent, submitting the
 * batch fails and tells why.
 *
 * Since: 1.0
 */
void
pyrog_batch_append (PyrogBatch *self, const char *method, const char *format, ...)
{
  PyrogBuilder builder;
  va_list args;

  g_return_if_fail (PYROG_IS_BATCH (self));
  g_return_if_fail (method != NULL && *method != '\0' && g_utf8_validate (method, -1, NULL));
  g_return_if_fail (format != NULL && pyrog_format_is_valid (format));

  if (self->error != NULL)
    return;
  PyrogValue *parts = new_parts (self, method, &self->error);
  pyrog_builder_init (&builder, self->arena);
  va_start (args, format);
  pyrog_format_build (&builder, format, TRUE, &args);
  va_end (args);
  if (parts != NULL && pyrog_builder_finish (&builder, &parts[1], &self->error))
    add_parts (self, parts);
  pyrog_builder_clear (&builder);
}

static void
empty (PyrogBatch *self)
{
  g_array_set_size (self->calls, 0);
  self->arena = pyrog_arena_renew (self->arena);
  g_clear_error (&self->error);
}

/* ---- Submitting ---- */

/* The message of all calls; empties the batch */
static PyrogCall *
make_call (PyrogBatch *self, gboolean oneway, GError **error)
{
  g_autoptr (PyrogCallOptions) options
      = self->options != NULL ? pyrog_call_options_copy (self->options) : pyrog_call_options_new ();
  PyrogRequest request = pyrog_proxy_make_request (self->proxy, BATCH_METHOD, options);
  const PyrogValue calls = { .kind = PYROG_KIND_LIST,
                             .size = self->calls->len,
                             .items = (const PyrogValue *) self->calls->data };
  const PyrogValue none = pyrog_value_none ();
  PyrogCall *call = NULL;

  options->oneway = oneway;
  options->idempotent = FALSE;
  request.kind = PYROG_MEMBER_ANY;
  request.flags = PYROG_FLAG_BATCH;
  if (self->error == NULL)
    call = pyrog_request_make_call (&request, &calls, &none, self->arena, error);
  else
    g_propagate_error (error, pyrog_request_not_sent (g_steal_pointer (&self->error)));
  if (call != NULL)
    call->retries = 0;
  empty (self);
  return call;
}

static PyrogCall *
submit_sync (PyrogBatch *self, gboolean oneway, GCancellable *cancellable, GError **error)
{
  PyrogCall *call = make_call (self, oneway, error);

  if (call != NULL)
    pyrog_session_wait (self->proxy->session, call, cancellable);
  return call;
}

typedef struct
{
  PyrogCall *call; /* (owned) (nullable) once it is done */
  guint n_calls;
} Submission;

static void
free_submission (gpointer data)
{
  Submission *submission = data;

  g_clear_pointer (&submission->call, pyrog_call_unref);
  g_free (submission);
}

static void
submitted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Submission *submission = g_task_get_task_data (task);
  GError *error = NULL;

  submission->call
      = pyrog_proxy_finish_call (PYROG_PROXY (object), result, pyrog_batch_submit, &error);
  if (submission->call == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
submit (PyrogBatch *self,
        gboolean oneway,
        GCancellable *cancellable,
        GAsyncReadyCallback callback,
        gpointer user_data,
        gpointer tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Submission *submission = g_new0 (Submission, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE);
  submission->n_calls = self->calls->len;
  g_task_set_task_data (task, submission, free_submission);
  PyrogCall *call = make_call (self, oneway, &error);
  pyrog_proxy_begin_async (self->proxy, call, error, NULL, cancellable, submitted_cb, task,
                           pyrog_batch_submit);
}

/* NULL with an error if the batch failed */
static Submission *
finish (PyrogBatch *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_return_val_if_fail (PYROG_IS_BATCH (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tag), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_task_get_task_data (G_TASK (result));
}

/**
 * pyrog_batch_submit:
 * @self: a batch
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when the results are there
 * @user_data: (closure): for @callback
 *
 * Makes the calls that were added. The batch is empty at once. If it is cancelled after its message
 * was sent, the calls may have been carried out.
 *
 * Since: 1.0
 */
void
pyrog_batch_submit (PyrogBatch *self,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_return_if_fail (PYROG_IS_BATCH (self));

  submit (self, FALSE, cancellable, callback, user_data, pyrog_batch_submit);
}

/**
 * pyrog_batch_submit_finish:
 * @self: a batch
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Batch.submit] began.
 *
 * Returns: (transfer full): the results, or %NULL if the batch failed as a whole
 *
 * Since: 1.0
 */
PyrogBatchResults *
pyrog_batch_submit_finish (PyrogBatch *self, GAsyncResult *result, GError **error)
{
  Submission *submission = finish (self, result, pyrog_batch_submit, error);

  if (submission == NULL)
    return NULL;
  return pyrog_batch_results_new (submission->call, submission->n_calls, error);
}

/**
 * pyrog_batch_submit_sync:
 * @self: a batch
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes the calls that were added, and waits for their results; see [method@Batch.submit].
 *
 * Returns: (transfer full): the results, or %NULL if the batch failed as a whole
 *
 * Since: 1.0
 */
PyrogBatchResults *
pyrog_batch_submit_sync (PyrogBatch *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_BATCH (self), NULL);

  guint n_calls = self->calls->len;
  g_autoptr (PyrogCall) call = submit_sync (self, FALSE, cancellable, error);
  return call != NULL ? pyrog_batch_results_new (call, n_calls, error) : NULL;
}

/**
 * pyrog_batch_submit_oneway:
 * @self: a batch
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when the message was handed to the kernel
 * @user_data: (closure): for @callback
 *
 * Sends the calls that were added, and waits for no results. The daemon makes them in their order,
 * up to the first that fails; nobody learns of that.
 *
 * Since: 1.0
 */
void
pyrog_batch_submit_oneway (PyrogBatch *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (PYROG_IS_BATCH (self));

  submit (self, TRUE, cancellable, callback, user_data, pyrog_batch_submit_oneway);
}

static gboolean
succeeded (PyrogCall *call, GError **error)
{
  if (call->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (call->error));
  return FALSE;
}

/**
 * pyrog_batch_submit_oneway_finish:
 * @self: a batch
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Batch.submit_oneway] began.
 *
 * Returns: whether the message was handed to the kernel
 *
 * Since: 1.0
 */
gboolean
pyrog_batch_submit_oneway_finish (PyrogBatch *self, GAsyncResult *result, GError **error)
{
  Submission *submission = finish (self, result, pyrog_batch_submit_oneway, error);

  return submission != NULL && succeeded (submission->call, error);
}

/**
 * pyrog_batch_submit_oneway_sync:
 * @self: a batch
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Sends the calls that were added, and waits for no results; see [method@Batch.submit_oneway].
 *
 * Returns: whether the message was handed to the kernel
 *
 * Since: 1.0
 */
gboolean
pyrog_batch_submit_oneway_sync (PyrogBatch *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_BATCH (self), FALSE);

  g_autoptr (PyrogCall) call = submit_sync (self, TRUE, cancellable, error);
  return call != NULL && succeeded (call, error);
}
