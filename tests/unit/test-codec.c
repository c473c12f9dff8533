/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec.h"

#include <string.h>

#include "canonical.h"
#include "pyrog-error.h"

#define N_CODECS 4

/* A codec is found under its number and its name, and nothing else is */
static void
test_find (void)
{
  static const char *const names[N_CODECS] = { "serpent", "marshal", "json", "msgpack" };

  for (guint id = 1; id <= N_CODECS; id++)
    {
      const PyrogCodec *codec = pyrog_codec_get (id);
      g_assert_nonnull (codec);
      g_assert_cmpint (codec->serializer, ==, id);
      g_assert_cmpstr (codec->name, ==, names[id - 1]);
      g_assert_true (pyrog_codec_find (names[id - 1]) == codec);
    }
  g_assert_null (pyrog_codec_get (0));
  g_assert_null (pyrog_codec_get (N_CODECS + 1));
  g_assert_null (pyrog_codec_get (G_MAXUINT));
  g_assert_null (pyrog_codec_find (""));
  g_assert_null (pyrog_codec_find ("Serpent"));
  g_assert_null (pyrog_codec_find ("pickle"));
}

/* A call comes back part by part; sequences may change their kind */
static void
test_round_trip (void)
{
  static const char *const kwargs[] = { "None", "{d}", "{d s:\"name\"=[i:1]}" };

  for (guint i = 0; i < N_CODECS * G_N_ELEMENTS (kwargs); i++)
    {
      const PyrogCodec *codec = pyrog_codec_get (1 + i % N_CODECS);
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogCallParts again;
      PyrogBuffer out;
      const PyrogCallParts call = {
        .object = pyrog_value_text ("obj"),
        .method = pyrog_value_text ("method"),
        .args = pyrog_value_from_canonical (arena, "[i:1,s:\"x\",None]"),
        .kwargs = pyrog_value_from_canonical (arena, kwargs[i / N_CODECS]),
      };

      g_test_message ("%s, %s", codec->name, kwargs[i / N_CODECS]);
      pyrog_buffer_init (&out, G_MAXSIZE);
      g_assert_true (pyrog_codec_encode_call (codec, &call, &out, &error));
      g_assert_true (pyrog_codec_decode_call (codec, arena, out.data, out.size, &again, &error));
      g_assert_no_error (error);
      g_assert_true (pyrog_value_equal (&call.object, &again.object));
      g_assert_true (pyrog_value_equal (&call.method, &again.method));
      g_assert_true (pyrog_value_equal (&call.args, &again.args));
      g_assert_true (pyrog_value_equal (&call.kwargs, &again.kwargs));
      pyrog_buffer_clear (&out);
    }
}

/* Arguments are written and read with all the depth that a result may have, and no more */
static void
test_depth (void)
{
  for (guint i = 0; i < N_CODECS * 2; i++)
    {
      const PyrogCodec *codec = pyrog_codec_get (1 + i % N_CODECS);
      gboolean fits = i < N_CODECS;
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogValue lists[PYROG_MAX_DEPTH + 1] = { { .kind = PYROG_KIND_LIST } };
      PyrogCallParts again;
      PyrogBuffer out;

      for (guint j = 1; j < G_N_ELEMENTS (lists); j++)
        lists[j] = (PyrogValue){ .kind = PYROG_KIND_LIST, .size = 1, .items = &lists[j - 1] };
      const PyrogCallParts call = {
        .object = pyrog_value_text ("obj"),
        .method = pyrog_value_text ("method"),
        .args = { .kind = PYROG_KIND_TUPLE,
                  .size = 1,
                  .items = &lists[fits ? PYROG_MAX_DEPTH - 1 : PYROG_MAX_DEPTH] },
        .kwargs = { .kind = PYROG_KIND_DICT },
      };
      pyrog_buffer_init (&out, G_MAXSIZE);
      g_test_message ("%s", codec->name);
      g_assert_true (pyrog_codec_encode_call (codec, &call, &out, &error) == fits);
      if (fits)
        g_assert_true (pyrog_codec_decode_call (codec, arena, out.data, out.size, &again, &error));
      else
        g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
      pyrog_buffer_clear (&out);
    }
}

/* json has members instead, and is tested in test-codec-json.c */
static const char *const malformed[] = {
  "None",
  "s:\"obj\"",
  "[]",
  "{d}",
  "[s:\"obj\",s:\"m\",[]]",
  "[s:\"obj\",s:\"m\",[],{d},None]",
  "[s:\"obj\",s:\"m\",None,{d}]",
  "[s:\"obj\",s:\"m\",s:\"abc\",{d}]",
  "[s:\"obj\",s:\"m\",{d},{d}]",
  "[s:\"obj\",s:\"m\",[],[]]",
  "[s:\"obj\",s:\"m\",[],i:0]",
  "[s:\"obj\",s:\"m\",[],{d b:78=i:1}]",
  "[s:\"obj\",s:\"m\",[],{d s:\"x\"=i:1,s:\"a\\x00\"=i:1}]",
};

/* What is a value but no call is refused, and the caller's parts stay as they were */
static void
test_malformed (void)
{
  for (guint i = 0; i < (N_CODECS - 1) * G_N_ELEMENTS (malformed); i++)
    {
      static const char *const names[N_CODECS - 1] = { "serpent", "marshal", "msgpack" };
      const PyrogCodec *codec = pyrog_codec_find (names[i % (N_CODECS - 1)]);
      const char *text = malformed[i / (N_CODECS - 1)];
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogValue value = pyrog_value_from_canonical (arena, text);
      PyrogCallParts call = { .method = pyrog_value_int (4711) };
      PyrogBuffer out;

      g_test_message ("%s, %s", codec->name, text);
      pyrog_buffer_init (&out, G_MAXSIZE);
      if (codec->encode (&value, "value", &out, NULL))
        {
          g_assert_false (
              pyrog_codec_decode_call (codec, arena, out.data, out.size, &call, &error));
          g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
          g_assert_true (g_str_has_prefix (error->message, "A call is malformed: "));
          g_assert_cmpint (call.method.integer, ==, 4711);
        }
      else /* serpent has no bytes as keys */
        g_assert_nonnull (strstr (text, "b:78"));
      pyrog_buffer_clear (&out);
    }
}

/* The method may be of any kind: the dispatcher refuses it by name */
static void
test_any_method (void)
{
  static const char text[] = "(None,[1],(),{})";
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogCallParts call;

  g_assert_true (pyrog_codec_decode_call (&pyrog_codec_serpent, arena, (const guint8 *) text,
                                          strlen (text), &call, &error));
  g_assert_no_error (error);
  g_assert_cmpint (call.object.kind, ==, PYROG_KIND_NONE);
  g_assert_cmpint (call.method.kind, ==, PYROG_KIND_LIST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/find", test_find);
  g_test_add_func ("/codec/round-trip", test_round_trip);
  g_test_add_func ("/codec/depth", test_depth);
  g_test_add_func ("/codec/malformed", test_malformed);
  g_test_add_func ("/codec/any-method", test_any_method);
  return g_test_run ();
}
