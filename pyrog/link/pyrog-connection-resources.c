/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-connection-resources.h"

#include "pyrog-connection-private.h"

typedef struct
{
  guint id;
  PyrogConnectionFunc func;
  gpointer user_data;     /* (owned) by destroy */
  GDestroyNotify destroy; /* (nullable) */
} Resource;

struct _PyrogResources
{
  GMutex lock;
  GArray *list;   /* (owned) (locked-by lock) (nullable) (element-type Resource) as they came */
  guint last_id;  /* (locked-by lock) */
  gboolean ended; /* (locked-by lock) */
};

PyrogResources *
pyrog_resources_new (void)
{
  PyrogResources *resources = g_new0 (PyrogResources, 1);

  g_mutex_init (&resources->lock);
  return resources;
}

void
pyrog_resources_free (PyrogResources *resources)
{
  g_clear_pointer (&resources->list, g_array_unref);
  g_mutex_clear (&resources->lock);
  g_free (resources);
}

guint
pyrog_resources_add (PyrogResources *resources,
                     PyrogConnectionFunc func,
                     gpointer user_data,
                     GDestroyNotify destroy)
{
  Resource resource = { 0, func, user_data, destroy };

  g_mutex_lock (&resources->lock);
  if (!resources->ended)
    {
      resource.id = ++resources->last_id;
      if (resources->list == NULL)
        resources->list = g_array_new (FALSE, FALSE, sizeof (Resource));
      g_array_append_val (resources->list, resource);
    }
  g_mutex_unlock (&resources->lock);
  return resource.id;
}

static gboolean
take_locked (PyrogResources *resources, guint place, Resource *resource)
{
  if (resources->list == NULL || place >= resources->list->len)
    return FALSE;
  *resource = g_array_index (resources->list, Resource, place);
  g_array_remove_index (resources->list, place);
  return TRUE;
}

static guint
find_locked (PyrogResources *resources, guint id)
{
  guint place = 0;

  while (resources->list != NULL && place < resources->list->len
         && g_array_index (resources->list, Resource, place).id != id)
    place++;
  return place;
}

static void
free_resource (Resource *resource)
{
  if (resource->destroy != NULL)
    resource->destroy (resource->user_data);
}

gboolean
pyrog_resources_remove (PyrogResources *resources, guint id)
{
  Resource resource;

  g_mutex_lock (&resources->lock);
  gboolean found = take_locked (resources, find_locked (resources, id), &resource);
  g_mutex_unlock (&resources->lock);
  if (found)
    free_resource (&resource);
  return found;
}

/* What is ended may remove others, or try to add some */
static gboolean
end_newest (PyrogResources *resources, PyrogConnection *connection)
{
  Resource resource;

  g_mutex_lock (&resources->lock);
  resources->ended = TRUE;
  guint count = resources->list != NULL ? resources->list->len : 0;
  gboolean found = count > 0 && take_locked (resources, count - 1, &resource);
  g_mutex_unlock (&resources->lock);
  if (!found)
    return FALSE;
  resource.func (connection, resource.user_data);
  free_resource (&resource);
  return TRUE;
}

void
pyrog_resources_end (PyrogResources *resources, PyrogConnection *connection)
{
  while (end_newest (resources, connection))
    ;
}

/* ---- Public ---- */

/**
 * pyrog_connection_track:
 * @self: a connection
 * @func: (scope notified): ends something, once
 * @user_data: (closure): for @func
 * @destroy: (nullable): frees @user_data
 *
 * Ends something together with the connection: a file that a method has opened, a lock that it
 * holds. What was tracked last ends first. A daemon calls @func in its main context, after
 * [signal@Daemon::client-disconnected]. If the connection has ended before, @func is called at
 * once. May be called in any thread.
 *
 * Returns: a number for [method@Connection.untrack], or 0 if @func was called
 *
 * Since: 1.0
 */
guint
pyrog_connection_track (PyrogConnection *self,
                        PyrogConnectionFunc func,
                        gpointer user_data,
                        GDestroyNotify destroy)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), 0);
  g_return_val_if_fail (func != NULL, 0);

  guint id = pyrog_resources_add (self->resources, func, user_data, destroy);
  if (id != 0)
    return id;
  func (self, user_data);
  if (destroy != NULL)
    destroy (user_data);
  return 0;
}

/**
 * pyrog_connection_untrack:
 * @self: a connection
 * @id: what [method@Connection.track] returned
 *
 * Leaves something alone when the connection ends, because it has ended already. May be called in
 * any thread.
 *
 * Returns: whether it was tracked
 *
 * Since: 1.0
 */
gboolean
pyrog_connection_untrack (PyrogConnection *self, guint id)
{
  g_return_val_if_fail (PYROG_IS_CONNECTION (self), FALSE);

  return pyrog_resources_remove (self->resources, id);
}
