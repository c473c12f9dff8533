/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: client URI
 *
 * Calls example.calc: with GVariants, with C variables, asynchronously, and in vain. */

#include <pyrog.h>

static void
thought_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) thought = pyrog_proxy_call_finish (PYROG_PROXY (object), result, &error);

  g_print ("  think() -> %s   (asynchronously)\n",
           thought != NULL ? g_variant_get_string (thought, NULL) : error->message);
  g_main_loop_quit (user_data);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (argc != 2)
    {
      g_printerr ("Usage: client URI\n");
      return 2;
    }
  g_autoptr (PyrogProxy) calc = pyrog_proxy_new (argv[1], NULL, &error);
  if (calc == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_autoptr (GVariant) sum
      = pyrog_proxy_call_sync (calc, "add", g_variant_new ("(ii)", 3, 4), "x", NULL, &error);
  if (sum == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("  add(3, 4) -> %" G_GINT64_FORMAT "\n", g_variant_get_int64 (sum));

  gint64 fast_sum;
  if (pyrog_proxy_invoke_sync (calc, "add", NULL, NULL, "xx", (gint64) 40, (gint64) 2, "x",
                               &fast_sum))
    g_print ("  add(40, 2) -> %" G_GINT64_FORMAT "   (with C variables, without GVariants)\n",
             fast_sum);

  g_autoptr (GVariant) quotient
      = pyrog_proxy_call_sync (calc, "divide", g_variant_new ("(ii)", 1, 0), "d", NULL, &error);
  if (quotient == NULL && g_error_matches (error, PYROG_ERROR, PYROG_ERROR_ZERO_DIVISION_ERROR))
    g_print ("  divide(1, 0) -> an error, as a GError: %s\n", error->message);

  pyrog_proxy_call (calc, "think", NULL, "s", NULL, thought_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
