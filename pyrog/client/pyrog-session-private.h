/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-connection-private.h"
#include "pyrog-connector.h"
#include "pyrog-session.h"

G_BEGIN_DECLS

typedef enum
{
  PYROG_SESSION_IDLE,       /* no connection, and nobody wants one */
  PYROG_SESSION_RESOLVING,  /* the next address of the host is looked for */
  PYROG_SESSION_CONNECTING, /* to one address */
  PYROG_SESSION_SECURING,   /* the handshake of the transport */
  PYROG_SESSION_HANDSHAKE,  /* CONNECT was sent */
  PYROG_SESSION_READY,
  PYROG_SESSION_BACKOFF, /* a pause before the next try */
} PyrogSessionState;

/* All fields but the first few are locked-by lock. The functions below are called with the lock
 * held; they never call user code: what is done waits in `done`. */
struct _PyrogSession
{
  gatomicrefcount refs;
  PyrogUri *uri;       /* (owned) */
  PyrogConfig *config; /* (owned) */

  GMutex lock;
  guint waiters; /* threads that wait for changed: without one, nobody is woken */
  GCond changed; /* a call is done, or the reader's role is free */
  const PyrogCodec *codec;
  GVariant *handshake; /* (owned) (nullable) */
  char *peer_name;     /* (owned) (nullable) that a certificate must be for; NULL: the uri's host */
  PyrogTlsContext *tls; /* (owned) (nullable) made before the first connection, if SSL is on */
  GError *tls_error;    /* (owned) (nullable) why it could not be made */
  PyrogSessionState state;
  PyrogConnector *connector;   /* (owned) (nullable) */
  PyrogConnection *connection; /* (owned) (nullable) */
  PyrogMetadata *metadata;     /* (owned) (nullable) */
  GVariant *answer;            /* (owned) (nullable) */
  guint16 next_seq;
  guint64 oneway_end;   /* no oneway call in queued ends before this position of the stream */
  gint64 last_activity; /* monotonic time */
  gint64 retry_at;      /* the end of a pause */
  guint attempts;       /* connections that failed since the last success */
  guint generation;     /* changes when what was begun asynchronously has become void */
  gboolean resolving;   /* an asynchronous look-up of this generation is on its way */

  GQueue waiting; /* (owned) (element-type PyrogCall) for a connection */
  GQueue queued;  /* (owned) (element-type PyrogCall) on the connection, in order */
  GQueue done;    /* (owned) (element-type PyrogCall) whose functions are to be called */

  gboolean reading; /* a thread in pyrog_session_wait() has the reader's role */
  GSource *source;  /* (owned) (nullable) reads for asynchronous calls */
  gpointer fd_tag;  /* (nullable) of the source */
  int source_fd;
};

/* Reads the certificates that the next connection needs; without the lock, as it may ask somebody
 * for a password */
void pyrog_session_prepare (PyrogSession *session);
/* Tells the threads that wait of a change */
void pyrog_session_wake_locked (PyrogSession *session);
/* Ends a call; takes the queue's reference and the error */
void pyrog_session_fail_locked (PyrogSession *session,
                                PyrogCall *call,
                                GError *error,
                                PyrogExecution execution);
/* There is no connection; error is taken. Calls that may wait for another attempt do so, unless
 * this is final. */
void pyrog_session_connect_failed_locked (PyrogSession *session, GError *error, gboolean final);
void pyrog_session_forget_connection_locked (PyrogSession *session);
void pyrog_session_flush_locked (PyrogSession *session);
/* Goes on with the handshake of the transport */
void pyrog_session_secure_locked (PyrogSession *session);
/* FALSE: this address is no good, the next one is to be found */
gboolean pyrog_session_go_on_connecting_locked (PyrogSession *session, PyrogConnect result);
/* Where that takes no time, the addresses are found here and now */
void pyrog_session_resolve_quickly_locked (PyrogSession *session);
/* Puts a call on the way: onto the connection, or on the list of those that wait for one */
void pyrog_session_enter_locked (PyrogSession *session, PyrogCall *call);
/* The descriptor to wait for, and the poll events; -1 if there is none */
int pyrog_session_get_fd_locked (PyrogSession *session, short *events);
/* Goes on after revents of the descriptor came */
void pyrog_session_pump_locked (PyrogSession *session, short revents);
/* A look-up has ended: with an address, an error (taken), or neither */
void pyrog_session_resolved_locked (PyrogSession *session, GSocketAddress *address, GError *error);
/* Begins again after a pause */
void pyrog_session_begin_locked (PyrogSession *session);
/* Ends a call that somebody gave up; error is taken */
void pyrog_session_abandon_locked (PyrogSession *session,
                                   PyrogCall *call,
                                   GError *error,
                                   gboolean timed_out);
/* The connection can't go on; error is taken */
void pyrog_session_lost_locked (PyrogSession *session, GError *error);
/* Ends calls whose deadline has passed */
void pyrog_session_expire_locked (PyrogSession *session);
GError *pyrog_session_timeout_error (PyrogCall *call);

G_END_DECLS
