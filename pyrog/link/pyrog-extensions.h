/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-connection.h"
#include "pyrog-value.h"

G_BEGIN_DECLS

/* What goes beyond Pyro5 is offered in the handshake, under a key that Pyro5's programs don't look
 * at: a client offers, a daemon answers those who did. The value is a dict of extensions by name,
 * each a dict with the extension's own version as `v`:
 *
 *   {"software": {"v": 1, "name": "pyrog", "version": "1.0.0"}}
 *
 * Names and entries that one does not know are left alone. */
#define PYROG_EXTENSIONS_KEY "pyrog"

/* Our own; lives for ever */
const PyrogValue *pyrog_extensions_get (void);
/* Looks for the peer's in what it said in the handshake, and lets the connection (nullable) know.
 * FALSE: it offers none that we have. */
gboolean pyrog_extensions_take (const PyrogValue *handshake, PyrogConnection *connection);

G_END_DECLS
