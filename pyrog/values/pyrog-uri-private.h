/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-uri.h"

G_BEGIN_DECLS

/* The text as Pyro5 has it, in which a NUL character stands in front of the name of an abstract
 * socket, where our own texts have an @. Terminated, and size bytes long (free with g_free()). */
char *pyrog_uri_to_wire (PyrogUri *self, gsize *size);
/* Reads a peer's text, which need not be terminated. Errors: PYROG_ERROR_INVALID_URI. */
PyrogUri *pyrog_uri_new_from_wire (const char *text, gsize size, GError **error);
/* The same for the sockname alone, as in the state of Pyro5's URI class; NULL if there is none */
char *pyrog_uri_dup_wire_sockname (PyrogUri *self, gsize *size);

G_END_DECLS
