/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static void
print_count (PyrogProxy *library)
{
  g_autoptr (GVariant) count = frame_call (library, "weird_count", NULL, "x");

  g_print ("%d\n", (int) g_variant_get_int64 (count));
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogProxy) library = frame_connect (argv[1], NULL);

  print_count (library);
  g_autoptr (GVariant) none = frame_call (library, "add", g_variant_new ("(s)", "Evelina"), NULL);
  print_count (library);
  g_autoptr (GVariant) found = frame_call (library, "find", g_variant_new ("(s)", "E"), "as");
  g_autofree const char **books = g_variant_get_strv (found, NULL);
  for (const char **book = books; *book != NULL; book++)
    g_print ("%s\n", *book);
  return 0;
}
