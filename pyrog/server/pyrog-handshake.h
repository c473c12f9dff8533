/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-codec.h"
#include "pyrog-cookie.h"
#include "pyrog-object-table.h"
#include "pyrog-peer.h"

G_BEGIN_DECLS

/* Answers CONNECT, the first message of a peer, now or when the program has decided. codec: NULL if
 * the serializer is unknown or not accepted. objects live as long as the peer; hide_objects: say
 * the same of unknown ones as of other refusals; cookie: what a peer has to know, or NULL. */
PyrogDispatch pyrog_handshake_dispatch (PyrogObjectTable *objects,
                                        gboolean hide_objects,
                                        PyrogCookie *cookie,
                                        PyrogPeer *peer,
                                        const PyrogMessage *message,
                                        const PyrogCodec *codec,
                                        PyrogArena *arena,
                                        PyrogBuffer *out);
/* Appends CONNECTFAIL; request: NULL if it is not known. Returns PYROG_DISPATCH_CLOSE. */
PyrogDispatch
pyrog_handshake_refuse (const PyrogHeader *request, const char *text, PyrogBuffer *out);

G_END_DECLS
