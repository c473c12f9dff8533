/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Which users of this machine may connect, as the kernel knows them: that is decided before
 * anything is read. This process' own user and root always may, others when they are named. Any
 * thread, once all are named. */
typedef struct _PyrogPeerPolicy PyrogPeerPolicy;

PyrogPeerPolicy *pyrog_peer_policy_new (void);
void pyrog_peer_policy_free (PyrogPeerPolicy *policy);
void pyrog_peer_policy_allow_user (PyrogPeerPolicy *policy, guint32 uid);
void pyrog_peer_policy_allow_group (PyrogPeerPolicy *policy, guint32 gid);
/* Whether anybody else may */
gboolean pyrog_peer_policy_has_others (PyrogPeerPolicy *policy);

/* A connection was accepted from a unix socket; or, if check_tcp is set, through TCP from this
 * machine, where users count and groups do not. Errors: PYROG_ERROR_SECURITY. */
gboolean pyrog_peer_policy_check (PyrogPeerPolicy *policy,
                                  GSocket *socket,
                                  gboolean check_tcp,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogPeerPolicy, pyrog_peer_policy_free)

G_END_DECLS
