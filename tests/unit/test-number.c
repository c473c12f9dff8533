/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static void
assert_float (double value, const char *expected)
{
  char text[PYROG_NUMBER_SIZE];
  double again;

  gsize size = pyrog_number_write_float (text, value);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (size, ==, strlen (expected));
  if (!isfinite (value))
    return;
  g_assert_true (pyrog_number_read_float (text, size, &again));
  g_assert_cmpint (memcmp (&value, &again, sizeof value), ==, 0);
}

static const struct
{
  double value;
  const char *text;
} floats[] = {
  { 0.0, "0.0" },
  { -0.0, "-0.0" },
  { 1.0, "1.0" },
  { -1.5, "-1.5" },
  { 0.1, "0.1" },
  { 0.1 + 0.2, "0.30000000000000004" },
  { 1.0 / 3, "0.3333333333333333" },
  { 2.0 / 3, "0.6666666666666666" },
  { 100.0, "100.0" },
  { 123456.789, "123456.789" },
  { 1e-4, "0.0001" },
  { 1.25e-4, "0.000125" },
  { 9.999e-5, "9.999e-05" },
  { 1e-5, "1e-05" },
  { 1e15, "1000000000000000.0" },
  { 1e15 + 0.125, "1000000000000000.1" },
  { 999999999999999.9, "999999999999999.9" },
  { 9999999999999998.0, "9999999999999998.0" },
  { 1e16, "1e+16" },
  { 1.5e16, "1.5e+16" },
  { 1e22, "1e+22" },
  { 1e23, "1e+23" },
  { 1e100, "1e+100" },
  { 9007199254740993.0, "9007199254740992.0" },
  { 9.5367431640625e-07, "9.5367431640625e-07" },
  { 5e-324, "5e-324" },
  { DBL_MIN, "2.2250738585072014e-308" },
  { DBL_MAX, "1.7976931348623157e+308" },
  { DBL_EPSILON, "2.220446049250313e-16" },
  { 0x1p-44, "5.684341886080802e-14" },
  { 0x1p-1017, "7.120236347223045e-307" },
  { 0x1p972, "3.99168061906944e+292" },
  { 4.35, "4.35" },
  { 0.000123456789012345, "0.000123456789012345" },
  { NAN, "nan" },
  { INFINITY, "inf" },
  { -INFINITY, "-inf" },
};

/* Floats are written as Python's repr() writes them, and read back to the last bit */
static void
test_floats (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (floats); i++)
    assert_float (floats[i].value, floats[i].text);
}

static double
random_float (guint round)
{
  union
  {
    guint64 bits;
    double value;
  } number;

  if (round % 2 == 0)
    return g_test_rand_int () / pow (10, g_test_rand_int_range (0, 12));
  number.bits = (guint64) (guint32) g_test_rand_int () << 32 | (guint32) g_test_rand_int ();
  return number.value;
}

/* No text with a digit less reads back as the same value, and the one that is written does */
static void
test_shortest (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      double value = random_float (i), again;
      char text[PYROG_NUMBER_SIZE], shorter[PYROG_NUMBER_SIZE];
      gsize size = pyrog_number_write_float (text, value);

      if (!isfinite (value))
        continue;
      g_assert_true (pyrog_number_read_float (text, size, &again));
      g_assert_true (value == again);
      guint digits = 0;
      for (const char *p = text + strspn (text, "-0."); g_ascii_isdigit (*p) || *p == '.'; p++)
        digits += *p != '.';
      if (digits < 2 || g_str_has_suffix (text, ".0"))
        continue;
      g_snprintf (shorter, sizeof shorter, "%.*e", (int) digits - 2, value);
      g_assert_true (g_ascii_strtod (shorter, NULL) != value);
    }
}

/* All whole numbers around the powers of ten and two are written as they are */
static void
test_integers (void)
{
  for (guint64 power = 1; power <= G_MAXUINT64 / 10; power *= 10)
    for (guint64 value = power - 1; value <= power + 1; value++)
      {
        char text[PYROG_NUMBER_SIZE];
        g_autofree char *expected = g_strdup_printf ("%" G_GUINT64_FORMAT, value);
        guint64 again;
        g_assert_cmpuint (pyrog_number_write_uint (text, value), ==, strlen (expected));
        g_assert_cmpstr (text, ==, expected);
        g_assert_true (pyrog_number_read_uint (text, strlen (text), &again));
        g_assert_cmpuint (again, ==, value);
      }
}

/* The ends of the ranges are read and written, and one beyond is refused */
static void
test_limits (void)
{
  char text[PYROG_NUMBER_SIZE];
  gint64 integer;
  guint64 uinteger;

  g_assert_cmpuint (pyrog_number_write_int (text, G_MININT64), ==, 20);
  g_assert_cmpstr (text, ==, "-9223372036854775808");
  g_assert_cmpuint (pyrog_number_write_uint (text, G_MAXUINT64), ==, 20);
  g_assert_cmpstr (text, ==, "18446744073709551615");
  g_assert_true (pyrog_number_read_int ("-9223372036854775808", 20, &integer));
  g_assert_cmpint (integer, ==, G_MININT64);
  g_assert_true (pyrog_number_read_int ("9223372036854775807", 19, &integer));
  g_assert_false (pyrog_number_read_int ("9223372036854775808", 19, &integer));
  g_assert_false (pyrog_number_read_int ("-9223372036854775809", 20, &integer));
  g_assert_true (pyrog_number_read_uint ("18446744073709551615", 20, &uinteger));
  g_assert_false (pyrog_number_read_uint ("18446744073709551616", 20, &uinteger));
  g_assert_false (pyrog_number_read_uint ("99999999999999999999", 20, &uinteger));
}

/* What is no decimal number is refused */
static void
test_malformed (void)
{
  static const char *const texts[]
      = { "",    "-",   "+",   ".",  "-.", "e5",  "1e",  "1e+",  "1.2.3", "1..",
          "0x1", "nan", "inf", " 1", "1 ", "1_0", "--1", "1e5.", "1,5",   "１" };
  double value = 4711;
  gint64 integer;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_test_message ("%s", texts[i]);
      g_assert_false (pyrog_number_read_float (texts[i], strlen (texts[i]), &value));
      g_assert_false (pyrog_number_read_int (texts[i], strlen (texts[i]), &integer));
    }
  g_assert_true (value == 4711);
}

/* The text need not be terminated, and may be long */
static void
test_unterminated (void)
{
  g_autofree char *zeros = g_strnfill (5000, '0');
  g_autofree char *text = g_strconcat ("1.", zeros, "9", NULL);
  double value;

  g_assert_true (pyrog_number_read_float ("1.2599", 3, &value));
  g_assert_true (value == 1.2);
  g_assert_true (pyrog_number_read_float (text, strlen (text), &value));
  g_assert_true (value == 1.0);
  g_assert_true (pyrog_number_read_float ("1e400", 5, &value));
  g_assert_true (isinf (value));
  g_assert_true (pyrog_number_read_float (".5", 2, &value));
  g_assert_true (value == 0.5);
  g_assert_true (pyrog_number_read_float ("+5.", 3, &value));
  g_assert_true (value == 5);
}

/* A locale with a decimal comma changes nothing */
static void
test_locale (void)
{
  if (setlocale (LC_NUMERIC, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("The locale de_DE.UTF-8 is not installed");
      return;
    }
  assert_float (0.1 + 0.2, "0.30000000000000004");
  assert_float (1.5, "1.5");
  setlocale (LC_NUMERIC, "C");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/number/floats", test_floats);
  g_test_add_func ("/number/shortest", test_shortest);
  g_test_add_func ("/number/integers", test_integers);
  g_test_add_func ("/number/limits", test_limits);
  g_test_add_func ("/number/malformed", test_malformed);
  g_test_add_func ("/number/unterminated", test_unterminated);
  g_test_add_func ("/number/locale", test_locale);
  return g_test_run ();
}
