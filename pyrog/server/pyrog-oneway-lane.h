/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-dispatcher.h"

G_BEGIN_DECLS

/* The oneway calls of a connection of a daemon with worker threads: they run one at a time, in the
 * order in which they came, beside the connection's other calls.
 *
 * A lane is used by the thread that serves the connection, and by the worker that it has while
 * there is something to do. That keeps the connection's peer alive. */
typedef struct _PyrogOnewayLane PyrogOnewayLane;

typedef struct
{
  /* There is something to do where there was nothing */
  void (*started) (PyrogPeer *owner);
  /* Has pyrog_oneway_lane_work() called by a worker, soon; FALSE: there are no workers any more */
  gboolean (*schedule) (PyrogPeer *owner);
  /* There is room again where there was none, or nothing is left to do. Called by the worker. */
  void (*changed) (PyrogPeer *owner, gboolean idle);
} PyrogOnewayLaneClass;

/* owner is the connection's peer, which frees the lane. At most max_calls wait, with max_bytes or
 * one message. */
PyrogOnewayLane *pyrog_oneway_lane_new (PyrogPeer *owner,
                                        PyrogDispatcher *dispatcher,
                                        const PyrogOnewayLaneClass *class,
                                        guint max_calls,
                                        gsize max_bytes);
/* What waits is dropped */
void pyrog_oneway_lane_free (PyrogOnewayLane *lane);

/* Whether another call may be added. If not, the owner is told when that changes. */
gboolean pyrog_oneway_lane_has_room (PyrogOnewayLane *lane);
gboolean pyrog_oneway_lane_is_idle (PyrogOnewayLane *lane);
/* body is what follows the header, in chunk */
void pyrog_oneway_lane_add (PyrogOnewayLane *lane,
                            const PyrogHeader *header,
                            const guint8 *body,
                            PyrogChunk *chunk);
void pyrog_oneway_lane_work (PyrogOnewayLane *lane);

G_END_DECLS
