/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-access-request.h"

#include <glib/gi18n-lib.h>

#include "pyrog-access-request-private.h"
#include "pyrog-error.h"

typedef enum
{
  STATE_OPEN,
  STATE_HELD,
  STATE_ACCEPTED,
  STATE_REFUSED,
} State;

typedef struct
{
  PyrogConnection *connection; /* (owned) (nullable) */
  GMutex lock;
  State state;           /* (locked-by lock) */
  GError *error;         /* (owned) (nullable) set once, with the state REFUSED */
  PyrogDecidedFunc func; /* (nullable) (locked-by lock) waits for the decision */
  gpointer user_data;    /* (locked-by lock) */
  GSource *timeout;      /* (owned) (nullable) (locked-by lock) */
} PyrogAccessRequestPrivate;

/**
 * PyrogAccessRequest:
 *
 * A question whether a peer may do something, that a signal asks of a program.
 *
 * A handler that has no objection returns %TRUE, which leaves the answer to the others and, in the
 * end, to what pyrog would have said by itself. One that returns %FALSE refuses. So does a handler
 * that throws in a language that has exceptions, and nobody is asked after it.
 * [method@AccessRequest.accept] is more than %TRUE: it accepts also what pyrog would have refused.
 *
 * Who can't answer at once calls [method@AccessRequest.hold], keeps a reference, returns %TRUE and
 * calls [method@AccessRequest.accept] or [method@AccessRequest.refuse] later, in any thread.
 * Meanwhile nothing is executed or sent. A request that is forgotten is refused: after the time of
 * the item `DECISION_TIMEOUT`, or when its last reference goes.
 *
 * Since: 1.0
 */
G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (PyrogAccessRequest, pyrog_access_request, G_TYPE_OBJECT)

typedef enum
{
  PROP_CONNECTION = 1,
} PyrogAccessRequestProperty;

static GParamSpec *properties[PROP_CONNECTION + 1];

static PyrogAccessRequestPrivate *
get_private (PyrogAccessRequest *self)
{
  return pyrog_access_request_get_instance_private (self);
}

/* Only the first decision counts: a deadline and a program may come at the same time */
static void
decide (PyrogAccessRequest *self, State state, const GError *error)
{
  PyrogAccessRequestPrivate *priv = get_private (self);
  PyrogDecidedFunc func = NULL;
  GSource *timeout = NULL;

  g_mutex_lock (&priv->lock);
  if (priv->state == STATE_OPEN || priv->state == STATE_HELD)
    {
      priv->state = state;
      priv->error = error != NULL ? g_error_copy (error) : NULL;
      func = g_steal_pointer (&priv->func);
      timeout = g_steal_pointer (&priv->timeout);
    }
  g_mutex_unlock (&priv->lock);
  if (timeout != NULL)
    {
      g_source_destroy (timeout);
      g_source_unref (timeout);
    }
  if (func != NULL)
    func (self, state == STATE_ACCEPTED, priv->user_data);
}

static void
pyrog_access_request_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch ((PyrogAccessRequestProperty) id)
    {
    case PROP_CONNECTION:
      g_value_set_object (value, get_private (PYROG_ACCESS_REQUEST (object))->connection);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_access_request_set_property (GObject *object,
                                   guint id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  switch ((PyrogAccessRequestProperty) id)
    {
    case PROP_CONNECTION:
      get_private (PYROG_ACCESS_REQUEST (object))->connection = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
pyrog_access_request_dispose (GObject *object)
{
  decide (PYROG_ACCESS_REQUEST (object), STATE_REFUSED, NULL);
  G_OBJECT_CLASS (pyrog_access_request_parent_class)->dispose (object);
}

static void
pyrog_access_request_finalize (GObject *object)
{
  PyrogAccessRequestPrivate *priv = get_private (PYROG_ACCESS_REQUEST (object));

  g_clear_object (&priv->connection);
  g_clear_error (&priv->error);
  g_mutex_clear (&priv->lock);
  G_OBJECT_CLASS (pyrog_access_request_parent_class)->finalize (object);
}

static void
pyrog_access_request_class_init (PyrogAccessRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = pyrog_access_request_get_property;
  object_class->set_property = pyrog_access_request_set_property;
  object_class->dispose = pyrog_access_request_dispose;
  object_class->finalize = pyrog_access_request_finalize;

  /**
   * PyrogAccessRequest:connection: (getter get_connection)
   *
   * The connection of the peer.
   *
   * Since: 1.0
   */
  properties[PROP_CONNECTION]
      = g_param_spec_object ("connection", NULL, NULL, PYROG_TYPE_CONNECTION,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
pyrog_access_request_init (PyrogAccessRequest *self)
{
  g_mutex_init (&get_private (self)->lock);
}

/* ---- Asking ---- */

static gboolean
until_refused (GSignalInvocationHint *hint,
               GValue *accumulated,
               const GValue *answer,
               gpointer user_data)
{
  gboolean no_objection = g_value_get_boolean (answer);

  g_value_set_boolean (accumulated, no_objection);
  return no_objection;
}

guint
pyrog_access_request_add_signal (GType owner, const char *name, GType request_type)
{
  return g_signal_new (name, owner, G_SIGNAL_RUN_LAST, 0, until_refused, NULL, NULL, G_TYPE_BOOLEAN,
                       1, request_type);
}

static gboolean
emit (PyrogAccessRequest *self, GObject *object, guint signal_id)
{
  GValue arguments[2] = { G_VALUE_INIT, G_VALUE_INIT };
  GValue answer = G_VALUE_INIT;

  g_value_init (&arguments[0], G_OBJECT_TYPE (object));
  g_value_set_object (&arguments[0], object);
  g_value_init (&arguments[1], G_OBJECT_TYPE (self));
  g_value_set_object (&arguments[1], self);
  g_value_init (&answer, G_TYPE_BOOLEAN);
  g_value_set_boolean (&answer, TRUE); /* what stands if there is no handler */
  g_signal_emitv (arguments, signal_id, 0, &answer);
  gboolean no_objection = g_value_get_boolean (&answer);
  g_value_unset (&arguments[0]);
  g_value_unset (&arguments[1]);
  return no_objection;
}

static gboolean
expired_cb (gpointer user_data)
{
  g_autoptr (PyrogAccessRequest) self = g_weak_ref_get (user_data);

  if (self != NULL)
    {
      g_autoptr (GError) error
          = g_error_new (PYROG_ERROR, PYROG_ERROR_TIMEOUT, _ ("Nobody has decided in time"));
      decide (self, STATE_REFUSED, error);
    }
  return G_SOURCE_REMOVE;
}

static void
free_weak_ref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static GSource *
make_timeout (PyrogAccessRequest *self, double seconds)
{
  GSource *source = g_timeout_source_new ((guint) MIN (seconds * 1000, G_MAXUINT));
  GWeakRef *weak = g_new (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  g_source_set_static_name (source, "PyrogAccessRequest deadline");
  g_source_set_callback (source, expired_cb, weak, free_weak_ref);
  return source;
}

PyrogVerdict
pyrog_access_request_ask (PyrogAccessRequest *self,
                          GObject *object,
                          guint signal_id,
                          gboolean fallback,
                          GMainContext *context,
                          double timeout,
                          PyrogDecidedFunc func,
                          gpointer user_data)
{
  PyrogAccessRequestPrivate *priv = get_private (self);
  gboolean no_objection = emit (self, object, signal_id);

  g_mutex_lock (&priv->lock);
  if (no_objection && priv->state == STATE_HELD)
    {
      priv->func = func;
      priv->user_data = user_data;
      if (context != NULL)
        {
          priv->timeout = make_timeout (self, timeout);
          g_source_attach (priv->timeout, context);
        }
      g_mutex_unlock (&priv->lock);
      return PYROG_VERDICT_LATER;
    }
  if (!no_objection)
    priv->state = STATE_REFUSED;
  else if (priv->state == STATE_OPEN)
    priv->state = fallback ? STATE_ACCEPTED : STATE_REFUSED;
  gboolean accepted = priv->state == STATE_ACCEPTED;
  g_mutex_unlock (&priv->lock);
  return accepted ? PYROG_VERDICT_ACCEPTED : PYROG_VERDICT_REFUSED;
}

const GError *
pyrog_access_request_get_error (PyrogAccessRequest *self)
{
  return get_private (self)->error;
}

/* ---- Public ---- */

/**
 * pyrog_access_request_get_connection: (get-property connection)
 * @self: a request
 *
 * The connection of the peer.
 *
 * Returns: (transfer none) (nullable): the connection
 *
 * Since: 1.0
 */
PyrogConnection *
pyrog_access_request_get_connection (PyrogAccessRequest *self)
{
  g_return_val_if_fail (PYROG_IS_ACCESS_REQUEST (self), NULL);

  return get_private (self)->connection;
}

/**
 * pyrog_access_request_hold:
 * @self: a request
 *
 * Says in a handler, which then returns %TRUE, that the decision comes later.
 *
 * Since: 1.0
 */
void
pyrog_access_request_hold (PyrogAccessRequest *self)
{
  g_return_if_fail (PYROG_IS_ACCESS_REQUEST (self));

  PyrogAccessRequestPrivate *priv = get_private (self);
  g_mutex_lock (&priv->lock);
  if (priv->state == STATE_OPEN)
    priv->state = STATE_HELD;
  g_mutex_unlock (&priv->lock);
}

/**
 * pyrog_access_request_accept:
 * @self: a request
 *
 * Accepts, also what pyrog would refuse by itself. Does nothing if the request was decided. Any
 * thread.
 *
 * Since: 1.0
 */
void
pyrog_access_request_accept (PyrogAccessRequest *self)
{
  g_return_if_fail (PYROG_IS_ACCESS_REQUEST (self));

  decide (self, STATE_ACCEPTED, NULL);
}

/**
 * pyrog_access_request_refuse:
 * @self: a request
 * @error: (nullable): why. The class of the request says who gets to see that.
 *
 * Refuses. Does nothing if the request was decided. Any thread.
 *
 * Since: 1.0
 */
void
pyrog_access_request_refuse (PyrogAccessRequest *self, const GError *error)
{
  g_return_if_fail (PYROG_IS_ACCESS_REQUEST (self));

  decide (self, STATE_REFUSED, error);
}
