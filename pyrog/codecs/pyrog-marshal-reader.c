/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-marshal-reader.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pyrog-builder.h"
#include "pyrog-error.h"
#include "pyrog-long-digits.h"
#include "pyrog-marshal-types.h"
#include "pyrog-number.h"

gboolean
pyrog_marshal_fail (PyrogMarshalReader *reader, const char *why)
{
  if (reader->error == NULL)
    g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_SERIALIZE,
                 _ ("Malformed marshal data at byte %zu: %s"),
                 (gsize) (reader->next - reader->start), why);
  return FALSE;
}

gboolean
pyrog_marshal_fail_truncated (PyrogMarshalReader *reader)
{
  return pyrog_marshal_fail (reader, _ ("it ends in the middle of a value"));
}

gboolean
pyrog_marshal_fail_depth (PyrogMarshalReader *reader)
{
  g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
               _ ("The message nests more than its limit of %u containers"), reader->max_depth);
  return FALSE;
}

/* ---- Bytes ---- */

/* The next size bytes, or NULL */
static inline const guint8 *
take (PyrogMarshalReader *reader, gsize size)
{
  if (G_UNLIKELY (pyrog_marshal_bytes_left (reader) < size))
    {
      pyrog_marshal_fail_truncated (reader);
      return NULL;
    }
  const guint8 *data = reader->next;
  reader->next += size;
  return data;
}

gboolean
pyrog_marshal_take_i32 (PyrogMarshalReader *reader, gint32 *value)
{
  const guint8 *data = take (reader, 4);

  if (data == NULL)
    return FALSE;
  *value = (gint32) pyrog_marshal_load_u32 (data);
  return TRUE;
}

gboolean
pyrog_marshal_take_count (PyrogMarshalReader *reader, gboolean is_short, gsize *count)
{
  const guint8 *data;
  gint32 value;

  if (is_short)
    {
      data = take (reader, 1);
      if (data == NULL)
        return FALSE;
      *count = data[0];
    }
  else
    {
      if (!pyrog_marshal_take_i32 (reader, &value))
        return FALSE;
      if (value < 0)
        return pyrog_marshal_fail (reader, _ ("a size is negative"));
      *count = (gsize) value;
    }
  return *count <= pyrog_marshal_bytes_left (reader) || pyrog_marshal_fail_truncated (reader);
}

/* ---- Text ---- */

static gboolean
set_text (PyrogMarshalReader *reader, PyrogValue *value, PyrogKind kind, gsize size)
{
  const guint8 *data = take (reader, size);

  if (data == NULL)
    return FALSE;
  *value
      = (PyrogValue){ .kind = (guint8) kind, .size = (guint32) size, .text = (const char *) data };
  if (kind == PYROG_KIND_BYTES && size >= PYROG_PIECE_MIN)
    pyrog_arena_note_large (reader->arena);
  return TRUE;
}

static gboolean
read_unicode (PyrogMarshalReader *reader, PyrogValue *value)
{
  gsize size;

  if (!pyrog_marshal_take_count (reader, FALSE, &size)
      || !set_text (reader, value, PYROG_KIND_STR, size))
    return FALSE;
  PyrogKind kind = pyrog_builder_classify (value->text, size);
  if (kind == PYROG_KIND_NONE)
    return pyrog_marshal_fail (reader, _ ("a str is not valid UTF-8"));
  value->kind = (guint8) kind;
  return TRUE;
}

/* ---- Numbers ---- */

/* More than 64 bits */
static gboolean
read_big_int (PyrogMarshalReader *reader,
              const guint8 *digits,
              gsize n,
              gboolean is_negative,
              PyrogValue *value)
{
  char text[PYROG_LONG_TEXT_SIZE + 1];
  gsize size = pyrog_long_to_decimal (digits, n, text + 1);

  if (size > PYROG_MAX_INT_DIGITS)
    {
      g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("An int has %zu digits, more than %d"), size, PYROG_MAX_INT_DIGITS);
      return FALSE;
    }
  text[0] = '-';
  size += is_negative ? 1 : 0;
  *value = (PyrogValue){ .kind = PYROG_KIND_BIG_INT, .size = (guint32) size };
  value->text
      = pyrog_arena_copy (reader->arena, is_negative ? text : text + 1, size, &reader->error);
  return value->text != NULL;
}

/* Digits of at most 64 bits; FALSE if they are more */
static gboolean
load_digits (const guint8 *digits, gsize n, guint64 *magnitude)
{
  guint64 sum = 0;

  for (gsize i = n; i > 0; i--)
    {
      if (sum >> 49 != 0)
        return FALSE;
      sum = sum << 15 | (guint64) (digits[2 * i - 2] | digits[2 * i - 1] << 8);
    }
  *magnitude = sum;
  return TRUE;
}

static gboolean
check_digits (PyrogMarshalReader *reader, const guint8 *digits, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      if (digits[2 * i + 1] > 0x7f)
        return pyrog_marshal_fail (reader, _ ("an int has a digit of more than 15 bits"));
    }
  if (n > 0 && digits[2 * n - 2] == 0 && digits[2 * n - 1] == 0)
    return pyrog_marshal_fail (reader, _ ("an int begins with a zero digit"));
  return TRUE;
}

static gboolean
read_long (PyrogMarshalReader *reader, PyrogValue *value)
{
  gint32 signed_size;
  guint64 magnitude;

  if (!pyrog_marshal_take_i32 (reader, &signed_size))
    return FALSE;
  gboolean is_negative = signed_size < 0;
  gsize n = is_negative ? 0 - (gsize) signed_size : (gsize) signed_size;
  if (n > PYROG_MAX_LONG_DIGITS)
    {
      g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("An int has %zu digits of 15 bits, more than %d"), n, PYROG_MAX_LONG_DIGITS);
      return FALSE;
    }
  const guint8 *digits = take (reader, n * 2);
  if (digits == NULL || !check_digits (reader, digits, n))
    return FALSE;

  if (!load_digits (digits, n, &magnitude) || (is_negative && magnitude > (guint64) G_MAXINT64 + 1))
    return read_big_int (reader, digits, n, is_negative, value);
  if (is_negative)
    *value = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint64) (0 - magnitude) };
  else if (magnitude <= G_MAXINT64)
    *value = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint64) magnitude };
  else
    *value = (PyrogValue){ .kind = PYROG_KIND_UINT, .uinteger = magnitude };
  return TRUE;
}

/* A float as text, which versions 0 and 1 wrote */
static gboolean
take_text_float (PyrogMarshalReader *reader, double *real)
{
  static const struct
  {
    const char *text;
    double value;
  } names[] = { { "nan", NAN }, { "-nan", NAN }, { "inf", INFINITY }, { "-inf", -INFINITY } };
  gsize size;

  if (!pyrog_marshal_take_count (reader, TRUE, &size))
    return FALSE;
  const char *text = (const char *) take (reader, size);
  if (text == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (size == strlen (names[i].text) && memcmp (text, names[i].text, size) == 0)
        {
          *real = names[i].value;
          return TRUE;
        }
    }
  return pyrog_number_read_float (text, size, real)
         || pyrog_marshal_fail (reader, _ ("a float is malformed"));
}

static gboolean
read_float (PyrogMarshalReader *reader, gboolean is_text, PyrogValue *value)
{
  double real;

  if (is_text)
    {
      if (!take_text_float (reader, &real))
        return FALSE;
    }
  else
    {
      const guint8 *data = take (reader, 8);
      if (data == NULL)
        return FALSE;
      real = pyrog_marshal_load_double (data);
    }
  *value = (PyrogValue){ .kind = PYROG_KIND_FLOAT, .real = real };
  return TRUE;
}

static gboolean
read_complex (PyrogMarshalReader *reader, gboolean is_text, PyrogValue *value)
{
  double *parts = pyrog_arena_alloc (reader->arena, 2 * sizeof (double), &reader->error);
  PyrogValue part;

  if (parts == NULL)
    return FALSE;
  for (guint i = 0; i < 2; i++)
    {
      if (!read_float (reader, is_text, &part))
        return FALSE;
      parts[i] = part.real;
    }
  *value = (PyrogValue){ .kind = PYROG_KIND_COMPLEX, .parts = parts };
  return TRUE;
}

static gboolean
read_int64 (PyrogMarshalReader *reader, PyrogValue *value)
{
  const guint8 *data = take (reader, 8);

  if (data == NULL)
    return FALSE;
  *value
      = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint64) pyrog_marshal_load_u64 (data) };
  return TRUE;
}

/* ---- Values ---- */

static gboolean
refuse_type (PyrogMarshalReader *reader, guint8 type)
{
  g_autofree char *why = NULL;

  if (type == MARSHAL_NULL)
    return pyrog_marshal_fail (reader, _ ("a dict ends where none is open, or lacks a value"));
  why = g_strdup_printf (_ ("the type 0x%02x is not one of plain data"), type);
  return pyrog_marshal_fail (reader, why);
}

gboolean
pyrog_marshal_read_leaf (PyrogMarshalReader *reader, guint8 type, PyrogValue *value)
{
  gsize size;

  switch (type)
    {
    case MARSHAL_INT64:
      return read_int64 (reader, value);
    case MARSHAL_LONG:
      return read_long (reader, value);
    case MARSHAL_FLOAT:
      return read_float (reader, TRUE, value);
    case MARSHAL_COMPLEX:
    case MARSHAL_BINARY_COMPLEX:
      return read_complex (reader, type == MARSHAL_COMPLEX, value);
    case MARSHAL_BYTES:
      return pyrog_marshal_take_count (reader, FALSE, &size)
             && set_text (reader, value, PYROG_KIND_BYTES, size);
    case MARSHAL_UNICODE:
    case MARSHAL_INTERNED:
      return read_unicode (reader, value);
    default:
      return refuse_type (reader, type);
    }
}
