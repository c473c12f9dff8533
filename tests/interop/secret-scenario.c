/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: secret-scenario serve | secret-scenario call URI PASSWORD
 *
 * A daemon that admits clients with a password that ends in "right", and such a client.
 * test_taint.py looks for the passwords in what they log and say. */

#include <pyrog.h>
#include <string.h>

static void
echo (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) text = g_variant_get_child_value (args, 0);

  pyrog_invocation_return_value (invocation, text);
}

static gboolean
validate_cb (PyrogDaemon *daemon, PyrogHandshakeRequest *request, gpointer user_data)
{
  GVariant *data = pyrog_handshake_request_get_data (request);
  g_autoptr (GError) error = NULL;
  const char *password;

  if (g_variant_is_of_type (data, G_VARIANT_TYPE_VARDICT)
      && g_variant_lookup (data, "password", "&s", &password)
      && g_str_has_suffix (password, "right"))
    return TRUE;
  error = g_error_new_literal (PYROG_ERROR, PYROG_ERROR_SECURITY, "not that one");
  pyrog_access_request_refuse (PYROG_ACCESS_REQUEST (request), error);
  return TRUE;
}

static int
serve (void)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (PyrogUri) uri = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_method (servant, "echo", "(s)", "s", echo, NULL, NULL);
  g_signal_connect (daemon, "validate-handshake", G_CALLBACK (validate_cb), NULL);
  uri = pyrog_daemon_register (daemon, "o", servant, &error);
  g_assert_no_error (error);
  text = pyrog_uri_to_string (uri);
  g_print ("READY %s\n", text);
  pyrog_daemon_run (daemon, NULL, &error);
  g_assert_no_error (error);
  return 0;
}

static int
call (const char *uri, const char *password)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (uri, NULL, &error);
  g_autoptr (GVariant) result = NULL;
  GVariantDict said;

  g_assert_no_error (error);
  g_variant_dict_init (&said, NULL);
  g_variant_dict_insert (&said, "password", "s", password);
  pyrog_proxy_set_handshake (proxy, g_variant_dict_end (&said));
  pyrog_proxy_set_timeout (proxy, 20);
  result = pyrog_proxy_call_sync (proxy, "echo", g_variant_new ("(s)", "hello"), "s", NULL, &error);
  if (result == NULL)
    g_print ("ERROR %s\n", error->message);
  else
    g_print ("RESULT %s\n", g_variant_get_string (result, NULL));
  return 0;
}

int
main (int argc, char **argv)
{
  return argc == 4 ? call (argv[2], argv[3]) : serve ();
}
