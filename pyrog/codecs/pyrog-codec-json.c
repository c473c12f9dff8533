/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pyrog-codec-private.h"
#include "pyrog-codec-text.h"
#include "pyrog-error.h"
#include "pyrog-number.h"

/* Reads what Python's json.loads() reads: RFC 8259, NaN and the infinities, lone surrogates as
 * escapes. Of a repeated member the last counts, but in a call it is an error. */

/* This many decimal digits always fit gint64 */
#define SAFE_DIGITS 18

typedef struct
{
  PyrogBuilder builder;
  const char *p;
  const char *end;
  const char *start;
  gboolean is_call;
} Reader;

static gboolean read_value (Reader *reader);

static gboolean
malformed (Reader *reader)
{
  return pyrog_builder_fail (&reader->builder, PYROG_ERROR_SERIALIZE,
                             _ ("The json text is malformed at byte %zu"),
                             (gsize) (reader->p - reader->start));
}

/* The next byte that is not blank, or NUL at the end; NUL never stands in the text */
static char
peek (Reader *reader)
{
  while (reader->p < reader->end)
    {
      char c = *reader->p;
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
        return c;
      reader->p++;
    }
  return '\0';
}

static gboolean
accept (Reader *reader, char c)
{
  if (peek (reader) != c)
    return FALSE;
  reader->p++;
  return TRUE;
}

/* ---- Numbers ---- */

/* At least one */
static gboolean
skip_digits (Reader *reader)
{
  const char *start = reader->p;

  while (reader->p < reader->end && g_ascii_isdigit (*reader->p))
    reader->p++;
  return reader->p > start || malformed (reader);
}

static gboolean
next_is (Reader *reader, char a, char b)
{
  return reader->p < reader->end && (*reader->p == a || *reader->p == b);
}

/* Reads on behind the int that starts at start */
static gboolean
read_float (Reader *reader, const char *start)
{
  double value;

  if (next_is (reader, '.', '.'))
    {
      reader->p++;
      if (!skip_digits (reader))
        return FALSE;
    }
  if (next_is (reader, 'e', 'E'))
    {
      reader->p++;
      if (next_is (reader, '-', '+'))
        reader->p++;
      if (!skip_digits (reader))
        return FALSE;
    }
  if (!pyrog_number_read_float (start, (gsize) (reader->p - start), &value))
    return malformed (reader);
  return pyrog_builder_float (&reader->builder, value);
}

static gboolean
read_number (Reader *reader)
{
  const char *start = reader->p;
  gboolean negative = *start == '-';
  const char *digits = start + negative;
  gint64 value = 0;

  reader->p = digits;
  while (reader->p < reader->end && g_ascii_isdigit (*reader->p)
         && reader->p - digits < SAFE_DIGITS)
    value = value * 10 + (*reader->p++ - '0');
  if (reader->p == digits)
    return malformed (reader);
  while (reader->p < reader->end && g_ascii_isdigit (*reader->p))
    reader->p++;
  gsize n_digits = (gsize) (reader->p - digits);
  if (*digits == '0' && n_digits > 1)
    return malformed (reader);
  if (next_is (reader, '.', '.') || next_is (reader, 'e', 'E'))
    return read_float (reader, start);
  if (n_digits > SAFE_DIGITS)
    return pyrog_builder_decimal (&reader->builder, start, (gsize) (reader->p - start));
  return pyrog_builder_int (&reader->builder, negative ? -value : value);
}

/* ---- Text ---- */

static gboolean
read_hex (Reader *reader, gunichar *c)
{
  *c = 0;
  for (guint i = 0; i < 4; i++)
    {
      gint digit = reader->p < reader->end ? g_ascii_xdigit_value (*reader->p) : -1;
      if (digit < 0)
        return malformed (reader);
      *c = *c << 4 | (gunichar) digit;
      reader->p++;
    }
  return TRUE;
}

/* Reads what follows \u; two of them make one character if they are a surrogate pair */
static gboolean
read_unicode (Reader *reader, gunichar *c)
{
  gunichar low;

  if (!read_hex (reader, c))
    return FALSE;
  if (*c < 0xd800 || *c > 0xdbff || reader->end - reader->p < 2 || reader->p[0] != '\\'
      || reader->p[1] != 'u')
    return TRUE;
  const char *after_first = reader->p;
  reader->p += 2;
  if (!read_hex (reader, &low))
    return FALSE;
  if (low >= 0xdc00 && low <= 0xdfff)
    *c = 0x10000 + ((*c - 0xd800) << 10 | (low - 0xdc00));
  else
    reader->p = after_first;
  return TRUE;
}

/* Reads what follows a backslash */
static gboolean
read_escape (Reader *reader, gunichar *c)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  const char *found = reader->p < reader->end ? strchr (names, *reader->p) : NULL;

  if (reader->p == reader->end || (found == NULL && *reader->p != 'u'))
    return malformed (reader);
  reader->p++;
  if (found == NULL)
    return read_unicode (reader, c);
  *c = (gunichar) values[found - names];
  return TRUE;
}

/* The length of what is left of the text, escapes included */
static gsize
measure_text (Reader *reader)
{
  const char *p = reader->p;

  while (p < reader->end && *p != '"')
    p += *p == '\\' && reader->end - p > 1 ? 2 : 1;
  return (gsize) (p - reader->p);
}

/* Reads on at the first backslash. The result is never longer than its source. */
static gboolean
read_text_with_escapes (Reader *reader, const char *start)
{
  gsize size = (gsize) (reader->p - start);
  char *text = pyrog_arena_alloc (reader->builder.arena, size + measure_text (reader),
                                  &reader->builder.error);
  gunichar c = 0;

  if (text == NULL)
    return FALSE;
  memcpy (text, start, size);
  while (reader->p < reader->end && *reader->p == '\\')
    {
      reader->p++;
      if (!read_escape (reader, &c))
        return FALSE;
      /* Lone surrogates too: three bytes, as WTF-8 */
      size += (gsize) g_unichar_to_utf8 (c, text + size);
      start = reader->p;
      reader->p = pyrog_codec_text_skip (start, reader->end, '"');
      memcpy (text + size, start, (gsize) (reader->p - start));
      size += (gsize) (reader->p - start);
    }
  if (reader->p == reader->end || *reader->p != '"')
    return malformed (reader);
  reader->p++;
  return pyrog_builder_str (&reader->builder, text, size);
}

static gboolean
read_text (Reader *reader)
{
  const char *start = ++reader->p;

  reader->p = pyrog_codec_text_skip (start, reader->end, '"');
  if (reader->p < reader->end && *reader->p == '\\')
    return read_text_with_escapes (reader, start);
  if (reader->p == reader->end || *reader->p != '"')
    return malformed (reader);
  return pyrog_builder_utf8 (&reader->builder, start, (gsize) (reader->p++ - start));
}

/* ---- Containers ---- */

static gboolean
read_list (Reader *reader)
{
  reader->p++;
  if (!pyrog_builder_open (&reader->builder, PYROG_KIND_LIST))
    return FALSE;
  if (accept (reader, ']'))
    return pyrog_builder_close (&reader->builder);
  do
    {
      if (!read_value (reader))
        return FALSE;
    }
  while (accept (reader, ','));
  return accept (reader, ']') ? pyrog_builder_close (&reader->builder) : malformed (reader);
}

static gboolean
close_dict (Reader *reader)
{
  gboolean is_outermost = reader->builder.depth == 1;
  gsize n_members = pyrog_builder_count (&reader->builder) / 2;

  if (!pyrog_builder_close (&reader->builder))
    return FALSE;
  if (reader->is_call && is_outermost && pyrog_builder_last (&reader->builder)->size != n_members)
    return pyrog_builder_fail (&reader->builder, PYROG_ERROR_SERIALIZE,
                               _ ("A call is malformed: a member is repeated"));
  return TRUE;
}

static gboolean
read_dict (Reader *reader)
{
  reader->p++;
  if (!pyrog_builder_open (&reader->builder, PYROG_KIND_DICT))
    return FALSE;
  if (accept (reader, '}'))
    return close_dict (reader);
  do
    {
      if (peek (reader) != '"')
        return malformed (reader);
      if (!read_text (reader))
        return FALSE;
      if (!accept (reader, ':'))
        return malformed (reader);
      if (!read_value (reader))
        return FALSE;
    }
  while (accept (reader, ','));
  return accept (reader, '}') ? close_dict (reader) : malformed (reader);
}

/* ---- Everything ---- */

static gboolean
read_name (Reader *reader)
{
  static const struct
  {
    const char *name;
    PyrogValue value;
  } names[] = {
    { "null", { .kind = PYROG_KIND_NONE } },
    { "true", { .kind = PYROG_KIND_BOOL, .boolean = TRUE } },
    { "false", { .kind = PYROG_KIND_BOOL, .boolean = FALSE } },
    { "NaN", { .kind = PYROG_KIND_FLOAT, .real = NAN } },
    { "Infinity", { .kind = PYROG_KIND_FLOAT, .real = INFINITY } },
    { "-Infinity", { .kind = PYROG_KIND_FLOAT, .real = -INFINITY } },
  };
  gsize left = (gsize) (reader->end - reader->p);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize size = strlen (names[i].name);
      if (left >= size && memcmp (reader->p, names[i].name, size) == 0)
        {
          reader->p += size;
          return pyrog_builder_add (&reader->builder, &names[i].value);
        }
    }
  return malformed (reader);
}

/* The builder's limit of depth bounds the recursion */
static gboolean
read_value (Reader *reader)
{
  switch (peek (reader))
    {
    case '-':
      if (reader->end - reader->p > 1 && reader->p[1] == 'I')
        return read_name (reader);
      return read_number (reader);
    case '0' ... '9':
      return read_number (reader);
    case '"':
      return read_text (reader);
    case '[':
      return read_list (reader);
    case '{':
      return read_dict (reader);
    default:
      return read_name (reader);
    }
}

static gboolean
read_document (Reader *reader)
{
  if (!pyrog_codec_text_is_valid (reader->p, (gsize) (reader->end - reader->p)))
    return pyrog_builder_fail (&reader->builder, PYROG_ERROR_SERIALIZE,
                               _ ("The json text is not UTF-8, or has NUL characters"));
  return read_value (reader) && (peek (reader) == '\0' || malformed (reader));
}

static gboolean
decode (PyrogArena *arena,
        const guint8 *data,
        gsize size,
        gboolean is_call,
        PyrogValue *value,
        GError **error)
{
  Reader reader; /* its builder is large: not set to zero at first */

  reader.p = reader.start = (const char *) data;
  reader.end = reader.p + size;
  reader.is_call = is_call;
  pyrog_builder_init (&reader.builder, arena);
  read_document (&reader);
  gboolean ok = pyrog_builder_finish (&reader.builder, value, error);
  pyrog_builder_clear (&reader.builder);
  return ok;
}

gboolean
pyrog_codec_json_decode_call (
    PyrogArena *arena, const guint8 *data, gsize size, PyrogValue *value, GError **error)
{
  return decode (arena, data, size, TRUE, value, error);
}

static gboolean
pyrog_codec_json_decode (
    PyrogArena *arena, const guint8 *data, gsize size, PyrogValue *value, GError **error)
{
  return decode (arena, data, size, FALSE, value, error);
}

const PyrogCodec pyrog_codec_json = {
  .serializer = PYROG_SERIALIZER_JSON,
  .name = "json",
  .decode = pyrog_codec_json_decode,
  .encode = pyrog_codec_json_encode,
};
