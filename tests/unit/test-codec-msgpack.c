/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "canonical.h"
#include "codec-check.h"
#include "pyrog-error.h"
#include "pyrog-value-variant.h"

#define CODEC (&pyrog_codec_msgpack)

/* Forms that msgpack-python reads but does not write, and what Pyro5 can't read back */
static void
test_other_forms (void)
{
  codec_check_decodes (CODEC, "ca3fc00000", "f:3ff8000000000000");
  codec_check_decodes (CODEC, "d3ffffffffffffffff", "i:-1");
  codec_check_decodes (CODEC, "cf0000000000000001", "i:1");
  codec_check_decodes (CODEC, "cfffffffffffffffff", "i:18446744073709551615");
  codec_check_decodes (CODEC, "dd00000001c0", "[None]");
  codec_check_decodes (CODEC, "df00000001a178c0", "{d s:\"x\"=None}");
  codec_check_decodes (CODEC, "db0000000178", "s:\"x\"");
  codec_check_decodes (CODEC, "c60000000178", "b:78");
  codec_check_decodes (CODEC, "820102c3c2", "{d i:1=False}");
  codec_check_decodes (CODEC, "81c001", "{d None=i:1}");
  codec_check_decodes (CODEC, "d43137", "i:7");
  codec_check_decodes (CODEC,
                       "c70331"
                       "2d3132",
                       "i:-12");
  codec_check_decodes (CODEC,
                       "c80001"
                       "3137",
                       "i:7");
  codec_check_decodes (CODEC,
                       "c900000001"
                       "3137",
                       "i:7");
  codec_check_decodes (CODEC, "d63301000000", "o:1");
  codec_check_decodes (CODEC, "a100", "s:\"\\x00\"");
}

static const struct
{
  const char *hex;
  int code;
  const char *text;
} refused[] = {
  { "", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "cd00", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "cb00", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "a2ff", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "d9", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "dbffffffff78", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "c6ffffffff78", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "92c0", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "ddffffffffc0", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "dfffffffffc0c0", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "81a178", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "d4", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "d830", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "c9ffffffff31", PYROG_ERROR_SERIALIZE, "middle of a value" },
  { "c0c0", PYROG_ERROR_SERIALIZE, "byte 1: something follows" },
  { "c1", PYROG_ERROR_SERIALIZE, "0xc1" },
  { "a1ff", PYROG_ERROR_SERIALIZE, "UTF-8" },
  { "a3eda080", PYROG_ERROR_SERIALIZE, "UTF-8" },
  { "a400eda080", PYROG_ERROR_SERIALIZE, "UTF-8" },
  { "a2c080", PYROG_ERROR_SERIALIZE, "UTF-8" },
  { "819000", PYROG_ERROR_SERIALIZE, "list" },
  { "818000", PYROG_ERROR_SERIALIZE, "dict" },
  { "d73000000000"
    "00000000",
    PYROG_ERROR_SERIALIZE, "16 bytes" },
  { "c70031", PYROG_ERROR_SERIALIZE, "digit" },
  { "d43120", PYROG_ERROR_SERIALIZE, "digit" },
  { "c70331"
    "315f31",
    PYROG_ERROR_SERIALIZE, "digit" },
  { "d63200000000", PYROG_ERROR_SERIALIZE, "8 bytes" },
  { "d732"
    "000000000000f87f",
    PYROG_ERROR_SERIALIZE, "years" },
  { "d732"
    "000000000000f07f",
    PYROG_ERROR_SERIALIZE, "years" },
  { "d732"
    "000000000000f0ff",
    PYROG_ERROR_SERIALIZE, "years" },
  { "d533"
    "0100",
    PYROG_ERROR_SERIALIZE, "8 nor 4" },
  { "d733"
    "0000000000000000",
    PYROG_ERROR_SERIALIZE, "years" },
  { "d633"
    "ffffffff",
    PYROG_ERROR_SERIALIZE, "years" },
  { "d733"
    "1cba370000000000",
    PYROG_ERROR_SERIALIZE, "years" },
  { "d6ff00000000", PYROG_ERROR_SERIALIZE, "0xff" },
  { "d43400", PYROG_ERROR_SERIALIZE, "0x34" },
};

/* What is malformed is refused with an error that says why and where */
static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    codec_check_refuses (CODEC, refused[i].hex, refused[i].code, refused[i].text);
}

/* An error of the writer names the place of what it can't carry */
static void
test_paths (void)
{
  codec_check_cant_encode (CODEC, "[{f i:1}]", "result",
                           "result[0]: msgpack can't carry a frozenset");
  codec_check_cant_encode (CODEC, "(s:\"obj\",s:\"method\",(None,None,{d s:\"x\"={f}}),None)", NULL,
                           "args[2][\"x\"]: msgpack can't carry a frozenset");
  codec_check_cant_encode (CODEC, "{d s:\"a\"={d i:5=None}}", "result",
                           "result[\"a\"][5]: msgpack carries str and bytes as keys, not ‘int’");
  codec_check_cant_encode (CODEC, "[s:\"\\xed\\xa0\\x80\"]", "result",
                           "result[0]: msgpack can't carry a str with lone surrogates");
  codec_check_cant_encode (CODEC, "o:0", "result",
                           "result: the date is not in the years 1 to 9999");
  codec_check_cant_encode (CODEC, "t:7ff8000000000000", "result",
                           "result: the date is not in the years 1 to 9999");
}

/* A date is itself again after a way through a GVariant, to the microsecond; what only looks like
 * one stays a dict */
static void
test_dates (void)
{
  static const struct
  {
    const char *value;
    gboolean is_date;
  } rows[] = {
    { "o:1", TRUE },
    { "o:730120", TRUE },
    { "o:3652059", TRUE },
    { "t:0000000000000000", TRUE },
    { "t:41cdcd6500000000", TRUE }, /* 10**9 */
    { "t:41cdcd6500600000", TRUE }, /* and three quarters */
    { "t:c1cdcd6500000000", TRUE },
    { "[t:41cdcd6500000000,{d s:\"when\"=o:5}]", TRUE },
    { "{d s:\"__class__\"=s:\"datetime.date\",s:\"value\"=s:\"2001-02-29\"}", FALSE },
    { "{d s:\"__class__\"=s:\"datetime.date\",s:\"value\"=s:\"2001-02-2\"}", FALSE },
    { "{d s:\"__class__\"=s:\"datetime.date\",s:\"value\"=s:\"0000-01-01\"}", FALSE },
    { "{d s:\"__class__\"=s:\"datetime.date\",s:\"value\"=i:5}", FALSE },
    { "{d s:\"__class__\"=s:\"date\",s:\"value\"=s:\"2001-02-03\"}", FALSE },
    { "{d s:\"__class__\"=s:\"datetime.date\",s:\"date\"=s:\"2001-02-03\"}", FALSE },
    { "{d s:\"__class__\"=s:\"datetime.datetime\",s:\"value\"=s:\"2001-02-03\"}", FALSE },
    { "{d s:\"__class__\"=s:\"datetime.datetime\",s:\"value\"=s:\"2001-02-03T04:05:60\"}", FALSE },
    { "{d s:\"__class__\"=s:\"datetime.datetime\",s:\"value\"=s:\"2001-02-03T04:05:06.5\"}",
      FALSE },
    { "{d s:\"__class__\"=s:\"datetime.datetime\",s:\"value\"=s:\"2001-02-03T04:05:06+01:00\"}",
      FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogValue value = pyrog_value_from_canonical (arena, rows[i].value), again;
      g_autoptr (GVariant) variant = pyrog_value_to_variant (&value, "value", &error);
      PyrogBuffer direct, by_variant;

      g_test_message ("%s", rows[i].value);
      g_assert_no_error (error);
      g_assert_true (pyrog_value_from_variant (arena, variant, &again, &error));
      pyrog_buffer_init (&direct, G_MAXSIZE);
      pyrog_buffer_init (&by_variant, G_MAXSIZE);
      g_assert_true (CODEC->encode (&value, "value", &direct, &error));
      g_assert_true (CODEC->encode (&again, "value", &by_variant, &error));
      codec_check_bytes (by_variant.data, by_variant.size, direct.data, direct.size);
      g_assert_true (
          rows[i].is_date
          == (g_strstr_len ((const char *) direct.data, (gssize) direct.size, "__class__")
              == NULL));
      pyrog_buffer_clear (&direct);
      pyrog_buffer_clear (&by_variant);
    }
}

/* 60 containers in each other are read and written, 61 are not */
static void
test_depth (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  guint8 data[62];
  PyrogBuffer out;
  PyrogValue value;

  for (gsize i = 0; i < 61; i++)
    data[i] = 0x91;
  data[61] = 0xc0;
  g_assert_cmpint (codec_check_budget (CODEC, data, 62, 0, 0), ==, PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_true (CODEC->decode (arena, data + 1, 61, &value, &error));
  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (CODEC->encode (&value, "value", &out, &error));
  codec_check_bytes (out.data, out.size, data + 1, 61);

  PyrogValue outer = { .kind = PYROG_KIND_LIST, .size = 1, .items = &value };
  g_assert_false (CODEC->encode (&outer, "value", &out, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  pyrog_buffer_clear (&out);
}

/* Values and bytes of memory count to the budget, to the last one */
static void
test_budget (void)
{
  const guint8 list[] = { 0x93, 0xc0, 0xc0, 0x81, 0xc0, 0xc0 };

  /* The list, its three items, key and value */
  g_assert_cmpint (codec_check_budget (CODEC, list, sizeof list, 0, 6), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, list, sizeof list, 0, 5), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_cmpint (codec_check_budget (CODEC, list, sizeof list, 5 * 16, 0), ==, -1);
  g_assert_cmpint (codec_check_budget (CODEC, list, sizeof list, 5 * 16 - 1, 0), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* An int of 4300 digits passes in both directions, one of 4301 in none */
static void
test_digits (void)
{
  g_autofree char *edge = g_strnfill (4300, '9');
  g_autofree char *beyond = g_strnfill (4301, '9');
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  PyrogValue value = { .kind = PYROG_KIND_BIG_INT, .size = 4300, .text = edge }, again;
  PyrogValue larger = { .kind = PYROG_KIND_BIG_INT, .size = 4301, .text = beyond };
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (CODEC->encode (&value, "value", &out, &error));
  g_assert_true (CODEC->decode (arena, out.data, out.size, &again, &error));
  g_assert_true (pyrog_value_equal (&value, &again));
  g_assert_false (CODEC->encode (&larger, "value", &out, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  pyrog_buffer_clear (&out);

  g_byte_array_append (bytes, (const guint8 *) "\xc8\x10\xcd\x31", 4);
  g_byte_array_append (bytes, (const guint8 *) beyond, 4301);
  g_assert_cmpint (codec_check_budget (CODEC, bytes->data, bytes->len, 0, 0), ==,
                   PYROG_ERROR_MESSAGE_TOO_LARGE);
}

/* A message above the buffer's limit is an error, and leaves no half of itself */
static void
test_limit (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value = pyrog_value_from_canonical (arena, "[s:\"hello\",f:0000000000000000]");
  PyrogBuffer out;

  for (gsize limit = 0; limit < 16; limit++)
    {
      g_autoptr (GError) error = NULL;
      pyrog_buffer_init (&out, limit);
      g_assert_false (CODEC->encode (&value, "value", &out, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
      g_assert_cmpuint (out.size, ==, 0);
      pyrog_buffer_clear (&out);
    }
}

/* Random values come back as they were; tuples and sets have no form of their own */
static void
test_random (void)
{
  codec_check_random (
      CODEC, 2000,
      ((1u << (PYROG_KIND_DATE + 1)) - 1)
          & ~(1u << PYROG_KIND_TUPLE | 1u << PYROG_KIND_SET | 1u << PYROG_KIND_FROZENSET));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec-msgpack/other-forms", test_other_forms);
  g_test_add_func ("/codec-msgpack/refused", test_refused);
  g_test_add_func ("/codec-msgpack/paths", test_paths);
  g_test_add_func ("/codec-msgpack/dates", test_dates);
  g_test_add_func ("/codec-msgpack/depth", test_depth);
  g_test_add_func ("/codec-msgpack/budget", test_budget);
  g_test_add_func ("/codec-msgpack/digits", test_digits);
  g_test_add_func ("/codec-msgpack/limit", test_limit);
  g_test_add_func ("/codec-msgpack/random", test_random);
  return g_test_run ();
}
