/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-proxy.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-config-items.h"
#include "pyrog-enum-types.h"
#include "pyrog-error-private.h"
#include "pyrog-format.h"
#include "pyrog-outcome-private.h"
#include "pyrog-request.h"
#include "pyrog-session.h"
#include "pyrog-value-variant.h"

#define DAEMON_OBJECT "Pyro.Daemon"
#define RECONNECT_PAUSE 1.0 /* seconds, the first of growing ones */
#define RECONNECT_FACTOR 1.6
#define MAX_RECONNECT_PAUSE 120.0

/**
 * PyrogProxy:
 *
 * Calls a remote object.
 *
 * A proxy connects when it is first used, and again when the connection was lost. Several threads
 * may use one proxy. Asynchronous calls that are made before earlier ones have ended are sent at
 * once and executed in order; they complete in the main context that was the thread's default when
 * they were made. Synchronous calls block their thread and iterate no main context.
 *
 * Every error says whether the request was certainly not sent or may have been executed; see
 * [func@error_get_execution].
 *
 * Since: 1.0
 */
struct _PyrogProxy
{
  GObject parent_instance;

  PyrogUri *uri;         /* (owned) */
  PyrogConfig *config;   /* (owned) a copy */
  PyrogSession *session; /* (owned) */
  const PyrogCodec *codec;
  double timeout; /* seconds */
};

G_DEFINE_FINAL_TYPE (PyrogProxy, pyrog_proxy, G_TYPE_OBJECT)

typedef enum
{
  PROP_URI = 1,
  PROP_CONFIG,
  PROP_SERIALIZER,
  PROP_TIMEOUT,
} PyrogProxyProperty;

static GParamSpec *properties[PROP_TIMEOUT + 1];

static void
pyrog_proxy_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  PyrogProxy *self = PYROG_PROXY (object);

  switch ((PyrogProxyProperty) id)
    {
    case PROP_URI:
      g_value_set_boxed (value, self->uri);
      break;
    case PROP_CONFIG:
      g_value_set_object (value, self->config);
      break;
    case PROP_SERIALIZER:
      g_value_set_enum (value, (int) self->codec->serializer);
      break;
    case PROP_TIMEOUT:
      g_value_set_double (value, self->timeout);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_proxy_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  PyrogProxy *self = PYROG_PROXY (object);
  PyrogConfig *config;

  switch ((PyrogProxyProperty) id)
    {
    case PROP_URI:
      self->uri = g_value_dup_boxed (value);
      break;
    case PROP_CONFIG:
      config = g_value_get_object (value);
      self->config = pyrog_config_copy (config != NULL ? config : pyrog_config_get_default ());
      break;
    case PROP_SERIALIZER:
      pyrog_proxy_set_serializer (self, g_value_get_enum (value));
      break;
    case PROP_TIMEOUT:
      pyrog_proxy_set_timeout (self, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_proxy_constructed (GObject *object)
{
  PyrogProxy *self = PYROG_PROXY (object);

  G_OBJECT_CLASS (pyrog_proxy_parent_class)->constructed (object);
  self->codec
      = pyrog_codec_get ((guint) pyrog_config_get_number (self->config, PYROG_CONFIG_SERIALIZER));
  self->timeout = pyrog_config_get_seconds (self->config, PYROG_CONFIG_COMMTIMEOUT);
  self->session = pyrog_session_new (self->uri, self->config, self->codec);
}

static void
pyrog_proxy_dispose (GObject *object)
{
  pyrog_session_close (PYROG_PROXY (object)->session);
  G_OBJECT_CLASS (pyrog_proxy_parent_class)->dispose (object);
}

static void
pyrog_proxy_finalize (GObject *object)
{
  PyrogProxy *self = PYROG_PROXY (object);

  pyrog_session_unref (self->session);
  pyrog_uri_unref (self->uri);
  g_object_unref (self->config);
  G_OBJECT_CLASS (pyrog_proxy_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags any = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PyrogProxy:uri: (getter get_uri)
   *
   * Where the object is.
   *
   * Since: 1.0
   */
  properties[PROP_URI] = g_param_spec_boxed ("uri", NULL, NULL, PYROG_TYPE_URI, once);
  /**
   * PyrogProxy:config:
   *
   * The settings, a copy of those that the proxy was made with.
   *
   * Since: 1.0
   */
  properties[PROP_CONFIG] = g_param_spec_object ("config", NULL, NULL, PYROG_TYPE_CONFIG, once);
  /**
   * PyrogProxy:serializer: (getter get_serializer) (setter set_serializer)
   *
   * How calls are written.
   *
   * Since: 1.0
   */
  properties[PROP_SERIALIZER] = g_param_spec_enum ("serializer", NULL, NULL, PYROG_TYPE_SERIALIZER,
                                                   PYROG_SERIALIZER_SERPENT, any);
  /**
   * PyrogProxy:timeout: (getter get_timeout) (setter set_timeout)
   *
   * The time in seconds that a call may take in all, connecting included; 0 for ever.
   *
   * Since: 1.0
   */
  properties[PROP_TIMEOUT] = g_param_spec_double ("timeout", NULL, NULL, 0, G_MAXDOUBLE, 0, any);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
pyrog_proxy_class_init (PyrogProxyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = pyrog_proxy_get_property;
  object_class->set_property = pyrog_proxy_set_property;
  object_class->constructed = pyrog_proxy_constructed;
  object_class->dispose = pyrog_proxy_dispose;
  object_class->finalize = pyrog_proxy_finalize;
  install_properties (object_class);
}

static void
pyrog_proxy_init (PyrogProxy *self)
{
}

/**
 * pyrog_proxy_new: (constructor)
 * @uri: the text of a uri
 * @config: (nullable): settings; %NULL for the default ones
 * @error: return location for an error
 *
 * Makes a proxy for the object that a uri names. It connects when it is first used.
 *
 * Returns: (transfer full): the proxy, or %NULL with %PYROG_ERROR_INVALID_URI or
 *   %PYROG_ERROR_INVALID_CONFIG
 *
 * Since: 1.0
 */
PyrogProxy *
pyrog_proxy_new (const char *uri, PyrogConfig *config, GError **error)
{
  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (config == NULL || PYROG_IS_CONFIG (config), NULL);

  g_autoptr (PyrogUri) parsed = pyrog_uri_new (uri, error);
  if (parsed == NULL
      || !pyrog_config_check (config != NULL ? config : pyrog_config_get_default (), error))
    return NULL;
  return pyrog_proxy_new_for_uri (parsed, config);
}

/**
 * pyrog_proxy_new_for_uri: (constructor)
 * @uri: a uri
 * @config: (nullable): settings; %NULL for the default ones
 *
 * Makes a proxy for the object that a uri names. It connects when it is first used; a default
 * configuration that could not be read fails there.
 *
 * Returns: (transfer full): the proxy
 *
 * Since: 1.0
 */
PyrogProxy *
pyrog_proxy_new_for_uri (PyrogUri *uri, PyrogConfig *config)
{
  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (config == NULL || PYROG_IS_CONFIG (config), NULL);

  return g_object_new (PYROG_TYPE_PROXY, "uri", uri, "config", config, NULL);
}

/* ---- Properties ---- */

/**
 * pyrog_proxy_get_uri: (get-property uri)
 * @self: a proxy
 *
 * Where the object is.
 *
 * Returns: (transfer none): the uri
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_proxy_get_uri (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return self->uri;
}

/**
 * pyrog_proxy_get_serializer: (get-property serializer)
 * @self: a proxy
 *
 * How calls are written.
 *
 * Returns: the serializer
 *
 * Since: 1.0
 */
PyrogSerializer
pyrog_proxy_get_serializer (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), PYROG_SERIALIZER_SERPENT);

  return self->codec->serializer;
}

/**
 * pyrog_proxy_set_serializer: (set-property serializer)
 * @self: a proxy
 * @serializer: how to write calls
 *
 * Sets how the calls that are made from now on are written.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_serializer (PyrogProxy *self, PyrogSerializer serializer)
{
  g_return_if_fail (PYROG_IS_PROXY (self));

  const PyrogCodec *codec = pyrog_codec_get (serializer);
  g_return_if_fail (codec != NULL);
  if (codec == self->codec)
    return;
  self->codec = codec;
  pyrog_session_set_codec (self->session, codec);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERIALIZER]);
}

/**
 * pyrog_proxy_get_timeout: (get-property timeout)
 * @self: a proxy
 *
 * The time that a call may take.
 *
 * Returns: seconds, or 0 for ever
 *
 * Since: 1.0
 */
double
pyrog_proxy_get_timeout (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), 0);

  return self->timeout;
}

/**
 * pyrog_proxy_set_timeout: (set-property timeout)
 * @self: a proxy
 * @seconds: the time that a call may take in all, connecting included; 0 for ever
 *
 * Sets the deadline of the calls that are made from now on. Unlike Pyro5's it does not begin again
 * whenever some bytes come.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_timeout (PyrogProxy *self, double seconds)
{
  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (seconds >= 0);

  if (seconds == self->timeout)
    return;
  self->timeout = seconds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMEOUT]);
}

/**
 * pyrog_proxy_set_handshake:
 * @self: a proxy
 * @data: (nullable): what to say to the daemon; a floating one is consumed; %NULL for "hello"
 *
 * Sets what the proxy says to the daemon when it connects the next time.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_handshake (PyrogProxy *self, GVariant *data)
{
  g_return_if_fail (PYROG_IS_PROXY (self));

  pyrog_session_set_handshake (self->session, data);
}

/**
 * pyrog_proxy_get_handshake_answer:
 * @self: a proxy
 *
 * What the daemon answered to the last handshake.
 *
 * Returns: (transfer full) (nullable): the answer, or %NULL before the first connection
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_get_handshake_answer (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return pyrog_session_get_answer (self->session);
}

/**
 * pyrog_proxy_get_connected:
 * @self: a proxy
 *
 * Whether the proxy has a connection, as far as it knows.
 *
 * Returns: whether it has
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_get_connected (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);

  return pyrog_session_is_connected (self->session);
}

static GStrv
list_names (PyrogProxy *self, GStrv (*list) (PyrogMetadata *metadata))
{
  g_autoptr (PyrogMetadata) metadata = pyrog_session_get_metadata (self->session);

  return metadata != NULL ? list (metadata) : g_new0 (char *, 1);
}

/**
 * pyrog_proxy_list_methods:
 * @self: a proxy
 *
 * The names of the object's methods, sorted; none before the first connection.
 *
 * Returns: (transfer full): the names
 *
 * Since: 1.0
 */
GStrv
pyrog_proxy_list_methods (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return list_names (self, pyrog_metadata_list_methods);
}

/**
 * pyrog_proxy_list_oneway:
 * @self: a proxy
 *
 * The names of those methods that are oneway, sorted; none before the first connection.
 *
 * Returns: (transfer full): the names
 *
 * Since: 1.0
 */
GStrv
pyrog_proxy_list_oneway (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return list_names (self, pyrog_metadata_list_oneway);
}

/**
 * pyrog_proxy_list_attributes:
 * @self: a proxy
 *
 * The names of the object's attributes, sorted; none before the first connection.
 *
 * Returns: (transfer full): the names
 *
 * Since: 1.0
 */
GStrv
pyrog_proxy_list_attributes (PyrogProxy *self)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);

  return list_names (self, pyrog_metadata_list_attributes);
}

/* ---- Requests and results ---- */

static PyrogRequest
make_request (PyrogProxy *self, const char *method, const PyrogCallOptions *options)
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

static PyrogRequest
make_attribute_request (PyrogProxy *self, const char *method, const char *name)
{
  PyrogRequest request = make_request (self, method, NULL);

  request.kind = PYROG_MEMBER_ATTRIBUTE;
  request.member = name;
  return request;
}

static gboolean
is_reply_type (const char *type)
{
  return type == NULL
         || (g_variant_type_string_is_valid (type)
             && g_variant_type_is_definite ((const GVariantType *) type));
}

static void
set_outcome (PyrogCall *call, PyrogOutcome **outcome)
{
  const PyrogOutcomeParts parts
      = { .execution = PYROG_EXECUTION_ANSWERED, .annotations = call->annotations };

  if (outcome == NULL)
    return;
  *outcome = call->outcome != NULL ? pyrog_outcome_ref (call->outcome) : pyrog_outcome_new (&parts);
}

static void
set_answered (GError *error)
{
  const PyrogOutcomeParts parts = { .execution = PYROG_EXECUTION_ANSWERED };
  g_autoptr (PyrogOutcome) outcome = pyrog_outcome_new (&parts);

  pyrog_error_set_outcome (error, outcome);
}

static GVariant *
result_of (PyrogCall *call, const char *reply_type, GError **error)
{
  const GVariantType *type
      = reply_type != NULL ? (const GVariantType *) reply_type : G_VARIANT_TYPE_ANY;
  GError *failure = NULL;
  GVariant *result = NULL;

  if (call->error != NULL)
    {
      g_propagate_error (error, g_error_copy (call->error));
      return NULL;
    }
  if (call->stream_id != NULL)
    g_set_error (&failure, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                 _ ("The result of ‘%s’ is an item stream"), call->member);
  else if (!call->oneway || reply_type == NULL)
    result = pyrog_value_to_variant_typed (&call->result, type, "result", &failure);
  else
    g_set_error (&failure, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                 _ ("The method ‘%s’ is oneway and has no result"), call->member);
  if (result == NULL)
    {
      set_answered (failure);
      g_propagate_error (error, failure);
    }
  return result;
}

static GVariant *
finish_sync (PyrogProxy *self,
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
  return result_of (call, reply_type, error);
}

/* ---- Asynchronous calls ---- */

typedef struct
{
  PyrogCall *call;  /* (owned) */
  char *reply_type; /* (owned) (nullable) */
  gulong handler;   /* of the cancellable, or 0 */
} Operation;

static void
free_operation (gpointer data)
{
  Operation *operation = data;

  pyrog_call_unref (operation->call);
  g_free (operation->reply_type);
  g_free (operation);
}

static void
done_cb (PyrogCall *call, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *operation = g_task_get_task_data (task);

  if (operation->handler != 0)
    g_cancellable_disconnect (g_task_get_cancellable (task), operation->handler);
  g_task_return_boolean (task, TRUE);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  Operation *operation = g_task_get_task_data (task);
  PyrogProxy *self = g_task_get_source_object (task);

  pyrog_session_cancel (
      self->session, operation->call,
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Operation was cancelled")));
}

/* call is taken; NULL and error, also taken: it can't be made */
static void
begin_async (PyrogProxy *self,
             PyrogCall *call,
             GError *error,
             const char *reply_type,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data,
             gpointer tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (PyrogCall) owned = call;
  Operation *operation;

  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE);
  if (call == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_task_return_error_if_cancelled (task))
    return;
  operation = g_new0 (Operation, 1);
  operation->call = pyrog_call_ref (call);
  operation->reply_type = g_strdup (reply_type);
  g_task_set_task_data (task, operation, free_operation);
  call->context = g_main_context_ref (g_task_get_context (task));
  call->func = done_cb;
  call->user_data = g_object_ref (task);
  pyrog_session_submit (self->session, call);
  /* The result comes through the context, so not before this function returns */
  if (cancellable != NULL)
    operation->handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), task, NULL);
}

static GVariant *
finish_async (
    PyrogProxy *self, GAsyncResult *result, gpointer tag, PyrogOutcome **outcome, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tag), NULL);

  Operation *operation = g_task_get_task_data (G_TASK (result));
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  set_outcome (operation->call, outcome);
  return result_of (operation->call, operation->reply_type, error);
}

/* ---- Connections ---- */

static PyrogCall *
make_bind_call (PyrogProxy *self)
{
  PyrogCall *call = pyrog_call_new ();

  call->codec = self->codec;
  call->retries = (int) pyrog_config_get_number (self->config, PYROG_CONFIG_MAX_RETRIES);
  if (self->timeout > 0)
    call->deadline = g_get_monotonic_time () + (gint64) (self->timeout * G_USEC_PER_SEC);
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

  begin_async (self, make_bind_call (self), NULL, NULL, cancellable, callback, user_data,
               pyrog_proxy_bind);
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
  g_autoptr (GVariant) none = finish_async (self, result, pyrog_proxy_bind, NULL, error);

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
      = finish_sync (self, make_bind_call (self), NULL, cancellable, NULL, error);
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

/* FALSE: cancelled */
static gboolean
pause_for (double seconds, GCancellable *cancellable, GError **error)
{
  GPollFD fd;
  gboolean has_fd = g_cancellable_make_pollfd (cancellable, &fd);

  g_poll (has_fd ? &fd : NULL, has_fd ? 1 : 0, (int) (seconds * 1000));
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
  double pause = RECONNECT_PAUSE;

  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);

  pyrog_session_close (self->session);
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) failure = NULL;
      if (pyrog_proxy_bind_sync (self, cancellable, &failure))
        return TRUE;
      if (i == tries || !pyrog_error_is_communication (failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (!pause_for (pause * g_random_double_range (0.8, 1.2), cancellable, error))
        return FALSE;
      pause = MIN (pause * RECONNECT_FACTOR, MAX_RECONNECT_PAUSE);
    }
}

/* ---- Calls ---- */

/**
 * pyrog_proxy_call_full:
 * @self: a proxy
 * @method: the name of a method
 * @args: (nullable): the positional arguments, a tuple; a floating one is consumed
 * @kwargs: (nullable): the keyword arguments, of type `a{sv}`; a floating one is consumed
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @options: (nullable): what else is to be said
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Calls a method. A method that the daemon says is oneway succeeds when the request was handed to
 * the kernel. A call that is cancelled after its request was sent may have been executed.
 *
 * Since: 1.0
 */
void
pyrog_proxy_call_full (PyrogProxy *self,
                       const char *method,
                       GVariant *args,
                       GVariant *kwargs,
                       const char *reply_type,
                       PyrogCallOptions *options,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (method != NULL && *method != '\0');
  g_return_if_fail (args == NULL || g_variant_is_of_type (args, G_VARIANT_TYPE_TUPLE));
  g_return_if_fail (kwargs == NULL || g_variant_is_of_type (kwargs, G_VARIANT_TYPE_VARDICT));
  g_return_if_fail (is_reply_type (reply_type));

  const PyrogRequest request = make_request (self, method, options);
  PyrogCall *call = pyrog_request_make_call_of_variants (&request, args, kwargs, &error);
  begin_async (self, call, error, reply_type, cancellable, callback, user_data,
               pyrog_proxy_call_full);
}

/**
 * pyrog_proxy_call_full_finish:
 * @self: a proxy
 * @result: what the callback got
 * @outcome: (out) (optional) (transfer full) (nullable): how the call ended, whether it failed or
 * not
 * @error: return location for an error
 *
 * Ends what [method@Proxy.call_full] began.
 *
 * Returns: (transfer full): the result; for a oneway method nothing of type `mv`
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_full_finish (PyrogProxy *self,
                              GAsyncResult *result,
                              PyrogOutcome **outcome,
                              GError **error)
{
  return finish_async (self, result, pyrog_proxy_call_full, outcome, error);
}

/**
 * pyrog_proxy_call_full_sync:
 * @self: a proxy
 * @method: the name of a method
 * @args: (nullable): the positional arguments, a tuple; a floating one is consumed
 * @kwargs: (nullable): the keyword arguments, of type `a{sv}`; a floating one is consumed
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @options: (nullable): what else is to be said
 * @cancellable: (nullable): a cancellable
 * @outcome: (out) (optional) (transfer full) (nullable): how the call ended, whether it failed or
 * not
 * @error: return location for an error
 *
 * Calls a method and waits; see [method@Proxy.call_full].
 *
 * Returns: (transfer full): the result; for a oneway method nothing of type `mv`
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_full_sync (PyrogProxy *self,
                            const char *method,
                            GVariant *args,
                            GVariant *kwargs,
                            const char *reply_type,
                            PyrogCallOptions *options,
                            GCancellable *cancellable,
                            PyrogOutcome **outcome,
                            GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (args == NULL || g_variant_is_of_type (args, G_VARIANT_TYPE_TUPLE), NULL);
  g_return_val_if_fail (kwargs == NULL || g_variant_is_of_type (kwargs, G_VARIANT_TYPE_VARDICT),
                        NULL);
  g_return_val_if_fail (is_reply_type (reply_type), NULL);

  const PyrogRequest request = make_request (self, method, options);
  PyrogCall *call = pyrog_request_make_call_of_variants (&request, args, kwargs, error);
  return finish_sync (self, call, reply_type, cancellable, outcome, error);
}

/**
 * pyrog_proxy_call:
 * @self: a proxy
 * @method: the name of a method
 * @args: (nullable): the arguments, a tuple; a floating one is consumed
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Calls a method; see [method@Proxy.call_full] for more that can be said.
 *
 * Since: 1.0
 */
void
pyrog_proxy_call (PyrogProxy *self,
                  const char *method,
                  GVariant *args,
                  const char *reply_type,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  pyrog_proxy_call_full (self, method, args, NULL, reply_type, NULL, cancellable, callback,
                         user_data);
}

/**
 * pyrog_proxy_call_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.call] began.
 *
 * Returns: (transfer full): the result
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  return pyrog_proxy_call_full_finish (self, result, NULL, error);
}

/**
 * pyrog_proxy_call_sync:
 * @self: a proxy
 * @method: the name of a method
 * @args: (nullable): the arguments, a tuple; a floating one is consumed
 * @reply_type: (nullable): the wanted type of the result; %NULL for the canonical one
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a method and waits. No main context is iterated meanwhile.
 *
 * Returns: (transfer full): the result
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_call_sync (PyrogProxy *self,
                       const char *method,
                       GVariant *args,
                       const char *reply_type,
                       GCancellable *cancellable,
                       GError **error)
{
  return pyrog_proxy_call_full_sync (self, method, args, NULL, reply_type, NULL, cancellable, NULL,
                                     error);
}

static PyrogCall *
make_format_call (
    PyrogProxy *self, const char *method, const char *format, va_list *args, GError **error)
{
  const PyrogRequest request = make_request (self, method, NULL);
  const PyrogValue none = { .kind = PYROG_KIND_DICT };
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogCall *call = NULL;
  PyrogBuilder builder;
  PyrogValue tuple;

  pyrog_builder_init (&builder, arena);
  pyrog_format_build (&builder, format, args);
  if (pyrog_builder_finish (&builder, &tuple, error))
    call = pyrog_request_make_call (&request, &tuple, &none, error);
  pyrog_builder_clear (&builder);
  return call;
}

/* One value is the result itself, several are its items, none is whatever comes */
static gboolean
read_result (const PyrogValue *result, const char *format, va_list *args, GError **error)
{
  const PyrogValue *items = result;
  gsize count = 1;

  if (*format == '\0')
    return TRUE;
  if (!pyrog_format_is_single (format)
      && (result->kind == PYROG_KIND_TUPLE || result->kind == PYROG_KIND_LIST))
    {
      items = result->items;
      count = result->size;
    }
  return pyrog_format_read (items, count, "result", format, args, error);
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
      if (call->error != NULL)
        g_propagate_error (error, g_error_copy (call->error));
      else
        ok = read_result (&call->result, result_format, &args, error);
    }
  va_end (args);
  return ok;
}

/* ---- Item streams ---- */

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
  PyrogRequest request = make_request (stream->proxy, method, options);

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
  GVariant *item = finish_sync (stream->proxy, call, NULL, NULL, NULL, &failure);

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

  const PyrogRequest request = make_request (self, method, NULL);
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
      set_answered (failure);
      g_propagate_error (error, failure);
      return NULL;
    }
  RemoteStream *stream = g_new0 (RemoteStream, 1);
  stream->proxy = g_object_ref (self);
  stream->id = g_strdup (call->stream_id);
  return pyrog_item_stream_new (next_remote_item, stream, free_remote_stream);
}

/* ---- Attributes ---- */

/**
 * pyrog_proxy_get_attribute:
 * @self: a proxy
 * @name: the name of an attribute
 * @type: (nullable): its wanted type; %NULL for the canonical one
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Reads an attribute.
 *
 * Since: 1.0
 */
void
pyrog_proxy_get_attribute (PyrogProxy *self,
                           const char *name,
                           const char *type,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (name != NULL && *name != '\0');
  g_return_if_fail (is_reply_type (type));

  const PyrogRequest request = make_attribute_request (self, "__getattr__", name);
  PyrogCall *call
      = pyrog_request_make_call_of_variants (&request, g_variant_new ("(s)", name), NULL, &error);
  begin_async (self, call, error, type, cancellable, callback, user_data,
               pyrog_proxy_get_attribute);
}

/**
 * pyrog_proxy_get_attribute_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.get_attribute] began.
 *
 * Returns: (transfer full): the value
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_get_attribute_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  return finish_async (self, result, pyrog_proxy_get_attribute, NULL, error);
}

/**
 * pyrog_proxy_get_attribute_sync:
 * @self: a proxy
 * @name: the name of an attribute
 * @type: (nullable): its wanted type; %NULL for the canonical one
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads an attribute and waits.
 *
 * Returns: (transfer full): the value
 *
 * Since: 1.0
 */
GVariant *
pyrog_proxy_get_attribute_sync (
    PyrogProxy *self, const char *name, const char *type, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), NULL);
  g_return_val_if_fail (name != NULL && *name != '\0', NULL);
  g_return_val_if_fail (is_reply_type (type), NULL);

  const PyrogRequest request = make_attribute_request (self, "__getattr__", name);
  PyrogCall *call
      = pyrog_request_make_call_of_variants (&request, g_variant_new ("(s)", name), NULL, error);
  return finish_sync (self, call, type, cancellable, NULL, error);
}

static PyrogCall *
make_set_call (PyrogProxy *self, const char *name, GVariant *value, GError **error)
{
  const PyrogRequest request = make_attribute_request (self, "__setattr__", name);

  return pyrog_request_make_call_of_variants (&request, g_variant_new ("(sv)", name, value), NULL,
                                              error);
}

/**
 * pyrog_proxy_set_attribute:
 * @self: a proxy
 * @name: the name of an attribute
 * @value: its new value; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when it is done
 * @user_data: (closure): for @callback
 *
 * Writes an attribute.
 *
 * Since: 1.0
 */
void
pyrog_proxy_set_attribute (PyrogProxy *self,
                           const char *name,
                           GVariant *value,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (PYROG_IS_PROXY (self));
  g_return_if_fail (name != NULL && *name != '\0');
  g_return_if_fail (value != NULL);

  PyrogCall *call = make_set_call (self, name, value, &error);
  begin_async (self, call, error, NULL, cancellable, callback, user_data,
               pyrog_proxy_set_attribute);
}

/**
 * pyrog_proxy_set_attribute_finish:
 * @self: a proxy
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Proxy.set_attribute] began.
 *
 * Returns: whether it worked
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_set_attribute_finish (PyrogProxy *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) none = finish_async (self, result, pyrog_proxy_set_attribute, NULL, error);

  return none != NULL;
}

/**
 * pyrog_proxy_set_attribute_sync:
 * @self: a proxy
 * @name: the name of an attribute
 * @value: its new value; a floating one is consumed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes an attribute and waits.
 *
 * Returns: whether it worked
 *
 * Since: 1.0
 */
gboolean
pyrog_proxy_set_attribute_sync (
    PyrogProxy *self, const char *name, GVariant *value, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_PROXY (self), FALSE);
  g_return_val_if_fail (name != NULL && *name != '\0', FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  PyrogCall *call = make_set_call (self, name, value, error);
  g_autoptr (GVariant) none = finish_sync (self, call, NULL, cancellable, NULL, error);
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

  PyrogRequest request = make_request (self, "ping", NULL);
  request.object = DAEMON_OBJECT;
  request.kind = PYROG_MEMBER_ANY;
  PyrogCall *call = pyrog_request_make_call_of_variants (&request, NULL, NULL, error);
  g_autoptr (GVariant) none = finish_sync (self, call, NULL, cancellable, NULL, error);
  return none != NULL;
}
