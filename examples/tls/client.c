/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: client NAME URI, in the folder with ca-cert.pem, NAME-cert.pem and NAME-key.pem
 *
 * Calls example.greeter as NAME, if it is the greeter. */

#include <locale.h>
#include <pyrog.h>

static PyrogConfig *
make_config (const char *name)
{
  g_autofree char *certificate = g_strconcat (name, "-cert.pem", NULL);
  g_autofree char *key = g_strconcat (name, "-key.pem", NULL);
  PyrogConfig *config = pyrog_config_new ();

  /* With TLS or not at all. Of servers only those count whose certificate our own CA has signed;
   * the client's certificate says who we are. */
  g_object_set (config, "ssl", TRUE, "ssl-cacerts", "ca-cert.pem", "ssl-clientcert", certificate,
                "ssl-clientkey", key, NULL);
  return config;
}

/* Asked before a byte of Pyro's protocol is sent. Key, signature, dates and the host of the uri are
 * checked already: TRUE says no more than "no objection". */
static gboolean
accept_certificate (PyrogProxy *proxy, PyrogCertificateRequest *request, gpointer user_data)
{
  GTlsCertificate *certificate = pyrog_certificate_request_get_certificate (request);
  g_autofree char *name = pyrog_certificate_dup_common_name (certificate);

  /* Other servers of this host have good certificates, too, but are not the greeter */
  return g_strcmp0 (name, "greeter") == 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, ""); /* errors in the user's language and characters */
  if (argc != 3)
    {
      g_printerr ("Usage: client NAME URI\n");
      return 2;
    }
  g_autoptr (PyrogConfig) config = make_config (argv[1]);
  /* Nothing is connected yet: the first call does that, and certificates are judged then */
  g_autoptr (PyrogProxy) greeter = pyrog_proxy_new (argv[2], config, &error);
  if (greeter == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_signal_connect (greeter, "accept-certificate", G_CALLBACK (accept_certificate), NULL);
  g_autoptr (GVariant) greeting = pyrog_proxy_call_sync (greeter, "greet", NULL, "s", NULL, &error);
  if (greeting == NULL)
    {
      g_print ("  an error: %s\n", error->message);
      return 1;
    }
  g_print ("  greet() -> %s\n", g_variant_get_string (greeting, NULL));
  return 0;
}
