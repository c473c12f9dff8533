/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-tls.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-buffer.h"
#include "pyrog-error.h"
#include "pyrog-process.h"
#include "pyrog-tls-private.h"

/* Above this no more is encrypted until the socket has taken some: a few records in one write */
#define MAX_ENCRYPTED (64u * 1024u)
#define MAX_RECORD 16384u
#define INPUT_SIZE (MAX_RECORD + 512u) /* a record with all that is around it */
#define KEPT_OUTPUT 1024u
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

typedef struct
{
  PyrogTransport parent;
  PyrogTransport *base;     /* (owned) (nullable) NULL once it was taken back */
  PyrogTlsContext *context; /* (owned) */
  gnutls_session_t session; /* (owned) */
  char *peer_name;          /* (owned) (nullable) */
  gboolean established;
  guint process;    /* that made it */
  gboolean greeted; /* something of the peer has come */
  gboolean plain;   /* ... and it was not encrypted */

  PyrogBuffer out; /* encrypted */
  gsize out_start; /* the first byte in out that was not sent */
  guint8 *in;      /* (owned) (nullable) still encrypted */
  gsize in_start;
  gsize in_end;
  gboolean eof;
  GError *base_error; /* (owned) (nullable) */
} TlsTransport;

/* ---- Below: bytes as they are on the wire ---- */

static int
base_result (TlsTransport *self, gssize result)
{
  if (result == PYROG_IO_AGAIN)
    gnutls_transport_set_errno (self->session, EAGAIN);
  else
    gnutls_transport_set_errno (self->session, ECONNRESET);
  return -1;
}

/* Somebody who does not encrypt is told from the first bytes */
static gboolean
greet (TlsTransport *self)
{
  gsize have = self->in_end - self->in_start;

  self->greeted = TRUE;
  self->plain = have >= 4 && memcmp (self->in + self->in_start, "PYRO", 4) == 0;
  return !self->plain;
}

static ssize_t
pull_cb (gnutls_transport_ptr_t data, void *buffer, size_t size)
{
  TlsTransport *self = data;

  if (self->base_error != NULL)
    return base_result (self, PYROG_IO_ERROR);
  if (self->in_start == self->in_end && !self->eof)
    {
      if (self->in == NULL)
        self->in = g_malloc (INPUT_SIZE);
      self->in_start = self->in_end = 0;
      gssize result = pyrog_transport_read (self->base, self->in, INPUT_SIZE, &self->base_error);
      if (result < 0)
        return base_result (self, result);
      self->eof = result == 0;
      self->in_end = (gsize) result;
      if (!self->greeted && result > 0 && !greet (self))
        return base_result (self, PYROG_IO_ERROR);
    }
  size = MIN (size, self->in_end - self->in_start);
  if (size > 0)
    memcpy (buffer, self->in + self->in_start, size);
  self->in_start += size;
  return (ssize_t) size;
}

/* gnutls asks before it waits; it never has to */
static int
pull_timeout_cb (gnutls_transport_ptr_t data, unsigned int milliseconds)
{
  TlsTransport *self = data;

  return self->in_start < self->in_end;
}

static ssize_t
push_cb (gnutls_transport_ptr_t data, const void *bytes, size_t size)
{
  TlsTransport *self = data;

  pyrog_buffer_append (&self->out, bytes, size);
  if (!self->out.overflow)
    return (ssize_t) size;
  gnutls_transport_set_errno (self->session, ENOMEM);
  return -1;
}

static gssize
tls_flush (PyrogTransport *transport, GError **error)
{
  TlsTransport *self = (TlsTransport *) transport;

  while (self->out_start < self->out.size)
    {
      gssize result = pyrog_transport_write (self->base, self->out.data + self->out_start,
                                             self->out.size - self->out_start, error);
      if (result < 0)
        return result;
      self->out_start += (gsize) result;
    }
  self->out_start = 0;
  pyrog_buffer_reset (&self->out, KEPT_OUTPUT);
  return 0;
}

static gsize
tls_get_unsent (PyrogTransport *transport)
{
  TlsTransport *self = (TlsTransport *) transport;

  return self->out.size - self->out_start;
}

static gboolean
tls_has_input (PyrogTransport *transport)
{
  TlsTransport *self = (TlsTransport *) transport;

  return self->in_start < self->in_end || gnutls_record_check_pending (self->session) > 0;
}

/* ---- Errors ---- */

/* What the peer said last, where it said why it will not go on */
static void
set_alert_error (TlsTransport *self, GError **error)
{
  gnutls_alert_description_t alert = gnutls_alert_get (self->session);
  const char *name = gnutls_alert_get_name (alert);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY,
               _ ("The peer refused the encrypted connection: %s"), name != NULL ? name : "?");
}

/* A result of gnutls as one of ours; always PYROG_IO_ERROR */
static gssize
set_error (TlsTransport *self, int result, GError **error)
{
  if (self->plain)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL,
                 self->context->role == PYROG_TLS_SERVER
                     ? _ ("The daemon has SSL on, but the peer does not encrypt")
                     : _ ("SSL is on here, but the daemon does not encrypt"));
  else if (self->base_error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->base_error));
  else if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
    set_alert_error (self, error);
  else if (result == GNUTLS_E_PREMATURE_TERMINATION)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED,
                 _ ("The peer closed the connection during the TLS handshake"));
  else if (result == GNUTLS_E_CERTIFICATE_REQUIRED || result == GNUTLS_E_NO_CERTIFICATE_FOUND)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY,
                 _ ("The peer showed no certificate, but one is required"));
  else
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION, _ ("Encryption failed: %s"),
                 gnutls_strerror (result));
  return PYROG_IO_ERROR;
}

static gboolean
is_retry (int result)
{
  return result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED;
}

/* ---- The handshake ---- */

/* Not everybody who may set a variable of a program may read what it sends */
static int
ignore_keylog_cb (gnutls_session_t session, const char *label, const gnutls_datum_t *secret)
{
  return 0;
}

static void
set_up_client (TlsTransport *self)
{
  g_autoptr (GBytes) earlier = NULL;

  if (self->peer_name == NULL)
    return;
  if (!g_hostname_is_ip_address (self->peer_name))
    gnutls_server_name_set (self->session, GNUTLS_NAME_DNS, self->peer_name,
                            strlen (self->peer_name));
  earlier = pyrog_tls_context_get_resumable (self->context, self->peer_name);
  if (earlier != NULL)
    gnutls_session_set_data (self->session, g_bytes_get_data (earlier, NULL),
                             g_bytes_get_size (earlier));
}

static void
set_up_server (TlsTransport *self)
{
  gnutls_certificate_server_set_request (self->session, self->context->demand);
  if (self->context->ticket_key.data != NULL)
    gnutls_session_ticket_enable_server (self->session, &self->context->ticket_key);
}

/* FALSE: the connection is lost, which it may have been before */
static gboolean
flush_handshake (TlsTransport *self)
{
  g_autoptr (GError) error = NULL;

  if (tls_flush (&self->parent, &error) != PYROG_IO_ERROR)
    return TRUE;
  if (self->base_error == NULL)
    self->base_error = g_steal_pointer (&error);
  return FALSE;
}

static PyrogHandshake
tls_handshake (PyrogTransport *transport, GError **error)
{
  TlsTransport *self = (TlsTransport *) transport;
  int result;

  if (self->established)
    return PYROG_HANDSHAKE_DONE;
  do
    result = gnutls_handshake (self->session);
  while (result < 0 && result != GNUTLS_E_AGAIN && !gnutls_error_is_fatal (result));
  if (result < 0 && !is_retry (result) && !self->plain)
    gnutls_alert_send_appropriate (self->session, result);
  if (!flush_handshake (self) || (result < 0 && !is_retry (result)))
    {
      set_error (self, result, error);
      return PYROG_HANDSHAKE_FAILED;
    }
  self->established = result == GNUTLS_E_SUCCESS;
  return self->established ? PYROG_HANDSHAKE_DONE : PYROG_HANDSHAKE_PENDING;
}

/* ---- Above: the bytes of messages ---- */

/* An idle session needs no memory for input */
static void
trim_input (TlsTransport *self)
{
  if (self->in_start == self->in_end)
    g_clear_pointer (&self->in, g_free);
}

static gssize
tls_read (PyrogTransport *transport, guint8 *data, gsize size, GError **error)
{
  TlsTransport *self = (TlsTransport *) transport;
  ssize_t result;

  /* A record without data, such as a session ticket, ends a call too */
  do
    result = gnutls_record_recv (self->session, data, size);
  while (result == GNUTLS_E_INTERRUPTED
         || (result == GNUTLS_E_AGAIN && self->in_start < self->in_end));
  /* A key update of the peer may have to be answered */
  if (self->out.size > 0 && tls_flush (transport, error) == PYROG_IO_ERROR)
    return PYROG_IO_ERROR;
  trim_input (self);
  if (result == GNUTLS_E_AGAIN)
    return PYROG_IO_AGAIN;
  /* Messages have lengths: who closes without saying goodbye can't cut one short unseen */
  if (result == 0 || result == GNUTLS_E_PREMATURE_TERMINATION)
    return PYROG_IO_EOF;
  return result > 0 ? result : set_error (self, (int) result, error);
}

static gssize
tls_write (PyrogTransport *transport, const guint8 *data, gsize size, GError **error)
{
  TlsTransport *self = (TlsTransport *) transport;
  gsize done = 0;

  if (self->out.size > 0)
    {
      gssize flushed = tls_flush (transport, error);
      if (flushed < 0)
        return flushed;
    }
  while (done < size && self->out.size < MAX_ENCRYPTED)
    {
      ssize_t result
          = gnutls_record_send (self->session, data + done, MIN (size - done, MAX_RECORD));
      if (result < 0)
        return set_error (self, (int) result, error);
      done += (gsize) result;
    }
  if (tls_flush (transport, error) == PYROG_IO_ERROR)
    return PYROG_IO_ERROR;
  return (gssize) done;
}

/* ---- The end ---- */

static void
keep_for_resumption (TlsTransport *self)
{
  gnutls_datum_t datum = { NULL, 0 };

  if ((gnutls_session_get_flags (self->session) & GNUTLS_SFLAGS_SESSION_TICKET) == 0
      || gnutls_session_get_data2 (self->session, &datum) < 0)
    return;
  g_autoptr (GBytes) data = g_bytes_new (datum.data, datum.size);
  gnutls_free (datum.data);
  pyrog_tls_context_set_resumable (self->context, self->peer_name, data);
}

static void
tls_free (PyrogTransport *transport)
{
  TlsTransport *self = (TlsTransport *) transport;

  if (self->established && self->process == pyrog_process_get ())
    {
      if (self->peer_name != NULL && self->base_error == NULL)
        keep_for_resumption (self);
      gnutls_bye (self->session, GNUTLS_SHUT_WR);
      tls_flush (transport, NULL);
    }
  gnutls_deinit (self->session);
  pyrog_transport_free (self->base);
  pyrog_tls_context_unref (self->context);
  pyrog_buffer_clear (&self->out);
  g_free (self->in);
  g_free (self->peer_name);
  g_clear_error (&self->base_error);
  g_free (self);
}

static const PyrogTransportClass tls_class = {
  .handshake = tls_handshake,
  .read = tls_read,
  .write = tls_write,
  .flush = tls_flush,
  .get_unsent = tls_get_unsent,
  .has_input = tls_has_input,
  .free = tls_free,
};

PyrogTransport *
pyrog_tls_new (PyrogTlsContext *context, PyrogTransport *base, const char *peer_name)
{
  TlsTransport *self = g_new0 (TlsTransport, 1);
  gboolean server = context->role == PYROG_TLS_SERVER;
  /* A server that asks for certificates checks each connection's anew */
  guint flags = server && context->ticket_key.data == NULL ? GNUTLS_NO_TICKETS : 0;

  self->parent.class = &tls_class;
  self->process = pyrog_process_get ();
  self->base = base;
  self->context = pyrog_tls_context_ref (context);
  self->peer_name = g_strdup (peer_name);
  pyrog_buffer_init (&self->out, G_MAXSIZE);
  gnutls_init (&self->session, (server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NONBLOCK
                                   | GNUTLS_NO_SIGNAL | flags);
  gnutls_session_set_keylog_function (self->session, ignore_keylog_cb);
  gnutls_priority_set_direct (self->session, PRIORITIES, NULL);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, context->credentials);
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_pull_function (self->session, pull_cb);
  gnutls_transport_set_pull_timeout_function (self->session, pull_timeout_cb);
  gnutls_transport_set_push_function (self->session, push_cb);
  if (server)
    set_up_server (self);
  else
    set_up_client (self);
  return &self->parent;
}

gboolean
pyrog_tls_is_resumed (PyrogTransport *transport)
{
  return gnutls_session_is_resumed (((TlsTransport *) transport)->session) != 0;
}

PyrogTransport *
pyrog_tls_take_plain (PyrogTransport *transport)
{
  TlsTransport *self = (TlsTransport *) transport;

  return self->plain ? g_steal_pointer (&self->base) : NULL;
}

/* ---- Certificates ---- */

/* The last one has no issuer among those that came */
static GTlsCertificate *
make_chain (const gnutls_datum_t *list, guint count)
{
  GType type = g_tls_backend_get_certificate_type (g_tls_backend_get_default ());
  g_autoptr (GTlsCertificate) chain = NULL;

  for (guint i = count; i > 0; i--)
    {
      g_autoptr (GByteArray) der = g_byte_array_new ();
      g_byte_array_append (der, list[i - 1].data, list[i - 1].size);
      GTlsCertificate *certificate
          = g_initable_new (type, NULL, NULL, "certificate", der, "issuer", chain, NULL);
      if (certificate == NULL)
        return NULL;
      g_clear_object (&chain);
      chain = certificate;
    }
  return g_steal_pointer (&chain);
}

GTlsCertificate *
pyrog_tls_verify (PyrogTransport *transport, GTlsCertificateFlags *errors)
{
  TlsTransport *self = (TlsTransport *) transport;
  gboolean server = self->context->role == PYROG_TLS_SERVER;
  g_autoptr (GSocketConnectable) identity = NULL;
  g_autoptr (GError) error = NULL;
  guint count = 0;
  const gnutls_datum_t *list = gnutls_certificate_get_peers (self->session, &count);

  /* A server always has one */
  *errors = server ? G_TLS_CERTIFICATE_NO_FLAGS : G_TLS_CERTIFICATE_GENERIC_ERROR;
  if (count == 0)
    return NULL;
  g_autoptr (GTlsCertificate) chain = make_chain (list, count);
  if (chain == NULL)
    {
      *errors = G_TLS_CERTIFICATE_GENERIC_ERROR;
      return NULL;
    }
  if (self->peer_name != NULL)
    identity = g_network_address_new (self->peer_name, 0);
  *errors = g_tls_database_verify_chain (self->context->database, chain,
                                         server ? G_TLS_DATABASE_PURPOSE_AUTHENTICATE_CLIENT
                                                : G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
                                         identity, NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  if (error != NULL)
    *errors |= G_TLS_CERTIFICATE_GENERIC_ERROR;
  return g_steal_pointer (&chain);
}

static const struct
{
  GTlsCertificateFlags flag;
  gnutls_alert_description_t alert;
} flaws[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, GNUTLS_A_UNKNOWN_CA },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, GNUTLS_A_BAD_CERTIFICATE },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, GNUTLS_A_CERTIFICATE_EXPIRED },
  { G_TLS_CERTIFICATE_EXPIRED, GNUTLS_A_CERTIFICATE_EXPIRED },
  { G_TLS_CERTIFICATE_REVOKED, GNUTLS_A_CERTIFICATE_REVOKED },
  { G_TLS_CERTIFICATE_INSECURE, GNUTLS_A_INSUFFICIENT_SECURITY },
};

void
pyrog_tls_refuse (PyrogTransport *transport, GTlsCertificateFlags errors)
{
  TlsTransport *self = (TlsTransport *) transport;
  gnutls_alert_description_t alert = GNUTLS_A_ACCESS_DENIED;

  for (guint i = G_N_ELEMENTS (flaws); i > 0; i--)
    {
      if ((errors & flaws[i - 1].flag) != 0)
        alert = flaws[i - 1].alert;
    }
  gnutls_alert_send (self->session, GNUTLS_AL_FATAL, alert);
  tls_flush (transport, NULL);
}
