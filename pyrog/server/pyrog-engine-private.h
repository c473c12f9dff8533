/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-client.h"
#include "pyrog-engine.h"
#include "pyrog-source-counts.h"

G_BEGIN_DECLS

#define SWEEP_INTERVAL G_USEC_PER_SEC /* how exactly deadlines are kept */

/* What epoll hands back */
typedef struct
{
  PyrogListener *listener; /* (unowned) */
  gboolean paused;
} PyrogGate;

struct _PyrogEngine
{
  PyrogDispatcher *dispatcher; /* (owned) */
  GMainContext *context;       /* (owned) */
  GSource *source;             /* (owned) (nullable) NULL once stopped */
  gboolean threaded;           /* server type thread */
  GThreadPool *pool;           /* (owned) (locked-by lock) (nullable) the workers, until stopped */
  PyrogTlsContext *tls;        /* (owned) (nullable) NULL: connections are not encrypted */
  PyrogCertificatePolicy *certificate_policy; /* (owned) (nullable) */
  int max_decisions;
  int decisions; /* (atomic) about strangers, in progress */
  double decision_timeout;
  guint tls_steps;         /* of handshakes, in this dispatch; multiplex only */
  PyrogPeerPolicy *policy; /* (unowned) (nullable) */
  gboolean check_tcp;      /* it goes for connections through TCP from this machine too */
  guint process;
  int epoll_fd;
  gpointer epoll_tag;       /* of the source */
  PyrogClient *direct;      /* (unowned) (nullable) watched by the source itself */
  gpointer direct_tag;      /* of the source, while there is such a client */
  PyrogClient *last_served; /* (unowned) for comparisons only: it may be gone */
  guint streak;             /* turns in a row that last_served had, through the epoll set */
  gatomicrefcount refs;     /* the owner's, and one for each client and each dispatch in progress */
  GPtrArray *gates;         /* (owned) (element-type PyrogGate) */
  PyrogChunk *spare;        /* (owned) (nullable) */
  gboolean nodelay;
  gboolean log_wire;
  int lanes; /* (atomic) that have something to do */
  guint max_oneway;
  gsize max_queue_size; /* bytes, of replies and of oneway calls of a connection */
  gsize max_clients;
  guint max_clients_per_source;
  gsize max_unauthenticated;
  gsize max_memory; /* of all messages of the process */
  double stop_timeout;
  PyrogClientTimeouts timeouts;

  GMutex lock;
  PyrogSourceCounts *sources; /* (owned) (locked-by lock) of clients */
  GQueue clients;             /* (owned) (locked-by lock) (element-type PyrogClient) oldest first */
  GQueue removed; /* (owned) (locked-by lock) clients that epoll may still have told of */
  GQueue ready; /* (owned) (element-type PyrogClient) turns that ended too early; multiplex only */
  guint depth;  /* dispatches in progress */

  const PyrogEngineEvents *events; /* (nullable) */
  GWeakRef owner;                  /* whom they are for */
  GQueue news;                     /* (owned) (locked-by lock) what it was not told yet */
  gsize news_size;                 /* (locked-by lock) bytes of the calls therein */

  gint64 ready_time;   /* (locked-by lock) the source's; -1: never */
  gint64 next_sweep;   /* (locked-by lock) 0: none is due */
  gint64 read_again;   /* (locked-by lock) 0: nobody is held back */
  gint64 accept_again; /* 0: accepting */
  gint64 next_complaint;
  gint64 next_refusal; /* ... of a peer that is worth a line in the log */
  gint64 drain_until;  /* (locked-by lock) 0: not draining */
  PyrogDrainedFunc drained_func;
  gpointer drained_data;
};

/* Drops a reference; any thread */
void pyrog_engine_release (gpointer data);
/* The source is dispatched at that monotonic time at the latest; any thread */
void pyrog_engine_schedule (PyrogEngine *engine, gint64 time);
void pyrog_engine_schedule_locked (PyrogEngine *engine, gint64 time);

/* What peers are given to ask the owner; see PyrogPeer */
gboolean pyrog_engine_asks (PyrogPeer *peer, PyrogQuestion question);
PyrogVerdict pyrog_engine_ask (PyrogPeer *peer,
                               PyrogQuestion question,
                               PyrogAccessRequest *request,
                               gboolean fallback,
                               PyrogDecidedFunc func,
                               gpointer user_data);
PyrogDispatch pyrog_engine_check_certificate (PyrogClient *client);

/* A turn of a client, in the engine's thread */
void pyrog_engine_run_client (PyrogEngine *engine, PyrogClient *client);
void pyrog_engine_add_client (PyrogEngine *engine,
                              PyrogConnection *connection,
                              guint64 source,
                              gboolean joined);
void pyrog_engine_push_work (PyrogEngine *engine, PyrogClient *client);
gint64 pyrog_engine_deadline_of (PyrogClient *client);
void pyrog_engine_remove_client (PyrogEngine *engine, PyrogClient *client);
void pyrog_engine_free_removed (PyrogEngine *engine);
/* A turn of a client has ended that an event began. Who has one after the other is watched directly
 * from then on; multiplex only. */
void pyrog_engine_count_turn (PyrogEngine *engine, PyrogClient *client);
/* ... and goes back into the epoll set */
void pyrog_engine_end_direct (PyrogEngine *engine);
/* ... or is gone */
void pyrog_engine_forget_direct (PyrogEngine *engine);
/* What runs in the pool's threads: data is a client, with a reference, and its lowest bit is set if
 * its lane is meant */
void pyrog_engine_work (gpointer data, gpointer user_data);

/* The handshake of a client succeeded; in the thread that serves it */
void pyrog_engine_tell_connected (PyrogClient *client);
/* ... and it is gone; in any thread */
void pyrog_engine_tell_disconnected (PyrogEngine *engine, PyrogClient *client);
/* A call failed; in the thread that answers */
void pyrog_engine_tell_failed (PyrogPeer *peer, PyrogInvocation *invocation);
/* Tells the owner; in the engine's thread */
void pyrog_engine_deliver_news (PyrogEngine *engine);

void pyrog_engine_watch_gate (PyrogEngine *engine, PyrogGate *gate, int operation);
void pyrog_engine_accept (PyrogEngine *engine, PyrogGate *gate);
void pyrog_engine_resume_accepting (PyrogEngine *engine);
/* The oldest that has not shown who it is makes room, or the oldest of those that keep memory */
void pyrog_engine_drop_oldest_stranger (PyrogEngine *engine, gboolean for_memory);

/* A client is held back; it has another turn soon */
void pyrog_engine_read_later (PyrogEngine *engine);
/* ... now */
void pyrog_engine_resume_reading (PyrogEngine *engine);

G_END_DECLS
