/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-chunk.h"
#include "pyrog-config.h"
#include "pyrog-cookie.h"
#include "pyrog-message.h"
#include "pyrog-object-table.h"
#include "pyrog-peer.h"
#include "pyrog-stream-table.h"

G_BEGIN_DECLS

/* Maps a request message to a reply message; every rule of the server is here, and no socket. May
 * be used in several threads, for one peer in one at a time. */
typedef struct _PyrogDispatcher PyrogDispatcher;

typedef struct
{
  gboolean compress;
  gboolean hide_objects;  /* say the same of unknown objects as of other refusals */
  guint serializers;      /* accepted ones: bits 1 << id */
  gboolean literal_bytes; /* serpent writes bytes as literals */
  gsize max_message_size;
  gsize max_memory;           /* of all messages of the process; 0 for no limit */
  gsize max_handshake_size;   /* of a client; 0 for PYROG_MAX_CONNECT_SIZE */
  gsize max_handshake_values; /* the same; 0 for PYROG_MAX_HANDSHAKE_VALUES */
  gsize max_values;           /* in a message, once the handshake succeeded */
  guint max_depth;            /* the same; 0 for PYROG_MAX_DEPTH */
  guint max_annotations;      /* the same; 0 for PYROG_MAX_ANNOTATIONS */
  gboolean detailed;          /* exceptions say where they come from */
  gboolean strict;            /* classes in arguments have to be known */
  gboolean streaming;         /* item streams are served */
  PyrogStreamTableOptions streams;
  guint max_instances; /* of a connection */
  guint max_batch;     /* calls in a batch */
} PyrogDispatcherOptions;

PyrogDispatcherOptions pyrog_dispatcher_options_from_config (PyrogConfig *config);

PyrogDispatcher *pyrog_dispatcher_new (const PyrogDispatcherOptions *options);
PyrogDispatcher *pyrog_dispatcher_ref (PyrogDispatcher *dispatcher);
void pyrog_dispatcher_unref (PyrogDispatcher *dispatcher);

/* Takes what peers have to know; NULL: nothing */
void pyrog_dispatcher_set_cookie (PyrogDispatcher *dispatcher, PyrogCookie *owned_cookie);
PyrogObjectTable *pyrog_dispatcher_get_objects (PyrogDispatcher *dispatcher);
PyrogStreamTable *pyrog_dispatcher_get_streams (PyrogDispatcher *dispatcher);
/* What peers' annotations are to be */
PyrogAnnotationTable *pyrog_dispatcher_get_annotations (PyrogDispatcher *dispatcher);

/* The most bytes of the peer's next message, by its state */
gsize pyrog_dispatcher_get_max_size (PyrogDispatcher *dispatcher, PyrogPeer *peer);
/* body is what follows the header; chunk (nullable) is what it lies in */
PyrogDispatch pyrog_dispatcher_dispatch (PyrogDispatcher *dispatcher,
                                         PyrogPeer *peer,
                                         const PyrogHeader *header,
                                         const guint8 *body,
                                         PyrogChunk *chunk,
                                         PyrogBuffer *out);
/* Goes on with the peer's batch: PENDING or MORE. Its reply comes late. */
PyrogDispatch pyrog_dispatcher_go_on (PyrogPeer *peer);
/* Something is wrong with what a peer sent, before it was a message: a stranger is told so */
void pyrog_dispatcher_refuse (PyrogDispatcher *dispatcher,
                              PyrogPeer *peer,
                              const GError *error,
                              PyrogBuffer *out);

G_END_DECLS
