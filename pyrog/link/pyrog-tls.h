/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-config.h"
#include "pyrog-transport.h"

G_BEGIN_DECLS

/* Encryption. This module alone knows the library that does it; the rest of pyrog deals with GIO's
 * certificates, databases and flags.
 *
 * A context is what one end brings to its encrypted connections: its certificate and key, whom it
 * trusts, what it demands. Immutable, to be used in any thread. */
typedef struct _PyrogTlsContext PyrogTlsContext;

typedef enum
{
  PYROG_TLS_CLIENT,
  PYROG_TLS_SERVER,
} PyrogTlsRole;

/* What a program gives as objects, in place of the files that the configuration names */
typedef struct
{
  GTlsCertificate *certificate; /* (nullable) with its key */
  GTlsDatabase *database;       /* (nullable) whom to trust */
  GTlsInteraction *interaction; /* (nullable) is asked for passwords and PINs */
} PyrogTlsObjects;

/* Reads the items SSL_* of the configuration and the files that they name. NULL:
 * PYROG_ERROR_INVALID_CONFIG, whose text names the item or the file. */
PyrogTlsContext *pyrog_tls_context_new (PyrogConfig *config,
                                        PyrogTlsRole role,
                                        const PyrogTlsObjects *objects,
                                        GError **error);
/* For a client: the same one for all that have the same settings, while the files stay as they are
 */
PyrogTlsContext *pyrog_tls_context_get_shared (PyrogConfig *config, GError **error);
PyrogTlsContext *pyrog_tls_context_ref (PyrogTlsContext *context);
void pyrog_tls_context_unref (PyrogTlsContext *context);
/* Whether any of the files has changed since; looks once a second at most */
gboolean pyrog_tls_context_is_outdated (PyrogTlsContext *context);
/* The same from the files as they are now */
PyrogTlsContext *pyrog_tls_context_renew (PyrogTlsContext *context, GError **error);

/* Encrypts over another transport, which it owns. peer_name is the host name or address that a
 * client expects in the certificate of its server; NULL in a server. */
PyrogTransport *
pyrog_tls_new (PyrogTlsContext *context, PyrogTransport *base, const char *peer_name);
/* After the handshake: the peer's certificate, with those that came with it as its issuers, or NULL
 * if it has none, and what speaks against it. A full reference. */
GTlsCertificate *pyrog_tls_verify (PyrogTransport *transport, GTlsCertificateFlags *errors);
/* After the handshake: whether an earlier session goes on */
gboolean pyrog_tls_is_resumed (PyrogTransport *transport);
/* Tells the peer that its certificate, which has these errors, was refused */
void pyrog_tls_refuse (PyrogTransport *transport, GTlsCertificateFlags errors);
/* After a handshake that failed: whether the peer spoke Pyro's protocol, in the clear. If so the
 * transport below is handed back, for an answer that it understands. */
PyrogTransport *pyrog_tls_take_plain (PyrogTransport *transport);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogTlsContext, pyrog_tls_context_unref)

G_END_DECLS
