/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A secret in a file: who can read the file may connect. Immutable. */
typedef struct _PyrogCookie PyrogCookie;

/* The file has to be this user's, or root's, and nobody else's to read; blanks around the secret do
 * not count. Errors: PYROG_ERROR_SECURITY, which never say what is in the file. */
PyrogCookie *pyrog_cookie_read (const char *path, GError **error);
/* ... and if there is no such file, makes one with a new secret */
PyrogCookie *pyrog_cookie_read_or_make (const char *path, GError **error);
void pyrog_cookie_free (PyrogCookie *cookie);

const char *pyrog_cookie_get_text (PyrogCookie *cookie);
/* In a time that tells nothing of the secret */
gboolean pyrog_cookie_matches (PyrogCookie *cookie, const char *text, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogCookie, pyrog_cookie_free)

G_END_DECLS
