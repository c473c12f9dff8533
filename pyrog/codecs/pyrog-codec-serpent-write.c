/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pyrog-codec-private.h"
#include "pyrog-codec-serpent.h"
#include "pyrog-codec-text.h"
#include "pyrog-number.h"

/* Writes what serpent 1.41 writes, byte for byte, where Python can read it back */

#define NAN_TEXT "{'__class__':'float','value':'nan'}"

static gboolean write_value (PyrogBuffer *out,
                             const PyrogValue *value,
                             const PyrogPath *path,
                             guint depth,
                             gboolean literal_bytes,
                             GError **error);

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
    pyrog_buffer_append_text (out, NAN_TEXT);
  else if (isinf (real))
    pyrog_buffer_append_text (out, real > 0 ? "1e30000" : "-1e30000");
  else
    pyrog_buffer_commit (out, pyrog_number_write_float (
                                  (char *) pyrog_buffer_reserve (out, PYROG_NUMBER_SIZE), real));
}

static gboolean
write_complex (PyrogBuffer *out, const PyrogValue *value, const PyrogPath *path, GError **error)
{
  double real = value->parts[0], imaginary = value->parts[1];

  if (isnan (real) || isnan (imaginary))
    return pyrog_codec_refuse (path, error, _ ("serpent can't write a complex number with nan"));
  put (out, '(');
  put_float (out, real);
  /* Unlike serpent, which writes “+-0.0j”, and can't read that */
  if (!signbit (imaginary))
    put (out, '+');
  put_float (out, imaginary);
  pyrog_buffer_append_text (out, "j)");
  return TRUE;
}

/* ---- Text, as Python's repr() ---- */

static gboolean
is_printable (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SPACE_SEPARATOR:
      return c == ' ';
    default:
      return TRUE;
    }
}

static void
put_escape (PyrogBuffer *out, gunichar c)
{
  static const char hex[] = "0123456789abcdef";
  guint digits = c <= 0xff ? 2 : c <= 0xffff ? 4 : 8;

  put (out, '\\');
  put (out, c <= 0xff ? 'x' : c <= 0xffff ? 'u' : 'U');
  while (digits-- > 0)
    put (out, hex[c >> (4 * digits) & 0xf]);
}

/* Decodes one character of WTF-8, which is known to be well-formed */
static gunichar
next_char (const guint8 *p, gsize *size)
{
  if (*p < 0x80)
    return *size = 1, *p;
  if (*p < 0xe0)
    return *size = 2, (gunichar) (*p & 0x1f) << 6 | (p[1] & 0x3f);
  if (*p < 0xf0)
    return *size = 3, (gunichar) (*p & 0xf) << 12 | (gunichar) (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
  return *size = 4, (gunichar) (*p & 7) << 18 | (gunichar) (p[1] & 0x3f) << 12
                        | (gunichar) (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
}

static void
put_special (PyrogBuffer *out, const guint8 *p, gsize size, gunichar c, char quote)
{
  if (c == (gunichar) quote || c == '\\')
    {
      put (out, '\\');
      put (out, (char) c);
    }
  else if (c == '\n')
    pyrog_buffer_append_text (out, "\\n");
  else if (c == '\r')
    pyrog_buffer_append_text (out, "\\r");
  else if (c == '\t')
    pyrog_buffer_append_text (out, "\\t");
  else if (is_printable (c))
    pyrog_buffer_append (out, p, size);
  else
    put_escape (out, c);
}

static void
put_text_with_escapes (PyrogBuffer *out, const char *p, const char *end, char quote)
{
  put (out, quote);
  while (p < end)
    {
      const char *stop = pyrog_codec_text_skip_ascii (p, end, quote);
      pyrog_buffer_append (out, p, (gsize) (stop - p));
      p = stop;
      if (p < end)
        {
          gsize length;
          gunichar c = next_char ((const guint8 *) p, &length);
          put_special (out, (const guint8 *) p, length, c, quote);
          p += length;
        }
    }
  put (out, quote);
}

static void
put_text (PyrogBuffer *out, const char *text, gsize size)
{
  const char *end = text + size;
  char quote = '\'';

  if (pyrog_codec_text_skip_ascii (text, end, quote) != end)
    {
      if (memchr (text, '\'', size) != NULL && memchr (text, '"', size) == NULL)
        quote = '"';
      put_text_with_escapes (out, text, end, quote);
    }
  else if (pyrog_buffer_grow (out, size + 2))
    {
      guint8 *p = out->data + out->size;
      *p++ = (guint8) quote;
      memcpy (p, text, size);
      p[size] = (guint8) quote;
      pyrog_buffer_commit (out, size + 2);
    }
}

static void
put_bytes (PyrogBuffer *out, const PyrogValue *value)
{
  gint state = 0, save = 0;

  pyrog_buffer_append_text (out, "{'data': '");
  if (value->size > 0 && pyrog_buffer_grow (out, ((gsize) value->size / 3 + 1) * 4 + 4))
    {
      char *text = (char *) out->data + out->size;
      gsize size = g_base64_encode_step ((const guchar *) value->text, value->size, FALSE, text,
                                         &state, &save);
      size += g_base64_encode_close (FALSE, text + size, &state, &save);
      pyrog_buffer_commit (out, size);
    }
  pyrog_buffer_append_text (out, "', 'encoding': 'base64'}");
}

/* As Python's repr() writes them */
static void
put_literal_bytes (PyrogBuffer *out, const PyrogValue *value)
{
  const guint8 *bytes = (const guint8 *) value->text;
  gboolean has_single = memchr (bytes, '\'', value->size) != NULL;
  gboolean has_double = memchr (bytes, '"', value->size) != NULL;
  const char quote = has_single && !has_double ? '"' : '\'';

  put (out, 'b');
  put (out, quote);
  for (guint32 i = 0; i < value->size; i++)
    {
      char text[8];
      const char *escape = bytes[i] == '\t'   ? "\\t"
                           : bytes[i] == '\n' ? "\\n"
                           : bytes[i] == '\r' ? "\\r"
                           : bytes[i] == '\\' ? "\\\\"
                                              : NULL;
      if (escape != NULL)
        g_strlcpy (text, escape, sizeof text);
      else if (bytes[i] == (guint8) quote)
        g_snprintf (text, sizeof text, "\\%c", quote);
      else if (bytes[i] >= 0x20 && bytes[i] < 0x7f)
        g_snprintf (text, sizeof text, "%c", bytes[i]);
      else
        g_snprintf (text, sizeof text, "\\x%02x", bytes[i]);
      pyrog_buffer_append_text (out, text);
    }
  put (out, quote);
}

/* ---- Containers ---- */

/* Whether Python can hash what serpent makes of it, and serpent agrees to write it as a key */
static gboolean
is_key (const PyrogValue *value, gboolean inside_tuple, gboolean literal_bytes)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_BOOL:
    case PYROG_KIND_INT:
    case PYROG_KIND_UINT:
    case PYROG_KIND_BIG_INT:
    case PYROG_KIND_COMPLEX:
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
      return TRUE;
    case PYROG_KIND_NONE:
      return inside_tuple;
    case PYROG_KIND_BYTES:
      return literal_bytes;
    case PYROG_KIND_FLOAT:
      return !isnan (value->real);
    case PYROG_KIND_TUPLE:
      for (gsize i = 0; i < value->size; i++)
        {
          if (!is_key (&value->items[i], TRUE, literal_bytes))
            return FALSE;
        }
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
check_key (const PyrogValue *value, const PyrogPath *path, gboolean literal_bytes, GError **error)
{
  if (is_key (value, FALSE, literal_bytes))
    return TRUE;
  return pyrog_codec_refuse (path, error,
                             _ ("serpent can't use ‘%s’ as a key of a dict or an item of a set"),
                             pyrog_kind_name (value->kind));
}

static gboolean
write_items (PyrogBuffer *out,
             const PyrogValue *value,
             const PyrogPath *path,
             guint depth,
             gboolean literal_bytes,
             GError **error)
{
  gboolean is_set = value->kind == PYROG_KIND_SET || value->kind == PYROG_KIND_FROZENSET;

  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogPath item = PYROG_ITEM_PATH (path, i);
      if (i > 0)
        put (out, ',');
      if ((is_set && !check_key (&value->items[i], path, literal_bytes, error))
          || !write_value (out, &value->items[i], &item, depth, literal_bytes, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_pairs (PyrogBuffer *out,
             const PyrogValue *value,
             const PyrogPath *path,
             guint depth,
             gboolean literal_bytes,
             GError **error)
{
  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogValue *key = &value->items[2 * i];
      const PyrogPath item = { .parent = path, .key = key };
      if (i > 0)
        put (out, ',');
      if (!check_key (key, &item, literal_bytes, error)
          || !write_value (out, key, &item, depth, literal_bytes, error))
        return FALSE;
      put (out, ':');
      if (!write_value (out, key + 1, &item, depth, literal_bytes, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_container (PyrogBuffer *out,
                 const PyrogValue *value,
                 const PyrogPath *path,
                 guint depth,
                 gboolean literal_bytes,
                 GError **error)
{
  gboolean is_tuple = value->kind == PYROG_KIND_TUPLE;
  gboolean is_list = value->kind == PYROG_KIND_LIST;
  gboolean is_dict = value->kind == PYROG_KIND_DICT;

  if (depth == PYROG_MAX_CALL_DEPTH)
    return pyrog_codec_refuse_depth (path, error);
  /* There is no literal for the empty set, so serpent makes it an empty tuple */
  if (value->size == 0 && !is_list && !is_dict)
    {
      pyrog_buffer_append_text (out, "()");
      return TRUE;
    }
  put (out, is_tuple ? '(' : is_list ? '[' : '{');
  if (!(is_dict ? write_pairs : write_items) (out, value, path, depth + 1, literal_bytes, error))
    return FALSE;
  if (is_tuple && value->size == 1)
    put (out, ',');
  put (out, is_tuple ? ')' : is_list ? ']' : '}');
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

static gboolean
write_value (PyrogBuffer *out,
             const PyrogValue *value,
             const PyrogPath *path,
             guint depth,
             gboolean literal_bytes,
             GError **error)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_NONE:
      pyrog_buffer_append (out, "None", 4);
      return TRUE;
    case PYROG_KIND_BOOL:
      pyrog_buffer_append_text (out, value->boolean ? "True" : "False");
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
    case PYROG_KIND_COMPLEX:
      return write_complex (out, value, path, error);
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
      put_text (out, value->text, value->size);
      return TRUE;
    case PYROG_KIND_BYTES:
      if (literal_bytes)
        put_literal_bytes (out, value);
      else
        put_bytes (out, value);
      return TRUE;
    case PYROG_KIND_LIST:
    case PYROG_KIND_TUPLE:
    case PYROG_KIND_SET:
    case PYROG_KIND_FROZENSET:
    case PYROG_KIND_DICT:
      return write_container (out, value, path, depth, literal_bytes, error);
    case PYROG_KIND_DATETIME:
    case PYROG_KIND_DATE:
      return write_date (out, value, path, error);
    }
  g_assert_not_reached ();
}

static gboolean
encode (const PyrogValue *value,
        const char *root,
        PyrogBuffer *out,
        gboolean literal_bytes,
        GError **error)
{
  const PyrogPath path = { .name = root };
  const PyrogBufferPlace start = pyrog_buffer_get_end (out);

  pyrog_buffer_append (out, PYROG_SERPENT_HEADER, strlen (PYROG_SERPENT_HEADER));
  gboolean ok = write_value (out, value, root != NULL ? &path : NULL, PYROG_ROOT_DEPTH (root),
                             literal_bytes, error);
  return pyrog_codec_end_encode (out, start, ok, error);
}

gboolean
pyrog_codec_serpent_encode (const PyrogValue *value,
                            const char *root,
                            PyrogBuffer *out,
                            GError **error)
{
  return encode (value, root, out, FALSE, error);
}

gboolean
pyrog_codec_serpent_encode_literal_bytes (const PyrogValue *value,
                                          const char *root,
                                          PyrogBuffer *out,
                                          GError **error)
{
  return encode (value, root, out, TRUE, error);
}
