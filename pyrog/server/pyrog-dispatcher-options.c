/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec.h"
#include "pyrog-config-items.h"
#include "pyrog-dispatcher.h"

static guint
accepted_serializers (PyrogConfig *config)
{
  const char *const *names = pyrog_config_get_list (config, PYROG_CONFIG_SERIALIZERS_ACCEPTED);
  guint serializers = 0;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      const PyrogCodec *codec = pyrog_codec_find (names[i]);
      if (codec != NULL)
        serializers |= 1u << codec->serializer;
    }
  return serializers;
}

PyrogDispatcherOptions
pyrog_dispatcher_options_from_config (PyrogConfig *config)
{
  return (PyrogDispatcherOptions){
    .compress = pyrog_config_get_flag (config, PYROG_CONFIG_COMPRESSION),
    .hide_objects = pyrog_config_get_flag (config, PYROG_CONFIG_HIDE_OBJECTS),
    .serializers = accepted_serializers (config),
    .literal_bytes = pyrog_config_get_flag (config, PYROG_CONFIG_SERPENT_BYTES_REPR),
    .max_handshake_size = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_HANDSHAKE_SIZE),
    .max_handshake_values
    = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_HANDSHAKE_VALUES),
    .max_values = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_VALUES),
    .max_depth = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_DEPTH),
    .max_annotations = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_ANNOTATIONS),
    .detailed = pyrog_config_get_flag (config, PYROG_CONFIG_DETAILED_TRACEBACK),
    .strict = pyrog_config_get_flag (config, PYROG_CONFIG_STRICT_CLASSES),
    .streaming = pyrog_config_get_flag (config, PYROG_CONFIG_ITER_STREAMING),
    .streams = {
      .max_per_connection
      = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_STREAMS_PER_CONNECTION),
      .max = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_STREAMS),
      .lifetime = pyrog_config_get_seconds (config, PYROG_CONFIG_ITER_STREAM_LIFETIME),
      .linger = pyrog_config_get_seconds (config, PYROG_CONFIG_ITER_STREAM_LINGER),
    },
    .max_instances = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_INSTANCES),
    .max_batch = (guint) pyrog_config_get_number (config, PYROG_CONFIG_MAX_BATCH),
    .max_memory = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_MEMORY),
    .max_message_size = (gsize) pyrog_config_get_number (config, PYROG_CONFIG_MAX_MESSAGE_SIZE),
  };
}
