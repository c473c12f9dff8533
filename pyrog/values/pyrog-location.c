/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-location.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/un.h>

#include "pyrog-error-private.h"

#define SOCKET_PREFIX "./u:"
#define MAPPED_PREFIX "::ffff:"
#define ESCAPED_NUL "\\0"
#define SHOWN 64      /* bytes of a wrong text in the error */
#define SHOWN_PORT 16 /* bytes of a wrong port */

static gboolean
refuse (GError **error, const char *text, const char *why)
{
  g_autofree char *shown = pyrog_error_escape (text, strlen (text), SHOWN);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI, _ ("Invalid location ‘%s’: %s"), shown,
               why);
  return FALSE;
}

static gboolean
parse_port (const char *text, const char *port, guint16 *value, GError **error)
{
  guint64 number;

  if (g_ascii_string_to_unsigned (port, 10, 0, G_MAXUINT16, &number, NULL))
    {
      *value = (guint16) number;
      return TRUE;
    }
  g_autofree char *shown = pyrog_error_escape (port, strlen (port), SHOWN_PORT);
  g_autofree char *why = g_strdup_printf (_ ("the port ‘%s’ is not a number up to 65535"), shown);
  return refuse (error, text, why);
}

/* UTF-8 without control characters */
static gboolean
is_plain (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (p)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_socket (const char *text, PyrogLocation *location, GError **error)
{
  const char *name = text + strlen (SOCKET_PREFIX);

  if (g_str_has_prefix (name, ESCAPED_NUL))
    location->sockname = g_strconcat ("@", name + strlen (ESCAPED_NUL), NULL);
  else
    location->sockname = g_strdup (name);
  if (*location->sockname == '\0' || strcmp (location->sockname, "@") == 0)
    return refuse (error, text, _ ("the socket has no name"));
  if (strchr (name, ':') != NULL)
    return refuse (error, text, _ ("the name of a socket has no colon"));
  if (!is_plain (name))
    return refuse (error, text, _ ("the name of a socket is in UTF-8 without control characters"));
  return TRUE;
}

static gboolean
parse_ipv6 (const char *text, PyrogLocation *location, GError **error)
{
  const char *close = strchr (text, ']');

  if (close == NULL || (close[1] != ':' && close[1] != '\0'))
    return refuse (error, text, _ ("the IPv6 address is not in brackets"));
  location->host = g_strndup (text + 1, (gsize) (close - text) - 1);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (location->host);
  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return refuse (error, text, _ ("what is in brackets is not an IPv6 address"));
  return close[1] == '\0' || parse_port (text, close + 2, &location->port, error);
}

static gboolean
parse_host (const char *text, PyrogLocation *location, GError **error)
{
  const char *colon = strchr (text, ':');

  if (colon != NULL && strchr (colon + 1, ':') != NULL)
    return refuse (error, text, _ ("the IPv6 address is not in brackets"));
  location->host = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
  if (*location->host == '\0')
    return refuse (error, text, _ ("the host is missing"));
  if (strpbrk (location->host, " /@[]") != NULL || !is_plain (location->host))
    return refuse (error, text, _ ("the host has characters that no host has"));
  return colon == NULL || parse_port (text, colon + 1, &location->port, error);
}

gboolean
pyrog_location_parse (const char *text, PyrogLocation *location, GError **error)
{
  g_auto (PyrogLocation) result = { 0 };
  gboolean ok;

  if (g_str_has_prefix (text, SOCKET_PREFIX))
    ok = parse_socket (text, &result, error);
  else if (*text == '[')
    ok = parse_ipv6 (text, &result, error);
  else
    ok = parse_host (text, &result, error);
  if (!ok)
    return FALSE;
  *location = result;
  memset (&result, 0, sizeof result);
  return TRUE;
}

/* An IPv4 address is one, also as a socket of both IP versions says it */
static char *
describe_inet (GInetAddress *address)
{
  g_autofree char *text = g_inet_address_to_string (address);

  if (g_str_has_prefix (text, MAPPED_PREFIX) && strchr (text, '.') != NULL)
    return g_strdup (text + strlen (MAPPED_PREFIX));
  return g_steal_pointer (&text);
}

gboolean
pyrog_location_from_address (GSocketAddress *address, PyrogLocation *location)
{
  if (G_IS_INET_SOCKET_ADDRESS (address))
    {
      GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
      location->host = describe_inet (g_inet_socket_address_get_address (inet));
      location->port = g_inet_socket_address_get_port (inet);
      return TRUE;
    }
  if (!G_IS_UNIX_SOCKET_ADDRESS (address))
    return FALSE;
  GUnixSocketAddress *native = G_UNIX_SOCKET_ADDRESS (address);
  gboolean abstract = g_unix_socket_address_get_address_type (native) != G_UNIX_SOCKET_ADDRESS_PATH;
  const char *name = g_unix_socket_address_get_path (native);
  if (*name == '\0')
    return FALSE;
  location->sockname = g_strconcat (abstract ? "@" : "", name, NULL);
  return TRUE;
}

void
pyrog_location_clear (PyrogLocation *location)
{
  g_clear_pointer (&location->host, g_free);
  g_clear_pointer (&location->sockname, g_free);
}

char *
pyrog_location_to_string (const PyrogLocation *location)
{
  if (location->sockname != NULL)
    return g_strconcat (SOCKET_PREFIX, location->sockname, NULL);
  if (strchr (location->host, ':') != NULL)
    return g_strdup_printf ("[%s]:%u", location->host, location->port);
  return g_strdup_printf ("%s:%u", location->host, location->port);
}

GSocketAddress *
pyrog_location_socket_address (const char *sockname, GError **error)
{
  struct sockaddr_un native;
  gsize size = strlen (sockname);

  if (size >= sizeof native.sun_path)
    {
      g_autofree char *shown = pyrog_error_escape (sockname, size, SHOWN);
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI,
                   _ ("The socket name ‘%s’ has %zu bytes, more than %zu"), shown, size,
                   sizeof native.sun_path - 1);
      return NULL;
    }
  if (*sockname == '@')
    return g_unix_socket_address_new_with_type (sockname + 1, (int) size - 1,
                                                G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  return g_unix_socket_address_new (sockname);
}
