/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-arena.h"
#include "pyrog-buffer.h"
#include "pyrog-chunk.h"
#include "pyrog-codec.h"
#include "pyrog-message.h"
#include "pyrog-outcome-private.h"

G_BEGIN_DECLS

/* One request of a client on its way through a session */
typedef struct _PyrogCall PyrogCall;
/* Where functions of calls are called */
typedef struct _PyrogSessionSource PyrogSessionSource;

typedef enum
{
  PYROG_CALL_NEW,
  PYROG_CALL_WAITING, /* for a connection */
  PYROG_CALL_QUEUED,  /* written, or to be written */
  PYROG_CALL_DONE,
} PyrogCallState;

typedef enum
{
  PYROG_MEMBER_ANY, /* not checked: it is for another object, or only for the connection */
  PYROG_MEMBER_METHOD,
  PYROG_MEMBER_ATTRIBUTE,
} PyrogMemberKind;

/* Called once, without locks, in the thread that found the call done */
typedef void (*PyrogCallFunc) (PyrogCall *call, gpointer user_data);

struct _PyrogCall
{
  gatomicrefcount refs;

  /* The request; set before it is submitted */
  /* Empty: the call is done as soon as there is a connection. While it is queued the connection may
   * have it. */
  PyrogBuffer message;
  const PyrogCodec *codec;
  const char *member; /* (nullable) behind the call */
  PyrogMemberKind kind;
  gboolean oneway;
  gboolean idempotent;
  gboolean stays;        /* whoever waits for it may give up without giving up the call */
  int retries;           /* how often it may be repeated if that is safe */
  gboolean strict;       /* classes in the result have to be known */
  gsize max_memory;      /* of all messages of the process; 0: no limit */
  gsize max_values;      /* in the reply; 0: the library's own limit */
  guint max_depth;       /* the same */
  guint max_annotations; /* the same */
  gint64 deadline;       /* monotonic time, or 0 */
  PyrogCallFunc func;    /* (nullable) NULL: somebody waits in pyrog_session_wait() */
  gpointer user_data;
  GMainContext *context; /* (owned) (nullable) of an asynchronous call */
  char *reply_type;      /* (owned) (nullable) that its caller wants */

  /* (locked-by the session) */
  GList link; /* its place in one of the session's queues */
  PyrogCallState state;
  PyrogSessionSource *source; /* (unowned) (nullable) until func is called */
  gboolean abandoned;         /* its reply is read and dropped */
  gboolean renewed;           /* it was put on a new connection, because the old one was dead */
  guint16 seq;
  guint64 start; /* where it begins in the connection's stream */
  guint64 end;

  /* The result, once it is done */
  GError *error;         /* (owned) (nullable) */
  PyrogOutcome *outcome; /* (owned) (nullable) of an error */
  PyrogArena *arena;     /* (owned) (nullable) where the result is, or what it may take over */
  PyrogChunk *chunk;     /* (owned) (nullable) what the result points into */
  PyrogValue result;
  gsize reply_size;      /* bytes */
  GVariant *annotations; /* (owned) (nullable) of the reply, a{say} */
  char *correlation_id;  /* (owned) (nullable) of the reply */
  char *stream_id;       /* (owned) (nullable) the result is an item stream */
};

/* member (nullable) is what it is about */
PyrogCall *pyrog_call_new (const char *member);
PyrogCall *pyrog_call_ref (PyrogCall *call);
void pyrog_call_unref (PyrogCall *call);
/* (transfer full) (nullable) The first of a queue of links */
PyrogCall *pyrog_call_pop (GQueue *queue);

/* Begins its time: seconds in all, 0 for ever */
void pyrog_call_set_timeout (PyrogCall *call, double seconds);
/* Ends it with an error that says how far it came; takes the error */
void pyrog_call_fail (PyrogCall *call, GError *error, PyrogExecution execution);
/* What the reply says besides its result; the call owns it */
PyrogOutcomeParts pyrog_call_get_reply_parts (PyrogCall *call);
/* What large results are to be slices of; NULL: there are none */
PyrogChunk *pyrog_call_get_slices (PyrogCall *call);
/* Ends it with a reply message; FALSE and an error if the connection can't go on after this */
gboolean pyrog_call_take_reply (PyrogCall *call,
                                const PyrogHeader *header,
                                const guint8 *body,
                                PyrogChunk *chunk,
                                gsize max_size,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogCall, pyrog_call_unref)

G_END_DECLS
