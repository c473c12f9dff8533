/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-cookie.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pyrog-error.h"

#define MIN_SIZE 16 /* bytes of a secret */
#define MAX_SIZE 1024
#define NEW_SIZE 32 /* random bytes */
#define COOKIE_MODE 0600
#define OTHERS_MODE 0077
#define DIGEST_SIZE 32

struct _PyrogCookie
{
  char text[MAX_SIZE + 1];
};

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY, _ ("Can't use the cookie file ‘%s’: %s"),
               path, why);
  return FALSE;
}

/* ---- Reading ---- */

static gboolean
check_file (int fd, const char *path, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return refuse (path, g_strerror (errno), error);
  if (!S_ISREG (info.st_mode))
    return refuse (path, _ ("it is not a file"), error);
  if ((info.st_uid != geteuid () && info.st_uid != 0) || (info.st_mode & OTHERS_MODE) != 0)
    return refuse (path, _ ("others can read it, or it is not this user's"), error);
  return TRUE;
}

static gboolean
read_text (PyrogCookie *self, int fd, const char *path, GError **error)
{
  gsize size = 0;
  gssize count;

  while (size <= MAX_SIZE && (count = read (fd, self->text + size, MAX_SIZE + 1 - size)) != 0)
    {
      if (count < 0 && errno != EINTR)
        return refuse (path, g_strerror (errno), error);
      size += count > 0 ? (gsize) count : 0;
    }
  if (size > MAX_SIZE)
    return refuse (path, _ ("it is too large"), error);
  self->text[size] = '\0';
  if (strlen (self->text) != size || !g_utf8_validate (self->text, -1, NULL))
    return refuse (path, _ ("it is not text"), error);
  g_strstrip (self->text);
  return strlen (self->text) >= MIN_SIZE || refuse (path, _ ("its secret is too short"), error);
}

static PyrogCookie *
read_fd (int fd, const char *path, GError **error)
{
  g_autoptr (PyrogCookie) self = g_new0 (PyrogCookie, 1);

  if (!check_file (fd, path, error) || !read_text (self, fd, path, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* A symbolic link, a pipe or a device is no such file */
static int
open_file (const char *path)
{
  return g_open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
}

PyrogCookie *
pyrog_cookie_read (const char *path, GError **error)
{
  int fd = open_file (path);

  if (fd < 0)
    {
      refuse (path, g_strerror (errno), error);
      return NULL;
    }
  PyrogCookie *self = read_fd (fd, path, error);
  close (fd);
  return self;
}

/* ---- Making ---- */

static gboolean
write_secret (int fd)
{
  guint8 secret[NEW_SIZE];
  char text[2 * NEW_SIZE + 2];

  if (getrandom (secret, sizeof secret, 0) != (gssize) sizeof secret)
    return FALSE;
  for (guint i = 0; i < NEW_SIZE; i++)
    g_snprintf (text + 2 * i, 4, "%02x\n", secret[i]);
  gboolean ok = write (fd, text, 2 * NEW_SIZE + 1) == 2 * NEW_SIZE + 1;
  explicit_bzero (secret, sizeof secret);
  explicit_bzero (text, sizeof text);
  return ok;
}

/* Whole or not at all, and never in the place of another one */
static gboolean
make_file (const char *path, GError **error)
{
  g_autofree char *draft = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (draft, O_RDWR | O_CLOEXEC, COOKIE_MODE);

  if (fd < 0)
    return refuse (path, g_strerror (errno), error);
  gboolean ok = write_secret (fd) && (link (draft, path) == 0 || errno == EEXIST);
  int code = errno;
  close (fd);
  g_unlink (draft);
  return ok || refuse (path, g_strerror (code), error);
}

PyrogCookie *
pyrog_cookie_read_or_make (const char *path, GError **error)
{
  if (g_access (path, F_OK) != 0 && errno == ENOENT && !make_file (path, error))
    return NULL;
  return pyrog_cookie_read (path, error);
}

void
pyrog_cookie_free (PyrogCookie *self)
{
  if (self == NULL)
    return;
  explicit_bzero (self, sizeof *self);
  g_free (self);
}

/* ---- Comparing ---- */

const char *
pyrog_cookie_get_text (PyrogCookie *self)
{
  return self->text;
}

/* Not GLib's, which leaves the text in its memory */
static gboolean
digest (const guint8 *key, const char *text, gsize size, guint8 *result)
{
  return gnutls_hmac_fast (GNUTLS_MAC_SHA256, key, DIGEST_SIZE, text, size, result)
         == GNUTLS_E_SUCCESS;
}

/* With a key that is new each time, equal beginnings of texts do not show in the digests */
gboolean
pyrog_cookie_matches (PyrogCookie *self, const char *text, gsize size)
{
  guint8 key[DIGEST_SIZE], expected[DIGEST_SIZE], given[DIGEST_SIZE];

  if (getrandom (key, sizeof key, 0) != (gssize) sizeof key
      || !digest (key, self->text, strlen (self->text), expected)
      || !digest (key, text, size, given))
    return FALSE;
  return gnutls_memcmp (expected, given, DIGEST_SIZE) == 0;
}
