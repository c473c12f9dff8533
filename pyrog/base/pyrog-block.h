/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory for messages. The kernel gives out new pages more slowly than a socket fills them, so
 * large blocks that were freed are kept for the next ones: a few, in all at most PYROG_BLOCKS_KEPT
 * bytes in the process, which the kernel may take back whenever it is short of memory. Blocks in
 * use are counted, see pyrog-memory.h. Any thread. */

#define PYROG_BLOCK_LARGE (128u * 1024u) /* bytes; smaller ones are never kept */
#define PYROG_BLOCKS_KEPT (64u * 1024u * 1024u)

/* At least size bytes, whose contents are undefined; NULL: no memory */
gpointer pyrog_block_new (gsize size);
/* The same, of what is kept only: to give that to a peer that promises to fill it costs nothing.
 * NULL: there is none that fits */
gpointer pyrog_block_new_kept (gsize size);
/* The first used bytes stay, at a new address perhaps; NULL: no memory, and nothing was changed */
gpointer pyrog_block_grow (gpointer block, gsize used, gsize size);
void pyrog_block_free (gpointer block);
/* A block that the program gets, and may keep: it is no message's any more, so it isn't counted */
void pyrog_block_uncount (gpointer block);
void pyrog_block_free_uncounted (gpointer block);

G_END_DECLS
