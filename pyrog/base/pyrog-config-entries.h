/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-config-items.h"

G_BEGIN_DECLS

typedef enum
{
  PYROG_CONFIG_KIND_TEXT,
  PYROG_CONFIG_KIND_SECRET, /* a text that is never shown */
  PYROG_CONFIG_KIND_FLAG,
  PYROG_CONFIG_KIND_NUMBER,
  PYROG_CONFIG_KIND_SECONDS,
  PYROG_CONFIG_KIND_IP_VERSION, /* a number: 0, 4 or 6 */
  PYROG_CONFIG_KIND_LIST,
  PYROG_CONFIG_KIND_SERIALIZERS, /* a list of them, by name, not empty */
  PYROG_CONFIG_KIND_SERIALIZER,
  PYROG_CONFIG_KIND_SERVER_TYPE,
} PyrogConfigKind;

typedef struct
{
  const char *variable; /* the environment variable */
  const char *property;
  PyrogConfigKind kind;
  const char *text; /* (nullable) default of texts and, with commas, lists; a text that has one is
                     * never empty */
  double number;    /* default of the others */
  double min, max;
  const char *meaning;
} PyrogConfigEntry;

/* One entry an item; the first is empty */
extern const PyrogConfigEntry pyrog_config_entries[PYROG_CONFIG_LAST];

G_END_DECLS
