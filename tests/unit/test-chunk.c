/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-chunk.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chunk/grow", test_grow);
  g_test_add_func ("/chunk/too-large", test_too_large);
  return g_test_run ();
}
