/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-transport.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "pyrog-error.h"

typedef struct
{
  PyrogTransport parent;
  GSocket *socket; /* (owned) */
  int fd;          /* the socket's */
  gboolean waits;  /* a read without MSG_DONTWAIT does, with that patience */
  gint64 patience; /* microseconds; 0: for ever */
} PlainTransport;

/* A patience that is so little shorter is not worth a system call */
#define PATIENCE_TOLERANCE 1000 /* microseconds */

/* A dead peer on an idle connection is noticed after about two minutes */
#define KEEPALIVE_IDLE 60     /* seconds */
#define KEEPALIVE_INTERVAL 10 /* seconds */
#define KEEPALIVE_COUNT 6

void
pyrog_transport_set_error (GError **error, int errnum)
{
  gboolean closed
      = errnum == EPIPE || errnum == ECONNRESET || errnum == ECONNABORTED || errnum == ENOTCONN;

  g_set_error (error, PYROG_ERROR,
               closed ? PYROG_ERROR_CONNECTION_CLOSED : PYROG_ERROR_COMMUNICATION,
               closed ? _ ("The connection was lost: %s") : _ ("The connection failed: %s"),
               g_strerror (errnum));
}

static gssize
result_of (gssize result, GError **error)
{
  if (result >= 0)
    return result;
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return PYROG_IO_AGAIN;
  pyrog_transport_set_error (error, errno);
  return PYROG_IO_ERROR;
}

static gssize
plain_read (PyrogTransport *transport, guint8 *data, gsize size, GError **error)
{
  PlainTransport *self = (PlainTransport *) transport;
  gssize result;

  do
    result = recv (self->fd, data, size, MSG_DONTWAIT);
  while (result < 0 && errno == EINTR);
  return result_of (result, error);
}

/* GSocket makes all its sockets non-blocking; nothing else here depends on that */
static void
set_waiting (PlainTransport *self, gint64 patience)
{
  if (!self->waits)
    {
      fcntl (self->fd, F_SETFL, fcntl (self->fd, F_GETFL) & ~O_NONBLOCK);
      self->waits = TRUE;
    }
  gint64 rest = self->patience - patience;
  if (rest == 0 || (patience != 0 && rest > 0 && rest <= PATIENCE_TOLERANCE))
    return;
  struct timeval time = { .tv_sec = (time_t) (patience / G_USEC_PER_SEC),
                          .tv_usec = (suseconds_t) (patience % G_USEC_PER_SEC) };
  setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  self->patience = patience;
}

static gssize
plain_read_waiting (
    PyrogTransport *transport, guint8 *data, gsize size, gint64 patience, GError **error)
{
  PlainTransport *self = (PlainTransport *) transport;

  set_waiting (self, patience);
  gssize result = recv (self->fd, data, size, 0);
  return result < 0 && errno == EINTR ? PYROG_IO_AGAIN : result_of (result, error);
}

static gssize
plain_write (PyrogTransport *transport, const guint8 *data, gsize size, GError **error)
{
  PlainTransport *self = (PlainTransport *) transport;
  gssize result;

  do
    result = send (self->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (result < 0 && errno == EINTR);
  return result_of (result, error);
}

static gssize
plain_write_vectors (PyrogTransport *transport, struct iovec *vectors, guint count, GError **error)
{
  PlainTransport *self = (PlainTransport *) transport;
  const struct msghdr message = { .msg_iov = vectors, .msg_iovlen = count };
  gssize result;

  do
    result = sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (result < 0 && errno == EINTR);
  return result_of (result, error);
}

static void
plain_free (PyrogTransport *transport)
{
  PlainTransport *self = (PlainTransport *) transport;

  g_object_unref (self->socket);
  g_free (self);
}

static const PyrogTransportClass plain_class = {
  .read = plain_read,
  .write = plain_write,
  .write_vectors = plain_write_vectors,
  .free = plain_free,
};
/* On a unix socket the peer's reading would wake a thread that waits in recv(), but not in poll()
 */
static const PyrogTransportClass tcp_class = {
  .read = plain_read,
  .write = plain_write,
  .write_vectors = plain_write_vectors,
  .read_waiting = plain_read_waiting,
  .free = plain_free,
};

static gboolean
is_tcp (GSocket *socket)
{
  GSocketFamily family = g_socket_get_family (socket);

  return family == G_SOCKET_FAMILY_IPV4 || family == G_SOCKET_FAMILY_IPV6;
}

void
pyrog_transport_set_options (GSocket *socket, gboolean nodelay, gboolean keepalive)
{
  int idle;

  /* Linux gives an accepted socket what its listener has */
  if (!is_tcp (socket)
      || (keepalive && g_socket_get_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, NULL)
          && idle == KEEPALIVE_IDLE))
    return;
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, nodelay ? 1 : 0, NULL);
  if (!keepalive)
    return;
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT, NULL);
}

PyrogTransport *
pyrog_transport_new (GSocket *socket, gboolean nodelay, gboolean keepalive)
{
  PlainTransport *self = g_new0 (PlainTransport, 1);

  self->parent.class = is_tcp (socket) ? &tcp_class : &plain_class;
  self->socket = g_object_ref (socket);
  self->fd = g_socket_get_fd (socket);
  g_socket_set_blocking (socket, FALSE);
  pyrog_transport_set_options (socket, nodelay, keepalive);
  return &self->parent;
}

void
pyrog_transport_free (PyrogTransport *transport)
{
  if (transport != NULL)
    transport->class->free (transport);
}

gssize
pyrog_transport_read (PyrogTransport *transport, guint8 *data, gsize size, GError **error)
{
  return transport->class->read (transport, data, size, error);
}

gssize
pyrog_transport_write (PyrogTransport *transport, const guint8 *data, gsize size, GError **error)
{
  return transport->class->write (transport, data, size, error);
}

gssize
pyrog_transport_write_vectors (PyrogTransport *transport,
                               struct iovec *vectors,
                               guint count,
                               GError **error)
{
  if (count > 1 && transport->class->write_vectors != NULL)
    return transport->class->write_vectors (transport, vectors, count, error);
  return pyrog_transport_write (transport, vectors->iov_base, vectors->iov_len, error);
}

gssize
pyrog_transport_read_waiting (
    PyrogTransport *transport, guint8 *data, gsize size, gint64 patience, GError **error)
{
  return transport->class->read_waiting (transport, data, size, patience, error);
}

gboolean
pyrog_transport_can_wait (PyrogTransport *transport)
{
  return transport->class->read_waiting != NULL;
}

PyrogHandshake
pyrog_transport_handshake (PyrogTransport *transport, GError **error)
{
  return transport->class->handshake != NULL ? transport->class->handshake (transport, error)
                                             : PYROG_HANDSHAKE_DONE;
}

gssize
pyrog_transport_flush (PyrogTransport *transport, GError **error)
{
  return transport->class->flush != NULL ? transport->class->flush (transport, error) : 0;
}

gsize
pyrog_transport_get_unsent (PyrogTransport *transport)
{
  return transport->class->get_unsent != NULL ? transport->class->get_unsent (transport) : 0;
}

gboolean
pyrog_transport_has_input (PyrogTransport *transport)
{
  return transport->class->has_input != NULL && transport->class->has_input (transport);
}
