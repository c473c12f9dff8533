/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-stream-table.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-uuid.h"

typedef struct
{
  char *id;                    /* (owned) */
  PyrogItemStream *stream;     /* (owned) */
  PyrogConnection *connection; /* (unowned) never looked into; its streams go when it does */
} Entry;

struct _PyrogStreamTable
{
  guint max_per_connection;
  guint max;
  GMutex lock;
  GHashTable *entries; /* (owned) (locked-by lock) (element-type utf8 Entry) */
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->id);
  g_object_unref (entry->stream);
  g_free (entry);
}

PyrogStreamTable *
pyrog_stream_table_new (guint max_per_connection, guint max)
{
  PyrogStreamTable *table = g_new0 (PyrogStreamTable, 1);

  table->max_per_connection = max_per_connection;
  table->max = max;
  g_mutex_init (&table->lock);
  table->entries = g_hash_table_new (g_str_hash, g_str_equal);
  return table;
}

void
pyrog_stream_table_free (PyrogStreamTable *table)
{
  pyrog_stream_table_drop (table, NULL);
  g_hash_table_unref (table->entries);
  g_mutex_clear (&table->lock);
  g_free (table);
}

static char *
random_id (void)
{
  guint8 uuid[PYROG_UUID_SIZE];

  return pyrog_uuid_random (uuid) ? pyrog_uuid_to_string (uuid) : NULL;
}

static guint
count_locked (PyrogStreamTable *table, PyrogConnection *connection)
{
  GHashTableIter iter;
  gpointer entry;
  guint count = 0;

  g_hash_table_iter_init (&iter, table->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    count += ((Entry *) entry)->connection == connection;
  return count;
}

char *
pyrog_stream_table_add (PyrogStreamTable *table,
                        PyrogItemStream *stream,
                        PyrogConnection *connection)
{
  g_autofree char *id = random_id ();

  g_mutex_lock (&table->lock);
  gboolean room = id != NULL && g_hash_table_size (table->entries) < table->max
                  && count_locked (table, connection) < table->max_per_connection;
  if (room)
    {
      Entry *entry = g_new (Entry, 1);
      *entry = (Entry){ g_strdup (id), g_object_ref (stream), connection };
      g_hash_table_insert (table->entries, entry->id, entry);
    }
  g_mutex_unlock (&table->lock);
  return room ? g_steal_pointer (&id) : NULL;
}

/* The stream, as a full reference. An id of another connection is as unknown as a wrong one. */
static PyrogItemStream *
find (PyrogStreamTable *table, const char *id, PyrogConnection *connection)
{
  PyrogItemStream *stream = NULL;

  g_mutex_lock (&table->lock);
  Entry *entry = g_hash_table_lookup (table->entries, id);
  if (entry != NULL && entry->connection == connection)
    stream = g_object_ref (entry->stream);
  g_mutex_unlock (&table->lock);
  return stream;
}

GVariant *
pyrog_stream_table_next (PyrogStreamTable *table,
                         const char *id,
                         PyrogConnection *connection,
                         GError **error)
{
  g_autoptr (PyrogItemStream) stream = find (table, id, connection);
  GError *failure = NULL;

  if (stream == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_FAILED, "item stream terminated");
      return NULL;
    }
  GVariant *item = pyrog_item_stream_next (stream, &failure);
  if (item != NULL)
    return item;
  pyrog_stream_table_close (table, id, connection);
  if (failure == NULL)
    failure = g_error_new (PYROG_ERROR, PYROG_ERROR_STOP_ITERATION, "no more items");
  g_propagate_error (error, failure);
  return NULL;
}

/* User code runs when a stream goes, so entries are freed outside of the lock */
static void
take_entries (PyrogStreamTable *table, const char *id, PyrogConnection *connection)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (free_entry);
  GHashTableIter iter;
  gpointer key, value;

  g_mutex_lock (&table->lock);
  g_hash_table_iter_init (&iter, table->entries);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Entry *entry = value;
      if ((id == NULL || g_str_equal (id, key))
          && (connection == NULL || entry->connection == connection))
        {
          g_hash_table_iter_remove (&iter);
          g_ptr_array_add (gone, entry);
        }
    }
  g_mutex_unlock (&table->lock);
}

void
pyrog_stream_table_close (PyrogStreamTable *table, const char *id, PyrogConnection *connection)
{
  take_entries (table, id, connection);
}

void
pyrog_stream_table_drop (PyrogStreamTable *table, PyrogConnection *connection)
{
  take_entries (table, NULL, connection);
}
