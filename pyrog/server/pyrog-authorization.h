/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-peer.h"
#include "pyrog-servant.h"

G_BEGIN_DECLS

/* Has the servant carry out an invocation, if the program allows that: now, or when it has decided.
 * The invocation is answered or held when this returns. */
void
pyrog_authorize_invocation (PyrogPeer *peer, PyrogServant *servant, PyrogInvocation *invocation);

/* Whether the program decides about that one; if not, nothing but the servant has to be asked */
gboolean pyrog_authorization_is_asked (PyrogPeer *peer, PyrogInvocation *invocation);

G_END_DECLS
