/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Which addresses are served by main contexts of this process, so that a synchronous call that
 * could only be answered by the thread that waits for it can be refused. May be used in any thread.
 */

/* owner: whoever will take the address back */
void pyrog_local_daemons_add (gpointer owner, GSocketAddress *address, GMainContext *context);
void pyrog_local_daemons_remove (gpointer owner);
/* Whether there is any in this process: most have none */
gboolean pyrog_local_daemons_exist (void);
/* Whether the calling thread runs the main context that serves the address */
gboolean pyrog_local_daemons_is_own (GSocketAddress *address);

G_END_DECLS
