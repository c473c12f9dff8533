/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "canonical.h"
#include "golden.h"
#include "pyrog/codecs/pyrog-codec.h"

/* Every codec against the real Pyro5's bytes. A block that fails does not end its test: all of
 * them are told. */

#define MAX_SHOWN 300
#define MAX_SIZE 10000000

static Golden *
open_for (const PyrogCodec *codec)
{
  g_autofree char *file = g_strconcat (codec->name, ".txt", NULL);

  return golden_open (file);
}

static void
fail (const char *what, const char *expected, const char *found)
{
  g_test_message ("%s: expected %.*s, found %.*s", what, MAX_SHOWN, expected, MAX_SHOWN, found);
  g_test_fail ();
}

/* The four parts of a call as a tuple, as the golden data have them */
static gboolean
decode_call (
    const PyrogCodec *codec, PyrogArena *arena, GBytes *bytes, PyrogValue *value, GError **error)
{
  PyrogCallParts call;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (!pyrog_codec_decode_call (codec, arena, data, size, &call, error))
    return FALSE;
  const PyrogValue parts[4] = { call.object, call.method, call.args, call.kwargs };
  *value = (PyrogValue){ .kind = PYROG_KIND_TUPLE, .size = 4 };
  value->items = pyrog_arena_copy (arena, parts, sizeof parts, error);
  return value->items != NULL;
}

static gboolean
decode (const PyrogCodec *codec,
        Golden *golden,
        PyrogArena *arena,
        GBytes *bytes,
        PyrogValue *value,
        GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (golden_has_flag (golden, "call"))
    return decode_call (codec, arena, bytes, value, error);
  return codec->decode (arena, data, size, value, error);
}

static gboolean
encode (
    const PyrogCodec *codec, Golden *golden, PyrogArena *arena, PyrogBuffer *out, GError **error)
{
  PyrogValue value = pyrog_value_from_canonical (arena, golden_get (golden, "value"));

  if (!golden_has_flag (golden, "call"))
    return codec->encode (&value, "result", out, error);
  const PyrogCallParts call = {
    .object = value.items[0],
    .method = value.items[1],
    .args = value.items[2],
    .kwargs = value.items[3],
  };
  return pyrog_codec_encode_call (codec, &call, out, error);
}

/* Whatever Pyro5 writes is read as the value that Python reads */
static void
test_decode (gconstpointer data)
{
  const PyrogCodec *codec = data;
  g_autoptr (Golden) golden = open_for (codec);
  guint count = 0;

  while (golden_next (golden))
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      const char *expected = golden_get (golden, "decoded");
      PyrogValue value;

      if (expected == NULL)
        continue;
      count++;
      g_autoptr (GBytes) bytes = golden_get_bytes (golden, "bytes");
      if (!decode (codec, golden, arena, bytes, &value, &error))
        {
          fail (golden_name (golden), expected, error->message);
          continue;
        }
      g_autofree char *found = pyrog_value_to_canonical (&value);
      if (strcmp (found, expected) != 0)
        fail (golden_name (golden), expected, found);
    }
  g_assert_cmpuint (count, >, 300);
}

/* Values are written byte for byte as Pyro5 writes them */
static void
test_encode (gconstpointer data)
{
  const PyrogCodec *codec = data;
  g_autoptr (Golden) golden = open_for (codec);
  guint count = 0;

  while (golden_next (golden))
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogBuffer out;

      if (!golden_has_flag (golden, "exact"))
        continue;
      count++;
      pyrog_buffer_init (&out, MAX_SIZE);
      g_autoptr (GBytes) bytes = golden_get_bytes (golden, "bytes");
      if (!encode (codec, golden, arena, &out, &error))
        fail (golden_name (golden), golden_get (golden, "bytes"), error->message);
      else if (out.size != g_bytes_get_size (bytes)
               || memcmp (out.data, g_bytes_get_data (bytes, NULL), out.size) != 0)
        {
          GString *found = g_string_new (NULL);
          for (gsize i = 0; i < MIN (out.size, MAX_SHOWN); i++)
            g_string_append_printf (found, "%02x", out.data[i]);
          fail (golden_name (golden), golden_get (golden, "bytes"), found->str);
          g_string_free (found, TRUE);
        }
      pyrog_buffer_clear (&out);
    }
  g_assert_cmpuint (count, >, 300);
}

/* Malformed and hostile bytes get an error */
static void
test_refuse_decode (gconstpointer data)
{
  const PyrogCodec *codec = data;
  g_autoptr (Golden) golden = open_for (codec);
  guint count = 0;

  while (golden_next (golden))
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogValue value;

      if (!golden_is (golden, "n_"))
        continue;
      count++;
      g_autoptr (GBytes) bytes = golden_get_bytes (golden, "bytes");
      /* What real messages get; without it, references in marshal would fill the memory */
      pyrog_arena_set_budget (arena, pyrog_arena_budget_for (g_bytes_get_size (bytes)),
                              PYROG_MAX_VALUES);
      if (decode (codec, golden, arena, bytes, &value, &error))
        {
          g_autofree char *found = pyrog_value_to_canonical (&value);
          fail (golden_name (golden), "an error", found);
        }
      else
        g_assert_nonnull (error);
    }
  g_assert_cmpuint (count, >, 50);
}

/* What the format can't carry gets an error, and leaves nothing behind in the buffer */
static void
test_refuse_encode (gconstpointer data)
{
  const PyrogCodec *codec = data;
  g_autoptr (Golden) golden = open_for (codec);

  while (golden_next (golden))
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogBuffer out;

      if (!golden_is (golden, "e_"))
        continue;
      pyrog_buffer_init (&out, MAX_SIZE);
      if (encode (codec, golden, arena, &out, &error))
        fail (golden_name (golden), "an error", "bytes");
      else
        g_assert_nonnull (error);
      if (error != NULL)
        g_assert_cmpuint (out.size, ==, 0);
      pyrog_buffer_clear (&out);
    }
}

/* Where there is a choice, decoding ends in a value or an error, and so does encoding */
static void
test_free (gconstpointer data)
{
  const PyrogCodec *codec = data;
  g_autoptr (Golden) golden = open_for (codec);

  while (golden_next (golden))
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogBuffer out;
      PyrogValue value;

      if (!golden_is (golden, "i_"))
        continue;
      g_autoptr (GBytes) bytes = golden_get_bytes (golden, "bytes");
      gboolean ok = decode (codec, golden, arena, bytes, &value, &error);
      g_assert_true (ok == (error == NULL));
      g_clear_error (&error);
      if (golden_get (golden, "value") == NULL)
        continue;
      pyrog_buffer_init (&out, MAX_SIZE);
      ok = encode (codec, golden, arena, &out, &error);
      g_assert_true (ok == (error == NULL));
      pyrog_buffer_clear (&out);
    }
}

/* A message that ends too early is refused, wherever it ends. A format that needs no end mark may
 * find a shorter value: then it is no error. */
static void
test_truncated (gconstpointer data)
{
  const PyrogCodec *codec = data;
  g_autoptr (Golden) golden = open_for (codec);
  gboolean is_text
      = codec->serializer == PYROG_SERIALIZER_SERPENT || codec->serializer == PYROG_SERIALIZER_JSON;

  while (golden_next (golden))
    {
      const char *hex = golden_get (golden, "bytes");

      if (hex == NULL || golden_get (golden, "decoded") == NULL || strlen (hex) > 1000)
        continue;
      g_autoptr (GByteArray) whole = golden_unhex (hex);
      for (guint size = 0; size < whole->len; size++)
        {
          g_autoptr (PyrogArena) arena = pyrog_arena_new ();
          g_autoptr (GError) error = NULL;
          PyrogValue value;
          /* a block of its own, so that reading beyond it is noticed */
          g_autofree guint8 *part = g_memdup2 (whole->data, size);
          gboolean ok = codec->decode (arena, part, size, &value, &error);
          g_assert_true (ok == (error == NULL));
          g_assert_true (!ok || is_text);
        }
    }
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *name;
    GTestDataFunc function;
  } tests[] = {
    { "decode", test_decode },
    { "encode", test_encode },
    { "refuse-decode", test_refuse_decode },
    { "refuse-encode", test_refuse_encode },
    { "free", test_free },
    { "truncated", test_truncated },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint id = 1; id <= 4; id++)
    {
      const PyrogCodec *codec = pyrog_codec_get (id);
      if (codec == NULL)
        continue;
      for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
        {
          g_autofree char *path = g_strdup_printf ("/golden/%s/%s", codec->name, tests[i].name);
          g_test_add_data_func (path, codec, tests[i].function);
        }
    }
  return g_test_run ();
}
