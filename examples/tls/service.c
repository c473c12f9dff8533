/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: service NAME, in the folder with ca-cert.pem, NAME-cert.pem and NAME-key.pem
 *
 * A service with one object, example.greeter, which only alice may call, and which greets her by
 * the name in her certificate. */

#include <pyrog.h>

static PyrogConfig *
make_config (const char *name)
{
  g_autofree char *certificate = g_strconcat (name, "-cert.pem", NULL);
  g_autofree char *key = g_strconcat (name, "-key.pem", NULL);
  PyrogConfig *config = pyrog_config_new ();

  /* Everything is encrypted; who does not speak TLS is not heard at all. Clients have to show a
   * certificate, and only our own CA counts for it, not those that the system trusts. */
  g_object_set (config, "ssl", TRUE, "ssl-servercert", certificate, "ssl-serverkey", key,
                "ssl-requireclientcert", TRUE, "ssl-cacerts", "ca-cert.pem", NULL);
  return config;
}

/* Asked for each client, before a byte of Pyro's protocol is read. That the client has the key of
 * its certificate is certain here; signature and dates were checked, too, and it would be refused
 * without us if they were wrong. TRUE therefore says no more than "no objection". */
static gboolean
accept_certificate (PyrogDaemon *daemon, PyrogCertificateRequest *request, gpointer user_data)
{
  GTlsCertificate *certificate = pyrog_certificate_request_get_certificate (request);
  g_autofree char *name = pyrog_certificate_dup_common_name (certificate);

  /* Our CA knows bob as well, but he has no business here */
  return g_strcmp0 (name, "alice") == 0;
}

static void
greet (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  /* Each call knows who makes it */
  PyrogConnection *connection = pyrog_invocation_get_connection (invocation);
  GTlsCertificate *certificate = pyrog_connection_get_peer_certificate (connection);
  g_autofree char *name = pyrog_certificate_dup_common_name (certificate);
  g_autofree char *greeting = g_strconcat ("hello, ", name, NULL);

  pyrog_invocation_return_value (invocation, g_variant_new_string (greeting));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 2)
    {
      g_printerr ("Usage: service NAME\n");
      return 2;
    }
  g_autoptr (PyrogConfig) config = make_config (argv[1]);
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (config);
  g_autoptr (PyrogServant) greeter = pyrog_servant_new ();

  /* Nothing can be called that is not named here */
  pyrog_servant_add_method (greeter, "greet", "", "s", greet, NULL, NULL);
  g_signal_connect (daemon, "accept-certificate", G_CALLBACK (accept_certificate), NULL);
  /* A certificate that can't be read, has expired or does not fit its key is an error here, and not
   * when the first client comes */
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "example.greeter", greeter, &error);
  if (uri == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_print ("READY %s\n", text);
  if (!pyrog_daemon_run (daemon, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
