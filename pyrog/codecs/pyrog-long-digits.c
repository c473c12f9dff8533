/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-long-digits.h"

#define GROUP 1000000000u /* nine decimal digits */
#define GROUP_DIGITS 9u
#define MAX_GROUPS (PYROG_LONG_TEXT_SIZE / GROUP_DIGITS)
#define LIMB_BITS 30u /* two digits of marshal */
#define LIMB_MASK ((1u << LIMB_BITS) - 1)
#define DIGIT_MASK 0x7fffu
#define MAX_LIMBS ((PYROG_MAX_LONG_DIGITS + 1) / 2)

/* ceil (1000 * 15 * log10 (2)) decimal digits fit */
G_STATIC_ASSERT (PYROG_LONG_TEXT_SIZE % GROUP_DIGITS == 0);
G_STATIC_ASSERT (PYROG_LONG_TEXT_SIZE > PYROG_MAX_LONG_DIGITS * 4516 / 1000);

/* number = number * factor + carry; number has room. Returns the new length. */
static gsize
groups_multiply_add (guint32 *groups, gsize length, guint64 factor, guint64 carry)
{
  for (gsize i = 0; i < length; i++)
    {
      guint64 product = groups[i] * factor + carry;
      groups[i] = (guint32) (product % GROUP);
      carry = product / GROUP;
    }
  for (; carry > 0; carry /= GROUP)
    groups[length++] = (guint32) (carry % GROUP);
  return length;
}

static gsize
write_group (char *out, guint32 group, gsize digits)
{
  for (gsize i = digits; i > 0; i--, group /= 10)
    out[i - 1] = (char) ('0' + group % 10);
  return digits;
}

static gsize
count_digits (guint32 group)
{
  gsize digits = 1;

  for (; group >= 10; group /= 10)
    digits++;
  return digits;
}

gsize
pyrog_long_to_decimal (const guint8 *digits, gsize n, char out[PYROG_LONG_TEXT_SIZE])
{
  guint32 groups[MAX_GROUPS] = { 0 };
  gsize length = 0;

  g_assert (n <= PYROG_MAX_LONG_DIGITS);
  for (gsize i = n; i > 0;)
    {
      /* Two digits at once; an odd number of them begins with a single one */
      guint64 limb = 0;
      guint bits = 0;
      do
        {
          i--;
          limb = limb << 15 | (guint64) (digits[2 * i] | digits[2 * i + 1] << 8);
          bits += 15;
        }
      while (i % 2 != 0);
      length = groups_multiply_add (groups, length, G_GUINT64_CONSTANT (1) << bits, limb);
    }
  if (length == 0)
    return write_group (out, 0, 1);

  gsize size = write_group (out, groups[length - 1], count_digits (groups[length - 1]));
  for (gsize i = length - 1; i > 0; i--)
    size += write_group (out + size, groups[i - 1], GROUP_DIGITS);
  return size;
}

/* number = number * factor + carry; 0 if it does not fit */
static gboolean
limbs_multiply_add (guint32 *limbs, gsize *length, guint64 factor, guint64 carry)
{
  for (gsize i = 0; i < *length; i++)
    {
      guint64 product = limbs[i] * factor + carry;
      limbs[i] = (guint32) (product & LIMB_MASK);
      carry = product >> LIMB_BITS;
    }
  if (carry == 0)
    return TRUE;
  if (*length == MAX_LIMBS)
    return FALSE;
  limbs[(*length)++] = (guint32) carry; /* less than factor, which is less than 2 ** 30 */
  return TRUE;
}

gsize
pyrog_long_from_decimal (const char *decimal, gsize size, guint8 out[PYROG_MAX_LONG_DIGITS * 2])
{
  guint32 limbs[MAX_LIMBS] = { 0 };
  gsize length = 0;

  for (gsize i = 0; i < size;)
    {
      guint32 group = 0, factor = 1;
      for (gsize end = MIN (size, i + GROUP_DIGITS); i < end; i++, factor *= 10)
        group = group * 10 + (guint32) (decimal[i] - '0');
      if (!limbs_multiply_add (limbs, &length, factor, group))
        return 0;
    }

  gsize n = length * 2;
  for (gsize i = 0; i < n; i++)
    {
      guint32 digit = limbs[i / 2] >> (i % 2 * 15) & DIGIT_MASK;
      out[2 * i] = (guint8) digit;
      out[2 * i + 1] = (guint8) (digit >> 8);
    }
  if (n > 0 && out[2 * n - 2] == 0 && out[2 * n - 1] == 0)
    n--;
  return n;
}
