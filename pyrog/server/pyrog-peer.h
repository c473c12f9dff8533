/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-access-request-private.h"
#include "pyrog-annotation-table.h"
#include "pyrog-buffer.h"
#include "pyrog-connection.h"
#include "pyrog-instance-table.h"
#include "pyrog-invocation.h"

G_BEGIN_DECLS

typedef enum
{
  PYROG_DISPATCH_DONE,    /* what is to be sent was appended to out */
  PYROG_DISPATCH_PENDING, /* more comes later; nothing else may be dispatched until then */
  PYROG_DISPATCH_MORE,    /* pyrog_dispatcher_go_on() is to be called, when others had their turn */
  PYROG_DISPATCH_CLOSE,   /* send what is in out, then close */
} PyrogDispatch;

/* What a program may be asked */
typedef enum
{
  PYROG_QUESTION_CERTIFICATE,
  PYROG_QUESTION_HANDSHAKE,
  PYROG_QUESTION_INVOCATION,
  PYROG_QUESTIONS, /* their number */
} PyrogQuestion;

/* One peer. What embeds it frees it when the last reference goes. */
typedef struct _PyrogPeer PyrogPeer;
typedef struct _PyrogBatchRun PyrogBatchRun;

/* Goes on with what was PENDING; PENDING again says that this was not the last of it */
typedef PyrogDispatch (*PyrogResumeFunc) (PyrogPeer *peer, PyrogBuffer *out, gpointer user_data);

struct _PyrogPeer
{
  gatomicrefcount refs;
  PyrogConnection *connection;       /* (owned) (nullable) NULL in tests */
  PyrogInstanceTable *instances;     /* (owned) what factories made for it */
  PyrogBatchRun *batch;              /* (owned) (nullable) what is being carried out */
  gboolean authenticated;            /* the handshake succeeded */
  gboolean extended;                 /* it offered extensions that we have */
  PyrogAnnotationTable *annotations; /* (unowned) (nullable) of all replies; not for the refused */
  /* Brings a reply that came late: reply is the message, which it may take out, or NULL for a
   * oneway call and for one call of a batch that is to go on. In the thread that answers. */
  void (*reply_later) (PyrogPeer *peer, PyrogBuffer *reply);
  /* The answer is an exception, also that of a oneway call and of one in a batch; after it was
   * written. (nullable) */
  void (*failed) (PyrogPeer *peer, PyrogInvocation *invocation);
  /* Whether the program wants to be asked, and asking it: fallback is what it decides if it has no
   * objection. (nullable) both: nobody is asked. */
  gboolean (*asks) (PyrogPeer *peer, PyrogQuestion question);
  PyrogVerdict (*ask) (PyrogPeer *peer,
                       PyrogQuestion question,
                       PyrogAccessRequest *request,
                       gboolean fallback,
                       PyrogDecidedFunc func,
                       gpointer user_data);
  /* Has func called where requests of the peer are served, or only free_data if the peer is gone.
   * Any thread. */
  void (*resume) (PyrogPeer *peer,
                  PyrogResumeFunc func,
                  gpointer user_data,
                  GDestroyNotify free_data);
  void (*free) (PyrogPeer *peer);
};

/* What a peer's resume() was given, until its turn comes */
typedef struct
{
  PyrogResumeFunc func;
  gpointer user_data;
  GDestroyNotify free_data;
} PyrogResumed;

PyrogResumed *
pyrog_resumed_new (PyrogResumeFunc func, gpointer user_data, GDestroyNotify free_data);
void pyrog_resumed_free (PyrogResumed *resumed);

PyrogPeer *pyrog_peer_ref (PyrogPeer *peer);
void pyrog_peer_unref (PyrogPeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogPeer, pyrog_peer_unref)

G_END_DECLS
