/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-daemon-object.h"
#include "pyrog-daemon-private.h"
#include "pyrog-error.h"
#include "pyrog-servant-private.h"
#include "pyrog-uuid.h"

/* What a daemon serves */

static gboolean
is_id (const char *id)
{
  return id == NULL || (*id != '\0' && strpbrk (id, " \t\r\n@") == NULL);
}

/* What the caller gave, or a new one; NULL: an error */
static char *
make_id (const char *id, GError **error)
{
  guint8 uuid[PYROG_UUID_SIZE];

  if (id != NULL)
    return g_strdup (id);
  if (!pyrog_uuid_random (uuid))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_FAILED,
                   _ ("The system has no random numbers for an id"));
      return NULL;
    }
  g_autofree char *hex = pyrog_uuid_to_hex (uuid);
  return g_strconcat ("obj_", hex, NULL);
}

/* Takes the registration */
static PyrogUri *
add_registration (PyrogDaemon *self,
                  PyrogRegistration *owned_registration,
                  gboolean force,
                  GError **error)
{
  g_autoptr (PyrogRegistration) registration = owned_registration;

  if (!pyrog_object_table_register (pyrog_dispatcher_get_objects (self->dispatcher), registration,
                                    force, error))
    return NULL;
  return pyrog_daemon_uri_for (self, pyrog_registration_get_id (registration), error);
}

/**
 * pyrog_daemon_register:
 * @self: a daemon
 * @id: (nullable): the id by which peers know it, without blanks or `@`; %NULL for a new one
 * @servant: what answers
 * @error: return location for an error
 *
 * Makes an object known to peers. Binds the default listener if there is none.
 *
 * Returns: (transfer full): its uri at the first listener; %PYROG_ERROR_DAEMON: the id is taken, or
 *   the servant has one already
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_daemon_register (PyrogDaemon *self, const char *id, PyrogServant *servant, GError **error)
{
  return pyrog_daemon_register_full (self, id, servant, PYROG_REGISTER_NONE, error);
}

/**
 * pyrog_daemon_register_full:
 * @self: a daemon
 * @id: (nullable): the id by which peers know it, without blanks or `@`; %NULL for a new one
 * @servant: what answers
 * @flags: how to register it
 * @error: return location for an error
 *
 * Makes an object known to peers, as [method@Daemon.register] does: also under an id that is taken,
 * or for only as long as the servant lives.
 *
 * Returns: (transfer full): its uri at the first listener; %PYROG_ERROR_DAEMON: the id is taken, or
 *   the servant has one already
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_daemon_register_full (PyrogDaemon *self,
                            const char *id,
                            PyrogServant *servant,
                            PyrogRegisterFlags flags,
                            GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), NULL);
  g_return_val_if_fail (is_id (id), NULL);
  g_return_val_if_fail (PYROG_IS_SERVANT (servant), NULL);

  g_autofree char *given_or_new = make_id (id, error);
  if (given_or_new == NULL || !pyrog_daemon_ensure_listener (self, error))
    return NULL;
  return add_registration (
      self, pyrog_registration_new (given_or_new, servant, (flags & PYROG_REGISTER_WEAK) != 0),
      (flags & PYROG_REGISTER_FORCE) != 0, error);
}

/**
 * pyrog_daemon_register_factory:
 * @self: a daemon
 * @id: (nullable): the id by which peers know it, without blanks or `@`; %NULL for a new one
 * @servant: what there is to call: its methods get the object that they are called on with
 *   [method@Invocation.get_instance]
 * @mode: which calls share an object
 * @func: (scope notified) (nullable): makes an object; %NULL to make it of the type that @servant
 *   describes, see [ctor@Servant.new_for_type]
 * @user_data: (closure): for @func
 * @destroy: (nullable): frees @user_data
 * @error: return location for an error
 *
 * Makes an object known to peers that does not exist yet: it is made when it is first called, once
 * for the daemon, for each connection, or for each call. Objects of a connection are dropped in the
 * daemon's main context when that ends; at most `MAX_INSTANCES` are made for one connection. If
 * none can be made, the call fails with the error of @func.
 *
 * Returns: (transfer full): its uri at the first listener; %PYROG_ERROR_DAEMON: the id is taken, or
 *   the servant has one already
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_daemon_register_factory (PyrogDaemon *self,
                               const char *id,
                               PyrogServant *servant,
                               PyrogInstanceMode mode,
                               PyrogInstanceFunc func,
                               gpointer user_data,
                               GDestroyNotify destroy,
                               GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), NULL);
  g_return_val_if_fail (is_id (id), NULL);
  g_return_val_if_fail (PYROG_IS_SERVANT (servant), NULL);
  g_return_val_if_fail (func != NULL || pyrog_servant_get_private (servant)->type != NULL, NULL);

  g_autofree char *given_or_new = make_id (id, error);
  if (given_or_new != NULL && pyrog_daemon_ensure_listener (self, error))
    return add_registration (
        self,
        pyrog_registration_new_factory (given_or_new, servant, mode, func, user_data, destroy),
        FALSE, error);
  if (destroy != NULL)
    destroy (user_data);
  return NULL;
}

/**
 * pyrog_daemon_register_type:
 * @self: a daemon
 * @id: (nullable): the id by which peers know it, without blanks or `@`; %NULL for a new one
 * @type: a class that is derived from [class@Servant] and has installed methods or properties
 * @mode: which calls share an object
 * @error: return location for an error
 *
 * Makes objects of a class known to peers: they are made when they are first called, as
 * [method@Daemon.register_factory] says, with g_object_new().
 *
 * Returns: (transfer full): its uri at the first listener; %PYROG_ERROR_DAEMON: the id is taken
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_daemon_register_type (
    PyrogDaemon *self, const char *id, GType type, PyrogInstanceMode mode, GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), NULL);
  g_return_val_if_fail (is_id (id), NULL);
  g_return_val_if_fail (g_type_is_a (type, PYROG_TYPE_SERVANT) && !G_TYPE_IS_ABSTRACT (type), NULL);

  g_autoptr (PyrogServant) servant = pyrog_servant_new_for_type (type);
  return pyrog_daemon_register_factory (self, id, servant, mode, NULL, NULL, NULL, error);
}

/**
 * pyrog_daemon_unregister:
 * @self: a daemon
 * @id: the id of an object
 *
 * Makes an object unknown again. Calls in progress end as usual.
 *
 * Returns: whether there was such an object
 *
 * Since: 1.0
 */
gboolean
pyrog_daemon_unregister (PyrogDaemon *self, const char *id)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return self->dispatcher != NULL && strcmp (id, PYROG_DAEMON_OBJECT_ID) != 0
         && pyrog_object_table_remove (pyrog_dispatcher_get_objects (self->dispatcher), id);
}

/**
 * pyrog_daemon_id_of:
 * @self: a daemon
 * @servant: a servant
 *
 * The id under which a servant is registered, the newest if there are several.
 *
 * Returns: (transfer full) (nullable): the id, or %NULL if it is not registered
 *
 * Since: 1.0
 */
char *
pyrog_daemon_id_of (PyrogDaemon *self, PyrogServant *servant)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), NULL);
  g_return_val_if_fail (PYROG_IS_SERVANT (servant), NULL);

  if (self->dispatcher == NULL)
    return NULL;
  return pyrog_object_table_dup_id (pyrog_dispatcher_get_objects (self->dispatcher), servant);
}
