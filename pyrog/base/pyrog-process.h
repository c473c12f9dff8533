/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Forks of the process. What was made before one is the parent's: a child that used it would mix
 * its bytes into the parent's, and locks may be held by threads that it does not have. So a child
 * does nothing with it, and lets it leak. */

/* Another number in each child of a fork(); costs no system call */
guint pyrog_process_get (void);
/* FALSE and an error: that was another process */
gboolean pyrog_process_check (guint process, GError **error);

G_END_DECLS
