/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "mutator.h"

#include <string.h>

#define MAX_STEPS 4
#define MAX_SIZE 20000u /* as tests/fuzz/run has it */
#define MAX_PART 64u

typedef void (*Step) (GByteArray *bytes, GPtrArray *inputs, GRand *random);

/* From 0 to below end, which may be 0 */
static guint
below (GRand *random, gsize end)
{
  return end > 0 ? (guint) g_rand_int_range (random, 0, (gint32) end) : 0;
}

/* A place, and how many bytes from there on to deal with; at least one if there are any */
static guint
choose_part (GByteArray *bytes, GRand *random, guint *size)
{
  guint start = below (random, bytes->len);
  guint wanted = 1 + below (random, MAX_PART);

  *size = MIN (wanted, bytes->len - start);
  return start;
}

static void
insert (GByteArray *bytes, guint place, const guint8 *data, guint size)
{
  guint rest = bytes->len - place;

  if (bytes->len + size > MAX_SIZE)
    return;
  g_byte_array_set_size (bytes, bytes->len + size);
  memmove (bytes->data + place + size, bytes->data + place, rest);
  memcpy (bytes->data + place, data, size);
}

static void
flip_bit (GByteArray *bytes, GPtrArray *inputs, GRand *random)
{
  if (bytes->len > 0)
    bytes->data[below (random, bytes->len)] ^= (guint8) (1u << below (random, 8));
}

/* One of the bytes that mean something somewhere, or any */
static void
set_byte (GByteArray *bytes, GPtrArray *inputs, GRand *random)
{
  static const guint8 special[] = { 0,   1,   0x7f, 0x80, 0xff, '"', '\'', '\\', '(', ')',
                                    '[', ']', '{',  '}',  ',',  ':', '-',  '.',  '0', '9' };
  guint choice = below (random, 2 * G_N_ELEMENTS (special));

  if (bytes->len > 0)
    bytes->data[below (random, bytes->len)]
        = choice < G_N_ELEMENTS (special) ? special[choice] : (guint8) below (random, 256);
}

/* A number of two or four bytes, in either order, becomes a near or an extreme one */
static void
change_number (GByteArray *bytes, GPtrArray *inputs, GRand *random)
{
  static const guint32 extremes[]
      = { 0, 1, 0x7f, 0x80, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff };
  guint size = below (random, 2) == 0 ? 2 : 4;
  gboolean big_endian = below (random, 2) == 0;
  guint32 number = 0;

  if (bytes->len < size)
    return;
  guint8 *place = bytes->data + below (random, bytes->len - size + 1);
  for (guint i = 0; i < size; i++)
    number |= (guint32) place[big_endian ? size - 1 - i : i] << 8 * i;
  if (below (random, 2) == 0)
    number += below (random, 17) - 8u;
  else
    number = extremes[below (random, G_N_ELEMENTS (extremes))];
  for (guint i = 0; i < size; i++)
    place[big_endian ? size - 1 - i : i] = (guint8) (number >> 8 * i);
}

static void
cut_end (GByteArray *bytes, GPtrArray *inputs, GRand *random)
{
  g_byte_array_set_size (bytes, below (random, bytes->len + 1));
}

static void
erase_part (GByteArray *bytes, GPtrArray *inputs, GRand *random)
{
  guint size;
  guint start = choose_part (bytes, random, &size);

  if (size > 0)
    g_byte_array_remove_range (bytes, start, size);
}

static void
double_part (GByteArray *bytes, GPtrArray *inputs, GRand *random)
{
  guint size;
  guint start = choose_part (bytes, random, &size);

  if (size == 0)
    return;
  g_autofree guint8 *part = g_memdup2 (bytes->data + start, size);
  insert (bytes, below (random, bytes->len + 1), part, size);
}

/* The same byte some times */
static void
insert_bytes (GByteArray *bytes, GPtrArray *inputs, GRand *random)
{
  guint8 part[MAX_PART];
  guint size = 1 + below (random, MAX_PART);

  memset (part, (guint8) below (random, 256), size);
  insert (bytes, below (random, bytes->len + 1), part, size);
}

/* Goes on as another input does from some place on */
static void
splice (GByteArray *bytes, GPtrArray *inputs, GRand *random)
{
  gsize size;
  const guint8 *other = g_bytes_get_data (inputs->pdata[below (random, inputs->len)], &size);
  guint start = below (random, size);

  cut_end (bytes, inputs, random);
  if (size > 0)
    insert (bytes, bytes->len, other + start, (guint) size - start);
}

GByteArray *
fuzz_mutate (GPtrArray *inputs, guint32 number)
{
  static const Step steps[] = { flip_bit,   set_byte,    change_number, cut_end,
                                erase_part, double_part, insert_bytes,  splice };
  GRand *random = g_rand_new_with_seed (number);
  GByteArray *bytes = g_byte_array_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (inputs->pdata[below (random, inputs->len)], &size);

  g_byte_array_append (bytes, data, (guint) MIN (size, MAX_SIZE));
  for (guint i = 1 + below (random, MAX_STEPS); i > 0; i--)
    steps[below (random, G_N_ELEMENTS (steps))](bytes, inputs, random);
  g_rand_free (random);
  return bytes;
}
