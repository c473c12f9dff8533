/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where something listens: what stands behind the @ of a uri. "host:port", "[ipv6]:port",
 * "./u:PATH" or "./u:@NAME" for a socket in Linux's abstract namespace (Pyro5 writes a NUL
 * character for the @;
 * "./u:\0NAME", with a backslash and a zero, is understood too). */
typedef struct
{
  char *host;     /* (owned) (nullable) without brackets */
  guint16 port;   /* 0 if there was none */
  char *sockname; /* (owned) (nullable) a path, or @ and a name */
} PyrogLocation;

/* Errors: PYROG_ERROR_INVALID_URI, which names text. A missing port is 0. */
gboolean pyrog_location_parse (const char *text, PyrogLocation *location, GError **error);
/* FALSE: it is neither of TCP nor of a unix socket that has a name */
gboolean pyrog_location_from_address (GSocketAddress *address, PyrogLocation *location);
void pyrog_location_clear (PyrogLocation *location);
char *pyrog_location_to_string (const PyrogLocation *location);
/* The address of a unix socket; NULL and the error set if the name is too long */
GSocketAddress *pyrog_location_socket_address (const char *sockname, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PyrogLocation, pyrog_location_clear)

G_END_DECLS
