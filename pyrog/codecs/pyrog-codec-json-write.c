/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pyrog-codec-json.h"
#include "pyrog-codec-private.h"
#include "pyrog-codec-text.h"
#include "pyrog-number.h"

/* Writes what Python's json.dumps (value, ensure_ascii=False) writes, byte for byte, with sets as
 * lists as Pyro5 makes them */

static gboolean write_value (
    PyrogBuffer *out, const PyrogValue *value, const PyrogPath *path, guint depth, GError **error);

static void
put (PyrogBuffer *out, char c)
{
  if (G_LIKELY (out->size < out->capacity && out->size < out->limit && !out->overflow))
    out->data[out->size++] = (guint8) c;
  else
    pyrog_buffer_append_byte (out, (guint8) c);
}

static void
put_number (PyrogBuffer *out, const PyrogValue *value)
{
  char *text = (char *) pyrog_buffer_reserve (out, PYROG_NUMBER_SIZE);
  gsize size = value->kind == PYROG_KIND_INT ? pyrog_number_write_int (text, value->integer)
                                             : pyrog_number_write_uint (text, value->uinteger);

  pyrog_buffer_commit (out, size);
}

static void
put_float (PyrogBuffer *out, double real)
{
  if (isnan (real))
    pyrog_buffer_append_text (out, "NaN");
  else if (isinf (real))
    pyrog_buffer_append_text (out, real > 0 ? "Infinity" : "-Infinity");
  else
    pyrog_buffer_commit (out, pyrog_number_write_float (
                                  (char *) pyrog_buffer_reserve (out, PYROG_NUMBER_SIZE), real));
}

/* ---- Text ---- */

static void
put_escape (PyrogBuffer *out, char c)
{
  static const char hex[] = "0123456789abcdef";
  static const char bytes[] = "\"\\\b\f\n\r\t";
  static const char names[] = "\"\\bfnrt";
  const char *found = c != '\0' ? strchr (bytes, c) : NULL;

  put (out, '\\');
  if (found != NULL)
    {
      put (out, names[found - bytes]);
      return;
    }
  pyrog_buffer_append (out, "u00", 3);
  put (out, hex[(guint8) c >> 4]);
  put (out, hex[c & 0xf]);
}

static void
put_text_with_escapes (PyrogBuffer *out, const char *p, const char *end)
{
  put (out, '"');
  while (p < end)
    {
      const char *stop = pyrog_codec_text_skip (p, end, '"');
      pyrog_buffer_append (out, p, (gsize) (stop - p));
      p = stop;
      if (p < end)
        put_escape (out, *p++);
    }
  put (out, '"');
}

static void
put_text (PyrogBuffer *out, const char *text, gsize size)
{
  const char *end = text + size;

  if (pyrog_codec_text_skip (text, end, '"') != end)
    put_text_with_escapes (out, text, end);
  else if (pyrog_buffer_grow (out, size + 2))
    {
      guint8 *p = out->data + out->size;
      *p++ = '"';
      memcpy (p, text, size);
      p[size] = '"';
      pyrog_buffer_commit (out, size + 2);
    }
}

/* Python can make no UTF-8 of what begins with these bytes */
static gboolean
has_surrogate (const char *text, gsize size)
{
  for (gsize i = 0; i + 1 < size; i++)
    {
      if ((guint8) text[i] == 0xed && (guint8) text[i + 1] >= 0xa0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
write_text (PyrogBuffer *out, const PyrogValue *value, const PyrogPath *path, GError **error)
{
  if (value->kind == PYROG_KIND_RAW_STR && has_surrogate (value->text, value->size))
    return pyrog_codec_refuse (path, error, _ ("json can't carry a str with lone surrogates"));
  put_text (out, value->text, value->size);
  return TRUE;
}

static gboolean
write_date (PyrogBuffer *out, const PyrogValue *value, const PyrogPath *path, GError **error)
{
  g_autofree char *text = pyrog_codec_date_text (value, path, error);

  if (text == NULL)
    return FALSE;
  put_text (out, text, strlen (text));
  return TRUE;
}

/* ---- Containers ---- */

static gboolean
write_items (
    PyrogBuffer *out, const PyrogValue *value, const PyrogPath *path, guint depth, GError **error)
{
  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogPath item = PYROG_ITEM_PATH (path, i);
      if (i > 0)
        pyrog_buffer_append (out, ", ", 2);
      if (!write_value (out, &value->items[i], &item, depth, error))
        return FALSE;
    }
  return TRUE;
}

/* All keys become text, as Python makes it of them */
static gboolean
write_key (PyrogBuffer *out, const PyrogValue *key, const PyrogPath *path, GError **error)
{
  switch ((PyrogKind) key->kind)
    {
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
      return write_text (out, key, path, error);
    case PYROG_KIND_NONE:
    case PYROG_KIND_BOOL:
    case PYROG_KIND_INT:
    case PYROG_KIND_UINT:
    case PYROG_KIND_BIG_INT:
    case PYROG_KIND_FLOAT:
      put (out, '"');
      write_value (out, key, path, 0, NULL);
      put (out, '"');
      return TRUE;
    default:
      return pyrog_codec_refuse (path, error, _ ("json can't use ‘%s’ as a key"),
                                 pyrog_kind_name (key->kind));
    }
}

static gboolean
write_pairs (
    PyrogBuffer *out, const PyrogValue *value, const PyrogPath *path, guint depth, GError **error)
{
  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogValue *key = &value->items[2 * i];
      PyrogPath item = { .parent = path, .key = key };
      /* The members of a call */
      if (path == NULL)
        item = (PyrogPath){ .name = pyrog_call_part_names[i % 4] };
      if (i > 0)
        pyrog_buffer_append (out, ", ", 2);
      if (!write_key (out, key, &item, error))
        return FALSE;
      pyrog_buffer_append (out, ": ", 2);
      if (!write_value (out, key + 1, &item, depth, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_container (
    PyrogBuffer *out, const PyrogValue *value, const PyrogPath *path, guint depth, GError **error)
{
  gboolean is_dict = value->kind == PYROG_KIND_DICT;

  if (depth == PYROG_MAX_CALL_DEPTH)
    return pyrog_codec_refuse_depth (path, error);
  put (out, is_dict ? '{' : '[');
  if (!(is_dict ? write_pairs : write_items) (out, value, path, depth + 1, error))
    return FALSE;
  put (out, is_dict ? '}' : ']');
  return TRUE;
}

static gboolean
write_value (
    PyrogBuffer *out, const PyrogValue *value, const PyrogPath *path, guint depth, GError **error)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_NONE:
      pyrog_buffer_append (out, "null", 4);
      return TRUE;
    case PYROG_KIND_BOOL:
      pyrog_buffer_append_text (out, value->boolean ? "true" : "false");
      return TRUE;
    case PYROG_KIND_INT:
    case PYROG_KIND_UINT:
      put_number (out, value);
      return TRUE;
    case PYROG_KIND_BIG_INT:
      pyrog_buffer_append (out, value->text, value->size);
      return TRUE;
    case PYROG_KIND_FLOAT:
      put_float (out, value->real);
      return TRUE;
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
      return write_text (out, value, path, error);
    case PYROG_KIND_LIST:
    case PYROG_KIND_TUPLE:
    case PYROG_KIND_SET:
    case PYROG_KIND_DICT:
      return write_container (out, value, path, depth, error);
    case PYROG_KIND_DATETIME:
    case PYROG_KIND_DATE:
      return write_date (out, value, path, error);
    case PYROG_KIND_COMPLEX:
    case PYROG_KIND_BYTES:
    case PYROG_KIND_FROZENSET:
      return pyrog_codec_refuse (path, error, _ ("json can't carry a ‘%s’"),
                                 pyrog_kind_name (value->kind));
    }
  g_assert_not_reached ();
}

gboolean
pyrog_codec_json_encode (const PyrogValue *value,
                         const char *root,
                         PyrogBuffer *out,
                         GError **error)
{
  const PyrogPath path = { .name = root };
  const PyrogBufferPlace start = pyrog_buffer_get_end (out);
  gboolean ok
      = write_value (out, value, root != NULL ? &path : NULL, PYROG_ROOT_DEPTH (root), error);

  return pyrog_codec_end_encode (out, start, ok, error);
}
