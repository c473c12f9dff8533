/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

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
 * Bytes of 64 KiB and more in the arguments are not copied: a GVariant of memory that the caller
 * changes has to be a copy. Such bytes in the result are in the memory of the whole reply, which
 * they keep.
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
