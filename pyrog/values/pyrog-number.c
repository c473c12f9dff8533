/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-number.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* repr() changes to an exponent from here on */
#define MAX_PLAIN_EXPONENT 16
#define MIN_PLAIN_EXPONENT (-4)
/* Integers below this are exact and are written as such */
#define EXACT_INTEGERS 1e15
/* More decimals are left to the slow way */
#define MAX_DECIMALS 10
/* Text of a float up to this length is converted on the stack */
#define SHORT_FLOAT 64

/* All exact */
static const double powers_of_ten[] = {
  1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static guint
count_digits (guint64 value)
{
  guint count = 1;

  while (value >= 10000)
    {
      value /= 10000;
      count += 4;
    }
  return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

gsize
pyrog_number_write_uint (char *out, guint64 value)
{
  static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                              "25262728293031323334353637383940414243444546474849"
                              "50515253545556575859606162636465666768697071727374"
                              "75767778798081828384858687888990919293949596979899";
  guint size = count_digits (value);
  char *p = out + size;

  *p = '\0';
  for (; value >= 100; value /= 100)
    {
      p -= 2;
      memcpy (p, pairs + 2 * (value % 100), 2);
    }
  if (value >= 10)
    memcpy (out, pairs + 2 * value, 2);
  else
    *out = (char) ('0' + value);
  return size;
}

gsize
pyrog_number_write_int (char *out, gint64 value)
{
  if (value >= 0)
    return pyrog_number_write_uint (out, (guint64) value);
  out[0] = '-';
  return 1 + pyrog_number_write_uint (out + 1, 0 - (guint64) value);
}

/* Makes the last digit of "d.ddde±xx" greater by one */
static void
round_up (char *text)
{
  for (char *p = strchr (text, 'e') - 1; p >= text; p--)
    {
      if (*p == '.')
        continue;
      if (*p != '9')
        {
          (*p)++;
          return;
        }
      *p = '0';
    }
}

/* Where few decimals are enough: value is then the float next to integer / 10^decimals, and no
 * other text of up to DBL_DIG digits is */
static gboolean
find_decimals (double value, guint64 *integer, int *decimals)
{
  if (value >= EXACT_INTEGERS || value < 1e-5)
    return FALSE;
  for (int i = 1; i <= MAX_DECIMALS; i++)
    {
      double scaled = rint (value * powers_of_ten[i]);
      if (scaled >= EXACT_INTEGERS)
        return FALSE;
      if (scaled / powers_of_ten[i] == value)
        {
          *integer = (guint64) scaled;
          *decimals = i;
          return TRUE;
        }
    }
  return FALSE;
}

/* The fewest digits that read back as value, as "d.ddde±xx" */
static void
write_shortest (char *out, gsize size, double value)
{
  static const char *const formats[] = {
    "%.0e", "%.1e",  "%.2e",  "%.3e",  "%.4e",  "%.5e",  "%.6e",  "%.7e",  "%.8e",
    "%.9e", "%.10e", "%.11e", "%.12e", "%.13e", "%.14e", "%.15e", "%.16e",
  };

  int exponent;
  gboolean is_power = frexp (value, &exponent) == 0.5;

  /* DBL_DIG digits are exact wherever fewer are, but denormals have fewer to offer */
  for (guint i = value < DBL_MIN ? 0 : DBL_DIG - 1; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (out, (int) size, formats[i], value);
      if (g_ascii_strtod (out, NULL) == value)
        return;
      /* Above a power of two there is twice as much room as below: the nearest text may be outside
       * and its neighbour inside */
      if (is_power)
        round_up (out);
      if (is_power && g_ascii_strtod (out, NULL) == value)
        return;
    }
}

/* Writes the digits with the decimal point behind the first point of them */
static gsize
write_plain (char *out, const char *digits, int n_digits, int point)
{
  char *p = out;

  if (point <= 0)
    {
      p = stpcpy (p, "0.");
      for (int i = point; i < 0; i++)
        *p++ = '0';
      return (gsize) (stpcpy (p, digits) - out);
    }
  for (int i = 0; i < MAX (n_digits, point); i++)
    {
      if (i == point)
        *p++ = '.';
      *p++ = i < n_digits ? digits[i] : '0';
    }
  if (n_digits <= point)
    p = stpcpy (p, ".0");
  *p = '\0';
  return (gsize) (p - out);
}

static gsize
write_exponent (char *out, const char *digits, int n_digits, int exponent)
{
  char *p = out;

  *p++ = digits[0];
  if (n_digits > 1)
    {
      *p++ = '.';
      p = stpcpy (p, digits + 1);
    }
  *p++ = 'e';
  *p++ = exponent < 0 ? '-' : '+';
  exponent = ABS (exponent);
  if (exponent < 10)
    *p++ = '0';
  return (gsize) (p - out) + pyrog_number_write_int (p, exponent);
}

static int
take_digits (double value, char *digits, int *exponent)
{
  char text[PYROG_NUMBER_SIZE];
  int n_digits = 0;

  write_shortest (text, sizeof text, value);
  char *e = strchr (text, 'e');
  *exponent = (int) g_ascii_strtoll (e + 1, NULL, 10);
  for (const char *p = text; p < e; p++)
    {
      if (*p != '.')
        digits[n_digits++] = *p;
    }
  while (n_digits > 1 && digits[n_digits - 1] == '0')
    n_digits--;
  return n_digits;
}

/* A positive finite value */
static gsize
write_positive (char *out, double value)
{
  char digits[PYROG_NUMBER_SIZE];
  int n_digits, decimals, exponent;
  guint64 integer;

  if (value < EXACT_INTEGERS && value == trunc (value))
    {
      gsize size = pyrog_number_write_uint (out, (guint64) value);
      memcpy (out + size, ".0", 3);
      return size + 2;
    }
  if (find_decimals (value, &integer, &decimals))
    {
      n_digits = (int) pyrog_number_write_uint (digits, integer);
      exponent = n_digits - decimals - 1;
    }
  else
    n_digits = take_digits (value, digits, &exponent);
  digits[n_digits] = '\0';

  if (exponent < MIN_PLAIN_EXPONENT || exponent >= MAX_PLAIN_EXPONENT)
    return write_exponent (out, digits, n_digits, exponent);
  return write_plain (out, digits, n_digits, exponent + 1);
}

gsize
pyrog_number_write_float (char *out, double value)
{
  if (isnan (value))
    return (gsize) (stpcpy (out, "nan") - out);
  if (isinf (value))
    return (gsize) (stpcpy (out, value < 0 ? "-inf" : "inf") - out);
  if (!signbit (value))
    return write_positive (out, value);
  out[0] = '-';
  return 1 + write_positive (out + 1, -value);
}

gboolean
pyrog_number_read_uint (const char *text, gsize size, guint64 *value)
{
  guint64 result = 0;

  if (size == 0)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    {
      guint digit = (guint) (guint8) text[i] - '0';
      if (digit > 9 || result > (G_MAXUINT64 - digit) / 10)
        return FALSE;
      result = result * 10 + digit;
    }
  *value = result;
  return TRUE;
}

gboolean
pyrog_number_read_int (const char *text, gsize size, gint64 *value)
{
  gboolean negative = size > 0 && text[0] == '-';
  guint64 magnitude;

  if (!pyrog_number_read_uint (text + negative, size - (gsize) negative, &magnitude)
      || magnitude > (guint64) G_MAXINT64 + (guint64) negative)
    return FALSE;
  *value = (gint64) (negative ? 0 - magnitude : magnitude);
  return TRUE;
}

/* Skips digits; returns how many */
static gsize
skip_digits (const char **p, const char *end)
{
  const char *start = *p;

  while (*p < end && g_ascii_isdigit (**p))
    (*p)++;
  return (gsize) (*p - start);
}

static gboolean
is_float_text (const char *p, const char *end)
{
  if (p < end && (*p == '-' || *p == '+'))
    p++;
  gsize digits = skip_digits (&p, end);
  if (p < end && *p == '.')
    {
      p++;
      digits += skip_digits (&p, end);
    }
  if (digits == 0)
    return FALSE;
  if (p < end && (*p == 'e' || *p == 'E'))
    {
      p++;
      if (p < end && (*p == '-' || *p == '+'))
        p++;
      if (skip_digits (&p, end) == 0)
        return FALSE;
    }
  return p == end;
}

/* Up to DBL_DIG digits without an exponent: an exact integer and an exact power of ten, whose
 * quotient is rounded once, as it should be */
static gboolean
read_short_float (const char *text, gsize size, double *value)
{
  gboolean negative = size > 0 && text[0] == '-';
  gsize digits = 0, decimals = 0;
  gboolean has_point = FALSE;
  guint64 integer = 0;

  if (size > DBL_DIG + 1)
    return FALSE;
  for (gsize i = negative ? 1 : 0; i < size; i++)
    {
      guint digit = (guint) (guint8) text[i] - '0';
      if (digit <= 9)
        {
          integer = integer * 10 + digit;
          digits++;
          decimals += (gsize) has_point;
        }
      else if (text[i] == '.' && !has_point)
        has_point = TRUE;
      else
        return FALSE;
    }
  if (digits == 0 || digits > DBL_DIG)
    return FALSE;
  *value = (double) integer / powers_of_ten[decimals];
  if (negative)
    *value = -*value;
  return TRUE;
}

gboolean
pyrog_number_read_float (const char *text, gsize size, double *value)
{
  char short_text[SHORT_FLOAT];
  g_autofree char *long_text = NULL;
  const char *terminated = short_text;

  if (read_short_float (text, size, value))
    return TRUE;
  if (!is_float_text (text, text + size))
    return FALSE;
  if (size < sizeof short_text)
    {
      memcpy (short_text, text, size);
      short_text[size] = '\0';
    }
  else
    {
      long_text = g_try_malloc (size + 1);
      if (long_text == NULL)
        return FALSE;
      memcpy (long_text, text, size);
      long_text[size] = '\0';
      terminated = long_text;
    }
  *value = g_ascii_strtod (terminated, NULL);
  return TRUE;
}
