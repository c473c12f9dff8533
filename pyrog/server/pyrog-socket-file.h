/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The file of a unix socket that is bound: its owner alone may connect from the first moment on, it
 * takes the place of nothing but a dead socket of the same user, and goes when it is freed, if it
 * is still there. */
typedef struct _PyrogSocketFile PyrogSocketFile;

/* Where a socket of that name belongs (free with g_free()): a name without a slash in the user's
 * directory for such sockets, which is made; what else is relative, in the current directory. */
char *pyrog_socket_file_find_path (const char *name, GError **error);
/* Binds socket to an absolute path, and listens */
PyrogSocketFile *pyrog_socket_file_new (GSocket *socket, const char *path, GError **error);
/* From now on other users may connect too: whoever accepts has to look who it is */
void pyrog_socket_file_open_up (PyrogSocketFile *file);
void pyrog_socket_file_free (PyrogSocketFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogSocketFile, pyrog_socket_file_free)

G_END_DECLS
