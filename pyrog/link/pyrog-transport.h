/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>
#include <sys/uio.h>

G_BEGIN_DECLS

/* A non-blocking byte stream over a connected socket. The plain one is here; another kind (an
 * encrypted one, or a test's that injects faults) brings its own table. Not thread-safe.
 *
 * One that has to agree with the peer on something first does that in its handshake; nothing else
 * is called before that is done, but for free. */

/* What read and write return besides a number of bytes; no GError is made for the first two */
enum
{
  PYROG_IO_EOF = 0,    /* read only: the peer closed its end */
  PYROG_IO_AGAIN = -1, /* would block: wait for the condition */
  PYROG_IO_ERROR = -2, /* the error is set: PYROG_ERROR_COMMUNICATION or one of its kinds */
};

typedef struct _PyrogTransport PyrogTransport;

typedef enum
{
  PYROG_HANDSHAKE_DONE,
  PYROG_HANDSHAKE_PENDING, /* wait, for writing too if there is unsent output */
  PYROG_HANDSHAKE_FAILED,  /* the error is set */
} PyrogHandshake;

typedef struct
{
  PyrogHandshake (*handshake) (PyrogTransport *transport, GError **error); /* (nullable) */
  gssize (*read) (PyrogTransport *transport, guint8 *data, gsize size, GError **error);
  gssize (*write) (PyrogTransport *transport, const guint8 *data, gsize size, GError **error);
  /* (nullable) */
  gssize (*write_vectors) (PyrogTransport *transport,
                           struct iovec *vectors,
                           guint count,
                           GError **error);
  /* (nullable) */
  gssize (*read_waiting) (
      PyrogTransport *transport, guint8 *data, gsize size, gint64 patience, GError **error);
  gssize (*flush) (PyrogTransport *transport, GError **error); /* (nullable) */
  gsize (*get_unsent) (PyrogTransport *transport);             /* (nullable) */
  gboolean (*has_input) (PyrogTransport *transport);           /* (nullable) */
  void (*free) (PyrogTransport *transport);
} PyrogTransportClass;

struct _PyrogTransport
{
  const PyrogTransportClass *class;
};

/* The socket becomes non-blocking and, where it is a TCP socket, without Nagle's algorithm where
 * nodelay is set and with keepalive where that is: a peer on this machine can't be gone without the
 * kernel's knowing it */
PyrogTransport *pyrog_transport_new (GSocket *socket, gboolean nodelay, gboolean keepalive);
/* The same options for a listening socket, from which those that it accepts have them */
void pyrog_transport_set_options (GSocket *socket, gboolean nodelay, gboolean keepalive);
void pyrog_transport_free (PyrogTransport *transport);

/* At most size bytes; size is not 0 */
gssize pyrog_transport_read (PyrogTransport *transport, guint8 *data, gsize size, GError **error);
gssize
pyrog_transport_write (PyrogTransport *transport, const guint8 *data, gsize size, GError **error);
/* The same for what lies in several places, which may be written in part; count is not 0 */
gssize pyrog_transport_write_vectors (PyrogTransport *transport,
                                      struct iovec *vectors,
                                      guint count,
                                      GError **error);
/* The same as a read, but waits in the kernel until there is something, a signal came, or patience
 * (microseconds, 0: for ever) has ended, give or take some milliseconds: the latter two are
 * PYROG_IO_AGAIN. Another thread may write meanwhile. */
gssize pyrog_transport_read_waiting (
    PyrogTransport *transport, guint8 *data, gsize size, gint64 patience, GError **error);
/* Whether it has such a read, and that is the fastest way to wait */
gboolean pyrog_transport_can_wait (PyrogTransport *transport);

/* Does what it can without waiting; again when the socket is ready, until it is done */
PyrogHandshake pyrog_transport_handshake (PyrogTransport *transport, GError **error);
/* Writes what write() took and still has: 0 when that is all gone, or PYROG_IO_AGAIN or _ERROR */
gssize pyrog_transport_flush (PyrogTransport *transport, GError **error);
/* Bytes, as they go to the socket, that write() took and still has */
gsize pyrog_transport_get_unsent (PyrogTransport *transport);
/* Whether a read may give something although the socket has nothing */
gboolean pyrog_transport_has_input (PyrogTransport *transport);

/* A socket error as one of ours: PYROG_ERROR_CONNECTION_CLOSED or PYROG_ERROR_COMMUNICATION */
void pyrog_transport_set_error (GError **error, int errnum);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogTransport, pyrog_transport_free)

G_END_DECLS
