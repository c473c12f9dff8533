/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-proxy-private.h"
#include "pyrog-remote-stream.h"

/* Item streams of the remote object: methods and attributes whose result is one */

static PyrogItemStream *
stream_of (PyrogProxy *self, PyrogCall *call, gint64 time, GError **error)
{
  if (call->error != NULL)
    {
      g_propagate_error (error, g_error_copy (call->error));
      return NULL;
    }
  if (call->stream_id != NULL)
    return pyrog_remote_stream_new (self, call, time);
  GError *failure = g_error_new (PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                                 _ ("The result of ‘%s’ is not an item stream"), call->member);
  pyrog_proxy_set_answered (failure);
  g_propagate_error (error, failure);
  return NULL;
}

/* call is taken */
static PyrogItemStream *
wait_for_stream (PyrogProxy *self, PyrogCall *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (PyrogCall) owned = call;
  gint64 begin = g_get_monotonic_time ();

  if (call == NULL)
    return NULL;
  pyrog_session_wait (self->session, call, cancellable);
  return stream_of (self, call, g_get_monotonic_time () - begin, error);
}

/* ---- Methods ---- */

/**
 * pyrog_proxy_stream_full:
 * @self: a proxy
 * @method: the name of a method that returns an item stream, such as a generator
 * @args: (nullable): the positional arguments, a tuple; a floating one is consumed
 * @kwargs: (nullable): the keyword arguments, of type `a{sv}`; a floating one is consumed
 * @options: (nullable): what else is to be said
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Calls a method whose result is an item stream. Each item is asked for when
 * [method@ItemStream.next] is called, or some ahead as long as they come without waiting; a stream
 * that is closed or dropped before its end is closed at the daemon.
 *
 * The options are for this call, not for the items. A oneway call has no stream: it fails.
 *
 * Since: 1.0
 */
void
pyrog_proxy_stream_full (PyrogProxy *self,
                         const char *method,
                         GVariant *args,
                         GVariant *kwargs,
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

  const PyrogRequest request = pyrog_proxy_make_request (self, method, options);
  PyrogCall *call = pyrog_request_make_call_of_variants (&request, args, kwargs, &error);
  pyrog_proxy_begin_async (self, call, error, NULL, cancellable, callback, user_data,
                           pyrog_proxy_stream_full);
}

/**
 * pyrog_proxy_stream_full_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.stream_full] began.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_proxy_stream_full_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  g_autoptr (PyrogCall) call
      = pyrog_proxy_finish_call (self, result, pyrog_proxy_stream_full, error);

  return call != NULL ? stream_of (self, call, G_MAXINT64, error) : NULL;
}

/**
 * pyrog_proxy_stream_full_sync:
 * @self: a proxy
 * @method: the name of a method that returns an item stream, such as a generator
 * @args: (nullable): the positional arguments, a tuple; a floating one is consumed
 * @kwargs: (nullable): the keyword arguments, of type `a{sv}`; a floating one is consumed
 * @options: (nullable): what else is to be said
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a method whose result is an item stream, and waits; see [method@Proxy.stream_full].
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_proxy_stream_full_sync (PyrogProxy *self,
                              const char *method,
                              GVariant *args,
                              GVariant *kwargs,
                              PyrogCallOptions *options,
                              GCancellable *cancellable,
                              GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (args == NULL || g_variant_is_of_type (args, G_VARIANT_TYPE_TUPLE), NULL);
  g_return_val_if_fail (kwargs == NULL || g_variant_is_of_type (kwargs, G_VARIANT_TYPE_VARDICT),
                        NULL);

  const PyrogRequest request = pyrog_proxy_make_request (self, method, options);
  PyrogCall *call = pyrog_request_make_call_of_variants (&request, args, kwargs, error);
  return wait_for_stream (self, call, cancellable, error);
}

/**
 * pyrog_proxy_stream:
 * @self: a proxy
 * @method: the name of a method that returns an item stream, such as a generator
 * @args: (nullable): the arguments, a tuple; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Calls a method whose result is an item stream; see [method@Proxy.stream_full] for more that can
 * be said.
 *
 * Since: 1.0
 */
void
pyrog_proxy_stream (PyrogProxy *self,
                    const char *method,
                    GVariant *args,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  pyrog_proxy_stream_full (self, method, args, NULL, NULL, cancellable, callback, user_data);
}

/**
 * pyrog_proxy_stream_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.stream] began.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_proxy_stream_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  return pyrog_proxy_stream_full_finish (self, result, error);
}

/**
 * pyrog_proxy_stream_sync:
 * @self: a proxy
 * @method: the name of a method that returns an item stream, such as a generator
 * @args: (nullable): the arguments, a tuple; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a method whose result is an item stream, and waits; see [method@Proxy.stream].
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_proxy_stream_sync (
    PyrogProxy *self, const char *method, GVariant *args, GCancellable *cancellable, GError **error)
{
  return pyrog_proxy_stream_full_sync (self, method, args, NULL, NULL, cancellable, error);
}

/* ---- Attributes ---- */

static PyrogCall *
make_get_call (PyrogProxy *self, const char *name, GError **error)
{
  const PyrogRequest request = pyrog_proxy_make_attribute_request (self, "__getattr__", name);

  return pyrog_request_make_call_of_variants (&request, g_variant_new ("(s)", name), NULL, error);
}

/**
 * pyrog_proxy_stream_attribute:
 * @self: a proxy
 * @name: the name of an attribute that is an item stream
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Reads an attribute whose value is an item stream; see [method@Proxy.stream].
 *
 * Since: 1.0
 */
void
pyrog_proxy_stream_attribute (PyrogProxy *self,
                              const char *name,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (name != NULL && *name != '\0');

  PyrogCall *call = make_get_call (self, name, &error);
  pyrog_proxy_begin_async (self, call, error, NULL, cancellable, callback, user_data,
                           pyrog_proxy_stream_attribute);
}

/**
 * pyrog_proxy_stream_attribute_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.stream_attribute] began.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_proxy_stream_attribute_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  g_autoptr (PyrogCall) call
      = pyrog_proxy_finish_call (self, result, pyrog_proxy_stream_attribute, error);

  return call != NULL ? stream_of (self, call, G_MAXINT64, error) : NULL;
}

/**
 * pyrog_proxy_stream_attribute_sync:
 * @self: a proxy
 * @name: the name of an attribute that is an item stream
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads an attribute whose value is an item stream, and waits; see [method@Proxy.stream].
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_proxy_stream_attribute_sync (PyrogProxy *self,
                                   const char *name,
                                   GCancellable *cancellable,
                                   GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (name != NULL && *name != '\0', NULL);

  return wait_for_stream (self, make_get_call (self, name, error), cancellable, error);
}
