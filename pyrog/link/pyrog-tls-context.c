/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <errno.h>
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

static gboolean
is_set (const char *text)
{
  return text != NULL && *text != '\0';
}

gboolean
pyrog_tls_set_error (GError **error, const char *format, ...)
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

  if (is_set (name) && !pyrog_tls_is_token_uri (name) && g_stat (name, &info) == 0)
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
  PyrogTlsNames names = pyrog_tls_get_names (self);
  GString *stamp = g_string_new (NULL);

  append_stamp (stamp, names.certificate);
  append_stamp (stamp, names.key);
  append_stamp (stamp, pyrog_config_get_text (self->config, PYROG_CONFIG_SSL_CACERTS));
  return g_string_free (stamp, FALSE);
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
    pyrog_tls_set_error (error, _ ("Can't keep the trusted certificates: %s"), g_strerror (errno));
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
      pyrog_tls_set_error (error, _ ("Can't read the trusted certificates ‘%s’: %s"), path,
                           cause->message);
      return NULL;
    }
  if (strstr (text, "-----BEGIN ") == NULL)
    {
      pyrog_tls_set_error (error, _ ("There is no certificate in ‘%s’"), path);
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
    return pyrog_tls_set_error (error, _ ("SSL is on, but GLib's TLS support is not installed"));
  if (self->objects.database != NULL)
    self->database = g_object_ref (self->objects.database);
  else if (is_set (anchors))
    self->database = load_anchors (anchors, error);
  else if (self->demand == GNUTLS_CERT_IGNORE)
    self->database = g_tls_backend_get_default_database (backend);
  else
    return pyrog_tls_set_error (
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
  if (!pyrog_tls_load_identity (self, error) || !load_database (self, error))
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
