/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-value-variant.h"

#include <string.h>

#include "pyrog-error.h"
#include "pyrog-variant-layout.h"

/* What pyrog reads and writes of GVariant's serialised form itself, against GLib */

#define CASES 4000
#define MAX_DEPTH 5
#define MAX_ITEMS 6

/* ---- Random types and values ---- */

static void
append_random_type (GString *type, guint depth, gboolean is_key)
{
  static const char basic[] = "bynqiuxthdsog";
  guint choice = depth < MAX_DEPTH && !is_key ? (guint) g_test_rand_int_range (0, 9) : 8;
  guint count;

  switch (choice)
    {
    case 0:
    case 1:
      g_string_append_c (type, 'a');
      append_random_type (type, depth + 1, FALSE);
      break;
    case 2:
      g_string_append (type, "a{");
      append_random_type (type, depth + 1, TRUE);
      append_random_type (type, depth + 1, FALSE);
      g_string_append_c (type, '}');
      break;
    case 3:
    case 4:
      g_string_append_c (type, '(');
      count = (guint) g_test_rand_int_range (0, MAX_ITEMS);
      for (guint i = 0; i < count; i++)
        append_random_type (type, depth + 1, FALSE);
      g_string_append_c (type, ')');
      break;
    case 5:
      g_string_append_c (type, 'm');
      /* Maybes of maybes have a meaning of their own */
      append_random_type (type, MAX_DEPTH, FALSE);
      break;
    case 6:
      g_string_append_c (type, 'v');
      break;
    default:
      g_string_append_c (type, basic[g_test_rand_int_range (0, sizeof basic - 1)]);
    }
}

static guint64
random_bits (void)
{
  guint64 bits = (guint64) (guint32) g_test_rand_int () << 32 | (guint32) g_test_rand_int ();

  return bits >> g_test_rand_int_range (0, 63);
}

static GVariant *random_value (const GVariantType *type, guint depth);

/* Of a type that a value comes back in */
static GVariant *
random_canonical (guint depth)
{
  static const char *const types[] = { "b", "x", "d", "s", "ay", "av", "a{sv}", "(vv)" };
  guint choice = (guint) g_test_rand_int_range (0, depth < MAX_DEPTH ? G_N_ELEMENTS (types) : 5);

  return random_value (G_VARIANT_TYPE (types[choice]), depth);
}

/* number: makes keys different */
static GVariant *
random_basic (char type, guint number)
{
  guint64 bits = random_bits () << 8 | number;
  g_autofree char *text = g_strdup_printf ("%u%.*s", number, g_test_rand_int_range (0, 40),
                                           "äöü€ some text of several lengths");
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  switch (type)
    {
    case 'b':
      return g_variant_new_boolean ((number & 1) != 0);
    case 'y':
      return g_variant_new_byte ((guint8) number);
    case 'n':
      return g_variant_new_int16 ((gint16) bits);
    case 'q':
      return g_variant_new_uint16 ((guint16) bits);
    case 'i':
      return g_variant_new_int32 ((gint32) bits);
    case 'h':
      return g_variant_new_handle ((gint32) bits);
    case 'u':
      return g_variant_new_uint32 ((guint32) bits);
    case 'x':
      return g_variant_new_int64 ((gint64) bits);
    case 't':
      return g_variant_new_uint64 (bits);
    case 'd':
      return g_variant_new_double ((double) bits + number / 1024.0);
    case 's':
      return g_variant_new_string (valid);
    case 'o':
      {
        g_autofree char *path = g_strdup_printf ("/o%u", number);
        return g_variant_new_object_path (path);
      }
    default:
      return g_variant_new_signature (number % 2 != 0 ? "a{sv}" : "");
    }
}

static GVariant *
random_array (const GVariantType *type, guint depth)
{
  const GVariantType *element = g_variant_type_element (type);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (type);
  gint count = g_test_rand_int_range (0, 40) == 0 ? 300 : g_test_rand_int_range (0, MAX_ITEMS);

  if (depth > 2)
    count = MIN (count, 3);
  for (gint i = 0; i < count; i++)
    {
      if (!g_variant_type_is_dict_entry (element))
        {
          g_variant_builder_add_value (&builder, random_value (element, depth + 1));
          continue;
        }
      char key = *g_variant_type_peek_string (g_variant_type_key (element));
      if (i > (key == 'b' || key == 'g' ? 1 : 200))
        break;
      g_variant_builder_add_value (
          &builder,
          g_variant_new_dict_entry (random_basic (key, (guint) i),
                                    random_value (g_variant_type_value (element), depth + 1)));
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
random_value (const GVariantType *type, guint depth)
{
  char kind = *g_variant_type_peek_string (type);

  switch (kind)
    {
    case 'v':
      return g_variant_new_variant (random_canonical (depth + 1));
    case 'a':
      return random_array (type, depth);
    case 'm':
      return g_variant_new_maybe (
          g_variant_type_element (type),
          g_test_rand_bit () ? random_value (g_variant_type_element (type), depth + 1) : NULL);
    case '(':
      {
        g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (type);
        for (const GVariantType *member = g_variant_type_first (type); member != NULL;
             member = g_variant_type_next (member))
          g_variant_builder_add_value (&builder, random_value (member, depth + 1));
        return g_variant_builder_end (&builder);
      }
    default:
      return random_basic (kind, (guint) g_test_rand_int_range (0, 200));
    }
}

/* ---- Tests ---- */

/* What somebody else would make of the bytes, who has to check them */
static GVariant *
reread (GVariant *variant)
{
  gsize size = g_variant_get_size (variant);
  gpointer data = g_memdup2 (g_variant_get_data (variant), size);

  return g_variant_ref_sink (
      g_variant_new_from_data (g_variant_get_type (variant), data, size, FALSE, g_free, data));
}

static void
assert_comes_back (GVariant *variant)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogValue value;

  g_assert_true (pyrog_value_from_variant (arena, variant, &value, &error));
  g_assert_no_error (error);
  g_autoptr (GVariant) back
      = pyrog_value_to_variant_typed (&value, g_variant_get_type (variant), "value", &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) checked = reread (back);
  g_assert_true (g_variant_is_normal_form (checked));
  g_assert_true (g_variant_equal (checked, variant));
  gsize size = g_variant_get_size (variant);
  g_assert_cmpuint (g_variant_get_size (back), ==, size);
  g_assert_true (size == 0
                 || memcmp (g_variant_get_data (back), g_variant_get_data (variant), size) == 0);
}

/* Any value comes back byte by byte, whether it was a tree or in serialised form */
static void
test_random (void)
{
  for (guint i = 0; i < CASES; i++)
    {
      g_autoptr (GString) type = g_string_new (NULL);
      append_random_type (type, 0, FALSE);
      g_autoptr (GVariant) variant
          = g_variant_ref_sink (random_value (G_VARIANT_TYPE (type->str), 0));
      g_autoptr (GVariant) serialised = reread (variant);
      assert_comes_back (variant);
      assert_comes_back (serialised);
    }
}

/* Every container has offsets of a size that is enough for its end */
static void
test_sizes (void)
{
  const gsize sizes[]
      = { 0, 1, 250, 251, 252, 253, 254, 255, 256, 65520, 65530, 65533, 65535, 65536, 70000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = g_strnfill (sizes[i], 'x');
      const char *const texts[] = { text, "y", NULL };
      g_autoptr (GVariant) array = g_variant_ref_sink (g_variant_new_strv (texts, -1));
      g_autoptr (GVariant) tuple = g_variant_ref_sink (g_variant_new ("(sss)", "a", text, "b"));
      g_autoptr (GVariant) dict
          = g_variant_ref_sink (g_variant_new_parsed ("{%s: <%s>}", text, text));
      assert_comes_back (array);
      assert_comes_back (tuple);
      assert_comes_back (dict);
    }
}

/* Elements that are large are not copied to be read */
static void
test_large_items (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autofree guint8 *data = g_malloc0 (1000000);
  GVariant *bytes = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, 1000000, 1);
  g_autoptr (GVariant) array = g_variant_ref_sink (g_variant_new_array (NULL, &bytes, 1));
  PyrogValue value;

  g_assert_true (pyrog_value_from_variant (arena, array, &value, NULL));
  g_assert_cmpuint (value.items[0].size, ==, 1000000);
  g_assert_true (value.items[0].text == g_variant_get_data (bytes));
}

/* What is malformed is read as GLib reads it: by its rules there are no errors, only defaults */
static void
test_malformed (void)
{
  static const guint8 data[] = { 'a', 0, 'b', 9, 200, 3 };
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GVariant) variant = g_variant_ref_sink (
      g_variant_new_from_data (G_VARIANT_TYPE_STRING_ARRAY, data, sizeof data, FALSE, NULL, NULL));
  PyrogValue value;

  g_assert_false (g_variant_is_normal_form (variant));
  g_assert_true (pyrog_value_from_variant (arena, variant, &value, NULL));
  g_assert_cmpuint (value.size, ==, g_variant_n_children (variant));
}

/* Values that lie deeper than GLib reads are refused, not lost */
static void
test_depth (void)
{
  g_autofree char *arrays = g_strnfill (PYROG_MAX_VARIANT_LEVELS - 1, 'a');
  g_autofree char *deep = g_strconcat (arrays, "v", NULL);
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value = pyrog_value_int (1);

  for (guint i = 0; i < PYROG_MAX_VARIANT_LEVELS - 1; i++)
    {
      PyrogValue *items = pyrog_arena_alloc (arena, sizeof *items, NULL);
      *items = value;
      value = (PyrogValue){ .kind = PYROG_KIND_LIST, .size = 1, .items = items };
    }
  g_autoptr (GError) error = NULL;
  g_assert_null (pyrog_value_to_variant_typed (&value, G_VARIANT_TYPE (deep), "value", &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_clear_error (&error);
  g_autoptr (GVariant) variant
      = pyrog_value_to_variant_typed (value.items, G_VARIANT_TYPE (deep + 1), "value", &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) checked = reread (variant);
  g_assert_true (g_variant_is_normal_form (checked));
}

/* Entries with a text and any value, of all sizes at which something else is in front or behind */
static void
test_entries (void)
{
  const char *const values[] = { "true",       "int64 -5",    "uint64 18446744073709551615",
                                 "1.5",        "''",          "'x'",
                                 "b'x'",       "[<int64 1>]", "{'k': <int64 2>}",
                                 "@mv nothing" };

  for (gsize size = 0; size < 270; size += size == 20 ? 210 : 1)
    {
      g_autofree char *key = g_strnfill (size, 'k');
      g_autoptr (GString) text = g_string_new (NULL);
      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        g_string_append_printf (text, "%s{'%s': <%s>, 'k%s': <'%s'>}", i > 0 ? ", " : "", key,
                                values[i], key, key);
      g_autofree char *list = g_strdup_printf ("[%s]", text->str);
      g_autoptr (GVariant) dicts = g_variant_parse (NULL, list, NULL, NULL, NULL);
      assert_comes_back (dicts);
    }
}

/* Dicts in dicts are refused or whole */
static void
test_deep_dicts (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value = pyrog_value_int (1);
  guint refused = 0, depth;

  for (depth = 1; depth <= PYROG_MAX_VARIANT_LEVELS; depth++)
    {
      g_autoptr (GError) error = NULL;
      PyrogValue *items = pyrog_arena_alloc (arena, 2 * sizeof *items, NULL);
      items[0] = pyrog_value_text ("k");
      items[1] = value;
      value = (PyrogValue){ .kind = PYROG_KIND_DICT, .size = 1, .items = items };
      g_autoptr (GVariant) variant
          = pyrog_value_to_variant_typed (&value, G_VARIANT_TYPE_VARDICT, "value", &error);
      if (variant == NULL)
        {
          g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
          refused++;
          continue;
        }
      g_assert_cmpuint (refused, ==, 0);
      g_autoptr (GVariant) checked = reread (variant);
      g_assert_true (g_variant_is_normal_form (checked));
      g_assert_true (g_variant_equal (checked, variant));
    }
  g_assert_cmpuint (refused, >, 0);
}

static void
test_layout (void)
{
  const struct
  {
    const char *type;
    gsize alignment;
    gsize size;
  } cases[] = {
    { "y", 1, 1 },     { "(y)", 1, 1 },  { "()", 1, 1 },    { "(yx)", 8, 16 },
    { "(xy)", 8, 16 }, { "{yn}", 2, 4 }, { "(ysx)", 8, 0 }, { "a(yx)", 8, 0 },
    { "mi", 4, 0 },    { "s", 1, 0 },    { "v", 8, 0 },     { "(n(yi))", 4, 12 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const PyrogVariantLayout layout = pyrog_variant_layout ((const GVariantType *) cases[i].type);
      g_assert_cmpuint (layout.alignment, ==, cases[i].alignment);
      g_assert_cmpuint (layout.size, ==, cases[i].size);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/variant-forms/random", test_random);
  g_test_add_func ("/variant-forms/sizes", test_sizes);
  g_test_add_func ("/variant-forms/large-items", test_large_items);
  g_test_add_func ("/variant-forms/malformed", test_malformed);
  g_test_add_func ("/variant-forms/depth", test_depth);
  g_test_add_func ("/variant-forms/entries", test_entries);
  g_test_add_func ("/variant-forms/deep-dicts", test_deep_dicts);
  g_test_add_func ("/variant-forms/layout", test_layout);
  return g_test_run ();
}
