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
#include "pyrog-serpent-text.h"

/* Reads the literals of Python that serpent and its ports to other languages write, and nothing
 * else: no names but None, True and False, no calls, no operators but a sign and the two parts of a
 * complex number, no concatenation, no comments but in the header line. */

/* Parentheses that make no tuple are no containers, but they nest */
#define MAX_PARENTHESES (2 * PYROG_MAX_DEPTH)

/* This many decimal digits always fit gint64 */
#define SAFE_DIGITS 18

typedef PyrogSerpentReader Reader;

static gboolean read_value (Reader *reader);

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
    return pyrog_serpent_malformed (reader);
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
    return pyrog_serpent_malformed (reader);
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
  return pyrog_number_read_float (literal->text, literal->size, value)
         || pyrog_serpent_malformed (reader);
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
    return pyrog_serpent_malformed (reader);
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
  if (p == digits || (*digits == '0' && p - digits > 1)
      || (p < reader->end && strchr (",)]}:", *p) == NULL))
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
    return is_complex ? pyrog_serpent_malformed (reader)
                      : add_complex (reader, sign < 0 ? -0.0 : 0.0, sign * value);
  if (is_complex)
    return read_imaginary_part (reader, sign * value);
  if (literal.is_float)
    return pyrog_builder_float (&reader->builder, sign * value);
  return add_int (reader, sign, &literal);
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
  return comma || *done || pyrog_serpent_malformed (reader);
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
    return pyrog_serpent_malformed (reader);
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
  return accept (reader, ',') ? read_items (reader, ')') : pyrog_serpent_malformed (reader);
}

static gboolean
read_pairs (Reader *reader)
{
  gboolean done = FALSE;

  while (!done)
    {
      if (!accept (reader, ':'))
        return pyrog_serpent_malformed (reader);
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
  return pyrog_serpent_malformed (reader);
}

static gboolean
read_prefixed_text (Reader *reader)
{
  gboolean is_bytes = *reader->p == 'b';

  reader->p++;
  if (reader->p == reader->end || (*reader->p != '\'' && *reader->p != '"'))
    return pyrog_serpent_malformed (reader);
  return pyrog_serpent_read_text (reader, is_bytes);
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
      return pyrog_serpent_read_text (reader, FALSE);
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
    return pyrog_serpent_malformed (reader);
  gboolean ok = read_any (reader);
  reader->nesting--;
  return ok;
}

/* The only line that may be a comment */
static void
skip_header (Reader *reader)
{
  gsize usual = strlen (PYROG_SERPENT_HEADER);

  if ((gsize) (reader->end - reader->p) > usual
      && memcmp (reader->p, PYROG_SERPENT_HEADER, usual) == 0)
    reader->p += usual;
  else if (reader->p < reader->end && *reader->p == '#')
    {
      while (reader->p < reader->end && *reader->p != '\n' && *reader->p != '\r')
        reader->p++;
    }
}

static gboolean
read_document (Reader *reader)
{
  gsize size = (gsize) (reader->end - reader->p);

  if (!pyrog_codec_text_is_valid (reader->p, size))
    return pyrog_builder_fail (&reader->builder, PYROG_ERROR_SERIALIZE,
                               _ ("The serpent text is not UTF-8, or has NUL characters"));
  skip_header (reader);
  if (!read_value (reader))
    return FALSE;
  return peek (reader) == '\0' || pyrog_serpent_malformed (reader);
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

const PyrogCodec pyrog_codec_serpent_literal_bytes = {
  .serializer = PYROG_SERIALIZER_SERPENT,
  .name = "serpent",
  .decode = pyrog_codec_serpent_decode,
  .encode = pyrog_codec_serpent_encode_literal_bytes,
};
