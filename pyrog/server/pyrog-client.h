/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-connection-private.h"
#include "pyrog-dispatcher.h"
#include "pyrog-oneway-lane.h"

G_BEGIN_DECLS

/* One connection of a daemon: its part of the engine's work. One thread at a time serves a client;
 * the engine sees to that. */
typedef struct _PyrogClient PyrogClient;

typedef struct
{
  double handshake_timeout; /* all in seconds */
  double message_timeout;
  double write_timeout;
  double idle_timeout; /* 0: none */
} PyrogClientTimeouts;

struct _PyrogClient
{
  PyrogPeer peer;              /* the first member */
  PyrogDispatcher *dispatcher; /* (owned) */
  const PyrogClientTimeouts *timeouts;
  gpointer engine; /* (owned) by release_engine */
  void (*release_engine) (gpointer engine);
  void (*connected) (PyrogClient *client); /* (nullable) the handshake succeeded */
  /* (nullable) The peer's certificate is known: DONE, PENDING, or CLOSE */
  PyrogDispatch (*check_certificate) (PyrogClient *client);
  gboolean announced; /* (locked-by the engine) ... and the engine's owner gets to know */
  gboolean removed;   /* (locked-by the engine) the engine has no more to do with it */
  gboolean dropped;   /* (locked-by the engine) a stranger that had to make room */
  int hangup;         /* (atomic) the peer has closed the connection, both ways */
  int half_closed;    /* (atomic) ... or at least sends no more */
  GMutex turn;        /* held while a worker serves it */
  guint64 source;     /* where it comes from, for the engine's counts */
  GList link;         /* in the engine's list */
  PyrogBuffer late;   /* (locked-by late_lock) a reply that came late */
  gboolean late_came; /* (locked-by late_lock) a late reply came, or its absence */
  GQueue resumed;     /* (owned) (locked-by late_lock) what goes on in the next turn */
  gboolean gone;      /* (locked-by late_lock) there is no next turn */
  GMutex late_lock;

  PyrogOnewayLane *lane; /* (owned) (nullable) oneway calls, with worker threads */

  gboolean joined;   /* the program vouches for it: it says no CONNECT */
  gboolean securing; /* the handshake of the transport is not done */
  gboolean serving;  /* a turn is in progress: a nested one does nothing */
  gboolean busy;     /* a request was dispatched whose reply comes later */
  gboolean closing;  /* to be closed when all is written */
  gboolean closed;
  guint32 events; /* what epoll watches */

  gsize max_unsent; /* bytes of replies; above that no more requests are taken */
  gsize max_memory; /* of all messages of the process */
  int held_back;    /* (atomic) a large message is not read on, for want of memory */
  int goes_on;      /* (atomic) this one is read on nevertheless */
  int keeps_memory; /* (atomic) a stranger's: it has begun to say much, and has not ended */

  gint64 deadline;  /* (atomic) monotonic time, or 0 */
  gint64 time_left; /* of the handshake's deadline, while the program thinks */
  int waiting_for;  /* what the deadline is of */
  guint64 progress; /* bytes sent when the deadline of writing was set */
};

typedef enum
{
  PYROG_CLIENT_CLOSED,  /* nothing more will come of it */
  PYROG_CLIENT_WAITING, /* for the events of pyrog_client_get_events() */
  PYROG_CLIENT_READY,   /* its turn ended, but there is more to do at once */
} PyrogClientState;

PyrogClient *pyrog_client_new (PyrogConnection *connection,
                               PyrogDispatcher *dispatcher,
                               const PyrogClientTimeouts *timeouts,
                               gpointer engine,
                               void (*release_engine) (gpointer engine));
/* The peer is known, as soon as the transport is secure. Before its first turn. */
void pyrog_client_join (PyrogClient *client);
/* A turn: reads what is there, serves whole requests, writes. spare: see pyrog_connection_fill() */
PyrogClientState pyrog_client_serve (PyrogClient *client, PyrogChunk **spare);
/* The epoll events that it waits for */
guint32 pyrog_client_get_events (PyrogClient *client);
/* To be called in the next turn; see resume() of a peer */
void pyrog_client_add_resumed (PyrogClient *client,
                               PyrogResumeFunc func,
                               gpointer user_data,
                               GDestroyNotify free_data);
/* There will be no turn any more. What waits for one has references of the client. */
void pyrog_client_drop_resumed (PyrogClient *client);
/* No request is being answered and nothing waits to be written */
gboolean pyrog_client_is_idle (PyrogClient *client);

G_END_DECLS
