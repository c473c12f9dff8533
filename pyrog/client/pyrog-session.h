/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-call.h"
#include "pyrog-certificate-policy.h"
#include "pyrog-config.h"
#include "pyrog-connection.h"
#include "pyrog-metadata.h"
#include "pyrog-tls.h"
#include "pyrog-uri.h"

G_BEGIN_DECLS

/* The calls of one client to one object: connects when the first one comes, keeps them in order,
 * matches replies. May be used in any thread.
 *
 * One reader at a time: a synchronous call reads for all, in its thread; without one, a GSource in
 * each main context with asynchronous calls does. */
typedef struct _PyrogSession PyrogSession;

PyrogSession *pyrog_session_new (PyrogUri *uri, PyrogConfig *config, const PyrogCodec *codec);
PyrogSession *pyrog_session_ref (PyrogSession *session);
void pyrog_session_unref (PyrogSession *session);
/* Uses that socket, which is connected, and no other one. Before the first call. */
void pyrog_session_join (PyrogSession *session, GSocket *socket);
/* What the handshake says to the daemon; takes effect with the next connection */
void pyrog_session_set_handshake (PyrogSession *session, GVariant *data);
void pyrog_session_set_codec (PyrogSession *session, const PyrogCodec *codec);

/* Signals of owner, which is not kept alive, that ask about daemons. They are emitted in a thread
 * that waits for a call, or in the context of one. */
void pyrog_session_set_owner (PyrogSession *session,
                              GObject *owner,
                              guint certificate_signal,
                              guint handshake_signal);
/* These take effect with the next connection */
void pyrog_session_set_tls_objects (PyrogSession *session, const PyrogTlsObjects *objects);
void pyrog_session_set_certificate_policy (PyrogSession *session, PyrogCertificatePolicy *policy);
void pyrog_session_set_peer_name (PyrogSession *session, const char *name);

/* Begins an asynchronous call; call->func is called in call->context */
void pyrog_session_submit (PyrogSession *session, PyrogCall *call);
/* Makes a call, unless it was sent already, and waits for its end; call->error tells how it was */
void pyrog_session_wait (PyrogSession *session, PyrogCall *call, GCancellable *cancellable);
/* Sends calls without waiting for them; nobody is told of their end, and nobody reads just for
 * them. pyrog_session_wait() or pyrog_session_watch() does that later. */
void pyrog_session_send (PyrogSession *session, PyrogCall *const *calls, guint count);
gboolean pyrog_session_is_done (PyrogSession *session, PyrogCall *call);
/* When a call that was sent is given up, or 0 */
void pyrog_session_set_deadline (PyrogSession *session, PyrogCall *call, gint64 deadline);
/* Calls func when a call that was sent is done, in the context */
void pyrog_session_watch (PyrogSession *session,
                          PyrogCall *call,
                          GMainContext *context,
                          PyrogCallFunc func,
                          gpointer user_data);
/* TRUE: func will not be called; the call goes on. FALSE: it was called, or will be. */
gboolean pyrog_session_unwatch (PyrogSession *session, PyrogCall *call);
/* The caller has lost interest: the call ends with error, which is taken, unless it has ended */
void pyrog_session_cancel (PyrogSession *session, PyrogCall *call, GError *error);
/* Closes the connection; calls in progress fail. The next call connects again. */
void pyrog_session_close (PyrogSession *session);

/* What the daemon told of the object in the last handshake: a full reference, or NULL */
PyrogMetadata *pyrog_session_get_metadata (PyrogSession *session);
/* The daemon's answer to the handshake: a full reference, or NULL */
GVariant *pyrog_session_get_answer (PyrogSession *session);
/* The connection in use: a full reference, or NULL */
PyrogConnection *pyrog_session_get_connection (PyrogSession *session);
gboolean pyrog_session_is_connected (PyrogSession *session);
/* Microseconds to wait after so many attempts to connect; random: from 0 to 1 */
gint64 pyrog_session_pause_length (guint attempts, double random);
/* Whether the last handshake, since the session was closed, ended with the daemon's refusal */
gboolean pyrog_session_was_refused (PyrogSession *session);

G_END_DECLS
