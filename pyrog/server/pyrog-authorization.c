/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-authorization.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-authorization-request-private.h"
#include "pyrog-error.h"
#include "pyrog-invocation-private.h"
#include "pyrog-object-table.h"
#include "pyrog-peer-log.h"
#include "pyrog-servant-private.h"

/* An invocation that waits for a decision */
typedef struct
{
  PyrogPeer *peer;             /* (owned) */
  PyrogServant *servant;       /* (owned) */
  PyrogInvocation *invocation; /* (owned) */
  PyrogBindFunc bind;          /* (nullable) */
  gpointer bind_data;
} Waiting;

static void
free_waiting (gpointer data)
{
  Waiting *waiting = data;

  pyrog_peer_unref (waiting->peer);
  g_object_unref (waiting->servant);
  g_object_unref (waiting->invocation);
  g_free (waiting);
}

static PyrogOperation
operation_of (PyrogInvocation *invocation)
{
  const PyrogValue *method = &invocation->call.method;

  if (pyrog_value_is_text (method, "__getattr__"))
    return PYROG_OPERATION_GET;
  return pyrog_value_is_text (method, "__setattr__") ? PYROG_OPERATION_SET : PYROG_OPERATION_CALL;
}

/* The method, or the attribute that the first argument names; NULL: there is none such */
static char *
dup_member_name (PyrogInvocation *invocation, PyrogOperation operation)
{
  const PyrogValue *args = pyrog_invocation_get_arg_values (invocation);

  if (operation == PYROG_OPERATION_CALL)
    return g_strdup (pyrog_invocation_get_method_name (invocation));
  if (args->size == 0 || args->items[0].kind != PYROG_KIND_STR)
    return NULL;
  return pyrog_value_dup_text (&args->items[0]);
}

static gboolean
is_exposed (PyrogServant *servant, PyrogOperation operation, const char *name)
{
  const PyrogAccess wanted
      = operation == PYROG_OPERATION_SET ? PYROG_ACCESS_WRITE : PYROG_ACCESS_READ;
  g_autoptr (PyrogMember) member = NULL;

  if (name == NULL || pyrog_member_name_is_private (name, strlen (name)))
    return FALSE;
  member = pyrog_servant_find_member (servant, name);
  if (member == NULL || operation == PYROG_OPERATION_CALL)
    return member != NULL && !member->is_attribute;
  return (member->access & wanted) != 0;
}

static void
run (PyrogPeer *peer, const Waiting *waiting)
{
  if (waiting->bind == NULL || waiting->bind (peer, waiting->invocation, waiting->bind_data))
    pyrog_servant_carry_out (waiting->servant, waiting->invocation);
}

/* What was refused, and not why */
static void
refuse (PyrogInvocation *invocation, const char *member, const GError *reason)
{
  g_autoptr (GError) error = g_error_new (PYROG_ERROR, PYROG_ERROR_PERMISSION_ERROR,
                                          _ ("Access to ‘%s’ is not permitted"), member);

  if (reason != NULL)
    pyrog_peer_log (PYROG_PEER_LOG_ACCESS, G_LOG_LEVEL_DEBUG, "Refusing access to ‘%s’ of ‘%s’: %s",
                    member, pyrog_invocation_get_object_id (invocation), reason->message);
  pyrog_invocation_return_gerror (invocation, error);
}

static void
refuse_request (PyrogInvocation *invocation, PyrogAccessRequest *request)
{
  refuse (invocation,
          pyrog_authorization_request_get_member (PYROG_AUTHORIZATION_REQUEST (request)),
          pyrog_access_request_get_error (request));
}

static PyrogDispatch
run_cb (PyrogPeer *peer, PyrogBuffer *out, gpointer user_data)
{
  Waiting *waiting = user_data;

  /* It was held here, and not by its method */
  g_atomic_int_set (&waiting->invocation->held, 0);
  run (peer, waiting);
  return PYROG_DISPATCH_PENDING;
}

static void
decided_cb (PyrogAccessRequest *request, gboolean accepted, gpointer user_data)
{
  Waiting *waiting = user_data;

  if (accepted)
    {
      waiting->peer->resume (waiting->peer, run_cb, waiting, free_waiting);
      return;
    }
  refuse_request (waiting->invocation, request);
  free_waiting (waiting);
}

static void
ask (const Waiting *call, PyrogOperation operation, const char *member)
{
  PyrogPeer *peer = call->peer;
  g_autoptr (PyrogAuthorizationRequest) request
      = pyrog_authorization_request_new (call->invocation, operation, member);
  Waiting *waiting = g_new (Waiting, 1);

  *waiting = *call;
  pyrog_peer_ref (waiting->peer);
  g_object_ref (waiting->servant);
  pyrog_invocation_hold (waiting->invocation);
  switch (peer->ask (peer, PYROG_QUESTION_INVOCATION, PYROG_ACCESS_REQUEST (request), TRUE,
                     decided_cb, waiting))
    {
    case PYROG_VERDICT_LATER:
      return;
    case PYROG_VERDICT_REFUSED:
      refuse_request (waiting->invocation, PYROG_ACCESS_REQUEST (request));
      break;
    case PYROG_VERDICT_ACCEPTED:
      run_cb (peer, NULL, waiting);
      break;
    }
  free_waiting (waiting);
}

static gboolean
is_asked (PyrogPeer *peer)
{
  return peer->asks != NULL && peer->asks (peer, PYROG_QUESTION_INVOCATION);
}

gboolean
pyrog_authorization_is_needed (PyrogPeer *peer, PyrogServant *servant, PyrogInvocation *invocation)
{
  return (pyrog_servant_has_policies (servant) || is_asked (peer))
         && !pyrog_value_is_text (&invocation->call.object, PYROG_DAEMON_OBJECT_ID);
}

static gboolean
check_policy (PyrogPeer *peer,
              PyrogServant *servant,
              PyrogOperation operation,
              const char *member,
              GError **error)
{
  g_autoptr (PyrogCallPolicy) policy = pyrog_servant_find_policy (servant, member);

  return policy == NULL || peer->connection == NULL
         || pyrog_call_policy_check (policy, peer->connection, operation, error);
}

void
pyrog_authorize_invocation (PyrogPeer *peer,
                            PyrogServant *servant,
                            PyrogInvocation *invocation,
                            PyrogBindFunc bind,
                            gpointer user_data)
{
  const Waiting call = { peer, servant, invocation, bind, user_data };
  PyrogOperation operation = operation_of (invocation);
  g_autofree char *member = dup_member_name (invocation, operation);
  g_autoptr (GError) error = NULL;

  /* What is not exposed is refused by the servant, in its own words */
  if (!is_exposed (servant, operation, member))
    pyrog_servant_carry_out (servant, invocation);
  else if (!check_policy (peer, servant, operation, member, &error))
    refuse (invocation, member, error);
  else if (is_asked (peer))
    ask (&call, operation, member);
  else
    run (peer, &call);
}
