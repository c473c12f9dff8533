/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-uri.h"

G_BEGIN_DECLS

/* A proxy as a value. Pyro5 writes one as a dict of a class (client.py, Proxy.__getstate__):
 *
 *   {"__class__": "Pyro5.client.Proxy",
 *    "state": (uri, oneway methods, methods, attributes, handshake data, serializer)}
 *
 * We leave the methods out, which a receiver learns when it connects, and the handshake data, which
 * may be a secret between two others. */
typedef struct
{
  PyrogUri *uri;       /* (owned) */
  GVariant *handshake; /* (owned) (nullable) what the sender would say */
  char *serializer;    /* (owned) (nullable) that the sender would use */
} PyrogReference;

/* serializer (nullable); a floating a{sv} */
GVariant *pyrog_reference_to_variant (PyrogUri *uri, const char *serializer);
/* Errors: PYROG_ERROR_TYPE_ERROR for another value, PYROG_ERROR_VALUE_ERROR and _INVALID_URI for
 * what is wrong in it */
gboolean pyrog_reference_from_variant (GVariant *value, PyrogReference *reference, GError **error);
void pyrog_reference_clear (PyrogReference *reference);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PyrogReference, pyrog_reference_clear)

G_END_DECLS
