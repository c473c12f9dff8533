/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-config-items.h"
#include "pyrog-error.h"
#include "pyrog-proxy-private.h"

/* How a proxy comes to its connection, gives it up, and asks whether anybody is there */

#define DAEMON_OBJECT "Pyro.Daemon"

static PyrogCall *
make_bind_call (PyrogProxy *self)
{
  PyrogCall *call = pyrog_call_new (NULL);

  call->codec = self->codec;
  call->retries = (int) pyrog_config_get_number (self->config, PYROG_CONFIG_MAX_RETRIES);
  pyrog_call_set_timeout (call, self->timeout);
  return call;
}

/**
 * pyrog_proxy_bind:
 * @self: a proxy
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Connects now, if the proxy is not connected.
 *
 * Since: 1.0
 */
void
pyrog_proxy_bind (PyrogProxy *self,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  g_return_if_fail (PYROG_IS_PROXY (self));

  pyrog_proxy_begin_async (self, make_bind_call (self), NULL, NULL, cancellable, callback,
                           user_data, pyrog_proxy_bind);
}

/**
 * pyrog_proxy_bind_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.bind] began.
 *
 * Returns: whether the proxy is connected
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_bind_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) none
      = pyrog_proxy_finish_async (self, result, pyrog_proxy_bind, NULL, error);

  return none != NULL;
}

/**
 * pyrog_proxy_bind_sync:
 * @self: a proxy
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Connects now, if the proxy is not connected.
 *
 * Returns: whether it is connected
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_bind_sync (PyrogProxy *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);

  g_autoptr (GVariant) none
      = pyrog_proxy_finish_sync (self, make_bind_call (self), NULL, cancellable, NULL, error);
  return none != NULL;
}

/**
 * pyrog_proxy_release:
 * @self: a proxy
 *
 * Closes the connection. Calls in progress fail; the next one connects again.
 *
 * Since: 1.0
 */
void
pyrog_proxy_release (PyrogProxy *self)
{
  g_return_if_fail (PYROG_IS_PROXY (self));

  pyrog_session_close (self->session);
}

/* ---- Connecting again ---- */

static gboolean
may_try_again (PyrogProxy *self, const GError *failure)
{
  return pyrog_error_is_communication (failure) && !pyrog_session_was_refused (self->session);
}

/* FALSE: cancelled */
static gboolean
pause_for (gint64 microseconds, GCancellable *cancellable, GError **error)
{
  GPollFD fd;
  gboolean has_fd = g_cancellable_make_pollfd (cancellable, &fd);

  g_poll (has_fd ? &fd : NULL, has_fd ? 1 : 0, (int) (microseconds / 1000));
  if (has_fd)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/**
 * pyrog_proxy_reconnect_sync:
 * @self: a proxy
 * @tries: how often to try; 0 without end
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Closes the connection and connects again, with growing pauses between attempts. A daemon that
 * refuses the connection ends it.
 *
 * Returns: whether it is connected
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_reconnect_sync (PyrogProxy *self,
                            guint tries,
                            GCancellable *cancellable,
                            GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);

  pyrog_session_close (self->session);
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) failure = NULL;
      if (pyrog_proxy_bind_sync (self, cancellable, &failure))
        return TRUE;
      if (i == tries || !may_try_again (self, failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (!pause_for (pyrog_session_pause_length (i, g_random_double ()), cancellable, error))
        return FALSE;
    }
}

typedef struct
{
  guint tries; /* 0: without end */
  guint done;
} Attempts;

static void try_to_bind (GTask *task);

static gboolean
pause_over_cb (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    try_to_bind (task);
  return G_SOURCE_REMOVE;
}

/* Ends early if the task is cancelled */
static void
begin_pause (GTask *task, gint64 microseconds)
{
  g_autoptr (GSource) source = g_timeout_source_new ((guint) (microseconds / 1000));
  g_autoptr (GSource) cancelled = g_cancellable_source_new (g_task_get_cancellable (task));

  g_source_set_static_name (source, "PyrogProxy pause");
  g_source_set_dummy_callback (cancelled);
  g_source_add_child_source (source, cancelled);
  g_task_attach_source (task, source, pause_over_cb);
}

static void
bound_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  PyrogProxy *self = PYROG_PROXY (object);
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) failure = NULL;
  Attempts *attempts = g_task_get_task_data (task);

  if (pyrog_proxy_bind_finish (self, result, &failure))
    g_task_return_boolean (task, TRUE);
  else if (++attempts->done == attempts->tries || !may_try_again (self, failure))
    g_task_return_error (task, g_steal_pointer (&failure));
  else
    begin_pause (task, pyrog_session_pause_length (attempts->done, g_random_double ()));
}

static void
try_to_bind (GTask *task)
{
  pyrog_proxy_bind (g_task_get_source_object (task), g_task_get_cancellable (task), bound_cb,
                    g_object_ref (task));
}

/**
 * pyrog_proxy_reconnect:
 * @self: a proxy
 * @tries: how often to try; 0 without end
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Closes the connection and connects again, with growing pauses between attempts. A daemon that
 * refuses the connection ends it.
 *
 * Since: 1.0
 */
void
pyrog_proxy_reconnect (PyrogProxy *self,
                       guint tries,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (PYROG_IS_PROXY (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Attempts *attempts = g_new (Attempts, 1);
  *attempts = (Attempts){ .tries = tries };
  g_task_set_source_tag (task, pyrog_proxy_reconnect);
  g_task_set_task_data (task, attempts, g_free);
  pyrog_session_close (self->session);
  try_to_bind (task);
}

/**
 * pyrog_proxy_reconnect_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.reconnect] began.
 *
 * Returns: whether it is connected
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_reconnect_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, pyrog_proxy_reconnect), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Signs of life ---- */

static PyrogCall *
make_ping_call (PyrogProxy *self, GError **error)
{
  PyrogRequest request = pyrog_proxy_make_request (self, "ping", NULL);

  request.object = DAEMON_OBJECT;
  request.kind = PYROG_MEMBER_ANY;
  return pyrog_request_make_call_of_variants (&request, NULL, NULL, error);
}

/**
 * pyrog_proxy_ping:
 * @self: a proxy
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Asks the daemon for a sign of life.
 *
 * Since: 1.0
 */
void
pyrog_proxy_ping (PyrogProxy *self,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (PYROG_IS_PROXY (self));

  PyrogCall *call = make_ping_call (self, &error);
  pyrog_proxy_begin_async (self, call, error, NULL, cancellable, callback, user_data,
                           pyrog_proxy_ping);
}

/**
 * pyrog_proxy_ping_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.ping] began.
 *
 * Returns: whether a sign of life came
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_ping_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) none
      = pyrog_proxy_finish_async (self, result, pyrog_proxy_ping, NULL, error);

  return none != NULL;
}

/**
 * pyrog_proxy_ping_sync:
 * @self: a proxy
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks the daemon for a sign of life and waits for it.
 *
 * Returns: whether it came
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_ping_sync (PyrogProxy *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);

  g_autoptr (GVariant) none = pyrog_proxy_finish_sync (self, make_ping_call (self, error), NULL,
                                                       cancellable, NULL, error);
  return none != NULL;
}
