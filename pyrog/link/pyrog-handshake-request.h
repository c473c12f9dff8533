/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-access-request.h"

G_BEGIN_DECLS

#define PYROG_TYPE_HANDSHAKE_REQUEST (pyrog_handshake_request_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (
    PyrogHandshakeRequest, pyrog_handshake_request, PYROG, HANDSHAKE_REQUEST, PyrogAccessRequest)

PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_handshake_request_get_data (PyrogHandshakeRequest *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_handshake_request_set_answer (PyrogHandshakeRequest *self, GVariant *answer);

G_END_DECLS
