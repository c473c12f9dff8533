/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-call-policy.h"

#include <glib/gi18n-lib.h>

#include "pyrog-connection-private.h"
#include "pyrog-error.h"
#include "pyrog-peer-policy.h"

/**
 * PyrogCallPolicy:
 *
 * Rules for who may use an object, or a member of it; see [method@Servant.set_call_policy].
 *
 * Users are known on unix sockets only, certificates on encrypted connections only. A peer that
 * fulfils one of the rules is allowed; without a rule every peer is. The daemon's own user and root
 * are among the users, as soon as any are named: they can do everything anyway.
 *
 * A policy is made up before it is used, and not changed afterwards. It may then be used in any
 * thread.
 *
 * Since: 1.0
 */
struct _PyrogCallPolicy
{
  GObject parent_instance;

  PyrogPeerPolicy *users;               /* (owned) (nullable) NULL: nobody for being a user */
  PyrogCertificatePolicy *certificates; /* (owned) (nullable) */
  gboolean read_only;
};

G_DEFINE_FINAL_TYPE (PyrogCallPolicy, pyrog_call_policy, G_TYPE_OBJECT)

static void
pyrog_call_policy_finalize (GObject *object)
{
  PyrogCallPolicy *self = PYROG_CALL_POLICY (object);

  g_clear_pointer (&self->users, pyrog_peer_policy_free);
  g_clear_object (&self->certificates);
  G_OBJECT_CLASS (pyrog_call_policy_parent_class)->finalize (object);
}

static void
pyrog_call_policy_class_init (PyrogCallPolicyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pyrog_call_policy_finalize;
}

static void
pyrog_call_policy_init (PyrogCallPolicy *self)
{
}

/**
 * pyrog_call_policy_new:
 *
 * Makes a policy that allows everything to everybody.
 *
 * Returns: (transfer full): the policy
 *
 * Since: 1.0
 */
PyrogCallPolicy *
pyrog_call_policy_new (void)
{
  return g_object_new (PYROG_TYPE_CALL_POLICY, NULL);
}

/**
 * pyrog_call_policy_allow_own_user:
 * @self: a policy
 *
 * Allows the user as whom this process runs, and root.
 *
 * Since: 1.0
 */
void
pyrog_call_policy_allow_own_user (PyrogCallPolicy *self)
{
  g_return_if_fail (PYROG_IS_CALL_POLICY (self));

  if (self->users == NULL)
    self->users = pyrog_peer_policy_new ();
}

/**
 * pyrog_call_policy_allow_user:
 * @self: a policy
 * @uid: the number of a user
 *
 * Allows a user, besides the own one and root.
 *
 * Since: 1.0
 */
void
pyrog_call_policy_allow_user (PyrogCallPolicy *self, guint uid)
{
  g_return_if_fail (PYROG_IS_CALL_POLICY (self));

  pyrog_call_policy_allow_own_user (self);
  pyrog_peer_policy_allow_user (self->users, uid);
}

/**
 * pyrog_call_policy_allow_group:
 * @self: a policy
 * @gid: the number of a group
 *
 * Allows the members of a group, besides the own user and root. The groups of a process count that
 * it had when it connected.
 *
 * Since: 1.0
 */
void
pyrog_call_policy_allow_group (PyrogCallPolicy *self, guint gid)
{
  g_return_if_fail (PYROG_IS_CALL_POLICY (self));

  pyrog_call_policy_allow_own_user (self);
  pyrog_peer_policy_allow_group (self->users, gid);
}

/**
 * pyrog_call_policy_allow_certificates:
 * @self: a policy
 * @certificates: which ones
 *
 * Allows the peers whose certificates follow these rules, by name, serial number or fingerprint.
 *
 * Since: 1.0
 */
void
pyrog_call_policy_allow_certificates (PyrogCallPolicy *self, PyrogCertificatePolicy *certificates)
{
  g_return_if_fail (PYROG_IS_CALL_POLICY (self));
  g_return_if_fail (PYROG_IS_CERTIFICATE_POLICY (certificates));

  g_set_object (&self->certificates, certificates);
}

/**
 * pyrog_call_policy_set_read_only:
 * @self: a policy
 * @read_only: whether attributes can be read and nothing else is allowed
 *
 * Refuses all calls of methods and all writing, also to those who are allowed. A method that does
 * no harm can have a policy of its own.
 *
 * Since: 1.0
 */
void
pyrog_call_policy_set_read_only (PyrogCallPolicy *self, gboolean read_only)
{
  g_return_if_fail (PYROG_IS_CALL_POLICY (self));

  self->read_only = read_only;
}

static gboolean
is_allowed_user (PyrogCallPolicy *self, PyrogConnection *connection)
{
  return self->users != NULL && pyrog_connection_get_credentials (connection) != NULL
         && pyrog_peer_policy_check (self->users, connection->socket, FALSE, NULL);
}

static gboolean
has_allowed_certificate (PyrogCallPolicy *self, PyrogConnection *connection)
{
  GTlsCertificate *certificate = pyrog_connection_get_peer_certificate (connection);

  return self->certificates != NULL && certificate != NULL
         && pyrog_certificate_policy_check (
             self->certificates, certificate,
             pyrog_connection_get_peer_certificate_errors (connection), NULL);
}

/**
 * pyrog_call_policy_check:
 * @self: a policy
 * @connection: the connection of a peer
 * @operation: what it wants to do
 * @error: return location for an error
 *
 * Whether a peer may do something.
 *
 * Returns: %FALSE with %PYROG_ERROR_PERMISSION_ERROR, whose text is not meant for the peer
 *
 * Since: 1.0
 */
gboolean
pyrog_call_policy_check (PyrogCallPolicy *self,
                         PyrogConnection *connection,
                         PyrogOperation operation,
                         GError **error)
{
  g_return_val_if_fail (PYROG_IS_CALL_POLICY (self), FALSE);
  g_return_val_if_fail (PYROG_IS_CONNECTION (connection), FALSE);

  if (self->read_only && operation != PYROG_OPERATION_GET)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_PERMISSION_ERROR, _ ("It is for reading only"));
      return FALSE;
    }
  if ((self->users == NULL && self->certificates == NULL) || is_allowed_user (self, connection)
      || has_allowed_certificate (self, connection))
    return TRUE;
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_PERMISSION_ERROR,
               _ ("Neither the user nor the certificate of the peer is allowed"));
  return FALSE;
}
