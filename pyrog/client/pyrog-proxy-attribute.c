/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-proxy-private.h"

/* The attributes of the remote object */

PyrogRequest
pyrog_proxy_make_attribute_request (PyrogProxy *self, const char *method, const char *name)
{
  PyrogRequest request = pyrog_proxy_make_request (self, method, NULL);

  request.kind = PYROG_MEMBER_ATTRIBUTE;
  request.member = name;
  return request;
}

/**
 * pyrog_proxy_get_attribute:
 * @self: a proxy
 * @name: the name of an attribute
 * @type: (nullable): its wanted type; %NULL for the canonical one
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Reads an attribute.
 *
 * Since: 1.0
 */
void
pyrog_proxy_get_attribute (PyrogProxy *self,
                           const char *name,
                           const char *type,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (name != NULL && *name != '\0');
  g_return_if_fail (pyrog_proxy_is_reply_type (type));

  const PyrogRequest request = pyrog_proxy_make_attribute_request (self, "__getattr__", name);
  PyrogCall *call
      = pyrog_request_make_call_of_variants (&request, g_variant_new ("(s)", name), NULL, &error);
  pyrog_proxy_begin_async (self, call, error, type, cancellable, callback, user_data,
                           pyrog_proxy_get_attribute);
}

/**
 * pyrog_proxy_get_attribute_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.get_attribute] began.
 *
 * Returns: (transfer full): the value
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_get_attribute_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  return pyrog_proxy_finish_async (self, result, pyrog_proxy_get_attribute, NULL, error);
}

/**
 * pyrog_proxy_get_attribute_sync:
 * @self: a proxy
 * @name: the name of an attribute
 * @type: (nullable): its wanted type; %NULL for the canonical one
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads an attribute and waits.
 *
 * Returns: (transfer full): the value
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_get_attribute_sync (
    PyrogProxy *self, const char *name, const char *type, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (name != NULL && *name != '\0', NULL);
  g_return_val_if_fail (pyrog_proxy_is_reply_type (type), NULL);

  const PyrogRequest request = pyrog_proxy_make_attribute_request (self, "__getattr__", name);
  PyrogCall *call
      = pyrog_request_make_call_of_variants (&request, g_variant_new ("(s)", name), NULL, error);
  return pyrog_proxy_finish_sync (self, call, type, cancellable, NULL, error);
}

static PyrogCall *
make_set_call (PyrogProxy *self, const char *name, GVariant *value, GError **error)
{
  const PyrogRequest request = pyrog_proxy_make_attribute_request (self, "__setattr__", name);

  return pyrog_request_make_call_of_variants (&request, g_variant_new ("(sv)", name, value), NULL,
                                              error);
}

/**
 * pyrog_proxy_set_attribute:
 * @self: a proxy
 * @name: the name of an attribute
 * @value: its new value; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Writes an attribute.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_attribute (PyrogProxy *self,
                           const char *name,
                           GVariant *value,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (name != NULL && *name != '\0');
  g_return_if_fail (value != NULL);

  PyrogCall *call = make_set_call (self, name, value, &error);
  pyrog_proxy_begin_async (self, call, error, NULL, cancellable, callback, user_data,
                           pyrog_proxy_set_attribute);
}

/**
 * pyrog_proxy_set_attribute_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.set_attribute] began.
 *
 * Returns: whether it worked
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_set_attribute_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) none
      = pyrog_proxy_finish_async (self, result, pyrog_proxy_set_attribute, NULL, error);

  return none != NULL;
}

/**
 * pyrog_proxy_set_attribute_sync:
 * @self: a proxy
 * @name: the name of an attribute
 * @value: its new value; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes an attribute and waits.
 *
 * Returns: whether it worked
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_set_attribute_sync (
    PyrogProxy *self, const char *name, GVariant *value, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);
  g_return_val_if_fail (name != NULL && *name != '\0', FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  PyrogCall *call = make_set_call (self, name, value, error);
  g_autoptr (GVariant) none = pyrog_proxy_finish_sync (self, call, NULL, cancellable, NULL, error);
  return none != NULL;
}
