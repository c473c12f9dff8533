/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A peer that sends bytes, and the daemon that serves it, in one thread: whoever waits for the
 * daemon lets the main context do what it has to */

void raw_peer_settle (void);
/* A socket, to be closed, that is connected to a port of this machine */
int raw_peer_connect (guint16 port);
/* The type of the daemon's next message; 0: it has closed the connection */
int raw_peer_receive_type (int fd);

G_END_DECLS
