/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-call-options.h"

#include <string.h>

#include "pyrog-call-options-private.h"

/* A copy says the same and is a copy */
static void
test_copy (void)
{
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
  g_autoptr (GBytes) data = g_bytes_new_static ("data", 4);

  g_assert_cmpfloat (options->timeout, <, 0);
  pyrog_call_options_set_timeout (options, 1.5);
  pyrog_call_options_set_oneway (options, TRUE);
  pyrog_call_options_set_idempotent (options, TRUE);
  pyrog_call_options_set_annotation (options, "NOTE", data);
  g_autoptr (PyrogCallOptions) copy = pyrog_call_options_copy (options);
  pyrog_call_options_set_timeout (options, 2);
  g_autoptr (GBytes) other = g_bytes_new_static ("other", 5);
  pyrog_call_options_set_annotation (options, "NOTE", other);
  g_assert_cmpfloat (copy->timeout, ==, 1.5);
  g_assert_true (copy->oneway && copy->idempotent);
  g_assert_true (g_hash_table_lookup (copy->annotations, "NOTE") == data);
}

/* A correlation id is a uuid in its usual text; anything else is refused and changes nothing */
static void
test_correlation_id (void)
{
  const char *const wrong[]
      = { "", "x", "00112233445566778899aabbccddeeff0", "00112233-4455-6677-8899-aabbccddeefg" };
  const guint8 expected[] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                              0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (pyrog_call_options_set_correlation_id (options, wrong[i]));
  g_assert_false (options->has_correlation_id);
  g_assert_true (
      pyrog_call_options_set_correlation_id (options, "00112233-4455-6677-8899-aabbccddeeff"));
  g_assert_true (options->has_correlation_id);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (options->correlation_id[i], ==, expected[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-options/copy", test_copy);
  g_test_add_func ("/call-options/correlation-id", test_correlation_id);
  return g_test_run ();
}
