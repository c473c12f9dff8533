/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-access-request.h"
#include "pyrog-invocation.h"

G_BEGIN_DECLS

#define PYROG_TYPE_AUTHORIZATION_REQUEST (pyrog_authorization_request_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogAuthorizationRequest,
                      pyrog_authorization_request,
                      PYROG,
                      AUTHORIZATION_REQUEST,
                      PyrogAccessRequest)

PYROG_AVAILABLE_IN_ALL
PyrogInvocation *pyrog_authorization_request_get_invocation (PyrogAuthorizationRequest *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_authorization_request_get_object_id (PyrogAuthorizationRequest *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_authorization_request_get_member (PyrogAuthorizationRequest *self);
PYROG_AVAILABLE_IN_ALL
PyrogOperation pyrog_authorization_request_get_operation (PyrogAuthorizationRequest *self);

G_END_DECLS
