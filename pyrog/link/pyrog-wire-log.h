/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-message.h"

G_BEGIN_DECLS

/* What is logged of a message (free with g_free()): all of its header, the names and sizes of its
 * annotations, and the beginning of the payload of a call or a result, harmless to a terminal.
 * Secrets are left out: annotations, handshakes, and payloads with proxies, in which Pyro5 tells
 * its own handshake. body is what follows the header. */
char *pyrog_wire_log_describe (const PyrogHeader *header, const guint8 *body);
/* Logs a message from or to peer with the level of debugging */
void
pyrog_wire_log (const char *peer, gboolean received, const PyrogHeader *header, const guint8 *body);

G_END_DECLS
