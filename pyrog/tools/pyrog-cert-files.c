/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-cert-files.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

void
pyrog_cert_file_free (PyrogCertFile *file)
{
  g_free (file->path);
  g_bytes_unref (file->bytes);
  g_free (file);
}

/* Makes an empty file, which keeps the name for us until the content comes; what is there already
 * is somebody's, unless force says that it may go */
static gboolean
reserve (const PyrogCertFile *file, gboolean force, gboolean *made, GError **error)
{
  int fd = open (file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file->mode);

  *made = fd >= 0;
  if (fd >= 0)
    return g_close (fd, error);
  if (errno == EEXIST && force)
    return TRUE;
  if (errno == EEXIST)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                 _ ("‘%s’ is there already; --force overwrites it"), file->path);
  else
    g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (errno),
                 _ ("‘%s’ can't be written: %s"), file->path, g_strerror (errno));
  return FALSE;
}

static gboolean
write_file (const PyrogCertFile *file, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (file->bytes, &size);

  return g_file_set_contents_full (file->path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT,
                                   file->mode, error);
}

gboolean
pyrog_cert_files_write (GPtrArray *files, gboolean force, GError **error)
{
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  gboolean ok = TRUE;

  for (guint i = 0; i < files->len && ok; i++)
    {
      PyrogCertFile *file = files->pdata[i];
      gboolean made;
      ok = reserve (file, force, &made, error);
      if (made)
        g_ptr_array_add (ours, file);
    }
  for (guint i = 0; i < files->len && ok; i++)
    ok = write_file (files->pdata[i], error);
  for (guint i = 0; i < ours->len && !ok; i++)
    g_unlink (((PyrogCertFile *) ours->pdata[i])->path);
  return ok;
}
