/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_value_coerce (GVariant *value, const GVariantType *type, GError **error);

G_END_DECLS
