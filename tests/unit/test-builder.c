/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-builder.h"

#include <string.h>

#include "pyrog-error.h"

static void
fail_finish (PyrogBuilder *builder, int code)
{
  g_autoptr (GError) error = NULL;
  PyrogValue value;

  g_assert_false (pyrog_builder_finish (builder, &value, &error));
  g_assert_error (error, PYROG_ERROR, code);
}

/* Nesting ends at the limit; one container more is refused */
static void
test_depth (void)
{
  for (guint more = 0; more < 2; more++)
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogBuilder builder;
      PyrogValue value;

      pyrog_builder_init (&builder, arena);
      for (guint i = 0; i < PYROG_MAX_DEPTH + more; i++)
        g_assert_true (pyrog_builder_open (&builder, PYROG_KIND_LIST) == (i < PYROG_MAX_DEPTH));
      for (guint i = 0; i < PYROG_MAX_DEPTH; i++)
        pyrog_builder_close (&builder);
      if (more > 0)
        fail_finish (&builder, PYROG_ERROR_MESSAGE_TOO_LARGE);
      else
        g_assert_true (pyrog_builder_finish (&builder, &value, NULL));
      pyrog_builder_clear (&builder);
    }
}

/* The budget of values and of memory is charged to the last one, and not exceeded by one */
static void
test_budget (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogBuilder builder;
  PyrogValue value;

  pyrog_arena_set_budget (arena, 0, 3);
  pyrog_builder_init (&builder, arena);
  pyrog_builder_open (&builder, PYROG_KIND_LIST);
  pyrog_builder_int (&builder, 1);
  pyrog_builder_int (&builder, 2);
  g_assert_true (pyrog_builder_close (&builder)); /* the list is the third */
  g_assert_true (pyrog_builder_finish (&builder, &value, NULL));
  pyrog_builder_reset (&builder);
  g_assert_false (pyrog_builder_none (&builder));
  fail_finish (&builder, PYROG_ERROR_MESSAGE_TOO_LARGE);
  pyrog_builder_clear (&builder);

  pyrog_arena_reset (arena);
  pyrog_arena_set_budget (arena, 100, 0);
  g_assert_nonnull (pyrog_arena_alloc (arena, 60, &error));
  g_assert_nonnull (pyrog_arena_alloc (arena, 40, &error));
  g_assert_no_error (error);
  g_assert_null (pyrog_arena_alloc (arena, 1, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
  pyrog_arena_reset (arena);
  g_assert_nonnull (pyrog_arena_alloc (arena, 100, NULL));
}

/* The budget of a peer's message, without overflow */
static void
test_budget_for (void)
{
  g_assert_cmpuint (pyrog_arena_budget_for (0), ==, 1024 * 1024);
  g_assert_cmpuint (pyrog_arena_budget_for (1000), ==, 32000 + 1024 * 1024);
  g_assert_cmpuint (pyrog_arena_budget_for (G_MAXSIZE), ==, G_MAXSIZE);
}

/* Decimal text becomes the smallest kind that holds it */
static void
test_decimal (void)
{
  static const struct
  {
    const char *text;
    int kind; /* below 0: refused */
  } rows[] = {
    { "0", PYROG_KIND_INT },
    { "-0", PYROG_KIND_INT },
    { "+5", PYROG_KIND_INT },
    { "007", PYROG_KIND_INT },
    { "9223372036854775807", PYROG_KIND_INT },
    { "-9223372036854775808", PYROG_KIND_INT },
    { "9223372036854775808", PYROG_KIND_UINT },
    { "18446744073709551615", PYROG_KIND_UINT },
    { "18446744073709551616", PYROG_KIND_BIG_INT },
    { "-9223372036854775809", PYROG_KIND_BIG_INT },
    { "", -1 },
    { "-", -1 },
    { "1_0", -1 },
    { " 1", -1 },
    { "1x", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogBuilder builder;
      PyrogValue value;

      g_test_message ("‘%s’", rows[i].text);
      pyrog_builder_init (&builder, arena);
      pyrog_builder_decimal (&builder, rows[i].text, strlen (rows[i].text));
      if (rows[i].kind < 0)
        fail_finish (&builder, PYROG_ERROR_SERIALIZE);
      else
        {
          g_assert_true (pyrog_builder_finish (&builder, &value, NULL));
          g_assert_cmpint (value.kind, ==, rows[i].kind);
        }
      pyrog_builder_clear (&builder);
    }
}

/* Text is a STR, a RAW_STR, or refused */
static void
test_text (void)
{
  static const struct
  {
    const char *text;
    gsize size;
    int kind; /* below 0: refused */
  } rows[] = {
    { "", 0, PYROG_KIND_STR },
    { "\xc3\xbc", 2, PYROG_KIND_STR },
    { "a\0b", 3, PYROG_KIND_RAW_STR },
    { "\xed\xa0\x80", 3, PYROG_KIND_RAW_STR },
    { "x\xed\xbf\xbf\0", 5, PYROG_KIND_RAW_STR },
    { "\xff", 1, -1 },
    { "\xc3", 1, -1 },
    { "\xed\xa0", 2, -1 },
    { "\xf5\x80\x80\x80", 4, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogBuilder builder;
      PyrogValue value;

      g_test_message ("row %u", i);
      pyrog_builder_init (&builder, arena);
      pyrog_builder_str (&builder, rows[i].text, rows[i].size);
      if (rows[i].kind < 0)
        fail_finish (&builder, PYROG_ERROR_SERIALIZE);
      else
        {
          g_assert_true (pyrog_builder_finish (&builder, &value, NULL));
          g_assert_cmpint (value.kind, ==, rows[i].kind);
        }
      pyrog_builder_clear (&builder);
    }
}

/* A dict keeps the first of equal keys with the last value, few keys or many; keys compare as in
 * Python */
static void
test_repeated_keys (void)
{
  for (guint count = 2; count <= 200; count += 99)
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogBuilder builder;
      PyrogValue value;

      pyrog_builder_init (&builder, arena);
      pyrog_builder_open (&builder, PYROG_KIND_DICT);
      for (guint i = 0; i < count; i++)
        {
          pyrog_builder_int (&builder, i);
          pyrog_builder_int (&builder, 1);
        }
      pyrog_builder_float (&builder, 1.0); /* equal to the int */
      pyrog_builder_int (&builder, 2);
      pyrog_builder_bool (&builder, FALSE); /* equal to 0 */
      pyrog_builder_int (&builder, 3);
      pyrog_builder_close (&builder);
      g_assert_true (pyrog_builder_finish (&builder, &value, NULL));
      g_assert_cmpuint (value.size, ==, count);
      g_assert_cmpint (value.items[0].kind, ==, PYROG_KIND_INT);
      g_assert_cmpint (value.items[1].integer, ==, 3);
      g_assert_cmpint (value.items[3].integer, ==, 2);
      pyrog_builder_clear (&builder);
    }
}

/* What Python can't hash is no key and no item of a set */
static void
test_unhashable (void)
{
  static const PyrogKind kinds[] = { PYROG_KIND_LIST, PYROG_KIND_SET, PYROG_KIND_DICT };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogBuilder builder;

      pyrog_builder_init (&builder, arena);
      pyrog_builder_open (&builder, PYROG_KIND_SET);
      pyrog_builder_open (&builder, PYROG_KIND_TUPLE);
      pyrog_builder_open (&builder, kinds[i]);
      pyrog_builder_close (&builder);
      pyrog_builder_close (&builder);
      g_assert_false (pyrog_builder_close (&builder));
      fail_finish (&builder, PYROG_ERROR_SERIALIZE);
      pyrog_builder_clear (&builder);
    }
}

/* A dict without its last value, and more or less than one value, are no message */
static void
test_incomplete (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogBuilder builder;

  pyrog_builder_init (&builder, arena);
  fail_finish (&builder, PYROG_ERROR_SERIALIZE);
  pyrog_builder_reset (&builder);
  pyrog_builder_open (&builder, PYROG_KIND_DICT);
  pyrog_builder_int (&builder, 1);
  g_assert_false (pyrog_builder_close (&builder));
  fail_finish (&builder, PYROG_ERROR_SERIALIZE);
  pyrog_builder_reset (&builder);
  pyrog_builder_none (&builder);
  pyrog_builder_none (&builder);
  fail_finish (&builder, PYROG_ERROR_SERIALIZE);
  pyrog_builder_clear (&builder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builder/depth", test_depth);
  g_test_add_func ("/builder/budget", test_budget);
  g_test_add_func ("/builder/budget-for", test_budget_for);
  g_test_add_func ("/builder/decimal", test_decimal);
  g_test_add_func ("/builder/text", test_text);
  g_test_add_func ("/builder/repeated-keys", test_repeated_keys);
  g_test_add_func ("/builder/unhashable", test_unhashable);
  g_test_add_func ("/builder/incomplete", test_incomplete);
  return g_test_run ();
}
