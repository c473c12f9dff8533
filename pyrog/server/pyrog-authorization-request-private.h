/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-authorization-request.h"

G_BEGIN_DECLS

PyrogAuthorizationRequest *pyrog_authorization_request_new (PyrogInvocation *invocation,
                                                            PyrogOperation operation,
                                                            const char *member);

G_END_DECLS
