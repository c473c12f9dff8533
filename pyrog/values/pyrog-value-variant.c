/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-value-variant.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-date.h"
#include "pyrog-error.h"
#include "pyrog-secret.h"
#include "pyrog-variant-writer.h"

typedef enum
{
  DICT_TEXT,
  DICT_INT,
  DICT_FLOAT,
  DICT_BOOL,
  DICT_ANY,
} DictType;

static gboolean write_body (PyrogVariantWriter *writer,
                            const PyrogValue *value,
                            const PyrogPath *path,
                            guint levels);

static gboolean
refuse (const PyrogPath *path, GError **error, const char *why)
{
  g_autofree char *where = pyrog_path_to_string (path);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE, "%s: %s", where, why);
  return FALSE;
}

/* ---- Types ---- */

static DictType
dict_type (const PyrogValue *dict)
{
  guint8 kind = dict->size > 0 ? dict->items[0].kind : PYROG_KIND_STR;

  for (gsize i = 1; i < dict->size; i++)
    {
      if (dict->items[2 * i].kind != kind)
        return DICT_ANY;
    }
  switch (kind)
    {
    case PYROG_KIND_STR:
      return DICT_TEXT;
    case PYROG_KIND_INT:
      return DICT_INT;
    case PYROG_KIND_FLOAT:
      return DICT_FLOAT;
    case PYROG_KIND_BOOL:
      return DICT_BOOL;
    default:
      return DICT_ANY;
    }
}

static void
append_type (PyrogBuffer *out, const PyrogValue *value)
{
  static const char *const dicts[] = { "a{sv}", "a{xv}", "a{dv}", "a{bv}", "mma(vv)" };
  static const char *const types[] = {
    [PYROG_KIND_NONE] = "mv",         [PYROG_KIND_BOOL] = "b",
    [PYROG_KIND_INT] = "x",           [PYROG_KIND_UINT] = "t",
    [PYROG_KIND_BIG_INT] = "mms",     [PYROG_KIND_FLOAT] = "d",
    [PYROG_KIND_COMPLEX] = "mm(dd)",  [PYROG_KIND_STR] = "s",
    [PYROG_KIND_RAW_STR] = "mmay",    [PYROG_KIND_BYTES] = "ay",
    [PYROG_KIND_LIST] = "av",         [PYROG_KIND_SET] = "mmav",
    [PYROG_KIND_FROZENSET] = "mmmav", [PYROG_KIND_DATETIME] = "a{sv}",
    [PYROG_KIND_DATE] = "a{sv}",
  };

  if (value->kind == PYROG_KIND_DICT)
    pyrog_buffer_append_text (out, dicts[dict_type (value)]);
  else if (value->kind != PYROG_KIND_TUPLE)
    pyrog_buffer_append_text (out, types[value->kind]);
  else
    {
      pyrog_buffer_append_byte (out, '(');
      for (gsize i = 0; i < value->size; i++)
        pyrog_buffer_append_byte (out, 'v');
      pyrog_buffer_append_byte (out, ')');
    }
}

static gboolean
write_variant (PyrogVariantWriter *writer,
               const PyrogValue *value,
               const PyrogPath *path,
               guint levels)
{
  pyrog_variant_writer_align (writer, 8);
  if (!write_body (writer, value, path, levels + 1))
    return FALSE;
  pyrog_variant_writer_zeros (writer, 1);
  append_type (&writer->out, value);
  return TRUE;
}

/* ---- Containers ---- */

static gboolean
write_list (PyrogVariantWriter *writer,
            const PyrogValue *value,
            const PyrogPath *path,
            guint levels)
{
  const PyrogVariantMark container = pyrog_variant_writer_open (writer);

  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogPath item = { .parent = path, .index = i };
      if (!write_variant (writer, &value->items[i], &item, levels))
        return FALSE;
      pyrog_variant_writer_mark (writer, &container);
    }
  pyrog_variant_writer_close (writer, &container, FALSE);
  return TRUE;
}

static gboolean
write_tuple (PyrogVariantWriter *writer,
             const PyrogValue *value,
             const PyrogPath *path,
             guint levels)
{
  const PyrogVariantMark container = pyrog_variant_writer_open (writer);

  if (value->size > PYROG_MAX_VARIANT_TUPLE)
    return refuse (path, writer->error, _ ("a tuple of more than 1024 items needs a signature"));
  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogPath item = { .parent = path, .index = i };
      if (!write_variant (writer, &value->items[i], &item, levels))
        return FALSE;
      if (i + 1 < value->size)
        pyrog_variant_writer_mark (writer, &container);
    }
  if (value->size == 0)
    pyrog_variant_writer_zeros (writer, 1); /* the unit type has a size of one */
  pyrog_variant_writer_close (writer, &container, TRUE);
  return TRUE;
}

static gboolean
write_key (PyrogVariantWriter *writer,
           const PyrogValue *key,
           DictType type,
           const PyrogPath *path,
           guint levels)
{
  switch (type)
    {
    case DICT_TEXT:
      pyrog_buffer_append (&writer->out, key->text, key->size);
      pyrog_variant_writer_zeros (writer, 1);
      return TRUE;
    case DICT_INT:
    case DICT_FLOAT:
      pyrog_buffer_append (&writer->out, &key->integer, sizeof key->integer);
      return TRUE;
    case DICT_BOOL:
      pyrog_buffer_append_byte (&writer->out, key->boolean ? 1 : 0);
      return TRUE;
    case DICT_ANY:
      return write_variant (writer, key, path, levels);
    }
  g_assert_not_reached ();
}

static gboolean
write_entry (PyrogVariantWriter *writer,
             const PyrogValue *pair,
             DictType type,
             const PyrogPath *path,
             guint levels)
{
  const PyrogVariantMark entry = pyrog_variant_writer_open (writer);

  if (!write_key (writer, &pair[0], type, path, levels))
    return FALSE;
  if (type == DICT_TEXT || type == DICT_ANY)
    pyrog_variant_writer_mark (writer, &entry);
  if (!write_variant (writer, &pair[1], path, levels))
    return FALSE;
  pyrog_variant_writer_close (writer, &entry, TRUE);
  return TRUE;
}

static gboolean
write_dict (PyrogVariantWriter *writer,
            const PyrogValue *value,
            const PyrogPath *path,
            guint levels)
{
  const PyrogVariantMark container = pyrog_variant_writer_open (writer);
  const DictType type = dict_type (value);
  const gboolean is_text = type == DICT_TEXT && levels < PYROG_MAX_VARIANT_LEVELS;

  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogValue *key = &value->items[2 * i];
      const PyrogPath item = { .parent = path, .key = key };
      pyrog_variant_writer_align (writer, 8);
      if (!(is_text && pyrog_variant_writer_add_text_entry (writer, key))
          && !write_entry (writer, key, type, &item, levels))
        return FALSE;
      pyrog_variant_writer_mark (writer, &container);
    }
  pyrog_variant_writer_close (writer, &container, FALSE);
  if (type == DICT_ANY)
    pyrog_variant_writer_zeros (writer, 2);
  return TRUE;
}

static gboolean
write_date (PyrogVariantWriter *writer,
            const PyrogValue *value,
            const PyrogPath *path,
            guint levels)
{
  g_autofree char *text = pyrog_date_to_iso (value);

  if (text == NULL)
    return refuse (path, writer->error, _ ("the date is not in the years 1 to 9999"));
  PyrogValue members[4] = {
    pyrog_value_text (PYROG_DATE_CLASS_MEMBER),
    pyrog_value_text (pyrog_date_class ((PyrogKind) value->kind)),
    pyrog_value_text (PYROG_DATE_TEXT_MEMBER),
    pyrog_value_text (text),
  };
  PyrogValue dict = { .kind = PYROG_KIND_DICT, .size = 2, .items = members };
  return write_dict (writer, &dict, path, levels);
}

/* How many levels of GVariant a kind adds, the variant around it not counted */
static guint
levels_of (const PyrogValue *value)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_LIST:
    case PYROG_KIND_TUPLE:
      return 1;
    case PYROG_KIND_SET:
      return 3;
    case PYROG_KIND_FROZENSET:
      return 4;
    case PYROG_KIND_DICT:
      return dict_type (value) == DICT_ANY ? 4 : 2;
    case PYROG_KIND_DATETIME:
    case PYROG_KIND_DATE:
      return 2;
    default:
      return 0;
    }
}

static gboolean
write_body (PyrogVariantWriter *writer,
            const PyrogValue *value,
            const PyrogPath *path,
            guint levels)
{
  levels += levels_of (value);
  if (levels > PYROG_MAX_VARIANT_LEVELS)
    return refuse (path, writer->error, _ ("it nests deeper than a GVariant can keep"));

  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_NONE:
      return TRUE;
    case PYROG_KIND_BOOL:
      pyrog_buffer_append_byte (&writer->out, value->boolean ? 1 : 0);
      return TRUE;
    case PYROG_KIND_INT:
    case PYROG_KIND_UINT:
    case PYROG_KIND_FLOAT:
      pyrog_buffer_append (&writer->out, &value->integer, sizeof value->integer);
      return TRUE;
    case PYROG_KIND_COMPLEX:
      pyrog_buffer_append (&writer->out, value->parts, 2 * sizeof (double));
      pyrog_variant_writer_zeros (writer, 1);
      return TRUE;
    case PYROG_KIND_BIG_INT:
      pyrog_buffer_append (&writer->out, value->text, value->size);
      pyrog_variant_writer_zeros (writer, 3);
      return TRUE;
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
    case PYROG_KIND_BYTES:
      pyrog_buffer_append (&writer->out, value->text, value->size);
      pyrog_variant_writer_zeros (writer, value->kind == PYROG_KIND_STR       ? 1
                                          : value->kind == PYROG_KIND_RAW_STR ? 2
                                                                              : 0);
      return TRUE;
    case PYROG_KIND_LIST:
      return write_list (writer, value, path, levels);
    case PYROG_KIND_TUPLE:
      return write_tuple (writer, value, path, levels);
    case PYROG_KIND_SET:
    case PYROG_KIND_FROZENSET:
      if (!write_list (writer, value, path, levels))
        return FALSE;
      pyrog_variant_writer_zeros (writer, value->kind == PYROG_KIND_SET ? 2 : 3);
      return TRUE;
    case PYROG_KIND_DICT:
      return write_dict (writer, value, path, levels);
    case PYROG_KIND_DATETIME:
    case PYROG_KIND_DATE:
      return write_date (writer, value, path, levels);
    }
  g_assert_not_reached ();
}

GVariant *
pyrog_value_to_simple_variant (const PyrogValue *value)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_NONE:
      return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
    case PYROG_KIND_BOOL:
      return g_variant_new_boolean (value->boolean);
    case PYROG_KIND_INT:
      return g_variant_new_int64 (value->integer);
    case PYROG_KIND_UINT:
      return g_variant_new_uint64 (value->uinteger);
    case PYROG_KIND_FLOAT:
      return g_variant_new_double (value->real);
    case PYROG_KIND_STR:
      return g_variant_new_take_string (pyrog_value_dup_text (value));
    default:
      return NULL;
    }
}

static gboolean
is_canonical_type (const PyrogValue *value, const GVariantType *type)
{
  PyrogBuffer canonical;

  pyrog_buffer_init (&canonical, G_MAXSIZE);
  append_type (&canonical, value);
  gboolean equal
      = canonical.size == g_variant_type_get_string_length (type)
        && memcmp (canonical.data, g_variant_type_peek_string (type), canonical.size) == 0;
  pyrog_buffer_clear (&canonical);
  return equal;
}

gboolean
pyrog_variant_writer_add_any (PyrogVariantWriter *writer,
                              const PyrogValue *value,
                              const PyrogPath *path,
                              guint levels)
{
  return write_variant (writer, value, path, levels);
}

gboolean
pyrog_variant_writer_add_tagged (PyrogVariantWriter *writer,
                                 const PyrogValue *value,
                                 const GVariantType *type,
                                 const PyrogPath *path,
                                 guint levels)
{
  return is_canonical_type (value, type) && write_body (writer, value, path, levels);
}

static GVariant *
finish (PyrogVariantWriter *writer, const PyrogValue *value)
{
  PyrogBuffer type;

  pyrog_buffer_init (&type, G_MAXSIZE);
  append_type (&type, value);
  pyrog_buffer_append_byte (&type, 0);
  GVariant *variant = pyrog_variant_writer_end (writer, (const GVariantType *) type.data);
  pyrog_buffer_clear (&type);
  return variant;
}

GVariant *
pyrog_value_to_canonical_variant (
    const PyrogValue *value, const PyrogPath *path, guint levels, gboolean secret, GError **error)
{
  GVariant *variant = pyrog_value_to_simple_variant (value);
  PyrogVariantWriter writer;

  if (variant != NULL)
    return g_variant_ref_sink (variant);
  pyrog_variant_writer_init (&writer, secret, error);
  if (write_body (&writer, value, path, levels + 1))
    variant = finish (&writer, value);
  pyrog_variant_writer_clear (&writer);
  return variant;
}

GVariant *
pyrog_value_to_variant (const PyrogValue *value, const char *root, GError **error)
{
  const PyrogPath path = { .name = root };

  return pyrog_value_to_canonical_variant (value, &path, 0, FALSE, error);
}

GVariant *
pyrog_value_to_secret_variant (const PyrogValue *value, const char *root, GError **error)
{
  const PyrogPath path = { .name = root };
  GVariant *variant = pyrog_value_to_canonical_variant (value, &path, 0, TRUE, error);

  return variant != NULL ? pyrog_secret_take_variant (variant) : NULL;
}
