/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-error.h"
#include "pyrog-value-variant.h"

/* GVariants whose large bytes are slices of what was received: equal to those that are not */

#define SIZE (3 * PYROG_PIECE_MIN)

typedef struct
{
  PyrogChunk *chunk; /* (owned) */
  PyrogValue large;  /* in it */
  PyrogValue small;  /* in it, and not worth a slice */
  PyrogValue apart;  /* large, and not in it */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->chunk = pyrog_chunk_new (SIZE);
  for (gsize i = 0; i < SIZE; i++)
    fixture->chunk->data[i] = (guint8) (i / 251);
  const char *text = (const char *) fixture->chunk->data;
  fixture->large
      = (PyrogValue){ .kind = PYROG_KIND_BYTES, .size = PYROG_PIECE_MIN, .text = text + 9 };
  fixture->small
      = (PyrogValue){ .kind = PYROG_KIND_BYTES, .size = PYROG_PIECE_MIN - 1, .text = text };
  fixture->apart = (PyrogValue){ .kind = PYROG_KIND_BYTES,
                                 .size = PYROG_PIECE_MIN,
                                 .text = g_memdup2 (text, PYROG_PIECE_MIN) };
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_free ((gpointer) fixture->apart.text);
  pyrog_chunk_unref (fixture->chunk);
}

static guint
count_slices (Fixture *fixture, GVariant *variant)
{
  gsize count = g_variant_is_container (variant) ? g_variant_n_children (variant) : 0;
  guint slices = 0;

  if (g_variant_is_of_type (variant, G_VARIANT_TYPE_BYTESTRING))
    return pyrog_chunk_contains (fixture->chunk, g_variant_get_data (variant)) ? 1 : 0;
  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (variant, i);
      slices += count_slices (fixture, child);
    }
  return slices;
}

/* The value in type is what it always is, with so many slices */
static void
check (Fixture *fixture, const PyrogValue *value, const char *type, guint slices)
{
  const GVariantType *wanted = type != NULL ? G_VARIANT_TYPE (type) : G_VARIANT_TYPE_ANY;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) whole = pyrog_value_to_variant_typed (value, wanted, "v", &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) sliced
      = pyrog_value_to_variant_sliced (value, wanted, "v", fixture->chunk, &error);
  g_assert_no_error (error);

  g_assert_cmpstr (g_variant_get_type_string (sliced), ==, g_variant_get_type_string (whole));
  g_assert_cmpuint (count_slices (fixture, sliced), ==, slices);
  g_assert_true (g_variant_is_normal_form (sliced));
  g_assert_true (g_variant_equal (sliced, whole));
  g_autoptr (GVariant) without = pyrog_value_to_variant_sliced (value, wanted, "v", NULL, &error);
  g_assert_true (g_variant_equal (without, whole));
}

/* The error is that of a conversion without slices */
static void
check_error (Fixture *fixture, const PyrogValue *value, const char *type)
{
  const GVariantType *wanted = type != NULL ? G_VARIANT_TYPE (type) : G_VARIANT_TYPE_ANY;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other = NULL;

  g_assert_null (pyrog_value_to_variant_typed (value, wanted, "v", &other));
  g_assert_null (pyrog_value_to_variant_sliced (value, wanted, "v", fixture->chunk, &error));
  g_assert_nonnull (error);
  g_assert_error (error, other->domain, other->code);
  g_assert_cmpstr (error->message, ==, other->message);
}

static void
test_bytes (Fixture *fixture, gconstpointer data)
{
  check (fixture, &fixture->large, NULL, 1);
  check (fixture, &fixture->large, "ay", 1);
  check (fixture, &fixture->large, "v", 1);
  check (fixture, &fixture->large, "may", 1);
  check (fixture, &fixture->large, "mv", 1);
  check (fixture, &fixture->small, NULL, 0);
  check (fixture, &fixture->apart, "ay", 0);
  check_error (fixture, &fixture->large, "s");
  check_error (fixture, &fixture->large, "x");
  check_error (fixture, &fixture->large, "ax");
  check_error (fixture, &fixture->large, "(ay)");
}

static void
test_sequences (Fixture *fixture, gconstpointer data)
{
  PyrogValue items[]
      = { fixture->large, fixture->small, fixture->apart, fixture->large, pyrog_value_int (7) };
  PyrogValue list = { .kind = PYROG_KIND_LIST, .size = 4, .items = items };
  PyrogValue tuple = { .kind = PYROG_KIND_TUPLE, .size = 5, .items = items };
  PyrogValue outer = { .kind = PYROG_KIND_LIST, .size = 1, .items = &tuple };

  check (fixture, &list, NULL, 2);
  check (fixture, &list, "aay", 2);
  check (fixture, &list, "av", 2);
  check (fixture, &list, "(ayvayay)", 2);
  check (fixture, &tuple, NULL, 2);
  check (fixture, &tuple, "(ayvayayx)", 2);
  check (fixture, &tuple, "(mayvmvayy)", 2);
  check (fixture, &outer, NULL, 2);
  check (fixture, &outer, "a(ayayayvi)", 2);
  check_error (fixture, &tuple, "aay");
  check_error (fixture, &tuple, "(ayayayay)");
  check_error (fixture, &outer, "a(ayayayays)");
}

static void
test_dicts (Fixture *fixture, gconstpointer data)
{
  PyrogValue pairs[] = { pyrog_value_text ("a"), fixture->large,         pyrog_value_text ("b"),
                         pyrog_value_none (),    pyrog_value_text ("c"), fixture->large };
  PyrogValue numbers[] = { pyrog_value_int (1), fixture->large };
  PyrogValue dict = { .kind = PYROG_KIND_DICT, .size = 3, .items = pairs };
  PyrogValue other = { .kind = PYROG_KIND_DICT, .size = 1, .items = numbers };
  PyrogValue empty = { .kind = PYROG_KIND_DICT };
  PyrogValue both[] = { dict, other, empty };
  PyrogValue list = { .kind = PYROG_KIND_LIST, .size = 3, .items = both };

  check (fixture, &dict, NULL, 2);
  check (fixture, &dict, "a{sv}", 2);
  check (fixture, &dict, "a{smay}", 2);
  check (fixture, &other, NULL, 0);
  check (fixture, &other, "a{iay}", 1);
  check (fixture, &list, NULL, 2);
  check_error (fixture, &dict, "a{say}");
  check_error (fixture, &other, "a{say}");
  check_error (fixture, &dict, "av");
}

/* Sets are copied; what lies around them is not */
static void
test_sets (Fixture *fixture, gconstpointer data)
{
  PyrogValue set = { .kind = PYROG_KIND_SET, .size = 1, .items = &fixture->large };
  PyrogValue frozen = { .kind = PYROG_KIND_FROZENSET, .size = 1, .items = &fixture->large };
  PyrogValue items[] = { set, frozen, fixture->large };
  PyrogValue tuple = { .kind = PYROG_KIND_TUPLE, .size = 3, .items = items };

  check (fixture, &set, NULL, 0);
  check (fixture, &set, "aay", 0);
  check (fixture, &tuple, NULL, 1);
}

/* Around many small values a few bytes are not worth a GVariant for each value */
static void
test_many_values (Fixture *fixture, gconstpointer data)
{
  PyrogValue items[1000];
  PyrogValue list = { .kind = PYROG_KIND_LIST, .size = G_N_ELEMENTS (items), .items = items };

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    items[i] = pyrog_value_int (i);
  items[10] = fixture->large;
  check (fixture, &list, NULL, 0);
  PyrogValue pair[] = { fixture->large, list };
  PyrogValue tuple = { .kind = PYROG_KIND_TUPLE, .size = 2, .items = pair };
  check (fixture, &tuple, NULL, 1);
}

/* What nests deeper than a GVariant can keep is refused as ever */
static void
test_depth (Fixture *fixture, gconstpointer data)
{
  PyrogValue lists[PYROG_MAX_CALL_DEPTH];
  PyrogValue value = fixture->large;

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      lists[i] = value;
      value = (PyrogValue){ .kind = PYROG_KIND_LIST, .size = 1, .items = &lists[i] };
      g_autoptr (GVariant) whole = pyrog_value_to_variant (&value, "v", NULL);
      if (whole != NULL)
        check (fixture, &value, NULL, 1);
      else
        check_error (fixture, &value, NULL);
    }
  check_error (fixture, &value, NULL);
}

/* The slices live as long as the GVariants, whatever becomes of the message */
static void
test_lifetime (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;

  set_up (&fixture, NULL);
  PyrogValue list = { .kind = PYROG_KIND_LIST, .size = 1, .items = &fixture.large };
  GVariant *variant
      = pyrog_value_to_variant_sliced (&list, G_VARIANT_TYPE ("aay"), "v", fixture.chunk, &error);
  g_autoptr (GVariant) bytes = g_variant_get_child_value (variant, 0);
  g_autofree char *expected = g_memdup2 (fixture.large.text, fixture.large.size);
  tear_down (&fixture, NULL);
  g_variant_unref (variant);
  g_assert_cmpuint (g_variant_get_size (bytes), ==, PYROG_PIECE_MIN);
  g_assert_true (memcmp (g_variant_get_data (bytes), expected, PYROG_PIECE_MIN) == 0);
}

static void
add_test (const char *path, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/value-slices/bytes", test_bytes);
  add_test ("/value-slices/sequences", test_sequences);
  add_test ("/value-slices/dicts", test_dicts);
  add_test ("/value-slices/sets", test_sets);
  add_test ("/value-slices/many-values", test_many_values);
  add_test ("/value-slices/depth", test_depth);
  g_test_add_func ("/value-slices/lifetime", test_lifetime);
  return g_test_run ();
}
