/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-block.h"

#include <string.h>

#define MIB ((gsize) 1024 * 1024)
#define FILLING (30 * MIB)

/* Nothing that another test left behind is in the way: so many blocks push it out */
static void
fill_up (void)
{
  gpointer blocks[PYROG_BLOCKS_KEPT / FILLING + 1];

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    blocks[i] = pyrog_block_new (FILLING);
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    pyrog_block_free (blocks[i]);
}

/* A large block that was freed is given out again, to somebody who needs about as much */
static void
test_kept (void)
{
  fill_up ();
  gpointer first = pyrog_block_new (MIB);

  g_assert_null (pyrog_block_new_kept (MIB));
  memset (first, 'a', MIB);
  pyrog_block_free (first);
  g_assert_null (pyrog_block_new_kept (4 * MIB));
  g_assert_null (pyrog_block_new_kept (PYROG_BLOCK_LARGE));
  gpointer second = pyrog_block_new_kept (MIB / 2);
  g_assert_true (second == first);
  memset (second, 'b', MIB);
  g_assert_null (pyrog_block_new_kept (MIB));
  pyrog_block_free (second);
}

/* Small blocks are not kept, nor those that would be half of all */
static void
test_not_kept (void)
{
  fill_up ();
  pyrog_block_free (pyrog_block_new (PYROG_BLOCK_LARGE / 2));
  g_assert_null (pyrog_block_new_kept (PYROG_BLOCK_LARGE / 2));
  pyrog_block_free (pyrog_block_new (PYROG_BLOCKS_KEPT));
  g_assert_null (pyrog_block_new_kept (PYROG_BLOCKS_KEPT));
  pyrog_block_free (NULL);
}

/* What is kept has an end: the oldest goes first */
static void
test_limit (void)
{
  gpointer small = pyrog_block_new (MIB);

  pyrog_block_free (small);
  fill_up ();
  g_assert_null (pyrog_block_new_kept (MIB));
  gsize count = 0;
  gpointer blocks[PYROG_BLOCKS_KEPT / FILLING + 1];
  while (count < G_N_ELEMENTS (blocks) && (blocks[count] = pyrog_block_new_kept (8 * MIB)) != NULL)
    count++;
  g_assert_cmpuint (count, >, 0);
  g_assert_cmpuint (count, <, G_N_ELEMENTS (blocks));
  while (count > 0)
    pyrog_block_free (blocks[--count]);
}

/* A block that grows keeps the bytes that are in use, from size to size */
static void
test_grow (void)
{
  const gsize sizes[] = { 1000, 64 * 1024, 200 * 1024, 3 * MIB, 40 * MIB };
  guint8 *block = NULL;
  gsize used = 0;

  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          block = pyrog_block_grow (block, used, sizes[i]);
          g_assert_nonnull (block);
          for (gsize j = 0; j < used; j += 100)
            g_assert_cmpint (block[j], ==, 'a');
          memset (block, 'a', sizes[i]);
          used = sizes[i];
        }
      pyrog_block_free (g_steal_pointer (&block));
      used = 0;
    }
}

/* A size that no memory could have leaves the block as it was */
static void
test_too_large (void)
{
  guint8 *block = pyrog_block_new (100);

  memset (block, 'a', 100);
  g_assert_null (pyrog_block_grow (block, 100, G_MAXSIZE));
  g_assert_null (pyrog_block_new (G_MAXSIZE));
  g_assert_cmpint (block[99], ==, 'a');
  pyrog_block_free (block);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/block/kept", test_kept);
  g_test_add_func ("/block/not-kept", test_not_kept);
  g_test_add_func ("/block/limit", test_limit);
  g_test_add_func ("/block/grow", test_grow);
  g_test_add_func ("/block/too-large", test_too_large);
  return g_test_run ();
}
