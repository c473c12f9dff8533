/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: pinned-call URI FINGERPRINT
 *
 * Calls echo("hello") of a daemon that is trusted for its certificate's fingerprint alone. */

#include <pyrog.h>

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogCertificatePolicy) policy = pyrog_certificate_policy_new ();
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (argv[1], NULL, &error);
  g_autoptr (GVariant) result = NULL;

  if (proxy != NULL && pyrog_certificate_policy_add_pin (policy, argv[2], &error))
    {
      pyrog_proxy_set_certificate_policy (proxy, policy);
      pyrog_proxy_set_timeout (proxy, 20);
      result = pyrog_proxy_call_sync (proxy, "echo", g_variant_new ("(s)", "hello"), "s", NULL,
                                      &error);
    }
  if (result == NULL)
    g_printerr ("%s\n", error->message);
  else
    g_print ("%s\n", g_variant_get_string (result, NULL));
  return result != NULL ? 0 : 1;
}
