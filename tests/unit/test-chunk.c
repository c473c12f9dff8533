/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-chunk.h"
#include "pyrog-memory.h"

/* A chunk that grows keeps its bytes and has the new room */
static void
test_grow (void)
{
  PyrogChunk *chunk = pyrog_chunk_new (100);

  memset (chunk->data, 'a', 100);
  chunk = pyrog_chunk_grow (chunk, 100, 1024 * 1024);
  g_assert_nonnull (chunk);
  g_assert_cmpuint (chunk->capacity, ==, 1024 * 1024);
  g_assert_false (pyrog_chunk_is_shared (chunk));
  for (gsize i = 0; i < 100; i++)
    g_assert_cmpint (chunk->data[i], ==, 'a');
  memset (chunk->data + 100, 'b', chunk->capacity - 100);
  pyrog_chunk_unref (chunk);
}

/* A size that no memory could have leaves the chunk as it was */
static void
test_too_large (void)
{
  g_autoptr (PyrogChunk) chunk = pyrog_chunk_new (100);

  memset (chunk->data, 'a', 100);
  g_assert_null (pyrog_chunk_grow (chunk, 100, G_MAXSIZE));
  g_assert_null (pyrog_chunk_new (G_MAXSIZE));
  g_assert_cmpuint (chunk->capacity, ==, 100);
  g_assert_cmpint (chunk->data[99], ==, 'a');
}

/* A slice keeps the bytes when the chunk's messages are gone; they don't count as theirs any more.
 * Nobody receives into what a slice is in. */
static void
test_slices (void)
{
  const gsize size = 4 * PYROG_MEMORY_COUNTED;
  PyrogChunk *chunk = pyrog_chunk_new (size);

  memset (chunk->data, 'a', size);
  g_assert_true (pyrog_chunk_contains (chunk, chunk->data));
  g_assert_true (pyrog_chunk_contains (chunk, chunk->data + size - 1));
  g_assert_false (pyrog_chunk_contains (chunk, chunk->data + size));
  g_assert_false (pyrog_chunk_contains (chunk, &size));
  g_autoptr (GBytes) first = pyrog_chunk_slice (chunk, chunk->data, 10);
  g_autoptr (GBytes) second = pyrog_chunk_slice (chunk, chunk->data + 10, size - 10);
  g_assert_true (g_bytes_get_data (second, NULL) == chunk->data + 10);
  g_assert_true (pyrog_chunk_is_shared (chunk));
  g_assert_false (pyrog_memory_has_room (0, size - 1));
  pyrog_chunk_unref (pyrog_chunk_ref (chunk));
  g_assert_false (pyrog_memory_has_room (0, size - 1));
  pyrog_chunk_unref (chunk);
  g_assert_true (pyrog_memory_has_room (0, 0));
  g_clear_pointer (&first, g_bytes_unref);
  g_assert_cmpint (((const char *) g_bytes_get_data (second, NULL))[size - 11], ==, 'a');
}

/* A slice that goes first leaves the chunk as it was */
static void
test_slice_goes (void)
{
  const gsize size = 4 * PYROG_MEMORY_COUNTED;
  PyrogChunk *chunk = pyrog_chunk_new (size);

  g_bytes_unref (pyrog_chunk_slice (chunk, chunk->data, 10));
  g_assert_false (pyrog_chunk_is_shared (chunk));
  g_assert_false (pyrog_memory_has_room (0, size - 1));
  pyrog_chunk_unref (chunk);
  g_assert_true (pyrog_memory_has_room (0, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chunk/grow", test_grow);
  g_test_add_func ("/chunk/too-large", test_too_large);
  g_test_add_func ("/chunk/slices", test_slices);
  g_test_add_func ("/chunk/slice-goes", test_slice_goes);
  return g_test_run ();
}
