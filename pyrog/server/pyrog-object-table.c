/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-object-table.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"

#define FIRST_SWEEP 16 /* weak registrations before the dead ones are looked for */

struct _PyrogObjectTable
{
  GRWLock lock;
  GHashTable *by_id;      /* (owned) (locked-by lock) (element-type utf8 PyrogRegistration) */
  GHashTable *by_servant; /* (owned) (locked-by lock) the newest registration of each */
  GPtrArray *order;       /* (owned) (locked-by lock) registrations as they came, unowned */
  guint weak;             /* (locked-by lock) number of weak registrations */
  guint sweep_at;         /* (locked-by lock) when there are so many */
};

PyrogObjectTable *
pyrog_object_table_new (void)
{
  PyrogObjectTable *table = g_new0 (PyrogObjectTable, 1);

  g_rw_lock_init (&table->lock);
  table->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  table->by_servant = g_hash_table_new (NULL, NULL);
  table->order = g_ptr_array_new ();
  table->sweep_at = FIRST_SWEEP;
  return table;
}

/* What is let go under the lock and freed after it was given back, since user code runs then */
typedef struct
{
  GPtrArray *registrations; /* (owned) (element-type PyrogRegistration) */
  GPtrArray *servants;      /* (owned) (element-type PyrogServant) */
} Leftovers;

static void
unref_registration (gpointer registration)
{
  pyrog_registration_unref (registration);
}

static void
begin_change (PyrogObjectTable *table, Leftovers *leftovers)
{
  leftovers->registrations = g_ptr_array_new_with_free_func (unref_registration);
  leftovers->servants = g_ptr_array_new_with_free_func (g_object_unref);
  g_rw_lock_writer_lock (&table->lock);
}

static void
end_change (PyrogObjectTable *table, Leftovers *leftovers)
{
  g_rw_lock_writer_unlock (&table->lock);
  g_ptr_array_unref (leftovers->registrations);
  g_ptr_array_unref (leftovers->servants);
}

/* Its place in the order is the caller's business */
static void
take_locked (PyrogObjectTable *table, PyrogRegistration *registration, Leftovers *leftovers)
{
  gconstpointer servant = pyrog_registration_get_address (registration);

  g_hash_table_remove (table->by_id, pyrog_registration_get_id (registration));
  if (g_hash_table_lookup (table->by_servant, servant) == registration)
    g_hash_table_remove (table->by_servant, servant);
  if (pyrog_registration_is_weak (registration))
    table->weak--;
  pyrog_registration_retire (registration);
  g_ptr_array_add (leftovers->registrations, registration);
}

void
pyrog_object_table_free (PyrogObjectTable *table)
{
  Leftovers leftovers;

  begin_change (table, &leftovers);
  for (guint i = 0; i < table->order->len; i++)
    take_locked (table, g_ptr_array_index (table->order, i), &leftovers);
  end_change (table, &leftovers);
  g_hash_table_unref (table->by_id);
  g_hash_table_unref (table->by_servant);
  g_ptr_array_unref (table->order);
  g_rw_lock_clear (&table->lock);
  g_free (table);
}

/* ---- Adding ---- */

static gboolean
is_alive_locked (PyrogRegistration *registration, Leftovers *leftovers)
{
  PyrogServant *servant = pyrog_registration_get_servant (registration);

  if (servant != NULL)
    g_ptr_array_add (leftovers->servants, servant);
  return servant != NULL;
}

/* Forgets the registrations whose servants are gone, whenever there are twice as many weak ones as
 * were left the last time */
static void
sweep_locked (PyrogObjectTable *table, Leftovers *leftovers)
{
  guint kept = 0;

  if (table->weak < table->sweep_at)
    return;
  for (guint i = 0; i < table->order->len; i++)
    {
      PyrogRegistration *registration = g_ptr_array_index (table->order, i);
      if (!pyrog_registration_is_weak (registration) || is_alive_locked (registration, leftovers))
        table->order->pdata[kept++] = registration;
      else
        take_locked (table, registration, leftovers);
    }
  g_ptr_array_set_size (table->order, (int) kept);
  table->sweep_at = MAX (FIRST_SWEEP, 2 * table->weak);
}

static void
insert_locked (PyrogObjectTable *table, PyrogRegistration *registration, Leftovers *leftovers)
{
  PyrogRegistration *old
      = g_hash_table_lookup (table->by_id, pyrog_registration_get_id (registration));
  guint place;

  if (old != NULL && g_ptr_array_find (table->order, old, &place))
    {
      take_locked (table, old, leftovers);
      table->order->pdata[place] = registration;
    }
  else
    g_ptr_array_add (table->order, registration);
  g_hash_table_insert (table->by_id, (gpointer) pyrog_registration_get_id (registration),
                       pyrog_registration_ref (registration));
  g_hash_table_replace (table->by_servant, (gpointer) pyrog_registration_get_address (registration),
                        registration);
  if (pyrog_registration_is_weak (registration))
    table->weak++;
}

/* The words are Pyro5's */
static gboolean
check_new_locked (PyrogObjectTable *table,
                  PyrogRegistration *registration,
                  Leftovers *leftovers,
                  GError **error)
{
  const char *id = pyrog_registration_get_id (registration);
  PyrogRegistration *same_servant
      = g_hash_table_lookup (table->by_servant, pyrog_registration_get_address (registration));
  PyrogRegistration *same_id = g_hash_table_lookup (table->by_id, id);

  /* At the address of a servant that is gone there may be a new one */
  if (same_servant != NULL && is_alive_locked (same_servant, leftovers))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON,
                   _ ("The object or class already has a Pyro id, ‘%s’"),
                   pyrog_registration_get_id (same_servant));
      return FALSE;
    }
  if (same_id != NULL && is_alive_locked (same_id, leftovers))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON,
                   _ ("An object or class is already registered with the id ‘%s’"), id);
      return FALSE;
    }
  return TRUE;
}

gboolean
pyrog_object_table_register (PyrogObjectTable *table,
                             PyrogRegistration *registration,
                             gboolean force,
                             GError **error)
{
  Leftovers leftovers;

  begin_change (table, &leftovers);
  gboolean ok = force || check_new_locked (table, registration, &leftovers, error);
  if (ok)
    {
      insert_locked (table, registration, &leftovers);
      sweep_locked (table, &leftovers);
    }
  end_change (table, &leftovers);
  return ok;
}

gboolean
pyrog_object_table_add (PyrogObjectTable *table, const char *id, PyrogServant *servant)
{
  g_autoptr (PyrogRegistration) registration = pyrog_registration_new (id, servant, FALSE);

  return pyrog_object_table_register (table, registration, FALSE, NULL);
}

gboolean
pyrog_object_table_remove (PyrogObjectTable *table, const char *id)
{
  Leftovers leftovers;
  gboolean found = FALSE;

  begin_change (table, &leftovers);
  PyrogRegistration *registration = g_hash_table_lookup (table->by_id, id);
  if (registration != NULL)
    {
      found = is_alive_locked (registration, &leftovers);
      g_ptr_array_remove (table->order, registration);
      take_locked (table, registration, &leftovers);
    }
  end_change (table, &leftovers);
  return found;
}

/* ---- Finding ---- */

PyrogRegistration *
pyrog_object_table_find (PyrogObjectTable *table, const char *id, gsize size)
{
  char short_id[128];
  g_autofree char *long_id = NULL;
  const char *key = short_id;

  if (size < sizeof short_id)
    {
      memcpy (short_id, id, size);
      short_id[size] = '\0';
    }
  else
    key = long_id = g_strndup (id, size);
  g_rw_lock_reader_lock (&table->lock);
  PyrogRegistration *registration = g_hash_table_lookup (table->by_id, key);
  if (registration != NULL)
    pyrog_registration_ref (registration);
  g_rw_lock_reader_unlock (&table->lock);
  return registration;
}

PyrogServant *
pyrog_object_table_lookup (PyrogObjectTable *table, const char *id, gsize size)
{
  g_autoptr (PyrogRegistration) registration = pyrog_object_table_find (table, id, size);

  return registration != NULL ? pyrog_registration_get_servant (registration) : NULL;
}

char *
pyrog_object_table_dup_id (PyrogObjectTable *table, PyrogServant *servant)
{
  char *id = NULL;

  g_rw_lock_reader_lock (&table->lock);
  PyrogRegistration *registration = g_hash_table_lookup (table->by_servant, servant);
  /* Another one that was at this address is gone; this one is not, the caller has a reference */
  g_autoptr (PyrogServant) own
      = registration != NULL ? pyrog_registration_get_servant (registration) : NULL;
  if (own != NULL)
    id = g_strdup (pyrog_registration_get_id (registration));
  g_rw_lock_reader_unlock (&table->lock);
  return id;
}

guint
pyrog_object_table_get_size (PyrogObjectTable *table)
{
  g_rw_lock_reader_lock (&table->lock);
  guint size = table->order->len;
  g_rw_lock_reader_unlock (&table->lock);
  return size;
}

GStrv
pyrog_object_table_list (PyrogObjectTable *table)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  Leftovers leftovers;

  begin_change (table, &leftovers);
  for (guint i = 0; i < table->order->len; i++)
    {
      PyrogRegistration *registration = g_ptr_array_index (table->order, i);
      if (is_alive_locked (registration, &leftovers))
        g_strv_builder_add (builder, pyrog_registration_get_id (registration));
    }
  end_change (table, &leftovers);
  return g_strv_builder_end (builder);
}
