/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-buffer.h"

#include <string.h>

#include "codec-check.h"

static void
assert_holds (const PyrogBuffer *buffer, const char *text)
{
  codec_check_bytes (buffer->data, buffer->size, text, strlen (text));
}

/* Bytes stand in the order in which they were appended, however they came */
static void
test_append (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, G_MAXSIZE);
  pyrog_buffer_append (&buffer, NULL, 0);
  g_assert_null (buffer.data);
  pyrog_buffer_append_text (&buffer, "ab");
  pyrog_buffer_append_text (&buffer, "");
  pyrog_buffer_append_byte (&buffer, 'c');
  pyrog_buffer_append (&buffer, "def", 2);
  guint8 *room = pyrog_buffer_reserve (&buffer, PYROG_BUFFER_RESERVE_MAX);
  memcpy (room, "fgh", 3);
  pyrog_buffer_commit (&buffer, 2);
  pyrog_buffer_reserve (&buffer, 9);
  pyrog_buffer_commit (&buffer, 0);
  assert_holds (&buffer, "abcdefg");
  g_assert_false (buffer.overflow);
  pyrog_buffer_clear (&buffer);
}

/* What is there survives that the memory moves, at each size around a power of two */
static void
test_growth (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, G_MAXSIZE);
  for (guint i = 0; i < 10000; i++)
    {
      pyrog_buffer_append_byte (&buffer, (guint8) (i % 251));
      g_assert_cmpuint (buffer.size, ==, i + 1);
      g_assert_cmpuint (buffer.size, <=, buffer.capacity);
    }
  for (guint i = 0; i < 10000; i++)
    g_assert_cmpuint (buffer.data[i], ==, i % 251);
  g_assert_cmpuint (buffer.capacity, <, 2 * 10000);

  g_assert_true (pyrog_buffer_grow (&buffer, 50000));
  g_assert_cmpuint (buffer.capacity, >=, 60000);
  g_assert_cmpuint (buffer.size, ==, 10000);
  const guint8 *data = buffer.data;
  g_assert_true (pyrog_buffer_grow (&buffer, 50000));
  g_assert_true (buffer.data == data);
  pyrog_buffer_clear (&buffer);
}

static const struct
{
  gsize limit;
  gsize first;
  gsize second;
  gsize size; /* afterwards */
  gboolean overflow;
} limits[] = {
  { 0, 0, 0, 0, FALSE },         { 0, 1, 0, 0, TRUE },         { 10, 10, 0, 10, FALSE },
  { 10, 10, 1, 10, TRUE },       { 10, 4, 6, 10, FALSE },      { 10, 4, 7, 4, TRUE },
  { 10, 11, 1, 0, TRUE },        { 300, 256, 44, 300, FALSE }, { 300, 256, 45, 256, TRUE },
  { 1000, 999, 1, 1000, FALSE }, { 1000, 1, 1000, 1, TRUE },
};

/* The limit is met exactly; what is above it is dropped as a whole, and all that follows too */
static void
test_limits (void)
{
  g_autofree guint8 *bytes = g_malloc0 (1000);

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      PyrogBuffer buffer;

      g_test_message ("row %u", i);
      pyrog_buffer_init (&buffer, limits[i].limit);
      pyrog_buffer_append (&buffer, bytes, limits[i].first);
      pyrog_buffer_append (&buffer, bytes, limits[i].second);
      g_assert_cmpuint (buffer.size, ==, limits[i].size);
      g_assert_cmpint (buffer.overflow, ==, limits[i].overflow);
      pyrog_buffer_clear (&buffer);
    }
}

/* A writer that does not look may write on after the overflow, and changes nothing */
static void
test_overflow (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, 6);
  pyrog_buffer_append_text (&buffer, "abcd");
  guint8 *room = pyrog_buffer_reserve (&buffer, 3);
  g_assert_nonnull (room);
  g_assert_true (buffer.overflow);
  memset (room, 'x', 3);
  pyrog_buffer_commit (&buffer, 3);
  memset (pyrog_buffer_reserve (&buffer, PYROG_BUFFER_RESERVE_MAX), 'y', PYROG_BUFFER_RESERVE_MAX);
  pyrog_buffer_commit (&buffer, PYROG_BUFFER_RESERVE_MAX);
  pyrog_buffer_append_byte (&buffer, 'z'); /* would fit, but is not next */
  g_assert_false (pyrog_buffer_grow (&buffer, 0));
  assert_holds (&buffer, "abcd");
  pyrog_buffer_clear (&buffer);
}

/* A reservation may end exactly at the limit although the memory goes on behind it */
static void
test_reserve_at_limit (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, 8);
  pyrog_buffer_append_text (&buffer, "abcd");
  memcpy (pyrog_buffer_reserve (&buffer, 4), "efgh", 4);
  pyrog_buffer_commit (&buffer, 4);
  g_assert_false (buffer.overflow);
  pyrog_buffer_reserve (&buffer, 0);
  g_assert_false (buffer.overflow);
  pyrog_buffer_reserve (&buffer, 1);
  g_assert_true (buffer.overflow);
  assert_holds (&buffer, "abcdefgh");
  pyrog_buffer_clear (&buffer);
}

/* After a reset the buffer is as new, with its limit, and has kept little memory only */
static void
test_reset (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, 300);
  pyrog_buffer_append_text (&buffer, "abcd");
  g_assert_false (pyrog_buffer_grow (&buffer, 300));
  const guint8 *data = buffer.data;
  gsize capacity = buffer.capacity;
  pyrog_buffer_reset (&buffer, capacity);
  g_assert_true (buffer.data == data);
  g_assert_cmpuint (buffer.size, ==, 0);
  g_assert_false (buffer.overflow);
  pyrog_buffer_append_text (&buffer, "ef");
  assert_holds (&buffer, "ef");

  pyrog_buffer_reset (&buffer, capacity - 1);
  g_assert_null (buffer.data);
  g_assert_cmpuint (buffer.capacity, ==, 0);
  g_assert_cmpuint (buffer.limit, ==, 300);
  pyrog_buffer_clear (&buffer);
}

/* The bytes go out without a copy, and the buffer may be used again */
static void
test_steal (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, 100);
  g_autoptr (GBytes) nothing = pyrog_buffer_steal_bytes (&buffer);
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
  pyrog_buffer_append_text (&buffer, "abcd");
  const guint8 *data = buffer.data;
  g_autoptr (GBytes) bytes = pyrog_buffer_steal_bytes (&buffer);
  g_assert_true (g_bytes_get_data (bytes, NULL) == data);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 4);
  g_assert_cmpuint (buffer.size, ==, 0);
  pyrog_buffer_append_text (&buffer, "x");
  assert_holds (&buffer, "x");
  pyrog_buffer_clear (&buffer);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffer/append", test_append);
  g_test_add_func ("/buffer/growth", test_growth);
  g_test_add_func ("/buffer/limits", test_limits);
  g_test_add_func ("/buffer/overflow", test_overflow);
  g_test_add_func ("/buffer/reserve-at-limit", test_reserve_at_limit);
  g_test_add_func ("/buffer/reset", test_reset);
  g_test_add_func ("/buffer/steal", test_steal);
  return g_test_run ();
}
