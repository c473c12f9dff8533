/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-metadata.h"
#include "pyrog-servant-private.h"

/* ---- A servant with methods of two classes ---- */

static void
answer (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  pyrog_invocation_return_none (invocation);
}

#define TEST_TYPE_BASE (test_base_get_type ())
G_DECLARE_DERIVABLE_TYPE (TestBase, test_base, TEST, BASE, PyrogServant)

struct _TestBaseClass
{
  PyrogServantClass parent_class;
};

G_DEFINE_TYPE (TestBase, test_base, PYROG_TYPE_SERVANT)

static void
test_base_class_init (TestBaseClass *klass)
{
  pyrog_servant_class_install_method (PYROG_SERVANT_CLASS (klass), "low", "", "s", answer);
  pyrog_servant_class_install_method (PYROG_SERVANT_CLASS (klass), "both", "", "s", answer);
}

static void
test_base_init (TestBase *self)
{
}

#define TEST_TYPE_DERIVED (test_derived_get_type ())
G_DECLARE_FINAL_TYPE (TestDerived, test_derived, TEST, DERIVED, TestBase)

struct _TestDerived
{
  TestBase parent_instance;
};

G_DEFINE_FINAL_TYPE (TestDerived, test_derived, TEST_TYPE_BASE)

static void
test_derived_class_init (TestDerivedClass *klass)
{
  pyrog_servant_class_install_method (PYROG_SERVANT_CLASS (klass), "both", "x count", "i", answer);
}

static void
test_derived_init (TestDerived *self)
{
}

/* ---- What peers read ---- */

static PyrogMetadata *
read_metadata (PyrogServant *servant, gsize *names)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogBuilder builder;
  PyrogValue value;

  pyrog_builder_init (&builder, arena);
  pyrog_servant_add_metadata (servant, &builder);
  g_assert_true (pyrog_builder_finish (&builder, &value, &error));
  pyrog_builder_clear (&builder);
  *names = pyrog_value_lookup (&value, "methods")->size;
  const PyrogValue *oneways = pyrog_value_lookup (&value, "oneways");
  g_assert_cmpuint (oneways->size, ==, pyrog_value_lookup (&value, "oneway")->size);
  PyrogMetadata *metadata = pyrog_metadata_new (&value, &error);
  g_assert_no_error (error);
  return metadata;
}

static void
assert_methods (PyrogServant *servant, const char *expected, const char *expected_oneway)
{
  gsize names;
  g_autoptr (PyrogMetadata) metadata = read_metadata (servant, &names);
  g_auto (GStrv) methods = pyrog_metadata_list_methods (metadata);
  g_auto (GStrv) oneway = pyrog_metadata_list_oneway (metadata);
  g_autofree char *joined = g_strjoinv (" ", methods);
  g_autofree char *joined_oneway = g_strjoinv (" ", oneway);

  g_assert_cmpstr (joined, ==, expected);
  g_assert_cmpstr (joined_oneway, ==, expected_oneway);
  g_assert_cmpuint (names, ==, g_strv_length (methods));
}

static void
note (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_none (invocation);
}

/* Each name is told once, of the servant, its class and the classes above, also where only the
 * class is there yet */
static void
test_classes (void)
{
  g_autoptr (PyrogServant) servant = g_object_new (TEST_TYPE_DERIVED, NULL);
  g_autoptr (PyrogServant) description = pyrog_servant_new_for_type (TEST_TYPE_DERIVED);

  assert_methods (servant, "both low", "");
  assert_methods (description, "both low", "");
  pyrog_servant_add_handler (servant, "low", "", NULL, note, NULL, NULL);
  pyrog_servant_add_handler (servant, "own", "", NULL, note, NULL, NULL);
  pyrog_servant_set_oneway (servant, "own", TRUE);
  assert_methods (servant, "both low own", "own");
}

/* Who asks sees the servant as it is now */
static void
test_changes (void)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  assert_methods (servant, "", "");
  pyrog_servant_add_handler (servant, "m", "", NULL, note, NULL, NULL);
  pyrog_servant_add_handler (servant, "n", "", NULL, note, NULL, NULL);
  assert_methods (servant, "m n", "");
  g_assert_true (pyrog_servant_remove (servant, "m"));
  pyrog_servant_set_oneway (servant, "n", TRUE);
  assert_methods (servant, "n", "n");
}

static GVariant *
get_color (const char *name, gpointer user_data, GError **error)
{
  return g_variant_new_string ("red");
}

static void
assert_described (GVariant *description, const char *kind, const char *name, const char *expected)
{
  g_autoptr (GVariant) members = g_variant_lookup_value (description, kind, NULL);
  g_autoptr (GVariant) member = g_variant_lookup_value (members, name, NULL);
  g_autoptr (GVariant) wanted = g_variant_new_parsed (expected);

  g_assert_nonnull (member);
  g_assert_cmpuint (g_variant_n_children (member), ==, g_variant_n_children (wanted));
  for (gsize i = 0; i < g_variant_n_children (wanted); i++)
    {
      const char *key;
      g_autoptr (GVariant) value = NULL;
      g_variant_get_child (wanted, i, "{&sv}", &key, &value);
      g_autoptr (GVariant) found = g_variant_lookup_value (member, key, NULL);
      g_test_message ("%s.%s", name, key);
      g_assert_nonnull (found);
      g_assert_cmpvariant (found, value);
    }
}

/* A description has what there is to know of each member, and leaves out what is not known */
static void
test_description (void)
{
  g_autoptr (PyrogServant) servant = g_object_new (TEST_TYPE_DERIVED, NULL);

  pyrog_servant_add_handler (servant, "plain", NULL, NULL, note, NULL, NULL);
  pyrog_servant_add_handler (servant, "typed", "(xs)", "s", note, NULL, NULL);
  pyrog_servant_add_handler (servant, "named", "x a,as  b", "s", note, NULL, NULL);
  pyrog_servant_set_oneway (servant, "plain", TRUE);
  pyrog_servant_set_documentation (servant, "named", "Does something.");
  pyrog_servant_add_attribute (servant, "color", "s", get_color, NULL, NULL);
  g_autoptr (GVariant) description = pyrog_servant_describe (servant);

  assert_described (description, "methods", "plain", "{'oneway': <true>}");
  assert_described (description, "methods", "typed",
                    "{'oneway': <false>, 'signature': <'(xs)'>, 'returns': <'s'>}");
  assert_described (description, "methods", "named",
                    "{'oneway': <false>, 'signature': <'x a, as b'>, 'returns': <'s'>,"
                    " 'doc': <'Does something.'>}");
  assert_described (description, "methods", "both",
                    "{'oneway': <false>, 'signature': <'x count'>, 'returns': <'i'>}");
  assert_described (description, "attrs", "color",
                    "{'type': <'s'>, 'readable': <true>, 'writable': <false>}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/servant-metadata/classes", test_classes);
  g_test_add_func ("/servant-metadata/changes", test_changes);
  g_test_add_func ("/servant-metadata/description", test_description);
  return g_test_run ();
}
