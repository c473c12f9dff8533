/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-variant-reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-value-variant.h"
#include "pyrog-variant-layout.h"

typedef struct
{
  PyrogBuilder *builder;
  GVariant *root; /* (unowned) what everything lies in */
  PyrogAddVariantFunc add;
} Reader;

/* Serialised, in normal form */
typedef struct
{
  const GVariantType *type;
  const guint8 *data;
  gsize size;
} Piece;

static gboolean read_piece (Reader *reader, const Piece *piece, guint nesting);

static gsize
read_offset (const guint8 *place, gsize width)
{
  guint16 two;
  guint32 four;
  guint64 eight;

  switch (width)
    {
    case 1:
      return *place;
    case 2:
      memcpy (&two, place, 2);
      return GUINT16_FROM_LE (two);
    case 4:
      memcpy (&four, place, 4);
      return GUINT32_FROM_LE (four);
    default:
      memcpy (&eight, place, 8);
      return (gsize) GUINT64_FROM_LE (eight);
    }
}

/* What is in normal form has all its pieces in it */
static gboolean
check_piece (Reader *reader, gsize start, gsize end, gsize size)
{
  if (start <= end && end <= size)
    return TRUE;
  return pyrog_builder_fail (reader->builder, PYROG_ERROR_SERIALIZE,
                             _ ("A GVariant of type ‘%s’ is malformed"),
                             g_variant_get_type_string (reader->root));
}

/* ---- Leaves ---- */

static gboolean
read_int (Reader *reader, const Piece *piece)
{
  gconstpointer data = piece->data;

  switch (pyrog_variant_type_char (piece->type))
    {
    case 'y':
      return pyrog_builder_int (reader->builder, *piece->data);
    case 'n':
      return pyrog_builder_int (reader->builder, *(const gint16 *) data);
    case 'q':
      return pyrog_builder_int (reader->builder, *(const guint16 *) data);
    case 'i':
    case 'h':
      return pyrog_builder_int (reader->builder, *(const gint32 *) data);
    case 'u':
      return pyrog_builder_int (reader->builder, *(const guint32 *) data);
    case 'x':
      return pyrog_builder_int (reader->builder, *(const gint64 *) data);
    default:
      return pyrog_builder_uint (reader->builder, *(const guint64 *) data);
    }
}

static void
unref_variant (gpointer variant)
{
  g_variant_unref (variant);
}

/* What is rare, as a GVariant of its own in the same memory */
static gboolean
read_otherwise (Reader *reader, const Piece *piece, guint nesting)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_from_data (
      piece->type, piece->data, piece->size, TRUE, unref_variant, g_variant_ref (reader->root)));

  return reader->add (reader->builder, variant, nesting);
}

static gboolean
read_maybe (Reader *reader, const Piece *piece, guint nesting)
{
  if (piece->size == 0)
    return pyrog_builder_none (reader->builder);
  return read_otherwise (reader, piece, nesting);
}

/* A value, a NUL, and its type */
static gboolean
read_any (Reader *reader, const Piece *piece, guint nesting)
{
  const guint8 *end = piece->data + piece->size;
  /* Most types are one character */
  const guint8 *nul
      = piece->size >= 2 && end[-2] == '\0' ? end - 2 : memrchr (piece->data, '\0', piece->size);

  if (nul == NULL)
    return check_piece (reader, 1, 0, 0);
  const Piece inner
      = { (const GVariantType *) (nul + 1), piece->data, (gsize) (nul - piece->data) };
  return read_piece (reader, &inner, nesting);
}

/* ---- Containers ---- */

/* The members of a tuple or a dict's entry */
static gboolean
read_members (Reader *reader, const Piece *piece, guint nesting)
{
  gsize width = pyrog_variant_offset_width (piece->size);
  gsize body = piece->size; /* what lies before the offsets */
  gsize start = 0;

  for (const GVariantType *type = g_variant_type_first (piece->type); type != NULL;)
    {
      const PyrogVariantLayout layout = pyrog_variant_layout (type);
      const GVariantType *next = pyrog_variant_next_member (type);
      gsize end = 0;
      start = pyrog_variant_align (start, layout.alignment);
      if (layout.size > 0)
        end = start + layout.size;
      else if (next == NULL)
        end = body;
      else if (check_piece (reader, width, body, piece->size))
        {
          body -= width;
          end = read_offset (piece->data + body, width);
        }
      if (!check_piece (reader, start, end, body))
        return FALSE;
      const Piece member = { type, piece->data + start, end - start };
      if (!read_piece (reader, &member, nesting))
        return FALSE;
      start = end;
      type = next;
    }
  return TRUE;
}

static gboolean
read_text_entry (Reader *reader, const Piece *entry, guint nesting)
{
  const gsize width = pyrog_variant_offset_width (entry->size);

  if (!check_piece (reader, width, entry->size, entry->size))
    return FALSE;
  const gsize body = entry->size - width;
  const gsize key_end = read_offset (entry->data + body, width);
  const gsize start = pyrog_variant_align (key_end, 8);
  const Piece value = { G_VARIANT_TYPE_VARIANT, entry->data + start, body - start };
  return check_piece (reader, 1, key_end, body) && check_piece (reader, start, body, body)
         && pyrog_builder_utf8 (reader->builder, (const char *) entry->data, key_end - 1)
         && read_piece (reader, &value, nesting);
}

static gboolean
read_element (Reader *reader, const Piece *element, guint nesting)
{
  if (pyrog_variant_type_is_text_entry (element->type) && nesting < PYROG_MAX_VARIANT_NESTING)
    return read_text_entry (reader, element, nesting);
  if (pyrog_variant_type_char (element->type) == '{')
    return read_members (reader, element, nesting);
  return read_piece (reader, element, nesting);
}

static gboolean
read_fixed_elements (Reader *reader, const Piece *array, gsize size, guint nesting)
{
  for (gsize start = 0; start < array->size; start += size)
    {
      const Piece element = { pyrog_variant_type_element (array->type), array->data + start, size };
      if (!check_piece (reader, start, start + size, array->size)
          || !read_element (reader, &element, nesting))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_elements (Reader *reader, const Piece *array, gsize alignment, guint nesting)
{
  const GVariantType *type = pyrog_variant_type_element (array->type);
  gsize width = pyrog_variant_offset_width (array->size);
  gsize start = 0;

  if (array->size == 0)
    return TRUE;
  if (!check_piece (reader, width, array->size, array->size))
    return FALSE;
  gsize ends = read_offset (array->data + array->size - width, width);
  if (!check_piece (reader, 0, ends, array->size))
    return FALSE;
  for (gsize place = ends; place < array->size; place += width)
    {
      gsize end = read_offset (array->data + place, width);
      start = pyrog_variant_align (start, alignment);
      const Piece element = { type, array->data + start, end - start };
      if (!check_piece (reader, start, end, ends) || !read_element (reader, &element, nesting))
        return FALSE;
      start = end;
    }
  return TRUE;
}

static gboolean
read_array (Reader *reader, const Piece *piece, guint nesting)
{
  const GVariantType *type = pyrog_variant_type_element (piece->type);
  const PyrogVariantLayout layout = pyrog_variant_layout (type);
  const char element = pyrog_variant_type_char (type);
  PyrogKind kind = element == '{' ? PYROG_KIND_DICT : PYROG_KIND_LIST;

  if (element == 'y')
    return pyrog_builder_bytes (reader->builder, piece->data, piece->size);
  return pyrog_builder_open (reader->builder, kind)
         && (layout.size > 0 ? read_fixed_elements (reader, piece, layout.size, nesting)
                             : read_elements (reader, piece, layout.alignment, nesting))
         && pyrog_builder_close (reader->builder);
}

static gboolean
read_tuple (Reader *reader, const Piece *piece, guint nesting)
{
  return pyrog_builder_open (reader->builder, PYROG_KIND_TUPLE)
         && read_members (reader, piece, nesting) && pyrog_builder_close (reader->builder);
}

static gboolean
read_piece (Reader *reader, const Piece *piece, guint nesting)
{
  if (++nesting > PYROG_MAX_VARIANT_NESTING)
    return pyrog_builder_fail (reader->builder, PYROG_ERROR_SERIALIZE,
                               _ ("A GVariant nests more than %d levels"),
                               PYROG_MAX_VARIANT_NESTING);
  switch (pyrog_variant_type_char (piece->type))
    {
    case 'b':
      return pyrog_builder_bool (reader->builder, *piece->data != 0);
    case 'd':
      return pyrog_builder_float (reader->builder, *(const double *) (gconstpointer) piece->data);
    case 's':
    case 'o':
    case 'g':
      return check_piece (reader, 1, piece->size, piece->size)
             && pyrog_builder_utf8 (reader->builder, (const char *) piece->data, piece->size - 1);
    case 'a':
      return read_array (reader, piece, nesting);
    case '(':
      return read_tuple (reader, piece, nesting);
    case 'm':
      return read_maybe (reader, piece, nesting);
    case 'v':
      return read_any (reader, piece, nesting);
    default:
      return read_int (reader, piece);
    }
}

gboolean
pyrog_variant_read_array (PyrogBuilder *builder,
                          GVariant *variant,
                          guint nesting,
                          PyrogAddVariantFunc add)
{
  Reader reader = { builder, variant, add };
  const Piece piece = { g_variant_get_type (variant), g_variant_get_data (variant),
                        g_variant_get_size (variant) };

  pyrog_arena_keep (builder->arena, g_variant_ref (variant), unref_variant);
  return read_array (&reader, &piece, nesting);
}
