/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>
#include <sys/uio.h>

G_BEGIN_DECLS

typedef struct _PyrogPieces PyrogPieces;

/* A growing run of bytes that encoders write into. The fields are for reading; a writer fills
 * what it reserved and commits what it used:
 *
 *   guint8 *p = pyrog_buffer_reserve (buffer, 9);
 *   ... write up to 9 bytes at p ...
 *   pyrog_buffer_commit (buffer, written);
 *
 * Appending never fails in the caller's face: out of memory or beyond the limit sets `overflow`,
 * keeps what is there and drops the rest, and reserve() hands out a scratch area of at most
 * PYROG_BUFFER_RESERVE_MAX bytes. Check `overflow` once, at the end.
 *
 * Large pieces can stay where they are: the buffer borrows them. They stand between the bytes of
 * `data`, and only the functions below that speak of pieces see them. */
typedef struct
{
  guint8 *data;        /* (owned) (nullable) */
  gsize size;          /* bytes in use */
  gsize capacity;      /* bytes allocated */
  gsize limit;         /* the size is never more than this */
  gboolean overflow;   /* something was dropped */
  gboolean secret;     /* what is in it is wiped */
  gboolean borrows;    /* large pieces stay where they are */
  PyrogPieces *pieces; /* (owned) (nullable) */
  gsize borrowed;      /* bytes of the pieces */
} PyrogBuffer;

#define PYROG_BUFFER_RESERVE_MAX 64
#define PYROG_PIECE_MIN (64u * 1024u) /* bytes; what is smaller is copied */

/* A place between two bytes of a buffer; it is good until the buffer loses bytes */
typedef struct
{
  gsize index; /* in data */
  guint piece; /* how many pieces are before it */
} PyrogBufferPlace;

void pyrog_buffer_init (PyrogBuffer *buffer, gsize limit);
void pyrog_buffer_clear (PyrogBuffer *buffer);
/* Empties the buffer and keeps its memory, unless that is above keep bytes */
void pyrog_buffer_reset (PyrogBuffer *buffer, gsize keep);
/* What is written until the buffer is emptied is wiped then, and wherever it was before */
void pyrog_buffer_keep_secret (PyrogBuffer *buffer);

/* Room for size bytes (at most PYROG_BUFFER_RESERVE_MAX) behind the end; never NULL */
guint8 *pyrog_buffer_reserve (PyrogBuffer *buffer, gsize size);
void pyrog_buffer_commit (PyrogBuffer *buffer, gsize size);
/* Makes the capacity at least size + more; FALSE sets overflow */
gboolean pyrog_buffer_grow (PyrogBuffer *buffer, gsize more);
void pyrog_buffer_append (PyrogBuffer *buffer, const void *data, gsize size);
void pyrog_buffer_append_byte (PyrogBuffer *buffer, guint8 byte);
void pyrog_buffer_append_text (PyrogBuffer *buffer, const char *text);
/* Takes the bytes out; the buffer is empty afterwards. Not with pieces. */
GBytes *pyrog_buffer_steal_bytes (PyrogBuffer *buffer);
/* The same for the program, which may keep them: they don't count as memory of messages */
GBytes *pyrog_buffer_give_bytes (PyrogBuffer *buffer);

/* Appends bytes that a buffer which borrows does not copy if they are many */
void pyrog_buffer_append_large (PyrogBuffer *buffer, const void *data, gsize size);
/* From now on the buffer borrows, until stop_borrowing() */
void pyrog_buffer_borrow (PyrogBuffer *buffer);
/* It borrows no more. Whether it did, so that set_owner() has to follow */
gboolean pyrog_buffer_stop_borrowing (PyrogBuffer *buffer);
/* What was borrowed is in memory that lives as long as owner, of which each piece gets a reference
 */
void pyrog_buffer_set_owner (PyrogBuffer *buffer, GBytes *owner);

/* The bytes from that index of data on, with those of the pieces */
static inline gsize
pyrog_buffer_get_total (const PyrogBuffer *buffer, gsize start)
{
  return buffer->size - start + buffer->borrowed;
}

/* The end of what is there */
PyrogBufferPlace pyrog_buffer_get_end (const PyrogBuffer *buffer);
/* The place behind offset bytes (with those of the pieces) from that index of data on. It is not
 * within a piece. */
PyrogBufferPlace pyrog_buffer_find (const PyrogBuffer *buffer, gsize start, gsize offset);
/* Drops what is behind that place */
void pyrog_buffer_truncate (PyrogBuffer *buffer, PyrogBufferPlace end);
/* Drops what is between the two */
void pyrog_buffer_remove (PyrogBuffer *buffer, PyrogBufferPlace begin, PyrogBufferPlace end);
/* Appends what is between the two places of from: pieces are shared, or copied */
void pyrog_buffer_append_part (PyrogBuffer *buffer,
                               const PyrogBuffer *from,
                               PyrogBufferPlace begin,
                               PyrogBufferPlace end,
                               gboolean share);
/* What lies from that index of data on, to be written; how many vectors that are, at most max */
guint
pyrog_buffer_get_vectors (const PyrogBuffer *buffer, gsize start, struct iovec *vectors, guint max);
/* Moves start (inout) on by size bytes, with those of the pieces, which are dropped */
void pyrog_buffer_advance (PyrogBuffer *buffer, gsize *start, gsize size);
void pyrog_buffer_drop_pieces (PyrogBuffer *buffer);

G_END_DECLS
