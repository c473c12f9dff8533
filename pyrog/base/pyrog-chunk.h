/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory that messages are received into. Whoever holds values that point into a chunk holds a
 * reference on it; only the sole holder writes into one.
 *
 * The program may get large pieces of it, and keep them. When nobody else is left, what it keeps is
 * no message's memory any more, see pyrog-memory.h. */
typedef struct
{
  int refs;  /* (atomic) for messages */
  int users; /* (atomic) slices that the program has, and one for all of refs */
  gsize capacity;
  guint8 data[];
} PyrogChunk;

#define PYROG_CHUNK_SIZE (64u * 1024u - 32u) /* the usual capacity */

/* NULL: no memory */
PyrogChunk *pyrog_chunk_new (gsize capacity);
/* Of memory that is there already, see pyrog_block_new_kept() */
PyrogChunk *pyrog_chunk_new_kept (gsize capacity);
/* The same with more room and the first used bytes, see pyrog_block_grow(). Not for a shared one.
 */
PyrogChunk *pyrog_chunk_grow (PyrogChunk *chunk, gsize used, gsize capacity);
PyrogChunk *pyrog_chunk_ref (PyrogChunk *chunk);
void pyrog_chunk_unref (PyrogChunk *chunk);
gboolean pyrog_chunk_is_shared (PyrogChunk *chunk);
gboolean pyrog_chunk_contains (PyrogChunk *chunk, gconstpointer data);
/* size bytes at data, which is in the chunk, for the program */
GBytes *pyrog_chunk_slice (PyrogChunk *chunk, gconstpointer data, gsize size);
/* Wipes size bytes at start, which is in the chunk: nobody must need them any more */
void pyrog_chunk_wipe (PyrogChunk *chunk, const guint8 *start, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogChunk, pyrog_chunk_unref)

G_END_DECLS
