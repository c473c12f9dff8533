/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-proxy.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-config-items.h"
#include "pyrog-enum-types.h"
#include "pyrog-error.h"
#include "pyrog-proxy-private.h"

/**
 * PyrogProxy:
 *
 * Calls a remote object.
 *
 * A proxy connects when it is first used, and again when the connection was lost. Several threads
 * may use one proxy. Asynchronous calls that are made before earlier ones have ended are sent at
 * once and executed in order; they complete in the main context that was the thread's default when
 * they were made. Synchronous calls block their thread and iterate no main context.
 *
 * Every error says whether the request was certainly not sent or may have been executed; see
 * [func@error_get_execution].
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (PyrogProxy, pyrog_proxy, G_TYPE_OBJECT)

typedef enum
{
  PROP_URI = 1,
  PROP_CONFIG,
  PROP_SERIALIZER,
  PROP_TIMEOUT,
  PROP_PEER_SOFTWARE,
  PROP_PEER_VERSION,
} PyrogProxyProperty;

static GParamSpec *properties[PROP_PEER_VERSION + 1];

static void
pyrog_proxy_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  PyrogProxy *self = PYROG_PROXY (object);

  switch ((PyrogProxyProperty) id)
    {
    case PROP_URI:
      g_value_set_boxed (value, self->uri);
      break;
    case PROP_CONFIG:
      g_value_set_object (value, self->config);
      break;
    case PROP_SERIALIZER:
      g_value_set_enum (value, (int) self->codec->serializer);
      break;
    case PROP_TIMEOUT:
      g_value_set_double (value, self->timeout);
      break;
    case PROP_PEER_SOFTWARE:
      g_value_take_string (value, pyrog_proxy_get_peer_software (self));
      break;
    case PROP_PEER_VERSION:
      g_value_take_string (value, pyrog_proxy_get_peer_version (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_proxy_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  PyrogProxy *self = PYROG_PROXY (object);
  PyrogConfig *config;

  switch ((PyrogProxyProperty) id)
    {
    case PROP_URI:
      self->uri = g_value_dup_boxed (value);
      break;
    case PROP_CONFIG:
      config = g_value_get_object (value);
      self->config = pyrog_config_copy (config != NULL ? config : pyrog_config_get_default ());
      break;
    case PROP_SERIALIZER:
      pyrog_proxy_set_serializer (self, g_value_get_enum (value));
      break;
    case PROP_TIMEOUT:
      pyrog_proxy_set_timeout (self, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_proxy_constructed (GObject *object)
{
  PyrogProxy *self = PYROG_PROXY (object);

  G_OBJECT_CLASS (pyrog_proxy_parent_class)->constructed (object);
  self->codec
      = pyrog_codec_choose ((guint) pyrog_config_get_number (self->config, PYROG_CONFIG_SERIALIZER),
                            pyrog_config_get_flag (self->config, PYROG_CONFIG_SERPENT_BYTES_REPR));
  self->timeout = pyrog_config_get_seconds (self->config, PYROG_CONFIG_COMMTIMEOUT);
  self->session = pyrog_session_new (self->uri, self->config, self->codec);
  pyrog_proxy_be_asked (self);
}

static void
pyrog_proxy_dispose (GObject *object)
{
  pyrog_session_close (PYROG_PROXY (object)->session);
  G_OBJECT_CLASS (pyrog_proxy_parent_class)->dispose (object);
}

static void
pyrog_proxy_finalize (GObject *object)
{
  PyrogProxy *self = PYROG_PROXY (object);

  pyrog_session_unref (self->session);
  pyrog_proxy_clear_tls (self);
  pyrog_uri_unref (self->uri);
  g_object_unref (self->config);
  G_OBJECT_CLASS (pyrog_proxy_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags any = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags shown = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PyrogProxy:uri: (getter get_uri)
   *
   * Where the object is.
   *
   * Since: 1.0
   */
  properties[PROP_URI] = g_param_spec_boxed ("uri", NULL, NULL, PYROG_TYPE_URI, once);
  /**
   * PyrogProxy:config:
   *
   * The settings, a copy of those that the proxy was made with.
   *
   * Since: 1.0
   */
  properties[PROP_CONFIG] = g_param_spec_object ("config", NULL, NULL, PYROG_TYPE_CONFIG, once);
  /**
   * PyrogProxy:serializer: (getter get_serializer) (setter set_serializer)
   *
   * How calls are written.
   *
   * Since: 1.0
   */
  properties[PROP_SERIALIZER] = g_param_spec_enum ("serializer", NULL, NULL, PYROG_TYPE_SERIALIZER,
                                                   PYROG_SERIALIZER_SERPENT, any);
  /**
   * PyrogProxy:timeout: (getter get_timeout) (setter set_timeout)
   *
   * The time in seconds that a call may take in all, connecting included; 0 for ever.
   *
   * Since: 1.0
   */
  properties[PROP_TIMEOUT] = g_param_spec_double ("timeout", NULL, NULL, 0, G_MAXDOUBLE, 0, any);
  /**
   * PyrogProxy:peer-software: (getter get_peer_software)
   *
   * The name of the daemon's software. It comes and goes with the connection, without a word.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_SOFTWARE] = g_param_spec_string ("peer-software", NULL, NULL, NULL, shown);
  /**
   * PyrogProxy:peer-version: (getter get_peer_version)
   *
   * The version of that software.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_VERSION] = g_param_spec_string ("peer-version", NULL, NULL, NULL, shown);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
pyrog_proxy_class_init (PyrogProxyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = pyrog_proxy_get_property;
  object_class->set_property = pyrog_proxy_set_property;
  object_class->constructed = pyrog_proxy_constructed;
  object_class->dispose = pyrog_proxy_dispose;
  object_class->finalize = pyrog_proxy_finalize;
  install_properties (object_class);
  pyrog_proxy_install_questions (G_TYPE_FROM_CLASS (klass));
}

static void
pyrog_proxy_init (PyrogProxy *self)
{
}

/**
 * pyrog_proxy_new: (constructor)
 * @uri: the text of a uri
 * @config: (nullable): settings; %NULL for the default ones
 * @error: return location for an error
 *
 * Makes a proxy for the object that a uri names. It connects when it is first used.
 *
 * Returns: (transfer full): the proxy, or %NULL with %PYROG_ERROR_INVALID_URI or
 *   %PYROG_ERROR_INVALID_CONFIG
 *
 * Since: 1.0
 */
PyrogProxy *
pyrog_proxy_new (const char *uri, PyrogConfig *config, GError **error)
{
  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (config == NULL || PYROG_IS_CONFIG (config), NULL);

  g_autoptr (PyrogUri) parsed = pyrog_uri_new (uri, error);
  if (parsed == NULL
      || !pyrog_config_check (config != NULL ? config : pyrog_config_get_default (), error))
    return NULL;
  return pyrog_proxy_new_for_uri (parsed, config);
}

/**
 * pyrog_proxy_new_for_uri: (constructor)
 * @uri: a uri
 * @config: (nullable): settings; %NULL for the default ones
 *
 * Makes a proxy for the object that a uri names. It connects when it is first used; a default
 * configuration that could not be read fails there.
 *
 * Returns: (transfer full): the proxy
 *
 * Since: 1.0
 */
PyrogProxy *
pyrog_proxy_new_for_uri (PyrogUri *uri, PyrogConfig *config)
{
  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (config == NULL || PYROG_IS_CONFIG (config), NULL);

  return g_object_new (PYROG_TYPE_PROXY, "uri", uri, "config", config, NULL);
}

/* ---- Properties ---- */

/**
 * pyrog_proxy_get_uri: (get-property uri)
 * @self: a proxy
 *
 * Where the object is.
 *
 * Returns: (transfer none): the uri
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_proxy_get_uri (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return self->uri;
}

/**
 * pyrog_proxy_get_serializer: (get-property serializer)
 * @self: a proxy
 *
 * How calls are written.
 *
 * Returns: the serializer
 *
 * Since: 1.0
 */
PyrogSerializer
pyrog_proxy_get_serializer (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), PYROG_SERIALIZER_SERPENT);

  return self->codec->serializer;
}

/**
 * pyrog_proxy_set_serializer: (set-property serializer)
 * @self: a proxy
 * @serializer: how to write calls
 *
 * Sets how the calls that are made from now on are written.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_serializer (PyrogProxy *self, PyrogSerializer serializer)
{
  g_return_if_fail (PYROG_IS_PROXY (self));

  const PyrogCodec *codec = pyrog_codec_choose (
      serializer, pyrog_config_get_flag (self->config, PYROG_CONFIG_SERPENT_BYTES_REPR));
  g_return_if_fail (codec != NULL);
  if (codec == self->codec)
    return;
  self->codec = codec;
  pyrog_session_set_codec (self->session, codec);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERIALIZER]);
}

/**
 * pyrog_proxy_get_timeout: (get-property timeout)
 * @self: a proxy
 *
 * The time that a call may take.
 *
 * Returns: seconds, or 0 for ever
 *
 * Since: 1.0
 */
double
pyrog_proxy_get_timeout (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), 0);

  return self->timeout;
}

/**
 * pyrog_proxy_set_timeout: (set-property timeout)
 * @self: a proxy
 * @seconds: the time that a call may take in all, connecting included; 0 for ever
 *
 * Sets the deadline of the calls that are made from now on. Unlike Pyro5's it does not begin again
 * whenever some bytes come.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_timeout (PyrogProxy *self, double seconds)
{
  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (seconds >= 0);

  if (seconds == self->timeout)
    return;
  self->timeout = seconds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMEOUT]);
}

/**
 * pyrog_proxy_get_connected:
 * @self: a proxy
 *
 * Whether the proxy has a connection, as far as it knows.
 *
 * Returns: whether it has
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_get_connected (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);

  return pyrog_session_is_connected (self->session);
}

static GStrv
list_names (PyrogProxy *self, GStrv (*list) (PyrogMetadata *metadata))
{
  g_autoptr (PyrogMetadata) metadata = pyrog_session_get_metadata (self->session);

  return metadata != NULL ? list (metadata) : g_new0 (char *, 1);
}

/**
 * pyrog_proxy_list_methods:
 * @self: a proxy
 *
 * The names of the object's methods, sorted; none before the first connection.
 *
 * Returns: (transfer full): the names
 *
 * Since: 1.0
 */
GStrv
pyrog_proxy_list_methods (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return list_names (self, pyrog_metadata_list_methods);
}

/**
 * pyrog_proxy_list_oneway:
 * @self: a proxy
 *
 * The names of those methods that are oneway, sorted; none before the first connection.
 *
 * Returns: (transfer full): the names
 *
 * Since: 1.0
 */
GStrv
pyrog_proxy_list_oneway (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return list_names (self, pyrog_metadata_list_oneway);
}

/**
 * pyrog_proxy_list_attributes:
 * @self: a proxy
 *
 * The names of the object's attributes, sorted; none before the first connection.
 *
 * Returns: (transfer full): the names
 *
 * Since: 1.0
 */
GStrv
pyrog_proxy_list_attributes (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return list_names (self, pyrog_metadata_list_attributes);
}
