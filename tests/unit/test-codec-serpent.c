/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "canonical.h"
#include "codec-check.h"
#include "pyrog-error.h"

#define CODEC (&pyrog_codec_serpent)

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

/* What other writers of serpent, and people, may send */
static void
test_other_forms (void)
{
  decodes ("# serpent utf-8 python3.2\n1", "i:1");
  decodes ("# serpent utf-8 python3.2\n\n[1]", "[i:1]");
  decodes ("# serpent utf-8 python3.2\r\n[1]", "[i:1]");
  decodes ("# comment\r[1]", "[i:1]");
  decodes ("# any comment, and then no more\r\n1", "i:1");
  decodes ("\n  [\n  1,\n  ( 2 , ) ,\r\n\t{ 3 }\f]\n", "[i:1,(i:2),{s i:3}]");
  decodes ("[1,]", "[i:1]");
  decodes ("{'a':1,}", "{d s:\"a\"=i:1}");
  decodes ("{1,}", "{s i:1}");
  decodes ("((((1))))", "i:1");
  decodes ("((1),)", "(i:1)");
  decodes ("(('a'),'b',)", "(s:\"a\",s:\"b\")");
  decodes ("()", "()");
  decodes ("u'x'", "s:\"x\"");
  decodes ("b\"a'\\x00\\377\"", "b:612700ff");
  decodes ("'tab\there'", "s:\"tab\\x09here\"");
  decodes ("{'a':1,'b':2,'a':3}", "{d s:\"a\"=i:3,s:\"b\"=i:2}");
  decodes ("{1:'a',1.0:'b',True:'c'}", "{d i:1=s:\"c\"}");
  decodes ("{1,1.0,2}", "{s i:1,i:2}");
}

/* With SERPENT_BYTES_REPR bytes are written as Python's repr() does, also as keys, and read as
 * bytes */
static void
test_literal_bytes (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
    const char *written;
  } cases[] = {
    { "", 0, "b''" },
    { "abc", 3, "b'abc'" },
    { "it's", 4, "b\"it's\"" },
    { "\"", 1, "b'\"'" },
    { "it's \"", 6, "b'it\\'s \"'" },
    { "\0\t\n\r\\\x7f\xff z", 9, "b'\\x00\\t\\n\\r\\\\\\x7f\\xff z'" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const PyrogValue bytes
          = { .kind = PYROG_KIND_BYTES, .size = (guint32) cases[i].size, .text = cases[i].bytes };
      const PyrogValue pair[2] = { bytes, bytes };
      const PyrogValue dict = { .kind = PYROG_KIND_DICT, .size = 1, .items = pair };
      g_autofree char *expected = g_strdup_printf ("# serpent utf-8 python3.2\n{%s:%s}",
                                                   cases[i].written, cases[i].written);
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogBuffer out;
      PyrogValue value;

      pyrog_buffer_init (&out, G_MAXSIZE);
      g_assert_true (pyrog_codec_choose (PYROG_SERIALIZER_SERPENT, TRUE)
                         ->encode (&dict, "value", &out, &error));
      g_autofree char *written = g_strndup ((const char *) out.data, out.size);
      g_assert_cmpstr (written, ==, expected);
      g_assert_true (CODEC->decode (arena, out.data, out.size, &value, &error));
      g_assert_true (pyrog_value_equal (&value, &dict));
      /* Otherwise a dict stands for bytes, which is no key */
      g_assert_false (pyrog_codec_choose (PYROG_SERIALIZER_SERPENT, FALSE)
                          ->encode (&dict, "value", &out, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
      pyrog_buffer_clear (&out);
    }
}

/* Numbers as Python's literals have them */
static void
test_numbers (void)
{
  decodes ("-9223372036854775808", "i:-9223372036854775808");
  decodes ("[18446744073709551615,-9223372036854775809,999999999999999999]",
           "[i:18446744073709551615,i:-9223372036854775809,i:999999999999999999]");
  decodes ("+5", "i:5");
  decodes ("- 5", "i:-5");
  decodes ("-0", "i:0");
  decodes ("[1.,.5,1e3,1E-2,-0.0]",
           "[f:3ff0000000000000,f:3fe0000000000000,f:408f400000000000,f:3f847ae147ae147b,"
           "f:8000000000000000]");
  decodes ("[1e30000,-1e30000]", "[f:7ff0000000000000,f:fff0000000000000]");
  decodes ("{'__class__':'float','value':'nan'}", "f:7ff8000000000000");
  decodes ("2j", "c:00000000000000004000000000000000");
  decodes ("-2j", "c:8000000000000000c000000000000000");
  decodes ("(1.5+2.0j)", "c:3ff80000000000004000000000000000");
  decodes ("1-2j", "c:3ff0000000000000c000000000000000");
  decodes ("[(1+2j),(-1 - 2j)]",
           "[c:3ff00000000000004000000000000000,c:bff0000000000000c000000000000000]");
  decodes ("((1+2j),)", "(c:3ff00000000000004000000000000000)");
}

/* All escapes of Python's strings but names of characters */
static void
test_escapes (void)
{
  decodes ("'\\\\\\'\\\"\\a\\b\\f\\n\\r\\t\\v'",
           "s:\"\\x5c'\\x22\\x07\\x08\\x0c\\x0a\\x0d\\x09\\x0b\"");
  decodes ("'\\0\\00\\0001\\101\\x41\\u0041\\U00000041'", "s:\"\\x00\\x00\\x001AAAA\"");
  decodes ("'a\\\nb'", "s:\"ab\"");
  decodes ("'\\q\\8'", "s:\"\\x5cq\\x5c8\"");
  decodes ("'\\ud83d\\ude00'", "s:\"\\xed\\xa0\\xbd\\xed\\xb8\\x80\"");
  decodes ("'\\U0001f600\\xe9'", "s:\"\\xf0\\x9f\\x98\\x80\\xc3\\xa9\"");
  decodes ("b'\\u0041\\N'", "b:5c75303034315c4e");
}

static const char *const malformed[] = {
  "",         "#",           "# c",
  "#\n#\n1",  "1 # c",       "[",
  "[1",       "(",           "(1",
  "(1,",      "('a'",        "(,)",
  "[,]",      "{,}",         "{",
  "{1",       "{1:",         "{1:2",
  "{1:2,3}",  "{1,2:3}",     "{:}",
  "[1}",      "(1]",         "(1}",
  "('a']",    "1 2",         "1,2",
  "1,",       "'a' 'b'",     "'a''b'",
  "'''a'''",  "'a",          "'a\\",
  "'a\\'",    "'a\nb'",      "'a\rb'",
  "\"a'",     "'\\x4'",      "'\\u004'",
  "'\\xgg'",  "'\\N{DASH}'", "r'a'",
  "f'a'",     "rb'a'",       "B'a'",
  "U'a'",     "bb''",        "b",
  "b1",       "b'\xc3\xa9'", "ub'a'",
  "none",     "true",        "Nonee",
  "True1",    "nan",         "inf",
  "Ellipsis", "...",         "__import__",
  "set()",    "f(1)",        "-'a'",
  "-None",    "not 1",       "--1",
  "+-1",      "1+1",         "1j+1",
  "1j+1j",    "1+2",         "1+2j+3",
  "1*2",      "(1+2)",       "1-",
  "-",        "0x10",        "0o7",
  "0b1",      "1_000",       "01",
  "(01,)",    "007",         "1e",
  "1.e+",     ".",           "..",
  "1..2",     "1.5.2",       "1jj",
  "1J",       "1L",          "'\\U00110000'",
  "lambda:1", "[1 for]",     "*a",
  "1 if 1",   "a.b",         "[1][0]",
  "1;2",      "\v1",         "1\\\n",
  "{**{}}",
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
  codec_check_refuses (CODEC, "5b312c2c5d", PYROG_ERROR_SERIALIZE, "at byte 3");
  codec_check_refuses (CODEC, "27ff27", PYROG_ERROR_SERIALIZE, "UTF-8");
  codec_check_refuses (CODEC, "27eda08027", PYROG_ERROR_SERIALIZE, "UTF-8");
  codec_check_refuses (CODEC, "270027", PYROG_ERROR_SERIALIZE, "NUL");
  codec_check_refuses (CODEC, "3100", PYROG_ERROR_SERIALIZE, "NUL");
  codec_check_refuses (CODEC, "7b5b5d7d", PYROG_ERROR_SERIALIZE, "list");
  codec_check_refuses (CODEC, "7b7b7d3a317d", PYROG_ERROR_SERIALIZE, "dict");
}

/* An error of the writer names the place of what it can't carry */
static void
test_paths (void)
{
  codec_check_cant_encode (
      CODEC, "[None,{d None=i:1}]", "result",
      "result[1][<None>]: serpent can't use ‘None’ as a key of a dict or an item of a set");
  codec_check_cant_encode (
      CODEC, "{d s:\"a\"={s b:00}}", "result",
      "result[\"a\"]: serpent can't use ‘bytes’ as a key of a dict or an item of a set");
  codec_check_cant_encode (CODEC,
                           "(s:\"o\",s:\"m\",(i:1,[c:7ff80000000000000000000000000000]),None)",
                           NULL, "args[1][0]: serpent can't write a complex number with nan");
  codec_check_cant_encode (CODEC, "[t:7ff8000000000000]", "result",
                           "result[0]: the date is not in the years 1 to 9999");
}

/* Text without escapes is not copied */
static void
test_no_copy (void)
{
  static const char text[] = "['plain','with \\\\escape']";
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogValue value;

  g_assert_true (CODEC->decode (arena, (const guint8 *) text, strlen (text), &value, &error));
  g_assert_true (value.items[0].text == text + 2);
  g_assert_false (value.items[1].text > text && value.items[1].text < text + strlen (text));
}

static char *
nested (guint depth, const char *open, const char *inner, const char *close)
{
  GString *text = g_string_new ("# serpent utf-8 python3.2\n");

  for (guint i = 0; i < depth; i++)
    g_string_append (text, open);
  g_string_append (text, inner);
  for (guint i = 0; i < depth; i++)
    g_string_append (text, close);
  return g_string_free (text, FALSE);
}

/* 60 containers in each other are read and written, 61 are not; a complex number is none */
static void
test_depth (void)
{
  static const char *const brackets[][2]
      = { { "[", "]" }, { "(", ",)" }, { "{'k':", "}" }, { "(0,", ")" }, { "('',", ")" } };

  for (guint i = 0; i < G_N_ELEMENTS (brackets); i++)
    {
      g_autofree char *edge = nested (60, brackets[i][0], "(1.0+2.0j)", brackets[i][1]);
      g_autofree char *beyond = nested (61, brackets[i][0], "1", brackets[i][1]);
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogBuffer out;
      PyrogValue value;

      g_test_message ("%s", edge);
      g_assert_cmpint (codec_check_budget (CODEC, (guint8 *) beyond, strlen (beyond), 0, 0), ==,
                       PYROG_ERROR_MESSAGE_TOO_LARGE);
      g_assert_true (CODEC->decode (arena, (guint8 *) edge, strlen (edge), &value, &error));
      g_assert_no_error (error);
      pyrog_buffer_init (&out, G_MAXSIZE);
      g_assert_true (CODEC->encode (&value, "value", &out, &error));
      codec_check_bytes (out.data, out.size, edge, strlen (edge));

      gsize size = out.size;
      PyrogValue outer = { .kind = PYROG_KIND_LIST, .size = 1, .items = &value };
      g_assert_false (CODEC->encode (&outer, "value", &out, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
      g_assert_cmpuint (out.size, ==, size);
      pyrog_buffer_clear (&out);
    }
}

/* Parentheses that make no tuple do not make the reader call itself without end */
static void
test_parentheses (void)
{
  g_autofree char *few = nested (30, "(", "'x'", ")");
  g_autofree char *many = nested (100000, "(", "'x'", ")");
  g_autofree char *signs = g_strnfill (100000, '-');

  g_assert_cmpint (codec_check_budget (CODEC, (guint8 *) few, strlen (few), 0, 0), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, (guint8 *) many, strlen (many), 0, 0), >=, 0);
  g_assert_cmpint (codec_check_budget (CODEC, (guint8 *) signs, strlen (signs), 0, 0), ==,
                   PYROG_ERROR_SERIALIZE);
}

/* Values and bytes of memory count to the budget, to the last one */
static void
test_budget (void)
{
  const guint8 text[] = "[1,2,{'a':'\\n'}]";

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

  for (gsize limit = 0; limit < strlen ("# serpent utf-8 python3.2\n['he\\nllo',0.0]"); limit++)
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

/* Random values come back as they were, but bytes and dates, which become dicts and text, and
 * frozensets */
static void
test_random (void)
{
  codec_check_random (CODEC, 2000,
                      ((1u << PYROG_KIND_DATETIME) - 1)
                          & ~(1u << PYROG_KIND_BYTES | 1u << PYROG_KIND_FROZENSET));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec-serpent/other-forms", test_other_forms);
  g_test_add_func ("/codec-serpent/literal-bytes", test_literal_bytes);
  g_test_add_func ("/codec-serpent/numbers", test_numbers);
  g_test_add_func ("/codec-serpent/escapes", test_escapes);
  g_test_add_func ("/codec-serpent/refused", test_refused);
  g_test_add_func ("/codec-serpent/paths", test_paths);
  g_test_add_func ("/codec-serpent/no-copy", test_no_copy);
  g_test_add_func ("/codec-serpent/depth", test_depth);
  g_test_add_func ("/codec-serpent/parentheses", test_parentheses);
  g_test_add_func ("/codec-serpent/budget", test_budget);
  g_test_add_func ("/codec-serpent/digits", test_digits);
  g_test_add_func ("/codec-serpent/limit", test_limit);
  g_test_add_func ("/codec-serpent/random", test_random);
  return g_test_run ();
}
