/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One line of JSON */
gboolean pyrog_print_json (GVariant *value, GError **error);

G_END_DECLS
