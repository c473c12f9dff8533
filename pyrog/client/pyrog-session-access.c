/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-access-request-private.h"
#include "pyrog-certificate-request.h"
#include "pyrog-certificate.h"
#include "pyrog-config-items.h"
#include "pyrog-error.h"
#include "pyrog-handshake-request-private.h"
#include "pyrog-session-private.h"

/* Encryption of a session, and asking its owner about daemons */

/* ---- Encryption ---- */

static PyrogTlsContext *
make_context (PyrogSession *self, GError **error)
{
  const PyrogTlsObjects *objects = &self->tls_objects;

  if (objects->certificate == NULL && objects->database == NULL && objects->interaction == NULL)
    return pyrog_tls_context_get_shared (self->config, error);
  return pyrog_tls_context_new (self->config, PYROG_TLS_CLIENT, objects, error);
}

void
pyrog_session_prepare (PyrogSession *self)
{
  GError *error = NULL;

  if (!pyrog_config_get_flag (self->config, PYROG_CONFIG_SSL))
    return;
  g_mutex_lock (&self->lock);
  gboolean needed
      = self->tls == NULL
        || (self->state == PYROG_SESSION_IDLE && pyrog_tls_context_is_outdated (self->tls));
  g_mutex_unlock (&self->lock);
  if (!needed)
    return;
  PyrogTlsContext *context = make_context (self, &error);
  g_mutex_lock (&self->lock);
  if (context != NULL)
    {
      g_clear_pointer (&self->tls, pyrog_tls_context_unref);
      self->tls = context;
    }
  g_clear_error (&self->tls_error);
  self->tls_error = error;
  g_mutex_unlock (&self->lock);
}

/* What pyrog itself says against the daemon's certificate; NULL: nothing */
static GError *
check_certificate (PyrogSession *self)
{
  GTlsCertificate *certificate = pyrog_connection_get_peer_certificate (self->connection);
  GTlsCertificateFlags errors = pyrog_connection_get_peer_certificate_errors (self->connection);
  g_autofree char *location = pyrog_uri_get_location (self->uri);
  g_autofree char *flaws = NULL;
  g_autoptr (GError) error = NULL;

  if (self->certificate_policy != NULL && certificate != NULL)
    {
      if (pyrog_certificate_policy_check (self->certificate_policy, certificate, errors, &error))
        return NULL;
    }
  else if (errors == G_TLS_CERTIFICATE_NO_FLAGS)
    return NULL;
  if (error == NULL)
    flaws = pyrog_certificate_describe_errors (errors);
  return g_error_new (PYROG_ERROR, PYROG_ERROR_SECURITY,
                      _ ("The certificate of ‘%s’ is not acceptable: %s"), location,
                      error != NULL ? error->message : flaws);
}

void
pyrog_session_secure_locked (PyrogSession *self)
{
  GError *error = NULL;

  switch (pyrog_connection_handshake (self->connection, &error))
    {
    case PYROG_HANDSHAKE_PENDING:
      break;
    case PYROG_HANDSHAKE_FAILED:
      pyrog_session_connect_failed_locked (self, error, TRUE);
      break;
    case PYROG_HANDSHAKE_DONE:
      pyrog_session_question_locked (self, PYROG_SESSION_QUESTION_CERTIFICATE,
                                     check_certificate (self));
      break;
    }
}

/* ---- Questions ---- */

/* A question, and to which connection it belongs */
typedef struct
{
  PyrogSession *session; /* (owned) */
  guint generation;
} Asking;

void
pyrog_session_question_locked (PyrogSession *self, PyrogSessionQuestion question, GError *objection)
{
  double seconds = pyrog_config_get_seconds (self->config, PYROG_CONFIG_DECISION_TIMEOUT);

  self->state = PYROG_SESSION_ASKING;
  self->question = question;
  self->asked = FALSE;
  g_clear_error (&self->objection);
  self->objection = objection;
  self->retry_at = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
}

static GError *
make_refusal (PyrogSession *self, const GError *reason)
{
  g_autofree char *location = pyrog_uri_get_location (self->uri);

  if (self->objection != NULL)
    return g_steal_pointer (&self->objection);
  if (reason != NULL)
    return g_error_new (PYROG_ERROR, PYROG_ERROR_SECURITY, _ ("‘%s’ was refused: %s"), location,
                        reason->message);
  return g_error_new (PYROG_ERROR, PYROG_ERROR_SECURITY, _ ("‘%s’ was refused by this program"),
                      location);
}

static void
take_decision_locked (PyrogSession *self, gboolean accepted, const GError *reason)
{
  gboolean certificate = self->question == PYROG_SESSION_QUESTION_CERTIFICATE;

  if (!accepted)
    {
      if (certificate)
        pyrog_connection_refuse_certificate (self->connection);
      pyrog_session_connect_failed_locked (self, make_refusal (self, reason), TRUE);
    }
  else if (certificate)
    pyrog_session_say_connect_locked (self);
  else
    pyrog_session_ready_locked (self);
  g_clear_error (&self->objection);
  pyrog_session_wake_locked (self);
}

static void
decided_cb (PyrogAccessRequest *request, gboolean accepted, gpointer user_data)
{
  Asking *asking = user_data;
  PyrogSession *self = asking->session;

  g_mutex_lock (&self->lock);
  if (asking->generation == self->generation && self->state == PYROG_SESSION_ASKING)
    take_decision_locked (self, accepted, pyrog_access_request_get_error (request));
  pyrog_session_settle_and_unlock (self);
  pyrog_session_unref (self);
  g_free (asking);
}

static PyrogAccessRequest *
make_request (PyrogSessionQuestion question, PyrogConnection *connection, GVariant *answer)
{
  if (question == PYROG_SESSION_QUESTION_CERTIFICATE)
    return g_object_new (PYROG_TYPE_CERTIFICATE_REQUEST, "connection", connection, NULL);
  return PYROG_ACCESS_REQUEST (pyrog_handshake_request_new (connection, answer));
}

void
pyrog_session_ask (PyrogSession *self)
{
  g_autoptr (PyrogConnection) connection = NULL;
  g_autoptr (GVariant) answer = NULL;

  g_mutex_lock (&self->lock);
  if (self->state != PYROG_SESSION_ASKING || self->asked)
    {
      g_mutex_unlock (&self->lock);
      return;
    }
  self->asked = TRUE;
  PyrogSessionQuestion question = self->question;
  gboolean fallback = self->objection == NULL;
  Asking *asking = g_new (Asking, 1);
  *asking = (Asking){ pyrog_session_ref (self), self->generation };
  connection = g_object_ref (self->connection);
  answer = self->answer != NULL
               ? g_variant_ref (self->answer)
               : g_variant_ref_sink (g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
  g_mutex_unlock (&self->lock);

  g_autoptr (PyrogAccessRequest) request = make_request (question, connection, answer);
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  PyrogVerdict verdict = fallback ? PYROG_VERDICT_ACCEPTED : PYROG_VERDICT_REFUSED;
  if (owner != NULL)
    verdict = pyrog_access_request_ask (request, owner, self->owner_signals[question], fallback,
                                        NULL, 0, decided_cb, asking);
  if (verdict != PYROG_VERDICT_LATER)
    decided_cb (request, verdict == PYROG_VERDICT_ACCEPTED, asking);
}

void
pyrog_session_set_owner (PyrogSession *self,
                         GObject *owner,
                         guint certificate_signal,
                         guint handshake_signal)
{
  g_weak_ref_set (&self->owner, owner);
  self->owner_signals[PYROG_SESSION_QUESTION_CERTIFICATE] = certificate_signal;
  self->owner_signals[PYROG_SESSION_QUESTION_HANDSHAKE] = handshake_signal;
}

/* ---- Settings ---- */

void
pyrog_session_set_tls_objects (PyrogSession *self, const PyrogTlsObjects *objects)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->tls_objects.certificate, objects->certificate);
  g_set_object (&self->tls_objects.database, objects->database);
  g_set_object (&self->tls_objects.interaction, objects->interaction);
  g_clear_pointer (&self->tls, pyrog_tls_context_unref);
  g_mutex_unlock (&self->lock);
}

void
pyrog_session_set_certificate_policy (PyrogSession *self, PyrogCertificatePolicy *policy)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->certificate_policy, policy);
  g_mutex_unlock (&self->lock);
}

void
pyrog_session_set_peer_name (PyrogSession *self, const char *name)
{
  g_mutex_lock (&self->lock);
  g_free (self->peer_name);
  self->peer_name = g_strdup (name);
  g_mutex_unlock (&self->lock);
}
