/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-call-result.h"

struct _PyrogCallResult
{
  GObject parent_instance;

  GObject *source;              /* (owned) */
  GCancellable *cancellable;    /* (owned) (nullable) */
  gulong cancelled_handler;     /* or 0 */
  GAsyncReadyCallback callback; /* (nullable) */
  gpointer user_data;
  gpointer tag;
  PyrogCall *call; /* (owned) (nullable) */
  GError *error;   /* (owned) (nullable) why there is no call */
};

static void pyrog_call_result_iface_init (GAsyncResultIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PyrogCallResult,
                               pyrog_call_result,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_RESULT,
                                                      pyrog_call_result_iface_init))

static gpointer
pyrog_call_result_get_user_data (GAsyncResult *result)
{
  return PYROG_CALL_RESULT (result)->user_data;
}

static GObject *
pyrog_call_result_get_source_object (GAsyncResult *result)
{
  return g_object_ref (PYROG_CALL_RESULT (result)->source);
}

static gboolean
pyrog_call_result_is_tagged (GAsyncResult *result, gpointer tag)
{
  return PYROG_CALL_RESULT (result)->tag == tag;
}

static void
pyrog_call_result_iface_init (GAsyncResultIface *iface)
{
  iface->get_user_data = pyrog_call_result_get_user_data;
  iface->get_source_object = pyrog_call_result_get_source_object;
  iface->is_tagged = pyrog_call_result_is_tagged;
}

static void
pyrog_call_result_finalize (GObject *object)
{
  PyrogCallResult *self = PYROG_CALL_RESULT (object);

  g_clear_pointer (&self->call, pyrog_call_unref);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_object_unref (self->source);
  G_OBJECT_CLASS (pyrog_call_result_parent_class)->finalize (object);
}

static void
pyrog_call_result_class_init (PyrogCallResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pyrog_call_result_finalize;
}

static void
pyrog_call_result_init (PyrogCallResult *self)
{
}

PyrogCallResult *
pyrog_call_result_new (GObject *source,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data,
                       gpointer tag)
{
  PyrogCallResult *self = g_object_new (PYROG_TYPE_CALL_RESULT, NULL);

  self->source = g_object_ref (source);
  g_set_object (&self->cancellable, cancellable);
  self->callback = callback;
  self->user_data = user_data;
  self->tag = tag;
  return self;
}

gpointer
pyrog_call_result_get_source (PyrogCallResult *self)
{
  return self->source;
}

PyrogCall *
pyrog_call_result_get_call (PyrogCallResult *self)
{
  return self->call;
}

/* What the callback begins ends in the same main context */
static void
call_back (PyrogCallResult *self, GMainContext *context)
{
  GMainContext *current = g_main_context_get_thread_default ();
  gboolean push = context != (current != NULL ? current : g_main_context_default ());

  if (self->callback == NULL)
    return;
  if (push)
    g_main_context_push_thread_default (context);
  self->callback (self->source, G_ASYNC_RESULT (self), self->user_data);
  if (push)
    g_main_context_pop_thread_default (context);
}

static void
done_cb (PyrogCall *call, gpointer user_data)
{
  g_autoptr (PyrogCallResult) self = user_data;

  if (self->cancelled_handler != 0)
    g_cancellable_disconnect (self->cancellable, self->cancelled_handler);
  call_back (self, call->context);
}

void
pyrog_call_result_set_call (PyrogCallResult *self, PyrogCall *call, GCallback cancelled)
{
  self->call = call;
  call->context = g_main_context_ref_thread_default ();
  call->func = done_cb;
  call->user_data = g_object_ref (self);
  if (self->cancellable != NULL)
    self->cancelled_handler = g_cancellable_connect (self->cancellable, cancelled, self, NULL);
}

static gboolean
failed_cb (gpointer data)
{
  call_back (data, g_source_get_context (g_main_current_source ()));
  return G_SOURCE_REMOVE;
}

void
pyrog_call_result_fail (PyrogCallResult *self, GError *error)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (GSource) source = g_idle_source_new ();

  self->error = error;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "PyrogCallResult");
  g_source_set_callback (source, failed_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, context);
}

PyrogCall *
pyrog_call_result_propagate (PyrogCallResult *self, GError **error)
{
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return NULL;
    }
  return pyrog_call_ref (self->call);
}
