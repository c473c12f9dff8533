/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-arena.h"

#include <string.h>

#include "pyrog-error.h"

static const gsize some_sizes[] = { 0, 1, 7, 8, 9, 100, 991, 992, 993, 5000, 70000, 3000000 };

/* Pieces of any size are aligned, their own, and stay where they are */
static void
test_alloc (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  guint8 *pieces[4 * G_N_ELEMENTS (some_sizes)];

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      gsize size = some_sizes[i % G_N_ELEMENTS (some_sizes)];
      g_autoptr (GError) error = NULL;
      pieces[i] = pyrog_arena_alloc (arena, size, &error);
      g_assert_no_error (error);
      g_assert_nonnull (pieces[i]);
      g_assert_cmpuint ((guintptr) pieces[i] % 8, ==, 0);
      memset (pieces[i], (int) i, size);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      gsize size = some_sizes[i % G_N_ELEMENTS (some_sizes)];
      for (gsize at = 0; at < size; at += 499)
        g_assert_cmpuint (pieces[i][at], ==, i);
      if (size > 0)
        g_assert_cmpuint (pieces[i][size - 1], ==, i);
    }
}

/* A copy is one; nothing can be copied, too */
static void
test_copy (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  char text[] = "abc";
  char *copy = pyrog_arena_copy (arena, text, sizeof text, NULL);

  text[0] = 'x';
  g_assert_cmpstr (copy, ==, "abc");
  g_assert_nonnull (pyrog_arena_copy (arena, NULL, 0, NULL));
}

/* The budget of bytes is met exactly; one more is an error that tells it */
static void
test_bytes (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;

  pyrog_arena_set_budget (arena, 1000, 0);
  g_assert_nonnull (pyrog_arena_alloc (arena, 600, NULL));
  g_assert_null (pyrog_arena_alloc (arena, 401, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "1000 bytes"));
  g_clear_error (&error);
  g_assert_nonnull (pyrog_arena_alloc (arena, 400, NULL));
  g_assert_nonnull (pyrog_arena_alloc (arena, 0, NULL));
  g_assert_null (pyrog_arena_alloc (arena, 1, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_clear_error (&error);

  pyrog_arena_set_budget (arena, 0, 0);
  g_assert_nonnull (pyrog_arena_alloc (arena, 1000000, NULL));
  g_assert_null (pyrog_arena_alloc (arena, G_MAXSIZE - 1000000, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* So is that of values, which also has a limit where the program sets none */
static void
test_values (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (pyrog_arena_charge (arena, PYROG_MAX_VALUES, NULL));
  g_assert_true (pyrog_arena_charge (arena, 0, NULL));
  g_assert_false (pyrog_arena_charge (arena, 1, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "16777216 values"));
  g_clear_error (&error);

  pyrog_arena_reset (arena);
  pyrog_arena_set_budget (arena, 0, 10);
  g_assert_false (pyrog_arena_charge (arena, 11, NULL));
  g_assert_false (pyrog_arena_charge (arena, G_MAXSIZE, NULL));
  g_assert_true (pyrog_arena_charge (arena, 9, NULL));
  g_assert_false (pyrog_arena_charge (arena, 2, NULL));
  g_assert_true (pyrog_arena_charge (arena, 1, NULL));
}

/* 32 times the message and 1 MiB, as far as there are numbers */
static void
test_budget_for (void)
{
  const gsize base = 1024 * 1024;

  g_assert_cmpuint (pyrog_arena_budget_for (0), ==, base);
  g_assert_cmpuint (pyrog_arena_budget_for (1), ==, base + 32);
  g_assert_cmpuint (pyrog_arena_budget_for (base), ==, 33 * base);
  g_assert_cmpuint (pyrog_arena_budget_for ((G_MAXSIZE - base) / 32), <, G_MAXSIZE);
  g_assert_cmpuint (pyrog_arena_budget_for ((G_MAXSIZE - base) / 32 + 1), ==, G_MAXSIZE);
  g_assert_cmpuint (pyrog_arena_budget_for (G_MAXSIZE), ==, G_MAXSIZE);
}

static GString *story;

static void
note_letter (gpointer data)
{
  g_string_append (story, data);
}

/* What an arena keeps is let go once, the newest first, when it is reset or freed */
static void
test_keep (void)
{
  PyrogArena *arena = pyrog_arena_new ();

  story = g_string_new (NULL);
  pyrog_arena_reset (arena);
  pyrog_arena_keep (arena, (gpointer) "a", note_letter);
  pyrog_arena_keep (arena, (gpointer) "b", note_letter);
  g_assert_cmpstr (story->str, ==, "");
  pyrog_arena_reset (arena);
  g_assert_cmpstr (story->str, ==, "ba");
  pyrog_arena_reset (arena);
  pyrog_arena_keep (arena, (gpointer) "c", note_letter);
  pyrog_arena_keep (arena, (gpointer) "d", note_letter);
  pyrog_arena_unref (arena);
  g_assert_cmpstr (story->str, ==, "badc");
  g_string_free (story, TRUE);
  pyrog_arena_unref (NULL);
}

/* A reset gives budget and memory back: all the memory but for one small block, which is used again
 */
static void
test_reset (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();

  pyrog_arena_set_budget (arena, 1000, 10);
  gpointer first = pyrog_arena_alloc (arena, 900, NULL);
  g_assert_true (pyrog_arena_charge (arena, 10, NULL));
  g_assert_null (pyrog_arena_alloc (arena, 900, NULL));
  pyrog_arena_reset (arena);
  g_assert_true (pyrog_arena_alloc (arena, 900, NULL) == first);
  g_assert_true (pyrog_arena_charge (arena, 10, NULL));

  /* A large first block is not kept */
  pyrog_arena_reset (arena);
  pyrog_arena_set_budget (arena, 0, 0);
  g_assert_nonnull (pyrog_arena_alloc (arena, 100000, NULL));
  pyrog_arena_reset (arena);
  g_assert_nonnull (pyrog_arena_alloc (arena, 100, NULL));
}

/* The depth is the usual one until it is set */
static void
test_depth (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();

  g_assert_cmpuint (pyrog_arena_get_max_depth (arena), ==, PYROG_MAX_DEPTH);
  pyrog_arena_set_max_depth (arena, PYROG_MAX_CALL_DEPTH);
  g_assert_cmpuint (pyrog_arena_get_max_depth (arena), ==, PYROG_MAX_CALL_DEPTH);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arena/alloc", test_alloc);
  g_test_add_func ("/arena/copy", test_copy);
  g_test_add_func ("/arena/bytes", test_bytes);
  g_test_add_func ("/arena/values", test_values);
  g_test_add_func ("/arena/budget-for", test_budget_for);
  g_test_add_func ("/arena/keep", test_keep);
  g_test_add_func ("/arena/reset", test_reset);
  g_test_add_func ("/arena/depth", test_depth);
  return g_test_run ();
}
