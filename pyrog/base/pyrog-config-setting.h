/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-config-entries.h"

G_BEGIN_DECLS

/* The value of one item; a whole configuration is an array of PYROG_CONFIG_LAST */
typedef struct
{
  char *text;    /* (owned) (nullable) texts and secrets */
  char **list;   /* (owned) lists, NULL for the others */
  double number; /* the others; every integer in range is exact */
} PyrogConfigSetting;

/* The new value may belong to the setting itself */
void pyrog_config_setting_set_text (PyrogConfigSetting *setting, const char *text);
/* NULL is an empty list */
void pyrog_config_setting_set_list (PyrogConfigSetting *setting, const char *const *list);
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
