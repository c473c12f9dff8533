/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-value.h"

#include <math.h>
#include <string.h>

#include "pyrog-value-index.h"

static PyrogValue
container (PyrogKind kind, const PyrogValue *items, guint32 size)
{
  return (PyrogValue){ .kind = (guint8) kind, .size = size, .items = items };
}

/* Values are equal as in Python: across numbers, sets in any order, and no list is a tuple */
static void
test_equal (void)
{
  const PyrogValue one_two[] = { pyrog_value_int (1), pyrog_value_int (2) };
  const PyrogValue two_one[] = { pyrog_value_int (2), pyrog_value_float (1) };
  const PyrogValue pair[] = { pyrog_value_text ("a"), pyrog_value_int (1) };
  const PyrogValue same_pair[] = { pyrog_value_text ("a"), pyrog_value_bool (TRUE) };
  const struct
  {
    PyrogValue a, b;
    gboolean equal;
  } rows[] = {
    { pyrog_value_none (), pyrog_value_none (), TRUE },
    { pyrog_value_none (), pyrog_value_int (0), FALSE },
    { pyrog_value_int (1), pyrog_value_float (1), TRUE },
    { pyrog_value_int (1), pyrog_value_bool (TRUE), TRUE },
    { pyrog_value_int (0), pyrog_value_float (-0.0), TRUE },
    { pyrog_value_float (NAN), pyrog_value_float (NAN), FALSE },
    { pyrog_value_int (G_MAXINT64), pyrog_value_float (9223372036854775808.0), FALSE },
    { pyrog_value_text ("a"), pyrog_value_text ("a"), TRUE },
    { pyrog_value_text ("a"), pyrog_value_text ("ab"), FALSE },
    { container (PYROG_KIND_LIST, one_two, 2), container (PYROG_KIND_LIST, one_two, 2), TRUE },
    { container (PYROG_KIND_LIST, one_two, 2), container (PYROG_KIND_LIST, two_one, 2), FALSE },
    { container (PYROG_KIND_LIST, one_two, 2), container (PYROG_KIND_TUPLE, one_two, 2), FALSE },
    { container (PYROG_KIND_SET, one_two, 2), container (PYROG_KIND_SET, two_one, 2), TRUE },
    { container (PYROG_KIND_SET, one_two, 2), container (PYROG_KIND_FROZENSET, two_one, 2), TRUE },
    { container (PYROG_KIND_SET, one_two, 2), container (PYROG_KIND_SET, one_two, 1), FALSE },
    { container (PYROG_KIND_DICT, pair, 1), container (PYROG_KIND_DICT, same_pair, 1), TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      g_assert_true (pyrog_value_equal (&rows[i].a, &rows[i].b) == rows[i].equal);
      g_assert_true (pyrog_value_equal (&rows[i].b, &rows[i].a) == rows[i].equal);
    }
}

/* A str key of a dict finds its value; in anything else there is none */
static void
test_lookup (void)
{
  const PyrogValue items[] = { pyrog_value_int (1), pyrog_value_text ("no"), pyrog_value_text ("a"),
                               pyrog_value_int (5) };
  const PyrogValue dict = container (PYROG_KIND_DICT, items, 2);
  const PyrogValue list = container (PYROG_KIND_LIST, items, 4);

  g_assert_true (pyrog_value_lookup (&dict, "a") == &items[3]);
  g_assert_null (pyrog_value_lookup (&dict, "b"));
  g_assert_null (pyrog_value_lookup (&list, "a"));
}

/* Lists, sets and dicts are no keys, nor is a tuple that holds one */
static void
test_hashable (void)
{
  const PyrogValue number = pyrog_value_int (1);
  const PyrogValue list = container (PYROG_KIND_LIST, &number, 1);
  const PyrogValue tuple = container (PYROG_KIND_TUPLE, &number, 1);
  const PyrogValue deep = container (PYROG_KIND_TUPLE, &list, 1);
  const PyrogValue set = container (PYROG_KIND_SET, &number, 1);
  const PyrogValue frozenset = container (PYROG_KIND_FROZENSET, &number, 1);

  g_assert_true (pyrog_value_is_hashable (&number));
  g_assert_true (pyrog_value_is_hashable (&tuple));
  g_assert_true (pyrog_value_is_hashable (&frozenset));
  g_assert_false (pyrog_value_is_hashable (&list));
  g_assert_false (pyrog_value_is_hashable (&deep));
  g_assert_false (pyrog_value_is_hashable (&set));
}

/* A path names its steps from the root, and cuts long keys */
static void
test_path (void)
{
  g_autofree char *long_key = g_strnfill (1000, 'k');
  const PyrogValue key = pyrog_value_text ("x");
  const PyrogValue longer = pyrog_value_text (long_key);
  const PyrogPath root = { .name = "args" };
  const PyrogPath item = { .parent = &root, .index = 2 };
  const PyrogPath member = { .parent = &item, .key = &key };
  const PyrogPath cut = { .parent = &root, .key = &longer };
  g_autofree char *text = pyrog_path_to_string (&member);
  g_autofree char *cut_text = pyrog_path_to_string (&cut);

  g_assert_cmpstr (text, ==, "args[2][\"x\"]");
  g_assert_cmpuint (strlen (cut_text), <, 200);
}

/* An index finds the equal value whatever its kind, among many */
static void
test_index (void)
{
  PyrogValue items[1000];
  PyrogValueIndex index;

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    items[i] = pyrog_value_int (i);
  g_assert_true (pyrog_value_index_init (&index, items, G_N_ELEMENTS (items), 1));
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    g_assert_cmpuint (pyrog_value_index_add (&index, i), ==, G_N_ELEMENTS (items));
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      const PyrogValue wanted = pyrog_value_float (i);
      g_assert_cmpuint (pyrog_value_index_find (&index, &wanted), ==, i);
      g_assert_cmpuint (pyrog_value_index_add (&index, i), ==, i);
    }
  const PyrogValue missing[] = { pyrog_value_int (-1), pyrog_value_float (0.5),
                                 pyrog_value_text ("1"), pyrog_value_none () };
  for (guint i = 0; i < G_N_ELEMENTS (missing); i++)
    g_assert_cmpuint (pyrog_value_index_find (&index, &missing[i]), ==, G_N_ELEMENTS (items));
  pyrog_value_index_clear (&index);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value/equal", test_equal);
  g_test_add_func ("/value/lookup", test_lookup);
  g_test_add_func ("/value/hashable", test_hashable);
  g_test_add_func ("/value/path", test_path);
  g_test_add_func ("/value/index", test_index);
  return g_test_run ();
}
