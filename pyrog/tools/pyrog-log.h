/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Has messages logged as the items LOGLEVEL and LOGFILE say, as Pyro5 does: without a level, as
 * GLib does. A configuration that can't be used is somebody else's error. */
gboolean pyrog_log_init (GError **error);

G_END_DECLS
