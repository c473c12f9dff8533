/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "token.h"

#include <glib/gstdio.h>
#include <gnutls/pkcs11.h>
#include <gnutls/x509.h>
#include <string.h>

#define TOKEN_URI "pkcs11:token=" TEST_TOKEN_LABEL

static void
check (int code)
{
  if (code < 0)
    g_error ("%s", gnutls_strerror (code));
}

/* Where distributions keep it */
static const char *
find_module (void)
{
  static const char *const paths[]
      = { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
          "/usr/lib64/softhsm/libsofthsm.so", "/usr/local/lib/softhsm/libsofthsm2.so" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      if (g_file_test (paths[i], G_FILE_TEST_EXISTS))
        return paths[i];
    }
  return NULL;
}

static void
write_settings (TestToken *self)
{
  g_autofree char *path = g_build_filename (self->folder, "softhsm2.conf", NULL);
  g_autofree char *tokens = g_build_filename (self->folder, "tokens", NULL);
  g_autofree char *text = g_strdup_printf (
      "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", tokens);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (tokens, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  g_setenv ("SOFTHSM2_CONF", path, TRUE);
}

TestToken *
test_token_new (void)
{
  const char *module = find_module ();
  g_autofree char *program = g_find_program_in_path ("softhsm2-util");
  g_autoptr (GError) error = NULL;
  int status;

  if (module == NULL || program == NULL)
    return NULL;
  TestToken *self = g_new0 (TestToken, 1);
  self->folder = g_build_filename (g_test_get_dir (G_TEST_BUILT), "token-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (self->folder));
  write_settings (self);
  const char *command[] = { program, "--init-token", "--free",   "--label",      TEST_TOKEN_LABEL,
                            "--pin", TEST_TOKEN_PIN, "--so-pin", "MaRkEr-SO-20", NULL };
  g_spawn_sync (NULL, (char **) command, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  check (gnutls_pkcs11_init (GNUTLS_PKCS11_FLAG_MANUAL, NULL));
  check (gnutls_pkcs11_add_provider (module, NULL));
  return self;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      if (g_file_test (file, G_FILE_TEST_IS_DIR))
        remove_folder (file);
      else
        g_unlink (file);
    }
  g_rmdir (path);
}

void
test_token_free (TestToken *self)
{
  gnutls_pkcs11_deinit ();
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self);
}

char *
test_token_add (TestToken *self, const char *name, GTlsCertificate *certificate)
{
  g_autofree char *crt_pem = NULL;
  g_autofree char *key_pem = NULL;
  gnutls_x509_crt_t crt;
  gnutls_x509_privkey_t key;
  guint8 id[20];
  gsize size = sizeof id;

  g_object_get (certificate, "certificate-pem", &crt_pem, "private-key-pem", &key_pem, NULL);
  const gnutls_datum_t crt_data = { (guint8 *) crt_pem, (guint) strlen (crt_pem) };
  const gnutls_datum_t key_data = { (guint8 *) key_pem, (guint) strlen (key_pem) };
  check (gnutls_x509_crt_init (&crt));
  check (gnutls_x509_crt_import (crt, &crt_data, GNUTLS_X509_FMT_PEM));
  check (gnutls_x509_privkey_init (&key));
  check (gnutls_x509_privkey_import (key, &key_data, GNUTLS_X509_FMT_PEM));
  check (gnutls_x509_crt_get_key_id (crt, GNUTLS_KEYID_USE_SHA1, id, &size));
  const gnutls_datum_t key_id = { id, (guint) size };
  const char *unlocked = TOKEN_URI "?pin-value=" TEST_TOKEN_PIN;
  check (gnutls_pkcs11_copy_x509_privkey2 (
      unlocked, key, name, &key_id, GNUTLS_KEY_DIGITAL_SIGNATURE,
      GNUTLS_PKCS11_OBJ_FLAG_LOGIN | GNUTLS_PKCS11_OBJ_FLAG_MARK_SENSITIVE
          | GNUTLS_PKCS11_OBJ_FLAG_MARK_PRIVATE));
  check (gnutls_pkcs11_copy_x509_crt2 (unlocked, crt, name, &key_id, GNUTLS_PKCS11_OBJ_FLAG_LOGIN));
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
  return g_strdup_printf (TOKEN_URI ";object=%s", name);
}
