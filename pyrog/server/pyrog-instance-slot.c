/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-instance-slot.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"

struct _PyrogInstanceSlot
{
  gatomicrefcount refs;
  int retired; /* (atomic) */
  GMutex lock;
  GCond made;
  GObject *instance; /* (owned) (locked-by lock) (nullable) */
  GThread *maker;    /* (unowned) (locked-by lock) (nullable) who makes it just now */
};

PyrogInstanceSlot *
pyrog_instance_slot_new (void)
{
  PyrogInstanceSlot *slot = g_new0 (PyrogInstanceSlot, 1);

  g_atomic_ref_count_init (&slot->refs);
  g_mutex_init (&slot->lock);
  g_cond_init (&slot->made);
  return slot;
}

PyrogInstanceSlot *
pyrog_instance_slot_ref (PyrogInstanceSlot *slot)
{
  g_atomic_ref_count_inc (&slot->refs);
  return slot;
}

void
pyrog_instance_slot_unref (PyrogInstanceSlot *slot)
{
  if (!g_atomic_ref_count_dec (&slot->refs))
    return;
  g_clear_object (&slot->instance);
  g_mutex_clear (&slot->lock);
  g_cond_clear (&slot->made);
  g_free (slot);
}

/* TRUE: this thread is to make the instance. FALSE with it in *instance, or with an error. */
static gboolean
begin_making (PyrogInstanceSlot *slot, GObject **instance, GError **error)
{
  gboolean begin = FALSE;

  g_mutex_lock (&slot->lock);
  while (slot->instance == NULL && slot->maker != NULL && slot->maker != g_thread_self ())
    g_cond_wait (&slot->made, &slot->lock);
  if (slot->instance != NULL)
    *instance = g_object_ref (slot->instance);
  else if (slot->maker == NULL)
    {
      slot->maker = g_thread_self ();
      begin = TRUE;
    }
  else
    /* What makes it runs a main loop, or calls the object that it makes */
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON, _ ("The object is just being made"));
  g_mutex_unlock (&slot->lock);
  return begin;
}

GObject *
pyrog_instance_slot_get (PyrogInstanceSlot *slot,
                         PyrogMakeInstance make,
                         gpointer data,
                         GError **error)
{
  GObject *instance = NULL;

  if (!begin_making (slot, &instance, error))
    return instance;
  instance = make (data, error);
  g_mutex_lock (&slot->lock);
  slot->maker = NULL;
  g_set_object (&slot->instance, instance);
  g_cond_broadcast (&slot->made);
  g_mutex_unlock (&slot->lock);
  return instance;
}

void
pyrog_instance_slot_retire (PyrogInstanceSlot *slot)
{
  g_atomic_int_set (&slot->retired, TRUE);
}

gboolean
pyrog_instance_slot_is_retired (PyrogInstanceSlot *slot)
{
  return g_atomic_int_get (&slot->retired);
}
