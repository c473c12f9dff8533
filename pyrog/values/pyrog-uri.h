/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_URI (pyrog_uri_get_type ())

/**
 * PyrogUriProtocol:
 * @PYROG_URI_PROTOCOL_PYRO: `PYRO:` names an object and where it is
 * @PYROG_URI_PROTOCOL_PYRONAME: `PYRONAME:` names an entry of a name server
 * @PYROG_URI_PROTOCOL_PYROMETA: `PYROMETA:` names tags of entries of a name server
 *
 * What a uri refers to.
 *
 * Since: 1.0
 */
typedef enum
{
  PYROG_URI_PROTOCOL_PYRO,
  PYROG_URI_PROTOCOL_PYRONAME,
  PYROG_URI_PROTOCOL_PYROMETA,
} PyrogUriProtocol;

typedef struct _PyrogUri PyrogUri;

#define PYROG_DEFAULT_NS_PORT 9090

PYROG_AVAILABLE_IN_ALL
GType pyrog_uri_get_type (void) G_GNUC_CONST;
PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_uri_new (const char *text, GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_uri_new_for_host (const char *object, const char *host, guint16 port);
PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_uri_new_for_socket (const char *object, const char *sockname);
PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_uri_ref (PyrogUri *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_uri_unref (PyrogUri *self);

PYROG_AVAILABLE_IN_ALL
char *pyrog_uri_to_string (PyrogUri *self);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_uri_equal (gconstpointer a, gconstpointer b);
PYROG_AVAILABLE_IN_ALL
guint pyrog_uri_hash (gconstpointer uri);

PYROG_AVAILABLE_IN_ALL
PyrogUriProtocol pyrog_uri_get_protocol (PyrogUri *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_uri_get_object (PyrogUri *self);
PYROG_AVAILABLE_IN_ALL
const char *const *pyrog_uri_get_tags (PyrogUri *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_uri_get_host (PyrogUri *self);
PYROG_AVAILABLE_IN_ALL
guint16 pyrog_uri_get_port (PyrogUri *self);
PYROG_AVAILABLE_IN_ALL
const char *pyrog_uri_get_sockname (PyrogUri *self);
PYROG_AVAILABLE_IN_ALL
char *pyrog_uri_get_location (PyrogUri *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogUri, pyrog_uri_unref)

G_END_DECLS
