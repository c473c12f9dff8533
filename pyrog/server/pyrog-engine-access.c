/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-certificate-request.h"
#include "pyrog-certificate.h"
#include "pyrog-engine-private.h"
#include "pyrog-error.h"
#include "pyrog-peer-log.h"

/* Asking an engine's owner about peers. Its handlers run in the thread of the context; a worker
 * leaves the question there and does something else. */

typedef struct
{
  PyrogClient *client; /* (owned) */
  PyrogQuestion question;
  PyrogAccessRequest *request; /* (owned) (nullable) only until it was asked */
  gboolean fallback;
  gboolean about_stranger;
  PyrogDecidedFunc func;
  gpointer user_data;
} Asking;

static void
free_asking (Asking *asking)
{
  PyrogEngine *engine = asking->client->engine;

  if (asking->about_stranger)
    g_atomic_int_add (&engine->decisions, -1);
  g_clear_object (&asking->request);
  pyrog_peer_unref (&asking->client->peer);
  g_free (asking);
}

static void
decided_cb (PyrogAccessRequest *request, gboolean accepted, gpointer user_data)
{
  Asking *asking = user_data;

  asking->func (request, accepted, asking->user_data);
  free_asking (asking);
}

static PyrogVerdict
ask_owner (Asking *asking)
{
  PyrogEngine *engine = asking->client->engine;
  g_autoptr (GObject) owner = g_weak_ref_get (&engine->owner);
  g_autoptr (PyrogAccessRequest) request = g_steal_pointer (&asking->request);

  /* From when it is left to later somebody else may decide, and free it */
  gboolean too_many
      = asking->about_stranger && g_atomic_int_add (&engine->decisions, 1) >= engine->max_decisions;
  PyrogVerdict verdict = PYROG_VERDICT_REFUSED;
  if (owner != NULL)
    verdict = pyrog_access_request_ask (request, owner, engine->events->questions[asking->question],
                                        asking->fallback, engine->context, engine->decision_timeout,
                                        decided_cb, asking);
  if (verdict == PYROG_VERDICT_LATER && too_many)
    pyrog_access_request_refuse (request, NULL);
  return verdict;
}

static gboolean
ask_cb (gpointer data)
{
  Asking *asking = data;
  g_autoptr (PyrogAccessRequest) request = g_object_ref (asking->request);
  PyrogVerdict verdict = ask_owner (asking);

  if (verdict != PYROG_VERDICT_LATER)
    decided_cb (request, verdict == PYROG_VERDICT_ACCEPTED, asking);
  return G_SOURCE_REMOVE;
}

static void
ask_in_context (PyrogEngine *engine, Asking *asking)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "PyrogEngine question");
  g_source_set_callback (source, ask_cb, asking, NULL);
  g_source_attach (source, engine->context);
}

PyrogVerdict
pyrog_engine_ask (PyrogPeer *peer,
                  PyrogQuestion question,
                  PyrogAccessRequest *request,
                  gboolean fallback,
                  PyrogDecidedFunc func,
                  gpointer user_data)
{
  PyrogClient *client = (PyrogClient *) peer;
  PyrogEngine *engine = client->engine;

  Asking *asking = g_new (Asking, 1);
  *asking = (Asking){ (PyrogClient *) pyrog_peer_ref (peer),
                      question,
                      g_object_ref (request),
                      fallback,
                      !peer->authenticated,
                      func,
                      user_data };
  if (engine->threaded)
    {
      ask_in_context (engine, asking);
      return PYROG_VERDICT_LATER;
    }
  PyrogVerdict verdict = ask_owner (asking);
  if (verdict != PYROG_VERDICT_LATER)
    free_asking (asking);
  return verdict;
}

gboolean
pyrog_engine_asks (PyrogPeer *peer, PyrogQuestion question)
{
  PyrogEngine *engine = ((PyrogClient *) peer)->engine;
  g_autoptr (GObject) owner = g_weak_ref_get (&engine->owner);

  return owner != NULL
         && g_signal_has_handler_pending (owner, engine->events->questions[question], 0, FALSE);
}

/* ---- Certificates ---- */

static PyrogDispatch
refuse_certificate (PyrogConnection *connection, const char *reason)
{
  pyrog_peer_log (PYROG_PEER_LOG_CERTIFICATE, G_LOG_LEVEL_DEBUG,
                  "Refusing the certificate of %s: %s", pyrog_connection_get_peer_name (connection),
                  reason);
  pyrog_connection_refuse_certificate (connection);
  return PYROG_DISPATCH_CLOSE;
}

static PyrogDispatch
accepted_cb (PyrogPeer *peer, PyrogBuffer *out, gpointer user_data)
{
  return PYROG_DISPATCH_DONE;
}

static PyrogDispatch
refused_cb (PyrogPeer *peer, PyrogBuffer *out, gpointer user_data)
{
  return refuse_certificate (peer->connection, user_data);
}

static void
certificate_decided_cb (PyrogAccessRequest *request, gboolean accepted, gpointer user_data)
{
  PyrogPeer *peer = user_data;
  const GError *error = pyrog_access_request_get_error (request);

  peer->resume (peer, accepted ? accepted_cb : refused_cb,
                g_strdup (error != NULL ? error->message : "refused"), g_free);
}

/* What stands unless the owner says something else */
static gboolean
check_policy (PyrogEngine *engine, PyrogConnection *connection, GError **error)
{
  GTlsCertificate *certificate = pyrog_connection_get_peer_certificate (connection);
  GTlsCertificateFlags errors = pyrog_connection_get_peer_certificate_errors (connection);

  if (engine->certificate_policy != NULL && certificate != NULL)
    return pyrog_certificate_policy_check (engine->certificate_policy, certificate, errors, error);
  if (engine->certificate_policy != NULL)
    {
      g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_SECURITY, "there is no certificate");
      return FALSE;
    }
  if (errors == G_TLS_CERTIFICATE_NO_FLAGS)
    return TRUE;
  g_autofree char *flaws = pyrog_certificate_describe_errors (errors);
  g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_SECURITY, flaws);
  return FALSE;
}

PyrogDispatch
pyrog_engine_check_certificate (PyrogClient *client)
{
  PyrogPeer *peer = &client->peer;
  g_autoptr (GError) error = NULL;
  gboolean fallback = check_policy (client->engine, peer->connection, &error);
  PyrogVerdict verdict = fallback ? PYROG_VERDICT_ACCEPTED : PYROG_VERDICT_REFUSED;

  if (pyrog_engine_asks (peer, PYROG_QUESTION_CERTIFICATE))
    {
      g_autoptr (PyrogAccessRequest) request
          = g_object_new (PYROG_TYPE_CERTIFICATE_REQUEST, "connection", peer->connection, NULL);
      verdict = pyrog_engine_ask (peer, PYROG_QUESTION_CERTIFICATE, request, fallback,
                                  certificate_decided_cb, peer);
    }
  switch (verdict)
    {
    case PYROG_VERDICT_ACCEPTED:
      return PYROG_DISPATCH_DONE;
    case PYROG_VERDICT_LATER:
      return PYROG_DISPATCH_PENDING;
    case PYROG_VERDICT_REFUSED:
      return refuse_certificate (peer->connection, error != NULL ? error->message : "refused");
    }
  g_assert_not_reached ();
}
