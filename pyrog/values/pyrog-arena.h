/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-buffer.h"

G_BEGIN_DECLS

/* The memory of one message's values, and what that message may cost. Who has nothing but a
 * reference may keep what is in it, in any thread. */
typedef struct _PyrogArena PyrogArena;

/* What one message may cost */
#define PYROG_MAX_DEPTH 60        /* nested containers, in and out */
#define PYROG_MAX_CALL_DEPTH 62   /* the same, with the call and its arguments around them */
#define PYROG_MAX_VALUES 16777216 /* values in one message */
#define PYROG_MAX_HANDSHAKE_VALUES 4096
#define PYROG_MAX_METADATA_VALUES 65536 /* in a server's CONNECTOK */
#define PYROG_MAX_INT_DIGITS 4300       /* decimal */
#define PYROG_MAX_LONG_DIGITS 1000      /* of 15 bits, in marshal */

/* An arena without limits but PYROG_MAX_VALUES, for values that come from the program itself */
PyrogArena *pyrog_arena_new (void);
PyrogArena *pyrog_arena_ref (PyrogArena *arena);
void pyrog_arena_unref (PyrogArena *arena);
gboolean pyrog_arena_is_shared (PyrogArena *arena);
/* Forgets all values and what was kept; keeps a first block for the next message. Not for a shared
 * one. */
void pyrog_arena_reset (PyrogArena *arena);
/* The same for an arena that may be shared: gives it back, or another one (transfer full) */
PyrogArena *pyrog_arena_renew (PyrogArena *arena);
/* What is in it until then is wiped */
void pyrog_arena_keep_secret (PyrogArena *arena);
gboolean pyrog_arena_is_secret (PyrogArena *arena);
/* Sets what the next message may cost: bytes of memory and number of values, 0 for no limit */
void pyrog_arena_set_budget (PyrogArena *arena, gsize max_bytes, gsize max_values);
/* The next message fails too when the messages of the process would take more than so many bytes of
 * memory (MAX_MEMORY), 0 for no limit; until the next pyrog_arena_set_budget() */
void pyrog_arena_set_max_memory (PyrogArena *arena, gsize max_memory);
/* Whether size bytes more, in the arena or for the same message, are not beyond that;
 * PYROG_ERROR_MESSAGE_TOO_LARGE */
gboolean pyrog_arena_check_memory (PyrogArena *arena, gsize size, GError **error);
/* How deep the next message may nest, at most PYROG_MAX_CALL_DEPTH; 0 for PYROG_MAX_DEPTH */
void pyrog_arena_set_max_depth (PyrogArena *arena, guint max_depth);
guint pyrog_arena_get_max_depth (PyrogArena *arena);
/* The budget for a peer's message of size bytes (inflated): 32 times that and 1 MiB */
gsize pyrog_arena_budget_for (gsize size);

/* Memory that lives as long as the arena, aligned for any type; NULL and the error set when it
 * would exceed the budget (PYROG_ERROR_MESSAGE_TOO_LARGE). A size of 0 gives a valid pointer. */
gpointer pyrog_arena_alloc (PyrogArena *arena, gsize size, GError **error);
gpointer pyrog_arena_copy (PyrogArena *arena, const void *data, gsize size, GError **error);
/* Charges count values to the budget (PYROG_ERROR_MESSAGE_TOO_LARGE) */
gboolean pyrog_arena_charge (PyrogArena *arena, gsize count, GError **error);
/* Calls destroy (data) when the arena is reset or freed */
void pyrog_arena_keep (PyrogArena *arena, gpointer data, GDestroyNotify destroy);
/* Ends the borrowing of a buffer: the arena lives as long as what was borrowed */
void pyrog_arena_lend (PyrogArena *arena, PyrogBuffer *buffer);
/* Bytes of PYROG_PIECE_MIN and more are among the values, which is worth a note for those who
 * would rather not copy them */
void pyrog_arena_note_large (PyrogArena *arena);
gboolean pyrog_arena_has_large (PyrogArena *arena);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogArena, pyrog_arena_unref)

G_END_DECLS
