/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog/values/pyrog-arena.h"
#include "pyrog/values/pyrog-value.h"

G_BEGIN_DECLS

/* The notation of values in the golden data; tests/golden/README.md describes it */

/* Equal trees have equal text: the items of sets are sorted (free with g_free()) */
char *pyrog_value_to_canonical (const PyrogValue *value);

/* Fails the test if text is malformed. The items of sets stay in their order; the depth is not
 * limited, so that encoders can be shown what is too deep for them. */
PyrogValue pyrog_value_from_canonical (PyrogArena *arena, const char *text);

G_END_DECLS
