/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-tls-password.h"

#include <string.h>

static guint freed;

static void
count_freed (gpointer data)
{
  freed++;
}

static void
assert_value (GTlsPassword *password, const char *wanted)
{
  gsize size = 1000;
  const guchar *value = g_tls_password_get_value (password, &size);

  g_assert_cmpuint (size, ==, strlen (wanted));
  g_assert_true (size == 0 || memcmp (value, wanted, size) == 0);
}

/* A password keeps a copy; what others gave is theirs, may be constant, and is given back at once
 */
static void
test_copy (void)
{
  static const char constant[] = "sesame";
  g_autoptr (GTlsPassword) password = pyrog_tls_password_new (G_TLS_PASSWORD_RETRY, "door");

  g_assert_cmpstr (g_tls_password_get_description (password), ==, "door");
  g_assert_cmpint (g_tls_password_get_flags (password), ==, G_TLS_PASSWORD_RETRY);
  assert_value (password, "");
  g_tls_password_set_value_full (password, (guchar *) constant, -1, count_freed);
  g_assert_cmpuint (freed, ==, 1);
  assert_value (password, "sesame");
  g_tls_password_set_value (password, (const guchar *) "open", 2);
  assert_value (password, "op");
  g_tls_password_set_value_full (password, NULL, 0, NULL);
  assert_value (password, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls-password/copy", test_copy);
  return g_test_run ();
}
