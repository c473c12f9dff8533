/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

#include "pyrog-config-items.h"
#include "pyrog-secret.h"
#include "pyrog-tls-password.h"
#include "pyrog-tls-private.h"

/* The own certificate of one end and its key, in files, tokens or objects, and the passwords and
 * PINs that unlock them */

#define WARNING_TIME (14 * 24 * 60 * 60) /* seconds before a certificate expires */
#define MAX_ATTEMPTS 3                   /* how often somebody is asked for a password */

/* ---- Names ---- */

/* The items of one end */
typedef struct
{
  PyrogConfigItem certificate;
  PyrogConfigItem key;
  PyrogConfigItem password;
} Items;

static const Items items_of[] = {
  [PYROG_TLS_CLIENT]
  = { PYROG_CONFIG_SSL_CLIENTCERT, PYROG_CONFIG_SSL_CLIENTKEY, PYROG_CONFIG_SSL_CLIENTKEYPASSWD },
  [PYROG_TLS_SERVER]
  = { PYROG_CONFIG_SSL_SERVERCERT, PYROG_CONFIG_SSL_SERVERKEY, PYROG_CONFIG_SSL_SERVERKEYPASSWD },
};

static const char *
get_text (PyrogTlsContext *self, PyrogConfigItem item)
{
  const char *text = pyrog_config_get_text (self->config, item);

  return text != NULL && *text != '\0' ? text : NULL;
}

PyrogTlsNames
pyrog_tls_get_names (PyrogTlsContext *self)
{
  const Items *items = &items_of[self->role];
  PyrogTlsNames names = { get_text (self, items->certificate), get_text (self, items->key) };

  return names;
}

static const char *
get_password (PyrogTlsContext *self)
{
  return get_text (self, items_of[self->role].password);
}

gboolean
pyrog_tls_is_token_uri (const char *name)
{
  return g_ascii_strncasecmp (name, "pkcs11:", strlen ("pkcs11:")) == 0;
}

static gboolean
check_readable (const char *name, GError **error)
{
  if (pyrog_tls_is_token_uri (name))
    return TRUE;
  int fd = g_open (name, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return pyrog_tls_set_error (error, _ ("Can't read ‘%s’: %s"), name, g_strerror (errno));
  close (fd);
  return TRUE;
}

/* A secret that others may read is none. Pyro5 takes such files, so this is not an error. */
static void
warn_of_open_key (const char *name)
{
  GStatBuf info;

  if (!pyrog_tls_is_token_uri (name) && g_stat (name, &info) == 0 && (info.st_mode & S_IROTH) != 0)
    g_message ("Every user of this machine can read the private key ‘%s’", name);
}

/* ---- Passwords ---- */

/* NULL: nobody knows it. A full reference. */
static GTlsPassword *
ask (PyrogTlsContext *self, GTlsPasswordFlags flags, const char *description)
{
  if (self->objects.interaction == NULL)
    return NULL;
  g_autoptr (GTlsPassword) password = pyrog_tls_password_new (flags, description);
  if (g_tls_interaction_invoke_ask_password (self->objects.interaction, password, NULL, NULL)
      != G_TLS_INTERACTION_HANDLED)
    return NULL;
  return g_steal_pointer (&password);
}

static int
give_pin (PyrogTlsContext *self, const void *value, gsize size, char *pin, gsize pin_max)
{
  if (size >= pin_max)
    return GNUTLS_E_PKCS11_PIN_ERROR;
  if (size > 0)
    memcpy (pin, value, size);
  pin[size] = '\0';
  g_atomic_int_set (&self->unlocked, TRUE);
  return GNUTLS_E_SUCCESS;
}

static GTlsPasswordFlags
translate_flags (unsigned flags)
{
  GTlsPasswordFlags result = G_TLS_PASSWORD_NONE;

  if ((flags & GNUTLS_PIN_WRONG) != 0)
    result |= G_TLS_PASSWORD_RETRY;
  if ((flags & GNUTLS_PIN_COUNT_LOW) != 0)
    result |= G_TLS_PASSWORD_MANY_TRIES;
  if ((flags & GNUTLS_PIN_FINAL_TRY) != 0)
    result |= G_TLS_PASSWORD_FINAL_TRY;
  return result;
}

/* GnuTLS asks until a PIN is right or an error says that there is none: a wrong one must not be
 * given again, because tokens lock up */
static int
pin_cb (void *data,
        int attempt,
        const char *token_url,
        const char *token_label,
        unsigned int flags,
        char *pin,
        size_t pin_max)
{
  PyrogTlsContext *self = data;
  const char *configured = get_password (self);
  gsize size = 0;

  /* It may ask for the password of a file, too, which is done below */
  if (token_url == NULL || !pyrog_tls_is_token_uri (token_url) || attempt >= MAX_ATTEMPTS)
    return GNUTLS_E_PKCS11_PIN_ERROR;
  if (attempt == 0 && configured != NULL)
    return give_pin (self, configured, strlen (configured), pin, pin_max);
  g_autoptr (GTlsPassword) password
      = ask (self, translate_flags (flags), token_label != NULL ? token_label : token_url);
  if (password == NULL)
    return GNUTLS_E_PKCS11_PIN_ERROR;
  const guchar *value = g_tls_password_get_value (password, &size);
  return give_pin (self, value, size, pin, pin_max);
}

static gboolean
is_locked (int result)
{
  return result == GNUTLS_E_DECRYPTION_FAILED || result == GNUTLS_E_MAC_VERIFY_FAILED
         || result == GNUTLS_E_PKCS1_WRONG_PAD || result == GNUTLS_E_PKCS11_PIN_ERROR
         || result == GNUTLS_E_PKCS11_PIN_EXPIRED || result == GNUTLS_E_PKCS11_PIN_LOCKED;
}

static gboolean
set_key_error (PyrogTlsContext *self, int result, const PyrogTlsNames *names, GError **error)
{
  g_autofree char *certificate = pyrog_secret_hide_pin (names->certificate);
  g_autofree char *key = pyrog_secret_hide_pin (names->key);

  if (result == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
    return pyrog_tls_set_error (error, _ ("The key ‘%s’ does not belong to the certificate ‘%s’"),
                                key, certificate);
  if (result == GNUTLS_E_PKCS11_PIN_LOCKED)
    return pyrog_tls_set_error (error, _ ("The token of the key ‘%s’ is locked"), key);
  if (is_locked (result))
    return pyrog_tls_set_error (error,
                                g_atomic_int_get (&self->unlocked)
                                    ? _ ("The password of the key ‘%s’ is wrong")
                                    : _ ("The key ‘%s’ needs a password"),
                                key);
  return pyrog_tls_set_error (error, _ ("Can't use the certificate ‘%s’ with the key ‘%s’: %s"),
                              certificate, key, gnutls_strerror (result));
}

/* ---- Files and tokens ---- */

static gboolean
is_pkcs12 (const char *name)
{
  return g_str_has_suffix (name, ".p12") || g_str_has_suffix (name, ".pfx");
}

static int
load_with (PyrogTlsContext *self, const PyrogTlsNames *names, const char *password)
{
  if (password != NULL)
    g_atomic_int_set (&self->unlocked, TRUE);
  if (is_pkcs12 (names->certificate))
    return gnutls_certificate_set_x509_simple_pkcs12_file (self->credentials, names->certificate,
                                                           GNUTLS_X509_FMT_DER,
                                                           password != NULL ? password : "");
  return gnutls_certificate_set_x509_key_file2 (self->credentials, names->certificate, names->key,
                                                GNUTLS_X509_FMT_PEM, password, 0);
}

/* With a password that somebody was asked for; FALSE: nobody knows any */
static gboolean
load_with_answer (PyrogTlsContext *self, const PyrogTlsNames *names, guint attempt, int *result)
{
  g_autoptr (GTlsPassword) password
      = ask (self, attempt > 0 ? G_TLS_PASSWORD_RETRY : G_TLS_PASSWORD_NONE, names->key);
  gsize size = 0;

  if (password == NULL)
    return FALSE;
  const guchar *value = g_tls_password_get_value (password, &size);
  char *text = g_strndup (value != NULL ? (const char *) value : "", size);
  *result = load_with (self, names, text);
  pyrog_secret_free (text);
  return TRUE;
}

static gboolean
load_files (PyrogTlsContext *self, const PyrogTlsNames *names, GError **error)
{
  guint attempt = 0;

  if (!check_readable (names->certificate, error) || !check_readable (names->key, error))
    return FALSE;
  warn_of_open_key (names->key);
  int result = load_with (self, names, get_password (self));
  /* For the key of a token, pin_cb() has asked */
  while (is_locked (result) && !pyrog_tls_is_token_uri (names->key) && attempt < MAX_ATTEMPTS
         && load_with_answer (self, names, attempt, &result))
    attempt++;
  return result >= 0 || set_key_error (self, result, names, error);
}

/* ---- Objects ---- */

static gboolean
load_token_object (PyrogTlsContext *self, GTlsCertificate *certificate, GError **error)
{
  g_autofree char *uri = NULL;
  g_autofree char *key_uri = NULL;

  g_object_get (certificate, "pkcs11-uri", &uri, "private-key-pkcs11-uri", &key_uri, NULL);
  if (uri == NULL)
    return pyrog_tls_set_error (error, _ ("The certificate comes without its private key"));
  const PyrogTlsNames names = { uri, key_uri != NULL ? key_uri : uri };
  return load_files (self, &names, error);
}

static gboolean
load_object (PyrogTlsContext *self, GTlsCertificate *certificate, GError **error)
{
  char *key = NULL;
  g_autoptr (GString) pem = g_string_new (NULL);

  g_object_get (certificate, "private-key-pem", &key, NULL);
  if (key == NULL)
    return load_token_object (self, certificate, error);
  for (GTlsCertificate *link = certificate; link != NULL;
       link = g_tls_certificate_get_issuer (link))
    {
      g_autofree char *text = NULL;
      g_object_get (link, "certificate-pem", &text, NULL);
      g_string_append (pem, text);
    }
  const gnutls_datum_t chain = { (guint8 *) pem->str, (guint) pem->len };
  const gnutls_datum_t secret = { (guint8 *) key, (guint) strlen (key) };
  int result = gnutls_certificate_set_x509_key_mem2 (self->credentials, &chain, &secret,
                                                     GNUTLS_X509_FMT_PEM, NULL, 0);
  pyrog_secret_free (key);
  return result >= 0
         || pyrog_tls_set_error (error, _ ("Can't use the certificate: %s"),
                                 gnutls_strerror (result));
}

/* ---- Both ---- */

/* A certificate that every peer would refuse is found here, not by the first of them */
static gboolean
check_validity (PyrogTlsContext *self, const char *name, GError **error)
{
  gnutls_x509_crt_t *list = NULL;
  guint count = 0;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *shown = pyrog_secret_hide_pin (name);

  if (gnutls_certificate_get_x509_crt (self->credentials, 0, &list, &count) < 0 || count == 0)
    return TRUE;
  gint64 begin = gnutls_x509_crt_get_activation_time (list[0]);
  gint64 end = gnutls_x509_crt_get_expiration_time (list[0]);
  for (guint i = 0; i < count; i++)
    gnutls_x509_crt_deinit (list[i]);
  gnutls_free (list);
  if (now > end)
    return pyrog_tls_set_error (error, _ ("The certificate ‘%s’ has expired"), shown);
  if (now < begin)
    return pyrog_tls_set_error (error, _ ("The certificate ‘%s’ is not valid yet"), shown);
  /* One that is made anew each day is not old in its last hours */
  if (end - now < MIN (WARNING_TIME, (end - begin) / 3))
    g_message ("The certificate ‘%s’ expires in less than %d days", shown,
               WARNING_TIME / (24 * 60 * 60));
  return TRUE;
}

gboolean
pyrog_tls_load_identity (PyrogTlsContext *self, GError **error)
{
  PyrogTlsNames names = pyrog_tls_get_names (self);

  gnutls_certificate_set_pin_function (self->credentials, pin_cb, self);
  if (self->objects.certificate != NULL)
    return load_object (self, self->objects.certificate, error)
           && check_validity (self, _ ("of this program"), error);
  if (names.certificate == NULL && self->role == PYROG_TLS_SERVER)
    return pyrog_tls_set_error (error, _ ("SSL is on, but SSL_SERVERCERT names no certificate"));
  if (names.certificate == NULL)
    return names.key == NULL
           || pyrog_tls_set_error (error, _ ("SSL_CLIENTKEY needs SSL_CLIENTCERT beside it"));
  /* The key may be in the file of the certificate */
  if (names.key == NULL)
    names.key = names.certificate;
  return load_files (self, &names, error) && check_validity (self, names.certificate, error);
}
