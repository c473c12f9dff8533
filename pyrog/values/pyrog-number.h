/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers as Python writes and reads them, independent of the locale */

/* Enough for what the writers write, with the terminator */
#define PYROG_NUMBER_SIZE 32

/* Python's repr() of a float: the shortest text that reads back as the same value, "1.0", "1e+16",
 * "nan", "inf", "-0.0". Returns its length. */
gsize pyrog_number_write_float (char *out, double value);
gsize pyrog_number_write_int (char *out, gint64 value);
gsize pyrog_number_write_uint (char *out, guint64 value);

/* Reads all of text as a decimal float: digits, at most one point, an optional exponent, an
 * optional sign; at least one digit; nothing else. Overflow gives an infinity, as in Python. */
gboolean pyrog_number_read_float (const char *text, gsize size, double *value);
/* Reads all of text as a decimal integer that fits; FALSE if it does not or is malformed */
gboolean pyrog_number_read_int (const char *text, gsize size, gint64 *value);
gboolean pyrog_number_read_uint (const char *text, gsize size, guint64 *value);

G_END_DECLS
