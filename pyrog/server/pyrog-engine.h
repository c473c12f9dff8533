/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-certificate-policy.h"
#include "pyrog-config.h"
#include "pyrog-dispatcher.h"
#include "pyrog-listener.h"
#include "pyrog-peer-policy.h"
#include "pyrog-tls.h"

G_BEGIN_DECLS

/* What drives a daemon: accepts connections, reads requests, has them dispatched and writes
 * replies, in a main context, or with worker threads. All sockets are watched through one epoll
 * descriptor inside one GSource, because a GSource for each costs with every idle connection.
 *
 * Functions are called in the thread of the context. */
typedef struct _PyrogEngine PyrogEngine;

/* What the owner of an engine is told, in the thread of the context. It may do what it likes, also
 * free the engine. */
typedef struct
{
  /* Before a call of the peer is executed; worker threads do not wait for that */
  void (*connected) (GObject *owner, PyrogConnection *connection);
  void (*disconnected) (GObject *owner, PyrogConnection *connection);
  void (*failed) (GObject *owner, PyrogInvocation *invocation, const GError *error);
  const guint *questions; /* (static) the signals that ask, by PyrogQuestion */
} PyrogEngineEvents;

/* Called when the last connection is gone after pyrog_engine_drain() */
typedef void (*PyrogDrainedFunc) (gpointer user_data);

PyrogEngine *pyrog_engine_new (PyrogConfig *config,
                               PyrogDispatcher *dispatcher,
                               GMainContext *context,
                               GError **error);
/* events (static) are for as long as owner lives */
void pyrog_engine_set_events (PyrogEngine *engine, const PyrogEngineEvents *events, GObject *owner);
/* Encrypts the connections that come from now on, unless context is NULL. policy (nullable) says
 * whose certificates are accepted: without one, those without errors. */
void pyrog_engine_set_tls (PyrogEngine *engine,
                           PyrogTlsContext *context,
                           PyrogCertificatePolicy *policy);
/* Who may connect; policy (nullable) outlives the engine's listeners */
void pyrog_engine_set_peer_policy (PyrogEngine *engine, PyrogPeerPolicy *policy);
/* Closes everything. Safe inside a handler: what is running ends first. */
void pyrog_engine_free (PyrogEngine *engine);
/* listener outlives the engine */
void pyrog_engine_add_listener (PyrogEngine *engine, PyrogListener *listener);
/* Serves the peer at the other end of a connected socket, without a handshake */
void pyrog_engine_join (PyrogEngine *engine, GSocket *socket);
/* Accepts no more, closes what is idle, lets calls in progress end, for STOP_TIMEOUT at most */
void pyrog_engine_drain (PyrogEngine *engine, PyrogDrainedFunc func, gpointer user_data);

G_END_DECLS
