/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A growing run of bytes that encoders write into. The fields are for reading; a writer fills
 * what it reserved and commits what it used:
 *
 *   guint8 *p = pyrog_buffer_reserve (buffer, 9);
 *   ... write up to 9 bytes at p ...
 *   pyrog_buffer_commit (buffer, written);
 *
 * Appending never fails in the caller's face: out of memory or beyond the limit sets `overflow`,
 * keeps what is there and drops the rest, and reserve() hands out a scratch area of at most
 * PYROG_BUFFER_RESERVE_MAX bytes. Check `overflow` once, at the end. */
typedef struct
{
  guint8 *data;      /* (owned) (nullable) */
  gsize size;        /* bytes in use */
  gsize capacity;    /* bytes allocated */
  gsize limit;       /* the size is never more than this */
  gboolean overflow; /* something was dropped */
  gboolean secret;   /* what is in it is wiped */
} PyrogBuffer;

#define PYROG_BUFFER_RESERVE_MAX 64

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
/* Takes the bytes out; the buffer is empty afterwards */
GBytes *pyrog_buffer_steal_bytes (PyrogBuffer *buffer);
/* The same for the program, which may keep them: they don't count as memory of messages */
GBytes *pyrog_buffer_give_bytes (PyrogBuffer *buffer);

G_END_DECLS
