/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-daemon.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-config-items.h"
#include "pyrog-daemon-object.h"
#include "pyrog-daemon-private.h"
#include "pyrog-error.h"
#include "pyrog-process.h"

/**
 * PyrogDaemon:
 *
 * Serves objects to peers.
 *
 * A daemon is made, is told where to listen (on localhost with a free port, unless it is told),
 * objects are registered under ids, and it is started: it serves in the main context that is the
 * thread's default at that moment, until it is stopped. Connections that come before wait.
 *
 * With the server type `multiplex`, methods run in that main context, one at a time, so that they
 * may touch what belongs to it. With `thread`, they run in worker threads, those of one connection
 * one after another.
 *
 * All functions are to be called in the thread of the main context, but for
 * [method@Daemon.shutdown] and [method@Daemon.stop]. A running daemon keeps itself alive.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (PyrogDaemon, pyrog_daemon, G_TYPE_OBJECT)

typedef enum
{
  PROP_CONFIG = 1,
  PROP_RUNNING,
} PyrogDaemonProperty;

static GParamSpec *properties[PROP_RUNNING + 1];

typedef enum
{
  SIGNAL_CLIENT_CONNECTED,
  SIGNAL_CLIENT_DISCONNECTED,
  SIGNAL_METHOD_FAILED,
} PyrogDaemonSignal;

static guint signals[SIGNAL_METHOD_FAILED + 1];

static void
pyrog_daemon_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  PyrogDaemon *self = PYROG_DAEMON (object);

  switch ((PyrogDaemonProperty) id)
    {
    case PROP_CONFIG:
      g_value_set_object (value, self->config);
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, pyrog_daemon_get_running (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_daemon_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  PyrogDaemon *self = PYROG_DAEMON (object);
  PyrogConfig *config;

  switch ((PyrogDaemonProperty) id)
    {
    case PROP_CONFIG:
      config = g_value_get_object (value);
      self->config = pyrog_config_copy (config != NULL ? config : pyrog_config_get_default ());
      break;
    case PROP_RUNNING:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_daemon_finalize (GObject *object)
{
  PyrogDaemon *self = PYROG_DAEMON (object);

  g_clear_pointer (&self->dispatcher, pyrog_dispatcher_unref);
  pyrog_daemon_clear_tls (self);
  g_ptr_array_unref (self->listeners);
  g_ptr_array_unref (self->sockets);
  pyrog_peer_policy_free (self->policy);
  g_clear_object (&self->config);
  g_clear_pointer (&self->context, g_main_context_unref);
  G_OBJECT_CLASS (pyrog_daemon_parent_class)->finalize (object);
}

static void
emit_connected (GObject *object, PyrogConnection *connection)
{
  g_signal_emit (object, signals[SIGNAL_CLIENT_CONNECTED], 0, connection);
}

static void
emit_disconnected (GObject *object, PyrogConnection *connection)
{
  g_signal_emit (object, signals[SIGNAL_CLIENT_DISCONNECTED], 0, connection);
}

static void
emit_failed (GObject *object, PyrogInvocation *invocation, const GError *error)
{
  g_signal_emit (object, signals[SIGNAL_METHOD_FAILED], 0, invocation, error);
}

static PyrogEngineEvents engine_events = {
  .connected = emit_connected,
  .disconnected = emit_disconnected,
  .failed = emit_failed,
};

static void
install_signals (GType type)
{
  engine_events.questions = pyrog_daemon_install_questions (type);
  /**
   * PyrogDaemon::client-connected:
   * @self: the daemon
   * @connection: to the client
   *
   * A client is there: its handshake succeeded. Emitted in the daemon's main context, before the
   * first call of the client; with worker threads, calls may be executed before.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLIENT_CONNECTED]
      = g_signal_new ("client-connected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                      1, PYROG_TYPE_CONNECTION);
  /**
   * PyrogDaemon::client-disconnected:
   * @self: the daemon
   * @connection: what was the connection to the client
   *
   * A client is gone, for whatever reason: it closed its connection, the connection broke, or the
   * daemon was stopped. Emitted in the daemon's main context, once for each
   * [signal@Daemon::client-connected] and after it. Afterwards what was tracked with
   * [method@Connection.track] ends, and the objects are dropped that were made for the connection.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLIENT_DISCONNECTED]
      = g_signal_new ("client-disconnected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, PYROG_TYPE_CONNECTION);
  /**
   * PyrogDaemon::method-failed:
   * @self: the daemon
   * @invocation: the call, which was answered
   * @error: the answer
   *
   * A call was answered with an exception, also one of a batch, or one whose caller does not wait
   * for the answer. Emitted in the daemon's main context, soon after; the ends of iterations
   * (`StopIteration`) are not told. Calls that fail faster than the context can tell of them are
   * left out, when they would keep more than 4 MiB.
   *
   * Since: 1.0
   */
  signals[SIGNAL_METHOD_FAILED]
      = g_signal_new ("method-failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                      PYROG_TYPE_INVOCATION, G_TYPE_ERROR);
}

static void
pyrog_daemon_class_init (PyrogDaemonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = pyrog_daemon_get_property;
  object_class->set_property = pyrog_daemon_set_property;
  object_class->finalize = pyrog_daemon_finalize;
  install_signals (G_TYPE_FROM_CLASS (klass));

  /**
   * PyrogDaemon:config:
   *
   * The settings, a copy of those that the daemon was made with.
   *
   * Since: 1.0
   */
  properties[PROP_CONFIG]
      = g_param_spec_object ("config", NULL, NULL, PYROG_TYPE_CONFIG,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * PyrogDaemon:running: (getter get_running)
   *
   * Whether the daemon serves.
   *
   * Since: 1.0
   */
  properties[PROP_RUNNING]
      = g_param_spec_boolean ("running", NULL, NULL, FALSE,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static GPtrArray *
new_listeners (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) pyrog_listener_free);
}

static void
pyrog_daemon_init (PyrogDaemon *self)
{
  self->process = pyrog_process_get ();
  self->listeners = new_listeners ();
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->policy = pyrog_peer_policy_new ();
}

/**
 * pyrog_daemon_new:
 * @config: (nullable): settings; %NULL for the default ones
 *
 * Makes a daemon.
 *
 * Returns: (transfer full): the daemon
 *
 * Since: 1.0
 */
PyrogDaemon *
pyrog_daemon_new (PyrogConfig *config)
{
  g_return_val_if_fail (config == NULL || PYROG_IS_CONFIG (config), NULL);

  return g_object_new (PYROG_TYPE_DAEMON, "config", config, NULL);
}

/* ---- Objects ---- */

/* What Pyro5's daemon says of itself */
static char *
describe (gpointer data)
{
  PyrogDaemon *self = data;
  g_autofree char *location = NULL;
  g_autofree char *nat = pyrog_daemon_describe_nat (self);
  g_auto (GStrv) ids = pyrog_object_table_list (pyrog_dispatcher_get_objects (self->dispatcher));
  gboolean threaded
      = pyrog_config_get_number (self->config, PYROG_CONFIG_SERVERTYPE) == PYROG_SERVER_TYPE_THREAD;

  if (self->listeners->len > 0)
    location = pyrog_location_to_string (
        pyrog_listener_get_location (g_ptr_array_index (self->listeners, 0)));
  return g_strdup_printf ("%s bound on %s, NAT %s, %u objects registered. Servertype: %s",
                          PYROG_DAEMON_OBJECT_ID, location != NULL ? location : "nothing",
                          nat != NULL ? nat : "None", g_strv_length (ids),
                          threaded ? "thread" : "multiplex");
}

static gboolean
make_dispatcher (PyrogDaemon *self, GError **error)
{
  const char *cookie_file = pyrog_config_get_text (self->config, PYROG_CONFIG_COOKIE_FILE);
  g_autoptr (PyrogCookie) cookie = NULL;
  const PyrogDispatcherOptions options = pyrog_dispatcher_options_from_config (self->config);

  if (cookie_file != NULL && (cookie = pyrog_cookie_read_or_make (cookie_file, error)) == NULL)
    return FALSE;
  self->dispatcher = pyrog_dispatcher_new (&options);
  pyrog_dispatcher_set_cookie (self->dispatcher, g_steal_pointer (&cookie));
  g_autoptr (PyrogServant) object = pyrog_daemon_object_new (self->dispatcher, describe, self);
  pyrog_object_table_add (pyrog_dispatcher_get_objects (self->dispatcher), PYROG_DAEMON_OBJECT_ID,
                          object);
  return TRUE;
}

gboolean
pyrog_daemon_prepare (PyrogDaemon *self, GError **error)
{
  if (!pyrog_process_check (self->process, error) || !pyrog_config_check (self->config, error))
    return FALSE;
  if (!pyrog_daemon_prepare_tls (self, error))
    return FALSE;
  return self->dispatcher != NULL || make_dispatcher (self, error);
}

/* ---- Running ---- */

/**
 * pyrog_daemon_start:
 * @self: a daemon
 * @error: return location for an error
 *
 * Begins to serve, in the thread's default main context, and returns. Binds the default listener if
 * there is none.
 *
 * Returns: whether it worked
 *
 * Since: 1.0
 */
gboolean
pyrog_daemon_start (PyrogDaemon *self, GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), FALSE);
  g_return_val_if_fail (self->engine == NULL, FALSE);

  if (!pyrog_daemon_ensure_listener (self, error))
    return FALSE;
  g_clear_pointer (&self->context, g_main_context_unref);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_self ();
  self->engine = pyrog_engine_new (self->config, self->dispatcher, self->context, error);
  if (self->engine == NULL)
    return FALSE;
  pyrog_engine_set_tls (self->engine, self->tls, self->certificate_policy);
  pyrog_engine_set_peer_policy (self->engine, self->policy);
  pyrog_engine_set_events (self->engine, &engine_events, G_OBJECT (self));
  for (guint i = 0; i < self->listeners->len; i++)
    pyrog_engine_add_listener (self->engine, g_ptr_array_index (self->listeners, i));
  for (guint i = 0; i < self->sockets->len; i++)
    pyrog_engine_join (self->engine, g_ptr_array_index (self->sockets, i));
  g_ptr_array_set_size (self->sockets, 0);
  pyrog_daemon_warn_if_open (self);
  self->draining = FALSE;
  g_object_ref (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  return TRUE;
}

static gboolean
stop_cb (gpointer data)
{
  PyrogDaemon *self = data;
  PyrogEngine *engine = g_steal_pointer (&self->engine);

  if (engine == NULL)
    return G_SOURCE_REMOVE;
  /* Handlers of signals that this emits may start the daemon again */
  g_autoptr (GPtrArray) listeners = g_steal_pointer (&self->listeners);
  self->listeners = new_listeners ();
  self->has_joined = FALSE;
  pyrog_engine_free (engine);
  g_clear_pointer (&listeners, g_ptr_array_unref);
  g_main_context_wakeup (self->context);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

static void
drained_cb (gpointer user_data)
{
  stop_cb (user_data);
}

static gboolean
shutdown_cb (gpointer data)
{
  PyrogDaemon *self = data;

  if (self->engine == NULL || self->draining)
    return G_SOURCE_REMOVE;
  self->draining = TRUE;
  pyrog_engine_drain (self->engine, drained_cb, self);
  return G_SOURCE_REMOVE;
}

/* At once in the daemon's own thread. Others leave it to that one, also while nobody iterates the
 * context: a worker that stopped the daemon itself would wait for itself. */
static void
invoke_in_context (PyrogDaemon *self, GSourceFunc func)
{
  g_autoptr (PyrogDaemon) alive = g_object_ref (self);

  if (self->context == NULL || self->process != pyrog_process_get ())
    return;
  if ((g_main_context_is_owner (self->context) || g_thread_self () == self->thread)
      && g_main_context_acquire (self->context))
    {
      func (self);
      g_main_context_release (self->context);
      return;
    }
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
}

/**
 * pyrog_daemon_shutdown:
 * @self: a daemon
 *
 * Ends service in good order: no new connections, no new calls, but calls in progress are answered,
 * for as long as the item `STOP_TIMEOUT` allows. Returns at once; [property@Daemon:running] tells
 * when it is done. May be called in any thread, and in a method.
 *
 * Since: 1.0
 */
void
pyrog_daemon_shutdown (PyrogDaemon *self)
{
  g_return_if_fail (PYROG_IS_DAEMON (self));

  invoke_in_context (self, shutdown_cb);
}

/**
 * pyrog_daemon_stop:
 * @self: a daemon
 *
 * Ends service now: closes all connections and listeners. With worker threads it waits for the
 * methods that are running. May be called in any thread; outside of the daemon's own it returns
 * before that is done.
 *
 * Since: 1.0
 */
void
pyrog_daemon_stop (PyrogDaemon *self)
{
  g_return_if_fail (PYROG_IS_DAEMON (self));

  invoke_in_context (self, stop_cb);
}

/**
 * pyrog_daemon_get_running: (get-property running)
 * @self: a daemon
 *
 * Whether the daemon serves.
 *
 * Returns: whether it does
 *
 * Since: 1.0
 */
gboolean
pyrog_daemon_get_running (PyrogDaemon *self)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), FALSE);

  return self->engine != NULL;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  pyrog_daemon_shutdown (data);
  return G_SOURCE_REMOVE;
}

/**
 * pyrog_daemon_run:
 * @self: a daemon
 * @cancellable: (nullable): ends it in good order, as [method@Daemon.shutdown] does
 * @error: return location for an error
 *
 * Starts the daemon, unless it was started, and iterates its main context until it has stopped.
 *
 * Returns: whether it could be started
 *
 * Since: 1.0
 */
gboolean
pyrog_daemon_run (PyrogDaemon *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  g_autoptr (PyrogDaemon) alive = g_object_ref (self);
  g_autoptr (GSource) watch = NULL;
  if (!pyrog_process_check (self->process, error)
      || (self->engine == NULL && !pyrog_daemon_start (self, error)))
    return FALSE;
  g_autoptr (GMainContext) context = g_main_context_ref (self->context);
  if (cancellable != NULL)
    {
      watch = g_cancellable_source_new (cancellable);
      g_source_set_callback (watch, G_SOURCE_FUNC (cancelled_cb), self, NULL);
      g_source_attach (watch, context);
    }
  while (self->engine != NULL)
    g_main_context_iteration (context, TRUE);
  if (watch != NULL)
    g_source_destroy (watch);
  return TRUE;
}
