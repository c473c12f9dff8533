/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "codec-check.h"

#include <string.h>

#include "canonical.h"
#include "golden.h"
#include "pyrog-error.h"

static void
assert_value (const PyrogValue *value, const char *expected)
{
  g_autofree char *text = pyrog_value_to_canonical (value);

  g_assert_cmpstr (text, ==, expected);
}

/* A copy of exactly its size, so that a sanitizer sees a read beyond it */
static guint8 *
exact_copy (gconstpointer data, gsize size)
{
  guint8 *copy = g_malloc (MAX (size, 1));

  if (size > 0)
    memcpy (copy, data, size);
  return copy;
}

/* ---- Single values ---- */

void
codec_check_decodes (const PyrogCodec *codec, const char *hex, const char *expected)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GByteArray) bytes = golden_unhex (hex);
  g_autofree guint8 *copy = exact_copy (bytes->data, bytes->len);
  g_autoptr (GError) error = NULL;
  PyrogValue value;

  g_test_message ("%s", hex);
  g_assert_true (codec->decode (arena, copy, bytes->len, &value, &error));
  g_assert_no_error (error);
  if (expected != NULL)
    assert_value (&value, expected);
}

void
codec_check_refuses (const PyrogCodec *codec, const char *hex, int code, const char *text)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GByteArray) bytes = golden_unhex (hex);
  g_autofree guint8 *copy = exact_copy (bytes->data, bytes->len);
  g_autoptr (GError) error = NULL;
  PyrogValue value = pyrog_value_int (4711);

  g_test_message ("%s: %s", hex, text);
  g_assert_false (codec->decode (arena, copy, bytes->len, &value, &error));
  g_assert_error (error, PYROG_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_error ("‘%s’ does not say ‘%s’", error->message, text);
  g_assert_cmpint (value.integer, ==, 4711);
}

void
codec_check_cant_encode (const PyrogCodec *codec,
                         const char *value_text,
                         const char *root,
                         const char *message)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogValue value = pyrog_value_from_canonical (arena, value_text);
  PyrogBuffer out;

  g_test_message ("%s", value_text);
  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_buffer_append_text (&out, "before");
  g_assert_false (codec->encode (&value, root, &out, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpuint (out.size, ==, 6);
  pyrog_buffer_clear (&out);
}

void
codec_check_bytes (const void *found, gsize found_size, const void *expected, gsize size)
{
  g_assert_cmpuint (found_size, ==, size);
  g_assert_true (memcmp (found, expected, size) == 0);
}

int
codec_check_budget (
    const PyrogCodec *codec, const guint8 *data, gsize size, gsize max_bytes, gsize max_values)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogValue value;

  pyrog_arena_set_budget (arena, max_bytes, max_values);
  if (codec->decode (arena, data, size, &value, &error))
    return -1;
  g_assert_true (error->domain == PYROG_ERROR);
  return error->code;
}

/* ---- Random values ---- */

static guint
random_bits (guint mask)
{
  return (guint) g_test_rand_int () & mask;
}

static PyrogKind
random_kind (guint kinds)
{
  guint kind;

  do
    kind = (guint) g_test_rand_int_range (0, PYROG_KIND_DATE + 1);
  while ((kinds & 1u << kind) == 0);
  return kind;
}

static void
random_text (GString *out)
{
  gint32 length = g_test_rand_int_range (0, 40);

  g_string_append (out, "s:\"");
  for (gint32 i = 0; i < length; i++)
    {
      char utf8[6];
      gint32 top = g_test_rand_int_range (0, 8) == 0 ? 0x110000 : 0x180;
      gunichar c = (gunichar) g_test_rand_int_range (0, top);
      if (c >= 0xd800 && c < 0xe000)
        c = 'x';
      for (gint byte = 0, n = g_unichar_to_utf8 (c, utf8); byte < n; byte++)
        g_string_append_printf (out, "\\x%02x", (guint8) utf8[byte]);
    }
  g_string_append_c (out, '"');
}

static void
random_int (GString *out, PyrogKind kind)
{
  gint32 bits = g_test_rand_int_range (0, 63);
  guint64 magnitude = ((guint64) random_bits (G_MAXUINT) << 32 | random_bits (G_MAXUINT)) >> 2;
  gint64 value = (gint64) (magnitude >> (62 - bits)) * (g_test_rand_bit () ? -1 : 1);

  if (kind == PYROG_KIND_UINT)
    g_string_append_printf (out, "i:%" G_GUINT64_FORMAT,
                            (guint64) value | G_GUINT64_CONSTANT (1) << 63);
  else if (kind == PYROG_KIND_INT)
    g_string_append_printf (out, "i:%" G_GINT64_FORMAT, value);
  else
    {
      g_string_append (out, g_test_rand_bit () ? "i:-3" : "i:3");
      for (gint32 i = g_test_rand_int_range (19, 90); i > 0; i--)
        g_string_append_printf (out, "%d", g_test_rand_int_range (0, 10));
    }
}

static void random_value (GString *out, guint kinds, guint depth);

static void
random_items (GString *out, PyrogKind kind, guint kinds, guint depth)
{
  static const char *const brackets[] = { "[]", "()", "{}", "{}", "{}" };
  static const char *const starts[] = { "", "", "s ", "f ", "d " };
  guint index = kind - PYROG_KIND_LIST;
  /* Sets are of different ints and dicts have different str keys, so that nothing is dropped */
  gboolean is_set = kind == PYROG_KIND_SET || kind == PYROG_KIND_FROZENSET;
  gint32 count = depth > 4 ? 1 : g_test_rand_int_range (1, 6);

  g_string_append_printf (out, "%c%s", brackets[index][0], starts[index]);
  for (gint32 i = 0; i < count; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      if (kind == PYROG_KIND_DICT)
        g_string_append_printf (out, "s:\"key%d\"=", i);
      if (is_set)
        g_string_append_printf (out, "i:%d", i * 1000);
      else
        random_value (out, kinds, depth + 1);
    }
  g_string_append_c (out, brackets[index][1]);
}

static void
random_value (GString *out, guint kinds, guint depth)
{
  PyrogKind kind = random_kind (depth > 5 ? kinds & 0x1ff : kinds);

  switch (kind)
    {
    case PYROG_KIND_NONE:
      g_string_append (out, "None");
      break;
    case PYROG_KIND_BOOL:
      g_string_append (out, g_test_rand_bit () ? "True" : "False");
      break;
    case PYROG_KIND_INT:
    case PYROG_KIND_UINT:
    case PYROG_KIND_BIG_INT:
      random_int (out, kind);
      break;
    case PYROG_KIND_FLOAT:
      g_string_append_printf (out, "f:40%06x%08x", random_bits (0xffffff), random_bits (G_MAXUINT));
      break;
    case PYROG_KIND_COMPLEX:
      g_string_append_printf (out, "c:40%06x000000003ff%05x00000000", random_bits (0xffffff),
                              random_bits (0xfffff));
      break;
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
      random_text (out);
      break;
    case PYROG_KIND_BYTES:
      g_string_append (out, "b:");
      for (gint32 i = g_test_rand_int_range (0, 300); i > 0; i--)
        g_string_append_printf (out, "%02x", random_bits (0xff));
      break;
    case PYROG_KIND_DATETIME:
      g_string_append_printf (out, "t:41d%05x%08x", random_bits (0xfffff), random_bits (G_MAXUINT));
      break;
    case PYROG_KIND_DATE:
      g_string_append_printf (out, "o:%d", g_test_rand_int_range (1, 3652060));
      break;
    default:
      random_items (out, kind, kinds, depth);
    }
}

void
codec_check_random (const PyrogCodec *codec, guint count, guint kinds)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  for (guint i = 0; i < count; i++)
    {
      g_string_truncate (text, 0);
      random_value (text, kinds, 0);
      PyrogValue again, value = pyrog_value_from_canonical (arena, text->str);
      g_autofree char *expected = pyrog_value_to_canonical (&value);
      g_assert_true (codec->encode (&value, "value", &out, &error));
      g_assert_true (codec->decode (arena, out.data, out.size, &again, &error));
      g_assert_no_error (error);
      assert_value (&again, expected);
      pyrog_buffer_reset (&out, G_MAXSIZE);
      pyrog_arena_reset (arena);
    }
  pyrog_buffer_clear (&out);
}
