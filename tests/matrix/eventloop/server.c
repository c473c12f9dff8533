/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static gint64 ticks;

static gboolean
tick_cb (gpointer user_data)
{
  ticks++;
  return G_SOURCE_CONTINUE;
}

static void
get_ticks (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return (invocation, "x", ticks);
}

static void
add (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  gint64 a, b;

  g_variant_get (args, "(xx)", &a, &b);
  pyrog_invocation_return (invocation, "x", a + b);
}

int
main (void)
{
  g_autoptr (PyrogServant) clock = pyrog_servant_new ();

  pyrog_servant_add_method (clock, "ticks", "", "x", get_ticks, NULL, NULL);
  pyrog_servant_add_method (clock, "add", "(xx)", "x", add, NULL, NULL);
  g_timeout_add (10, tick_cb, NULL);
  frame_serve (NULL, "clock", clock, NULL);
  return 0;
}
