/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: batch-scenario URI SERIALIZER
 *
 * Our batches against an echo server of Pyro5's kind. Any failure is an assertion; test_batch.py
 * runs it against the real Pyro5. */

#include <pyrog.h>
#include <string.h>

#define MANY 100000

static PyrogBatchResults *
submit (PyrogBatch *batch)
{
  g_autoptr (GError) error = NULL;
  PyrogBatchResults *results = pyrog_batch_submit_sync (batch, NULL, &error);

  g_assert_no_error (error);
  return results;
}

static void
add_echo (PyrogBatch *batch, gint64 number)
{
  pyrog_batch_add (batch, "echo", g_variant_new ("(x)", number));
}

static void
check_next (PyrogBatchResults *results, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = pyrog_batch_results_next (results, "x", &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (result), ==, expected);
}

static void
check_end (PyrogBatchResults *results)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_batch_results_next (results, NULL, &error));
  g_assert_no_error (error);
}

static void
check_results (PyrogBatch *batch)
{
  GVariantDict kwargs;

  add_echo (batch, 1);
  g_variant_dict_init (&kwargs, NULL);
  g_variant_dict_insert (&kwargs, "message", "i", 2);
  pyrog_batch_add_full (batch, "echo", NULL, g_variant_dict_end (&kwargs));
  add_echo (batch, 3);
  g_autoptr (PyrogBatchResults) results = submit (batch);
  for (gint64 i = 1; i <= 3; i++)
    check_next (results, i);
  check_end (results);
  g_autoptr (PyrogBatchResults) none = submit (batch);
  check_end (none);
}

static void
check_error (PyrogBatch *batch)
{
  g_autoptr (GError) error = NULL;

  add_echo (batch, 1);
  pyrog_batch_add (batch, "error_with_text", NULL);
  add_echo (batch, 3);
  g_autoptr (PyrogBatchResults) results = submit (batch);
  check_next (results, 1);
  g_assert_null (pyrog_batch_results_next (results, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
  g_assert_cmpstr (error->message, ==, "the message of the error");
  check_end (results);
}

/* What fails the batch as a whole */
static void
check_failure (PyrogBatch *batch, const char *method, int code)
{
  g_autoptr (GError) error = NULL;

  add_echo (batch, 1);
  pyrog_batch_add (batch, method, NULL);
  g_assert_null (pyrog_batch_submit_sync (batch, NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (code < 0 || g_error_matches (error, PYROG_ERROR, code));
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_ANSWERED);
}

static void
check_oneway (PyrogBatch *batch)
{
  g_autoptr (GError) error = NULL;

  add_echo (batch, 1);
  pyrog_batch_add (batch, "error", NULL);
  g_assert_true (pyrog_batch_submit_oneway_sync (batch, NULL, &error));
  g_assert_no_error (error);
  add_echo (batch, 5);
  g_autoptr (PyrogBatchResults) results = submit (batch);
  check_next (results, 5);
}

static void
check_many (PyrogBatch *batch)
{
  for (gint64 i = 0; i < MANY; i++)
    add_echo (batch, i);
  g_autoptr (PyrogBatchResults) results = submit (batch);
  for (gint64 i = 0; i < MANY; i++)
    check_next (results, i);
  check_end (results);
}

int
main (int argc, char **argv)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);

  g_assert_cmpint (argc, ==, 3);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (argv[1], NULL, NULL);
  pyrog_proxy_set_serializer (proxy, g_enum_get_value_by_nick (class, argv[2])->value);
  pyrog_proxy_set_timeout (proxy, 60);
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (proxy);
  check_results (batch);
  /* Pyro5 can't write exceptions in batches with marshal */
  if (strcmp (argv[2], "marshal") != 0)
    check_error (batch);
  check_failure (batch, "nosuch", PYROG_ERROR_ATTRIBUTE_ERROR);
  check_failure (batch, "_private", PYROG_ERROR_ATTRIBUTE_ERROR);
  check_oneway (batch);
  check_many (batch);
  /* The last: Pyro5 closes the connection after it */
  check_failure (batch, "generator", -1);
  return 0;
}
