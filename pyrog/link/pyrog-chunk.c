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
  g_atomic_ref_count_init (&chunk->refs);
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
  g_atomic_ref_count_inc (&chunk->refs);
  return chunk;
}

void
pyrog_chunk_unref (PyrogChunk *chunk)
{
  if (g_atomic_ref_count_dec (&chunk->refs))
    pyrog_block_free (chunk);
}

gboolean
pyrog_chunk_is_shared (PyrogChunk *chunk)
{
  return !g_atomic_ref_count_compare (&chunk->refs, 1);
}

void
pyrog_chunk_wipe (PyrogChunk *chunk, const guint8 *start, gsize size)
{
  gsize offset = (gsize) (start - chunk->data);

  g_assert (offset <= chunk->capacity && size <= chunk->capacity - offset);
  explicit_bzero (chunk->data + offset, size);
}
