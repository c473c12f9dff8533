/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-proxy-private.h"
#include "pyrog-serialized-blob-private.h"

/* Calls with a blob as their only argument */

static PyrogCall *
make_blob_call (PyrogProxy *self,
                const char *method,
                PyrogSerializedBlob *blob,
                PyrogCallOptions *options,
                GError **error)
{
  const PyrogValue no_args = { .kind = PYROG_KIND_TUPLE };
  const PyrogValue no_kwargs = { .kind = PYROG_KIND_DICT };
  PyrogRequest request = pyrog_proxy_make_request (self, method, options);
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();

  request.flags = PYROG_FLAG_KEEP_SERIALIZED;
  request.blob = blob;
  /* What is serialized already is passed on in the format that it has */
  if (pyrog_serialized_blob_get_codec (blob) != NULL)
    request.codec = pyrog_serialized_blob_get_codec (blob);
  pyrog_arena_keep (arena, pyrog_serialized_blob_ref (blob),
                    (GDestroyNotify) pyrog_serialized_blob_unref);
  return pyrog_request_make_call (&request, &no_args, &no_kwargs, arena, error);
}

/**
 * pyrog_proxy_call_blob:
 * @self: a proxy
 * @method: the name of a method that takes a blob
 * @blob: the blob, made here or received
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @options: (nullable): what else is to be said
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Calls a method with a blob as its only argument. A blob that was received is passed on as it
 * came, in the serializer that it came in; the result comes in the same.
 *
 * Since: 1.0
 */
void
pyrog_proxy_call_blob (PyrogProxy *self,
                       const char *method,
                       PyrogSerializedBlob *blob,
                       const char *reply_type,
                       PyrogCallOptions *options,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (method != NULL && *method != '\0');
  g_return_if_fail (blob != NULL);
  g_return_if_fail (pyrog_proxy_is_reply_type (reply_type));

  PyrogCall *call = make_blob_call (self, method, blob, options, &error);
  pyrog_proxy_begin_async (self, call, error, reply_type, cancellable, callback, user_data,
                           pyrog_proxy_call_blob);
}

/**
 * pyrog_proxy_call_blob_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.call_blob] began.
 *
 * Returns: (transfer full): the result; for a oneway method nothing of type `mv`
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_blob_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  return pyrog_proxy_finish_async (self, result, pyrog_proxy_call_blob, NULL, error);
}

/**
 * pyrog_proxy_call_blob_sync:
 * @self: a proxy
 * @method: the name of a method that takes a blob
 * @blob: the blob, made here or received
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @options: (nullable): what else is to be said
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a method with a blob as its only argument, and waits; see [method@Proxy.call_blob].
 *
 * Returns: (transfer full): the result; for a oneway method nothing of type `mv`
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_blob_sync (PyrogProxy *self,
                            const char *method,
                            PyrogSerializedBlob *blob,
                            const char *reply_type,
                            PyrogCallOptions *options,
                            GCancellable *cancellable,
                            GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (blob != NULL, NULL);
  g_return_val_if_fail (pyrog_proxy_is_reply_type (reply_type), NULL);

  PyrogCall *call = make_blob_call (self, method, blob, options, error);
  return pyrog_proxy_finish_sync (self, call, reply_type, cancellable, NULL, error);
}
