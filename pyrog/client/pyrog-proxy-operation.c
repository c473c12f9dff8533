/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-call-result.h"
#include "pyrog-error-private.h"
#include "pyrog-outcome-private.h"
#include "pyrog-proxy-private.h"
#include "pyrog-remote-stream.h"
#include "pyrog-value-variant.h"

/* From requests to results: what the synchronous and asynchronous functions of a proxy share */

gboolean
pyrog_proxy_is_reply_type (const char *type)
{
  return type == NULL
         || (g_variant_type_string_is_valid (type)
             && g_variant_type_is_definite ((const GVariantType *) type));
}

PyrogRequest
pyrog_proxy_make_request (PyrogProxy *self, const char *method, const PyrogCallOptions *options)
{
  return (PyrogRequest){ .codec = self->codec,
                         .config = self->config,
                         .object = pyrog_uri_get_object (self->uri),
                         .method = method,
                         .kind = method[0] == '_' ? PYROG_MEMBER_ANY : PYROG_MEMBER_METHOD,
                         .member = method,
                         .timeout = self->timeout,
                         .options = options };
}

static void
set_outcome (PyrogCall *call, PyrogOutcome **outcome)
{
  const PyrogOutcomeParts parts = pyrog_call_get_reply_parts (call);

  if (outcome == NULL)
    return;
  *outcome = call->outcome != NULL ? pyrog_outcome_ref (call->outcome) : pyrog_outcome_new (&parts);
}

void
pyrog_proxy_set_answered (GError *error)
{
  const PyrogOutcomeParts parts = { .execution = PYROG_EXECUTION_ANSWERED };
  g_autoptr (PyrogOutcome) outcome = pyrog_outcome_new (&parts);

  pyrog_error_set_outcome (error, outcome);
}

gboolean
pyrog_proxy_check_reply (PyrogCall *call, GError **error)
{
  GError *failure = NULL;

  if (call->error == NULL && call->stream_id == NULL)
    return TRUE;
  if (call->error != NULL)
    failure = g_error_copy (call->error);
  else
    {
      failure = g_error_new (PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                             _ ("The result of ‘%s’ is an item stream"), call->member);
      pyrog_proxy_set_answered (failure);
    }
  g_propagate_error (error, failure);
  return FALSE;
}

GVariant *
pyrog_proxy_get_result (PyrogCall *call, const char *reply_type, GError **error)
{
  const GVariantType *type
      = reply_type != NULL ? (const GVariantType *) reply_type : G_VARIANT_TYPE_ANY;
  GError *failure = NULL;
  GVariant *result = NULL;

  if (!pyrog_proxy_check_reply (call, error))
    return NULL;
  if (!call->oneway || reply_type == NULL)
    result = pyrog_value_to_variant_sliced (&call->result, type, "result",
                                            pyrog_call_get_slices (call), &failure);
  else
    g_set_error (&failure, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                 _ ("The method ‘%s’ is oneway and has no result"), call->member);
  if (result == NULL)
    {
      pyrog_proxy_set_answered (failure);
      g_propagate_error (error, failure);
    }
  return result;
}

void
pyrog_proxy_drop_stream (PyrogProxy *self, PyrogCall *call)
{
  if (call->stream_id != NULL)
    g_object_unref (pyrog_remote_stream_new (self, call, 0));
}

GVariant *
pyrog_proxy_finish_sync (PyrogProxy *self,
                         PyrogCall *call,
                         const char *reply_type,
                         GCancellable *cancellable,
                         PyrogOutcome **outcome,
                         GError **error)
{
  g_autoptr (PyrogCall) owned = call;

  if (call == NULL)
    return NULL;
  pyrog_session_wait (self->session, call, cancellable);
  set_outcome (call, outcome);
  pyrog_proxy_drop_stream (self, call);
  return pyrog_proxy_get_result (call, reply_type, error);
}

/* ---- Asynchronous calls ---- */

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  PyrogCallResult *result = user_data;
  PyrogProxy *self = pyrog_call_result_get_source (result);

  pyrog_session_cancel (
      self->session, pyrog_call_result_get_call (result),
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Operation was cancelled")));
}

/* call is taken; NULL and error, also taken: it can't be made */
void
pyrog_proxy_begin_async (PyrogProxy *self,
                         PyrogCall *call,
                         GError *error,
                         const char *reply_type,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data,
                         gpointer tag)
{
  g_autoptr (PyrogCallResult) result
      = pyrog_call_result_new (G_OBJECT (self), cancellable, callback, user_data, tag);

  if (call == NULL || g_cancellable_set_error_if_cancelled (cancellable, &error))
    {
      g_clear_pointer (&call, pyrog_call_unref);
      pyrog_call_result_fail (result, error);
      return;
    }
  call->reply_type = g_strdup (reply_type);
  /* Before the call may end, which may happen in another thread and at once. What is cancelled
   * before it was submitted is seen afterwards. */
  pyrog_call_result_set_call (result, call, G_CALLBACK (cancelled_cb));
  pyrog_session_submit (self->session, call);
  if (g_cancellable_is_cancelled (cancellable))
    cancelled_cb (cancellable, result);
}

PyrogCall *
pyrog_proxy_finish_call (PyrogProxy *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (PYROG_IS_CALL_RESULT (result), NULL);
  g_return_val_if_fail (
      pyrog_call_result_get_source (PYROG_CALL_RESULT (result)) == (gpointer) self, NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tag), NULL);

  return pyrog_call_result_propagate (PYROG_CALL_RESULT (result), error);
}

GVariant *
pyrog_proxy_finish_async (
    PyrogProxy *self, GAsyncResult *result, gpointer tag, PyrogOutcome **outcome, GError **error)
{
  g_autoptr (PyrogCall) call = pyrog_proxy_finish_call (self, result, tag, error);

  if (call == NULL)
    return NULL;
  set_outcome (call, outcome);
  pyrog_proxy_drop_stream (self, call);
  return pyrog_proxy_get_result (call, call->reply_type, error);
}
