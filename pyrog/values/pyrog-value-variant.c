/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-value-variant.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-buffer.h"
#include "pyrog-date.h"
#include "pyrog-error.h"
#include "pyrog-secret.h"

/* Writes GVariant's serialised form (see its specification): members are aligned to the size of
 * their type, arrays and tuples end with the offsets of the ends of their variable-sized members. A
 * tree of GVariants would cost ten times the memory. */

typedef struct
{
  PyrogBuffer out;
  GArray *ends; /* (owned) (element-type gsize) ends of members of the open containers */
  GError **error;
} Writer;

typedef enum
{
  DICT_TEXT,
  DICT_INT,
  DICT_FLOAT,
  DICT_BOOL,
  DICT_ANY,
} DictType;

static gboolean
write_body (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint levels);

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

/* ---- Pieces ---- */

static void
align (Writer *writer)
{
  static const guint8 zeros[8] = { 0 };

  pyrog_buffer_append (&writer->out, zeros, -writer->out.size % 8);
}

static void
put_zeros (Writer *writer, guint count)
{
  for (guint i = 0; i < count; i++)
    pyrog_buffer_append_byte (&writer->out, 0);
}

static void
mark_end (Writer *writer, gsize start)
{
  gsize end = writer->out.size - start;

  g_array_append_val (writer->ends, end);
}

static gsize
offset_size (gsize body, gsize count)
{
  if (body + count <= G_MAXUINT8)
    return 1;
  if (body + 2 * count <= G_MAXUINT16)
    return 2;
  return body + 4 * count <= G_MAXUINT32 ? 4 : 8;
}

/* Appends the ends that were marked since first; a tuple has them in reverse order */
static void
put_offsets (Writer *writer, gsize start, guint first, gboolean reverse)
{
  guint count = writer->ends->len - first;
  gsize size = offset_size (writer->out.size - start, count);

  for (guint i = 0; i < count; i++)
    {
      guint place = reverse ? writer->ends->len - 1 - i : first + i;
      guint64 end = GUINT64_TO_LE (g_array_index (writer->ends, gsize, place));
      pyrog_buffer_append (&writer->out, &end, size);
    }
  g_array_set_size (writer->ends, first);
}

static gboolean
write_variant (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint levels)
{
  align (writer);
  if (!write_body (writer, value, path, levels + 1))
    return FALSE;
  put_zeros (writer, 1);
  append_type (&writer->out, value);
  return TRUE;
}

/* ---- Containers ---- */

static gboolean
write_list (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint levels)
{
  gsize start = writer->out.size;
  guint first = writer->ends->len;

  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogPath item = { .parent = path, .index = i };
      if (!write_variant (writer, &value->items[i], &item, levels))
        return FALSE;
      mark_end (writer, start);
    }
  put_offsets (writer, start, first, FALSE);
  return TRUE;
}

static gboolean
write_tuple (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint levels)
{
  gsize start = writer->out.size;
  guint first = writer->ends->len;

  if (value->size > PYROG_MAX_VARIANT_TUPLE)
    return refuse (path, writer->error, _ ("a tuple of more than 1024 items needs a signature"));
  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogPath item = { .parent = path, .index = i };
      if (!write_variant (writer, &value->items[i], &item, levels))
        return FALSE;
      if (i + 1 < value->size)
        mark_end (writer, start);
    }
  if (value->size == 0)
    put_zeros (writer, 1); /* the unit type has a size of one */
  put_offsets (writer, start, first, TRUE);
  return TRUE;
}

static gboolean
write_key (
    Writer *writer, const PyrogValue *key, DictType type, const PyrogPath *path, guint levels)
{
  switch (type)
    {
    case DICT_TEXT:
      pyrog_buffer_append (&writer->out, key->text, key->size);
      put_zeros (writer, 1);
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
write_dict (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint levels)
{
  gsize start = writer->out.size;
  guint first = writer->ends->len;
  DictType type = dict_type (value);

  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogValue *key = &value->items[2 * i];
      const PyrogPath item = { .parent = path, .key = key };
      align (writer);
      gsize entry = writer->out.size;
      guint entry_first = writer->ends->len;
      if (!write_key (writer, key, type, &item, levels))
        return FALSE;
      if (type == DICT_TEXT || type == DICT_ANY)
        mark_end (writer, entry);
      if (!write_variant (writer, key + 1, &item, levels))
        return FALSE;
      put_offsets (writer, entry, entry_first, TRUE);
      mark_end (writer, start);
    }
  put_offsets (writer, start, first, FALSE);
  if (type == DICT_ANY)
    put_zeros (writer, 2);
  return TRUE;
}

static gboolean
write_date (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint levels)
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
write_body (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint levels)
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
      put_zeros (writer, 1);
      return TRUE;
    case PYROG_KIND_BIG_INT:
      pyrog_buffer_append (&writer->out, value->text, value->size);
      put_zeros (writer, 3);
      return TRUE;
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
    case PYROG_KIND_BYTES:
      pyrog_buffer_append (&writer->out, value->text, value->size);
      put_zeros (writer, value->kind == PYROG_KIND_STR       ? 1
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
      put_zeros (writer, value->kind == PYROG_KIND_SET ? 2 : 3);
      return TRUE;
    case PYROG_KIND_DICT:
      return write_dict (writer, value, path, levels);
    case PYROG_KIND_DATETIME:
    case PYROG_KIND_DATE:
      return write_date (writer, value, path, levels);
    }
  g_assert_not_reached ();
}

/* What calls carry most, without a buffer */
static GVariant *
simple_variant (const PyrogValue *value)
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

static GVariant *
finish (Writer *writer, const PyrogValue *value, GError **error)
{
  PyrogBuffer type;

  if (writer->out.overflow)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("No memory for a value of more than %zu bytes"), writer->out.size);
      return NULL;
    }
  pyrog_buffer_init (&type, G_MAXSIZE);
  append_type (&type, value);
  pyrog_buffer_append_byte (&type, 0);
  g_autoptr (GBytes) bytes = pyrog_buffer_steal_bytes (&writer->out);
  GVariant *variant = g_variant_new_from_bytes ((const GVariantType *) type.data, bytes, TRUE);
  pyrog_buffer_clear (&type);
  return g_variant_ref_sink (variant);
}

static GVariant *
convert (const PyrogValue *value, const char *root, gboolean secret, GError **error)
{
  const PyrogPath path = { .name = root };
  GVariant *variant = simple_variant (value);
  Writer writer = { .error = error };

  if (variant != NULL)
    return g_variant_ref_sink (variant);
  pyrog_buffer_init (&writer.out, G_MAXSIZE);
  if (secret)
    pyrog_buffer_keep_secret (&writer.out);
  writer.ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  if (write_body (&writer, value, &path, 1))
    variant = finish (&writer, value, error);
  pyrog_buffer_clear (&writer.out);
  g_array_unref (writer.ends);
  return variant;
}

GVariant *
pyrog_value_to_variant (const PyrogValue *value, const char *root, GError **error)
{
  return convert (value, root, FALSE, error);
}

GVariant *
pyrog_value_to_secret_variant (const PyrogValue *value, const char *root, GError **error)
{
  GVariant *variant = convert (value, root, TRUE, error);

  return variant != NULL ? pyrog_secret_take_variant (variant) : NULL;
}
