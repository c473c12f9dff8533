/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-proxy-private.h"

/* Item streams of the remote object */

#define DAEMON_OBJECT "Pyro.Daemon"

typedef struct
{
  PyrogProxy *proxy; /* (owned) */
  char *id;          /* (owned) */
  gboolean ended;
} RemoteStream;

static PyrogCall *
make_stream_call (RemoteStream *stream,
                  const char *method,
                  const PyrogCallOptions *options,
                  GError **error)
{
  PyrogRequest request = pyrog_proxy_make_request (stream->proxy, method, options);

  request.object = DAEMON_OBJECT;
  request.kind = PYROG_MEMBER_ANY;
  return pyrog_request_make_call_of_variants (&request, g_variant_new ("(s)", stream->id), NULL,
                                              error);
}

static GVariant *
next_remote_item (gpointer user_data, GError **error)
{
  RemoteStream *stream = user_data;
  g_autoptr (GError) failure = NULL;
  PyrogCall *call = make_stream_call (stream, "get_next_stream_item", NULL, &failure);
  GVariant *item = pyrog_proxy_finish_sync (stream->proxy, call, NULL, NULL, NULL, &failure);

  if (item != NULL)
    return item;
  stream->ended = TRUE;
  if (!g_error_matches (failure, PYROG_ERROR, PYROG_ERROR_STOP_ITERATION))
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* The daemon is told that nobody will ask for the rest */
static void
free_remote_stream (gpointer data)
{
  RemoteStream *stream = data;
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();

  pyrog_call_options_set_oneway (options, TRUE);
  if (!stream->ended && pyrog_session_is_connected (stream->proxy->session))
    {
      g_autoptr (PyrogCall) call = make_stream_call (stream, "close_stream", options, NULL);
      if (call != NULL)
        pyrog_session_wait (stream->proxy->session, call, NULL);
    }
  g_object_unref (stream->proxy);
  g_free (stream->id);
  g_free (stream);
}

/**
 * pyrog_proxy_stream_sync:
 * @self: a proxy
 * @method: the name of a method that returns an item stream, such as a generator
 * @args: (nullable): the arguments, a tuple; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a method whose result is an item stream. Each item is asked for when
 * [method@ItemStream.next] is called, which waits for it; a stream that is dropped before its end
 * is closed.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 1.0
 */
PyrogItemStream *
pyrog_proxy_stream_sync (
    PyrogProxy *self, const char *method, GVariant *args, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (args == NULL || g_variant_is_of_type (args, G_VARIANT_TYPE_TUPLE), NULL);

  const PyrogRequest request = pyrog_proxy_make_request (self, method, NULL);
  g_autoptr (PyrogCall) call = pyrog_request_make_call_of_variants (&request, args, NULL, error);
  if (call == NULL)
    return NULL;
  pyrog_session_wait (self->session, call, cancellable);
  if (call->error != NULL)
    {
      g_propagate_error (error, g_error_copy (call->error));
      return NULL;
    }
  if (call->stream_id == NULL)
    {
      GError *failure = g_error_new (PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                                     _ ("The result of ‘%s’ is not an item stream"), method);
      pyrog_proxy_set_answered (failure);
      g_propagate_error (error, failure);
      return NULL;
    }
  RemoteStream *stream = g_new0 (RemoteStream, 1);
  stream->proxy = g_object_ref (self);
  stream->id = g_strdup (call->stream_id);
  return pyrog_item_stream_new (next_remote_item, stream, free_remote_stream);
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

  PyrogRequest request = pyrog_proxy_make_request (self, "ping", NULL);
  request.object = DAEMON_OBJECT;
  request.kind = PYROG_MEMBER_ANY;
  PyrogCall *call = pyrog_request_make_call_of_variants (&request, NULL, NULL, error);
  g_autoptr (GVariant) none = pyrog_proxy_finish_sync (self, call, NULL, cancellable, NULL, error);
  return none != NULL;
}
