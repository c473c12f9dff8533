/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pyrog-config-items.h"
#include "pyrog-error.h"
#include "pyrog-tls-private.h"

#define MAX_RESUMABLE 64 /* peers that a client remembers */
#define MAX_SHARED 8
#define LOOK_INTERVAL G_USEC_PER_SEC
#define WARNING_TIME (14 * 24 * 60 * 60) /* seconds before a certificate expires */

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

static gboolean
is_set (const char *text)
{
  return text != NULL && *text != '\0';
}

/* An object of a token, not a file */
static gboolean
is_token_uri (const char *name)
{
  return g_str_has_prefix (name, "pkcs11:");
}

static gboolean set_config_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
set_config_error (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG, text);
  return FALSE;
}

/* ---- Files ---- */

static void
append_stamp (GString *stamp, const char *name)
{
  GStatBuf info;

  if (is_set (name) && !is_token_uri (name) && g_stat (name, &info) == 0)
    g_string_append_printf (stamp, "%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ".%09ld:%ld;",
                            (guint64) info.st_ino, (gint64) info.st_mtim.tv_sec,
                            info.st_mtim.tv_nsec, (long) info.st_size);
  else
    g_string_append_c (stamp, ';');
}

/* Changes when any of the files does */
static char *
make_stamp (PyrogTlsContext *self)
{
  const Items *items = &items_of[self->role];
  GString *stamp = g_string_new (NULL);

  append_stamp (stamp, pyrog_config_get_text (self->config, items->certificate));
  append_stamp (stamp, pyrog_config_get_text (self->config, items->key));
  append_stamp (stamp, pyrog_config_get_text (self->config, PYROG_CONFIG_SSL_CACERTS));
  return g_string_free (stamp, FALSE);
}

static gboolean
check_readable (const char *name, GError **error)
{
  if (is_token_uri (name))
    return TRUE;
  int fd = g_open (name, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return set_config_error (error, _ ("Can't read ‘%s’: %s"), name, g_strerror (errno));
  close (fd);
  return TRUE;
}

/* A secret that others may read is none. Pyro5 takes such files, so this is not an error. */
static void
warn_of_open_key (const char *name)
{
  GStatBuf info;

  if (!is_token_uri (name) && g_stat (name, &info) == 0 && (info.st_mode & S_IROTH) != 0)
    g_message ("Every user of this machine can read the private key ‘%s’", name);
}

/* ---- The own certificate ---- */

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
  g_autoptr (GTlsPassword) password = NULL;
  gsize size = 0;

  if (self->objects.interaction == NULL)
    return GNUTLS_E_PKCS11_PIN_ERROR;
  password = g_tls_password_new ((flags & GNUTLS_PIN_WRONG) != 0 ? G_TLS_PASSWORD_RETRY
                                                                 : G_TLS_PASSWORD_NONE,
                                 token_label != NULL ? token_label : _ ("private key"));
  if (g_tls_interaction_invoke_ask_password (self->objects.interaction, password, NULL, NULL)
      != G_TLS_INTERACTION_HANDLED)
    return GNUTLS_E_PKCS11_PIN_ERROR;
  const guchar *value = g_tls_password_get_value (password, &size);
  if (size >= pin_max)
    return GNUTLS_E_PKCS11_PIN_ERROR;
  memcpy (pin, value, size);
  pin[size] = '\0';
  return GNUTLS_E_SUCCESS;
}

static gboolean
set_key_error (
    int result, const char *certificate, const char *key, const char *password, GError **error)
{
  switch (result)
    {
    case GNUTLS_E_CERTIFICATE_KEY_MISMATCH:
      return set_config_error (error, _ ("The key ‘%s’ does not belong to the certificate ‘%s’"),
                               key, certificate);
    case GNUTLS_E_DECRYPTION_FAILED:
    case GNUTLS_E_MAC_VERIFY_FAILED:
    case GNUTLS_E_PKCS1_WRONG_PAD:
    case GNUTLS_E_PKCS11_PIN_ERROR:
      return set_config_error (error,
                               is_set (password) ? _ ("The password of the key ‘%s’ is wrong")
                                                 : _ ("The key ‘%s’ needs a password"),
                               key);
    default:
      return set_config_error (error, _ ("Can't use the certificate ‘%s’ with the key ‘%s’: %s"),
                               certificate, key, gnutls_strerror (result));
    }
}

static gboolean
is_pkcs12 (const char *name)
{
  return g_str_has_suffix (name, ".p12") || g_str_has_suffix (name, ".pfx");
}

static gboolean
load_files (PyrogTlsContext *self,
            const char *certificate,
            const char *key,
            const char *password,
            GError **error)
{
  int result;

  if (!check_readable (certificate, error) || !check_readable (key, error))
    return FALSE;
  warn_of_open_key (key);
  if (is_pkcs12 (certificate))
    result = gnutls_certificate_set_x509_simple_pkcs12_file (
        self->credentials, certificate, GNUTLS_X509_FMT_DER, password != NULL ? password : "");
  else
    result = gnutls_certificate_set_x509_key_file2 (self->credentials, certificate, key,
                                                    GNUTLS_X509_FMT_PEM,
                                                    is_set (password) ? password : NULL, 0);
  return result >= 0 || set_key_error (result, certificate, key, password, error);
}

static gboolean
load_object (PyrogTlsContext *self, GTlsCertificate *certificate, GError **error)
{
  g_autofree char *key = NULL;
  g_autoptr (GString) pem = g_string_new (NULL);

  g_object_get (certificate, "private-key-pem", &key, NULL);
  if (key == NULL)
    return set_config_error (error, _ ("The certificate comes without its private key"));
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
  gnutls_memset (key, 0, strlen (key));
  return result >= 0
         || set_config_error (error, _ ("Can't use the certificate: %s"), gnutls_strerror (result));
}

/* A certificate that every peer would refuse is found here, not by the first of them */
static gboolean
check_validity (PyrogTlsContext *self, const char *name, GError **error)
{
  gnutls_x509_crt_t *list = NULL;
  guint count = 0;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (gnutls_certificate_get_x509_crt (self->credentials, 0, &list, &count) < 0 || count == 0)
    return TRUE;
  gint64 begin = gnutls_x509_crt_get_activation_time (list[0]);
  gint64 end = gnutls_x509_crt_get_expiration_time (list[0]);
  for (guint i = 0; i < count; i++)
    gnutls_x509_crt_deinit (list[i]);
  gnutls_free (list);
  if (now > end)
    return set_config_error (error, _ ("The certificate ‘%s’ has expired"), name);
  if (now < begin)
    return set_config_error (error, _ ("The certificate ‘%s’ is not valid yet"), name);
  /* One that is made anew each day is not old in its last hours */
  if (end - now < MIN (WARNING_TIME, (end - begin) / 3))
    g_message ("The certificate ‘%s’ expires in less than %d days", name,
               WARNING_TIME / (24 * 60 * 60));
  return TRUE;
}

static gboolean
load_certificate (PyrogTlsContext *self, GError **error)
{
  const Items *items = &items_of[self->role];
  const char *certificate = pyrog_config_get_text (self->config, items->certificate);
  const char *key = pyrog_config_get_text (self->config, items->key);
  const char *password = pyrog_config_get_text (self->config, items->password);

  gnutls_certificate_set_pin_function (self->credentials, pin_cb, self);
  if (self->objects.certificate != NULL)
    return load_object (self, self->objects.certificate, error)
           && check_validity (self, _ ("of this program"), error);
  if (!is_set (certificate) && self->role == PYROG_TLS_SERVER)
    return set_config_error (error, _ ("SSL is on, but SSL_SERVERCERT names no certificate"));
  if (!is_set (certificate))
    return !is_set (key)
           || set_config_error (error, _ ("SSL_CLIENTKEY needs SSL_CLIENTCERT beside it"));
  /* The key may be in the file of the certificate */
  return load_files (self, certificate, is_set (key) ? key : certificate, password, error)
         && check_validity (self, certificate, error);
}

/* ---- Whom to trust ---- */

/* All files of a directory as one. Each name in it counts, as there may be links to the files by
 * hash: certificates that come twice do no harm. */
static char *
read_directory (const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  GString *all = g_string_new (NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *text = NULL;
      if (!g_file_test (file, G_FILE_TEST_IS_REGULAR)
          || !g_file_get_contents (file, &text, NULL, NULL)
          || strstr (text, "-----BEGIN CERTIFICATE-----") == NULL)
        continue;
      g_string_append (all, text);
      g_string_append_c (all, '\n');
    }
  return g_string_free (all, FALSE);
}

/* GIO's database reads a file, so it gets one that has no name */
static GTlsDatabase *
database_from_text (const char *text, GError **error)
{
  int fd = memfd_create ("pyrog-anchors", MFD_CLOEXEC);
  gsize size = strlen (text);
  GTlsDatabase *database = NULL;

  if (fd >= 0 && write (fd, text, size) == (gssize) size)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
      database = g_tls_file_database_new (path, error);
    }
  else
    set_config_error (error, _ ("Can't keep the trusted certificates: %s"), g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return database;
}

static GTlsDatabase *
load_anchors (const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *text = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    text = read_directory (path, &cause);
  else
    g_file_get_contents (path, &text, NULL, &cause);
  if (cause != NULL)
    {
      set_config_error (error, _ ("Can't read the trusted certificates ‘%s’: %s"), path,
                        cause->message);
      return NULL;
    }
  if (strstr (text, "-----BEGIN ") == NULL)
    {
      set_config_error (error, _ ("There is no certificate in ‘%s’"), path);
      return NULL;
    }
  return database_from_text (text, error);
}

static gboolean
load_database (PyrogTlsContext *self, GError **error)
{
  const char *anchors = pyrog_config_get_text (self->config, PYROG_CONFIG_SSL_CACERTS);
  GTlsBackend *backend = g_tls_backend_get_default ();

  if (!g_tls_backend_supports_tls (backend))
    return set_config_error (error, _ ("SSL is on, but GLib's TLS support is not installed"));
  if (self->objects.database != NULL)
    self->database = g_object_ref (self->objects.database);
  else if (is_set (anchors))
    self->database = load_anchors (anchors, error);
  else if (self->demand == GNUTLS_CERT_IGNORE)
    self->database = g_tls_backend_get_default_database (backend);
  else
    return set_config_error (
        error,
        _ ("Clients have to show certificates, but SSL_CACERTS does not say whose to trust"));
  return self->database != NULL;
}

/* ---- Contexts ---- */

static void
load_demand (PyrogTlsContext *self)
{
  self->demand = GNUTLS_CERT_IGNORE;
  if (self->role != PYROG_TLS_SERVER)
    return;
  if (pyrog_config_get_flag (self->config, PYROG_CONFIG_SSL_REQUIRECLIENTCERT))
    self->demand = GNUTLS_CERT_REQUIRE;
  else if (pyrog_config_get_flag (self->config, PYROG_CONFIG_SSL_REQUESTCLIENTCERT))
    self->demand = GNUTLS_CERT_REQUEST;
}

static gpointer
copy_object (gpointer object)
{
  return object != NULL ? g_object_ref (object) : NULL;
}

PyrogTlsContext *
pyrog_tls_context_new (PyrogConfig *config,
                       PyrogTlsRole role,
                       const PyrogTlsObjects *objects,
                       GError **error)
{
  g_autoptr (PyrogTlsContext) self = g_new0 (PyrogTlsContext, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->role = role;
  self->config = g_object_ref (config);
  self->objects.certificate = copy_object (objects->certificate);
  self->objects.database = copy_object (objects->database);
  self->objects.interaction = copy_object (objects->interaction);
  self->resumable
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  gnutls_certificate_allocate_credentials (&self->credentials);
  self->stamp = make_stamp (self);
  load_demand (self);
  if (!load_certificate (self, error) || !load_database (self, error))
    return NULL;
  if (role == PYROG_TLS_SERVER && self->demand == GNUTLS_CERT_IGNORE)
    gnutls_session_ticket_key_generate (&self->ticket_key);
  return g_steal_pointer (&self);
}

/* ---- Shared ones ---- */

static GMutex shared_lock;
static PyrogTlsContext *shared[MAX_SHARED]; /* (owned) (nullable) (locked-by shared_lock) */
static guint next_shared;                   /* (locked-by shared_lock) */

static gboolean
has_settings (PyrogTlsContext *self, PyrogConfig *config)
{
  const PyrogConfigItem items[] = { PYROG_CONFIG_SSL_CLIENTCERT, PYROG_CONFIG_SSL_CLIENTKEY,
                                    PYROG_CONFIG_SSL_CLIENTKEYPASSWD, PYROG_CONFIG_SSL_CACERTS };

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      if (g_strcmp0 (pyrog_config_get_text (self->config, items[i]),
                     pyrog_config_get_text (config, items[i]))
          != 0)
        return FALSE;
    }
  return TRUE;
}

/* Returns what is to be dropped, without the lock */
static PyrogTlsContext *
share (PyrogTlsContext *context)
{
  guint i = 0;

  while (i < MAX_SHARED && (shared[i] == NULL || !has_settings (shared[i], context->config)))
    i++;
  if (i == MAX_SHARED)
    i = next_shared++ % MAX_SHARED;
  PyrogTlsContext *old = shared[i];
  shared[i] = pyrog_tls_context_ref (context);
  return old;
}

PyrogTlsContext *
pyrog_tls_context_get_shared (PyrogConfig *config, GError **error)
{
  const PyrogTlsObjects objects = { 0 };
  PyrogTlsContext *context = NULL;

  g_mutex_lock (&shared_lock);
  for (guint i = 0; i < MAX_SHARED && context == NULL; i++)
    {
      if (shared[i] != NULL && has_settings (shared[i], config)
          && !pyrog_tls_context_is_outdated (shared[i]))
        context = pyrog_tls_context_ref (shared[i]);
    }
  g_mutex_unlock (&shared_lock);
  if (context != NULL)
    return context;
  context = pyrog_tls_context_new (config, PYROG_TLS_CLIENT, &objects, error);
  if (context == NULL)
    return NULL;
  g_mutex_lock (&shared_lock);
  PyrogTlsContext *old = share (context);
  g_mutex_unlock (&shared_lock);
  g_clear_pointer (&old, pyrog_tls_context_unref);
  return context;
}

PyrogTlsContext *
pyrog_tls_context_ref (PyrogTlsContext *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pyrog_tls_context_unref (PyrogTlsContext *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  gnutls_certificate_free_credentials (self->credentials);
  if (self->ticket_key.data != NULL)
    gnutls_memset (self->ticket_key.data, 0, self->ticket_key.size);
  gnutls_free (self->ticket_key.data);
  g_hash_table_unref (self->resumable);
  g_clear_object (&self->database);
  g_clear_object (&self->objects.certificate);
  g_clear_object (&self->objects.database);
  g_clear_object (&self->objects.interaction);
  g_object_unref (self->config);
  g_free (self->stamp);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
pyrog_tls_context_is_outdated (PyrogTlsContext *self)
{
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  gboolean look = now >= self->next_look;
  if (look)
    self->next_look = now + LOOK_INTERVAL;
  g_mutex_unlock (&self->lock);
  if (!look)
    return FALSE;
  g_autofree char *stamp = make_stamp (self);
  return strcmp (stamp, self->stamp) != 0;
}

PyrogTlsContext *
pyrog_tls_context_renew (PyrogTlsContext *self, GError **error)
{
  return pyrog_tls_context_new (self->config, self->role, &self->objects, error);
}

GBytes *
pyrog_tls_context_get_resumable (PyrogTlsContext *self, const char *peer_name)
{
  g_mutex_lock (&self->lock);
  GBytes *data = g_hash_table_lookup (self->resumable, peer_name);
  if (data != NULL)
    g_bytes_ref (data);
  g_mutex_unlock (&self->lock);
  return data;
}

void
pyrog_tls_context_set_resumable (PyrogTlsContext *self, const char *peer_name, GBytes *data)
{
  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->resumable) >= MAX_RESUMABLE)
    g_hash_table_remove_all (self->resumable);
  g_hash_table_replace (self->resumable, g_strdup (peer_name), g_bytes_ref (data));
  g_mutex_unlock (&self->lock);
}
