/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-metadata.h"

#include <string.h>

#include "pyrog-codec.h"
#include "pyrog-error.h"

/* From the text that a daemon would send with serpent */
static PyrogMetadata *
parse (const char *text, GError **error)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value;

  g_assert_true (
      pyrog_codec_serpent.decode (arena, (const guint8 *) text, strlen (text), &value, NULL));
  return pyrog_metadata_new (&value, error);
}

static void
assert_names (GStrv names, const char *expected)
{
  g_autofree char *found = g_strjoinv (" ", names);

  g_assert_cmpstr (found, ==, expected);
  g_strfreev (names);
}

static const struct
{
  const char *text;
  const char *methods;
  const char *oneway;
  const char *attributes;
} good[] = {
  { "{}", "", "", "" },
  { "{'methods': {'b', 'a'}, 'oneway': {'b'}, 'attrs': {'z', 'x', 'y'}}", "a b", "b", "x y z" },
  { "{'methods': ['b', 'a'], 'oneway': ('b',), 'attrs': []}", "a b", "b", "" },
  { "{'methods': ['a', 'a', 'a']}", "a", "", "" },
  { "{'oneways': ['a']}", "", "a", "" },
  { "{'oneways': ['a'], 'oneway': ['b']}", "", "a b", "" },
  { "{'attrs': ['\xc3\xa4', '', 'a b']}", "", "", " a b \xc3\xa4" },
  { "{'methods': ['a'], 'version': 3, 'attributes': 5}", "a", "", "" },
  { "{'methods': [], 5: 6}", "", "", "" },
};

/* Any sequence or set of names is one, what is missing is empty, and strangers are ignored */
static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("%s", good[i].text);
      g_autoptr (PyrogMetadata) metadata = parse (good[i].text, &error);
      g_assert_no_error (error);
      assert_names (pyrog_metadata_list_methods (metadata), good[i].methods);
      assert_names (pyrog_metadata_list_oneway (metadata), good[i].oneway);
      assert_names (pyrog_metadata_list_attributes (metadata), good[i].attributes);
    }
}

static const char *const bad[] = {
  "None",
  "5",
  "[]",
  "'methods'",
  "{'methods': None}",
  "{'methods': 'abc'}",
  "{'methods': 5}",
  "{'methods': {'a': 1}}",
  "{'methods': ['a', 5]}",
  "{'methods': ['a', None]}",
  "{'methods': [['a']]}",
  "{'methods': ['a\\x00b']}",
  "{'methods': ['a'], 'oneway': 5}",
  "{'methods': ['a'], 'oneways': [5]}",
  "{'methods': ['a'], 'attrs': [b'a']}",
  "{'methods': ['a'], 'attrs': 'a'}",
};

/* Everything else is a peer that does not follow the protocol */
static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("%s", bad[i]);
      g_assert_null (parse (bad[i], &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL);
    }
}

/* A name is of the kind that it was listed as, and no other */
static void
test_questions (void)
{
  g_autoptr (PyrogMetadata) metadata
      = parse ("{'methods': ['m', 'o'], 'oneway': ['o'], 'attrs': ['a']}", NULL);
  gboolean oneway;
  g_autoptr (PyrogMetadata) same = pyrog_metadata_ref (metadata);

  g_assert_true (same == metadata);
  g_assert_true (pyrog_metadata_find_method (metadata, "m", NULL));
  g_assert_true (pyrog_metadata_find_method (metadata, "o", NULL));
  g_assert_false (pyrog_metadata_find_method (metadata, "a", NULL));
  g_assert_false (pyrog_metadata_find_method (metadata, "M", NULL));
  g_assert_false (pyrog_metadata_find_method (metadata, "", NULL));
  g_assert_true (pyrog_metadata_find_method (metadata, "o", &oneway));
  g_assert_true (oneway);
  g_assert_true (pyrog_metadata_find_method (metadata, "m", &oneway));
  g_assert_false (oneway);
  g_assert_true (pyrog_metadata_has_attribute (metadata, "a"));
  g_assert_false (pyrog_metadata_has_attribute (metadata, "m"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metadata/good", test_good);
  g_test_add_func ("/metadata/bad", test_bad);
  g_test_add_func ("/metadata/questions", test_questions);
  return g_test_run ();
}
