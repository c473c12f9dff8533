/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-socket-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pyrog-error.h"
#include "pyrog-process.h"
#include "pyrog-location.h"

#define SOCKET_MODE 0600
#define OPEN_MODE 0666
#define DIRECTORY_MODE 0700
#define OTHERS_MODE 0077
/* Others hold the lock for less than a millisecond, unless they mean harm */
#define LOCK_ATTEMPTS 500
#define LOCK_PAUSE (G_USEC_PER_SEC / 100)

struct _PyrogSocketFile
{
  guint process; /* that made it */
  int directory; /* (owned) the descriptor stays good when the directory is moved */
  char *name;    /* (owned) in the directory */
  dev_t device;  /* of what we bound */
  ino_t inode;   /* 0: nothing yet */
};

static gboolean
fail (GError **error)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s", g_strerror (code));
  return FALSE;
}

/* ---- The user's directory ---- */

static gboolean
is_private (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat info;

  if (fd < 0)
    return fail (error);
  gboolean ok
      = fstat (fd, &info) == 0 && info.st_uid == geteuid () && (info.st_mode & OTHERS_MODE) == 0;
  close (fd);
  if (!ok)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 _ ("The directory ‘%s’ is not this user's alone"), path);
  return ok;
}

char *
pyrog_socket_file_find_path (const char *name, GError **error)
{
  g_autofree char *directory = NULL;

  if (strchr (name, '/') != NULL)
    return g_canonicalize_filename (name, NULL);
  directory = g_build_filename (g_get_user_runtime_dir (), "pyrog", NULL);
  if (g_mkdir_with_parents (directory, DIRECTORY_MODE) != 0)
    {
      fail (error);
      return NULL;
    }
  return is_private (directory, error) ? g_build_filename (directory, name, NULL) : NULL;
}

/* ---- The lock ---- */

/* Daemons of a user take turns at a directory; nothing is left behind by a lock on the directory
 * itself. Whoever may read a directory may lock it, so that nobody waits for ever. */
static gboolean
lock (PyrogSocketFile *self, GError **error)
{
  for (guint i = 0; i < LOCK_ATTEMPTS; i++)
    {
      if (flock (self->directory, LOCK_EX | LOCK_NB) == 0)
        return TRUE;
      if (errno != EWOULDBLOCK && errno != EINTR)
        return fail (error);
      g_usleep (LOCK_PAUSE);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("Another process has locked its directory"));
  return FALSE;
}

static void
unlock (PyrogSocketFile *self)
{
  flock (self->directory, LOCK_UN);
}

/* ---- Binding ---- */

/* Whether nobody listens on the socket any more */
static gboolean
is_dead (GSocketAddress *address)
{
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GError) error = NULL;

  if (socket == NULL)
    return FALSE;
  g_socket_set_blocking (socket, FALSE); /* the backlog of one that is alive may be full */
  return !g_socket_connect (socket, address, NULL, &error)
         && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Removes what a daemon of ours left behind when it died */
static void
remove_dead_socket (PyrogSocketFile *self, GSocketAddress *address)
{
  struct stat info;

  if (fstatat (self->directory, self->name, &info, AT_SYMLINK_NOFOLLOW) == 0
      && S_ISSOCK (info.st_mode) && info.st_uid == geteuid () && is_dead (address))
    unlinkat (self->directory, self->name, 0);
}

static void
remember (PyrogSocketFile *self)
{
  struct stat info;

  if (fstatat (self->directory, self->name, &info, AT_SYMLINK_NOFOLLOW) == 0)
    {
      self->device = info.st_dev;
      self->inode = info.st_ino;
    }
}

/* Under the lock until it listens: a socket that does not yet looks as dead as one that does not
 * any more */
static gboolean
bind_and_listen (PyrogSocketFile *self, GSocket *socket, GSocketAddress *address, GError **error)
{
  /* On Linux the file gets the mode of the socket, so there is no moment when others may connect */
  if (fchmod (g_socket_get_fd (socket), SOCKET_MODE) != 0)
    return fail (error);
  if (!lock (self, error))
    return FALSE;
  remove_dead_socket (self, address);
  gboolean ok = g_socket_bind (socket, address, FALSE, error);
  if (ok)
    remember (self);
  ok = ok && g_socket_listen (socket, error);
  unlock (self);
  return ok;
}

PyrogSocketFile *
pyrog_socket_file_new (GSocket *socket, const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = pyrog_location_socket_address (path, error);
  g_autofree char *directory = g_path_get_dirname (path);

  if (address == NULL)
    return NULL;
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    {
      fail (error);
      return NULL;
    }
  g_autoptr (PyrogSocketFile) self = g_new0 (PyrogSocketFile, 1);
  self->process = pyrog_process_get ();
  self->directory = fd;
  self->name = g_path_get_basename (path);
  return bind_and_listen (self, socket, address, error) ? g_steal_pointer (&self) : NULL;
}

static gboolean
is_ours (PyrogSocketFile *self, const struct stat *info)
{
  return self->inode != 0 && info->st_dev == self->device && info->st_ino == self->inode;
}

/* Through a descriptor of the file, lest something else is there by now */
void
pyrog_socket_file_open_up (PyrogSocketFile *self)
{
  int fd = openat (self->directory, self->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct stat info;

  if (fd < 0)
    return;
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  if (fstat (fd, &info) != 0 || !is_ours (self, &info) || chmod (path, OPEN_MODE) != 0)
    g_message ("The socket ‘%s’ stays its owner's alone", self->name);
  close (fd);
}

void
pyrog_socket_file_free (PyrogSocketFile *self)
{
  struct stat info;

  if (self == NULL)
    return;
  if (self->process == pyrog_process_get ()
      && fstatat (self->directory, self->name, &info, AT_SYMLINK_NOFOLLOW) == 0
      && is_ours (self, &info))
    unlinkat (self->directory, self->name, 0);
  close (self->directory);
  g_free (self->name);
  g_free (self);
}
