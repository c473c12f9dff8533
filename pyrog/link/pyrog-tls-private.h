/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gnutls/gnutls.h>

#include "pyrog-tls.h"

G_BEGIN_DECLS

struct _PyrogTlsContext
{
  gatomicrefcount refs;
  PyrogTlsRole role;
  PyrogConfig *config;     /* (owned) for a successor */
  PyrogTlsObjects objects; /* (owned) */

  gnutls_certificate_credentials_t credentials; /* (owned) */
  int unlocked;                                 /* (atomic) a password or PIN was tried */
  GTlsDatabase *database;                       /* (owned) */
  gnutls_certificate_request_t demand;          /* of a client's certificate; in a server */
  gnutls_datum_t ticket_key;                    /* (owned) (nullable) in a server */

  GMutex lock;
  GHashTable *resumable; /* (owned) (locked-by lock) peer name -> GBytes; in a client */
  char *stamp;           /* (owned) what the files were like */
  gint64 next_look;      /* (locked-by lock) monotonic time */
};

/* Where the own certificate and its key are: files, or uris of PKCS#11 objects */
typedef struct
{
  const char *certificate; /* (nullable) */
  const char *key;         /* (nullable) */
} PyrogTlsNames;

/* As the configuration tells them; they live as long as it does */
PyrogTlsNames pyrog_tls_get_names (PyrogTlsContext *context);
gboolean pyrog_tls_is_token_uri (const char *name);
/* Reads the own certificate and its key, and asks for what unlocks it */
gboolean pyrog_tls_load_identity (PyrogTlsContext *context, GError **error);
/* PYROG_ERROR_INVALID_CONFIG; always FALSE */
gboolean pyrog_tls_set_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The data of an earlier session with that peer: a full reference, or NULL */
GBytes *pyrog_tls_context_get_resumable (PyrogTlsContext *context, const char *peer_name);
void
pyrog_tls_context_set_resumable (PyrogTlsContext *context, const char *peer_name, GBytes *data);

G_END_DECLS
