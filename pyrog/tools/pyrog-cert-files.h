/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;    /* (owned) */
  int mode;      /* before the umask */
  GBytes *bytes; /* (owned) */
} PyrogCertFile;

void pyrog_cert_file_free (PyrogCertFile *file);

/* Writes all of them or, if one can't be written, none that was not there before. Nothing is
 * overwritten without force. A file never has half of its content or other modes than its own. */
gboolean pyrog_cert_files_write (GPtrArray *files, gboolean force, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogCertFile, pyrog_cert_file_free)

G_END_DECLS
