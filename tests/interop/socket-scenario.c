/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: socket-scenario serve|call FD [SERIALIZER]
 *
 * One end of a connected socket, which is that descriptor, with an object "echo". */

#include <pyrog.h>
#include <stdlib.h>
#include <string.h>

static void
echo (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return_argument (invocation, 0);
}

static void
disconnected_cb (PyrogDaemon *daemon, PyrogConnection *connection, gpointer user_data)
{
  pyrog_daemon_stop (daemon);
}

static void
serve (GSocket *socket)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_method (servant, "echo", "(v)", NULL, echo, NULL, NULL);
  g_signal_connect (daemon, "client-disconnected", G_CALLBACK (disconnected_cb), NULL);
  pyrog_daemon_join_socket (daemon, socket, &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "echo", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_run (daemon, NULL, &error);
  g_assert_no_error (error);
}

/* The exit code: 1 for an error that the peer may be meant to cause */
static int
call (GSocket *socket, PyrogSerializer serializer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_socket ("echo", socket, NULL, &error);

  g_assert_no_error (error);
  pyrog_proxy_set_serializer (proxy, serializer);
  for (gint64 i = 0; i < 5; i++)
    {
      g_autoptr (GVariant) result
          = pyrog_proxy_call_sync (proxy, "echo", g_variant_new ("(x)", i), "x", NULL, &error);
      if (result == NULL)
        {
          g_printerr ("%s\n", error->message);
          return 1;
        }
      g_assert_cmpint (g_variant_get_int64 (result), ==, i);
    }
  g_auto (GStrv) methods = pyrog_proxy_list_methods (proxy);
  g_assert_cmpstrv (methods, ((const char *const[]){ "echo", NULL }));
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GEnumClass) serializers = g_type_class_ref (PYROG_TYPE_SERIALIZER);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (argc, >=, 3);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (atoi (argv[2]), &error);
  g_assert_no_error (error);
  if (strcmp (argv[1], "serve") != 0)
    return call (socket, g_enum_get_value_by_nick (serializers, argv[3])->value);
  serve (socket);
  return 0;
}
