/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-value-variant.h"

/* From the tree to a GVariant of a wanted type */

static GVariant *
convert (const PyrogValue *value, const GVariantType *type, const PyrogPath *path, GError **error);

static GVariant *
mismatch (const PyrogValue *value, const GVariantType *type, const PyrogPath *path, GError **error)
{
  g_autofree char *where = pyrog_path_to_string (path);
  g_autofree char *wanted = g_variant_type_dup_string (type);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
               _ ("%s: ‘%s’ does not fit the type ‘%s’"), where, pyrog_kind_name (value->kind),
               wanted);
  return NULL;
}

static GVariant *
out_of_range (const GVariantType *type, const PyrogPath *path, GError **error)
{
  g_autofree char *where = pyrog_path_to_string (path);
  g_autofree char *wanted = g_variant_type_dup_string (type);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_OVERFLOW_ERROR,
               _ ("%s: the int is out of the range of type ‘%s’"), where, wanted);
  return NULL;
}

/* ---- Numbers ---- */

typedef struct
{
  char type;
  gint64 min;
  gint64 max;
} IntType;

static const IntType int_types[] = {
  { 'y', 0, G_MAXUINT8 },          { 'n', G_MININT16, G_MAXINT16 }, { 'q', 0, G_MAXUINT16 },
  { 'i', G_MININT32, G_MAXINT32 }, { 'h', G_MININT32, G_MAXINT32 }, { 'u', 0, G_MAXUINT32 },
  { 'x', G_MININT64, G_MAXINT64 }, { 't', 0, G_MAXINT64 }, /* and what a UINT holds */
};

static const IntType *
find_int_type (char type)
{
  for (guint i = 0; i < G_N_ELEMENTS (int_types); i++)
    {
      if (int_types[i].type == type)
        return &int_types[i];
    }
  return NULL;
}

static GVariant *
new_int (char type, gint64 value)
{
  switch (type)
    {
    case 'y':
      return g_variant_new_byte ((guint8) value);
    case 'n':
      return g_variant_new_int16 ((gint16) value);
    case 'q':
      return g_variant_new_uint16 ((guint16) value);
    case 'i':
      return g_variant_new_int32 ((gint32) value);
    case 'h':
      return g_variant_new_handle ((gint32) value);
    case 'u':
      return g_variant_new_uint32 ((guint32) value);
    case 'x':
      return g_variant_new_int64 (value);
    default:
      return g_variant_new_uint64 ((guint64) value);
    }
}

static gboolean
is_int (const PyrogValue *value)
{
  return value->kind == PYROG_KIND_INT || value->kind == PYROG_KIND_BOOL
         || value->kind == PYROG_KIND_UINT || value->kind == PYROG_KIND_BIG_INT;
}

/* A bool is an int, as in Python */
static GVariant *
convert_int (const PyrogValue *value,
             const GVariantType *type,
             const PyrogPath *path,
             GError **error)
{
  const IntType *wanted = find_int_type (*g_variant_type_peek_string (type));

  if (!is_int (value))
    return mismatch (value, type, path, error);
  if (value->kind == PYROG_KIND_UINT && wanted->type == 't')
    return g_variant_new_uint64 (value->uinteger);
  if (value->kind == PYROG_KIND_UINT || value->kind == PYROG_KIND_BIG_INT)
    return out_of_range (type, path, error);
  gint64 integer = value->kind == PYROG_KIND_BOOL ? (gint64) value->boolean : value->integer;
  if (integer < wanted->min || integer > wanted->max)
    return out_of_range (type, path, error);
  return new_int (wanted->type, integer);
}

static GVariant *
convert_double (const PyrogValue *value,
                const GVariantType *type,
                const PyrogPath *path,
                GError **error)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_FLOAT:
      return g_variant_new_double (value->real);
    case PYROG_KIND_INT:
      return g_variant_new_double ((double) value->integer);
    case PYROG_KIND_UINT:
      return g_variant_new_double ((double) value->uinteger);
    case PYROG_KIND_BOOL:
      return g_variant_new_double (value->boolean);
    case PYROG_KIND_BIG_INT:
      return out_of_range (type, path, error);
    default:
      return mismatch (value, type, path, error);
    }
}

/* ---- Text and bytes ---- */

static GVariant *
convert_string (const PyrogValue *value,
                const GVariantType *type,
                const PyrogPath *path,
                GError **error)
{
  char kind = *g_variant_type_peek_string (type);

  if (value->kind != PYROG_KIND_STR)
    return mismatch (value, type, path, error);
  g_autofree char *text = pyrog_value_dup_text (value);
  if (kind == 's')
    return g_variant_new_take_string (g_steal_pointer (&text));
  if (kind == 'o' && g_variant_is_object_path (text))
    return g_variant_new_object_path (text);
  if (kind == 'g' && g_variant_is_signature (text))
    return g_variant_new_signature (text);
  return mismatch (value, type, path, error);
}

gboolean
pyrog_value_get_bytes (const PyrogValue *value, const guint8 **data, gsize *size, guint8 **decoded)
{
  *decoded = NULL;
  if (value->kind == PYROG_KIND_BYTES)
    {
      *data = (const guint8 *) value->text;
      *size = value->size;
      return TRUE;
    }
  const PyrogValue *encoding = pyrog_value_lookup (value, "encoding");
  const PyrogValue *text = pyrog_value_lookup (value, "data");
  if (value->kind != PYROG_KIND_DICT || value->size != 2 || encoding == NULL || text == NULL
      || !pyrog_value_is_text (encoding, "base64") || text->kind != PYROG_KIND_STR)
    return FALSE;

  gint state = 0;
  guint save = 0;
  *decoded = g_try_malloc ((gsize) text->size / 4 * 3 + 3);
  if (*decoded == NULL)
    return FALSE;
  *size = g_base64_decode_step (text->text, text->size, *decoded, &state, &save);
  *data = *decoded;
  return TRUE;
}

static GVariant *
convert_bytes (const PyrogValue *value,
               const GVariantType *type,
               const PyrogPath *path,
               GError **error)
{
  const guint8 *data;
  g_autofree guint8 *decoded = NULL;
  gsize size;

  if (!pyrog_value_get_bytes (value, &data, &size, &decoded))
    return mismatch (value, type, path, error);
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, size, 1);
}

/* ---- Containers ---- */

static gboolean
is_sequence (const PyrogValue *value)
{
  return value->kind >= PYROG_KIND_LIST && value->kind <= PYROG_KIND_FROZENSET;
}

/* Lists of one kind of number that fit as they are, in one piece; NULL where that can't be */
static GVariant *
convert_packed (const PyrogValue *value, const GVariantType *element)
{
  char type = *g_variant_type_peek_string (element);
  guint8 kind = type == 'x' ? PYROG_KIND_INT : PYROG_KIND_FLOAT;

  if (type != 'x' && type != 'd')
    return NULL;
  for (gsize i = 0; i < value->size; i++)
    {
      if (value->items[i].kind != kind)
        return NULL;
    }
  gint64 *packed = g_try_new (gint64, value->size);
  if (packed == NULL)
    return NULL;
  for (gsize i = 0; i < value->size; i++)
    packed[i] = value->items[i].integer;
  return g_variant_new_from_data (type == 'x' ? G_VARIANT_TYPE ("ax") : G_VARIANT_TYPE ("ad"),
                                  packed, value->size * sizeof *packed, TRUE, g_free, packed);
}

static GVariant *
convert_list (const PyrogValue *value,
              const GVariantType *type,
              const PyrogPath *path,
              GError **error)
{
  const GVariantType *element = g_variant_type_element (type);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (type);

  if (!is_sequence (value))
    return mismatch (value, type, path, error);
  GVariant *packed = value->size > 0 ? convert_packed (value, element) : NULL;
  if (packed != NULL)
    return packed;
  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogPath item = { .parent = path, .index = i };
      GVariant *child = convert (&value->items[i], element, &item, error);
      if (child == NULL)
        return NULL;
      g_variant_builder_add_value (&builder, child);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
convert_dict (const PyrogValue *value,
              const GVariantType *type,
              const PyrogPath *path,
              GError **error)
{
  const GVariantType *entry = g_variant_type_element (type);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (type);

  if (value->kind != PYROG_KIND_DICT)
    return mismatch (value, type, path, error);
  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogValue *pair = &value->items[2 * i];
      const PyrogPath item = { .parent = path, .key = pair };
      GVariant *key = convert (&pair[0], g_variant_type_key (entry), &item, error);
      if (key == NULL)
        return NULL;
      g_autoptr (GVariant) owned_key = g_variant_ref_sink (key);
      GVariant *child = convert (&pair[1], g_variant_type_value (entry), &item, error);
      if (child == NULL)
        return NULL;
      g_variant_builder_add_value (&builder, g_variant_new_dict_entry (owned_key, child));
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
convert_tuple (const PyrogValue *value,
               const GVariantType *type,
               const PyrogPath *path,
               GError **error)
{
  const GVariantType *member = g_variant_type_first (type);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (type);

  if ((value->kind != PYROG_KIND_LIST && value->kind != PYROG_KIND_TUPLE)
      || value->size != g_variant_type_n_items (type))
    return mismatch (value, type, path, error);
  for (gsize i = 0; i < value->size; i++, member = g_variant_type_next (member))
    {
      const PyrogPath item = { .parent = path, .index = i };
      GVariant *child = convert (&value->items[i], member, &item, error);
      if (child == NULL)
        return NULL;
      g_variant_builder_add_value (&builder, child);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
convert_canonical (const PyrogValue *value, const PyrogPath *path, GError **error)
{
  g_autofree char *root = pyrog_path_to_string (path);

  return pyrog_value_to_variant (value, root, error);
}

static GVariant *
convert_variant (const PyrogValue *value, const PyrogPath *path, GError **error)
{
  g_autoptr (GVariant) inner = convert_canonical (value, path, error);

  return inner != NULL ? g_variant_new_variant (inner) : NULL;
}

/* None is nothing; what is tagged with maybes is good for its own type */
static GVariant *
convert_maybe (const PyrogValue *value,
               const GVariantType *type,
               const PyrogPath *path,
               GError **error)
{
  const GVariantType *element = g_variant_type_element (type);

  if (value->kind == PYROG_KIND_NONE)
    return g_variant_new_maybe (element, NULL);
  if (g_variant_type_is_maybe (element))
    {
      g_autoptr (GVariant) canonical = convert_canonical (value, path, error);
      if (canonical == NULL)
        return NULL;
      if (!g_variant_is_of_type (canonical, type))
        return mismatch (value, type, path, error);
      return g_steal_pointer (&canonical);
    }
  GVariant *child = convert (value, element, path, error);
  return child != NULL ? g_variant_new_maybe (element, child) : NULL;
}

static GVariant *
convert_array (const PyrogValue *value,
               const GVariantType *type,
               const PyrogPath *path,
               GError **error)
{
  const GVariantType *element = g_variant_type_element (type);

  if (g_variant_type_is_dict_entry (element))
    return convert_dict (value, type, path, error);
  if (g_variant_type_equal (element, G_VARIANT_TYPE_BYTE) && value->kind != PYROG_KIND_LIST
      && value->kind != PYROG_KIND_TUPLE)
    return convert_bytes (value, type, path, error);
  return convert_list (value, type, path, error);
}

/* The result may be floating */
static GVariant *
convert (const PyrogValue *value, const GVariantType *type, const PyrogPath *path, GError **error)
{
  switch (*g_variant_type_peek_string (type))
    {
    case 'b':
      if (value->kind != PYROG_KIND_BOOL)
        return mismatch (value, type, path, error);
      return g_variant_new_boolean (value->boolean);
    case 'y':
    case 'n':
    case 'q':
    case 'i':
    case 'u':
    case 'x':
    case 't':
    case 'h':
      return convert_int (value, type, path, error);
    case 'd':
      return convert_double (value, type, path, error);
    case 's':
    case 'o':
    case 'g':
      return convert_string (value, type, path, error);
    case 'v':
      return convert_variant (value, path, error);
    case 'a':
      return convert_array (value, type, path, error);
    case 'm':
      return convert_maybe (value, type, path, error);
    case '(':
      return convert_tuple (value, type, path, error);
    default:
      return mismatch (value, type, path, error);
    }
}

GVariant *
pyrog_value_to_variant_typed (const PyrogValue *value,
                              const GVariantType *type,
                              const char *root,
                              GError **error)
{
  const PyrogPath path = { .name = root };

  if (g_variant_type_equal (type, G_VARIANT_TYPE_ANY))
    return pyrog_value_to_variant (value, root, error);
  GVariant *variant = convert (value, type, &path, error);
  return variant != NULL ? g_variant_take_ref (variant) : NULL;
}
