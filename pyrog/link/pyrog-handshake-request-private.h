/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-handshake-request.h"

G_BEGIN_DECLS

PyrogHandshakeRequest *pyrog_handshake_request_new (PyrogConnection *connection, GVariant *data);
/* (nullable) */
GVariant *pyrog_handshake_request_get_answer (PyrogHandshakeRequest *self);

G_END_DECLS
