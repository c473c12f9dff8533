/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-peer-policy.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pyrog-error.h"
#include "pyrog-socket-owner.h"

#define MAX_GROUPS 65536 /* the kernel's limit of a process */

struct _PyrogPeerPolicy
{
  GArray *users;  /* (owned) (element-type guint32) */
  GArray *groups; /* (owned) (element-type guint32) */
};

PyrogPeerPolicy *
pyrog_peer_policy_new (void)
{
  PyrogPeerPolicy *self = g_new0 (PyrogPeerPolicy, 1);

  self->users = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->groups = g_array_new (FALSE, FALSE, sizeof (guint32));
  return self;
}

void
pyrog_peer_policy_free (PyrogPeerPolicy *self)
{
  g_array_unref (self->users);
  g_array_unref (self->groups);
  g_free (self);
}

static gboolean
contains (GArray *array, guint32 id)
{
  for (guint i = 0; i < array->len; i++)
    {
      if (g_array_index (array, guint32, i) == id)
        return TRUE;
    }
  return FALSE;
}

void
pyrog_peer_policy_allow_user (PyrogPeerPolicy *self, guint32 uid)
{
  if (!contains (self->users, uid))
    g_array_append_val (self->users, uid);
}

void
pyrog_peer_policy_allow_group (PyrogPeerPolicy *self, guint32 gid)
{
  if (!contains (self->groups, gid))
    g_array_append_val (self->groups, gid);
}

gboolean
pyrog_peer_policy_has_others (PyrogPeerPolicy *self)
{
  return self->users->len > 0 || self->groups->len > 0;
}

/* ---- Checking ---- */

static gboolean
is_user_allowed (PyrogPeerPolicy *self, guint32 uid)
{
  return uid == geteuid () || uid == 0 || contains (self->users, uid);
}

static gboolean
refuse (guint32 uid, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY, _ ("The user %u is not allowed"), uid);
  return FALSE;
}

/* The groups that the peer has besides its first one, as they were when it connected */
static gboolean
is_in_allowed_group (PyrogPeerPolicy *self, int fd)
{
  socklen_t size = 0;

  if (getsockopt (fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0 || errno != ERANGE
      || size > MAX_GROUPS * sizeof (gid_t))
    return FALSE;
  g_autofree gid_t *groups = g_malloc (size);
  if (getsockopt (fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) != 0)
    return FALSE;
  for (gsize i = 0; i < size / sizeof (gid_t); i++)
    {
      if (contains (self->groups, groups[i]))
        return TRUE;
    }
  return FALSE;
}

static gboolean
check_unix (PyrogPeerPolicy *self, int fd, GError **error)
{
  struct ucred peer;
  socklen_t size = sizeof peer;

  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY,
                   _ ("The kernel does not tell whose the other end is: %s"), g_strerror (errno));
      return FALSE;
    }
  if (is_user_allowed (self, peer.uid)
      || (self->groups->len > 0
          && (contains (self->groups, peer.gid) || is_in_allowed_group (self, fd))))
    return TRUE;
  return refuse (peer.uid, error);
}

static gboolean
check_local (PyrogPeerPolicy *self, GSocket *socket, GError **error)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  g_autoptr (GError) cause = NULL;
  guint32 uid;

  if (local == NULL || remote == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY, _ ("The peer is gone already"));
      return FALSE;
    }
  if (!pyrog_socket_is_local (local, remote))
    return TRUE;
  if (pyrog_socket_find_owner (local, remote, &uid, &cause))
    return is_user_allowed (self, uid) || refuse (uid, error);
  g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_SECURITY, cause->message);
  return FALSE;
}

gboolean
pyrog_peer_policy_check (PyrogPeerPolicy *self, GSocket *socket, gboolean check_tcp, GError **error)
{
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX)
    return check_unix (self, g_socket_get_fd (socket), error);
  return !check_tcp || check_local (self, socket, error);
}
