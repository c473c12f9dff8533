/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_CONNECTION (pyrog_connection_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogConnection, pyrog_connection, PYROG, CONNECTION, GObject)

/**
 * PyrogConnectionFunc:
 * @connection: a connection that has ended
 * @user_data: (closure): what was given with the function
 *
 * Ends something that belongs to a connection.
 *
 * Since: 1.0
 */
typedef void (*PyrogConnectionFunc) (PyrogConnection *connection, gpointer user_data);

PYROG_AVAILABLE_IN_ALL
GSocketAddress *pyrog_connection_get_local_address (PyrogConnection *self);
PYROG_AVAILABLE_IN_ALL
GSocketAddress *pyrog_connection_get_remote_address (PyrogConnection *self);
PYROG_AVAILABLE_IN_ALL
GCredentials *pyrog_connection_get_credentials (PyrogConnection *self);
PYROG_AVAILABLE_IN_ALL
guint64 pyrog_connection_get_session (PyrogConnection *self);
PYROG_AVAILABLE_IN_ALL
GTlsCertificate *pyrog_connection_get_peer_certificate (PyrogConnection *self);
PYROG_AVAILABLE_IN_ALL
GTlsCertificateFlags pyrog_connection_get_peer_certificate_errors (PyrogConnection *self);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_connection_is_encrypted (PyrogConnection *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_connection_get_peer_software (PyrogConnection *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_connection_get_peer_version (PyrogConnection *self);
PYROG_AVAILABLE_IN_ALL
guint pyrog_connection_track (PyrogConnection *self,
                              PyrogConnectionFunc func,
                              gpointer user_data,
                              GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_connection_untrack (PyrogConnection *self, guint id);

G_END_DECLS
