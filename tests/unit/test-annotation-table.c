/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-annotation-table.h"

#include <string.h>

static gboolean
set (PyrogAnnotationTable *table, const char *id, const char *text)
{
  g_autoptr (GBytes) data = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;

  return pyrog_annotation_table_set (table, id, data);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The annotations of a reply that has own, sorted, as text */
static char *
write_all (PyrogAnnotationTable *table, GHashTable *own)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_RESULT };
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  PyrogAnnotation annotation;
  PyrogMessageWriter writer;
  PyrogMessage message;
  PyrogHeader parsed;
  PyrogBuffer out;
  gsize offset = 0;

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, &header);
  pyrog_annotation_table_write (table, own, &writer);
  pyrog_message_begin_payload (&writer);
  g_assert_true (pyrog_message_end (&writer, FALSE, G_MAXUINT32, NULL));
  g_assert_cmpint (pyrog_header_parse (out.data, out.size, G_MAXUINT32, &parsed, NULL), ==,
                   PYROG_PARSE_DONE);
  g_assert_true (pyrog_message_parse (&parsed, out.data + PYROG_HEADER_SIZE, G_MAXUINT32, 0, arena,
                                      &message, NULL));
  while (pyrog_message_next_annotation (&message, &offset, &annotation))
    g_ptr_array_add (parts, g_strdup_printf ("%s=%.*s", annotation.id, (int) annotation.size,
                                             (const char *) annotation.data));
  pyrog_buffer_clear (&out);
  g_ptr_array_sort (parts, compare);
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" ", (char **) parts->pdata);
}

static void
assert_written (PyrogAnnotationTable *table, GHashTable *own, const char *expected)
{
  g_autofree char *text = write_all (table, own);

  g_assert_cmpstr (text, ==, expected);
}

/* All are written, and none twice: those of the table win */
static void
test_write (void)
{
  PyrogAnnotationTable *table = pyrog_annotation_table_new ();
  g_autoptr (GHashTable) own
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_bytes_unref);

  g_hash_table_insert (own, (gpointer) "AAAA", g_bytes_new ("own", 3));
  g_hash_table_insert (own, (gpointer) "BBBB", g_bytes_new ("own", 3));
  assert_written (NULL, NULL, "");
  assert_written (NULL, own, "AAAA=own BBBB=own");
  assert_written (table, own, "AAAA=own BBBB=own");
  g_assert_true (set (table, "BBBB", "shared"));
  g_assert_true (set (table, "CCCC", ""));
  assert_written (table, NULL, "BBBB=shared CCCC=");
  assert_written (table, own, "AAAA=own BBBB=shared CCCC=");
  g_assert_true (set (table, "BBBB", "other"));
  g_assert_true (set (table, "CCCC", NULL));
  g_assert_true (set (table, "DDDD", NULL));
  assert_written (table, own, "AAAA=own BBBB=other");
  g_assert_true (set (table, "BBBB", NULL));
  assert_written (table, NULL, "");
  pyrog_annotation_table_free (table);
}

/* Too many and too large ones are refused, and leave those that are there alone */
static void
test_limits (void)
{
  PyrogAnnotationTable *table = pyrog_annotation_table_new ();
  g_autofree char *large = g_strnfill (PYROG_MAX_SHARED_ANNOTATIONS_SIZE, 'x');
  g_autofree char *written = NULL;

  g_assert_true (set (table, "A000", "x"));
  g_assert_false (set (table, "A001", large));
  /* What it replaces makes room */
  g_assert_true (set (table, "A000", large));
  g_assert_false (set (table, "A001", "x"));
  g_assert_true (set (table, "A001", ""));
  g_assert_true (set (table, "A000", "x"));
  for (guint i = 2; i < PYROG_MAX_SHARED_ANNOTATIONS; i++)
    {
      g_autofree char *id = g_strdup_printf ("A%03u", i);
      g_assert_true (set (table, id, "x"));
    }
  g_assert_false (set (table, "B000", ""));
  g_assert_true (set (table, "A005", "y"));
  written = write_all (table, NULL);
  g_assert_nonnull (strstr (written, "A005=y A006=x"));
  g_assert_null (strstr (written, "B000"));
  pyrog_annotation_table_free (table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/annotation-table/write", test_write);
  g_test_add_func ("/annotation-table/limits", test_limits);
  return g_test_run ();
}
