/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-certificate-policy.h"
#include "pyrog-connection.h"
#include "pyrog-enums.h"

G_BEGIN_DECLS

#define PYROG_TYPE_CALL_POLICY (pyrog_call_policy_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogCallPolicy, pyrog_call_policy, PYROG, CALL_POLICY, GObject)

PYROG_AVAILABLE_IN_ALL
PyrogCallPolicy *pyrog_call_policy_new (void);

PYROG_AVAILABLE_IN_ALL
void pyrog_call_policy_allow_own_user (PyrogCallPolicy *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_call_policy_allow_user (PyrogCallPolicy *self, guint uid);
PYROG_AVAILABLE_IN_ALL
void pyrog_call_policy_allow_group (PyrogCallPolicy *self, guint gid);
PYROG_AVAILABLE_IN_ALL
void pyrog_call_policy_allow_certificates (PyrogCallPolicy *self,
                                           PyrogCertificatePolicy *certificates);
PYROG_AVAILABLE_IN_ALL
void pyrog_call_policy_set_read_only (PyrogCallPolicy *self, gboolean read_only);

PYROG_AVAILABLE_IN_ALL
gboolean pyrog_call_policy_check (PyrogCallPolicy *self,
                                  PyrogConnection *connection,
                                  PyrogOperation operation,
                                  GError **error);

G_END_DECLS
