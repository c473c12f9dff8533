/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Prints what the certificates in a file say, as text or as a line of JSON each */
gboolean pyrog_cert_show (const char *path, gboolean json, GError **error);

G_END_DECLS
