/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-value-variant.h"
#include "pyrog-variant-layout.h"
#include "pyrog-variant-writer.h"

/* From the tree to a GVariant of a wanted type, in its serialised form */

typedef PyrogVariantWriter Writer;

static gboolean write_typed (Writer *writer,
                             const PyrogValue *value,
                             const GVariantType *type,
                             const PyrogPath *path,
                             guint levels);

static gboolean
mismatch (const PyrogValue *value, const GVariantType *type, const PyrogPath *path, GError **error)
{
  g_autofree char *where = pyrog_path_to_string (path);
  g_autofree char *wanted = g_variant_type_dup_string (type);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
               _ ("%s: ‘%s’ does not fit the type ‘%s’"), where, pyrog_kind_name (value->kind),
               wanted);
  return FALSE;
}

static gboolean
out_of_range (const GVariantType *type, const PyrogPath *path, GError **error)
{
  g_autofree char *where = pyrog_path_to_string (path);
  g_autofree char *wanted = g_variant_type_dup_string (type);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_OVERFLOW_ERROR,
               _ ("%s: the int is out of the range of type ‘%s’"), where, wanted);
  return FALSE;
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

static gboolean
is_int (const PyrogValue *value)
{
  return value->kind == PYROG_KIND_INT || value->kind == PYROG_KIND_BOOL
         || value->kind == PYROG_KIND_UINT || value->kind == PYROG_KIND_BIG_INT;
}

/* A bool is an int, as in Python; a t comes as the same bits */
static gboolean
get_int (const PyrogValue *value,
         const GVariantType *type,
         const PyrogPath *path,
         gint64 *integer,
         GError **error)
{
  const IntType *wanted = find_int_type (pyrog_variant_type_char (type));

  if (!is_int (value))
    return mismatch (value, type, path, error);
  *integer = value->kind == PYROG_KIND_BOOL ? (gint64) value->boolean : value->integer;
  if (value->kind == PYROG_KIND_UINT && wanted->type == 't')
    return TRUE;
  if (value->kind == PYROG_KIND_UINT || value->kind == PYROG_KIND_BIG_INT || *integer < wanted->min
      || *integer > wanted->max)
    return out_of_range (type, path, error);
  return TRUE;
}

static inline void
put_int (guint8 *place, gint64 integer, gsize size)
{
  switch (size)
    {
    case 1:
      *place = (guint8) integer;
      break;
    case 2:
      memcpy (place, &(guint16){ (guint16) integer }, 2);
      break;
    case 4:
      memcpy (place, &(guint32){ (guint32) integer }, 4);
      break;
    default:
      memcpy (place, &integer, 8);
    }
}

static gboolean
write_int (Writer *writer, const PyrogValue *value, const GVariantType *type, const PyrogPath *path)
{
  const gsize size = pyrog_variant_layout (type).size;
  gint64 integer = 0;

  if (!get_int (value, type, path, &integer, writer->error))
    return FALSE;
  put_int (pyrog_buffer_reserve (&writer->out, size), integer, size);
  pyrog_buffer_commit (&writer->out, size);
  return TRUE;
}

/* Long lists of ints at the speed of memory: as many as are plain ints in the type's range, from
 * the first one on. Returns how many that were. */
static gsize
write_plain_ints (Writer *writer, const PyrogValue *list, const GVariantType *element, gsize size)
{
  const IntType *wanted = find_int_type (pyrog_variant_type_char (element));
  gsize count = 0;

  if (wanted == NULL || !pyrog_buffer_grow (&writer->out, list->size * size))
    return 0;
  guint8 *place = writer->out.data + writer->out.size;
  for (; count < list->size; count++, place += size)
    {
      const PyrogValue *item = &list->items[count];
      if (item->kind != PYROG_KIND_INT || item->integer < wanted->min
          || item->integer > wanted->max)
        break;
      put_int (place, item->integer, size);
    }
  pyrog_buffer_commit (&writer->out, count * size);
  return count;
}

static gboolean
get_double (const PyrogValue *value,
            const GVariantType *type,
            const PyrogPath *path,
            double *real,
            GError **error)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_FLOAT:
      *real = value->real;
      return TRUE;
    case PYROG_KIND_INT:
      *real = (double) value->integer;
      return TRUE;
    case PYROG_KIND_UINT:
      *real = (double) value->uinteger;
      return TRUE;
    case PYROG_KIND_BOOL:
      *real = value->boolean;
      return TRUE;
    case PYROG_KIND_BIG_INT:
      return out_of_range (type, path, error);
    default:
      return mismatch (value, type, path, error);
    }
}

static gboolean
write_double (Writer *writer,
              const PyrogValue *value,
              const GVariantType *type,
              const PyrogPath *path)
{
  double real;

  if (!get_double (value, type, path, &real, writer->error))
    return FALSE;
  pyrog_buffer_append (&writer->out, &real, sizeof real);
  return TRUE;
}

/* ---- Text and bytes ---- */

static gboolean
is_text_of_type (const PyrogValue *value, char type)
{
  if (value->kind != PYROG_KIND_STR || type == 's')
    return value->kind == PYROG_KIND_STR;
  g_autofree char *text = pyrog_value_dup_text (value);
  return type == 'o' ? g_variant_is_object_path (text) : g_variant_is_signature (text);
}

static gboolean
write_string (Writer *writer,
              const PyrogValue *value,
              const GVariantType *type,
              const PyrogPath *path)
{
  if (!is_text_of_type (value, pyrog_variant_type_char (type)))
    return mismatch (value, type, path, writer->error);
  pyrog_buffer_append (&writer->out, value->text, value->size);
  pyrog_variant_writer_zeros (writer, 1);
  return TRUE;
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

static gboolean
write_bytes (Writer *writer,
             const PyrogValue *value,
             const GVariantType *type,
             const PyrogPath *path)
{
  const guint8 *data;
  g_autofree guint8 *decoded = NULL;
  gsize size;

  if (!pyrog_value_get_bytes (value, &data, &size, &decoded))
    return mismatch (value, type, path, writer->error);
  pyrog_buffer_append (&writer->out, data, size);
  return TRUE;
}

/* ---- Containers ---- */

static gboolean
is_sequence (const PyrogValue *value)
{
  return value->kind >= PYROG_KIND_LIST && value->kind <= PYROG_KIND_FROZENSET;
}

static gboolean
write_list (Writer *writer,
            const PyrogValue *value,
            const GVariantType *type,
            const PyrogPath *path,
            guint levels)
{
  const GVariantType *element = pyrog_variant_type_element (type);
  const PyrogVariantLayout layout = pyrog_variant_layout (element);
  const PyrogVariantMark container = pyrog_variant_writer_open (writer);

  if (!is_sequence (value))
    return mismatch (value, type, path, writer->error);
  for (gsize i = write_plain_ints (writer, value, element, layout.size); i < value->size; i++)
    {
      const PyrogPath item = { .parent = path, .index = i };
      pyrog_variant_writer_align (writer, layout.alignment);
      if (!write_typed (writer, &value->items[i], element, &item, levels))
        return FALSE;
      if (layout.size == 0)
        pyrog_variant_writer_mark (writer, &container);
    }
  pyrog_variant_writer_close (writer, &container, FALSE);
  return TRUE;
}

static gboolean
write_entry (Writer *writer,
             const PyrogValue *pair,
             const GVariantType *type,
             const PyrogPath *path,
             guint levels)
{
  const GVariantType *value_type = g_variant_type_value (type);
  const PyrogVariantLayout layout = pyrog_variant_layout (type);
  const PyrogVariantMark container = pyrog_variant_writer_open (writer);

  if (!write_typed (writer, &pair[0], g_variant_type_key (type), path, levels))
    return FALSE;
  if (pyrog_variant_layout (g_variant_type_key (type)).size == 0)
    pyrog_variant_writer_mark (writer, &container);
  pyrog_variant_writer_align (writer, pyrog_variant_layout (value_type).alignment);
  if (!write_typed (writer, &pair[1], value_type, path, levels))
    return FALSE;
  if (layout.size > 0)
    pyrog_variant_writer_align (writer, layout.alignment);
  pyrog_variant_writer_close (writer, &container, TRUE);
  return TRUE;
}

static gboolean
write_dict (Writer *writer,
            const PyrogValue *value,
            const GVariantType *type,
            const PyrogPath *path,
            guint levels)
{
  const GVariantType *entry = pyrog_variant_type_element (type);
  const PyrogVariantLayout layout = pyrog_variant_layout (entry);
  const PyrogVariantMark container = pyrog_variant_writer_open (writer);
  const gboolean is_text
      = pyrog_variant_type_is_text_entry (entry) && levels + 2 <= PYROG_MAX_VARIANT_LEVELS;

  if (value->kind != PYROG_KIND_DICT)
    return mismatch (value, type, path, writer->error);
  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogValue *pair = &value->items[2 * i];
      const PyrogPath item = { .parent = path, .key = pair };
      pyrog_variant_writer_align (writer, layout.alignment);
      if (!(is_text && pyrog_variant_writer_add_text_entry (writer, pair))
          && !write_entry (writer, pair, entry, &item, levels))
        return FALSE;
      if (layout.size == 0)
        pyrog_variant_writer_mark (writer, &container);
    }
  pyrog_variant_writer_close (writer, &container, FALSE);
  return TRUE;
}

static gboolean
write_tuple (Writer *writer,
             const PyrogValue *value,
             const GVariantType *type,
             const PyrogPath *path,
             guint levels)
{
  const GVariantType *member = g_variant_type_first (type);
  const PyrogVariantLayout whole = pyrog_variant_layout (type);
  const PyrogVariantMark container = pyrog_variant_writer_open (writer);

  if ((value->kind != PYROG_KIND_LIST && value->kind != PYROG_KIND_TUPLE)
      || value->size != g_variant_type_n_items (type))
    return mismatch (value, type, path, writer->error);
  for (gsize i = 0; i < value->size; i++, member = pyrog_variant_next_member (member))
    {
      const PyrogPath item = { .parent = path, .index = i };
      const PyrogVariantLayout layout = pyrog_variant_layout (member);
      pyrog_variant_writer_align (writer, layout.alignment);
      if (!write_typed (writer, &value->items[i], member, &item, levels))
        return FALSE;
      if (layout.size == 0 && i + 1 < value->size)
        pyrog_variant_writer_mark (writer, &container);
    }
  if (value->size == 0)
    pyrog_variant_writer_zeros (writer, 1); /* the unit type has a size of one */
  else if (whole.size > 0)
    pyrog_variant_writer_align (writer, whole.alignment);
  pyrog_variant_writer_close (writer, &container, TRUE);
  return TRUE;
}

/* What is tagged with maybes is good for its own type */
static gboolean
write_tagged (Writer *writer,
              const PyrogValue *value,
              const GVariantType *type,
              const PyrogPath *path,
              guint levels)
{
  GError *failure = NULL;
  GError **error = writer->error;

  writer->error = &failure;
  gboolean ok = pyrog_variant_writer_add_tagged (writer, value, type, path, levels);
  writer->error = error;
  if (!ok && failure == NULL)
    return mismatch (value, type, path, error);
  if (!ok)
    g_propagate_error (error, failure);
  return ok;
}

/* None is nothing */
static gboolean
write_maybe (Writer *writer,
             const PyrogValue *value,
             const GVariantType *type,
             const PyrogPath *path,
             guint levels)
{
  const GVariantType *element = pyrog_variant_type_element (type);

  if (value->kind == PYROG_KIND_NONE)
    return TRUE;
  if (g_variant_type_is_maybe (element))
    return write_tagged (writer, value, type, path, levels);
  if (!write_typed (writer, value, element, path, levels))
    return FALSE;
  if (pyrog_variant_layout (element).size == 0)
    pyrog_variant_writer_zeros (writer, 1);
  return TRUE;
}

static gboolean
write_array (Writer *writer,
             const PyrogValue *value,
             const GVariantType *type,
             const PyrogPath *path,
             guint levels)
{
  const char element = pyrog_variant_type_char (pyrog_variant_type_element (type));

  if (element == '{')
    return write_dict (writer, value, type, path, levels);
  if (element == 'y' && value->kind != PYROG_KIND_LIST && value->kind != PYROG_KIND_TUPLE)
    return write_bytes (writer, value, type, path);
  return write_list (writer, value, type, path, levels);
}

static gboolean
write_container (Writer *writer,
                 const PyrogValue *value,
                 const GVariantType *type,
                 const PyrogPath *path,
                 guint levels)
{
  if (++levels > PYROG_MAX_VARIANT_LEVELS)
    {
      g_autofree char *where = pyrog_path_to_string (path);
      g_set_error (writer->error, PYROG_ERROR, PYROG_ERROR_SERIALIZE, "%s: %s", where,
                   _ ("it nests deeper than a GVariant can keep"));
      return FALSE;
    }
  switch (pyrog_variant_type_char (type))
    {
    case 'v':
      return pyrog_variant_writer_add_any (writer, value, path, levels);
    case 'a':
      return write_array (writer, value, type, path, levels);
    case 'm':
      return write_maybe (writer, value, type, path, levels);
    case '(':
      return write_tuple (writer, value, type, path, levels);
    default:
      return mismatch (value, type, path, writer->error);
    }
}

/* At a place that is aligned for type */
static gboolean
write_typed (Writer *writer,
             const PyrogValue *value,
             const GVariantType *type,
             const PyrogPath *path,
             guint levels)
{
  switch (pyrog_variant_type_char (type))
    {
    case 'b':
      if (value->kind != PYROG_KIND_BOOL)
        return mismatch (value, type, path, writer->error);
      pyrog_buffer_append_byte (&writer->out, value->boolean ? 1 : 0);
      return TRUE;
    case 'y':
    case 'n':
    case 'q':
    case 'i':
    case 'u':
    case 'x':
    case 't':
    case 'h':
      return write_int (writer, value, type, path);
    case 'd':
      return write_double (writer, value, type, path);
    case 's':
    case 'o':
    case 'g':
      return write_string (writer, value, type, path);
    default:
      return write_container (writer, value, type, path, levels);
    }
}

static gboolean
is_simple (const PyrogValue *value, char type)
{
  return (type == 'x' && value->kind == PYROG_KIND_INT)
         || (type == 'd' && value->kind == PYROG_KIND_FLOAT)
         || (type == 's' && value->kind == PYROG_KIND_STR)
         || (type == 'b' && value->kind == PYROG_KIND_BOOL);
}

GVariant *
pyrog_value_to_variant_at (const PyrogValue *value,
                           const GVariantType *type,
                           const PyrogPath *path,
                           guint levels,
                           GError **error)
{
  PyrogVariantWriter writer;
  GVariant *variant = NULL;

  if (g_variant_type_equal (type, G_VARIANT_TYPE_ANY))
    return pyrog_value_to_canonical_variant (value, path, levels, FALSE, error);
  if (is_simple (value, pyrog_variant_type_char (type)))
    return g_variant_take_ref (pyrog_value_to_simple_variant (value));
  pyrog_variant_writer_init (&writer, FALSE, error);
  if (write_typed (&writer, value, type, path, levels))
    variant = pyrog_variant_writer_end (&writer, type);
  pyrog_variant_writer_clear (&writer);
  return variant;
}

GVariant *
pyrog_value_to_variant_typed (const PyrogValue *value,
                              const GVariantType *type,
                              const char *root,
                              GError **error)
{
  const PyrogPath path = { .name = root };

  return pyrog_value_to_variant_at (value, type, &path, 0, error);
}
