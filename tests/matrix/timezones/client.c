/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static const char *
same (PyrogProxy *clock, const char *first, const char *second)
{
  g_autoptr (GVariant) answer
      = frame_call (clock, "same", g_variant_new ("(ss)", first, second), "b");

  return g_variant_get_boolean (answer) ? "True" : "False";
}

int
main (int argc, char **argv)
{
  const double hours[] = { 0, 1, -5, 5.5 };
  char *times[G_N_ELEMENTS (hours)];
  g_autoptr (PyrogProxy) clock = frame_connect (argv[1], NULL);

  for (guint i = 0; i < G_N_ELEMENTS (hours); i++)
    {
      g_autoptr (GVariant) time = frame_call (clock, "at", g_variant_new ("(d)", hours[i]), "s");
      times[i] = g_variant_dup_string (time, NULL);
      g_print ("%s\n", times[i]);
    }
  g_print ("%s %s\n", same (clock, times[0], times[3]),
           same (clock, times[1], "2024-03-01T01:00:00+01:00"));
  for (guint i = 0; i < G_N_ELEMENTS (hours); i++)
    g_free (times[i]);
  return 0;
}
