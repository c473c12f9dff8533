/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Wipes a text before it frees it */
void pyrog_secret_free (char *text);
/* The same value (transfer full, both), in memory that is wiped when the last reference goes */
GVariant *pyrog_secret_take_variant (GVariant *value);
/* How messages and dumps call a file or the object of a token: without the second part of a PKCS#11
 * uri, which may hold a PIN. Free with g_free(). */
char *pyrog_secret_hide_pin (const char *name);

G_END_DECLS
