/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec-text.h"

#include <string.h>

/* A byte in all eight places */
#define EVERY(byte) ((guint8) (byte) *G_GUINT64_CONSTANT (0x0101010101010101))
#define TOP_BITS EVERY (0x80)

static guint64
load (const char *p)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  return GUINT64_FROM_LE (word);
}

/* The top bits of bytes below limit (up to 0x80). The lowest one that is set is right; those above
 * it may be wrong. */
static guint64
has_below (guint64 word, guint8 limit)
{
  return (word - EVERY (limit)) & ~word & TOP_BITS;
}

static guint64
has_byte (guint64 word, char byte)
{
  return has_below (word ^ EVERY (byte), 1);
}

/* The number of bytes below the lowest top bit */
static gsize
first_byte (guint64 top_bits)
{
  return (gsize) __builtin_ctzll (top_bits) / 8;
}

gboolean
pyrog_codec_text_is_valid (const char *text, gsize size)
{
  const char *p = text;
  const char *end = text + size;

  while (end - p >= 8 && ((load (p) & TOP_BITS) | has_below (load (p), 1)) == 0)
    p += 8;
  while (p < end && (guint8) (*p - 1) < 0x7f)
    p++;
  return p == end || g_utf8_validate_len (p, (gsize) (end - p), NULL);
}

const char *
pyrog_codec_text_skip (const char *text, const char *end, char quote)
{
  while (end - text >= 8)
    {
      guint64 word = load (text);
      guint64 found = has_below (word, 0x20) | has_byte (word, quote) | has_byte (word, '\\');
      if (found != 0)
        return text + first_byte (found);
      text += 8;
    }
  while (text < end && (guint8) *text >= 0x20 && *text != quote && *text != '\\')
    text++;
  return text;
}

const char *
pyrog_codec_text_skip_ascii (const char *text, const char *end, char quote)
{
  while (end - text >= 8)
    {
      guint64 word = load (text);
      guint64 found = has_below (word, 0x20) | has_byte (word, quote) | has_byte (word, '\\')
                      | has_byte (word, 0x7f) | (word & TOP_BITS);
      if (found != 0)
        return text + first_byte (found);
      text += 8;
    }
  while (text < end && (guint8) (*text - 0x20) < 0x5f && *text != quote && *text != '\\')
    text++;
  return text;
}
