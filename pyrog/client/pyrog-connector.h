/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-uri.h"

G_BEGIN_DECLS

/* Connects to the addresses of a uri, one after another, without waiting: only finding the next
 * address may take time, where a host's name must be looked up. Not thread-safe. */
typedef struct _PyrogConnector PyrogConnector;

typedef enum
{
  PYROG_CONNECT_DONE,    /* get_socket() is connected */
  PYROG_CONNECT_PENDING, /* wait until get_socket() is writable, then check() */
  PYROG_CONNECT_NEXT,    /* this address failed; the next one is to be found */
} PyrogConnect;

/* NULL: PYROG_ERROR_NAMING for a uri that names no place, PYROG_ERROR_INVALID_URI */
PyrogConnector *pyrog_connector_new (PyrogUri *uri, int prefer_ip_version, GError **error);
void pyrog_connector_free (PyrogConnector *connector);

/* Whether finding an address never blocks */
gboolean pyrog_connector_is_quick (PyrogConnector *connector);
/* What finds the addresses; NULL from it without an error is the end */
GSocketAddressEnumerator *pyrog_connector_get_enumerator (PyrogConnector *connector);
PyrogConnect pyrog_connector_try (PyrogConnector *connector, GSocketAddress *address);
PyrogConnect pyrog_connector_check (PyrogConnector *connector);
GSocket *pyrog_connector_get_socket (PyrogConnector *connector);
/* Why it could not connect: what came first, or cause, which is taken (nullable); a full error */
GError *pyrog_connector_explain (PyrogConnector *connector, GError *cause);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogConnector, pyrog_connector_free)

G_END_DECLS
