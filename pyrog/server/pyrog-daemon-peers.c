/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "pyrog-config-items.h"
#include "pyrog-daemon-private.h"

/* Who may connect to a daemon */

/* ---- A warning ---- */

/* Root, or somebody whom another user has lent the environment */
static const char *
describe_privileges (void)
{
  const char *directory = g_getenv ("XDG_RUNTIME_DIR");
  GStatBuf info;

  if (geteuid () == 0)
    return "root";
  if (directory != NULL && g_stat (directory, &info) == 0 && info.st_uid != geteuid ())
    return "another user than the owner of XDG_RUNTIME_DIR";
  return NULL;
}

static gboolean
asks_who_connects (PyrogDaemon *self)
{
  return pyrog_config_get_text (self->config, PYROG_CONFIG_COOKIE_FILE) != NULL
         || (self->tls != NULL
             && pyrog_config_get_flag (self->config, PYROG_CONFIG_SSL_REQUIRECLIENTCERT))
         || g_signal_has_handler_pending (
             self, g_signal_lookup ("validate-handshake", PYROG_TYPE_DAEMON), 0, FALSE);
}

/* Through which all users of the machine may connect, if not more; NULL if there is none */
static PyrogListener *
find_open_listener (PyrogDaemon *self)
{
  gboolean check = pyrog_config_get_flag (self->config, PYROG_CONFIG_PEER_UID_CHECK);

  for (guint i = 0; i < self->listeners->len; i++)
    {
      PyrogListener *listener = g_ptr_array_index (self->listeners, i);
      if (pyrog_listener_is_exposed (listener)
          || (!check && pyrog_listener_get_location (listener)->sockname == NULL))
        return listener;
    }
  return NULL;
}

void
pyrog_daemon_warn_if_open (PyrogDaemon *self)
{
  static int warned; /* (atomic) */
  const char *privileges = describe_privileges ();
  PyrogListener *listener
      = privileges != NULL && !asks_who_connects (self) ? find_open_listener (self) : NULL;

  if (listener == NULL || !g_atomic_int_compare_and_exchange (&warned, FALSE, TRUE))
    return;
  g_autofree char *where = pyrog_location_to_string (pyrog_listener_get_location (listener));
  g_message ("A daemon that runs as %s serves everybody who connects to %s, also other users of "
             "this machine: see the page local-peers of the documentation for ways to prevent that",
             privileges, where);
}

/* ---- Whom to let in ---- */

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
