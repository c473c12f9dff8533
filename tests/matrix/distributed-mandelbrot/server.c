/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static char
point (double a, double b)
{
  double x = 0, y = 0;

  for (int depth = 0; depth < 64; depth++)
    {
      double next = x * x - y * y + a;
      y = 2.0 * x * y + b;
      x = next;
      if (x * x + y * y > 4.0)
        return " .:-=+*%"[MIN (depth, 7)];
    }
  return '@';
}

static void
line (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 width;
  double y;

  g_variant_get (args, "(dx)", &y, &width);
  for (gint64 x = 0; x < width; x++)
    g_string_append_c (text, point (-2.0 + 3.0 * (double) x / (double) width, y));
  pyrog_invocation_return (invocation, "s", text->str);
}

int
main (void)
{
  g_autoptr (PyrogServant) one = pyrog_servant_new ();
  g_autoptr (PyrogServant) two = pyrog_servant_new ();

  pyrog_servant_add_method (one, "line", "d y, x width", "s", line, NULL, NULL);
  pyrog_servant_add_method (two, "line", "d y, x width", "s", line, NULL, NULL);
  frame_serve (NULL, "one", one, "two", two, NULL);
  return 0;
}
