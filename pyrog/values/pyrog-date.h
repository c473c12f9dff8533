/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-value.h"

G_BEGIN_DECLS

/* The ISO 8601 text of a DATETIME (local time, as Python's isoformat()) or DATE; NULL if it is not
 * in the years 1 to 9999 (free with g_free()) */
char *pyrog_date_to_iso (const PyrogValue *value);

/* How a date looks in a GVariant: a dict with these two members, the class and the ISO text */
#define PYROG_DATE_CLASS_MEMBER "__class__"
#define PYROG_DATE_TEXT_MEMBER "value"
const char *pyrog_date_class (PyrogKind kind);
/* Whether a dict is just that, with a text that pyrog_date_to_iso() makes: then *date is it */
gboolean pyrog_date_from_dict (const PyrogValue *dict, PyrogValue *date);

G_END_DECLS
