/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-block.h"

#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pyrog-memory.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(data, size) ((void) (data), (void) (size))
#define ASAN_UNPOISON_MEMORY_REGION(data, size) ((void) (data), (void) (size))
#endif

#define HUGE_PAGE ((gsize) 2 * 1024 * 1024) /* bytes */
#define MAX_KEPT 8                          /* blocks */
#define MAX_WASTE 4 /* a kept block has at most so many times the size that is asked for */

typedef struct
{
  gpointer data; /* (owned) */
  gsize size;
} Block;

static GMutex lock;
static Block kept[MAX_KEPT]; /* (locked-by lock) oldest first */
static guint n_kept;         /* (locked-by lock) */
static gsize kept_size;      /* (locked-by lock) bytes */

static gpointer
take_locked (guint i)
{
  Block block = kept[i];

  n_kept--;
  kept_size -= block.size;
  memmove (&kept[i], &kept[i + 1], (n_kept - i) * sizeof (Block));
  ASAN_UNPOISON_MEMORY_REGION (block.data, block.size);
  return block.data;
}

static gpointer
take_kept (gsize size)
{
  guint best = MAX_KEPT;

  if (size < PYROG_BLOCK_LARGE)
    return NULL;
  g_mutex_lock (&lock);
  for (guint i = 0; i < n_kept; i++)
    {
      if (kept[i].size >= size && kept[i].size / MAX_WASTE <= size
          && (best == MAX_KEPT || kept[i].size < kept[best].size))
        best = i;
    }
  gpointer data = best < MAX_KEPT ? take_locked (best) : NULL;
  g_mutex_unlock (&lock);
  return data;
}

static gpointer
count (gpointer block)
{
  pyrog_memory_add (malloc_usable_size (block));
  return block;
}

gpointer
pyrog_block_new_kept (gsize size)
{
  return count (take_kept (size));
}

/* Small pages cost more time than the bytes in them */
static gpointer
new_of_huge_pages (gsize size)
{
  gpointer block = NULL;

  if (size > G_MAXSIZE - HUGE_PAGE)
    return NULL;
  size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  if (posix_memalign (&block, HUGE_PAGE, size) != 0)
    return NULL;
  madvise (block, size, MADV_HUGEPAGE);
  return block;
}

gpointer
pyrog_block_new (gsize size)
{
  gpointer block = take_kept (size);

  if (block == NULL)
    block = size >= HUGE_PAGE ? new_of_huge_pages (size) : g_try_malloc (size);
  return count (block);
}

static gpointer
resize (gpointer block, gsize size)
{
  gsize before = malloc_usable_size (block);
  gpointer resized = g_try_realloc (block, size);

  if (resized == NULL)
    return NULL;
  pyrog_memory_remove (before);
  return count (resized);
}

gpointer
pyrog_block_grow (gpointer block, gsize used, gsize size)
{
  gpointer grown = size >= HUGE_PAGE ? pyrog_block_new (size) : pyrog_block_new_kept (size);

  if (grown == NULL)
    return size >= HUGE_PAGE ? NULL : resize (block, size);
  if (used > 0)
    memcpy (grown, block, used);
  pyrog_block_free (block);
  return grown;
}

/* The kernel may take the pages, until somebody writes to them */
static void
offer_to_kernel (gpointer data, gsize size)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  guintptr begin = ((guintptr) data + page - 1) / page * page;
  guintptr end = ((guintptr) data + size) / page * page;

  madvise ((gpointer) begin, end - begin, MADV_FREE);
}

void
pyrog_block_free (gpointer block)
{
  gsize size = malloc_usable_size (block);

  pyrog_memory_remove (size);
  if (size < PYROG_BLOCK_LARGE || size > PYROG_BLOCKS_KEPT / 2)
    {
      g_free (block);
      return;
    }
  offer_to_kernel (block, size);
  ASAN_POISON_MEMORY_REGION (block, size);
  g_mutex_lock (&lock);
  while (n_kept == MAX_KEPT || kept_size + size > PYROG_BLOCKS_KEPT)
    g_free (take_locked (0));
  kept[n_kept++] = (Block){ block, size };
  kept_size += size;
  g_mutex_unlock (&lock);
}

void
pyrog_block_uncount (gpointer block)
{
  pyrog_memory_remove (malloc_usable_size (block));
}

void
pyrog_block_free_uncounted (gpointer block)
{
  pyrog_block_free (count (block));
}
