/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-format.h"
#include "pyrog-proxy-private.h"

/* The methods of the remote object */

/**
 * pyrog_proxy_call_full:
 * @self: a proxy
 * @method: the name of a method
 * @args: (nullable): the positional arguments, a tuple; a floating one is consumed
 * @kwargs: (nullable): the keyword arguments, of type `a{sv}`; a floating one is consumed
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @options: (nullable): what else is to be said
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Calls a method. A method that the daemon says is oneway succeeds when the request was handed to
 * the kernel. A call that is cancelled after its request was sent may have been executed.
 *
 * Since: 1.0
 */
void
pyrog_proxy_call_full (PyrogProxy *self,
                       const char *method,
                       GVariant *args,
                       GVariant *kwargs,
                       const char *reply_type,
                       PyrogCallOptions *options,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (method != NULL && *method != '\0');
  g_return_if_fail (args == NULL || g_variant_is_of_type (args, G_VARIANT_TYPE_TUPLE));
  g_return_if_fail (kwargs == NULL || g_variant_is_of_type (kwargs, G_VARIANT_TYPE_VARDICT));
  g_return_if_fail (pyrog_proxy_is_reply_type (reply_type));

  const PyrogRequest request = pyrog_proxy_make_request (self, method, options);
  PyrogCall *call = pyrog_request_make_call_of_variants (&request, args, kwargs, &error);
  pyrog_proxy_begin_async (self, call, error, reply_type, cancellable, callback, user_data,
                           pyrog_proxy_call_full);
}

/**
 * pyrog_proxy_call_full_finish:
 * @self: a proxy
 * @result: what the callback got
 * @outcome: (out) (optional) (transfer full) (nullable): how the call ended, whether it failed or
 * not
 * @error: return location for an error
 *
 * Ends what [method@Proxy.call_full] began.
 *
 * Returns: (transfer full): the result; for a oneway method nothing of type `mv`
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_full_finish (PyrogProxy *self,
                              GAsyncResult *result,
                              PyrogOutcome **outcome,
                              GError **error)
{
  return pyrog_proxy_finish_async (self, result, pyrog_proxy_call_full, outcome, error);
}

/**
 * pyrog_proxy_call_full_sync:
 * @self: a proxy
 * @method: the name of a method
 * @args: (nullable): the positional arguments, a tuple; a floating one is consumed
 * @kwargs: (nullable): the keyword arguments, of type `a{sv}`; a floating one is consumed
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @options: (nullable): what else is to be said
 * @cancellable: (nullable): a cancellable
 * @outcome: (out) (optional) (transfer full) (nullable): how the call ended, whether it failed or
 * not
 * @error: return location for an error
 *
 * Calls a method and waits; see [method@Proxy.call_full].
 *
 * Returns: (transfer full): the result; for a oneway method nothing of type `mv`
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_full_sync (PyrogProxy *self,
                            const char *method,
                            GVariant *args,
                            GVariant *kwargs,
                            const char *reply_type,
                            PyrogCallOptions *options,
                            GCancellable *cancellable,
                            PyrogOutcome **outcome,
                            GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (args == NULL || g_variant_is_of_type (args, G_VARIANT_TYPE_TUPLE), NULL);
  g_return_val_if_fail (kwargs == NULL || g_variant_is_of_type (kwargs, G_VARIANT_TYPE_VARDICT),
                        NULL);
  g_return_val_if_fail (pyrog_proxy_is_reply_type (reply_type), NULL);

  const PyrogRequest request = pyrog_proxy_make_request (self, method, options);
  PyrogCall *call = pyrog_request_make_call_of_variants (&request, args, kwargs, error);
  return pyrog_proxy_finish_sync (self, call, reply_type, cancellable, outcome, error);
}

/**
 * pyrog_proxy_call:
 * @self: a proxy
 * @method: the name of a method
 * @args: (nullable): the arguments, a tuple; a floating one is consumed
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Calls a method; see [method@Proxy.call_full] for more that can be said.
 *
 * Since: 1.0
 */
void
pyrog_proxy_call (PyrogProxy *self,
                  const char *method,
                  GVariant *args,
                  const char *reply_type,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  pyrog_proxy_call_full (self, method, args, NULL, reply_type, NULL, cancellable, callback,
                         user_data);
}

/**
 * pyrog_proxy_call_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.call] began.
 *
 * Returns: (transfer full): the result
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  return pyrog_proxy_call_full_finish (self, result, NULL, error);
}

/**
 * pyrog_proxy_call_sync:
 * @self: a proxy
 * @method: the name of a method
 * @args: (nullable): the arguments, a tuple; a floating one is consumed
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a method and waits. No main context is iterated meanwhile.
 *
 * Returns: (transfer full): the result
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_sync (PyrogProxy *self,
                       const char *method,
                       GVariant *args,
                       const char *reply_type,
                       GCancellable *cancellable,
                       GError **error)
{
  return pyrog_proxy_call_full_sync (self, method, args, NULL, reply_type, NULL, cancellable, NULL,
                                     error);
}

static PyrogCall *
make_format_call (
    PyrogProxy *self, const char *method, const char *format, va_list *args, GError **error)
{
  const PyrogRequest request = pyrog_proxy_make_request (self, method, NULL);
  const PyrogValue none = { .kind = PYROG_KIND_DICT };
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogCall *call = NULL;
  PyrogBuilder builder;
  PyrogValue tuple;

  pyrog_builder_init (&builder, arena);
  pyrog_format_build (&builder, format, args);
  if (pyrog_builder_finish (&builder, &tuple, error))
    call = pyrog_request_make_call (&request, &tuple, &none, error);
  if (call != NULL)
    call->arena = g_steal_pointer (&arena);
  pyrog_builder_clear (&builder);
  return call;
}

/* One value is the result itself, several are its items, none is whatever comes */
static gboolean
read_result (const PyrogValue *result, const char *format, va_list *args, GError **error)
{
  const PyrogValue *items = result;
  gsize count = 1;

  if (*format == '\0')
    return TRUE;
  if (!pyrog_format_is_single (format)
      && (result->kind == PYROG_KIND_TUPLE || result->kind == PYROG_KIND_LIST))
    {
      items = result->items;
      count = result->size;
    }
  return pyrog_format_read (items, count, "result", format, args, error);
}

/**
 * pyrog_proxy_invoke_sync: (skip)
 * @self: a proxy
 * @method: the name of a method
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 * @format: the format of the arguments, as of [method@Invocation.return]
 * @...: the arguments, the format of the results, as of [method@Invocation.read], and pointers to
 * the variables for the results
 *
 * Calls a method and waits, without making GVariants: the arguments are C variables, and so are the
 * results.
 *
 * ```c
 * gint64 sum;
 * pyrog_proxy_invoke_sync (calc, "add", NULL, &error, "xx", a, b, "x", &sum);
 * ```
 *
 * Returns: whether it worked; if not, nothing was written
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_invoke_sync (PyrogProxy *self,
                         const char *method,
                         GCancellable *cancellable,
                         GError **error,
                         const char *format,
                         ...)
{
  g_autoptr (PyrogCall) call = NULL;
  const char *result_format;
  gboolean ok = FALSE;
  va_list args;

  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);
  g_return_val_if_fail (method != NULL && *method != '\0', FALSE);
  g_return_val_if_fail (format != NULL && pyrog_format_is_valid (format), FALSE);

  va_start (args, format);
  call = make_format_call (self, method, format, &args, error);
  result_format = va_arg (args, const char *);
  if (call != NULL)
    {
      pyrog_session_wait (self->session, call, cancellable);
      if (call->error != NULL)
        g_propagate_error (error, g_error_copy (call->error));
      else
        ok = read_result (&call->result, result_format, &args, error);
    }
  va_end (args);
  return ok;
}
