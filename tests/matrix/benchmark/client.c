/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static gint64
count (PyrogProxy *bench)
{
  gint64 calls = 0;

  g_assert_true (pyrog_proxy_invoke_sync (bench, "count", NULL, NULL, "", "x", &calls));
  return calls;
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogProxy) bench = frame_connect (argv[1], NULL);
  gint64 length, sum = 0;

  for (int i = 0; i < 200; i++)
    g_assert_true (pyrog_proxy_invoke_sync (bench, "nothing", NULL, NULL, "", ""));
  for (gsize i = 0; i < 200; i++)
    {
      g_autofree char *text = g_strnfill (i, 'x');
      g_assert_true (
          pyrog_proxy_invoke_sync (bench, "length", NULL, NULL, "s", text, "x", &length));
      sum += length;
    }
  g_print ("%d\n", (int) sum);
  for (gint64 i = 0; i < 100; i++)
    g_assert_true (pyrog_proxy_invoke_sync (bench, "told", NULL, NULL, "x", i, ""));
  while (count (bench) < 500)
    ;
  g_print ("%d\n", (int) count (bench));
  return 0;
}
