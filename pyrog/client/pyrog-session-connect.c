/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-config-items.h"
#include "pyrog-cookie.h"
#include "pyrog-error.h"
#include "pyrog-extensions.h"
#include "pyrog-session-private.h"
#include "pyrog-value-variant.h"

/* How a session comes to its connection, and loses it */

/* Pauses between attempts to connect, as gRPC has them */
#define FIRST_PAUSE 1.0 /* seconds */
#define PAUSE_FACTOR 1.6
#define MAX_PAUSE 120.0
#define JITTER 0.2

void
pyrog_session_forget_connection_locked (PyrogSession *self)
{
  if (self->connection != NULL)
    {
      pyrog_connection_shutdown (self->connection); /* wakes a thread that polls it */
      /* ... and keeps it until it is awake: its descriptor must not become another one's */
      if (!self->reading)
        pyrog_connection_close (self->connection);
    }
  g_clear_object (&self->connection);
  g_clear_pointer (&self->connector, pyrog_connector_free);
  self->generation++;
  self->held_back = FALSE;
  self->resolving = FALSE;
  self->state = PYROG_SESSION_IDLE;
}

gint64
pyrog_session_pause_length (guint attempts, double random)
{
  double pause = FIRST_PAUSE;

  for (guint i = 1; i < attempts && pause < MAX_PAUSE; i++)
    pause *= PAUSE_FACTOR;
  pause = MIN (pause, MAX_PAUSE) * (1 - JITTER + 2 * JITTER * random);
  return (gint64) (pause * G_USEC_PER_SEC);
}

/* Ends the calls that wait for a connection, but for those that may wait for another attempt */
void
pyrog_session_connect_failed_locked (PyrogSession *self, GError *error, gboolean final)
{
  GQueue waiting = self->waiting;
  PyrogCall *call;

  g_queue_init (&self->waiting);
  pyrog_session_forget_connection_locked (self);
  while ((call = pyrog_call_pop (&waiting)) != NULL)
    {
      if (!final && call->retries-- > 0)
        g_queue_push_tail_link (&self->waiting, &call->link);
      else
        pyrog_session_fail_locked (self, call, g_error_copy (error), PYROG_EXECUTION_NOT_SENT);
    }
  g_error_free (error);
  if (self->waiting.length > 0)
    {
      self->state = PYROG_SESSION_BACKOFF;
      self->retry_at = g_get_monotonic_time ()
                       + pyrog_session_pause_length (++self->attempts, g_random_double ());
    }
}

/* A secret is told to nobody on another machine */
static gboolean
read_cookie (PyrogSession *self, PyrogCookie **cookie, GError **error)
{
  const char *path = pyrog_config_get_text (self->config, PYROG_CONFIG_COOKIE_FILE);

  if (path != NULL && pyrog_connection_is_local (self->connection))
    *cookie = pyrog_cookie_read (path, error);
  return path == NULL || *cookie != NULL || !pyrog_connection_is_local (self->connection);
}

static gboolean
write_connect (PyrogSession *self, PyrogBuffer *out, GError **error)
{
  const PyrogHeader header
      = { .type = PYROG_MESSAGE_CONNECT, .serializer = (guint8) self->codec->serializer };
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (PyrogCookie) cookie = NULL;
  PyrogValue handshake = pyrog_value_text ("hello");
  PyrogMessageWriter writer;

  /* Passwords and cookies */
  pyrog_arena_keep_secret (arena);
  pyrog_buffer_keep_secret (out);
  if (!read_cookie (self, &cookie, error)
      || (self->handshake != NULL
          && !pyrog_value_from_variant (arena, self->handshake, &handshake, error)))
    return FALSE;
  PyrogValue secret[4] = { pyrog_value_text ("cookie"), pyrog_value_text (""),
                           pyrog_value_text ("handshake"), handshake };
  if (cookie != NULL)
    {
      secret[1] = pyrog_value_text (pyrog_cookie_get_text (cookie));
      handshake = (PyrogValue){ .kind = PYROG_KIND_DICT, .size = 2, .items = secret };
    }
  PyrogValue items[] = { pyrog_value_text ("handshake"),
                         handshake,
                         pyrog_value_text ("object"),
                         pyrog_value_text (pyrog_uri_get_object (self->uri)),
                         pyrog_value_text (PYROG_EXTENSIONS_KEY),
                         *pyrog_extensions_get () };
  PyrogValue payload
      = { .kind = PYROG_KIND_DICT, .size = G_N_ELEMENTS (items) / 2, .items = items };
  pyrog_message_begin (&writer, out, &header);
  pyrog_message_begin_payload (&writer);
  if (!self->codec->encode (&payload, "handshake", out, error))
    {
      pyrog_message_abandon (&writer);
      return FALSE;
    }
  return pyrog_message_end (&writer, FALSE, G_MAXUINT32, error);
}

void
pyrog_session_say_connect_locked (PyrogSession *self)
{
  PyrogBuffer *out = pyrog_connection_get_out (self->connection);
  GError *error = NULL;

  self->state = PYROG_SESSION_HANDSHAKE;
  self->refused = FALSE;
  if (!(self->joined ? pyrog_session_write_joined_locked (self, out, &error)
                     : write_connect (self, out, &error)))
    pyrog_session_connect_failed_locked (self, error, TRUE);
  else
    pyrog_session_flush_locked (self);
}

/* The name of this machine is as good as any for a socket that has none */
static const char *
expected_name (PyrogSession *self)
{
  const char *host = pyrog_uri_get_host (self->uri);

  if (self->peer_name != NULL)
    return self->peer_name;
  return host != NULL ? host : "localhost";
}

/* Before it is told anything: another user may have taken the port or the name */
static gboolean
check_server (PyrogSession *self, GError **error)
{
  return !pyrog_config_get_flag (self->config, PYROG_CONFIG_PEER_UID_CHECK)
         || pyrog_connection_check_server (self->connection, error);
}

void
pyrog_session_connected_locked (PyrogSession *self, GSocket *socket)
{
  GError *error = NULL;

  self->connection = pyrog_connection_new (
      socket, pyrog_config_get_flag (self->config, PYROG_CONFIG_SOCK_NODELAY));
  pyrog_connection_set_log_wire (self->connection,
                                 pyrog_config_get_flag (self->config, PYROG_CONFIG_LOGWIRE));
  g_clear_pointer (&self->connector, pyrog_connector_free);
  if (!check_server (self, &error))
    pyrog_session_connect_failed_locked (self, error, TRUE);
  else if (self->tls == NULL)
    {
      pyrog_session_say_connect_locked (self);
    }
  else
    {
      self->state = PYROG_SESSION_SECURING;
      pyrog_connection_start_tls (self->connection, self->tls, expected_name (self));
      pyrog_session_secure_locked (self);
    }
}

/* FALSE: this address is no good, the next one is to be found */
gboolean
pyrog_session_go_on_connecting_locked (PyrogSession *self, PyrogConnect result)
{
  switch (result)
    {
    case PYROG_CONNECT_DONE:
      pyrog_session_connected_locked (self, pyrog_connector_get_socket (self->connector));
      return TRUE;
    case PYROG_CONNECT_PENDING:
      self->state = PYROG_SESSION_CONNECTING;
      return TRUE;
    case PYROG_CONNECT_NEXT:
      self->state = PYROG_SESSION_RESOLVING;
      return FALSE;
    }
  g_assert_not_reached ();
}

/* Where that takes no time, the addresses are found here and now */
void
pyrog_session_resolve_quickly_locked (PyrogSession *self)
{
  while (self->state == PYROG_SESSION_RESOLVING && pyrog_connector_is_quick (self->connector))
    {
      GError *error = NULL;
      g_autoptr (GSocketAddress) address = g_socket_address_enumerator_next (
          pyrog_connector_get_enumerator (self->connector), NULL, &error);
      pyrog_session_resolved_locked (self, address, error);
    }
}

void
pyrog_session_resolved_locked (PyrogSession *self, GSocketAddress *address, GError *error)
{
  self->resolving = FALSE;
  if (address == NULL)
    pyrog_session_connect_failed_locked (self, pyrog_connector_explain (self->connector, error),
                                         FALSE);
  else
    pyrog_session_go_on_connecting_locked (self, pyrog_connector_try (self->connector, address));
}

typedef struct
{
  PyrogSession *session;                /* (owned) */
  GSocketAddressEnumerator *enumerator; /* (owned) */
  guint generation;
} LookUp;

static void
look_up_free (LookUp *look_up)
{
  pyrog_session_unref (look_up->session);
  g_object_unref (look_up->enumerator);
  g_free (look_up);
}

static gpointer
look_up_thread (gpointer data)
{
  LookUp *look_up = data;
  PyrogSession *self = look_up->session;
  GError *error = NULL;
  g_autoptr (GSocketAddress) address
      = g_socket_address_enumerator_next (look_up->enumerator, NULL, &error);

  g_mutex_lock (&self->lock);
  if (look_up->generation == self->generation && self->state == PYROG_SESSION_RESOLVING)
    {
      pyrog_session_resolved_locked (self, address, g_steal_pointer (&error));
      pyrog_session_wake_locked (self);
    }
  pyrog_session_settle_and_unlock (self);
  g_clear_error (&error);
  look_up_free (look_up);
  return NULL;
}

/* In a thread of its own: the thread of no main context is sure to come back to it */
void
pyrog_session_look_up_locked (PyrogSession *self)
{
  GSocketAddressEnumerator *enumerator = pyrog_connector_get_enumerator (self->connector);
  LookUp *look_up = g_new (LookUp, 1);
  GError *error = NULL;

  *look_up = (LookUp){ pyrog_session_ref (self), g_object_ref (enumerator), self->generation };
  GThread *thread = g_thread_try_new ("PyrogLookUp", look_up_thread, look_up, &error);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      self->resolving = TRUE;
      return;
    }
  look_up_free (look_up);
  pyrog_session_resolved_locked (self, NULL, error);
}

void
pyrog_session_begin_locked (PyrogSession *self)
{
  int version = (int) pyrog_config_get_number (self->config, PYROG_CONFIG_PREFER_IP_VERSION);
  GError *error = NULL;

  self->generation++;
  /* A look-up that was on its way is void */
  self->resolving = FALSE;
  g_clear_pointer (&self->connector, pyrog_connector_free);
  /* Never in the clear what was to be encrypted */
  if (self->tls == NULL && self->tls_error != NULL)
    error = g_error_copy (self->tls_error);
  else if (self->joined)
    {
      pyrog_session_begin_joined_locked (self);
      return;
    }
  else
    self->connector = pyrog_connector_new (self->uri, version, &error);
  if (self->connector == NULL)
    {
      pyrog_session_connect_failed_locked (self, error, TRUE);
      return;
    }
  self->state = PYROG_SESSION_RESOLVING;
  pyrog_session_resolve_quickly_locked (self);
}

/* ---- What is said and heard when connecting ---- */

void
pyrog_session_set_handshake (PyrogSession *self, GVariant *data)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->handshake, g_variant_unref);
  self->handshake = data != NULL ? g_variant_ref_sink (data) : NULL;
  g_mutex_unlock (&self->lock);
}

void
pyrog_session_set_codec (PyrogSession *self, const PyrogCodec *codec)
{
  g_mutex_lock (&self->lock);
  self->codec = codec;
  g_mutex_unlock (&self->lock);
}

PyrogMetadata *
pyrog_session_get_metadata (PyrogSession *self)
{
  PyrogMetadata *metadata = NULL;

  g_mutex_lock (&self->lock);
  if (self->metadata != NULL)
    metadata = pyrog_metadata_ref (self->metadata);
  g_mutex_unlock (&self->lock);
  return metadata;
}

GVariant *
pyrog_session_get_answer (PyrogSession *self)
{
  GVariant *answer = NULL;

  g_mutex_lock (&self->lock);
  if (self->answer != NULL)
    answer = g_variant_ref (self->answer);
  g_mutex_unlock (&self->lock);
  return answer;
}

gboolean
pyrog_session_is_connected (PyrogSession *self)
{
  g_mutex_lock (&self->lock);
  gboolean connected = self->state == PYROG_SESSION_READY;
  g_mutex_unlock (&self->lock);
  return connected;
}

gboolean
pyrog_session_was_refused (PyrogSession *self)
{
  g_mutex_lock (&self->lock);
  gboolean refused = self->refused;
  g_mutex_unlock (&self->lock);
  return refused;
}

PyrogConnection *
pyrog_session_get_connection (PyrogSession *self)
{
  PyrogConnection *connection = NULL;

  g_mutex_lock (&self->lock);
  if (self->state == PYROG_SESSION_READY)
    connection = g_object_ref (self->connection);
  g_mutex_unlock (&self->lock);
  return connection;
}
