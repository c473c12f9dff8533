/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-chunk.h"

#include <string.h>

#include "pyrog-block.h"

static PyrogChunk *
make_chunk (gsize capacity, gpointer (*allocate) (gsize size))
{
  PyrogChunk *chunk = NULL;

  if (capacity <= G_MAXSIZE - sizeof (PyrogChunk))
    chunk = allocate (sizeof (PyrogChunk) + capacity);
  if (chunk == NULL)
    return NULL;
  chunk->refs = chunk->users = 1;
  chunk->capacity = capacity;
  return chunk;
}

PyrogChunk *
pyrog_chunk_new (gsize capacity)
{
  return make_chunk (capacity, pyrog_block_new);
}

PyrogChunk *
pyrog_chunk_new_kept (gsize capacity)
{
  return make_chunk (capacity, pyrog_block_new_kept);
}

PyrogChunk *
pyrog_chunk_grow (PyrogChunk *chunk, gsize used, gsize capacity)
{
  g_assert (capacity >= chunk->capacity && !pyrog_chunk_is_shared (chunk));

  if (capacity > G_MAXSIZE - sizeof (PyrogChunk))
    return NULL;
  PyrogChunk *grown
      = pyrog_block_grow (chunk, sizeof (PyrogChunk) + used, sizeof (PyrogChunk) + capacity);
  if (grown != NULL)
    grown->capacity = capacity;
  return grown;
}

PyrogChunk *
pyrog_chunk_ref (PyrogChunk *chunk)
{
  g_atomic_int_inc (&chunk->refs);
  return chunk;
}

static void
drop_user (gpointer data)
{
  PyrogChunk *chunk = data;

  if (g_atomic_int_dec_and_test (&chunk->users))
    pyrog_block_free_uncounted (chunk);
}

void
pyrog_chunk_unref (PyrogChunk *chunk)
{
  if (!g_atomic_int_dec_and_test (&chunk->refs))
    return;
  /* Only messages give slices out: when they are gone, no user comes */
  if (g_atomic_int_get (&chunk->users) == 1)
    {
      pyrog_block_free (chunk);
      return;
    }
  pyrog_block_uncount (chunk);
  drop_user (chunk);
}

gboolean
pyrog_chunk_is_shared (PyrogChunk *chunk)
{
  return g_atomic_int_get (&chunk->refs) != 1 || g_atomic_int_get (&chunk->users) != 1;
}

gboolean
pyrog_chunk_contains (PyrogChunk *chunk, gconstpointer data)
{
  const guint8 *place = data;

  return place >= chunk->data && place < chunk->data + chunk->capacity;
}

GBytes *
pyrog_chunk_slice (PyrogChunk *chunk, gconstpointer data, gsize size)
{
  g_atomic_int_inc (&chunk->users);
  return g_bytes_new_with_free_func (data, size, drop_user, chunk);
}

void
pyrog_chunk_wipe (PyrogChunk *chunk, const guint8 *start, gsize size)
{
  gsize offset = (gsize) (start - chunk->data);

  g_assert (offset <= chunk->capacity && size <= chunk->capacity - offset);
  explicit_bzero (chunk->data + offset, size);
}
