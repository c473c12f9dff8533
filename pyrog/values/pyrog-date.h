/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-value.h"

G_BEGIN_DECLS

/* The ISO 8601 text of a DATETIME (local time, as Python's isoformat()) or DATE; NULL if it is not
 * in the years 1 to 9999 (free with g_free()) */
char *pyrog_date_to_iso (const PyrogValue *value);

G_END_DECLS
