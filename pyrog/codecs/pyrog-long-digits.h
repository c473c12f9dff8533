/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

#include "pyrog-arena.h"

G_BEGIN_DECLS

/* Python's ints in marshal: digits of 15 bits, the lowest first, each two little-endian bytes.
 * Quadratic, which the limits on the number of digits bound to well below a millisecond. */

/* Decimal digits of PYROG_MAX_LONG_DIGITS digits of 15 bits, in whole groups of nine */
#define PYROG_LONG_TEXT_SIZE 4527

/* Writes the decimal digits without leading zeros; n is 1 to PYROG_MAX_LONG_DIGITS. Returns their
 * number. */
gsize pyrog_long_to_decimal (const guint8 *digits, gsize n, char out[PYROG_LONG_TEXT_SIZE]);
/* Writes the digits of 15 bits of decimal digits (nothing else), without leading zeros, 2 bytes
 * each. Returns their number, or 0 if there would be more than PYROG_MAX_LONG_DIGITS. */
gsize
pyrog_long_from_decimal (const char *decimal, gsize size, guint8 out[PYROG_MAX_LONG_DIGITS * 2]);

G_END_DECLS
