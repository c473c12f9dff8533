/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-authorization-request.h"

#include "pyrog-authorization-request-private.h"

/**
 * PyrogAuthorizationRequest:
 *
 * The question whether a peer may call a method, or read or write an attribute.
 *
 * It is asked only for what is exposed, and not for the daemon's own object. Who is refused gets
 * Python's `PermissionError`, which says what was refused. The reason that the program gave stays
 * with it.
 *
 * Since: 1.0
 */
struct _PyrogAuthorizationRequest
{
  PyrogAccessRequest parent_instance;

  PyrogInvocation *invocation; /* (owned) */
  PyrogOperation operation;
  char *member; /* (owned) */
};

G_DEFINE_FINAL_TYPE (PyrogAuthorizationRequest,
                     pyrog_authorization_request,
                     PYROG_TYPE_ACCESS_REQUEST)

static void
pyrog_authorization_request_finalize (GObject *object)
{
  PyrogAuthorizationRequest *self = PYROG_AUTHORIZATION_REQUEST (object);

  g_clear_object (&self->invocation);
  g_free (self->member);
  G_OBJECT_CLASS (pyrog_authorization_request_parent_class)->finalize (object);
}

static void
pyrog_authorization_request_class_init (PyrogAuthorizationRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pyrog_authorization_request_finalize;
}

static void
pyrog_authorization_request_init (PyrogAuthorizationRequest *self)
{
}

PyrogAuthorizationRequest *
pyrog_authorization_request_new (PyrogInvocation *invocation,
                                 PyrogOperation operation,
                                 const char *member)
{
  PyrogAuthorizationRequest *self
      = g_object_new (PYROG_TYPE_AUTHORIZATION_REQUEST, "connection",
                      pyrog_invocation_get_connection (invocation), NULL);

  self->invocation = g_object_ref (invocation);
  self->operation = operation;
  self->member = g_strdup (member);
  return self;
}

/**
 * pyrog_authorization_request_get_invocation:
 * @self: a request
 *
 * The call, with its arguments. It can't be answered here.
 *
 * Returns: (transfer none): the invocation
 *
 * Since: 1.0
 */
PyrogInvocation *
pyrog_authorization_request_get_invocation (PyrogAuthorizationRequest *self)
{
  g_return_val_if_fail (PYROG_IS_AUTHORIZATION_REQUEST (self), NULL);

  return self->invocation;
}

/**
 * pyrog_authorization_request_get_object_id:
 * @self: a request
 *
 * The id of the object.
 *
 * Returns: (transfer none): the id
 *
 * Since: 1.0
 */
const char *
pyrog_authorization_request_get_object_id (PyrogAuthorizationRequest *self)
{
  g_return_val_if_fail (PYROG_IS_AUTHORIZATION_REQUEST (self), NULL);

  return pyrog_invocation_get_object_id (self->invocation);
}

/**
 * pyrog_authorization_request_get_member:
 * @self: a request
 *
 * The name of the method or attribute.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
pyrog_authorization_request_get_member (PyrogAuthorizationRequest *self)
{
  g_return_val_if_fail (PYROG_IS_AUTHORIZATION_REQUEST (self), NULL);

  return self->member;
}

/**
 * pyrog_authorization_request_get_operation:
 * @self: a request
 *
 * What the peer wants to do.
 *
 * Returns: the operation
 *
 * Since: 1.0
 */
PyrogOperation
pyrog_authorization_request_get_operation (PyrogAuthorizationRequest *self)
{
  g_return_val_if_fail (PYROG_IS_AUTHORIZATION_REQUEST (self), PYROG_OPERATION_CALL);

  return self->operation;
}
