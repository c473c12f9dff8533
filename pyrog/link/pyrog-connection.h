/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_CONNECTION (pyrog_connection_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogConnection, pyrog_connection, PYROG, CONNECTION, GObject)

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

G_END_DECLS
