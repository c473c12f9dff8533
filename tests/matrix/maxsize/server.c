/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
#include <string.h>

static void
put (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  const char *text;

  g_variant_get (args, "(&s)", &text);
  pyrog_invocation_return (invocation, "x", (gint64) strlen (text));
}

static void
get (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  gint64 size;

  g_variant_get (args, "(x)", &size);
  g_autofree char *text = g_strnfill ((gsize) size, 'x');
  pyrog_invocation_return (invocation, "s", text);
}

int
main (void)
{
  g_autoptr (PyrogServant) texts = pyrog_servant_new ();

  pyrog_servant_add_method (texts, "put", "s text", "x", put, NULL, NULL);
  pyrog_servant_add_method (texts, "get", "x size", "s", get, NULL, NULL);
  frame_serve (NULL, "texts", texts, NULL);
  return 0;
}
