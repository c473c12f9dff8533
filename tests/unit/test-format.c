/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-format.h"

#include <math.h>
#include <string.h>

#include "canonical.h"
#include "pyrog-error.h"

/* ---- Formats ---- */

static const struct
{
  const char *format;
  gboolean valid;
  gboolean single;
} formats[] = {
  { "", TRUE, FALSE },        { "b", TRUE, TRUE },      { "bynqiuxtds", TRUE, FALSE },
  { "@s", TRUE, TRUE },       { "@a{sv}", TRUE, TRUE }, { "@(xs)s", TRUE, FALSE },
  { "@*", TRUE, TRUE },       { "@*@*", TRUE, FALSE },  { "@mms", TRUE, TRUE },
  { "x@aix", TRUE, FALSE },   { "@", FALSE, FALSE },    { "@?", FALSE, FALSE },
  { "@a*", FALSE, FALSE },    { "@r", FALSE, FALSE },   { "@a", FALSE, FALSE },
  { "@(x", FALSE, FALSE },    { "v", FALSE, FALSE },    { "(x)", FALSE, FALSE },
  { "x x", FALSE, FALSE },    { "ai", FALSE, FALSE },   { "&s", FALSE, FALSE },
  { "xz", FALSE, FALSE },     { "z", FALSE, FALSE },    { "h", FALSE, FALSE },
  { "@a{vs}", FALSE, FALSE },
};

/* What is a format, and what is one of a single element */
static void
test_formats (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_test_message ("‘%s’", formats[i].format);
      g_assert_cmpint (pyrog_format_is_valid (formats[i].format), ==, formats[i].valid);
      g_assert_cmpint (pyrog_format_is_single (formats[i].format), ==, formats[i].single);
    }
}

/* ---- Building ---- */

static gboolean
build (PyrogArena *arena, PyrogValue *value, GError **error, const char *format, ...)
{
  PyrogBuilder builder;
  va_list args;

  pyrog_builder_init (&builder, arena);
  va_start (args, format);
  gboolean ok = pyrog_format_build (&builder, format, FALSE, &args);
  va_end (args);
  gboolean finished = pyrog_builder_finish (&builder, value, error);
  pyrog_builder_clear (&builder);
  g_assert_cmpint (ok, ==, finished);
  return finished;
}

/* A tuple of that canonical text came of it */
#define assert_builds(expected, ...)                                                               \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (PyrogArena) arena_ = pyrog_arena_new ();                                            \
    g_autoptr (GError) error_ = NULL;                                                              \
    PyrogValue value_;                                                                             \
    build (arena_, &value_, &error_, __VA_ARGS__);                                                 \
    g_assert_no_error (error_);                                                                    \
    PyrogValue wanted_ = pyrog_value_from_canonical (arena_, expected);                            \
    g_autofree char *found_text_ = pyrog_value_to_canonical (&value_);                             \
    g_autofree char *wanted_text_ = pyrog_value_to_canonical (&wanted_);                           \
    g_assert_cmpstr (found_text_, ==, wanted_text_);                                               \
  }                                                                                                \
  G_STMT_END

/* Every kind of C variable becomes the value that Python has for it, at both ends of its range */
static void
test_build (void)
{
  assert_builds ("()", "");
  assert_builds ("(True,False,True)", "bbb", TRUE, FALSE, 5);
  assert_builds ("(i:0,i:255)", "yy", 0, 255);
  assert_builds ("(i:-32768,i:32767)", "nn", -32768, 32767);
  assert_builds ("(i:0,i:65535)", "qq", 0, 65535);
  assert_builds ("(i:-2147483648,i:2147483647)", "ii", G_MININT32, G_MAXINT32);
  assert_builds ("(i:0,i:4294967295)", "uu", 0u, G_MAXUINT32);
  assert_builds ("(i:-9223372036854775808)", "x", G_MININT64);
  assert_builds ("(i:9223372036854775807)", "x", G_MAXINT64);
  assert_builds ("(i:9223372036854775807)", "t", (guint64) G_MAXINT64);
  assert_builds ("(i:18446744073709551615)", "t", G_MAXUINT64);
  assert_builds ("(f:3ff8000000000000,f:7ff0000000000000)", "dd", 1.5, (double) INFINITY);
  assert_builds ("(s:\"\",s:\"\\xc3\\xa4\")", "ss", "", "\xc3\xa4");
  assert_builds ("([i:1,i:2],i:3)", "@aix", g_variant_new_parsed ("[1, 2]"), (gint64) 3);
  assert_builds ("({d s:\"a\"=True},None)", "@*@mv", g_variant_new_parsed ("{'a': <true>}"),
                 g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
}

/* A GVariant that the caller owns stays the caller's */
static void
test_build_owned (void)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (g_variant_new_string ("text"));

  assert_builds ("(s:\"text\",s:\"text\")", "@s@*", owned, owned);
  g_assert_cmpstr (g_variant_get_string (owned, NULL), ==, "text");
}

/* What can't be a value is an error, as is text that is no UTF-8 */
static void
test_build_errors (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogValue value;

  g_assert_false (build (arena, &value, &error, "xs", (gint64) 1, "a\xff"));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_clear_error (&error);
  pyrog_arena_set_budget (arena, 0, 3);
  g_assert_false (
      build (arena, &value, &error, "xxxx", (gint64) 1, (gint64) 2, (gint64) 3, (gint64) 4));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* ---- Reading ---- */

/* From a tuple in canonical notation */
static gboolean
read_from (const char *canonical, GError **error, const char *format, ...)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue tuple = pyrog_value_from_canonical (arena, canonical);
  va_list args;

  va_start (args, format);
  gboolean ok = pyrog_format_read (&tuple, NULL, "args", format, &args, error);
  va_end (args);
  return ok;
}

/* Every kind of variable is written as wide as it is, at both ends of its range */
static void
test_read_numbers (void)
{
  g_autoptr (GError) error = NULL;
  gboolean b;
  struct
  {
    guint8 before, y, after;
  } byte = { 1, 0, 2 };
  gint16 n;
  guint16 q;
  gint32 i;
  guint32 u;
  gint64 x;
  guint64 t;
  double d;

  read_from ("(True,i:255,i:-32768,i:65535,i:-2147483648,i:4294967295,i:-9223372036854775808,"
             "i:18446744073709551615,f:3ff8000000000000)",
             &error, "bynqiuxtd", &b, &byte.y, &n, &q, &i, &u, &x, &t, &d);
  g_assert_no_error (error);
  g_assert_cmpint (b, ==, TRUE);
  g_assert_cmpuint (byte.y, ==, 255);
  g_assert_cmpuint (byte.before, ==, 1);
  g_assert_cmpuint (byte.after, ==, 2);
  g_assert_cmpint (n, ==, G_MININT16);
  g_assert_cmpuint (q, ==, G_MAXUINT16);
  g_assert_cmpint (i, ==, G_MININT32);
  g_assert_cmpuint (u, ==, G_MAXUINT32);
  g_assert_cmpint (x, ==, G_MININT64);
  g_assert_cmpuint (t, ==, G_MAXUINT64);
  g_assert_cmpfloat (d, ==, 1.5);
  /* An int is a float where one is wanted */
  g_assert_true (read_from ("(i:3)", &error, "d", &d));
  g_assert_cmpfloat (d, ==, 3.0);
}

/* Text and GVariants are the caller's */
static void
test_read_owned (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GVariant) array = NULL;
  g_autoptr (GVariant) any = NULL;

  read_from ("(s:\"abc\",[i:1,i:2],{d s:\"k\"=i:1})", &error, "s@ai@*", &text, &array, &any);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "abc");
  g_autofree char *printed = g_variant_print (array, TRUE);
  g_assert_cmpstr (printed, ==, "[1, 2]");
  g_assert_false (g_variant_is_floating (any));
  g_assert_cmpstr (g_variant_get_type_string (any), ==, "a{sv}");
}

static const struct
{
  const char *values;
  const char *format; /* of one element */
  int code;
  const char *text; /* in the error */
} misfits[] = {
  { "(i:256)", "y", PYROG_ERROR_OVERFLOW_ERROR, "args" },
  { "(i:-1)", "y", PYROG_ERROR_OVERFLOW_ERROR, "args" },
  { "(i:32768)", "n", PYROG_ERROR_OVERFLOW_ERROR, "args" },
  { "(i:65536)", "q", PYROG_ERROR_OVERFLOW_ERROR, "args" },
  { "(i:2147483648)", "i", PYROG_ERROR_OVERFLOW_ERROR, "args" },
  { "(i:-1)", "u", PYROG_ERROR_OVERFLOW_ERROR, "args" },
  { "(i:9223372036854775808)", "x", PYROG_ERROR_OVERFLOW_ERROR, "args" },
  { "(i:18446744073709551616)", "t", PYROG_ERROR_OVERFLOW_ERROR, "args" },
  { "(i:-1)", "t", PYROG_ERROR_OVERFLOW_ERROR, "args" },
  { "(i:1)", "s", PYROG_ERROR_TYPE_ERROR, "args" },
  { "(s:\"1\")", "x", PYROG_ERROR_TYPE_ERROR, "args" },
  { "(s:\"1\")", "d", PYROG_ERROR_TYPE_ERROR, "args" },
  { "(None)", "s", PYROG_ERROR_TYPE_ERROR, "args" },
  { "(f:3ff8000000000000)", "x", PYROG_ERROR_TYPE_ERROR, "args" },
  { "([i:1,s:\"a\"])", "@ai", PYROG_ERROR_TYPE_ERROR, "[1]" },
  { "()", "x", PYROG_ERROR_TYPE_ERROR, "args: 1 values are wanted but there are 0" },
  { "(i:1,i:2)", "x", PYROG_ERROR_TYPE_ERROR, "args: 1 values are wanted but there are 2" },
};

/* What does not fit is an error that says where, and nothing is written */
static void
test_misfits (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (misfits); row++)
    {
      g_autoptr (GError) error = NULL;
      guint64 untouched = 0x0123456789abcdef;
      g_test_message ("%s as ‘%s’", misfits[row].values, misfits[row].format);
      g_assert_false (read_from (misfits[row].values, &error, misfits[row].format, &untouched));
      g_assert_error (error, PYROG_ERROR, misfits[row].code);
      g_assert_nonnull (strstr (error->message, misfits[row].text));
      g_assert_cmphex (untouched, ==, 0x0123456789abcdef);
    }
}

/* A failure after others were read frees those, and leaves their variables alone */
static void
test_late_misfit (void)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  GVariant *any = NULL;
  gint64 x = 7;

  g_assert_false (read_from ("(s:\"a\",[i:1],i:5,None)", &error, "s@*xx", &text, &any, &x, &x));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  g_assert_null (text);
  g_assert_null (any);
  g_assert_cmpint (x, ==, 7);
}

/* NULL skips an element, which must be of its type all the same; more than a few are read as well
 */
static void
test_skip_and_many (void)
{
  g_autoptr (GError) error = NULL;
  gint64 last = 0;
  g_autofree char *text = NULL;

  read_from ("(s:\"a\",[i:1],i:3)", &error, "s@*x", NULL, NULL, &last);
  g_assert_no_error (error);
  g_assert_cmpint (last, ==, 3);
  read_from ("(i:1,s:\"b\",i:3,i:4,i:5,i:6,i:7,i:8,i:9,s:\"c\",i:11)", &error, "xsxxxxxxxsx", NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &text, &last);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "c");
  g_assert_cmpint (last, ==, 11);
  g_assert_true (read_from ("()", &error, ""));
  g_assert_false (read_from ("(i:1)", &error, "s", NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/formats", test_formats);
  g_test_add_func ("/format/build", test_build);
  g_test_add_func ("/format/build-owned", test_build_owned);
  g_test_add_func ("/format/build-errors", test_build_errors);
  g_test_add_func ("/format/read-numbers", test_read_numbers);
  g_test_add_func ("/format/read-owned", test_read_owned);
  g_test_add_func ("/format/misfits", test_misfits);
  g_test_add_func ("/format/late-misfit", test_late_misfit);
  g_test_add_func ("/format/skip-and-many", test_skip_and_many);
  return g_test_run ();
}
