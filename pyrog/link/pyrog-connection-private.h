/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <netinet/in.h>

#include "pyrog-buffer.h"
#include "pyrog-chunk.h"
#include "pyrog-connection-resources.h"
#include "pyrog-connection.h"
#include "pyrog-message.h"
#include "pyrog-tls.h"
#include "pyrog-transport.h"

G_BEGIN_DECLS

/* The name of an internet socket as the kernel has it; of the family AF_UNSPEC: there is none */
typedef union
{
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} PyrogInetName;

struct _PyrogConnection
{
  GObject parent_instance;

  PyrogResources *resources; /* (owned) what ends with it */
  guint process;             /* that made it */
  guint64 session;           /* no other connection of this process has that number */
  GSocket *socket;           /* (owned) */
  PyrogTransport *transport; /* (owned) (nullable) NULL once closed */
  PyrogInetName here;        /* the ends of an internet socket, of which addresses */
  PyrogInetName there;       /* are made when somebody asks for them */
  GSocketAddress *local;     /* (atomic) (owned) (nullable) */
  GSocketAddress *remote;    /* (atomic) (owned) (nullable) */
  gboolean is_loopback;      /* the peer's address is of this machine only */
  GCredentials *credentials; /* (owned) (nullable) */
  char *peer_name;           /* (owned) (nullable) made at first use */
  char *peer_software;       /* (owned) (nullable) as it said in the handshake */
  char *peer_version;        /* (owned) (nullable) of its software */
  gboolean encrypted;
  GTlsCertificate *certificate; /* (owned) (nullable) the peer's */
  GTlsCertificateFlags certificate_errors;

  PyrogChunk *chunk; /* (owned) (nullable) */
  gsize start;       /* the first byte in chunk that was not consumed */
  gsize end;         /* behind the last byte that was received */

  PyrogBuffer out;
  gsize out_start; /* the first byte in out that was not sent */
  guint64 sent;

  gboolean log_wire;
  gboolean peek_logged; /* what peek finds was logged */
  guint64 logged;       /* as sent: the position behind what was logged of the output */
};

/* Whole messages over a transport, without waiting. Not thread-safe: whoever drives a connection
 * (a session, a daemon) sees to it that one thread at a time does. */

PyrogConnection *pyrog_connection_new (GSocket *socket, gboolean nodelay);
/* 127.0.0.0/8, also as a socket of both IP versions says it (::ffff:127.0.0.1), and ::1 */
gboolean pyrog_inet_name_is_loopback (const PyrogInetName *name);
int pyrog_connection_get_fd (PyrogConnection *self);
/* Encrypts from the first byte on; peer_name: see pyrog_tls_new() */
void
pyrog_connection_start_tls (PyrogConnection *self, PyrogTlsContext *context, const char *peer_name);
/* The transport's handshake, see pyrog_transport_handshake(). When it is done the peer's
 * certificate is known, with what speaks against it. If it failed because the peer does not
 * encrypt, answers go out in the clear. */
PyrogHandshake pyrog_connection_handshake (PyrogConnection *self, GError **error);
/* Tells the peer that its certificate was refused */
void pyrog_connection_refuse_certificate (PyrogConnection *self);
/* Logs all messages, as the item LOGWIRE wants it */
void pyrog_connection_set_log_wire (PyrogConnection *self, gboolean log_wire);
void pyrog_connection_log_received (PyrogConnection *self,
                                    const PyrogHeader *header,
                                    const guint8 *body);
void pyrog_connection_log_sent (PyrogConnection *self);
/* Takes the transport; for tests that inject faults */
void pyrog_connection_set_transport (PyrogConnection *self, PyrogTransport *transport);
/* "127.0.0.1:4711", "unix", for logs (owned by the connection) */
const char *pyrog_connection_get_peer_name (PyrogConnection *self);
/* Who the peer is, as far as it can prove that, for comparisons: the user on a unix socket, the
 * client certificate, or merely the address. NULL if it can't (free with g_free()). */
char *pyrog_connection_dup_identity (PyrogConnection *self);
/* Whether the peer is on this machine */
gboolean pyrog_connection_is_local (PyrogConnection *self);
/* Whether a server on this machine is this user's or root's; one on another machine always is all
 * right. Errors: PYROG_ERROR_SECURITY. */
gboolean pyrog_connection_check_server (PyrogConnection *self, GError **error);
/* Closes the socket; reading and writing fail from now on */
void pyrog_connection_close (PyrogConnection *self);
gboolean pyrog_connection_is_closed (PyrogConnection *self);

/* One read into the receive chunk: bytes read, PYROG_IO_EOF, PYROG_IO_AGAIN or PYROG_IO_ERROR. The
 * chunk grows with what has arrived, never with what a header promises. spare (inout, nullable) is
 * a chunk to use instead of a new one. */
gssize pyrog_connection_fill (PyrogConnection *self, PyrogChunk **spare, GError **error);
/* A fill that waits in the kernel, see pyrog_transport_read_waiting(). Another thread may send
 * meanwhile, or call pyrog_connection_shutdown(), which ends it. */
gssize pyrog_connection_fill_waiting (PyrogConnection *self, gint64 patience, GError **error);
/* Whether there is such a fill, and nothing else to wait for */
gboolean pyrog_connection_can_wait (PyrogConnection *self);
/* Whether another fill may find more at once: the last one took all that there was room for, or
 * the transport has input */
gboolean pyrog_connection_has_more (PyrogConnection *self);
/* Whether the transport has input that the socket will not tell of */
gboolean pyrog_connection_has_input (PyrogConnection *self);
/* Whether the peer has closed its end, as far as the kernel knows. Any thread. */
gboolean pyrog_connection_is_hung_up (PyrogConnection *self);
/* Wakes whoever waits for the connection: it ends, as if the peer had closed it. Any thread. */
void pyrog_connection_shutdown (PyrogConnection *self);
/* Whether a part of a message keeps memory that is counted, see pyrog-memory.h */
gboolean pyrog_connection_keeps_memory (PyrogConnection *self);
/* Whether a message is being received that the usual chunk has no room for */
gboolean pyrog_connection_is_receiving_large (PyrogConnection *self);
/* Whether a whole message has been received. body points into the chunk until the next fill. */
PyrogParse pyrog_connection_peek (PyrogConnection *self,
                                  gsize max_size,
                                  PyrogHeader *header,
                                  const guint8 **body,
                                  GError **error);
/* Drops the message that peek found, or the first size bytes */
void pyrog_connection_consume (PyrogConnection *self, gsize size);
/* Bytes received and not consumed */
gsize pyrog_connection_get_buffered (PyrogConnection *self);
/* The chunk that peek's pointers are in, for pyrog_chunk_ref() */
PyrogChunk *pyrog_connection_get_chunk (PyrogConnection *self);
/* Gives back what an idle connection does not need: all of the chunk when it is empty, most of it
 * when little of a message is there. It becomes *spare if that is NULL. */
void pyrog_connection_trim (PyrogConnection *self, PyrogChunk **spare);

/* What waits to be sent; append to it, then flush */
PyrogBuffer *pyrog_connection_get_out (PyrogConnection *self);
/* Appends a message; if nothing waits it takes the memory, and message gets the old one, empty: a
 * large message is not copied */
void pyrog_connection_queue (PyrogConnection *self, PyrogBuffer *message);
/* Appends a message that the caller keeps; pieces are shared */
void pyrog_connection_queue_copy (PyrogConnection *self, const PyrogBuffer *message);
/* Takes size bytes out again that begin at that position in the stream; none of them was sent */
void pyrog_connection_unqueue (PyrogConnection *self, guint64 position, gsize size);
/* Appends size bytes that begin at that position in the stream, none of which was sent, to a buffer
 */
void pyrog_connection_copy_unsent (PyrogConnection *self,
                                   guint64 position,
                                   gsize size,
                                   PyrogBuffer *buffer);
/* The position in the stream behind all that is queued */
guint64 pyrog_connection_get_queued (PyrogConnection *self);
/* Writes what it can: TRUE if no error came; what is left is get_unsent() */
gboolean pyrog_connection_flush (PyrogConnection *self, GError **error);
/* Bytes that were queued, or are the transport's own, and did not go to the kernel */
gsize pyrog_connection_get_unsent (PyrogConnection *self);
/* Since the beginning: the position in the stream behind what the transport took, that is what went
 * to the kernel, or will as soon as it has room */
guint64 pyrog_connection_get_sent (PyrogConnection *self);

G_END_DECLS
