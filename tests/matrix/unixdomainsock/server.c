/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static void
message (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  const char *text;

  g_variant_get (args, "(&s)", &text);
  g_autofree char *answer = g_utf8_strup (text, -1);
  pyrog_invocation_return (invocation, "s", answer);
}

int
main (void)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) thing = pyrog_servant_new ();
  g_autofree char *folder = g_get_current_dir ();
  g_autofree char *location = g_strdup_printf ("./u:%s/thing.sock", folder);
  g_autoptr (GError) error = NULL;

  pyrog_daemon_listen (daemon, location, &error);
  g_assert_no_error (error);
  pyrog_servant_add_method (thing, "message", "s text", "s", message, NULL, NULL);
  frame_serve (daemon, "thing", thing, NULL);
  return 0;
}
