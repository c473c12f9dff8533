/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-connection.h"
#include "pyrog-instance-table.h"
#include "pyrog-invocation.h"

G_BEGIN_DECLS

/* One peer. What embeds it frees it when the last reference goes. */
typedef struct _PyrogPeer PyrogPeer;
typedef struct _PyrogBatchRun PyrogBatchRun;
struct _PyrogPeer
{
  gatomicrefcount refs;
  PyrogConnection *connection;   /* (owned) (nullable) NULL in tests */
  PyrogInstanceTable *instances; /* (owned) what factories made for it */
  PyrogBatchRun *batch;          /* (owned) (nullable) what is being carried out */
  gboolean authenticated;        /* the handshake succeeded */
  /* Brings a reply that came late: reply is the message, or NULL for a oneway call and for one call
   * of a batch that is to go on. In the thread that answers. */
  void (*reply_later) (PyrogPeer *peer, GBytes *reply);
  /* The answer is an exception, also that of a oneway call and of one in a batch; after it was
   * written. (nullable) */
  void (*failed) (PyrogPeer *peer, PyrogInvocation *invocation);
  void (*free) (PyrogPeer *peer);
};

PyrogPeer *pyrog_peer_ref (PyrogPeer *peer);
void pyrog_peer_unref (PyrogPeer *peer);

G_END_DECLS
