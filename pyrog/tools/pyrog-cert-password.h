/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A password in memory of its own, which is wiped when it is freed */
typedef char PyrogPassword;

/* The first line of a file, or of standard input for "-" */
PyrogPassword *pyrog_password_read (const char *path, GError **error);
/* Asked for at the terminal without echo, twice if told so; without a terminal it is the first line
 * of standard input */
PyrogPassword *pyrog_password_ask (const char *question, gboolean twice, GError **error);
void pyrog_password_free (PyrogPassword *password);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogPassword, pyrog_password_free)

G_END_DECLS
