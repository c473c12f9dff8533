/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* `pyrog cert`: argv begins with "cert". Errors of usage are those of G_OPTION_ERROR. */
gboolean pyrog_cert_run (int argc, char **argv, gboolean json, GError **error);

G_END_DECLS
