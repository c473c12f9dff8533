/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-value-variant.h"
#include "pyrog-variant-reader.h"

/* Any GVariant as a tree. Recursion ends where the builder's depth does: variants in variants, the
 * only nesting that adds no container, are counted too. */

/* An array whose items are this large on an average is not serialised anew: its items may lie in
 * memory of their own */
#define LARGE_ITEM 4096 /* bytes */

static gboolean add (PyrogBuilder *builder, GVariant *variant, guint nesting);

/* The string of a variant that the arena keeps */
static gboolean
add_string (PyrogBuilder *builder, GVariant *variant)
{
  gsize size;
  const char *text = g_variant_get_string (variant, &size);

  pyrog_arena_keep (builder->arena, g_variant_ref (variant), (GDestroyNotify) g_variant_unref);
  return pyrog_builder_utf8 (builder, text, size);
}

static gboolean
add_bytes (PyrogBuilder *builder, GVariant *variant, gboolean is_text)
{
  gsize size;
  gconstpointer data = g_variant_get_fixed_array (variant, &size, 1);

  pyrog_arena_keep (builder->arena, g_variant_ref (variant), (GDestroyNotify) g_variant_unref);
  if (is_text)
    return pyrog_builder_str (builder, data, size);
  return pyrog_builder_bytes (builder, data, size);
}

static gboolean
add_number (PyrogBuilder *builder, GVariant *variant)
{
  switch (g_variant_classify (variant))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      return pyrog_builder_bool (builder, g_variant_get_boolean (variant));
    case G_VARIANT_CLASS_BYTE:
      return pyrog_builder_int (builder, g_variant_get_byte (variant));
    case G_VARIANT_CLASS_INT16:
      return pyrog_builder_int (builder, g_variant_get_int16 (variant));
    case G_VARIANT_CLASS_UINT16:
      return pyrog_builder_int (builder, g_variant_get_uint16 (variant));
    case G_VARIANT_CLASS_INT32:
      return pyrog_builder_int (builder, g_variant_get_int32 (variant));
    case G_VARIANT_CLASS_UINT32:
      return pyrog_builder_int (builder, g_variant_get_uint32 (variant));
    case G_VARIANT_CLASS_INT64:
      return pyrog_builder_int (builder, g_variant_get_int64 (variant));
    case G_VARIANT_CLASS_UINT64:
      return pyrog_builder_uint (builder, g_variant_get_uint64 (variant));
    case G_VARIANT_CLASS_HANDLE:
      return pyrog_builder_int (builder, g_variant_get_handle (variant));
    default:
      return pyrog_builder_float (builder, g_variant_get_double (variant));
    }
}

static gboolean
add_items (PyrogBuilder *builder, GVariant *variant, PyrogKind kind, guint nesting)
{
  gsize count = g_variant_n_children (variant);

  if (!pyrog_builder_open (builder, kind))
    return FALSE;
  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (variant, i);
      if (!add (builder, child, nesting))
        return FALSE;
    }
  return pyrog_builder_close (builder);
}

/* An array of dict entries or of pairs */
static gboolean
add_pairs (PyrogBuilder *builder, GVariant *variant, guint nesting)
{
  gsize count = g_variant_n_children (variant);

  if (!pyrog_builder_open (builder, PYROG_KIND_DICT))
    return FALSE;
  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (variant, i);
      g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
      g_autoptr (GVariant) value = g_variant_get_child_value (entry, 1);
      if (!add (builder, key, nesting) || !add (builder, value, nesting))
        return FALSE;
    }
  return pyrog_builder_close (builder);
}

static gint64
read_packed (const guint8 *data, char type)
{
  switch (type)
    {
    case 'n':
      return *(const gint16 *) (gconstpointer) data;
    case 'q':
      return *(const guint16 *) (gconstpointer) data;
    case 'i':
      return *(const gint32 *) (gconstpointer) data;
    case 'u':
      return *(const guint32 *) (gconstpointer) data;
    default:
      return *(const gint64 *) (gconstpointer) data;
    }
}

/* An array of numbers of one size, without a GVariant for each */
static gboolean
add_packed (PyrogBuilder *builder, GVariant *variant, char type, gsize size)
{
  gsize count;
  const guint8 *data = g_variant_get_fixed_array (variant, &count, size);

  if (!pyrog_builder_open (builder, PYROG_KIND_LIST))
    return FALSE;
  for (gsize i = 0; i < count; i++, data += size)
    {
      if (!(type == 'd' ? pyrog_builder_float (builder, *(const double *) (gconstpointer) data)
                        : pyrog_builder_int (builder, read_packed (data, type))))
        return FALSE;
    }
  return pyrog_builder_close (builder);
}

static gboolean
has_small_items (GVariant *variant)
{
  gsize count = g_variant_n_children (variant);

  return count > 0 && g_variant_get_size (variant) / count < LARGE_ITEM;
}

static gboolean
add_array (PyrogBuilder *builder, GVariant *variant, guint nesting)
{
  const GVariantType *element = g_variant_type_element (g_variant_get_type (variant));

  if (g_variant_type_equal (element, G_VARIANT_TYPE_BYTE))
    return add_bytes (builder, variant, FALSE);
  switch (*g_variant_type_peek_string (element))
    {
    case 'n':
    case 'q':
      return add_packed (builder, variant, *g_variant_type_peek_string (element), 2);
    case 'i':
    case 'u':
      return add_packed (builder, variant, *g_variant_type_peek_string (element), 4);
    case 'x':
    case 'd':
      return add_packed (builder, variant, *g_variant_type_peek_string (element), 8);
    default:
      break;
    }
  if (has_small_items (variant) && g_variant_is_normal_form (variant))
    return pyrog_variant_read_array (builder, variant, nesting, add);
  if (g_variant_type_is_dict_entry (element))
    return add_pairs (builder, variant, nesting);
  return add_items (builder, variant, PYROG_KIND_LIST, nesting);
}

/* ---- Maybes ---- */

static gboolean
add_complex (PyrogBuilder *builder, GVariant *pair)
{
  double *parts = pyrog_arena_alloc (builder->arena, 2 * sizeof (double), &builder->error);

  if (parts == NULL)
    return FALSE;
  g_variant_get (pair, "(dd)", &parts[0], &parts[1]);
  PyrogValue value = { .kind = PYROG_KIND_COMPLEX, .parts = parts };
  return pyrog_builder_add (builder, &value);
}

static gboolean
refuse_maybe (PyrogBuilder *builder, GVariant *variant)
{
  return pyrog_builder_fail (builder, PYROG_ERROR_SERIALIZE,
                             _ ("A GVariant of type ‘%s’ has no meaning here"),
                             g_variant_get_type_string (variant));
}

/* inner is what stands in mm... or, if frozen, in mmm... */
static gboolean
add_tagged (PyrogBuilder *builder, GVariant *inner, gboolean frozen, guint nesting)
{
  if (g_variant_is_of_type (inner, G_VARIANT_TYPE ("(dd)")) && !frozen)
    return add_complex (builder, inner);
  if (g_variant_is_of_type (inner, G_VARIANT_TYPE_STRING) && !frozen)
    return pyrog_builder_decimal (builder, g_variant_get_string (inner, NULL),
                                  strlen (g_variant_get_string (inner, NULL)));
  if (g_variant_is_of_type (inner, G_VARIANT_TYPE_BYTESTRING) && !frozen)
    return add_bytes (builder, inner, TRUE);
  if (g_variant_is_of_type (inner, G_VARIANT_TYPE ("a(vv)")) && !frozen)
    return add_pairs (builder, inner, nesting);
  if (g_variant_is_of_type (inner, G_VARIANT_TYPE_ARRAY))
    return add_items (builder, inner, frozen ? PYROG_KIND_FROZENSET : PYROG_KIND_SET, nesting);
  return refuse_maybe (builder, inner);
}

static gboolean
add_maybe (PyrogBuilder *builder, GVariant *variant, guint nesting)
{
  g_autoptr (GVariant) first = g_variant_get_maybe (variant);

  if (first == NULL)
    return pyrog_builder_none (builder);
  if (g_variant_classify (first) != G_VARIANT_CLASS_MAYBE)
    return add (builder, first, nesting);

  g_autoptr (GVariant) second = g_variant_get_maybe (first);
  if (second == NULL)
    return refuse_maybe (builder, variant);
  if (g_variant_classify (second) != G_VARIANT_CLASS_MAYBE)
    return add_tagged (builder, second, FALSE, nesting);
  g_autoptr (GVariant) third = g_variant_get_maybe (second);
  if (third == NULL)
    return refuse_maybe (builder, variant);
  return add_tagged (builder, third, TRUE, nesting);
}

static gboolean
add (PyrogBuilder *builder, GVariant *variant, guint nesting)
{
  if (++nesting > PYROG_MAX_VARIANT_NESTING)
    return pyrog_builder_fail (builder, PYROG_ERROR_SERIALIZE,
                               _ ("A GVariant nests more than %d levels"),
                               PYROG_MAX_VARIANT_NESTING);
  switch (g_variant_classify (variant))
    {
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      return add_string (builder, variant);
    case G_VARIANT_CLASS_ARRAY:
      return add_array (builder, variant, nesting);
    case G_VARIANT_CLASS_TUPLE:
    case G_VARIANT_CLASS_DICT_ENTRY:
      return add_items (builder, variant, PYROG_KIND_TUPLE, nesting);
    case G_VARIANT_CLASS_MAYBE:
      return add_maybe (builder, variant, nesting);
    case G_VARIANT_CLASS_VARIANT:
      {
        g_autoptr (GVariant) inner = g_variant_get_variant (variant);
        return add (builder, inner, nesting);
      }
    default:
      return add_number (builder, variant);
    }
}

gboolean
pyrog_value_add_variant (PyrogBuilder *builder, GVariant *variant)
{
  return add (builder, variant, 0);
}

gboolean
pyrog_value_from_variant (PyrogArena *arena, GVariant *variant, PyrogValue *value, GError **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (variant);
  PyrogBuilder builder;

  pyrog_builder_init (&builder, arena);
  pyrog_value_add_variant (&builder, sunk);
  gboolean ok = pyrog_builder_finish (&builder, value, error);
  pyrog_builder_clear (&builder);
  return ok;
}
