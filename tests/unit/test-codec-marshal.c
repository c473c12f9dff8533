/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "canonical.h"
#include "codec-check.h"
#include "pyrog-error.h"

#define CODEC (&pyrog_codec_marshal)

/* Types of old versions, and forms that CPython reads but does not write */
static void
test_old_types (void)
{
  codec_check_decodes (CODEC, "490000000001000000", "i:4294967296");
  codec_check_decodes (CODEC,
                       "66"
                       "03"
                       "312e35",
                       "f:3ff8000000000000");
  codec_check_decodes (CODEC,
                       "66"
                       "03"
                       "6e616e",
                       "f:7ff8000000000000");
  codec_check_decodes (CODEC,
                       "66"
                       "04"
                       "2d696e66",
                       "f:fff0000000000000");
  codec_check_decodes (CODEC,
                       "78"
                       "0131"
                       "0132",
                       "c:3ff00000000000004000000000000000");
  codec_check_decodes (CODEC,
                       "74"
                       "02000000"
                       "c3a9",
                       "s:\"\\xc3\\xa9\"");
  codec_check_decodes (CODEC,
                       "61"
                       "01000000"
                       "78",
                       "s:\"x\"");
  codec_check_decodes (CODEC,
                       "6c"
                       "00000000",
                       "i:0");
  codec_check_decodes (CODEC,
                       "6c"
                       "01000000"
                       "0500",
                       "i:5");
  codec_check_decodes (CODEC,
                       "28"
                       "01000000"
                       "4e",
                       "(None)");
  codec_check_decodes (CODEC, "fbb0", "{d}");
  /* A flag on None, True and False gives no number */
  codec_check_decodes (CODEC,
                       "2904"
                       "ce"
                       "d4"
                       "e907000000"
                       "7200000000",
                       "(None,True,i:7,i:7)");
}

static const struct
{
  const char *hex;
  int code;
  const char *text;
} refused[] = {
  { "", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "69000000", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "67000000", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "5bffffff7f", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "28ffffff7f4e", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "73ffffff7f41", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "5b020000004e", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "7b4e4e", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "4e4e", PYROG_ERROR_SERIALIZE, "byte 1: something follows" },
  { "5bffffffff", PYROG_ERROR_SERIALIZE, "a size is negative" },
  { "73ffffffff", PYROG_ERROR_SERIALIZE, "a size is negative" },
  { "3cffffffff", PYROG_ERROR_SERIALIZE, "a size is negative" },
  { "30", PYROG_ERROR_SERIALIZE, "a dict ends" },
  { "b0", PYROG_ERROR_SERIALIZE, "a dict ends" },
  { "290130", PYROG_ERROR_SERIALIZE, "a dict ends" },
  { "7b4e30", PYROG_ERROR_SERIALIZE, "lacks a value" },
  { "63", PYROG_ERROR_SERIALIZE, "type 0x63" },
  { "e3", PYROG_ERROR_SERIALIZE, "type 0x63" },
  { "53", PYROG_ERROR_SERIALIZE, "type 0x53" },
  { "2e", PYROG_ERROR_SERIALIZE, "type 0x2e" },
  { "3f", PYROG_ERROR_SERIALIZE, "type 0x3f" },
  { "52", PYROG_ERROR_SERIALIZE, "type 0x52" },
  { "7200000000", PYROG_ERROR_SERIALIZE, "names nothing" },
  { "2902e9070000007201000000", PYROG_ERROR_SERIALIZE, "names nothing" },
  { "2902e90700000072ffffffff", PYROG_ERROR_SERIALIZE, "names nothing" },
  { "db010000007200000000", PYROG_ERROR_SERIALIZE, "to itself" },
  { "a9017200000000", PYROG_ERROR_SERIALIZE, "to itself" },
  { "be010000007200000000", PYROG_ERROR_SERIALIZE, "to itself" },
  { "fb4e720000000030", PYROG_ERROR_SERIALIZE, "to itself" },
  { "db01000000db010000007200000000", PYROG_ERROR_SERIALIZE, "to itself" },
  { "6c010000000080", PYROG_ERROR_SERIALIZE, "more than 15 bits" },
  { "6c0200000001000000", PYROG_ERROR_SERIALIZE, "begins with a zero" },
  { "6c010000000000", PYROG_ERROR_SERIALIZE, "begins with a zero" },
  { "6ce9030000", PYROG_ERROR_MESSAGE_TOO_LARGE, "1001 digits" },
  { "6c00000080", PYROG_ERROR_MESSAGE_TOO_LARGE, "2147483648 digits" },
  { "7a0180", PYROG_ERROR_SERIALIZE, "ASCII" },
  { "7501000000ff", PYROG_ERROR_SERIALIZE, "UTF-8" },
  { "660131ff", PYROG_ERROR_SERIALIZE, "something follows" },
  { "660178", PYROG_ERROR_SERIALIZE, "float is malformed" },
  { "6600", PYROG_ERROR_SERIALIZE, "float is malformed" },
  { "7b5b000000004e30", PYROG_ERROR_SERIALIZE, "list" },
  { "3c010000007b30", PYROG_ERROR_SERIALIZE, "dict" },
  { "3c0100000029015b00000000", PYROG_ERROR_SERIALIZE, "tuple" },
};

/* What is malformed, or no plain data, is refused with an error that says why and where */
static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    codec_check_refuses (CODEC, refused[i].hex, refused[i].code, refused[i].text);
}

/* Repeated keys keep the last value, repeated items of a set one */
static void
test_repeated (void)
{
  codec_check_decodes (CODEC,
                       "7b"
                       "6901000000"
                       "4e"
                       "54"
                       "46"
                       "30",
                       "{d i:1=False}");
  codec_check_decodes (CODEC,
                       "3c02000000"
                       "6901000000"
                       "6901000000",
                       "{s i:1}");
}

/* An error of the writer names the place of what it can't carry */
static void
test_paths (void)
{
  codec_check_cant_encode (CODEC, "o:1", "result", "result: marshal can't carry a date");
  codec_check_cant_encode (
      CODEC, "(s:\"obj\",s:\"method\",(None,None,{d s:\"x\"=t:0000000000000000}),None)", NULL,
      "args[2][\"x\"]: marshal can't carry a datetime");
  codec_check_cant_encode (CODEC, "(s:\"obj\",s:\"method\",(),{d s:\"when\"=[o:1]})", NULL,
                           "kwargs[\"when\"][0]: marshal can't carry a date");
  codec_check_cant_encode (CODEC, "[{f i:1,o:1}]", "result",
                           "result[0][1]: marshal can't carry a date");
}

/* [[[... with depth lists; even depths of tuples when flagged */
static GByteArray *
nested (guint depth)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < depth; i++)
    g_byte_array_append (bytes, (const guint8 *) "\x29\x01", 2);
  g_byte_array_append (bytes, (const guint8 *) "N", 1);
  return bytes;
}

/* 60 containers in each other are read and written, 61 are not */
static void
test_depth (void)
{
  g_autoptr (GByteArray) edge = nested (60);
  g_autoptr (GByteArray) beyond = nested (61);
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogBuffer out;
  PyrogValue value;

  g_assert_cmpint (codec_check_budget (CODEC, beyond->data, beyond->len, 0, 0), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_true (CODEC->decode (arena, edge->data, edge->len, &value, &error));
  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (CODEC->encode (&value, "value", &out, &error));

  PyrogValue outer = { .kind = PYROG_KIND_LIST, .size = 1, .items = &value };
  g_assert_false (CODEC->encode (&outer, "value", &out, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  pyrog_buffer_clear (&out);
}

/* (x, r(x)) where x has height containers, depth containers down */
static GByteArray *
nested_reference (guint height, guint depth)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) "\x29\x02", 2);
  for (guint i = 0; i < height; i++)
    g_byte_array_append (bytes, (const guint8 *) (i == 0 ? "\xa9\x01" : "\x29\x01"), 2);
  g_byte_array_append (bytes, (const guint8 *) "N", 1);
  for (guint i = 1; i < depth; i++)
    g_byte_array_append (bytes, (const guint8 *) "\x29\x01", 2);
  g_byte_array_append (bytes, (const guint8 *) "r\0\0\0\0", 5);
  return bytes;
}

/* A reference counts with the depth of what it stands for */
static void
test_depth_of_references (void)
{
  g_autoptr (GByteArray) edge = nested_reference (30, 30);
  g_autoptr (GByteArray) beyond = nested_reference (30, 31);

  g_assert_cmpint (codec_check_budget (CODEC, edge->data, edge->len, 0, 0), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, beyond->data, beyond->len, 0, 0), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* Values, bytes of memory and each item count to the budget, to the last one */
static void
test_budget (void)
{
  const guint8 list[] = "[\3\0\0\0NN{NN0";
  gsize size = sizeof list - 1;

  /* The list, its three items, key and value */
  g_assert_cmpint (codec_check_budget (CODEC, list, size, 0, 6), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, list, size, 0, 5), ==, PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_cmpint (codec_check_budget (CODEC, list, size, 5 * 16, 0), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, list, size, 5 * 16 - 1, 0), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* 15 levels of ten references to the level below: 330 bytes that stand for 10 to the 15th values */
static void
test_bomb (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint levels = 15;

  for (guint i = 0; i < levels; i++)
    g_byte_array_append (bytes, (const guint8 *) "\xa9\x0b", 2);
  for (guint i = levels; i > 0; i--)
    {
      guint8 reference[5] = { 'r', (guint8) i };
      guint count = i == levels ? 11 : 10;
      for (guint n = 0; n < count; n++)
        g_byte_array_append (bytes, i == levels ? (const guint8 *) "N" : reference,
                             i == levels ? 1 : 5);
    }
  g_assert_cmpint (codec_check_budget (CODEC, bytes->data, bytes->len, 0, 0), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* What a reference stands for is charged each time */
static void
test_reference_cost (void)
{
  const guint8 data[] = "[\3\0\0\0\xa9\2NNr\0\0\0\0r\0\0\0\0";

  /* List, three tuples, two items each */
  g_assert_cmpint (codec_check_budget (CODEC, data, sizeof data - 1, 0, 10), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, data, sizeof data - 1, 0, 9), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* Frozensets in frozensets take linear time, where CPython writes each level twice */
static void
test_sets_in_sets (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  PyrogValue value, again;
  PyrogBuffer out;

  for (guint i = 0; i < 60; i++)
    g_string_append_printf (text, "{f i:%u,", i);
  g_string_append (text, "None");
  for (guint i = 0; i < 60; i++)
    g_string_append_c (text, '}');
  value = pyrog_value_from_canonical (arena, text->str);
  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (CODEC->encode (&value, "value", &out, &error));
  g_assert_true (CODEC->decode (arena, out.data, out.size, &again, &error));
  g_assert_true (pyrog_value_equal (&value, &again));
  g_assert_cmpuint (out.size, <, 1000);
  pyrog_buffer_clear (&out);
}

/* A million nans in a set are as many different items, found so in linear time */
static void
test_nans_in_set (void)
{
  const guint count = 100000;
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  guint32 size = GUINT32_TO_LE (count);
  PyrogValue value;

  g_byte_array_append (bytes, (const guint8 *) "<", 1);
  g_byte_array_append (bytes, (const guint8 *) &size, 4);
  for (guint i = 0; i < count; i++)
    g_byte_array_append (bytes, (const guint8 *) "g\0\0\0\0\0\0\xf8\x7f", 9);
  g_assert_true (CODEC->decode (arena, bytes->data, bytes->len, &value, &error));
  g_assert_cmpuint (value.size, ==, count);
}

/* What came with flags and references is written with them: shared values stay shared */
static void
test_echo (void)
{
  static const char *const echoed[] = {
    "db02000000db0100000069e80300007201000000",
    "db02000000da0568656c6c6f7201000000",
    "db02000000e9ff000000e9ffffffff",
    "db02000000e7000000000000f03f7201000000",
    "db02000000f502000000c3a97201000000",
    "db03000000fa0568656c6c6f7a0568656c6c6ff3020000007878",
  };
  PyrogBuffer out;

  for (guint i = 0; i < G_N_ELEMENTS (echoed); i++)
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogValue value;
      guint8 data[64];
      gsize size = strlen (echoed[i]) / 2;
      for (gsize n = 0; n < size; n++)
        data[n] = (guint8) (g_ascii_xdigit_value (echoed[i][2 * n]) * 16
                            + g_ascii_xdigit_value (echoed[i][2 * n + 1]));
      g_assert_true (CODEC->decode (arena, data, size, &value, &error));
      pyrog_buffer_init (&out, G_MAXSIZE);
      g_assert_true (CODEC->encode (&value, "value", &out, &error));
      codec_check_bytes (out.data, out.size, data, size);
      pyrog_buffer_clear (&out);
    }
}

/* An int of 4300 digits passes in both directions, one of 4301 in none */
static void
test_digits (void)
{
  g_autofree char *edge = g_strnfill (4300, '9');
  g_autofree char *beyond = g_strnfill (4301, '9');
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogValue value = { .kind = PYROG_KIND_BIG_INT, .size = 4300, .text = edge }, again;
  PyrogValue larger = { .kind = PYROG_KIND_BIG_INT, .size = 4301, .text = beyond };
  g_autoptr (GByteArray) most = g_byte_array_new ();
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (CODEC->encode (&value, "value", &out, &error));
  g_assert_true (CODEC->decode (arena, out.data, out.size, &again, &error));
  g_assert_true (pyrog_value_equal (&value, &again));
  g_assert_false (CODEC->encode (&larger, "value", &out, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  pyrog_buffer_clear (&out);

  g_byte_array_append (most, (const guint8 *) "l\xe8\3\0\0", 5);
  for (guint i = 0; i < 1000; i++)
    g_byte_array_append (most, (const guint8 *) "\xff\x7f", 2);
  g_assert_cmpint (codec_check_budget (CODEC, most->data, most->len, 0, 0), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* A message above the buffer's limit is an error, and leaves no half of itself */
static void
test_limit (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value
      = pyrog_value_from_canonical (arena, "[{s s:\"hello\",s:\"world\"},f:0000000000000000]");
  PyrogBuffer out;

  for (gsize limit = 0; limit < 33; limit++)
    {
      g_autoptr (GError) error = NULL;
      pyrog_buffer_init (&out, limit);
      g_assert_false (CODEC->encode (&value, "value", &out, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
      g_assert_cmpuint (out.size, ==, 0);
      pyrog_buffer_clear (&out);
    }
}

/* Random values come back as they were */
static void
test_random (void)
{
  codec_check_random (CODEC, 2000, (1u << PYROG_KIND_DATETIME) - 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec-marshal/old-types", test_old_types);
  g_test_add_func ("/codec-marshal/refused", test_refused);
  g_test_add_func ("/codec-marshal/repeated", test_repeated);
  g_test_add_func ("/codec-marshal/paths", test_paths);
  g_test_add_func ("/codec-marshal/depth", test_depth);
  g_test_add_func ("/codec-marshal/depth-of-references", test_depth_of_references);
  g_test_add_func ("/codec-marshal/budget", test_budget);
  g_test_add_func ("/codec-marshal/bomb", test_bomb);
  g_test_add_func ("/codec-marshal/reference-cost", test_reference_cost);
  g_test_add_func ("/codec-marshal/sets-in-sets", test_sets_in_sets);
  g_test_add_func ("/codec-marshal/nans-in-set", test_nans_in_set);
  g_test_add_func ("/codec-marshal/echo", test_echo);
  g_test_add_func ("/codec-marshal/digits", test_digits);
  g_test_add_func ("/codec-marshal/limit", test_limit);
  g_test_add_func ("/codec-marshal/random", test_random);
  return g_test_run ();
}
