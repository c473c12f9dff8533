/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-serpent-text.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-codec-text.h"
#include "pyrog-error.h"

gboolean
pyrog_serpent_malformed (PyrogSerpentReader *reader)
{
  return pyrog_builder_fail (&reader->builder, PYROG_ERROR_SERIALIZE,
                             _ ("The serpent text is malformed at byte %zu"),
                             (gsize) (reader->p - reader->start));
}

static gsize
put_utf8 (char *out, gunichar c)
{
  /* Lone surrogates too: three bytes, as WTF-8 */
  return (gsize) g_unichar_to_utf8 (c, out);
}

static gboolean
read_hex (PyrogSerpentReader *reader, guint digits, gunichar *c)
{
  *c = 0;
  for (guint i = 0; i < digits; i++)
    {
      gint digit = reader->p < reader->end ? g_ascii_xdigit_value (*reader->p) : -1;
      if (digit < 0)
        return pyrog_serpent_malformed (reader);
      *c = *c << 4 | (gunichar) digit;
      reader->p++;
    }
  return *c <= 0x10ffff || pyrog_serpent_malformed (reader);
}

static gunichar
read_octal (PyrogSerpentReader *reader, char first)
{
  gunichar c = (gunichar) (first - '0');

  for (guint i = 0; i < 2 && reader->p < reader->end && *reader->p >= '0' && *reader->p <= '7'; i++)
    c = c << 3 | (gunichar) (*reader->p++ - '0');
  return c;
}

/* Reads what follows a backslash. keep: Python leaves an unknown escape as it is. */
static gboolean
read_escape (PyrogSerpentReader *reader, gboolean is_bytes, gunichar *c, gboolean *keep)
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
    return pyrog_serpent_malformed (reader);
  else
    {
      *keep = TRUE;
      reader->p--;
    }
  return TRUE;
}

/* Reads on behind the first backslash. The result is never longer than its source. */
static gboolean
read_escaped (PyrogSerpentReader *reader, char quote, gboolean is_bytes, char *out, gsize *size)
{
  gsize length = 0;

  while (reader->p < reader->end && *reader->p != quote)
    {
      gunichar c = 0;
      gboolean keep;

      if (*reader->p == '\n' || *reader->p == '\r')
        return pyrog_serpent_malformed (reader);
      if (*reader->p != '\\')
        {
          out[length++] = *reader->p++;
          continue;
        }
      if (++reader->p == reader->end)
        return pyrog_serpent_malformed (reader);
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
read_text_with_escapes (PyrogSerpentReader *reader,
                        const char *start,
                        char quote,
                        gboolean is_bytes)
{
  gsize plain = (gsize) (reader->p - start);
  const char *close = reader->p;
  gsize size = 0;

  while (close < reader->end && *close != quote)
    close += *close == '\\' && close + 1 < reader->end ? 2 : 1;
  if (close >= reader->end)
    return pyrog_serpent_malformed (reader);
  char *text
      = pyrog_arena_alloc (reader->builder.arena, (gsize) (close - start), &reader->builder.error);
  if (text == NULL)
    return FALSE;
  memcpy (text, start, plain);
  if (!read_escaped (reader, quote, is_bytes, text + plain, &size))
    return FALSE;
  if (reader->p == reader->end)
    return pyrog_serpent_malformed (reader);
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
skip_plain (PyrogSerpentReader *reader, char quote)
{
  reader->p = pyrog_codec_text_skip (reader->p, reader->end, quote);
  while (reader->p < reader->end && (guint8) *reader->p < 0x20 && *reader->p != '\n'
         && *reader->p != '\r')
    reader->p = pyrog_codec_text_skip (reader->p + 1, reader->end, quote);
}

gboolean
pyrog_serpent_read_text (PyrogSerpentReader *reader, gboolean is_bytes)
{
  char quote = *reader->p++;
  const char *start = reader->p;

  skip_plain (reader, quote);
  gsize size = (gsize) (reader->p - start);
  if (reader->p == reader->end || *reader->p == '\n' || *reader->p == '\r'
      || (is_bytes && !is_ascii (start, size)))
    return pyrog_serpent_malformed (reader);
  if (*reader->p == '\\')
    return read_text_with_escapes (reader, start, quote, is_bytes);
  reader->p++;
  if (is_bytes)
    return pyrog_builder_bytes (&reader->builder, start, size);
  return pyrog_builder_utf8 (&reader->builder, start, size);
}
