/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-daemon-private.h"

/* Who may connect to a daemon */

static void
open_up_listeners (PyrogDaemon *self)
{
  for (guint i = 0; i < self->listeners->len; i++)
    pyrog_listener_open_up (g_ptr_array_index (self->listeners, i));
}

/**
 * pyrog_daemon_allow_user:
 * @self: a daemon
 * @uid: the number of a user, as in g_credentials_get_unix_user()
 *
 * Lets another user of this machine connect. Unix sockets, with a file or an abstract name, admit
 * the user that the daemon runs as and root, and with this function others as well: the kernel
 * tells who it is, and who is not allowed is refused before anything is read. Of connections
 * through TCP from the same machine the same is true if the item `PEER_UID_CHECK` is set.
 *
 * From now on the files of the daemon's sockets have the mode 0666, so that other users get as far
 * as being asked. They also have to be in a directory that the user may enter.
 *
 * Since: 1.0
 */
void
pyrog_daemon_allow_user (PyrogDaemon *self, guint uid)
{
  g_return_if_fail (PYROG_IS_DAEMON (self));

  pyrog_peer_policy_allow_user (self->policy, uid);
  open_up_listeners (self);
}

/**
 * pyrog_daemon_allow_group:
 * @self: a daemon
 * @gid: the number of a group
 *
 * Lets the members of a group connect, as [method@Daemon.allow_user] does for a user. What counts
 * are the groups that the process of the peer has, its supplementary ones too. On TCP the kernel
 * does not tell them: there only users can be allowed.
 *
 * Since: 1.0
 */
void
pyrog_daemon_allow_group (PyrogDaemon *self, guint gid)
{
  g_return_if_fail (PYROG_IS_DAEMON (self));

  pyrog_peer_policy_allow_group (self->policy, gid);
  open_up_listeners (self);
}
