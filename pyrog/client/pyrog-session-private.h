/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-certificate-policy.h"
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
  PYROG_SESSION_ASKING,     /* the program decides whether to go on */
  PYROG_SESSION_READY,
  PYROG_SESSION_BACKOFF, /* a pause before the next try */
} PyrogSessionState;

/* What a program may be asked about a daemon */
typedef enum
{
  PYROG_SESSION_QUESTION_CERTIFICATE,
  PYROG_SESSION_QUESTION_HANDSHAKE,
} PyrogSessionQuestion;

/* All fields but the first few are locked-by lock. The functions below are called with the lock
 * held; they never call user code: what is done waits for its source. */
struct _PyrogSession
{
  gatomicrefcount refs;
  PyrogUri *uri;       /* (owned) */
  PyrogConfig *config; /* (owned) */

  GWeakRef owner;         /* is asked, by signals; nobody is if there is none */
  guint owner_signals[2]; /* by PyrogSessionQuestion */

  guint process;
  GMutex lock;
  guint waiters; /* threads that wait for changed: without one, nobody is woken */
  GCond changed; /* a call is done, or the reader's role is free */
  const PyrogCodec *codec;
  GVariant *handshake; /* (owned) (nullable) */
  char *peer_name;     /* (owned) (nullable) that a certificate must be for; NULL: the uri's host */
  PyrogTlsContext *tls; /* (owned) (nullable) made before the first connection, if SSL is on */
  GError *tls_error;    /* (owned) (nullable) why it could not be made */
  PyrogTlsObjects tls_objects;                /* (owned) */
  PyrogCertificatePolicy *certificate_policy; /* (owned) (nullable) */
  PyrogSessionQuestion question;
  gboolean asked;    /* while ASKING: somebody was, or is just being, asked */
  GError *objection; /* (owned) (nullable) while ASKING: what pyrog says against the daemon */
  PyrogSessionState state;
  PyrogConnector *connector;   /* (owned) (nullable) */
  PyrogConnection *connection; /* (owned) (nullable) */
  gboolean joined;             /* never connects: there is only the socket that was given */
  GSocket *socket;             /* (owned) (nullable) the one that was given, until it is used */
  gboolean refused;            /* (locked-by lock) the daemon did not want the last connection */
  PyrogMetadata *metadata;     /* (owned) (nullable) */
  GVariant *answer;            /* (owned) (nullable) */
  guint16 next_seq;
  guint64 oneway_end;   /* no oneway call in queued ends before this position of the stream */
  gint64 last_activity; /* monotonic time */
  gint64 retry_at;      /* the end of a pause, or of the time for a decision */
  guint attempts;       /* connections that failed since the last success */
  guint generation;     /* changes when what was begun asynchronously has become void */
  gboolean resolving;   /* an asynchronous look-up of this generation is on its way */

  GQueue waiting;  /* (owned) (element-type PyrogCall) for a connection */
  GQueue queued;   /* (owned) (element-type PyrogCall) on the connection, in order */
  gint64 deadline; /* monotonic time: no asynchronous call has an earlier one; 0: none has one */

  /* (unowned) (nullable) A thread that calls functions of calls. What these ask for is sent
   * together, when there is no more to call or that took too long. */
  GThread *caller;
  guint left_to_call;
  gboolean held_back; /* something was not sent for that reason */
  gint64 held_since;  /* monotonic time */

  gboolean reading;      /* a thread in pyrog_session_wait() has the reader's role */
  GSList *sources;       /* (owned) (element-type PyrogSessionSource) of asynchronous calls */
  GSList *left_contexts; /* (owned) (element-type GMainContext) to be dropped without the lock */
};

/* How long functions of calls hold requests back: microseconds, which only tests change */
extern gint64 pyrog_session_patience;

/* Reads the certificates that the next connection needs; without the lock, as it may ask somebody
 * for a password */
void pyrog_session_prepare (PyrogSession *session);
/* FALSE: in a child of the process that made the session the call has failed. To be looked at
 * before the lock is taken, which another thread may have held when the process was forked. */
gboolean pyrog_session_check_process (PyrogSession *session, PyrogCall *call);
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
/* Sends what there is to send */
void pyrog_session_flush_locked (PyrogSession *session);
/* There is a connected socket */
void pyrog_session_connected_locked (PyrogSession *session, GSocket *socket);
/* Begins on the socket that was given */
void pyrog_session_begin_joined_locked (PyrogSession *session);
/* What is said in the place of CONNECT, and heard in that of CONNECTOK */
gboolean
pyrog_session_write_joined_locked (PyrogSession *session, PyrogBuffer *out, GError **error);
gboolean pyrog_session_take_joined_locked (PyrogSession *session,
                                           const PyrogHeader *header,
                                           const PyrogValue *value,
                                           GError **error);
/* Says CONNECT to the daemon */
void pyrog_session_say_connect_locked (PyrogSession *session);
/* The calls that wait may go: the daemon is the right one */
void pyrog_session_ready_locked (PyrogSession *session);
/* Has the program asked; nothing goes on meanwhile. objection (nullable) is taken. */
void pyrog_session_question_locked (PyrogSession *session,
                                    PyrogSessionQuestion question,
                                    GError *objection);
/* Asks the question, if there is one that nobody was asked. Calls user code: without the lock. */
void pyrog_session_ask (PyrogSession *session);
/* The call will be done in a source of its main context */
void pyrog_session_add_to_source_locked (PyrogSession *session, PyrogCall *call);
/* ... but it won't after all */
void pyrog_session_remove_from_source_locked (PyrogCall *call);
/* The source is to call the function of that call; takes a reference of it */
void pyrog_session_add_done_locked (PyrogCall *call);
/* At the end of what was done: the sources wait for what there is to wait for, and are told of
 * calls that are done */
void pyrog_session_settle_and_unlock (PyrogSession *session);
/* Whether what is asked for may be sent with what comes after it */
gboolean
pyrog_session_may_hold_back_locked (PyrogSession *session, PyrogCall *const *calls, guint count);
/* Begins to look for the next address of the host */
void pyrog_session_look_up_locked (PyrogSession *session);
/* Goes on after revents of the descriptor came, or a pause has ended */
void pyrog_session_go_on_locked (PyrogSession *session, short revents);
/* The end of a pause that is nobody's call, or 0 */
gint64 pyrog_session_pause_end_locked (PyrogSession *session);
/* The earlier of two times, of which 0 is none */
gint64 pyrog_session_earliest (gint64 a, gint64 b);
/* Goes on with the handshake of the transport */
void pyrog_session_secure_locked (PyrogSession *session);
/* FALSE: this address is no good, the next one is to be found */
gboolean pyrog_session_go_on_connecting_locked (PyrogSession *session, PyrogConnect result);
/* Where that takes no time, the addresses are found here and now */
void pyrog_session_resolve_quickly_locked (PyrogSession *session);
/* The same for several calls, which are written at once */
void pyrog_session_enter_all_locked (PyrogSession *session, PyrogCall *const *calls, guint count);
/* Puts a call on the way: onto the connection, or on the list of those that wait for one */
void pyrog_session_enter_locked (PyrogSession *session, PyrogCall *call);
/* The descriptor to wait for, and the poll events; -1 if there is none */
int pyrog_session_get_fd_locked (PyrogSession *session, short *events);
/* Goes on after revents of the descriptor came */
void pyrog_session_pump_locked (PyrogSession *session, short revents);
/* A read has ended that waited without the lock: its result and error, which is taken */
void pyrog_session_received_locked (PyrogSession *session, gssize result, GError *error);
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
