/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-outcome.h"

#include "pyrog-outcome-private.h"

static const char *const traceback[] = { "Traceback:\n", "  line 1\n", NULL };

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

/* Every part that the maker gave is what the getters tell, also when the maker's copies are gone */
static void
test_parts (void)
{
  g_autofree char *remote_class = g_strdup ("builtins.KeyError");
  g_autofree char *correlation_id = g_strdup ("0d1aa8a9-8e57-4b3f-8a0b-0a4d6c7d1f10");
  g_autoptr (GVariant) args = parse ("('key',)");
  g_autoptr (GVariant) attributes = parse ("{'hint': <'look'>}");
  g_autoptr (GVariant) value = parse ("42");
  g_autoptr (GVariant) annotations = parse ("{'ABCD': b'x'}");
  const PyrogOutcomeParts parts = {
    .execution = PYROG_EXECUTION_ANSWERED,
    .remote_class = remote_class,
    .args = args,
    .attributes = attributes,
    .traceback = traceback,
    .value = value,
    .annotations = annotations,
    .correlation_id = correlation_id,
  };
  g_autoptr (PyrogOutcome) outcome = pyrog_outcome_new (&parts);

  remote_class[0] = correlation_id[0] = '!';
  g_assert_cmpint (pyrog_outcome_get_execution (outcome), ==, PYROG_EXECUTION_ANSWERED);
  g_assert_cmpstr (pyrog_outcome_get_remote_class (outcome), ==, "builtins.KeyError");
  g_assert_cmpvariant (pyrog_outcome_get_args (outcome), args);
  g_assert_cmpvariant (pyrog_outcome_get_attributes (outcome), attributes);
  g_assert_cmpstrv (pyrog_outcome_get_traceback (outcome), traceback);
  g_assert_true (pyrog_outcome_get_traceback (outcome) != traceback);
  g_assert_cmpvariant (pyrog_outcome_get_value (outcome), value);
  g_assert_cmpvariant (pyrog_outcome_get_annotations (outcome), annotations);
  g_assert_cmpstr (pyrog_outcome_get_correlation_id (outcome), ==,
                   "0d1aa8a9-8e57-4b3f-8a0b-0a4d6c7d1f10");
}

/* Everything but how far the call got may be missing */
static void
test_empty (void)
{
  const PyrogOutcomeParts parts = { .execution = PYROG_EXECUTION_NOT_SENT };
  g_autoptr (PyrogOutcome) outcome = pyrog_outcome_new (&parts);

  g_assert_cmpint (pyrog_outcome_get_execution (outcome), ==, PYROG_EXECUTION_NOT_SENT);
  g_assert_null (pyrog_outcome_get_remote_class (outcome));
  g_assert_null (pyrog_outcome_get_args (outcome));
  g_assert_null (pyrog_outcome_get_attributes (outcome));
  g_assert_null (pyrog_outcome_get_traceback (outcome));
  g_assert_null (pyrog_outcome_get_value (outcome));
  g_assert_null (pyrog_outcome_get_annotations (outcome));
  g_assert_null (pyrog_outcome_get_correlation_id (outcome));
}

/* A floating variant belongs to the outcome, one that somebody holds is shared */
static void
test_ownership (void)
{
  GVariant *floating = g_variant_new_int64 (1);
  g_autoptr (GVariant) held = g_variant_ref_sink (g_variant_new_int64 (2));
  const PyrogOutcomeParts parts = { .value = floating, .annotations = held };
  g_autoptr (PyrogOutcome) outcome = pyrog_outcome_new (&parts);

  g_assert_false (g_variant_is_floating (floating));
  g_assert_true (pyrog_outcome_get_value (outcome) == floating);
  g_assert_true (pyrog_outcome_get_annotations (outcome) == held);
}

/* A copy of the boxed type is the same outcome, which lives as long as one of its references */
static void
test_boxed (void)
{
  const PyrogOutcomeParts parts = { .remote_class = "a.B" };
  PyrogOutcome *outcome = pyrog_outcome_new (&parts);
  PyrogOutcome *copy = g_boxed_copy (PYROG_TYPE_OUTCOME, outcome);

  g_assert_true (copy == outcome);
  pyrog_outcome_unref (outcome);
  g_assert_cmpstr (pyrog_outcome_get_remote_class (copy), ==, "a.B");
  g_boxed_free (PYROG_TYPE_OUTCOME, copy);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/outcome/parts", test_parts);
  g_test_add_func ("/outcome/empty", test_empty);
  g_test_add_func ("/outcome/ownership", test_ownership);
  g_test_add_func ("/outcome/boxed", test_boxed);

  return g_test_run ();
}
