/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static const char *const quotes[] = { "be brief", "be kind", "be gone" };

static void
quote (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  gint64 number;

  g_variant_get (args, "(x)", &number);
  if (number < 0 || number >= (gint64) G_N_ELEMENTS (quotes))
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_INDEX_ERROR, "no such quote");
  else
    pyrog_invocation_return (invocation, "s", quotes[number]);
}

int
main (void)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  pyrog_servant_add_method (servant, "quote", "x number", "s", quote, NULL, NULL);
  frame_serve (NULL, "quotes", servant, NULL);
  return 0;
}
