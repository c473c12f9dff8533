/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-value-variant.h"

#include <string.h>

#include "pyrog-coerce.h"
#include "pyrog-error.h"

/* The texts of GVariants in their canonical types: what every value of Python becomes */
static const char *const canonical[] = {
  "@mv nothing",
  "true",
  "int64 -9223372036854775808",
  "uint64 18446744073709551615",
  "@mms just just '-123456789012345678901234567890'",
  "1.5",
  "@mm(dd) just just (1.0, -2.5)",
  "'text ü'",
  "''",
  "@mmay just just [byte 0x61, 0x00, 0xed, 0xa0, 0x80]",
  "@ay [0x00, 0xff]",
  "@ay []",
  "@av []",
  "[<int64 1>, <'a'>, <@av []>]",
  "()",
  "(<int64 1>,)",
  "(<int64 1>, <(<'deep'>, <[<true>]>)>)",
  "@mmav just just [<int64 1>, <int64 2>]",
  "@mmmav just just just [<'x'>]",
  "@a{sv} {}",
  "{'a': <int64 1>, 'bb': <{'c': <@mv nothing>}>}",
  "@a{xv} {1: <'one'>, -2: <'two'>}",
  "@a{dv} {0.5: <int64 1>}",
  "@a{bv} {true: <int64 1>}",
  "@mma(vv) just just [(<int64 1>, <'a'>), (<'b'>, <int64 2>)]",
  "[<@mmav just just [<(<int64 1>, <2.0>)>]>, <@mma(vv) just just [(<(<'k'>,)>, <@ay [1]>)]>]",
};

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *variant = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return g_variant_take_ref (variant);
}

/* The serialised form that we write ourselves is what GVariant's own builder would have written */
static void
test_canonical (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (canonical); i++)
    {
      g_autoptr (GVariant) wanted = parse (canonical[i]);
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogValue value;

      g_test_message ("%s", canonical[i]);
      pyrog_value_from_variant (arena, wanted, &value, &error);
      g_assert_no_error (error);
      g_autoptr (GVariant) made = pyrog_value_to_variant (&value, "value", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_variant_get_type_string (made), ==, g_variant_get_type_string (wanted));
      g_assert_true (g_variant_is_normal_form (made));
      g_assert_true (g_variant_equal (made, wanted));
      g_autoptr (GBytes) made_bytes = g_variant_get_data_as_bytes (made);
      g_autoptr (GBytes) wanted_bytes = g_variant_get_data_as_bytes (wanted);
      g_assert_true (g_bytes_equal (made_bytes, wanted_bytes));
    }
}

/* Other GVariants are understood too */
static void
test_any_variant (void)
{
  static const struct
  {
    const char *given;
    const char *canonical;
  } rows[] = {
    { "byte 5", "int64 5" },
    { "['a', 'b']", "[<'a'>, <'b'>]" },
    { "(1, 'x')", "(<int64 1>, <'x'>)" },
    { "[1, 2]", "[<int64 1>, <int64 2>]" },
    { "<<int32 7>>", "int64 7" },
    { "objectpath '/a'", "'/a'" },
    { "@a{si} {'a': 1}", "{'a': <int64 1>}" },
    { "@a{ys} {1: 'a'}", "@a{xv} {1: <'a'>}" },
    { "@ms 'x'", "'x'" },
    { "@ms nothing", "@mv nothing" },
    { "@mmas just just ['a']", "@mmav just just [<'a'>]" },
    { "@mms just just '12'", "int64 12" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) given = parse (rows[i].given);
      g_autoptr (GVariant) wanted = parse (rows[i].canonical);
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogValue value;

      g_test_message ("%s", rows[i].given);
      g_assert_true (pyrog_value_from_variant (arena, given, &value, NULL));
      g_autoptr (GVariant) made = pyrog_value_to_variant (&value, "value", NULL);
      g_assert_true (g_variant_equal (made, wanted));
    }
}

/* What has no meaning is refused */
static void
test_refused_variants (void)
{
  static const char *const refused[] = {
    "@mmx just just 5",  "@mmb just just true",        "@mmmmx just just just just 5",
    "@mms just nothing", "@mms just just 'no number'", "@mmay just just [byte 0xff]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GVariant) given = parse (refused[i]);
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogValue value;

      g_test_message ("%s", refused[i]);
      g_assert_false (pyrog_value_from_variant (arena, given, &value, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
    }
}

/* Conversion to a wanted type: what fits, and what does not with its reason */
static void
test_typed (void)
{
  static const struct
  {
    const char *given;
    const char *type;
    const char *result; /* (nullable) */
    int code;
    const char *path;
  } rows[] = {
    { "[<int64 1>, <int64 2>]", "ax", "@ax [1, 2]", 0, NULL },
    { "[<int64 1>, <int64 2>]", "ay", "@ay [1, 2]", 0, NULL },
    { "(<int64 1>, <'a'>)", "(us)", "(uint32 1, 'a')", 0, NULL },
    { "[<int64 1>, <'a'>]", "(ns)", "(int16 1, 'a')", 0, NULL },
    { "int64 5", "d", "5.0", 0, NULL },
    { "true", "x", "int64 1", 0, NULL },
    { "[<1.5>, <2.5>]", "ad", "[1.5, 2.5]", 0, NULL },
    { "{'a': <int64 1>}", "a{su}", "{'a': uint32 1}", 0, NULL },
    { "{'data': <'aGk='>, 'encoding': <'base64'>}", "ay", "@ay [0x68, 0x69]", 0, NULL },
    { "@mv nothing", "ms", "@ms nothing", 0, NULL },
    { "'x'", "ms", "@ms 'x'", 0, NULL },
    { "@av []", "as", "@as []", 0, NULL },
    { "uint64 18446744073709551615", "t", "uint64 18446744073709551615", 0, NULL },
    { "int64 300", "y", NULL, PYROG_ERROR_OVERFLOW_ERROR, "value:" },
    { "int64 -1", "u", NULL, PYROG_ERROR_OVERFLOW_ERROR, "value:" },
    { "uint64 18446744073709551615", "x", NULL, PYROG_ERROR_OVERFLOW_ERROR, "value:" },
    { "'x'", "x", NULL, PYROG_ERROR_TYPE_ERROR, "value:" },
    { "int64 1", "b", NULL, PYROG_ERROR_TYPE_ERROR, "value:" },
    { "1.5", "x", NULL, PYROG_ERROR_TYPE_ERROR, "value:" },
    { "[<int64 1>, <'a'>]", "ax", NULL, PYROG_ERROR_TYPE_ERROR, "value[1]:" },
    { "{'k': <[<int64 1>, <int64 999>]>}", "a{say}", NULL, PYROG_ERROR_OVERFLOW_ERROR,
      "value[\"k\"][1]:" },
    { "(<int64 1>,)", "(xx)", NULL, PYROG_ERROR_TYPE_ERROR, "value:" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) given = parse (rows[i].given);
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogValue value;

      g_test_message ("%s as %s", rows[i].given, rows[i].type);
      g_assert_true (pyrog_value_from_variant (arena, given, &value, NULL));
      g_autoptr (GVariant) made = pyrog_value_to_variant_typed (
          &value, (const GVariantType *) rows[i].type, "value", &error);
      if (rows[i].result == NULL)
        {
          g_assert_error (error, PYROG_ERROR, rows[i].code);
          g_assert_true (g_str_has_prefix (error->message, rows[i].path));
          continue;
        }
      g_assert_no_error (error);
      g_autoptr (GVariant) wanted = parse (rows[i].result);
      g_assert_true (g_variant_equal (made, wanted));
    }
}

/* The public conversion: what fits, what does not, and what need not be converted */
static void
test_coerce (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) list = parse ("[<int64 1>, <int64 2>]");
  g_autoptr (GVariant) packed = pyrog_value_coerce (list, G_VARIANT_TYPE ("au"), &error);

  g_assert_no_error (error);
  g_autoptr (GVariant) wanted = parse ("@au [1, 2]");
  g_assert_true (g_variant_equal (packed, wanted));
  g_autoptr (GVariant) same = pyrog_value_coerce (packed, G_VARIANT_TYPE ("au"), &error);
  g_assert_true (same == packed);
  g_assert_null (pyrog_value_coerce (list, G_VARIANT_TYPE ("as"), &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  g_assert_true (g_str_has_prefix (error->message, "value[0]:"));
}

static gboolean
build_nested (PyrogBuilder *builder, PyrogKind kind, guint depth)
{
  for (guint i = 0; i < depth; i++)
    {
      if (!pyrog_builder_open (builder, kind))
        return FALSE;
      if (kind == PYROG_KIND_DICT)
        pyrog_builder_str (builder, "k", 1);
    }
  pyrog_builder_str (builder, "core", 4);
  for (guint i = 0; i < depth; i++)
    pyrog_builder_close (builder);
  return TRUE;
}

/* The innermost value is still there, after the GVariant went through its serialised form */
static void
assert_core (GVariant *variant)
{
  g_autoptr (GVariant) now = g_variant_ref (variant);

  while (!g_variant_is_of_type (now, G_VARIANT_TYPE_STRING))
    {
      g_autoptr (GVariant) old = g_steal_pointer (&now);
      if (g_variant_is_of_type (old, G_VARIANT_TYPE_VARIANT))
        now = g_variant_get_variant (old);
      else if (g_variant_is_of_type (old, G_VARIANT_TYPE_DICT_ENTRY))
        now = g_variant_get_child_value (old, 1);
      else
        now = g_variant_get_child_value (old, 0);
    }
  g_assert_cmpstr (g_variant_get_string (now, NULL), ==, "core");
}

/* Nesting at the edge of what a GVariant keeps is kept, and one level more is refused: nothing is
 * lost in silence */
static void
test_depth (void)
{
  static const struct
  {
    PyrogKind kind;
    guint deepest;
  } rows[] = {
    { PYROG_KIND_LIST, 59 },
    { PYROG_KIND_TUPLE, 59 },
    { PYROG_KIND_DICT, 39 },
    { PYROG_KIND_FROZENSET, 23 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      for (guint more = 0; more < 2; more++)
        {
          g_autoptr (PyrogArena) arena = pyrog_arena_new ();
          g_autoptr (GError) error = NULL;
          PyrogBuilder builder;
          PyrogValue value;

          pyrog_builder_init (&builder, arena);
          g_assert_true (build_nested (&builder, rows[i].kind, rows[i].deepest + more));
          g_assert_true (pyrog_builder_finish (&builder, &value, NULL));
          pyrog_builder_clear (&builder);
          g_autoptr (GVariant) variant = pyrog_value_to_variant (&value, "value", &error);
          g_test_message ("%s, %u deep", pyrog_kind_name (rows[i].kind), rows[i].deepest + more);
          if (more == 0)
            {
              g_assert_no_error (error);
              assert_core (variant);
            }
          else
            g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
        }
    }
}

/* A tuple with more items than a type string should have needs a signature */
static void
test_long_tuple (void)
{
  for (guint count = PYROG_MAX_VARIANT_TUPLE; count <= PYROG_MAX_VARIANT_TUPLE + 1; count++)
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogBuilder builder;
      PyrogValue value;

      pyrog_builder_init (&builder, arena);
      pyrog_builder_open (&builder, PYROG_KIND_TUPLE);
      for (guint i = 0; i < count; i++)
        pyrog_builder_int (&builder, i);
      pyrog_builder_close (&builder);
      g_assert_true (pyrog_builder_finish (&builder, &value, NULL));
      pyrog_builder_clear (&builder);
      g_autoptr (GVariant) canonical_tuple = pyrog_value_to_variant (&value, "value", NULL);
      g_autoptr (GVariant) typed
          = pyrog_value_to_variant_typed (&value, G_VARIANT_TYPE ("ai"), "value", NULL);
      g_assert_true ((canonical_tuple != NULL) == (count <= PYROG_MAX_VARIANT_TUPLE));
      g_assert_cmpuint (g_variant_n_children (typed), ==, count);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value-variant/canonical", test_canonical);
  g_test_add_func ("/value-variant/any-variant", test_any_variant);
  g_test_add_func ("/value-variant/refused-variants", test_refused_variants);
  g_test_add_func ("/value-variant/typed", test_typed);
  g_test_add_func ("/value-variant/coerce", test_coerce);
  g_test_add_func ("/value-variant/depth", test_depth);
  g_test_add_func ("/value-variant/long-tuple", test_long_tuple);
  return g_test_run ();
}
