/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-peer.h"
#include "pyrog-servant.h"

G_BEGIN_DECLS

/* Who may use what is exposed: the policies of the servant, and then the program if it wants to be
 * asked. The daemon's own object is for everybody. */

/* Gives an invocation its instance. FALSE: it was answered instead */
typedef gboolean (*PyrogBindFunc) (PyrogPeer *peer,
                                   PyrogInvocation *invocation,
                                   gpointer user_data);

/* Whether anybody has a say; if not, the servant can carry it out at once */
gboolean
pyrog_authorization_is_needed (PyrogPeer *peer, PyrogServant *servant, PyrogInvocation *invocation);
/* Has the servant carry out the invocation if that is allowed, now or when it was decided. bind
 * (nullable) is called before that; user_data lives as long as the peer. The invocation is answered
 * or held when this returns. */
void pyrog_authorize_invocation (PyrogPeer *peer,
                                 PyrogServant *servant,
                                 PyrogInvocation *invocation,
                                 PyrogBindFunc bind,
                                 gpointer user_data);

G_END_DECLS
