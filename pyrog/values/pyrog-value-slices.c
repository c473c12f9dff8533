/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-value-variant.h"
#include "pyrog-variant-layout.h"

/* From the tree to a GVariant whose large bytes stay where they were received. Only what lies
 * around them is made of GVariants in GVariants, each of which costs more memory than a small
 * value: it is not worth it where there are many values and few bytes. */

#define WORTH 4096u /* bytes of slices for each item around them */

typedef struct
{
  PyrogChunk *chunk;
  GHashTable *around; /* (owned) (element-type PyrogValue) the items of containers with slices */
} Slicer;

static GVariant *slice_typed (Slicer *slicer,
                              const PyrogValue *value,
                              const GVariantType *type,
                              const PyrogPath *path,
                              guint levels,
                              GError **error);

/* ---- Where they are ---- */

static gboolean
is_slice (Slicer *slicer, const PyrogValue *value)
{
  return value->kind == PYROG_KIND_BYTES && value->size >= PYROG_PIECE_MIN
         && pyrog_chunk_contains (slicer->chunk, value->text);
}

/* The bytes of all slices in the value. Notes the containers around them. */
static gsize
find_slices (Slicer *slicer, const PyrogValue *value)
{
  gsize sum = 0;

  if (is_slice (slicer, value))
    return value->size;
  if (!pyrog_value_is_container (value))
    return 0;
  const gsize count = pyrog_value_n_items (value);
  for (gsize i = 0; i < count; i++)
    sum += find_slices (slicer, &value->items[i]);
  if (sum / WORTH < MAX (count, 1))
    return 0;
  g_hash_table_add (slicer->around, (gpointer) value->items);
  return sum;
}

static gboolean
has_slices (Slicer *slicer, const PyrogValue *value)
{
  return is_slice (slicer, value)
         || (pyrog_value_is_container (value)
             && g_hash_table_contains (slicer->around, value->items));
}

/* ---- GVariants of children ---- */

static GVariant *
new_slice (Slicer *slicer, const PyrogValue *value)
{
  g_autoptr (GBytes) bytes = pyrog_chunk_slice (slicer->chunk, value->text, value->size);

  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

static GPtrArray *
new_children (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
}

/* Whether to go on. child is a full reference, or NULL: it could not be made. */
static gboolean
add_child (GPtrArray *children, GVariant *child)
{
  if (child != NULL)
    g_ptr_array_add (children, child);
  return child != NULL;
}

/* NULL unless all count children were made */
static GVariant *
end_children (GPtrArray *children, gsize count, const GVariantType *type)
{
  GVariant *const *items = (GVariant *const *) children->pdata;

  if (children->len < count)
    return NULL;
  if (g_variant_type_is_array (type))
    return g_variant_new_array (g_variant_type_element (type), items, count);
  return g_variant_new_tuple (items, count);
}

/* The items of a sequence: in the type of each element of an array, or of each member of a tuple */
static GVariant *
slice_sequence (Slicer *slicer,
                const PyrogValue *value,
                const GVariantType *type,
                const PyrogPath *path,
                guint levels,
                GError **error)
{
  g_autoptr (GPtrArray) children = new_children ();
  const gboolean is_array = g_variant_type_is_array (type);
  const GVariantType *item_type
      = is_array ? g_variant_type_element (type) : g_variant_type_first (type);

  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogPath step = { .parent = path, .index = i };
      if (!add_child (children,
                      slice_typed (slicer, &value->items[i], item_type, &step, levels, error)))
        break;
      if (!is_array)
        item_type = pyrog_variant_next_member (item_type);
    }
  return end_children (children, value->size, type);
}

/* An entry is a level of its own */
static GVariant *
slice_dict (Slicer *slicer,
            const PyrogValue *value,
            const GVariantType *type,
            const PyrogPath *path,
            guint levels,
            GError **error)
{
  g_autoptr (GPtrArray) children = new_children ();
  const GVariantType *entry = g_variant_type_element (type);

  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogValue *pair = &value->items[2 * i];
      const PyrogPath step = { .parent = path, .key = pair };
      g_autoptr (GVariant) key
          = slice_typed (slicer, pair, g_variant_type_key (entry), &step, levels + 1, error);
      g_autoptr (GVariant) item = key != NULL
                                      ? slice_typed (slicer, pair + 1, g_variant_type_value (entry),
                                                     &step, levels + 1, error)
                                      : NULL;
      if (!add_child (children, item != NULL
                                    ? g_variant_ref_sink (g_variant_new_dict_entry (key, item))
                                    : NULL))
        break;
    }
  return end_children (children, value->size, type);
}

/* ---- The value itself ---- */

/* The canonical type of what can be around a slice; NULL: such a container is copied */
static const GVariantType *
canonical_type (const PyrogValue *value)
{
  if (value->kind == PYROG_KIND_BYTES)
    return G_VARIANT_TYPE_BYTESTRING;
  if (value->kind == PYROG_KIND_LIST)
    return G_VARIANT_TYPE ("av");
  if (value->kind != PYROG_KIND_DICT)
    return NULL;
  for (gsize i = 0; i < value->size; i++)
    {
      if (value->items[2 * i].kind != PYROG_KIND_STR)
        return NULL;
    }
  return G_VARIANT_TYPE_VARDICT;
}

/* (v...), free with g_free() */
static char *
tuple_type (gsize count)
{
  char *type = g_malloc (count + 3);

  type[0] = '(';
  memset (type + 1, 'v', count);
  type[count + 1] = ')';
  type[count + 2] = '\0';
  return type;
}

/* levels as for pyrog_value_to_variant_at() */
static GVariant *
slice_any (
    Slicer *slicer, const PyrogValue *value, const PyrogPath *path, guint levels, GError **error)
{
  const GVariantType *type = canonical_type (value);
  g_autofree char *tuple = NULL;

  if (value->kind == PYROG_KIND_TUPLE && value->size <= PYROG_MAX_VARIANT_TUPLE)
    type = (const GVariantType *) (tuple = tuple_type (value->size));
  if (type == NULL)
    return pyrog_value_to_variant_at (value, G_VARIANT_TYPE_ANY, path, levels, error);
  return slice_typed (slicer, value, type, path, levels, error);
}

/* A floating reference, or NULL without an error: it is to be copied */
static GVariant *
slice_container (Slicer *slicer,
                 const PyrogValue *value,
                 const GVariantType *type,
                 const PyrogPath *path,
                 guint levels,
                 GError **error)
{
  const gboolean is_sequence = value->kind == PYROG_KIND_LIST || value->kind == PYROG_KIND_TUPLE;
  g_autoptr (GVariant) inner = NULL;

  switch (pyrog_variant_type_char (type))
    {
    case 'v':
      inner = slice_any (slicer, value, path, levels, error);
      return inner != NULL ? g_variant_new_variant (inner) : NULL;
    case 'm':
      if (g_variant_type_is_maybe (g_variant_type_element (type)))
        return NULL;
      inner = slice_typed (slicer, value, g_variant_type_element (type), path, levels, error);
      return inner != NULL ? g_variant_new_maybe (NULL, inner) : NULL;
    case 'a':
      if (value->kind == PYROG_KIND_BYTES && g_variant_type_equal (type, G_VARIANT_TYPE_BYTESTRING))
        return new_slice (slicer, value);
      if (value->kind == PYROG_KIND_DICT
          && g_variant_type_is_dict_entry (g_variant_type_element (type)))
        return slice_dict (slicer, value, type, path, levels, error);
      return is_sequence && !g_variant_type_is_dict_entry (g_variant_type_element (type))
                 ? slice_sequence (slicer, value, type, path, levels, error)
                 : NULL;
    case '(':
      return is_sequence && value->size == g_variant_type_n_items (type)
                 ? slice_sequence (slicer, value, type, path, levels, error)
                 : NULL;
    default:
      return NULL;
    }
}

/* A full reference, or NULL with an error. What fits no type is left to those who copy, who say so.
 */
static GVariant *
slice_typed (Slicer *slicer,
             const PyrogValue *value,
             const GVariantType *type,
             const PyrogPath *path,
             guint levels,
             GError **error)
{
  GError *failure = NULL;
  GVariant *variant = NULL;

  if (has_slices (slicer, value) && levels < PYROG_MAX_VARIANT_LEVELS)
    variant = slice_container (slicer, value, type, path, levels + 1, &failure);
  if (variant != NULL)
    return g_variant_ref_sink (variant);
  if (failure == NULL)
    return pyrog_value_to_variant_at (value, type, path, levels, error);
  g_propagate_error (error, failure);
  return NULL;
}

GVariant *
pyrog_value_to_variant_sliced (const PyrogValue *value,
                               const GVariantType *type,
                               const char *root,
                               PyrogChunk *chunk,
                               GError **error)
{
  const PyrogPath path = { .name = root };
  Slicer slicer = { .chunk = chunk };
  GVariant *variant;

  if (chunk == NULL)
    return pyrog_value_to_variant_typed (value, type, root, error);
  slicer.around = g_hash_table_new (NULL, NULL);
  if (find_slices (&slicer, value) == 0)
    variant = pyrog_value_to_variant_typed (value, type, root, error);
  else if (g_variant_type_equal (type, G_VARIANT_TYPE_ANY))
    variant = slice_any (&slicer, value, &path, 0, error);
  else
    variant = slice_typed (&slicer, value, type, &path, 0, error);
  g_hash_table_unref (slicer.around);
  return variant;
}
