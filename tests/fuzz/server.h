/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-codec.h"
#include "pyrog-dispatcher.h"

G_BEGIN_DECLS

#define FUZZ_MAX_MESSAGE_SIZE (256u * 1024u)

/* A whole server without its sockets, and its one peer. It has the object ‘o’ with methods of all
 * kinds, ‘client’, a GObject, and the daemon's own. Each reply is checked. */
typedef struct
{
  PyrogPeer peer;              /* the first member */
  PyrogDispatcher *dispatcher; /* (owned) */
  PyrogBuffer out;
  PyrogHeader request;   /* the last one */
  GBytes *reply;         /* (owned) (nullable) to the last request */
  guint late;            /* calls, and calls of batches, that were answered late */
  PyrogInvocation *held; /* (owned) (nullable) to be answered later */
  char *stream_id;       /* (owned) (nullable) of the last reply */
} FuzzServer;

void fuzz_server_start (FuzzServer *server);
void fuzz_server_stop (FuzzServer *server);
void fuzz_server_shake_hands (FuzzServer *server, const PyrogCodec *codec);
/* One message, until it is answered; FALSE if the connection would be closed */
gboolean fuzz_server_serve (FuzzServer *server, const PyrogHeader *header, const guint8 *body);
/* One call. FALSE: it can't be written */
gboolean fuzz_server_call (FuzzServer *server,
                           const PyrogCodec *codec,
                           guint16 flags,
                           const PyrogCallParts *call);
/* What the last reply says, in the arena; FALSE if it is an exception */
gboolean fuzz_server_get_result (FuzzServer *server, PyrogArena *arena, PyrogValue *result);

G_END_DECLS
