/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-object-table.h"

#include <string.h>

struct _PyrogObjectTable
{
  GRWLock lock;
  GHashTable *servants; /* (owned) (locked-by lock) (element-type utf8 PyrogServant) */
  GPtrArray *ids;       /* (owned) (locked-by lock) the keys, in order */
};

PyrogObjectTable *
pyrog_object_table_new (void)
{
  PyrogObjectTable *table = g_new0 (PyrogObjectTable, 1);

  g_rw_lock_init (&table->lock);
  table->servants = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  table->ids = g_ptr_array_new_with_free_func (g_free);
  return table;
}

void
pyrog_object_table_free (PyrogObjectTable *table)
{
  g_hash_table_unref (table->servants);
  g_ptr_array_unref (table->ids);
  g_rw_lock_clear (&table->lock);
  g_free (table);
}

gboolean
pyrog_object_table_add (PyrogObjectTable *table, const char *id, PyrogServant *servant)
{
  g_rw_lock_writer_lock (&table->lock);
  gboolean is_new = !g_hash_table_contains (table->servants, id);
  if (is_new)
    {
      char *key = g_strdup (id);
      g_ptr_array_add (table->ids, key);
      g_hash_table_insert (table->servants, key, g_object_ref (servant));
    }
  g_rw_lock_writer_unlock (&table->lock);
  return is_new;
}

gboolean
pyrog_object_table_remove (PyrogObjectTable *table, const char *id)
{
  g_autoptr (PyrogServant) servant = NULL; /* dropped outside of the lock */
  guint place;

  g_rw_lock_writer_lock (&table->lock);
  servant = g_hash_table_lookup (table->servants, id);
  if (servant != NULL)
    {
      g_object_ref (servant);
      g_hash_table_remove (table->servants, id);
      if (g_ptr_array_find_with_equal_func (table->ids, id, g_str_equal, &place))
        g_ptr_array_remove_index (table->ids, place);
    }
  g_rw_lock_writer_unlock (&table->lock);
  return servant != NULL;
}

PyrogServant *
pyrog_object_table_lookup (PyrogObjectTable *table, const char *id, gsize size)
{
  char short_id[128];
  g_autofree char *long_id = NULL;
  const char *key = short_id;
  PyrogServant *servant;

  if (size < sizeof short_id)
    {
      memcpy (short_id, id, size);
      short_id[size] = '\0';
    }
  else
    key = long_id = g_strndup (id, size);
  g_rw_lock_reader_lock (&table->lock);
  servant = g_hash_table_lookup (table->servants, key);
  if (servant != NULL)
    g_object_ref (servant);
  g_rw_lock_reader_unlock (&table->lock);
  return servant;
}

GStrv
pyrog_object_table_list (PyrogObjectTable *table)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_rw_lock_reader_lock (&table->lock);
  for (guint i = 0; i < table->ids->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (table->ids, i));
  g_rw_lock_reader_unlock (&table->lock);
  return g_strv_builder_end (builder);
}
