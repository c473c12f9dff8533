/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-class-private.h"
#include "pyrog-error.h"
#include "pyrog-property.h"

/* From objects of registered types to values */

static GVariant *write_object (GObject *object, const PyrogPath *parent, GError **error);

static GVariant *
none (void)
{
  return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
}

/* ---- Properties ---- */

static GVariant *
write_items (GListModel *model, const PyrogPath *path, GError **error)
{
  const guint count = g_list_model_get_n_items (model);
  g_auto (GVariantBuilder) builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < count; i++)
    {
      const PyrogPath step = { .parent = path, .index = i };
      g_autoptr (GObject) item = g_list_model_get_object (model, i);
      GVariant *value = write_object (item, &step, error);
      if (value == NULL)
        return NULL;
      g_variant_builder_add (&builder, "v", value);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
write_part (GObject *object, GParamSpec *pspec, const PyrogPath *path, GError **error)
{
  g_autoptr (GObject) part = NULL;

  g_object_get (object, pspec->name, &part, NULL);
  if (part == NULL)
    return none ();
  if (pspec->value_type == G_TYPE_LIST_MODEL || pspec->value_type == G_TYPE_LIST_STORE)
    return write_items (G_LIST_MODEL (part), path, error);
  return write_object (part, path, error);
}

static GVariant *
write_property (GObject *object, GParamSpec *pspec, const PyrogPath *path, GError **error)
{
  GError *failure = NULL;

  if (g_type_is_a (pspec->value_type, G_TYPE_OBJECT))
    return write_part (object, pspec, path, error);
  GVariant *value = pyrog_property_get (object, pspec, &failure);
  if (value == NULL)
    {
      pyrog_class_refuse (path, failure->code, error, "%s", failure->message);
      g_error_free (failure);
    }
  return value;
}

static gboolean
add_property (GVariantBuilder *builder,
              GObject *object,
              GParamSpec *pspec,
              const PyrogPath *path,
              GError **error)
{
  g_autofree char *name = pyrog_class_member_name (pspec);
  const PyrogValue key = pyrog_value_text (name);
  const PyrogPath step = { .parent = path, .key = &key };
  GVariant *value = write_property (object, pspec, &step, error);

  if (value == NULL)
    return FALSE;
  g_autoptr (GVariant) owned = g_variant_take_ref (value);
  g_variant_builder_add (builder, "{sv}", name, owned);
  return TRUE;
}

static gboolean
add_properties (GVariantBuilder *builder,
                const PyrogClassEntry *entry,
                GObject *object,
                const PyrogPath *path,
                GError **error)
{
  g_autoptr (GTypeClass) class = g_type_class_ref (entry->type);
  guint count;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_CLASS (class), &count);

  for (guint i = 0; i < count; i++)
    {
      if (pyrog_class_is_state (pspecs[i])
          && !add_property (builder, object, pspecs[i], path, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- Functions ---- */

/* What the user's function says; owned */
static GVariant *
ask_writer (const PyrogClassFunction *writer,
            GObject *object,
            const PyrogPath *path,
            GError **error)
{
  GError *failure = NULL;
  GVariant *value = ((PyrogClassWriter) writer->func) (object, writer->user_data, &failure);
  g_autoptr (GVariant) state = value != NULL ? g_variant_take_ref (value) : NULL;

  if (failure != NULL)
    {
      g_autofree char *where = pyrog_path_to_string (path);
      g_propagate_prefixed_error (error, failure, "%s: ", where);
      return NULL;
    }
  /* A function that throws in a language that can't say so */
  if (state == NULL)
    pyrog_class_refuse (path, PYROG_ERROR_FAILED, error,
                        _ ("its writer gave neither a state nor an error"));
  else if (!g_variant_is_of_type (state, G_VARIANT_TYPE_VARDICT))
    pyrog_class_refuse (path, PYROG_ERROR_TYPE_ERROR, error,
                        _ ("its writer gave a value of the type ‘%s’ as its state"),
                        g_variant_get_type_string (state));
  else
    return g_steal_pointer (&state);
  return NULL;
}

static gboolean
add_state (GVariantBuilder *builder,
           const PyrogClassEntry *entry,
           GObject *object,
           const PyrogPath *path,
           GError **error)
{
  g_autoptr (GVariant) state = ask_writer (entry->writer, object, path, error);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (state == NULL)
    return FALSE;
  g_variant_iter_init (&iter, state);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      if (strcmp (name, PYROG_CLASS_MEMBER) != 0)
        g_variant_builder_add (builder, "{sv}", name, value);
      g_variant_unref (value);
    }
  return TRUE;
}

/* ---- Objects ---- */

static GVariant *
write_state (const PyrogClassEntry *entry, GObject *object, const PyrogPath *path, GError **error)
{
  g_auto (GVariantBuilder) builder;
  gboolean ok;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", PYROG_CLASS_MEMBER,
                         g_variant_new_string (entry->remote_class));
  if (!pyrog_class_enter (path, error))
    return NULL;
  if (entry->writer != NULL)
    ok = add_state (&builder, entry, object, path, error);
  else
    ok = add_properties (&builder, entry, object, path, error);
  pyrog_class_leave ();
  return ok ? g_variant_builder_end (&builder) : NULL;
}

/* parent (nullable) is where object was found; floating */
static GVariant *
write_object (GObject *object, const PyrogPath *parent, GError **error)
{
  g_auto (PyrogClassEntry) entry = { 0 };

  if (!pyrog_class_find_type (G_OBJECT_TYPE (object), &entry))
    {
      const PyrogPath root = { .name = G_OBJECT_TYPE_NAME (object) };
      pyrog_class_refuse (parent != NULL ? parent : &root, PYROG_ERROR_TYPE_ERROR, error,
                          _ ("the type ‘%s’ is not registered for a remote class"),
                          G_OBJECT_TYPE_NAME (object));
      return NULL;
    }
  const PyrogPath root = { .name = entry.remote_class };
  return write_state (&entry, object, parent != NULL ? parent : &root, error);
}

/**
 * pyrog_class_to_variant:
 * @object: an object of a type that was registered with [func@class_register]
 * @error: return location for an error
 *
 * Makes a value that stands for the object: what a Pyro5 program gets as an object of the remote
 * class, if it knows that. It may be an argument, a result, or a part of one.
 *
 * Properties that are objects have to be of registered types too; those of the types #GListModel
 * and #GListStore become lists. May be called in any thread that may use @object.
 *
 * Returns: (transfer floating): the value, of type `a{sv}`; on failure an error whose message names
 *   the part of the object that can't be written: %PYROG_ERROR_TYPE_ERROR,
 *   %PYROG_ERROR_SERIALIZE if objects are nested too deep, or that of a writer
 *
 * Since: 1.0
 */
GVariant *
pyrog_class_to_variant (GObject *object, GError **error)
{
  g_return_val_if_fail (G_IS_OBJECT (object), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return write_object (object, NULL, error);
}
