/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whose a TCP socket of this machine is, which the kernel tells of unix sockets only. */

/* Whether the peer is on this machine: its address is a loopback address, or our own */
gboolean pyrog_socket_is_local (GSocketAddress *local, GSocketAddress *remote);
/* The user who has the other end of a connection within this machine, as the kernel's table of
 * sockets knows it now. Not found, half closed already, or not of this network namespace: an
 * error. */
gboolean pyrog_socket_find_owner (GSocketAddress *local,
                                  GSocketAddress *remote,
                                  guint32 *uid,
                                  GError **error);
/* ... for a client: before its connection is accepted, whose the listening socket is */
gboolean pyrog_socket_find_server (GSocketAddress *local,
                                   GSocketAddress *remote,
                                   guint32 *uid,
                                   GError **error);

G_END_DECLS
