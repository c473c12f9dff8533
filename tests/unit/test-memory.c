/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-memory.h"

#include <string.h>

#include "pyrog-block.h"
#include "pyrog-error.h"
#include "pyrog-message.h"
#include "pyrog-value-variant.h"

#define KIB 1024u
#define MIB (1024u * KIB)

static gboolean
nothing_is_used (void)
{
  return pyrog_memory_has_room (0, 0);
}

/* The limit is met exactly; small pieces do not count */
static void
test_limit (void)
{
  pyrog_memory_add (100 * KIB);
  pyrog_memory_add (PYROG_MEMORY_COUNTED - 1);
  g_assert_true (pyrog_memory_has_room (0, 100 * KIB));
  g_assert_false (pyrog_memory_has_room (0, 100 * KIB - 1));
  g_assert_true (pyrog_memory_has_room (5, 100 * KIB + 5));
  g_assert_false (pyrog_memory_has_room (6, 100 * KIB + 5));
  g_assert_true (pyrog_memory_has_room (G_MAXSIZE - 100 * KIB, G_MAXSIZE));
  g_assert_false (pyrog_memory_has_room (G_MAXSIZE, G_MAXSIZE));
  pyrog_memory_add (PYROG_MEMORY_COUNTED);
  g_assert_false (pyrog_memory_has_room (0, 100 * KIB));
  pyrog_memory_remove (PYROG_MEMORY_COUNTED);
  pyrog_memory_remove (PYROG_MEMORY_COUNTED - 1);
  pyrog_memory_remove (100 * KIB);
  g_assert_true (nothing_is_used ());
}

/* Blocks count while they are in use, of whatever size they were and became */
static void
test_blocks (void)
{
  const gsize sizes[] = { 100, 40 * KIB, 60 * KIB, 200 * KIB, 3 * MIB, 40 * MIB };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gpointer block = pyrog_block_new (sizes[i]);
      g_assert_true (pyrog_memory_has_room (0, 2 * sizes[i] + 4 * KIB));
      g_assert_true (sizes[i] < PYROG_MEMORY_COUNTED || !pyrog_memory_has_room (0, sizes[i] - 1));
      for (guint j = i; j < G_N_ELEMENTS (sizes); j++)
        {
          block = pyrog_block_grow (block, 50, sizes[j]);
          g_assert_true (sizes[j] < PYROG_MEMORY_COUNTED
                         || !pyrog_memory_has_room (0, sizes[j] - 1));
        }
      g_assert_null (pyrog_block_grow (block, 50, G_MAXSIZE));
      pyrog_block_free (block);
      g_assert_true (nothing_is_used ());
    }
}

/* What a message's values take is counted until the arena is emptied; at the limit there is an
 * error that names the item */
static void
test_values (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  const gsize size = 100 * KIB;

  pyrog_arena_set_budget (arena, 0, 0);
  /* With some room for what the blocks take themselves */
  pyrog_arena_set_max_memory (arena, 3 * size + KIB);
  g_assert_nonnull (pyrog_arena_alloc (arena, size, &error));
  g_assert_nonnull (pyrog_arena_alloc (arena, 2 * size, &error));
  g_assert_no_error (error);
  g_assert_false (pyrog_memory_has_room (0, 3 * size - 1));
  g_assert_null (pyrog_arena_alloc (arena, size, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "308224"));
  g_assert_nonnull (strstr (error->message, "MAX_MEMORY"));
  pyrog_arena_reset (arena);
  g_assert_true (nothing_is_used ());

  pyrog_memory_add (2 * size);
  g_assert_nonnull (pyrog_arena_alloc (arena, size, NULL));
  g_assert_null (pyrog_arena_alloc (arena, size, NULL));
  pyrog_arena_set_budget (arena, 0, 0);
  g_assert_nonnull (pyrog_arena_alloc (arena, size, NULL));
  pyrog_memory_remove (2 * size);
  g_clear_pointer (&arena, pyrog_arena_unref);
  g_assert_true (nothing_is_used ());
}

/* What the program got of a message may stay as long as it likes, and is not the messages' */
static void
test_kept_values (void)
{
  g_autofree char *text = g_strnfill (MIB, 'x');
  const PyrogValue item = { .kind = PYROG_KIND_STR, .size = MIB, .text = text };
  const PyrogValue list = { .kind = PYROG_KIND_LIST, .size = 1, .items = (PyrogValue *) &item };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) any = pyrog_value_to_variant (&list, "value", &error);
  g_autoptr (GVariant) typed
      = pyrog_value_to_variant_typed (&list, G_VARIANT_TYPE_STRING_ARRAY, "value", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_get_size (typed), >, MIB);
  g_assert_true (nothing_is_used ());
  g_clear_pointer (&any, g_variant_unref);
  g_clear_pointer (&typed, g_variant_unref);
  g_assert_true (nothing_is_used ());
}

static GBytes *
write_compressed (gsize size)
{
  PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE, .serializer = 1 };
  PyrogMessageWriter writer;
  g_autofree char *payload = g_strnfill (size, 'a');
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, &header);
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append (&out, payload, size);
  g_assert_true (pyrog_message_end (&writer, TRUE, G_MAXSIZE, NULL));
  g_assert_cmpuint (out.size, <, size / 100);
  GBytes *message = g_bytes_new (out.data, out.size);
  pyrog_buffer_clear (&out);
  return message;
}

static gboolean
inflate (GBytes *bytes, gsize max_memory, GError **error)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  PyrogHeader header;
  PyrogMessage message;

  g_assert_cmpint (pyrog_header_parse (data, size, G_MAXSIZE, &header, NULL), ==, PYROG_PARSE_DONE);
  pyrog_arena_set_max_memory (arena, max_memory);
  return pyrog_message_parse (&header, data + PYROG_HEADER_SIZE, G_MAXUINT32, 0, arena, &message,
                              error);
}

/* A small message that inflates to a large one takes memory too, no more than there is */
static void
test_inflate (void)
{
  g_autoptr (GBytes) message = write_compressed (4 * MIB);
  g_autoptr (GError) error = NULL;

  g_assert_true (inflate (message, 16 * MIB, &error));
  g_assert_no_error (error);
  g_assert_true (nothing_is_used ());
  g_assert_false (inflate (message, MIB, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "MAX_MEMORY"));
  g_assert_true (nothing_is_used ());
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/limit", test_limit);
  g_test_add_func ("/memory/blocks", test_blocks);
  g_test_add_func ("/memory/values", test_values);
  g_test_add_func ("/memory/kept-values", test_kept_values);
  g_test_add_func ("/memory/inflate", test_inflate);
  return g_test_run ();
}
