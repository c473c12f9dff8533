/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-connection.h"

#include <glib/gi18n-lib.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "pyrog-connection-private.h"
#include "pyrog-error.h"
#include "pyrog-memory.h"
#include "pyrog-process.h"

/* A connection that waits for the rest of a message keeps no more than this, if it has no more */
#define SMALL_CHUNK 1024u

/**
 * PyrogConnection:
 *
 * The link to one peer, as handlers see it: who is at the other end.
 *
 * Connections are made by a daemon or a proxy, which own them. The addresses and credentials are
 * those at the time of connecting and may be read in any thread.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (PyrogConnection, pyrog_connection, G_TYPE_OBJECT)

typedef enum
{
  PROP_LOCAL_ADDRESS = 1,
  PROP_REMOTE_ADDRESS,
  PROP_CREDENTIALS,
  PROP_PEER_CERTIFICATE,
  PROP_PEER_CERTIFICATE_ERRORS,
  PROP_PEER_SOFTWARE,
  PROP_PEER_VERSION,
} PyrogConnectionProperty;

static GParamSpec *properties[PROP_PEER_VERSION + 1];

static void
pyrog_connection_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  PyrogConnection *self = PYROG_CONNECTION (object);

  switch ((PyrogConnectionProperty) id)
    {
    case PROP_LOCAL_ADDRESS:
      g_value_set_object (value, pyrog_connection_get_local_address (self));
      break;
    case PROP_REMOTE_ADDRESS:
      g_value_set_object (value, pyrog_connection_get_remote_address (self));
      break;
    case PROP_CREDENTIALS:
      g_value_set_object (value, self->credentials);
      break;
    case PROP_PEER_CERTIFICATE:
      g_value_set_object (value, self->certificate);
      break;
    case PROP_PEER_CERTIFICATE_ERRORS:
      g_value_set_flags (value, self->certificate_errors);
      break;
    case PROP_PEER_SOFTWARE:
      g_value_set_string (value, self->peer_software);
      break;
    case PROP_PEER_VERSION:
      g_value_set_string (value, self->peer_version);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* Whoever drives it has done that before; others have nobody who knows when it ends */
static void
pyrog_connection_dispose (GObject *object)
{
  PyrogConnection *self = PYROG_CONNECTION (object);

  pyrog_resources_end (self->resources, self);
  G_OBJECT_CLASS (pyrog_connection_parent_class)->dispose (object);
}

static void
pyrog_connection_finalize (GObject *object)
{
  PyrogConnection *self = PYROG_CONNECTION (object);

  pyrog_connection_close (self);
  pyrog_resources_free (self->resources);
  g_clear_object (&self->socket);
  g_clear_object (&self->local);
  g_clear_object (&self->remote);
  g_clear_object (&self->credentials);
  g_clear_object (&self->certificate);
  g_free (self->peer_name);
  g_free (self->peer_software);
  g_free (self->peer_version);
  pyrog_buffer_clear (&self->out);
  G_OBJECT_CLASS (pyrog_connection_parent_class)->finalize (object);
}

static void
pyrog_connection_class_init (PyrogConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = pyrog_connection_get_property;
  object_class->dispose = pyrog_connection_dispose;
  object_class->finalize = pyrog_connection_finalize;

  /**
   * PyrogConnection:local-address: (getter get_local_address)
   *
   * The address of this end.
   *
   * Since: 1.0
   */
  properties[PROP_LOCAL_ADDRESS]
      = g_param_spec_object ("local-address", NULL, NULL, G_TYPE_SOCKET_ADDRESS, flags);
  /**
   * PyrogConnection:remote-address: (getter get_remote_address)
   *
   * The address of the peer.
   *
   * Since: 1.0
   */
  properties[PROP_REMOTE_ADDRESS]
      = g_param_spec_object ("remote-address", NULL, NULL, G_TYPE_SOCKET_ADDRESS, flags);
  /**
   * PyrogConnection:credentials: (getter get_credentials)
   *
   * The process, user and group of the peer, as the kernel tells them.
   *
   * Since: 1.0
   */
  properties[PROP_CREDENTIALS]
      = g_param_spec_object ("credentials", NULL, NULL, G_TYPE_CREDENTIALS, flags);
  /**
   * PyrogConnection:peer-certificate: (getter get_peer_certificate)
   *
   * The certificate that the peer showed.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_CERTIFICATE]
      = g_param_spec_object ("peer-certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, flags);
  /**
   * PyrogConnection:peer-certificate-errors: (getter get_peer_certificate_errors)
   *
   * What speaks against that certificate.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_CERTIFICATE_ERRORS]
      = g_param_spec_flags ("peer-certificate-errors", NULL, NULL, G_TYPE_TLS_CERTIFICATE_FLAGS,
                            G_TLS_CERTIFICATE_NO_FLAGS, flags);
  /**
   * PyrogConnection:peer-software: (getter get_peer_software)
   *
   * The name of the peer's software, as the peer tells it.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_SOFTWARE] = g_param_spec_string ("peer-software", NULL, NULL, NULL, flags);
  /**
   * PyrogConnection:peer-version: (getter get_peer_version)
   *
   * The version of that software.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_VERSION] = g_param_spec_string ("peer-version", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
pyrog_connection_init (PyrogConnection *self)
{
  static guint64 last_session; /* (atomic) */

  self->process = pyrog_process_get ();
  self->resources = pyrog_resources_new ();
  self->session = __atomic_add_fetch (&last_session, 1, __ATOMIC_RELAXED);
  pyrog_buffer_init (&self->out, G_MAXSIZE);
}

gboolean
pyrog_inet_name_is_loopback (const PyrogInetName *name)
{
  if (name->any.sa_family == AF_INET)
    return ntohl (name->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  return name->any.sa_family == AF_INET6
         && (IN6_IS_ADDR_LOOPBACK (&name->v6.sin6_addr)
             || (IN6_IS_ADDR_V4MAPPED (&name->v6.sin6_addr)
                 && name->v6.sin6_addr.s6_addr[12] == IN_LOOPBACKNET));
}

static void
take_names (PyrogConnection *self)
{
  const int fd = g_socket_get_fd (self->socket);
  socklen_t size = sizeof self->here;

  if (getsockname (fd, &self->here.any, &size) != 0)
    self->here.any.sa_family = AF_UNSPEC;
  size = sizeof self->there;
  if (getpeername (fd, &self->there.any, &size) != 0)
    self->there.any.sa_family = AF_UNSPEC;
  self->is_loopback = pyrog_inet_name_is_loopback (&self->there);
}

PyrogConnection *
pyrog_connection_new (GSocket *socket, gboolean nodelay)
{
  PyrogConnection *self = g_object_new (PYROG_TYPE_CONNECTION, NULL);

  self->socket = g_object_ref (socket);
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    take_names (self);
  else
    {
      self->local = g_socket_get_local_address (socket, NULL);
      self->remote = g_socket_get_remote_address (socket, NULL);
      self->credentials = g_socket_get_credentials (socket, NULL);
    }
  self->transport = pyrog_transport_new (socket, nodelay, !self->is_loopback);
  return self;
}

int
pyrog_connection_get_fd (PyrogConnection *self)
{
  return g_socket_get_fd (self->socket);
}

void
pyrog_connection_start_tls (PyrogConnection *self, PyrogTlsContext *context, const char *peer_name)
{
  self->transport = pyrog_tls_new (context, self->transport, peer_name);
  self->encrypted = TRUE;
}

PyrogHandshake
pyrog_connection_handshake (PyrogConnection *self, GError **error)
{
  PyrogHandshake result = pyrog_transport_handshake (self->transport, error);

  if (!self->encrypted || result == PYROG_HANDSHAKE_PENDING)
    return result;
  if (result == PYROG_HANDSHAKE_DONE)
    {
      self->certificate = pyrog_tls_verify (self->transport, &self->certificate_errors);
      return result;
    }
  PyrogTransport *plain = pyrog_tls_take_plain (self->transport);
  if (plain != NULL)
    {
      pyrog_connection_set_transport (self, plain);
      self->encrypted = FALSE;
    }
  return result;
}

void
pyrog_connection_refuse_certificate (PyrogConnection *self)
{
  pyrog_tls_refuse (self->transport, self->certificate_errors);
}

void
pyrog_connection_set_transport (PyrogConnection *self, PyrogTransport *transport)
{
  pyrog_transport_free (self->transport);
  self->transport = transport;
}

void
pyrog_connection_close (PyrogConnection *self)
{
  if (self->transport == NULL)
    return;
  g_clear_pointer (&self->transport, pyrog_transport_free);
  g_clear_pointer (&self->chunk, pyrog_chunk_unref);
  self->start = self->end = 0;
  g_socket_close (self->socket, NULL);
}

void
pyrog_connection_shutdown (PyrogConnection *self)
{
  if (self->process != pyrog_process_get ())
    return;
  /* g_socket_shutdown() writes flags next to others that the connection's own thread uses: it could
   * even make the socket forget that it was closed */
  shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
}

gboolean
pyrog_connection_is_hung_up (PyrogConnection *self)
{
  struct pollfd fd = { .fd = g_socket_get_fd (self->socket), .events = POLLRDHUP };

  return fd.fd < 0 || (poll (&fd, 1, 0) > 0 && (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0);
}

gboolean
pyrog_connection_is_closed (PyrogConnection *self)
{
  return self->transport == NULL;
}

/* ---- Receiving ---- */

/* What the message at the front will need in all, as far as is known */
static gsize
wanted_capacity (PyrogConnection *self)
{
  gsize have = self->end - self->start;
  PyrogHeader header;

  if (pyrog_header_parse (self->chunk->data + self->start, have, G_MAXSIZE, &header, NULL)
      != PYROG_PARSE_DONE)
    return PYROG_CHUNK_SIZE;
  return pyrog_header_message_size (&header);
}

/* Moves what was received into a new chunk; FALSE: it is NULL */
static gboolean
replace_chunk (PyrogConnection *self, PyrogChunk *chunk)
{
  gsize have = self->end - self->start;

  if (chunk == NULL)
    return FALSE;
  memcpy (chunk->data, self->chunk->data + self->start, have);
  pyrog_chunk_unref (self->chunk);
  self->chunk = chunk;
  self->start = 0;
  self->end = have;
  return TRUE;
}

static gboolean
grow_chunk (PyrogConnection *self, gsize capacity)
{
  PyrogChunk *grown = pyrog_chunk_grow (self->chunk, self->end, capacity);

  if (grown == NULL)
    return FALSE;
  self->chunk = grown;
  return TRUE;
}

static gboolean
make_room (PyrogConnection *self, PyrogChunk **spare)
{
  if (self->chunk == NULL)
    {
      self->chunk = spare != NULL && *spare != NULL ? g_steal_pointer (spare)
                                                    : pyrog_chunk_new (PYROG_CHUNK_SIZE);
      self->start = self->end = 0;
      return self->chunk != NULL;
    }

  gsize have = self->end - self->start;
  gboolean shared = pyrog_chunk_is_shared (self->chunk);
  if (have == 0 && !shared)
    self->start = self->end = 0;
  if (self->end < self->chunk->capacity && (have == 0 || self->start == 0))
    return TRUE;

  gsize wanted = wanted_capacity (self);
  if (wanted <= self->chunk->capacity - self->start && self->end < self->chunk->capacity)
    return TRUE;
  if (wanted <= self->chunk->capacity && !shared && self->start > 0)
    {
      memmove (self->chunk->data, self->chunk->data + self->start, have);
      self->start = 0;
      self->end = have;
      return TRUE;
    }
  gsize capacity = MAX (PYROG_CHUNK_SIZE, MIN (wanted, have * 2));
  if (wanted > capacity && replace_chunk (self, pyrog_chunk_new_kept (wanted)))
    return TRUE;
  if (!shared && self->start == 0 && capacity > self->chunk->capacity)
    return grow_chunk (self, capacity);
  return replace_chunk (self, pyrog_chunk_new (capacity));
}

static gboolean
prepare_fill (PyrogConnection *self, PyrogChunk **spare, GError **error)
{
  if (self->transport == NULL)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED, _ ("The connection is closed"));
  else if (!make_room (self, spare))
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                 _ ("No memory to receive a message"));
  else
    return TRUE;
  return FALSE;
}

gssize
pyrog_connection_fill (PyrogConnection *self, PyrogChunk **spare, GError **error)
{
  if (!prepare_fill (self, spare, error))
    return PYROG_IO_ERROR;

  gssize result = pyrog_transport_read (self->transport, self->chunk->data + self->end,
                                        self->chunk->capacity - self->end, error);
  if (result > 0)
    self->end += (gsize) result;
  return result;
}

gssize
pyrog_connection_fill_waiting (PyrogConnection *self, gint64 patience, GError **error)
{
  if (!prepare_fill (self, NULL, error))
    return PYROG_IO_ERROR;

  gssize result = pyrog_transport_read_waiting (self->transport, self->chunk->data + self->end,
                                                self->chunk->capacity - self->end, patience, error);
  if (result > 0)
    self->end += (gsize) result;
  return result;
}

gboolean
pyrog_connection_can_wait (PyrogConnection *self)
{
  return self->transport != NULL && pyrog_transport_can_wait (self->transport)
         && pyrog_connection_get_unsent (self) == 0;
}

gboolean
pyrog_connection_has_more (PyrogConnection *self)
{
  return (self->chunk != NULL && self->end == self->chunk->capacity)
         || pyrog_connection_has_input (self);
}

gboolean
pyrog_connection_has_input (PyrogConnection *self)
{
  return self->transport != NULL && pyrog_transport_has_input (self->transport);
}

gboolean
pyrog_connection_keeps_memory (PyrogConnection *self)
{
  return self->chunk != NULL && self->chunk->capacity >= PYROG_MEMORY_COUNTED;
}

gboolean
pyrog_connection_is_receiving_large (PyrogConnection *self)
{
  return self->chunk != NULL && wanted_capacity (self) > PYROG_CHUNK_SIZE;
}

PyrogParse
pyrog_connection_peek (
    PyrogConnection *self, gsize max_size, PyrogHeader *header, const guint8 **body, GError **error)
{
  gsize have = self->end - self->start;

  if (have == 0)
    return PYROG_PARSE_MORE;
  const guint8 *data = self->chunk->data + self->start;
  PyrogParse parse = pyrog_header_parse (data, have, max_size, header, error);
  if (parse != PYROG_PARSE_DONE)
    return parse;
  *body = data + PYROG_HEADER_SIZE;
  if (have < pyrog_header_message_size (header))
    return PYROG_PARSE_MORE;
  if (self->log_wire)
    pyrog_connection_log_received (self, header, *body);
  return PYROG_PARSE_DONE;
}

void
pyrog_connection_consume (PyrogConnection *self, gsize size)
{
  g_assert (size <= self->end - self->start);

  self->start += size;
  self->peek_logged = FALSE;
}

gsize
pyrog_connection_get_buffered (PyrogConnection *self)
{
  return self->end - self->start;
}

PyrogChunk *
pyrog_connection_get_chunk (PyrogConnection *self)
{
  return self->chunk;
}

void
pyrog_connection_trim (PyrogConnection *self, PyrogChunk **spare)
{
  gsize have = self->end - self->start;
  g_autoptr (PyrogChunk) old = NULL;

  if (self->chunk == NULL || have > SMALL_CHUNK || self->chunk->capacity <= SMALL_CHUNK)
    return;
  if (have == 0)
    old = g_steal_pointer (&self->chunk);
  else
    {
      old = pyrog_chunk_ref (self->chunk);
      if (!replace_chunk (self, pyrog_chunk_new (SMALL_CHUNK)))
        return;
    }
  if (*spare == NULL && !pyrog_chunk_is_shared (old) && old->capacity == PYROG_CHUNK_SIZE)
    *spare = g_steal_pointer (&old);
}
