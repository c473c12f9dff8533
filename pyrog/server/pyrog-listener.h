/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-location.h"
#include "pyrog-uri.h"

G_BEGIN_DECLS

/* One bound socket. For the file of a unix socket see PyrogSocketFile. */
typedef struct _PyrogListener PyrogListener;

/* prefer_ip_version: 4, 6, or 0 for the one that Pyro5 prefers, which is 4. Errors:
 * PYROG_ERROR_COMMUNICATION, PYROG_ERROR_INVALID_URI. */
PyrogListener *pyrog_listener_new (const PyrogLocation *location,
                                   gboolean reuse,
                                   int prefer_ip_version,
                                   GError **error);
/* A socket that is bound already, listening or not */
PyrogListener *pyrog_listener_new_for_socket (GSocket *socket, GError **error);
void pyrog_listener_free (PyrogListener *listener);

/* What sockets that it accepts are to have; see pyrog_transport_new() */
void pyrog_listener_set_options (PyrogListener *listener, gboolean nodelay);
int pyrog_listener_get_fd (PyrogListener *listener);
/* The location of what is bound, with the real port */
const PyrogLocation *pyrog_listener_get_location (PyrogListener *listener);
/* A full reference, or NULL */
GSocketAddress *pyrog_listener_get_address (PyrogListener *listener);
/* Whether other machines can connect */
gboolean pyrog_listener_is_exposed (PyrogListener *listener);
/* Makes the file of a unix socket one that every user may connect to */
void pyrog_listener_open_up (PyrogListener *listener);
PyrogUri *pyrog_listener_make_uri (PyrogListener *listener, const char *object);
/* The next connection. NULL: there is none, if *errnum is 0, or it failed for that reason. */
GSocket *pyrog_listener_accept (PyrogListener *listener, int *errnum);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogListener, pyrog_listener_free)

G_END_DECLS
