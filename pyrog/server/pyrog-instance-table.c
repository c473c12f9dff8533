/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-instance-table.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"

struct _PyrogInstanceTable
{
  GMutex lock;
  GHashTable *slots; /* (owned) (locked-by lock) (nullable) by their keys, made at first use */
};

static void
unref_slot (gpointer slot)
{
  pyrog_instance_slot_unref (slot);
}

PyrogInstanceTable *
pyrog_instance_table_new (void)
{
  PyrogInstanceTable *table = g_new0 (PyrogInstanceTable, 1);

  g_mutex_init (&table->lock);
  return table;
}

void
pyrog_instance_table_free (PyrogInstanceTable *table)
{
  pyrog_instance_table_clear (table);
  g_clear_pointer (&table->slots, g_hash_table_unref);
  g_mutex_clear (&table->lock);
  g_free (table);
}

/* The slots of all keys, or of those that were retired: to be dropped outside of the lock */
static GPtrArray *
take_slots_locked (PyrogInstanceTable *table, gboolean only_retired)
{
  GPtrArray *taken = g_ptr_array_new_with_free_func (unref_slot);
  GHashTableIter iter;
  gpointer key, slot;

  if (table->slots == NULL)
    return taken;
  g_hash_table_iter_init (&iter, table->slots);
  while (g_hash_table_iter_next (&iter, &key, &slot))
    {
      if (!only_retired || pyrog_instance_slot_is_retired (key))
        {
          g_ptr_array_add (taken, slot);
          g_hash_table_iter_remove (&iter);
        }
    }
  return taken;
}

PyrogInstanceSlot *
pyrog_instance_table_lookup (PyrogInstanceTable *table,
                             PyrogInstanceSlot *key,
                             guint max,
                             GError **error)
{
  g_autoptr (GPtrArray) gone = NULL; /* freed after the lock was given back */

  g_mutex_lock (&table->lock);
  /* Instances are dropped outside of the lock, so that the table does not free the slots */
  if (table->slots == NULL)
    table->slots = g_hash_table_new_full (NULL, NULL, unref_slot, NULL);
  PyrogInstanceSlot *slot = g_hash_table_lookup (table->slots, key);
  if (slot == NULL)
    {
      gone = take_slots_locked (table, TRUE);
      if (g_hash_table_size (table->slots) < max)
        {
          slot = pyrog_instance_slot_new ();
          g_hash_table_insert (table->slots, pyrog_instance_slot_ref (key), slot);
        }
    }
  if (slot != NULL)
    pyrog_instance_slot_ref (slot);
  g_mutex_unlock (&table->lock);
  if (slot == NULL)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON,
                 _ ("MAX_INSTANCES allows no more than %u objects for a connection"), max);
  return slot;
}

void
pyrog_instance_table_clear (PyrogInstanceTable *table)
{
  g_autoptr (GPtrArray) gone = NULL;

  g_mutex_lock (&table->lock);
  gone = take_slots_locked (table, FALSE);
  g_mutex_unlock (&table->lock);
}
