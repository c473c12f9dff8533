/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "canonical.h"
#include "codec-check.h"
#include "pyrog-error.h"

#define CODEC (&pyrog_codec_json)

static char *
to_hex (const char *text, gsize size)
{
  GString *hex = g_string_new (NULL);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", (guint8) text[i]);
  return g_string_free (hex, FALSE);
}

static void
decodes (const char *text, const char *expected)
{
  g_autofree char *hex = to_hex (text, strlen (text));

  g_test_message ("%s", text);
  codec_check_decodes (CODEC, hex, expected);
}

/* What Python reads but does not write */
static void
test_other_forms (void)
{
  decodes (" \t\r\n{ \"a\" : [ 1 ,2 ] } \n", "{d s:\"a\"=[i:1,i:2]}");
  decodes ("\"\\ud83d\\ude00\"", "s:\"\\xf0\\x9f\\x98\\x80\"");
  decodes ("\"\\ud83d\\u0041\"", "s:\"\\xed\\xa0\\xbdA\"");
  decodes ("\"\\ude00\\ud83d\"", "s:\"\\xed\\xb8\\x80\\xed\\xa0\\xbd\"");
  decodes ("\"\\ud83d\\ud83d\\ude00\"", "s:\"\\xed\\xa0\\xbd\\xf0\\x9f\\x98\\x80\"");
  decodes ("\"\\/\\u0000x\\u00E9\"", "s:\"/\\x00x\\xc3\\xa9\"");
  decodes ("[NaN,Infinity,-Infinity]",
           "[f:7ff8000000000000,f:7ff0000000000000,f:fff0000000000000]");
  decodes ("[-0,-0.0,1e400,0e5]", "[i:0,f:8000000000000000,f:7ff0000000000000,f:0000000000000000]");
  decodes ("[999999999999999999,1000000000000000000,-9223372036854775808,-9223372036854775809]",
           "[i:999999999999999999,i:1000000000000000000,i:-9223372036854775808,"
           "i:-9223372036854775809]");
  decodes ("{\"a\":1,\"b\":2,\"\\u0061\":3}", "{d s:\"a\"=i:3,s:\"b\"=i:2}");
  decodes ("{\"__class__\":\"float\",\"value\":\"nan\"}",
           "{d s:\"__class__\"=s:\"float\",s:\"value\"=s:\"nan\"}");
}

static const char *const malformed[] = {
  "",           "[",           "[1",      "[1,",      "[1,]",
  "{",          "{\"a\"",      "{\"a\":", "{1:2}",    "{\"a\"}",
  "{\"a\":1,}", "\"",          "\"\\",    "\"\\u",    "\"\\u12\"",
  "\"\\x41\"",  "01",          "-",       "-01",      "1.",
  ".5",         "1e",          "1e+",     "+1",       "0x10",
  "nul",        "nulll",       "-NaN",    "-Infinit", "Infinityy",
  "1 2",        "'a'",         "[1}",     "{\"a\"]",  "\"a\tb\"",
  "\"a\nb\"",   "// c\n1",     "1#",      "True",     "None",
  "\v1",        "[\f]",        "{,}",     "[,]",      "\"\\ud83d\\u12\"",
  "1_000",      "\"\\u+123\"",
};

/* What is malformed is refused with an error that says where */
static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *hex = to_hex (malformed[i], strlen (malformed[i]));
      g_test_message ("%s", malformed[i]);
      codec_check_refuses (CODEC, hex, PYROG_ERROR_SERIALIZE, "malformed at byte ");
    }
  codec_check_refuses (CODEC, "5b312c5d", PYROG_ERROR_SERIALIZE, "at byte 3");
  codec_check_refuses (CODEC, "22ff22", PYROG_ERROR_SERIALIZE, "UTF-8");
  codec_check_refuses (CODEC, "22eda08022", PYROG_ERROR_SERIALIZE, "UTF-8");
  codec_check_refuses (CODEC, "220022", PYROG_ERROR_SERIALIZE, "NUL");
  codec_check_refuses (CODEC, "3100", PYROG_ERROR_SERIALIZE, "NUL");
  codec_check_refuses (CODEC, "efbbbf31", PYROG_ERROR_SERIALIZE, "byte 0");
}

/* An error of the writer names the place of what it can't carry */
static void
test_paths (void)
{
  codec_check_cant_encode (CODEC, "[{f i:1}]", "result",
                           "result[0]: json can't carry a ‘frozenset’");
  codec_check_cant_encode (CODEC, "{d s:\"a\"=[None,b:00]}", "result",
                           "result[\"a\"][1]: json can't carry a ‘bytes’");
  codec_check_cant_encode (CODEC, "{d (i:1)=None}", "result",
                           "result[<tuple>]: json can't use ‘tuple’ as a key");
  codec_check_cant_encode (CODEC, "[s:\"\\xed\\xa0\\x80\"]", "result",
                           "result[0]: json can't carry a str with lone surrogates");
  codec_check_cant_encode (CODEC, "o:0", "result",
                           "result: the date is not in the years 1 to 9999");
}

/* The path of a refused argument starts at the call's part, not at the member of json */
static void
test_path_of_call (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogBuffer out;
  const PyrogCallParts call = {
    .object = pyrog_value_text ("obj"),
    .method = pyrog_value_text ("m"),
    .args = pyrog_value_from_canonical (arena, "(None,{d s:\"x\"=b:00})"),
    .kwargs = pyrog_value_none (),
  };

  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_false (pyrog_codec_encode_call (CODEC, &call, &out, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_assert_cmpstr (error->message, ==, "args[1][\"x\"]: json can't carry a ‘bytes’");
  g_assert_cmpuint (out.size, ==, 0);
  pyrog_buffer_clear (&out);
}

/* A repeated member is an error in the call itself, and the last one counts inside of it */
static void
test_repeated_members (void)
{
  static const char inside[] = "{\"object\":\"o\",\"method\":\"m\",\"params\":[{\"a\":1,\"a\":2}],"
                               "\"kwargs\":{\"b\":1,\"b\":2}}";
  static const char outside[] = "{\"object\":\"o\",\"method\":\"m\",\"params\":[],\"kwargs\":{},"
                                "\"\\u006dethod\":\"evil\"}";
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogCallParts call;

  g_assert_true (pyrog_codec_decode_call (CODEC, arena, (const guint8 *) inside, strlen (inside),
                                          &call, &error));
  g_assert_no_error (error);
  g_assert_cmpint (pyrog_value_lookup (&call.args.items[0], "a")->integer, ==, 2);
  g_assert_cmpint (pyrog_value_lookup (&call.kwargs, "b")->integer, ==, 2);
  g_assert_false (pyrog_codec_decode_call (CODEC, arena, (const guint8 *) outside, strlen (outside),
                                           &call, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_assert_nonnull (strstr (error->message, "repeated"));
}

/* 60 containers in each other are read and written, 61 are not */
static void
test_depth (void)
{
  g_autofree char *open = g_strnfill (61, '[');
  g_autofree char *close = g_strnfill (61, ']');
  g_autofree char *text = g_strconcat (open, close, NULL);
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  const guint8 *data = (const guint8 *) text;
  PyrogBuffer out;
  PyrogValue value;

  g_assert_cmpint (codec_check_budget (CODEC, data, 122, 0, 0), ==, PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_true (CODEC->decode (arena, data + 1, 120, &value, &error));
  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (CODEC->encode (&value, "value", &out, &error));
  codec_check_bytes (out.data, out.size, data + 1, 120);

  PyrogValue outer = { .kind = PYROG_KIND_LIST, .size = 1, .items = &value };
  g_assert_false (CODEC->encode (&outer, "value", &out, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_assert_cmpuint (out.size, ==, 120);
  pyrog_buffer_clear (&out);
}

/* Values and bytes of memory count to the budget, to the last one */
static void
test_budget (void)
{
  const guint8 text[] = "[1,2,{\"a\":\"\\n\"}]";

  /* The list, its three items, key and value; five of them and two bytes of text in memory */
  g_assert_cmpint (codec_check_budget (CODEC, text, sizeof text - 1, 0, 6), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, text, sizeof text - 1, 0, 5), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_cmpint (codec_check_budget (CODEC, text, sizeof text - 1, 5 * 16 + 2, 0), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, text, sizeof text - 1, 5 * 16 + 1, 0), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* An int of 4300 digits is read, one of 4301 is not */
static void
test_digits (void)
{
  g_autofree char *digits = g_strnfill (4301, '9');

  g_assert_cmpint (codec_check_budget (CODEC, (const guint8 *) digits, 4300, 0, 0), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, (const guint8 *) digits, 4301, 0, 0), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* A message above the buffer's limit is an error, and leaves no half of itself */
static void
test_limit (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value = pyrog_value_from_canonical (arena, "[s:\"he\\x0allo\",f:0000000000000000]");

  for (gsize limit = 0; limit < strlen ("[\"he\\nllo\", 0.0]"); limit++)
    {
      g_autoptr (GError) error = NULL;
      PyrogBuffer out;
      pyrog_buffer_init (&out, limit);
      g_assert_false (CODEC->encode (&value, "value", &out, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
      g_assert_cmpuint (out.size, ==, 0);
      pyrog_buffer_clear (&out);
    }
}

/* Random values of the kinds that json tells apart come back as they were */
static void
test_random (void)
{
  codec_check_random (CODEC, 2000,
                      1u << PYROG_KIND_NONE | 1u << PYROG_KIND_BOOL | 1u << PYROG_KIND_INT
                          | 1u << PYROG_KIND_UINT | 1u << PYROG_KIND_BIG_INT
                          | 1u << PYROG_KIND_FLOAT | 1u << PYROG_KIND_STR | 1u << PYROG_KIND_LIST
                          | 1u << PYROG_KIND_DICT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec-json/other-forms", test_other_forms);
  g_test_add_func ("/codec-json/refused", test_refused);
  g_test_add_func ("/codec-json/paths", test_paths);
  g_test_add_func ("/codec-json/path-of-call", test_path_of_call);
  g_test_add_func ("/codec-json/repeated-members", test_repeated_members);
  g_test_add_func ("/codec-json/depth", test_depth);
  g_test_add_func ("/codec-json/budget", test_budget);
  g_test_add_func ("/codec-json/digits", test_digits);
  g_test_add_func ("/codec-json/limit", test_limit);
  g_test_add_func ("/codec-json/random", test_random);
  return g_test_run ();
}
