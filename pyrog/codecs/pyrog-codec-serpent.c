/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec-serpent.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pyrog-codec-text.h"
#include "pyrog-error.h"
#include "pyrog-number.h"

/* Reads the literals of Python that serpent and its ports to other languages write, and nothing
 * else: no names but None, True and False, no calls, no operators but a sign and the two parts of a
 * complex number, no concatenation, no comments but in the header line. */

/* Parentheses that make no tuple are no containers, but they nest */
#define MAX_PARENTHESES (2 * PYROG_MAX_DEPTH)

/* This many decimal digits always fit gint64 */
#define SAFE_DIGITS 18

typedef struct
{
  PyrogBuilder builder;
  const char *p;
  const char *end;
  const char *start;
  guint nesting; /* of read_value in itself */
} Reader;

static gboolean read_value (Reader *reader);

static gboolean
malformed (Reader *reader)
{
  return pyrog_builder_fail (&reader->builder, PYROG_ERROR_SERIALIZE,
                             _ ("The serpent text is malformed at byte %" G_GSIZE_FORMAT),
                             (gsize) (reader->p - reader->start));
}

/* The next byte that is not blank, or NUL at the end; NUL never stands in the text */
static char
peek (Reader *reader)
{
  while (reader->p < reader->end)
    {
      char c = *reader->p;
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f')
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

/* What one unsigned number literal is */
typedef struct
{
  const char *text;
  gsize size;
  gboolean is_float;
  gboolean is_imaginary;
} Literal;

static void
skip_digits (Reader *reader)
{
  while (reader->p < reader->end && g_ascii_isdigit (*reader->p))
    reader->p++;
}

static gboolean
scan_literal (Reader *reader, Literal *literal)
{
  literal->text = reader->p;
  skip_digits (reader);
  gsize int_size = (gsize) (reader->p - literal->text);
  const char *int_end = reader->p;
  if (reader->p < reader->end && *reader->p == '.')
    {
      reader->p++;
      skip_digits (reader);
    }
  if (int_size == 0 && reader->p - int_end <= 1)
    return malformed (reader);
  if (reader->p < reader->end && (*reader->p == 'e' || *reader->p == 'E'))
    {
      reader->p++;
      if (reader->p < reader->end && (*reader->p == '-' || *reader->p == '+'))
        reader->p++;
      skip_digits (reader);
    }
  literal->size = (gsize) (reader->p - literal->text);
  literal->is_float = reader->p != int_end;
  literal->is_imaginary = reader->p < reader->end && *reader->p == 'j';
  if (literal->is_imaginary)
    reader->p++;
  else if (!literal->is_float && int_size > 1 && literal->text[0] == '0')
    return malformed (reader);
  return TRUE;
}

/* The sign in front of a literal: 1 or -1 */
static double
scan_sign (Reader *reader)
{
  if (accept (reader, '-'))
    return -1;
  accept (reader, '+');
  return 1;
}

static gboolean
literal_to_double (Reader *reader, const Literal *literal, double *value)
{
  return pyrog_number_read_float (literal->text, literal->size, value) || malformed (reader);
}

static gboolean
add_complex (Reader *reader, double real, double imaginary)
{
  double *parts
      = pyrog_arena_alloc (reader->builder.arena, 2 * sizeof (double), &reader->builder.error);

  if (parts == NULL)
    return FALSE;
  parts[0] = real;
  parts[1] = imaginary;
  PyrogValue value = { .kind = PYROG_KIND_COMPLEX, .parts = parts };
  return pyrog_builder_add (&reader->builder, &value);
}

/* A number was read; a sign behind it makes it the real part of a complex number */
static gboolean
read_imaginary_part (Reader *reader, double real)
{
  Literal literal;
  double imaginary;
  double sign = scan_sign (reader);

  peek (reader);
  if (!scan_literal (reader, &literal))
    return FALSE;
  if (!literal.is_imaginary)
    return malformed (reader);
  return literal_to_double (reader, &literal, &imaginary)
         && add_complex (reader, real, sign * imaginary);
}

static gboolean
add_int (Reader *reader, double sign, const Literal *literal)
{
  gint64 integer;

  if (pyrog_number_read_int (literal->text, literal->size, &integer))
    return pyrog_builder_int (&reader->builder, sign < 0 ? -integer : integer);
  if (sign > 0)
    return pyrog_builder_decimal (&reader->builder, literal->text, literal->size);
  g_autofree char *text = g_strdup_printf (
      "-%.*s", (int) MIN (literal->size, 2 * PYROG_MAX_INT_DIGITS), literal->text);
  return pyrog_builder_decimal (&reader->builder, text, strlen (text));
}

/* Most numbers: up to SAFE_DIGITS digits, with an end that is certainly one */
static gboolean
read_short_int (Reader *reader, gint64 *integer)
{
  const char *p = reader->p;
  gboolean negative = *p == '-';
  gint64 value = 0;

  p += negative;
  const char *digits = p;
  while (p < reader->end && g_ascii_isdigit (*p) && p - digits < SAFE_DIGITS)
    value = value * 10 + (*p++ - '0');
  if (p == digits || p == reader->end || (*digits == '0' && p - digits > 1)
      || strchr (",)]}:", *p) == NULL)
    return FALSE;
  reader->p = p;
  *integer = negative ? -value : value;
  return TRUE;
}

static gboolean
read_number (Reader *reader)
{
  gint64 integer;
  Literal literal;
  double value = 0;

  if (read_short_int (reader, &integer))
    return pyrog_builder_int (&reader->builder, integer);
  double sign = scan_sign (reader);
  peek (reader);
  if (!scan_literal (reader, &literal))
    return FALSE;
  char next = peek (reader);
  gboolean is_complex = next == '+' || next == '-';
  if ((literal.is_float || literal.is_imaginary || is_complex)
      && !literal_to_double (reader, &literal, &value))
    return FALSE;
  if (literal.is_imaginary)
    return is_complex ? malformed (reader)
                      : add_complex (reader, sign < 0 ? -0.0 : 0.0, sign * value);
  if (is_complex)
    return read_imaginary_part (reader, sign * value);
  if (literal.is_float)
    return pyrog_builder_float (&reader->builder, sign * value);
  return add_int (reader, sign, &literal);
}

/* ---- Text ---- */

static gsize
put_utf8 (char *out, gunichar c)
{
  /* Lone surrogates too: three bytes, as WTF-8 */
  return (gsize) g_unichar_to_utf8 (c, out);
}

static gboolean
read_hex (Reader *reader, guint digits, gunichar *c)
{
  *c = 0;
  for (guint i = 0; i < digits; i++)
    {
      gint digit = reader->p < reader->end ? g_ascii_xdigit_value (*reader->p) : -1;
      if (digit < 0)
        return malformed (reader);
      *c = *c << 4 | (gunichar) digit;
      reader->p++;
    }
  return *c <= 0x10ffff || malformed (reader);
}

static gunichar
read_octal (Reader *reader, char first)
{
  gunichar c = (gunichar) (first - '0');

  for (guint i = 0; i < 2 && reader->p < reader->end && *reader->p >= '0' && *reader->p <= '7'; i++)
    c = c << 3 | (gunichar) (*reader->p++ - '0');
  return c;
}

/* Reads what follows a backslash. keep: Python leaves an unknown escape as it is. */
static gboolean
read_escape (Reader *reader, gboolean is_bytes, gunichar *c, gboolean *keep)
{
  static const char names[] = "\\'\"abfnrtv";
  static const char values[] = "\\'\"\a\b\f\n\r\t\v";
  char escape = *reader->p++;
  const char *found = escape != '\0' ? strchr (names, escape) : NULL;

  *keep = FALSE;
  if (found != NULL)
    *c = (gunichar) values[found - names];
  else if (escape >= '0' && escape <= '7')
    *c = read_octal (reader, escape);
  else if (escape == 'x')
    return read_hex (reader, 2, c);
  else if (!is_bytes && (escape == 'u' || escape == 'U'))
    return read_hex (reader, escape == 'u' ? 4 : 8, c);
  else if (!is_bytes && escape == 'N')
    return malformed (reader);
  else
    {
      *keep = TRUE;
      reader->p--;
    }
  return TRUE;
}

/* Reads on behind the first backslash. The result is never longer than its source. */
static gboolean
read_escaped (Reader *reader, char quote, gboolean is_bytes, char *out, gsize *size)
{
  gsize length = 0;

  while (reader->p < reader->end && *reader->p != quote)
    {
      gunichar c = 0;
      gboolean keep;

      if (*reader->p == '\n' || *reader->p == '\r')
        return malformed (reader);
      if (*reader->p != '\\')
        {
          out[length++] = *reader->p++;
          continue;
        }
      if (++reader->p == reader->end)
        return malformed (reader);
      if (*reader->p == '\n')
        {
          reader->p++;
          continue;
        }
      if (!read_escape (reader, is_bytes, &c, &keep))
        return FALSE;
      if (keep)
        out[length++] = '\\';
      else if (is_bytes)
        out[length++] = (char) c;
      else
        length += put_utf8 (out + length, c);
    }
  *size = length;
  return TRUE;
}

static gboolean
read_text_with_escapes (Reader *reader, const char *start, char quote, gboolean is_bytes)
{
  gsize plain = (gsize) (reader->p - start);
  const char *close = reader->p;
  gsize size = 0;

  while (close < reader->end && *close != quote)
    close += *close == '\\' && close + 1 < reader->end ? 2 : 1;
  if (close >= reader->end)
    return malformed (reader);
  char *text
      = pyrog_arena_alloc (reader->builder.arena, (gsize) (close - start), &reader->builder.error);
  if (text == NULL)
    return FALSE;
  memcpy (text, start, plain);
  if (!read_escaped (reader, quote, is_bytes, text + plain, &size))
    return FALSE;
  if (reader->p == reader->end)
    return malformed (reader);
  reader->p++;
  if (is_bytes)
    return pyrog_builder_bytes (&reader->builder, text, plain + size);
  return pyrog_builder_str (&reader->builder, text, plain + size);
}

static gboolean
is_ascii (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    {
      if ((guint8) text[i] >= 0x80)
        return FALSE;
    }
  return TRUE;
}

/* Stops at the quote, at a backslash, and where a line ends; other control characters are text */
static void
skip_plain (Reader *reader, char quote)
{
  reader->p = pyrog_codec_text_skip (reader->p, reader->end, quote);
  while (reader->p < reader->end && (guint8) *reader->p < 0x20 && *reader->p != '\n'
         && *reader->p != '\r')
    reader->p = pyrog_codec_text_skip (reader->p + 1, reader->end, quote);
}

static gboolean
read_text (Reader *reader, gboolean is_bytes)
{
  char quote = *reader->p++;
  const char *start = reader->p;

  skip_plain (reader, quote);
  gsize size = (gsize) (reader->p - start);
  if (reader->p == reader->end || *reader->p == '\n' || *reader->p == '\r'
      || (is_bytes && !is_ascii (start, size)))
    return malformed (reader);
  if (*reader->p == '\\')
    return read_text_with_escapes (reader, start, quote, is_bytes);
  reader->p++;
  if (is_bytes)
    return pyrog_builder_bytes (&reader->builder, start, size);
  return pyrog_builder_utf8 (&reader->builder, start, size);
}

/* ---- Containers ---- */

/* serpent has no literal for nan; a dict stands for it */
static void
replace_nan (PyrogValue *dict)
{
  if (dict != NULL && dict->size == 2 && pyrog_value_is_text (&dict->items[0], "__class__")
      && pyrog_value_is_text (&dict->items[1], "float")
      && pyrog_value_is_text (&dict->items[2], "value")
      && pyrog_value_is_text (&dict->items[3], "nan"))
    *dict = pyrog_value_float (NAN);
}

/* Behind an item: a comma, the closing bracket, or both */
static gboolean
read_separator (Reader *reader, char close, gboolean *done)
{
  gboolean comma = accept (reader, ',');

  *done = accept (reader, close);
  return comma || *done || malformed (reader);
}

static gboolean
read_items (Reader *reader, char close)
{
  gboolean done = accept (reader, close);

  while (!done)
    {
      if (!read_value (reader) || !read_separator (reader, close, &done))
        return FALSE;
    }
  return pyrog_builder_close (&reader->builder);
}

static gboolean
read_list (Reader *reader)
{
  return pyrog_builder_open (&reader->builder, PYROG_KIND_LIST) && read_items (reader, ']');
}

/* A number in parentheses, as serpent writes complex ones, nests in nothing */
static gboolean
read_tuple_from_number (Reader *reader)
{
  if (!read_number (reader))
    return FALSE;
  if (accept (reader, ')'))
    return TRUE;
  if (!accept (reader, ','))
    return malformed (reader);
  return pyrog_builder_open_around (&reader->builder, PYROG_KIND_TUPLE) && read_items (reader, ')');
}

static gboolean
read_tuple (Reader *reader)
{
  char first = peek (reader);

  if (g_ascii_isdigit (first) || first == '-' || first == '+' || first == '.')
    return read_tuple_from_number (reader);
  if (!pyrog_builder_open (&reader->builder, PYROG_KIND_TUPLE))
    return FALSE;
  if (accept (reader, ')'))
    return pyrog_builder_close (&reader->builder);
  if (!read_value (reader))
    return FALSE;
  if (accept (reader, ')'))
    {
      pyrog_builder_dissolve (&reader->builder);
      return TRUE;
    }
  return accept (reader, ',') ? read_items (reader, ')') : malformed (reader);
}

static gboolean
read_pairs (Reader *reader)
{
  gboolean done = FALSE;

  while (!done)
    {
      if (!accept (reader, ':'))
        return malformed (reader);
      if (!read_value (reader) || !read_separator (reader, '}', &done)
          || (!done && !read_value (reader)))
        return FALSE;
    }
  if (!pyrog_builder_close (&reader->builder))
    return FALSE;
  replace_nan (pyrog_builder_last (&reader->builder));
  return TRUE;
}

static gboolean
read_set_or_dict (Reader *reader)
{
  gboolean done;

  if (!pyrog_builder_open (&reader->builder, PYROG_KIND_DICT))
    return FALSE;
  if (accept (reader, '}'))
    return pyrog_builder_close (&reader->builder);
  if (!read_value (reader))
    return FALSE;
  if (peek (reader) == ':')
    return read_pairs (reader);
  pyrog_builder_set_kind (&reader->builder, PYROG_KIND_SET);
  if (!read_separator (reader, '}', &done))
    return FALSE;
  return done ? pyrog_builder_close (&reader->builder) : read_items (reader, '}');
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
    { "None", { .kind = PYROG_KIND_NONE } },
    { "True", { .kind = PYROG_KIND_BOOL, .boolean = TRUE } },
    { "False", { .kind = PYROG_KIND_BOOL, .boolean = FALSE } },
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

static gboolean
read_prefixed_text (Reader *reader)
{
  gboolean is_bytes = *reader->p == 'b';

  reader->p++;
  if (reader->p == reader->end || (*reader->p != '\'' && *reader->p != '"'))
    return malformed (reader);
  return read_text (reader, is_bytes);
}

static gboolean
read_any (Reader *reader)
{
  switch (peek (reader))
    {
    case '0' ... '9':
    case '-':
    case '+':
    case '.':
      return read_number (reader);
    case '\'':
    case '"':
      return read_text (reader, FALSE);
    case 'b':
    case 'u':
      return read_prefixed_text (reader);
    case '(':
      reader->p++;
      return read_tuple (reader);
    case '[':
      reader->p++;
      return read_list (reader);
    case '{':
      reader->p++;
      return read_set_or_dict (reader);
    default:
      return read_name (reader);
    }
}

static gboolean
read_value (Reader *reader)
{
  if (++reader->nesting > MAX_PARENTHESES)
    return malformed (reader);
  gboolean ok = read_any (reader);
  reader->nesting--;
  return ok;
}

static gboolean
read_document (Reader *reader)
{
  gsize size = (gsize) (reader->end - reader->p);

  if (!pyrog_codec_text_is_valid (reader->p, size))
    return pyrog_builder_fail (&reader->builder, PYROG_ERROR_SERIALIZE,
                               _ ("The serpent text is not UTF-8, or has NUL characters"));
  if (size > 0 && *reader->p == '#')
    {
      while (reader->p < reader->end && *reader->p != '\n' && *reader->p != '\r')
        reader->p++;
    }
  if (!read_value (reader))
    return FALSE;
  return peek (reader) == '\0' || malformed (reader);
}

static gboolean
pyrog_codec_serpent_decode (
    PyrogArena *arena, const guint8 *data, gsize size, PyrogValue *value, GError **error)
{
  Reader reader; /* its builder is large: not set to zero at first */

  reader.p = reader.start = (const char *) data;
  reader.end = reader.p + size;
  reader.nesting = 0;
  pyrog_builder_init (&reader.builder, arena);
  read_document (&reader);
  gboolean ok = pyrog_builder_finish (&reader.builder, value, error);
  pyrog_builder_clear (&reader.builder);
  return ok;
}

const PyrogCodec pyrog_codec_serpent = {
  .serializer = PYROG_SERIALIZER_SERPENT,
  .name = "serpent",
  .decode = pyrog_codec_serpent_decode,
  .encode = pyrog_codec_serpent_encode,
};
