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
/* Text of a float up to this length is converted on the stack */
#define SHORT_FLOAT 64

gsize
pyrog_number_write_uint (char *out, guint64 value)
{
  char digits[PYROG_NUMBER_SIZE];
  gsize size = 0;

  do
    digits[size++] = (char) ('0' + value % 10);
  while ((value /= 10) != 0);
  for (gsize i = 0; i < size; i++)
    out[i] = digits[size - 1 - i];
  out[size] = '\0';
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

/* A positive finite value */
static gsize
write_positive (char *out, double value)
{
  char text[PYROG_NUMBER_SIZE];
  char digits[PYROG_NUMBER_SIZE];
  int n_digits = 0;

  if (value < EXACT_INTEGERS && value == trunc (value))
    {
      gsize size = pyrog_number_write_uint (out, (guint64) value);
      memcpy (out + size, ".0", 3);
      return size + 2;
    }
  write_shortest (text, sizeof text, value);
  char *e = strchr (text, 'e');
  int exponent = (int) g_ascii_strtoll (e + 1, NULL, 10);
  for (const char *p = text; p < e; p++)
    {
      if (*p != '.')
        digits[n_digits++] = *p;
    }
  while (n_digits > 1 && digits[n_digits - 1] == '0')
    n_digits--;
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

gboolean
pyrog_number_read_float (const char *text, gsize size, double *value)
{
  char short_text[SHORT_FLOAT];
  g_autofree char *long_text = NULL;
  const char *terminated = short_text;

  if (!is_float_text (text, text + size))
    return FALSE;
  if (size < sizeof short_text)
    {
      memcpy (short_text, text, size);
      short_text[size] = '\0';
    }
  else
    terminated = long_text = g_strndup (text, size);
  *value = g_ascii_strtod (terminated, NULL);
  return TRUE;
}
