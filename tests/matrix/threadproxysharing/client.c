/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static PyrogProxy *adder;

/* A proxy may be used in all threads at the same time */
static gpointer
work (gpointer data)
{
  for (int i = 0; i < 25; i++)
    {
      g_autoptr (GVariant) number
          = frame_call (adder, "add", g_variant_new ("(i)", GPOINTER_TO_INT (data)), "x");
      g_assert_cmpint (g_variant_get_int64 (number), ==, GPOINTER_TO_INT (data));
    }
  return NULL;
}

int
main (int argc, char **argv)
{
  GThread *threads[4];

  adder = frame_connect (argv[1], NULL);
  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("worker", work, GINT_TO_POINTER (i));
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  g_autoptr (GVariant) total = frame_call (adder, "total", NULL, "x");
  g_print ("%d\n", (int) g_variant_get_int64 (total));
  g_object_unref (adder);
  return 0;
}
