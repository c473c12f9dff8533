/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-value-index.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

typedef struct
{
  guint64 v0, v1, v2, v3;
} SipState;

static guint64 sip_key[2];

static gpointer
read_key (gpointer data)
{
  /* At start-up the kernel may have no random bytes yet; waiting for them is what it is for */
  if (getrandom (sip_key, sizeof sip_key, 0) != sizeof sip_key)
    g_error ("No random bytes from the kernel");
  return NULL;
}

static void
need_key (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, read_key, NULL);
}

static inline guint64
rotate (guint64 value, guint bits)
{
  return value << bits | value >> (64 - bits);
}

static inline void
sip_round (SipState *s)
{
  s->v0 += s->v1, s->v1 = rotate (s->v1, 13) ^ s->v0, s->v0 = rotate (s->v0, 32);
  s->v2 += s->v3, s->v3 = rotate (s->v3, 16) ^ s->v2;
  s->v0 += s->v3, s->v3 = rotate (s->v3, 21) ^ s->v0;
  s->v2 += s->v1, s->v1 = rotate (s->v1, 17) ^ s->v2, s->v2 = rotate (s->v2, 32);
}

/* SipHash-1-3 (Aumasson, Bernstein 2012) */
static guint64
sip_hash (const void *data, gsize size)
{
  const guint8 *p = data;
  SipState s = { sip_key[0] ^ 0x736f6d6570736575u, sip_key[1] ^ 0x646f72616e646f6du,
                 sip_key[0] ^ 0x6c7967656e657261u, sip_key[1] ^ 0x7465646279746573u };
  guint64 word;

  for (gsize left = size; left >= 8; left -= 8, p += 8)
    {
      memcpy (&word, p, 8);
      s.v3 ^= word;
      sip_round (&s);
      s.v0 ^= word;
    }
  word = (guint64) size << 56;
  for (gsize i = 0; i < size % 8; i++)
    word |= (guint64) p[i] << (8 * i);
  s.v3 ^= word;
  sip_round (&s);
  s.v0 ^= word;
  s.v2 ^= 0xff;
  for (guint i = 0; i < 3; i++)
    sip_round (&s);
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

guint64
pyrog_value_index_hash (const void *data, gsize size)
{
  need_key ();
  return sip_hash (data, size);
}

gsize
pyrog_value_exact_float (double value, char out[PYROG_EXACT_FLOAT_SIZE])
{
  /* Without a fraction there is no decimal point, so the locale has no say */
  return (gsize) snprintf (out, PYROG_EXACT_FLOAT_SIZE, "%.0f", value);
}

/* ---- Numbers that are equal must have the same hash, whatever their kind ---- */

static guint64
hash_float (double real)
{
  if (real >= -0x1p63 && real < 0x1p63 && real == trunc (real))
    {
      gint64 integer = (gint64) real;
      return sip_hash (&integer, sizeof integer);
    }
  if (real >= 0x1p63 && real < 0x1p64)
    {
      guint64 uinteger = (guint64) real;
      return sip_hash (&uinteger, sizeof uinteger);
    }
  if (isfinite (real) && fabs (real) >= 0x1p63)
    {
      char digits[PYROG_EXACT_FLOAT_SIZE];
      return sip_hash (digits, pyrog_value_exact_float (real, digits));
    }
  return sip_hash (&real, sizeof real);
}

static guint64
hash_complex (const double *parts)
{
  guint64 hashes[2] = { hash_float (parts[0]), hash_float (parts[1]) };

  return parts[1] == 0.0 ? hashes[0] : sip_hash (hashes, sizeof hashes);
}

/* No nan equals another one; with one hash for all, a set of them would take quadratic time */
static guint64
hash_identity (const PyrogValue *value)
{
  return sip_hash (&value, sizeof value);
}

static guint64 hash_value (const PyrogValue *value);

static guint64
hash_items (const PyrogValue *value, gboolean ordered)
{
  guint64 hash = ordered ? value->size : 0;

  for (gsize i = 0; i < pyrog_value_n_items (value); i++)
    {
      guint64 pair[2] = { hash, hash_value (&value->items[i]) };
      hash = ordered ? sip_hash (pair, sizeof pair) : hash + pair[1];
    }
  return hash;
}

static guint64
hash_value (const PyrogValue *value)
{
  gint64 integer;

  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_NONE:
      return 0;
    case PYROG_KIND_BOOL:
      integer = value->boolean;
      return sip_hash (&integer, sizeof integer);
    case PYROG_KIND_INT:
    case PYROG_KIND_UINT:
    case PYROG_KIND_DATE:
      return sip_hash (&value->integer, sizeof value->integer);
    case PYROG_KIND_FLOAT:
    case PYROG_KIND_DATETIME:
      return isnan (value->real) ? hash_identity (value) : hash_float (value->real);
    case PYROG_KIND_COMPLEX:
      return isnan (value->parts[0]) || isnan (value->parts[1]) ? hash_identity (value)
                                                                : hash_complex (value->parts);
    case PYROG_KIND_BIG_INT:
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
    case PYROG_KIND_BYTES:
      return sip_hash (value->text, value->size);
    case PYROG_KIND_LIST:
    case PYROG_KIND_TUPLE:
      return hash_items (value, TRUE);
    case PYROG_KIND_SET:
    case PYROG_KIND_FROZENSET:
    case PYROG_KIND_DICT:
      return hash_items (value, FALSE);
    }
  g_assert_not_reached ();
}

gboolean
pyrog_value_index_init (PyrogValueIndex *index, const PyrogValue *items, gsize count, gsize stride)
{
  gsize capacity = 16;

  need_key ();
  while (capacity < count * 2)
    capacity *= 2;
  *index = (PyrogValueIndex){ items, count, stride, g_try_new0 (guint32, capacity), capacity - 1 };
  return index->slots != NULL;
}

void
pyrog_value_index_clear (PyrogValueIndex *index)
{
  g_clear_pointer (&index->slots, g_free);
}

/* The slot that holds an entry equal to value, or the empty one where it would go */
static gsize
find_slot (const PyrogValueIndex *index, const PyrogValue *value)
{
  gsize slot = hash_value (value) & index->mask;

  while (index->slots[slot] != 0
         && !pyrog_value_equal (&index->items[(index->slots[slot] - 1) * index->stride], value))
    slot = (slot + 1) & index->mask;
  return slot;
}

gsize
pyrog_value_index_add (PyrogValueIndex *index, gsize entry)
{
  gsize slot = find_slot (index, &index->items[entry * index->stride]);

  if (index->slots[slot] != 0)
    return index->slots[slot] - 1;
  index->slots[slot] = (guint32) (entry + 1);
  return index->count;
}

gsize
pyrog_value_index_find (const PyrogValueIndex *index, const PyrogValue *value)
{
  gsize slot = find_slot (index, value);

  return index->slots[slot] != 0 ? index->slots[slot] - 1 : index->count;
}
