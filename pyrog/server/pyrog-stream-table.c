/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-stream-table.h"

#include <glib/gi18n-lib.h>

#include "pyrog-connection-private.h"
#include "pyrog-error.h"
#include "pyrog-uuid.h"

typedef struct
{
  char *id;                    /* (owned) */
  PyrogItemStream *stream;     /* (owned) */
  PyrogConnection *connection; /* (unowned) (nullable) they part before it goes */
  gboolean lingers;            /* ... which has happened */
  char *identity;              /* (owned) (nullable) whose it was; NULL: nobody can prove that */
  gint64 made;                 /* by the table's clock */
  gint64 left;                 /* ... when it began to linger */
} Entry;

struct _PyrogStreamTable
{
  PyrogStreamTableOptions options;
  gint64 lifetime; /* microseconds */
  gint64 linger;
  GMutex lock;
  GHashTable *entries; /* (owned) (locked-by lock) (element-type utf8 Entry) */
  guint n_lingering;   /* (locked-by lock) */
  int n_timed;         /* (atomic) streams that do not live for ever */
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  pyrog_item_stream_close (entry->stream);
  g_object_unref (entry->stream);
  g_free (entry->identity);
  g_free (entry->id);
  g_free (entry);
}

PyrogStreamTable *
pyrog_stream_table_new (const PyrogStreamTableOptions *options)
{
  PyrogStreamTable *table = g_new0 (PyrogStreamTable, 1);

  table->options = *options;
  if (options->clock == NULL)
    table->options.clock = g_get_monotonic_time;
  table->lifetime = (gint64) (options->lifetime * G_USEC_PER_SEC);
  table->linger = (gint64) (options->linger * G_USEC_PER_SEC);
  g_mutex_init (&table->lock);
  table->entries = g_hash_table_new (g_str_hash, g_str_equal);
  return table;
}

void
pyrog_stream_table_free (PyrogStreamTable *table)
{
  pyrog_stream_table_clear (table);
  g_hash_table_unref (table->entries);
  g_mutex_clear (&table->lock);
  g_free (table);
}

static void
count_timed_locked (PyrogStreamTable *table)
{
  g_atomic_int_set (&table->n_timed, table->lifetime > 0 ? (int) g_hash_table_size (table->entries)
                                                         : (int) table->n_lingering);
}

gboolean
pyrog_stream_table_has_timed (PyrogStreamTable *table)
{
  return g_atomic_int_get (&table->n_timed) > 0;
}

/* User code runs when a stream goes, so entries are freed outside of the lock */
static GPtrArray *
new_gone (void)
{
  return g_ptr_array_new_with_free_func (free_entry);
}

static void
remove_locked (PyrogStreamTable *table, Entry *entry, GPtrArray *gone)
{
  g_hash_table_remove (table->entries, entry->id);
  table->n_lingering -= entry->lingers ? 1 : 0;
  count_timed_locked (table);
  g_ptr_array_add (gone, entry);
}

static gboolean
is_over (PyrogStreamTable *table, Entry *entry, gint64 now)
{
  return (table->lifetime > 0 && now - entry->made >= table->lifetime)
         || (entry->lingers && now - entry->left >= table->linger);
}

static char *
identity_of (PyrogConnection *connection)
{
  return connection != NULL ? pyrog_connection_dup_identity (connection) : NULL;
}

/* ---- Adding ---- */

static gboolean
check_connection_locked (PyrogStreamTable *table, PyrogConnection *connection, GError **error)
{
  GHashTableIter iter;
  gpointer value;
  guint count = 0;

  g_hash_table_iter_init (&iter, table->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    count += !((Entry *) value)->lingers && ((Entry *) value)->connection == connection;
  if (count < table->options.max_per_connection)
    return TRUE;
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_FAILED,
               _ ("The connection has %u item streams already, which is the limit"), count);
  return FALSE;
}

static Entry *
longest_lingering_locked (PyrogStreamTable *table)
{
  GHashTableIter iter;
  gpointer value;
  Entry *oldest = NULL;

  if (table->n_lingering == 0)
    return NULL;
  g_hash_table_iter_init (&iter, table->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Entry *entry = value;
      if (entry->lingers && (oldest == NULL || entry->left < oldest->left))
        oldest = entry;
    }
  return oldest;
}

static gboolean
make_room_locked (PyrogStreamTable *table, GPtrArray *gone, GError **error)
{
  guint count = g_hash_table_size (table->entries);

  if (count < table->options.max)
    return TRUE;
  Entry *oldest = longest_lingering_locked (table);
  if (oldest != NULL)
    {
      remove_locked (table, oldest, gone);
      return TRUE;
    }
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_FAILED,
               _ ("The daemon has %u item streams already, which is the limit"), count);
  return FALSE;
}

static char *
random_id (GError **error)
{
  guint8 uuid[PYROG_UUID_SIZE];

  if (pyrog_uuid_random (uuid))
    return pyrog_uuid_to_string (uuid);
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_FAILED, _ ("There are no random numbers"));
  return NULL;
}

char *
pyrog_stream_table_add (PyrogStreamTable *table,
                        PyrogItemStream *stream,
                        PyrogConnection *connection,
                        GError **error)
{
  g_autoptr (GPtrArray) gone = new_gone ();
  g_autofree char *id = random_id (error);

  if (id == NULL)
    return NULL;
  g_mutex_lock (&table->lock);
  gboolean room
      = check_connection_locked (table, connection, error) && make_room_locked (table, gone, error);
  if (room)
    {
      Entry *entry = g_new0 (Entry, 1);
      entry->id = g_strdup (id);
      entry->stream = g_object_ref (stream);
      entry->connection = connection;
      entry->made = table->options.clock ();
      g_hash_table_insert (table->entries, entry->id, entry);
      count_timed_locked (table);
    }
  g_mutex_unlock (&table->lock);
  return room ? g_steal_pointer (&id) : NULL;
}

/* ---- Reading ---- */

static void
begin_lingering_locked (PyrogStreamTable *table, Entry *entry, PyrogConnection *connection)
{
  entry->identity = identity_of (connection);
  entry->connection = NULL;
  entry->lingers = TRUE;
  entry->left = table->options.clock ();
  table->n_lingering++;
}

/* An item that is being waited for would be lost with the connection: it stays in the stream */
static void
interrupt (gpointer stream, gpointer user_data)
{
  pyrog_item_stream_interrupt (
      stream, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the connection is gone"));
}

/* Whoever asks first gets it, if they are who it was for */
static gboolean
resume_locked (PyrogStreamTable *table, Entry *entry, PyrogConnection *connection)
{
  g_autofree char *identity = identity_of (connection);

  if (entry->identity == NULL || g_strcmp0 (identity, entry->identity) != 0
      || !check_connection_locked (table, connection, NULL))
    return FALSE;
  entry->connection = connection;
  entry->lingers = FALSE;
  g_clear_pointer (&entry->identity, g_free);
  table->n_lingering--;
  count_timed_locked (table);
  return TRUE;
}

/* Whoever connects anew may be quicker than the end of the old connection, where workers serve them
 */
static gboolean
has_lost_owner (PyrogStreamTable *table, Entry *entry)
{
  return table->linger > 0 && entry->connection != NULL
         && pyrog_connection_is_hung_up (entry->connection);
}

/* The connection's entry; what belongs to another one is as unknown as a wrong id. *moved: it comes
 * from a connection whose end is only about to be noticed. */
static Entry *
find_locked (PyrogStreamTable *table,
             const char *id,
             PyrogConnection *connection,
             gboolean *moved,
             GPtrArray *gone)
{
  Entry *entry = g_hash_table_lookup (table->entries, id);

  if (entry == NULL)
    return NULL;
  if (is_over (table, entry, table->options.clock ()))
    {
      remove_locked (table, entry, gone);
      return NULL;
    }
  *moved = !entry->lingers && entry->connection != connection && has_lost_owner (table, entry);
  if (*moved)
    begin_lingering_locked (table, entry, entry->connection);
  if (entry->lingers)
    return resume_locked (table, entry, connection) ? entry : NULL;
  return entry->connection == connection ? entry : NULL;
}

typedef struct
{
  PyrogStreamTable *table;
  PyrogItemStream *stream; /* (owned) */
  char *id;                /* (owned) */
  PyrogItemCallback callback;
  gpointer user_data;
} Read;

static void
take_ended (PyrogStreamTable *table, const char *id)
{
  g_autoptr (GPtrArray) gone = new_gone ();

  g_mutex_lock (&table->lock);
  Entry *entry = g_hash_table_lookup (table->entries, id);
  if (entry != NULL)
    remove_locked (table, entry, gone);
  g_mutex_unlock (&table->lock);
}

static void
item_cb (GVariant *item, GError *error, gpointer user_data)
{
  Read *read = user_data;

  if (pyrog_item_stream_is_closed (read->stream))
    take_ended (read->table, read->id);
  if (item == NULL && error == NULL)
    error = g_error_new (PYROG_ERROR, PYROG_ERROR_STOP_ITERATION, "no more items");
  read->callback (item, error, read->user_data);
  g_object_unref (read->stream);
  g_free (read->id);
  g_free (read);
}

gboolean
pyrog_stream_table_next (PyrogStreamTable *table,
                         const char *id,
                         PyrogConnection *connection,
                         PyrogItemCallback callback,
                         gpointer user_data)
{
  g_autoptr (GPtrArray) gone = new_gone ();
  PyrogItemStream *stream = NULL;
  gboolean moved = FALSE;

  g_mutex_lock (&table->lock);
  Entry *entry = find_locked (table, id, connection, &moved, gone);
  if (entry != NULL)
    stream = g_object_ref (entry->stream);
  g_mutex_unlock (&table->lock);
  if (stream == NULL)
    return FALSE;
  if (moved)
    interrupt (stream, NULL);
  Read *read = g_new (Read, 1);
  *read = (Read){ table, stream, g_strdup (id), callback, user_data };
  pyrog_item_stream_ask (stream, item_cb, read);
  return TRUE;
}

/* ---- The end ---- */

/* A client of Pyro5 that has made other calls meanwhile closes a stream over another connection */
static gboolean
may_close (Entry *entry, PyrogConnection *connection)
{
  if (!entry->lingers && entry->connection == connection)
    return TRUE;
  g_autofree char *owner
      = entry->lingers ? g_strdup (entry->identity) : identity_of (entry->connection);
  g_autofree char *identity = identity_of (connection);
  return owner != NULL && g_strcmp0 (owner, identity) == 0;
}

void
pyrog_stream_table_close (PyrogStreamTable *table, const char *id, PyrogConnection *connection)
{
  g_autoptr (GPtrArray) gone = new_gone ();

  g_mutex_lock (&table->lock);
  Entry *entry = g_hash_table_lookup (table->entries, id);
  if (entry != NULL && may_close (entry, connection))
    remove_locked (table, entry, gone);
  g_mutex_unlock (&table->lock);
}

typedef gboolean (*EntryFunc) (PyrogStreamTable *table, Entry *entry, gpointer data);

static void
remove_if (PyrogStreamTable *table, EntryFunc func, gpointer data)
{
  g_autoptr (GPtrArray) gone = new_gone ();
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&table->lock);
  g_hash_table_iter_init (&iter, table->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      if (!func (table, value, data))
        continue;
      g_hash_table_iter_remove (&iter);
      table->n_lingering -= ((Entry *) value)->lingers ? 1 : 0;
      g_ptr_array_add (gone, value);
    }
  count_timed_locked (table);
  g_mutex_unlock (&table->lock);
}

static gboolean
any (PyrogStreamTable *table, Entry *entry, gpointer data)
{
  return TRUE;
}

static gboolean
is_of (PyrogStreamTable *table, Entry *entry, gpointer connection)
{
  return !entry->lingers && entry->connection == connection;
}

static gboolean
is_over_now (PyrogStreamTable *table, Entry *entry, gpointer now)
{
  return is_over (table, entry, *(gint64 *) now);
}

void
pyrog_stream_table_clear (PyrogStreamTable *table)
{
  remove_if (table, any, NULL);
}

void
pyrog_stream_table_drop (PyrogStreamTable *table, PyrogConnection *connection)
{
  remove_if (table, is_of, connection);
}

void
pyrog_stream_table_expire (PyrogStreamTable *table)
{
  gint64 now = table->options.clock ();

  if (pyrog_stream_table_has_timed (table))
    remove_if (table, is_over_now, &now);
}

void
pyrog_stream_table_leave (PyrogStreamTable *table, PyrogConnection *connection)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  if (table->linger <= 0)
    {
      pyrog_stream_table_drop (table, connection);
      return;
    }
  g_mutex_lock (&table->lock);
  g_hash_table_iter_init (&iter, table->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Entry *entry = value;
      if (!is_of (table, entry, connection))
        continue;
      begin_lingering_locked (table, entry, connection);
      g_ptr_array_add (left, g_object_ref (entry->stream));
    }
  count_timed_locked (table);
  g_mutex_unlock (&table->lock);
  g_ptr_array_foreach (left, interrupt, NULL);
}
