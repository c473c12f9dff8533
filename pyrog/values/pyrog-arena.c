/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-arena.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-block.h"
#include "pyrog-error.h"
#include "pyrog-memory.h"

#define ALIGNMENT 8u
#define FIRST_BLOCK_SIZE 992u /* with the header, what malloc() hands out from its fast lists */
#define MAX_BLOCK_SIZE (1024u * 1024u)
#define MAX_KEPT_PLACES 64u /* for the next message */

typedef struct _Block Block;
struct _Block
{
  Block *next; /* (owned) (nullable) */
  gsize size;  /* of what follows the header */
};

G_STATIC_ASSERT (sizeof (Block) % ALIGNMENT == 0);

typedef struct
{
  gpointer data;
  GDestroyNotify destroy;
} Kept;

struct _PyrogArena
{
  int refs;         /* (atomic) */
  Block *blocks;    /* (owned) (nullable) newest first; the oldest is the first block */
  guint8 *next;     /* (nullable) where the next allocation goes */
  gsize left;       /* bytes left behind next */
  gsize used_bytes; /* charged so far */
  gsize max_bytes;
  gsize used_values;
  gsize max_values;
  gsize max_memory; /* of all messages of the process */
  guint max_depth;
  GArray *kept; /* (owned) (nullable) (element-type Kept) */
  gboolean secret;
  gboolean large;
};

/* Each thread keeps one arena for its next message. With the sanitizer none is used again: what
 * points into one that is gone is to be found. */
#if defined(__SANITIZE_ADDRESS__)
#define KEEPS_SPARE FALSE
#elif defined(__has_feature)
#define KEEPS_SPARE (!__has_feature (address_sanitizer))
#else
#define KEEPS_SPARE TRUE
#endif

static void free_arena (gpointer arena);

static GPrivate spare = G_PRIVATE_INIT (free_arena);

static PyrogArena *
new_arena (void)
{
  PyrogArena *arena = g_new (PyrogArena, 1);

  /* Not g_new0(): calloc() of the GNU C library does without its fast lists */
  *arena = (PyrogArena){ .refs = 1 };
  return arena;
}

static PyrogArena *
take_spare (void)
{
  PyrogArena *arena = g_private_get (&spare);

  if (arena != NULL)
    g_private_set (&spare, NULL);
  return arena;
}

PyrogArena *
pyrog_arena_new (void)
{
  PyrogArena *arena = take_spare ();

  if (arena == NULL)
    arena = new_arena ();
  pyrog_arena_set_budget (arena, 0, 0);
  pyrog_arena_set_max_depth (arena, 0);
  return arena;
}

static void
release_kept (PyrogArena *arena)
{
  if (arena->kept == NULL)
    return;
  for (guint i = arena->kept->len; i > 0; i--)
    {
      Kept *kept = &g_array_index (arena->kept, Kept, i - 1);
      kept->destroy (kept->data);
    }
  if (arena->kept->len > MAX_KEPT_PLACES)
    g_clear_pointer (&arena->kept, g_array_unref);
  else
    g_array_set_size (arena->kept, 0);
}

static void
free_blocks_but_first (PyrogArena *arena)
{
  while (arena->blocks != NULL && arena->blocks->next != NULL)
    {
      Block *block = arena->blocks;
      arena->blocks = block->next;
      pyrog_block_free (block);
    }
}

static void
wipe (PyrogArena *arena)
{
  for (Block *block = arena->blocks; block != NULL; block = block->next)
    explicit_bzero (block + 1, block->size);
  arena->secret = FALSE;
}

void
pyrog_arena_reset (PyrogArena *arena)
{
  g_assert (!pyrog_arena_is_shared (arena));

  if (arena->secret)
    wipe (arena);
  release_kept (arena);
  free_blocks_but_first (arena);
  if (arena->blocks != NULL && arena->blocks->size != FIRST_BLOCK_SIZE)
    g_clear_pointer (&arena->blocks, pyrog_block_free);
  arena->next = arena->blocks != NULL ? (guint8 *) (arena->blocks + 1) : NULL;
  arena->left = arena->blocks != NULL ? arena->blocks->size : 0;
  arena->used_bytes = 0;
  arena->used_values = 0;
  arena->large = FALSE;
}

PyrogArena *
pyrog_arena_renew (PyrogArena *arena)
{
  if (!pyrog_arena_is_shared (arena))
    {
      pyrog_arena_reset (arena);
      return arena;
    }
  pyrog_arena_unref (arena);
  return pyrog_arena_new ();
}

PyrogArena *
pyrog_arena_ref (PyrogArena *arena)
{
  g_atomic_int_inc (&arena->refs);
  return arena;
}

gboolean
pyrog_arena_is_shared (PyrogArena *arena)
{
  return g_atomic_int_get (&arena->refs) != 1;
}

static void
free_arena (gpointer data)
{
  PyrogArena *arena = data;

  g_clear_pointer (&arena->blocks, pyrog_block_free);
  g_clear_pointer (&arena->kept, g_array_unref);
  g_free (arena);
}

void
pyrog_arena_unref (PyrogArena *arena)
{
  if (arena == NULL || !g_atomic_int_dec_and_test (&arena->refs))
    return;
  arena->refs = 1;
  pyrog_arena_reset (arena);
  if (KEEPS_SPARE && g_private_get (&spare) == NULL)
    g_private_set (&spare, arena);
  else
    free_arena (arena);
}

void
pyrog_arena_keep_secret (PyrogArena *arena)
{
  arena->secret = TRUE;
}

gboolean
pyrog_arena_is_secret (PyrogArena *arena)
{
  return arena->secret;
}

void
pyrog_arena_set_budget (PyrogArena *arena, gsize max_bytes, gsize max_values)
{
  arena->max_bytes = max_bytes != 0 ? max_bytes : G_MAXSIZE;
  arena->max_values = max_values != 0 ? max_values : PYROG_MAX_VALUES;
  arena->max_memory = G_MAXSIZE;
}

void
pyrog_arena_set_max_memory (PyrogArena *arena, gsize max_memory)
{
  arena->max_memory = max_memory != 0 ? max_memory : G_MAXSIZE;
}

gboolean
pyrog_arena_check_memory (PyrogArena *arena, gsize size, GError **error)
{
  if (size < PYROG_MEMORY_COUNTED || pyrog_memory_has_room (size, arena->max_memory))
    return TRUE;
  g_set_error (
      error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
      _ ("With this one the messages of the process would take more than %zu bytes of memory "
         "(MAX_MEMORY)"),
      arena->max_memory);
  return FALSE;
}

void
pyrog_arena_set_max_depth (PyrogArena *arena, guint max_depth)
{
  g_assert (max_depth <= PYROG_MAX_CALL_DEPTH);

  arena->max_depth = max_depth != 0 ? max_depth : PYROG_MAX_DEPTH;
}

guint
pyrog_arena_get_max_depth (PyrogArena *arena)
{
  return arena->max_depth;
}

gsize
pyrog_arena_budget_for (gsize size)
{
  const gsize base = 1024 * 1024;

  return size > (G_MAXSIZE - base) / 32 ? G_MAXSIZE : size * 32 + base;
}

static gboolean
add_block (PyrogArena *arena, gsize size, GError **error)
{
  gsize block_size = FIRST_BLOCK_SIZE;

  if (arena->blocks != NULL)
    block_size = MIN (arena->blocks->size * 2, MAX_BLOCK_SIZE);
  block_size = MAX (block_size, size);
  if (!pyrog_arena_check_memory (arena, block_size, error))
    return FALSE;

  Block *block = NULL;
  if (block_size <= G_MAXSIZE - sizeof (Block))
    block = pyrog_block_new (sizeof (Block) + block_size);
  if (block == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("No memory for %zu bytes of a message"), size);
      return FALSE;
    }
  block->size = block_size;
  block->next = arena->blocks;
  arena->blocks = block;
  arena->next = (guint8 *) (block + 1);
  arena->left = block_size;
  return TRUE;
}

gpointer
pyrog_arena_alloc (PyrogArena *arena, gsize size, GError **error)
{
  if (size > arena->max_bytes - arena->used_bytes || size > G_MAXSIZE - ALIGNMENT)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("The message needs more than its limit of %zu bytes of memory"),
                   arena->max_bytes);
      return NULL;
    }

  gsize rounded = (MAX (size, 1) + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1);
  if (rounded > arena->left && !add_block (arena, rounded, error))
    return NULL;

  gpointer memory = arena->next;
  arena->next += rounded;
  arena->left -= rounded;
  arena->used_bytes += size;
  return memory;
}

gpointer
pyrog_arena_copy (PyrogArena *arena, const void *data, gsize size, GError **error)
{
  gpointer memory = pyrog_arena_alloc (arena, size, error);

  if (memory != NULL && size > 0)
    memcpy (memory, data, size);
  return memory;
}

gboolean
pyrog_arena_charge (PyrogArena *arena, gsize count, GError **error)
{
  if (G_UNLIKELY (count > arena->max_values - arena->used_values))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("The message has more than its limit of %zu values"), arena->max_values);
      return FALSE;
    }
  arena->used_values += count;
  return TRUE;
}

void
pyrog_arena_keep (PyrogArena *arena, gpointer data, GDestroyNotify destroy)
{
  Kept kept = { data, destroy };

  if (arena->kept == NULL)
    arena->kept = g_array_new (FALSE, FALSE, sizeof (Kept));
  g_array_append_val (arena->kept, kept);
}

static void
unref_arena (gpointer arena)
{
  pyrog_arena_unref (arena);
}

void
pyrog_arena_lend (PyrogArena *arena, PyrogBuffer *buffer)
{
  if (!pyrog_buffer_stop_borrowing (buffer))
    return;
  g_autoptr (GBytes) owner
      = g_bytes_new_with_free_func (NULL, 0, unref_arena, pyrog_arena_ref (arena));
  pyrog_buffer_set_owner (buffer, owner);
}

void
pyrog_arena_note_large (PyrogArena *arena)
{
  arena->large = TRUE;
}

gboolean
pyrog_arena_has_large (PyrogArena *arena)
{
  return arena->large;
}
