/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-member.h"

G_BEGIN_DECLS

/* Calls the method that the invocation names. Whatever comes, the invocation is answered, or
 * somebody holds it to answer later. */
void pyrog_servant_dispatch (PyrogServant *self, PyrogInvocation *invocation);
/* __getattr__ and __setattr__ */
void pyrog_servant_dispatch_get (PyrogServant *self, PyrogInvocation *invocation);
void pyrog_servant_dispatch_set (PyrogServant *self, PyrogInvocation *invocation);

/* Adds what Pyro5 calls metadata: a dict with the names of methods, oneway methods and attributes
 */
void pyrog_servant_add_metadata (PyrogServant *self, PyrogBuilder *builder);

G_END_DECLS
