/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PYROG_UUID_SIZE 16

/* Version 4 of RFC 9562, of random bytes that nobody can guess. FALSE: the system has none to give
 */
gboolean pyrog_uuid_random (guint8 *uuid);
/* 8-4-4-4-12 digits, or just the 32 of them (free with g_free()) */
char *pyrog_uuid_to_string (const guint8 *uuid);
char *pyrog_uuid_to_hex (const guint8 *uuid);

G_END_DECLS
