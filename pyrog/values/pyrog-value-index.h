/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-value.h"

G_BEGIN_DECLS

/* Finds equal values among many, in constant time each: the entries are items[0], items[stride],
 * ... The hash is keyed with a secret of the process, because the values come from peers. */
typedef struct
{
  const PyrogValue *items; /* (unowned) */
  gsize count;             /* entries */
  gsize stride;
  guint32 *slots; /* (owned) entry number + 1, or 0 */
  gsize mask;
} PyrogValueIndex;

/* FALSE: no memory */
gboolean
pyrog_value_index_init (PyrogValueIndex *index, const PyrogValue *items, gsize count, gsize stride);
void pyrog_value_index_clear (PyrogValueIndex *index);
/* Adds entry number entry; returns the equal entry that is there already, or count */
gsize pyrog_value_index_add (PyrogValueIndex *index, gsize entry);
/* The entry that is equal to value, or count */
gsize pyrog_value_index_find (const PyrogValueIndex *index, const PyrogValue *value);

/* The keyed hash itself */
guint64 pyrog_value_index_hash (const void *data, gsize size);

/* The exact decimal digits of a finite float without a fraction part, as Python's int() gives */
#define PYROG_EXACT_FLOAT_SIZE 320
gsize pyrog_value_exact_float (double value, char out[PYROG_EXACT_FLOAT_SIZE]);

G_END_DECLS
