/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-invocation-private.h"
#include "pyrog-peer.h"
#include "pyrog-servant.h"

G_BEGIN_DECLS

/* The calls of a batch, carried out one after another, until one fails. It belongs to its peer and
 * is used where that is served; only the answers of its calls may come in other threads. */

typedef enum
{
  PYROG_BATCH_DONE,    /* its invocation was answered */
  PYROG_BATCH_WAITING, /* for an answer; the peer's reply_later() is called, without a reply */
  PYROG_BATCH_MORE,    /* others first, then this again */
} PyrogBatchProgress;

/* Begins what the arguments of an invocation say, which are the calls. FALSE: nothing of it can be
 * carried out. */
gboolean pyrog_batch_run_begin (PyrogPeer *peer,
                                PyrogInvocation *invocation,
                                PyrogServant *servant,
                                guint max_calls,
                                gsize max_reply_size,
                                GError **error);
/* Carries out some calls of the peer's batch */
PyrogBatchProgress pyrog_batch_run_go_on (PyrogPeer *peer);
/* Nobody waits for the rest of the peer's batch, if it has one */
void pyrog_batch_run_drop (PyrogPeer *peer);

G_END_DECLS
