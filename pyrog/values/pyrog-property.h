/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

#include "pyrog-value.h"

G_BEGIN_DECLS

/* GObject properties as values. Their types: numbers, booleans, strings, string arrays, enums (as
 * their nicks), flags (as their number), GBytes, and GVariant. */

/* NULL for a type that has no value */
const GVariantType *pyrog_property_get_type (GParamSpec *pspec);
/* The value, floating; NULL and PYROG_ERROR_TYPE_ERROR for a type that has no value */
GVariant *pyrog_property_get (GObject *object, GParamSpec *pspec, GError **error);
/* What the property would be set to, in target, which is G_VALUE_INIT and stays so on failure; root
 * names it in errors, which are those of set() */
gboolean pyrog_property_parse (
    GParamSpec *pspec, const PyrogValue *value, const char *root, GValue *target, GError **error);
/* PYROG_ERROR_TYPE_ERROR, PYROG_ERROR_OVERFLOW_ERROR, or PYROG_ERROR_VALUE_ERROR if the property
 * does not allow the value */
gboolean
pyrog_property_set (GObject *object, GParamSpec *pspec, const PyrogValue *value, GError **error);

G_END_DECLS
