/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_CONFIG (pyrog_config_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogConfig, pyrog_config, PYROG, CONFIG, GObject)

PYROG_AVAILABLE_IN_ALL
PyrogConfig *pyrog_config_new (void);
PYROG_AVAILABLE_IN_ALL
PyrogConfig *pyrog_config_get_default (void);
PYROG_AVAILABLE_IN_ALL
PyrogConfig *pyrog_config_copy (PyrogConfig *self);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_config_reset (PyrogConfig *self, gboolean use_environment, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_config_check (PyrogConfig *self, GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_config_to_dict (PyrogConfig *self);
PYROG_AVAILABLE_IN_ALL
char *pyrog_config_dump (PyrogConfig *self);

G_END_DECLS
