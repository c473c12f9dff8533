/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-long-digits.h"

#include <string.h>

static void
assert_bytes (const void *found, gsize found_size, const void *expected, gsize size)
{
  g_assert_cmpuint (found_size, ==, size);
  g_assert_true (memcmp (found, expected, size) == 0);
}

static void
assert_decimal (const guint8 *digits, gsize n, const char *expected)
{
  char text[PYROG_LONG_TEXT_SIZE];
  gsize size = pyrog_long_to_decimal (digits, n, text);

  assert_bytes (text, size, expected, strlen (expected));
}

/* Known numbers, at the edges of the groups both directions calculate in */
static void
test_known (void)
{
  static const struct
  {
    const char *decimal;
    gsize n;
    const char *digits;
  } rows[] = {
    { "1", 1, "\1\0" },
    { "32767", 1, "\xff\x7f" },
    { "32768", 2, "\0\0\1\0" },
    { "999999999", 2, "\xff\x49\x35\x77" },
    { "1000000000", 2, "\0\x4a\x35\x77" },
    { "1073741823", 2, "\xff\x7f\xff\x7f" },
    { "1073741824", 3, "\0\0\0\0\1\0" },
    { "18446744073709551616", 5, "\0\0\0\0\0\0\0\0\x10\0" },
    { "1180591620717411303424", 5, "\0\0\0\0\0\0\0\0\0\4" },
  };
  guint8 out[PYROG_MAX_LONG_DIGITS * 2];

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].decimal);
      assert_decimal ((const guint8 *) rows[i].digits, rows[i].n, rows[i].decimal);
      gsize n = pyrog_long_from_decimal (rows[i].decimal, strlen (rows[i].decimal), out);
      assert_bytes (out, n * 2, rows[i].digits, rows[i].n * 2);
    }
}

/* Zeros inside and at the end of decimal numbers stay */
static void
test_zeros (void)
{
  guint8 out[PYROG_MAX_LONG_DIGITS * 2];
  g_autoptr (GString) text = g_string_new ("1");

  for (guint i = 0; i < 100; i++)
    {
      gsize n = pyrog_long_from_decimal (text->str, text->len, out);
      assert_decimal (out, n, text->str);
      g_string_append_c (text, '0');
    }
}

/* Random numbers of all lengths come back */
static void
test_random (void)
{
  guint8 digits[PYROG_MAX_LONG_DIGITS * 2], out[PYROG_MAX_LONG_DIGITS * 2];
  char text[PYROG_LONG_TEXT_SIZE];

  for (gsize n = 1; n <= PYROG_MAX_LONG_DIGITS; n++)
    {
      for (gsize i = 0; i < n; i++)
        {
          digits[2 * i] = (guint8) g_test_rand_int ();
          digits[2 * i + 1] = (guint8) (g_test_rand_int () & 0x7f);
        }
      digits[2 * n - 2] |= 1;
      gsize size = pyrog_long_to_decimal (digits, n, text);
      g_assert_cmpuint (pyrog_long_from_decimal (text, size, out), ==, n);
      assert_bytes (out, n * 2, digits, n * 2);
    }
}

/* The largest number has its place in both directions; one more digit is refused */
static void
test_largest (void)
{
  guint8 digits[PYROG_MAX_LONG_DIGITS * 2], out[PYROG_MAX_LONG_DIGITS * 2];
  char text[PYROG_LONG_TEXT_SIZE + 1];

  for (gsize i = 0; i < sizeof digits; i++)
    digits[i] = i % 2 == 0 ? 0xff : 0x7f;
  gsize size = pyrog_long_to_decimal (digits, PYROG_MAX_LONG_DIGITS, text);
  g_assert_cmpuint (size, ==, 4516);
  g_assert_cmpuint (pyrog_long_from_decimal (text, size, out), ==, PYROG_MAX_LONG_DIGITS);
  assert_bytes (out, sizeof out, digits, sizeof digits);
  text[size] = '0';
  g_assert_cmpuint (pyrog_long_from_decimal (text, size + 1, out), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/long-digits/known", test_known);
  g_test_add_func ("/long-digits/zeros", test_zeros);
  g_test_add_func ("/long-digits/random", test_random);
  g_test_add_func ("/long-digits/largest", test_largest);
  return g_test_run ();
}
