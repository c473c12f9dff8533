/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static gint64 calls;

static void
nothing (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  calls++;
  pyrog_invocation_return_none (invocation);
}

static void
length (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  const char *text;

  calls++;
  if (pyrog_invocation_read (invocation, error, "s", &text))
    pyrog_invocation_return (invocation, "x", (gint64) g_utf8_strlen (text, -1));
}

static void
count (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return (invocation, "x", calls);
}

int
main (void)
{
  g_autoptr (PyrogServant) bench = pyrog_servant_new ();

  pyrog_servant_add_method (bench, "nothing", "", NULL, nothing, NULL, NULL);
  pyrog_servant_add_handler (bench, "length", "s text", "x", length, NULL, NULL);
  pyrog_servant_add_method (bench, "told", "x number", NULL, nothing, NULL, NULL);
  pyrog_servant_set_oneway (bench, "told", TRUE);
  pyrog_servant_add_handler (bench, "count", "", "x", count, NULL, NULL);
  frame_serve (NULL, "bench", bench, NULL);
  return 0;
}
