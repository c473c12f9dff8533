/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-session.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-process.h"
#include "pyrog-session-private.h"

/* Sessions: what their users ask for */

PyrogSession *
pyrog_session_new (PyrogUri *uri, PyrogConfig *config, const PyrogCodec *codec)
{
  PyrogSession *self = g_new0 (PyrogSession, 1);

  g_atomic_ref_count_init (&self->refs);
  self->process = pyrog_process_get ();
  self->uri = pyrog_uri_ref (uri);
  self->config = g_object_ref (config);
  self->codec = codec;
  g_weak_ref_init (&self->owner, NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

PyrogSession *
pyrog_session_ref (PyrogSession *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pyrog_session_unref (PyrogSession *self)
{
  if (!g_atomic_ref_count_dec (&self->refs) || self->process != pyrog_process_get ())
    return;
  if (self->connection != NULL)
    pyrog_connection_close (self->connection);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->connector, pyrog_connector_free);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->metadata, pyrog_metadata_unref);
  g_clear_pointer (&self->answer, g_variant_unref);
  g_clear_pointer (&self->handshake, g_variant_unref);
  g_clear_pointer (&self->tls, pyrog_tls_context_unref);
  g_clear_error (&self->tls_error);
  g_clear_object (&self->tls_objects.certificate);
  g_clear_object (&self->tls_objects.database);
  g_clear_object (&self->tls_objects.interaction);
  g_clear_object (&self->certificate_policy);
  g_clear_error (&self->objection);
  g_free (self->peer_name);
  g_slist_free_full (self->left_contexts, (GDestroyNotify) g_main_context_unref);
  g_weak_ref_clear (&self->owner);
  pyrog_uri_unref (self->uri);
  g_object_unref (self->config);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

gboolean
pyrog_session_check_process (PyrogSession *self, PyrogCall *call)
{
  GError *error = NULL;

  if (pyrog_process_check (self->process, &error))
    return TRUE;
  pyrog_call_fail (call, error, PYROG_EXECUTION_NOT_SENT);
  return FALSE;
}

static gboolean
call_func_cb (gpointer data)
{
  PyrogCall *call = data;

  call->func (call, call->user_data);
  return G_SOURCE_REMOVE;
}

static void
call_func_later (PyrogCall *call)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "PyrogSession done");
  g_source_set_callback (source, call_func_cb, pyrog_call_ref (call),
                         (GDestroyNotify) pyrog_call_unref);
  g_source_attach (source, call->context);
}

void
pyrog_session_submit (PyrogSession *self, PyrogCall *call)
{
  if (!pyrog_session_check_process (self, call))
    {
      call_func_later (call);
      return;
    }
  pyrog_session_prepare (self);
  g_mutex_lock (&self->lock);
  pyrog_session_add_to_source_locked (self, call);
  pyrog_session_enter_locked (self, call);
  /* What is held back is seen to by the function that asks for it, when it is done */
  if (self->held_back)
    g_mutex_unlock (&self->lock);
  else
    pyrog_session_settle_and_unlock (self);
}

void
pyrog_session_cancel (PyrogSession *self, PyrogCall *call, GError *error)
{
  if (self->process != pyrog_process_get ())
    {
      g_error_free (error);
      return;
    }
  g_mutex_lock (&self->lock);
  if (call->state == PYROG_CALL_NEW)
    g_error_free (error);
  else
    pyrog_session_abandon_locked (self, call, error, FALSE);
  pyrog_session_settle_and_unlock (self);
}

void
pyrog_session_close (PyrogSession *self)
{
  if (self->process != pyrog_process_get ())
    return;
  g_mutex_lock (&self->lock);
  self->refused = FALSE;
  /* Nothing that was asked for before may be sent again */
  for (GList *link = self->queued.head; link != NULL; link = link->next)
    {
      PyrogCall *call = link->data;
      call->renewed = TRUE;
      call->retries = 0;
    }
  if (self->state == PYROG_SESSION_READY)
    pyrog_session_lost_locked (self, g_error_new (PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED,
                                                  _ ("The connection was released")));
  pyrog_session_settle_and_unlock (self);
}
