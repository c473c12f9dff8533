/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-arena.h"
#include "pyrog-class-private.h"
#include "pyrog-error.h"
#include "pyrog-property.h"
#include "pyrog-value-variant.h"

/* From values to objects of registered types */

static GObject *read_object (GVariant *value, const PyrogPath *parent, GError **error);

static gboolean
is_none (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE) && g_variant_n_children (value) == 0;
}

/* ---- Properties ---- */

/* What an object is constructed with */
typedef struct
{
  GPtrArray *names; /* (owned) (element-type utf8) of the class */
  GArray *values;   /* (owned) (element-type GValue) */
} Properties;

static void
properties_clear (Properties *properties)
{
  g_clear_pointer (&properties->names, g_ptr_array_unref);
  g_clear_pointer (&properties->values, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Properties, properties_clear)

static void
properties_init (Properties *properties)
{
  properties->names = g_ptr_array_new ();
  properties->values = g_array_new (FALSE, FALSE, sizeof (GValue));
  g_array_set_clear_func (properties->values, (GDestroyNotify) g_value_unset);
}

/* The objects of an array or a tuple */
static GObject *
read_items (GVariant *value, const PyrogPath *path, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY)
      && !g_variant_is_of_type (value, G_VARIANT_TYPE_TUPLE))
    {
      pyrog_class_refuse (path, PYROG_ERROR_TYPE_ERROR, error, _ ("‘%s’ is not a list"),
                          g_variant_get_type_string (value));
      return NULL;
    }
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_OBJECT);
  const gsize count = g_variant_n_children (value);
  for (gsize i = 0; i < count; i++)
    {
      const PyrogPath step = { .parent = path, .index = i };
      g_autoptr (GVariant) item = g_variant_get_child_value (value, i);
      g_autoptr (GObject) object = read_object (item, &step, error);
      if (object == NULL)
        return NULL;
      g_list_store_append (store, object);
    }
  return G_OBJECT (g_steal_pointer (&store));
}

static gboolean
read_part (
    GParamSpec *pspec, GVariant *value, const PyrogPath *path, GValue *target, GError **error)
{
  const GType type = pspec->value_type;
  g_autoptr (GObject) part = NULL;

  if (!is_none (value))
    {
      part = type == G_TYPE_LIST_MODEL || type == G_TYPE_LIST_STORE
                 ? read_items (value, path, error)
                 : read_object (value, path, error);
      if (part == NULL)
        return FALSE;
    }
  if (part != NULL && !g_type_is_a (G_OBJECT_TYPE (part), type))
    {
      pyrog_class_refuse (path, PYROG_ERROR_TYPE_ERROR, error,
                          _ ("an object of the type ‘%s’ is not one of ‘%s’"),
                          G_OBJECT_TYPE_NAME (part), g_type_name (type));
      return FALSE;
    }
  g_value_init (target, type);
  g_value_set_object (target, part);
  return TRUE;
}

static gboolean
read_plain (
    GParamSpec *pspec, GVariant *value, const PyrogPath *path, GValue *target, GError **error)
{
  g_autofree char *where = pyrog_path_to_string (path);
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue tree;

  return pyrog_value_from_variant (arena, value, &tree, error)
         && pyrog_property_parse (pspec, &tree, where, target, error);
}

/* The property that is called name in a state, unless there is none or it came before */
static GParamSpec *
find_property (GObjectClass *class, const char *name, const Properties *before)
{
  GParamSpec *pspec = g_object_class_find_property (class, name);

  if (pspec == NULL || !pyrog_class_is_state (pspec)
      || g_ptr_array_find (before->names, pspec->name, NULL))
    return NULL;
  return pspec;
}

static gboolean
read_property (GObjectClass *class,
               const char *name,
               GVariant *value,
               const PyrogPath *path,
               Properties *properties,
               GError **error)
{
  GParamSpec *pspec = find_property (class, name, properties);
  GValue target = G_VALUE_INIT;
  gboolean ok;

  if (pspec == NULL)
    {
      pyrog_class_refuse (path, PYROG_ERROR_ATTRIBUTE_ERROR, error,
                          _ ("the type ‘%s’ has no such property"), G_OBJECT_CLASS_NAME (class));
      return FALSE;
    }
  if (g_type_is_a (pspec->value_type, G_TYPE_OBJECT))
    ok = read_part (pspec, value, path, &target, error);
  else
    ok = read_plain (pspec, value, path, &target, error);
  if (!ok)
    return FALSE;
  g_ptr_array_add (properties->names, (char *) pspec->name);
  g_array_append_val (properties->values, target);
  return TRUE;
}

static gboolean
read_properties (GObjectClass *class,
                 GVariant *state,
                 const PyrogPath *path,
                 Properties *properties,
                 GError **error)
{
  GVariantIter iter;
  GVariant *value;
  const char *name;
  gboolean ok = TRUE;

  g_variant_iter_init (&iter, state);
  while (ok && g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      const PyrogValue key = pyrog_value_text (name);
      const PyrogPath step = { .parent = path, .key = &key };
      ok = strcmp (name, PYROG_CLASS_MEMBER) == 0
           || read_property (class, name, value, &step, properties, error);
      g_variant_unref (value);
    }
  return ok;
}

static GObject *
construct (GType type, GVariant *state, const PyrogPath *path, GError **error)
{
  g_autoptr (GTypeClass) class = g_type_class_ref (type);
  g_auto (Properties) properties = { 0 };
  GError *failure = NULL;

  properties_init (&properties);
  if (G_TYPE_IS_ABSTRACT (type))
    {
      pyrog_class_refuse (path, PYROG_ERROR_TYPE_ERROR, error,
                          _ ("the type ‘%s’ is abstract and has no reader"), g_type_name (type));
      return NULL;
    }
  if (!read_properties (G_OBJECT_CLASS (class), state, path, &properties, error))
    return NULL;
  g_autoptr (GObject) object = g_object_take_ref (g_object_new_with_properties (
      type, properties.names->len, (const char **) properties.names->pdata,
      (const GValue *) (gpointer) properties.values->data));
  if (G_IS_INITABLE (object) && !g_initable_init (G_INITABLE (object), NULL, &failure))
    {
      g_autofree char *where = pyrog_path_to_string (path);
      g_propagate_prefixed_error (error, failure, "%s: ", where);
      return NULL;
    }
  return g_steal_pointer (&object);
}

/* ---- Functions ---- */

/* What a reader gets */
static GVariant *
without_class (GVariant *value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, value);
  g_variant_dict_remove (&dict, PYROG_CLASS_MEMBER);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static GObject *
ask_reader (const PyrogClassEntry *entry, GVariant *value, const PyrogPath *path, GError **error)
{
  const PyrogClassFunction *reader = entry->reader;
  g_autoptr (GVariant) state = without_class (value);
  GError *failure = NULL;
  GObject *made = ((PyrogClassReader) reader->func) (state, reader->user_data, &failure);
  g_autoptr (GObject) object = made != NULL ? g_object_take_ref (made) : NULL;

  if (failure != NULL)
    {
      g_autofree char *where = pyrog_path_to_string (path);
      g_propagate_prefixed_error (error, failure, "%s: ", where);
      return NULL;
    }
  /* A function that throws in a language that can't say so */
  if (object == NULL)
    pyrog_class_refuse (path, PYROG_ERROR_FAILED, error,
                        _ ("its reader gave neither an object nor an error"));
  else if (!g_type_is_a (G_OBJECT_TYPE (object), entry->type))
    pyrog_class_refuse (path, PYROG_ERROR_TYPE_ERROR, error,
                        _ ("its reader gave an object of the type ‘%s’"),
                        G_OBJECT_TYPE_NAME (object));
  else
    return g_steal_pointer (&object);
  return NULL;
}

/* ---- Objects ---- */

static gboolean
find_entry (GVariant *value, PyrogClassEntry *entry, const PyrogPath *path, GError **error)
{
  const char *name = NULL;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (value, PYROG_CLASS_MEMBER, "&s", &name))
    {
      pyrog_class_refuse (path, PYROG_ERROR_TYPE_ERROR, error,
                          _ ("a value of the type ‘%s’ does not stand for an object"),
                          g_variant_get_type_string (value));
      return FALSE;
    }
  if (pyrog_class_find_name (name, entry))
    return TRUE;
  const PyrogValue text = pyrog_value_text (name);
  g_autofree char *shown = pyrog_class_show (&text);
  pyrog_class_refuse (path, PYROG_ERROR_SERIALIZE, error, _ ("the class ‘%s’ is unknown"), shown);
  return FALSE;
}

/* parent (nullable) is where value was found */
static GObject *
read_object (GVariant *value, const PyrogPath *parent, GError **error)
{
  const PyrogPath unknown = { .name = "value" };
  g_auto (PyrogClassEntry) entry = { 0 };
  g_autoptr (GVariant) inner = g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT)
                                   ? g_variant_get_variant (value)
                                   : g_variant_ref (value);
  GObject *object;

  if (!find_entry (inner, &entry, parent != NULL ? parent : &unknown, error))
    return NULL;
  const PyrogPath root = { .name = entry.remote_class };
  const PyrogPath *path = parent != NULL ? parent : &root;
  if (!pyrog_class_enter (path, error))
    return NULL;
  if (entry.reader != NULL)
    object = ask_reader (&entry, inner, path, error);
  else
    object = construct (entry.type, inner, path, error);
  pyrog_class_leave ();
  return object;
}

/**
 * pyrog_class_from_variant:
 * @value: what came as an argument, a result or a part of them
 * @error: return location for an error
 *
 * Makes an object of a value that stands for one of a class that was registered with
 * [func@class_register]. Without a reader the object is constructed with its properties; what a
 * state does not say has its default, and what is no property of the type is an error. A type that
 * is #GInitable is initialized.
 *
 * Returns: (transfer full): a new object; on failure an error whose message names the part of the
 *   value that is wrong: %PYROG_ERROR_SERIALIZE for a class that is unknown,
 *   %PYROG_ERROR_TYPE_ERROR for a value that stands for no object or is of the wrong type,
 *   %PYROG_ERROR_ATTRIBUTE_ERROR, %PYROG_ERROR_OVERFLOW_ERROR and %PYROG_ERROR_VALUE_ERROR for
 *   properties, or that of a reader
 *
 * Since: 1.0
 */
GObject *
pyrog_class_from_variant (GVariant *value, GError **error)
{
  g_return_val_if_fail (value != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  return read_object (sunk, NULL, error);
}
