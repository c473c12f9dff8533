/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What an interaction fills in: its value, and the one that was given to it with g_free(), are
 * wiped before their memory is freed */
#define PYROG_TYPE_TLS_PASSWORD (pyrog_tls_password_get_type ())
G_DECLARE_FINAL_TYPE (PyrogTlsPassword, pyrog_tls_password, PYROG, TLS_PASSWORD, GTlsPassword)

GTlsPassword *pyrog_tls_password_new (GTlsPasswordFlags flags, const char *description);

G_END_DECLS
