/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-enum-types.h"
#include "pyrog-proxy.h"
#include "pyrog-reference.h"

/* Proxies as values */

static GEnumValue *
find_serializer (const char *name)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);

  return name != NULL ? g_enum_get_value_by_nick (class, name) : NULL;
}

/**
 * pyrog_proxy_new_from_variant: (constructor)
 * @value: what came as an argument, a result or a part of them
 * @config: (nullable): settings; %NULL for the default ones
 * @error: return location for an error
 *
 * Makes a proxy of a value that stands for one: what a Pyro5 program gets as a proxy, when somebody
 * passed it an object of a daemon or another proxy. It connects when it is first used.
 *
 * It takes over the handshake data and the serializer that the sender gave to it, and nothing else;
 * in particular not the certificates and other settings of the connection by which it came: those
 * are in @config. The uri is the sender's choice. A program that does not trust the sender looks at
 * [method@Proxy.get_uri] first.
 *
 * Returns: (transfer full): the proxy; %PYROG_ERROR_TYPE_ERROR: the value stands for something
 * else; %PYROG_ERROR_VALUE_ERROR, %PYROG_ERROR_INVALID_URI: it is not complete
 *
 * Since: 1.0
 */
PyrogProxy *
pyrog_proxy_new_from_variant (GVariant *value, PyrogConfig *config, GError **error)
{
  g_auto (PyrogReference) reference = { 0 };

  g_return_val_if_fail (value != NULL, NULL);
  g_return_val_if_fail (config == NULL || PYROG_IS_CONFIG (config), NULL);

  if (!pyrog_reference_from_variant (value, &reference, error)
      || !pyrog_config_check (config != NULL ? config : pyrog_config_get_default (), error))
    return NULL;
  PyrogProxy *proxy = pyrog_proxy_new_for_uri (reference.uri, config);
  GEnumValue *serializer = find_serializer (reference.serializer);
  if (serializer != NULL)
    pyrog_proxy_set_serializer (proxy, serializer->value);
  pyrog_proxy_set_handshake (proxy, reference.handshake);
  return proxy;
}

/**
 * pyrog_proxy_to_variant:
 * @self: a proxy
 *
 * Makes a value that stands for the proxy, to pass it on: whoever gets it as an argument, as a
 * result or in a part of them has a proxy for the same object. Handshake data do not go along, and
 * what the receiver says to the daemon is its own affair. For an object of a daemon in this process
 * see [method@Daemon.proxy_for].
 *
 * Returns: (transfer floating): the value
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_to_variant (PyrogProxy *self)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);

  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  GEnumValue *serializer = g_enum_get_value (class, (int) pyrog_proxy_get_serializer (self));
  return pyrog_reference_to_variant (pyrog_proxy_get_uri (self), serializer->value_nick);
}
