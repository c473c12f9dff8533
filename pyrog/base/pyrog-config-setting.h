/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-config-entries.h"

G_BEGIN_DECLS

/* The value of one item */
typedef struct
{
  char *text;    /* (owned) (nullable) texts and secrets */
  char **list;   /* (owned) lists, NULL for the others */
  double number; /* the others; every integer in range is exact */
} PyrogConfigSetting;

/* All items, which copies of a configuration share until one of them is changed. References in any
 * thread. */
typedef struct
{
  gatomicrefcount refs;
  PyrogConfigSetting items[PYROG_CONFIG_LAST];
} PyrogConfigSettings;

/* Built-in values */
PyrogConfigSettings *pyrog_config_settings_new_default (void);
/* ... changed by the environment, unless the program runs with raised privileges. Errors:
 * PYROG_ERROR_INVALID_CONFIG, which names the variable. */
PyrogConfigSettings *pyrog_config_settings_new_from_environment (GError **error);
PyrogConfigSettings *pyrog_config_settings_ref (PyrogConfigSettings *settings);
void pyrog_config_settings_unref (PyrogConfigSettings *settings);
/* An item that may be changed: if others share *settings it becomes a copy */
PyrogConfigSetting *pyrog_config_settings_change (PyrogConfigSettings **settings,
                                                  PyrogConfigItem item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogConfigSettings, pyrog_config_settings_unref)

/* The new value may belong to the setting itself */
void pyrog_config_setting_set_text (PyrogConfigSetting *setting, const char *text);
/* NULL is an empty list */
void pyrog_config_setting_set_list (PyrogConfigSetting *setting, const char *const *list);

/* Secrets are hidden */
GVariant *pyrog_config_setting_to_variant (const PyrogConfigSetting *setting,
                                           const PyrogConfigEntry *item);
char *pyrog_config_setting_to_text (const PyrogConfigSetting *setting,
                                    const PyrogConfigEntry *item);

G_END_DECLS
