/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-format.h"
#include "pyrog-proxy-private.h"

/* Methods of the remote object with C variables in place of GVariants */

static PyrogCall *
make_format_call (
    PyrogProxy *self, const char *method, const char *format, va_list *args, GError **error)
{
  const PyrogRequest request = pyrog_proxy_make_request (self, method, NULL);
  const PyrogValue none = { .kind = PYROG_KIND_DICT };
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogCall *call = NULL;
  GError *failure = NULL;
  PyrogBuilder builder;
  PyrogValue tuple;

  pyrog_builder_init (&builder, arena);
  pyrog_format_build (&builder, format, FALSE, args);
  if (pyrog_builder_finish (&builder, &tuple, &failure))
    call = pyrog_request_make_call (&request, &tuple, &none, arena, error);
  else
    g_propagate_error (error, pyrog_request_not_sent (failure));
  if (call != NULL)
    call->arena = g_steal_pointer (&arena);
  pyrog_builder_clear (&builder);
  return call;
}

static gboolean
read_result (PyrogProxy *self, PyrogCall *call, const char *format, va_list *args, GError **error)
{
  GError *failure = NULL;

  pyrog_proxy_drop_stream (self, call);
  if (!pyrog_proxy_check_reply (call, error))
    return FALSE;
  if (pyrog_format_read_result (&call->result, pyrog_call_get_slices (call), format, args,
                                &failure))
    return TRUE;
  pyrog_proxy_set_answered (failure);
  g_propagate_error (error, failure);
  return FALSE;
}

/**
 * pyrog_proxy_invoke: (skip)
 * @self: a proxy
 * @method: the name of a method
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 * @format: the format of the arguments, as of [method@Invocation.return]
 * @...: the arguments
 *
 * Calls a method without making GVariants: the arguments are C variables, and so are the results
 * that [method@Proxy.invoke_finish] reads.
 *
 * Since: 1.0
 */
void
pyrog_proxy_invoke (PyrogProxy *self,
                    const char *method,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data,
                    const char *format,
                    ...)
{
  GError *error = NULL;
  va_list args;

  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (method != NULL && *method != '\0');
  g_return_if_fail (format != NULL && pyrog_format_is_valid (format));

  va_start (args, format);
  PyrogCall *call = make_format_call (self, method, format, &args, &error);
  va_end (args);
  pyrog_proxy_begin_async (self, call, error, NULL, cancellable, callback, user_data,
                           pyrog_proxy_invoke);
}

/**
 * pyrog_proxy_invoke_finish: (skip)
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 * @format: the format of the results, as of [method@Invocation.read]
 * @...: pointers to the variables for the results
 *
 * Ends what [method@Proxy.invoke] began.
 *
 * Returns: whether it worked; if not, nothing was written
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_invoke_finish (
    PyrogProxy *self, GAsyncResult *result, GError **error, const char *format, ...)
{
  va_list args;

  g_return_val_if_fail (format != NULL && pyrog_format_is_valid (format), FALSE);

  g_autoptr (PyrogCall) call = pyrog_proxy_finish_call (self, result, pyrog_proxy_invoke, error);
  if (call == NULL)
    return FALSE;
  va_start (args, format);
  gboolean ok = read_result (self, call, format, &args, error);
  va_end (args);
  return ok;
}

/**
 * pyrog_proxy_invoke_sync: (skip)
 * @self: a proxy
 * @method: the name of a method
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 * @format: the format of the arguments, as of [method@Invocation.return]
 * @...: the arguments, the format of the results, as of [method@Invocation.read], and pointers to
 * the variables for the results
 *
 * Calls a method and waits, without making GVariants: the arguments are C variables, and so are the
 * results.
 *
 * ```c
 * gint64 sum;
 * pyrog_proxy_invoke_sync (calc, "add", NULL, &error, "xx", a, b, "x", &sum);
 * ```
 *
 * Returns: whether it worked; if not, nothing was written
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_invoke_sync (PyrogProxy *self,
                         const char *method,
                         GCancellable *cancellable,
                         GError **error,
                         const char *format,
                         ...)
{
  g_autoptr (PyrogCall) call = NULL;
  const char *result_format;
  gboolean ok = FALSE;
  va_list args;

  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);
  g_return_val_if_fail (method != NULL && *method != '\0', FALSE);
  g_return_val_if_fail (format != NULL && pyrog_format_is_valid (format), FALSE);

  va_start (args, format);
  call = make_format_call (self, method, format, &args, error);
  result_format = va_arg (args, const char *);
  if (call != NULL)
    {
      pyrog_session_wait (self->session, call, cancellable);
      ok = read_result (self, call, result_format, &args, error);
    }
  va_end (args);
  return ok;
}
