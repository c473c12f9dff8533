/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-metadata.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-value-index.h"

struct _PyrogMetadata
{
  gatomicrefcount refs;
  GHashTable *methods;    /* (owned) (element-type utf8 gboolean) names, and which are oneway */
  GHashTable *oneway;     /* (owned) (element-type utf8) */
  GHashTable *attributes; /* (owned) (element-type utf8) */
};

/* Keyed, because a daemon could choose names that collide */
static guint
hash_name (gconstpointer name)
{
  return (guint) pyrog_value_index_hash (name, strlen (name));
}

static GHashTable *
new_names (void)
{
  return g_hash_table_new_full (hash_name, g_str_equal, g_free, NULL);
}

/* A missing member is an empty one */
static gboolean
read_names (GHashTable *names, const PyrogValue *value)
{
  if (value == NULL)
    return TRUE;
  if (value->kind < PYROG_KIND_LIST || value->kind > PYROG_KIND_FROZENSET)
    return FALSE;
  for (gsize i = 0; i < value->size; i++)
    {
      if (value->items[i].kind != PYROG_KIND_STR)
        return FALSE;
      g_hash_table_add (names, pyrog_value_dup_text (&value->items[i]));
    }
  return TRUE;
}

static void
mark_oneway (GHashTable *methods, GHashTable *oneway)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, methods);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_iter_replace (&iter, GINT_TO_POINTER (g_hash_table_contains (oneway, name)));
}

PyrogMetadata *
pyrog_metadata_new (const PyrogValue *value, GError **error)
{
  g_autoptr (PyrogMetadata) metadata = g_new0 (PyrogMetadata, 1);

  g_atomic_ref_count_init (&metadata->refs);
  metadata->methods = new_names ();
  metadata->oneway = new_names ();
  metadata->attributes = new_names ();
  if (value->kind == PYROG_KIND_DICT
      && read_names (metadata->methods, pyrog_value_lookup (value, "methods"))
      && read_names (metadata->oneway, pyrog_value_lookup (value, "oneway"))
      && read_names (metadata->oneway, pyrog_value_lookup (value, "oneways"))
      && read_names (metadata->attributes, pyrog_value_lookup (value, "attrs")))
    {
      mark_oneway (metadata->methods, metadata->oneway);
      return g_steal_pointer (&metadata);
    }
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL,
               _ ("The daemon's description of the object is malformed"));
  return NULL;
}

PyrogMetadata *
pyrog_metadata_ref (PyrogMetadata *metadata)
{
  g_atomic_ref_count_inc (&metadata->refs);
  return metadata;
}

void
pyrog_metadata_unref (PyrogMetadata *metadata)
{
  if (!g_atomic_ref_count_dec (&metadata->refs))
    return;
  g_hash_table_unref (metadata->methods);
  g_hash_table_unref (metadata->oneway);
  g_hash_table_unref (metadata->attributes);
  g_free (metadata);
}

gboolean
pyrog_metadata_find_method (PyrogMetadata *metadata, const char *name, gboolean *oneway)
{
  gpointer value;

  if (!g_hash_table_lookup_extended (metadata->methods, name, NULL, &value))
    return FALSE;
  if (oneway != NULL)
    *oneway = GPOINTER_TO_INT (value);
  return TRUE;
}

gboolean
pyrog_metadata_has_attribute (PyrogMetadata *metadata, const char *name)
{
  return g_hash_table_contains (metadata->attributes, name);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GStrv
sorted_names (GHashTable *names)
{
  g_autofree char **keys = (char **) g_hash_table_get_keys_as_array (names, NULL);

  qsort (keys, g_hash_table_size (names), sizeof *keys, compare_names);
  return g_strdupv (keys);
}

GStrv
pyrog_metadata_list_methods (PyrogMetadata *metadata)
{
  return sorted_names (metadata->methods);
}

GStrv
pyrog_metadata_list_oneway (PyrogMetadata *metadata)
{
  return sorted_names (metadata->oneway);
}

GStrv
pyrog_metadata_list_attributes (PyrogMetadata *metadata)
{
  return sorted_names (metadata->attributes);
}
