/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static PyrogBatchResults *
submit (PyrogBatch *batch)
{
  g_autoptr (GError) error = NULL;
  PyrogBatchResults *results = pyrog_batch_submit_sync (batch, NULL, &error);

  g_assert_no_error (error);
  return results;
}

static gint64
next (PyrogBatchResults *results)
{
  g_autoptr (GVariant) result = pyrog_batch_results_next (results, "x", NULL);

  return g_variant_get_int64 (result);
}

static void
print_count (PyrogProxy *thing)
{
  g_autoptr (GVariant) count = frame_call (thing, "count", NULL, "x");

  g_print ("%d\n", (int) g_variant_get_int64 (count));
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogProxy) thing = frame_connect (argv[1], NULL);
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (thing);
  g_autoptr (GError) error = NULL;
  gint64 sum = 0;

  for (int number = 0; number < 50; number++)
    pyrog_batch_add (batch, "multiply", g_variant_new ("(ii)", number, 3));
  g_autoptr (PyrogBatchResults) products = submit (batch);
  for (int i = 0; i < 50; i++)
    sum += next (products);
  g_print ("%d\n", (int) sum);

  pyrog_batch_add (batch, "multiply", g_variant_new ("(ii)", 7, 6));
  pyrog_batch_add (batch, "divide", g_variant_new ("(ii)", 1, 0));
  pyrog_batch_add (batch, "multiply", g_variant_new ("(ii)", 1, 1));
  g_autoptr (PyrogBatchResults) results = submit (batch);
  g_print ("%d\n", (int) next (results));
  g_assert_null (pyrog_batch_results_next (results, "x", &error));
  g_print ("%s\n", frame_kind (error));
  print_count (thing);

  for (int i = 0; i < 10; i++)
    pyrog_batch_add (batch, "multiply", g_variant_new ("(ii)", 1, 1));
  g_assert_true (pyrog_batch_submit_oneway_sync (batch, NULL, NULL));
  print_count (thing);
  return 0;
}
