/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-class.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-class-private.h"
#include "pyrog-error.h"

/* The registry of classes; what is done with it is in pyrog-class-write.c and pyrog-class-read.c */

/* Values of these classes mean something of their own to pyrog */
static const char *const own_classes[] = {
  "Pyro5.client.Proxy",
  "Pyro5.core.URI",
  "Pyro5.core._ExceptionWrapper",
  "Pyro5.server.Daemon",
  "datetime.datetime",
  "datetime.date",
  "float",
};

static GMutex registry_lock;
static GArray *registry; /* (locked-by registry_lock) (nullable) (element-type PyrogClassEntry) */

static gboolean
is_own_class (const char *remote_class)
{
  for (guint i = 0; i < G_N_ELEMENTS (own_classes); i++)
    {
      if (strcmp (own_classes[i], remote_class) == 0)
        return TRUE;
    }
  return FALSE;
}

/* ---- Functions ---- */

static void
clear_function (gpointer data)
{
  PyrogClassFunction *function = data;

  if (function->destroy != NULL)
    function->destroy (function->user_data);
}

/* func (nullable) NULL: none, and user_data is let go */
static PyrogClassFunction *
new_function (GCallback func, gpointer user_data, GDestroyNotify destroy)
{
  PyrogClassFunction *function = g_atomic_rc_box_new0 (PyrogClassFunction);

  function->func = func;
  function->user_data = user_data;
  function->destroy = destroy;
  return function;
}

static void
drop_function (PyrogClassFunction *function)
{
  if (function != NULL)
    g_atomic_rc_box_release_full (function, clear_function);
}

void
pyrog_class_entry_clear (PyrogClassEntry *entry)
{
  drop_function (g_steal_pointer (&entry->writer));
  drop_function (g_steal_pointer (&entry->reader));
}

/* ---- The registry ---- */

static PyrogClassEntry *
find_type_locked (GType type)
{
  for (guint i = 0; registry != NULL && i < registry->len; i++)
    {
      PyrogClassEntry *entry = &g_array_index (registry, PyrogClassEntry, i);
      if (entry->type == type)
        return entry;
    }
  return NULL;
}

static PyrogClassEntry *
find_name_locked (const char *name, gsize size)
{
  for (guint i = 0; registry != NULL && i < registry->len; i++)
    {
      PyrogClassEntry *entry = &g_array_index (registry, PyrogClassEntry, i);
      if (strlen (entry->remote_class) == size && memcmp (entry->remote_class, name, size) == 0)
        return entry;
    }
  return NULL;
}

static gboolean
copy_entry (const PyrogClassEntry *found, PyrogClassEntry *entry)
{
  if (found == NULL)
    return FALSE;
  *entry = *found;
  if (entry->writer != NULL)
    g_atomic_rc_box_acquire (entry->writer);
  if (entry->reader != NULL)
    g_atomic_rc_box_acquire (entry->reader);
  return TRUE;
}

gboolean
pyrog_class_find_type (GType type, PyrogClassEntry *entry)
{
  const PyrogClassEntry *found = NULL;

  g_mutex_lock (&registry_lock);
  for (; found == NULL && type != 0; type = g_type_parent (type))
    found = find_type_locked (type);
  gboolean ok = copy_entry (found, entry);
  g_mutex_unlock (&registry_lock);
  return ok;
}

gboolean
pyrog_class_find_name (const char *remote_class, PyrogClassEntry *entry)
{
  g_mutex_lock (&registry_lock);
  gboolean ok = copy_entry (find_name_locked (remote_class, strlen (remote_class)), entry);
  g_mutex_unlock (&registry_lock);
  return ok;
}

/**
 * pyrog_class_register:
 * @type: a type of GObjects
 * @remote_class: the class of remote objects, for example `shop.Car`
 *
 * Says that objects of @type, and of types derived from it that are not registered themselves, are
 * to others what Python calls objects of @remote_class. [func@class_to_variant] makes values of
 * them to send, and [func@class_from_variant] makes objects of values that came.
 *
 * Unless there are functions for that ([func@class_set_writer], [func@class_set_reader]) an
 * object's state are all properties of @type that can be read and written, by their names with `_`
 * for `-`: whoever may send a value may then choose all of them.
 *
 * The registry is one for the process. May be called in any thread.
 *
 * Returns: %FALSE if the type or the class was registered before, or the class is one of Pyro's
 *   own; nothing has changed then
 *
 * Since: 1.0
 */
gboolean
pyrog_class_register (GType type, const char *remote_class)
{
  g_return_val_if_fail (g_type_is_a (type, G_TYPE_OBJECT), FALSE);
  g_return_val_if_fail (remote_class != NULL && *remote_class != '\0', FALSE);

  g_mutex_lock (&registry_lock);
  gboolean is_new = !is_own_class (remote_class) && find_type_locked (type) == NULL
                    && find_name_locked (remote_class, strlen (remote_class)) == NULL;
  if (is_new)
    {
      PyrogClassEntry entry = { .type = type, .remote_class = g_intern_string (remote_class) };
      if (registry == NULL)
        registry = g_array_new (FALSE, FALSE, sizeof (PyrogClassEntry));
      g_array_append_val (registry, entry);
    }
  g_mutex_unlock (&registry_lock);
  return is_new;
}

/**
 * pyrog_class_unregister:
 * @type: a type of GObjects
 *
 * Ends what [func@class_register] began, and lets its functions go.
 *
 * Returns: whether the type was registered
 *
 * Since: 1.0
 */
gboolean
pyrog_class_unregister (GType type)
{
  PyrogClassEntry entry = { 0 };

  g_mutex_lock (&registry_lock);
  PyrogClassEntry *found = find_type_locked (type);
  if (found != NULL)
    {
      entry = *found;
      g_array_remove_index_fast (registry, (guint) (found - (PyrogClassEntry *) registry->data));
    }
  g_mutex_unlock (&registry_lock);
  pyrog_class_entry_clear (&entry);
  return found != NULL;
}

/* function is taken */
static void
set_function (GType type, gboolean is_writer, PyrogClassFunction *function)
{
  g_mutex_lock (&registry_lock);
  PyrogClassEntry *found = find_type_locked (type);
  PyrogClassFunction *old = function;
  if (found != NULL)
    {
      PyrogClassFunction **place = is_writer ? &found->writer : &found->reader;
      old = *place;
      *place = function;
    }
  g_mutex_unlock (&registry_lock);
  drop_function (old);
  if (found == NULL)
    g_critical ("The type %s is not registered for a remote class", g_type_name (type));
}

/**
 * pyrog_class_set_writer:
 * @type: a type that was registered with [func@class_register]
 * @writer: (scope notified) (closure user_data) (destroy destroy): says what an object's state is
 * @user_data: for @writer
 * @destroy: frees @user_data
 *
 * Has the state of objects made by a function instead of from their properties.
 *
 * Since: 1.0
 */
void
pyrog_class_set_writer (GType type,
                        PyrogClassWriter writer,
                        gpointer user_data,
                        GDestroyNotify destroy)
{
  g_return_if_fail (writer != NULL);

  set_function (type, TRUE, new_function (G_CALLBACK (writer), user_data, destroy));
}

/**
 * pyrog_class_set_reader:
 * @type: a type that was registered with [func@class_register]
 * @reader: (scope notified) (closure user_data) (destroy destroy): makes an object of its state
 * @user_data: for @reader
 * @destroy: frees @user_data
 *
 * Has objects made by a function instead of with their properties.
 *
 * Since: 1.0
 */
void
pyrog_class_set_reader (GType type,
                        PyrogClassReader reader,
                        gpointer user_data,
                        GDestroyNotify destroy)
{
  g_return_if_fail (reader != NULL);

  set_function (type, FALSE, new_function (G_CALLBACK (reader), user_data, destroy));
}

/* ---- Strict mode ---- */

static gboolean
is_known_class (const PyrogValue *name)
{
  g_autofree char *text = NULL;

  if (name->kind != PYROG_KIND_STR)
    return FALSE;
  g_mutex_lock (&registry_lock);
  gboolean is_registered = find_name_locked (name->text, name->size) != NULL;
  g_mutex_unlock (&registry_lock);
  if (is_registered)
    return TRUE;
  text = pyrog_value_dup_text (name);
  return is_own_class (text);
}

static gboolean
check (const PyrogValue *value, const PyrogPath *path, GError **error)
{
  const gsize count = pyrog_value_is_container (value) ? pyrog_value_n_items (value) : 0;
  const gboolean is_dict = value->kind == PYROG_KIND_DICT;
  const PyrogValue *name = is_dict ? pyrog_value_lookup (value, PYROG_CLASS_MEMBER) : NULL;

  if (name != NULL && !is_known_class (name)
      && pyrog_value_lookup (value, PYROG_EXCEPTION_MEMBER) == NULL)
    {
      g_autofree char *shown = pyrog_class_show (name);
      pyrog_class_refuse (path, PYROG_ERROR_SERIALIZE, error, _ ("the class ‘%s’ is unknown"),
                          shown);
      return FALSE;
    }
  for (gsize i = 0; i < count; i++)
    {
      const PyrogPath item
          = { .parent = path, .key = is_dict ? &value->items[i & ~(gsize) 1] : NULL, .index = i };
      if (!check (&value->items[i], &item, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
pyrog_class_check (const PyrogValue *value, const char *root, GError **error)
{
  const PyrogPath path = { .name = root };

  return check (value, &path, error);
}
