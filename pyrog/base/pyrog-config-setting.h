/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-config-entries.h"

G_BEGIN_DECLS

/* The value of one item; a whole configuration is an array of PYROG_CONFIG_LAST */
typedef struct
{
  char *text;    /* (owned) (nullable) texts and secrets */
  char **list;   /* (owned) (nullable) lists */
  double number; /* the others; every integer in range is exact */
} PyrogConfigSetting;

void pyrog_config_wipe_text (char **text);
void pyrog_config_setting_copy (PyrogConfigSetting *target, const PyrogConfigSetting *source);
void pyrog_config_settings_clear (PyrogConfigSetting *settings);
void pyrog_config_settings_set_defaults (PyrogConfigSetting *settings);
/* Not in a program that runs with raised privileges. Errors: PYROG_ERROR_INVALID_CONFIG, which
 * names the variable. */
gboolean pyrog_config_settings_read_environment (PyrogConfigSetting *settings, GError **error);

/* Secrets are hidden */
GVariant *pyrog_config_setting_to_variant (const PyrogConfigSetting *setting,
                                           const PyrogConfigEntry *item);
char *pyrog_config_setting_to_text (const PyrogConfigSetting *setting,
                                    const PyrogConfigEntry *item);

G_END_DECLS
