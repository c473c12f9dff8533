/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-annotation-table.h"

struct _PyrogAnnotationTable
{
  int any; /* (atomic) 0: there are none, which is as good as always */
  GMutex lock;
  GHashTable *entries; /* (owned) (locked-by lock) (element-type utf8 GBytes) */
  gsize size;          /* (locked-by lock) bytes of all data */
};

PyrogAnnotationTable *
pyrog_annotation_table_new (void)
{
  PyrogAnnotationTable *table = g_new0 (PyrogAnnotationTable, 1);

  g_mutex_init (&table->lock);
  table->entries
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  return table;
}

void
pyrog_annotation_table_free (PyrogAnnotationTable *table)
{
  g_hash_table_unref (table->entries);
  g_mutex_clear (&table->lock);
  g_free (table);
}

static gboolean
set_locked (PyrogAnnotationTable *table, const char *id, GBytes *data)
{
  GBytes *old = g_hash_table_lookup (table->entries, id);
  gsize size = table->size - (old != NULL ? g_bytes_get_size (old) : 0);
  guint count = g_hash_table_size (table->entries) - (old != NULL);

  if (data != NULL)
    {
      if (count >= PYROG_MAX_SHARED_ANNOTATIONS
          || g_bytes_get_size (data) > PYROG_MAX_SHARED_ANNOTATIONS_SIZE - size)
        return FALSE;
      size += g_bytes_get_size (data);
      g_hash_table_replace (table->entries, g_strdup (id), g_bytes_ref (data));
    }
  else
    g_hash_table_remove (table->entries, id);
  table->size = size;
  g_atomic_int_set (&table->any, g_hash_table_size (table->entries) > 0);
  return TRUE;
}

gboolean
pyrog_annotation_table_set (PyrogAnnotationTable *table, const char *id, GBytes *data)
{
  g_mutex_lock (&table->lock);
  gboolean ok = set_locked (table, id, data);
  g_mutex_unlock (&table->lock);
  return ok;
}

/* But for those that hidden (nullable) has as well */
static void
write_entries (GHashTable *entries, GHashTable *hidden, PyrogMessageWriter *writer)
{
  GHashTableIter iter;
  gpointer id, data;

  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, &id, &data))
    if (hidden == NULL || !g_hash_table_contains (hidden, id))
      pyrog_message_add_annotation (writer, id, g_bytes_get_data (data, NULL),
                                    g_bytes_get_size (data));
}

void
pyrog_annotation_table_write (PyrogAnnotationTable *table,
                              GHashTable *own,
                              PyrogMessageWriter *writer)
{
  if (table == NULL || !g_atomic_int_get (&table->any))
    {
      if (own != NULL)
        write_entries (own, NULL, writer);
      return;
    }
  g_mutex_lock (&table->lock);
  if (own != NULL)
    write_entries (own, table->entries, writer);
  write_entries (table->entries, NULL, writer);
  g_mutex_unlock (&table->lock);
}
