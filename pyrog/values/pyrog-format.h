/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <stdarg.h>

#include "pyrog-builder.h"
#include "pyrog-chunk.h"

G_BEGIN_DECLS

/* Values from and into C variables, without a GVariant between. A format is a run of these:
 *
 *   b  gboolean          y n q i u x t  integers of GVariant's sizes     d  double
 *   s  const char * when building; char ** (owned copy, free with g_free()) when reading
 *   @T GVariant * of the complete type T; floating ones are consumed; @* for any type
 *
 * A format that is none of these is a caller's mistake. */

gboolean pyrog_format_is_valid (const char *format);
/* Whether it has exactly one element */
gboolean pyrog_format_is_single (const char *format);
/* Adds the arguments as one tuple. Text that is not copied must live as long as the arena's values.
 */
gboolean
pyrog_format_build (PyrogBuilder *builder, const char *format, gboolean copy, va_list *args);
/* Reads the items of a sequence into the variables that args points to; NULL pointers are skipped.
 * chunk as of pyrog_value_to_variant_sliced(). What root names is told in the error. On failure
 * nothing was written. Errors: PYROG_ERROR_TYPE_ERROR, PYROG_ERROR_OVERFLOW_ERROR. */
gboolean pyrog_format_read (const PyrogValue *values,
                            PyrogChunk *chunk,
                            const char *root,
                            const char *format,
                            va_list *args,
                            GError **error);

/* Reads a result: one value is the result itself, several are its items, none is whatever comes */
gboolean pyrog_format_read_result (
    const PyrogValue *result, PyrogChunk *chunk, const char *format, va_list *args, GError **error);

G_END_DECLS
