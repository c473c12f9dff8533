/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-uri.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error-private.h"
#include "pyrog-location.h"
#include "pyrog-uri-private.h"

#define SHOWN 64 /* bytes of a wrong text in the error */
#define SOCKET_PREFIX "@./u:"

/**
 * PyrogUri:
 *
 * The address of a remote object.
 *
 * | text | what it names |
 * |---|---|
 * | `PYRO:object@host:port` | an object of a daemon; IPv6 addresses stand in brackets |
 * | `PYRO:object@./u:/path/to/socket` | the same, on a unix socket |
 * | `PYRO:object@./u:@name` | the same, on a socket in Linux's abstract namespace |
 * | `PYRONAME:name[@host[:port]]` | an entry of a name server |
 * | `PYROMETA:tag,tag[@host[:port]]` | an entry of a name server that has all these tags |
 *
 * Immutable, compared by content, usable in any thread. Pyro5 writes a NUL character in front of an
 * abstract socket's name, which C strings can't hold: pyrog writes an `@`, and also reads a
 * backslash and a zero, `\0`. Peers get the NUL character. A path that begins with `@` can be
 * written as `./@`.
 *
 * Since: 1.0
 */
struct _PyrogUri
{
  gatomicrefcount refs;
  PyrogUriProtocol protocol;
  char *object;           /* (owned) the tags of a PYROMETA, sorted, with commas */
  char **tags;            /* (owned) (nullable) PYROMETA only: sorted, without repetitions */
  PyrogLocation location; /* empty for a name without a name server */
};

G_DEFINE_BOXED_TYPE (PyrogUri, pyrog_uri, pyrog_uri_ref, pyrog_uri_unref)

static const char *const protocols[] = {
  [PYROG_URI_PROTOCOL_PYRO] = "PYRO",
  [PYROG_URI_PROTOCOL_PYRONAME] = "PYRONAME",
  [PYROG_URI_PROTOCOL_PYROMETA] = "PYROMETA",
};

static gboolean
refuse (GError **error, const char *text, const char *why)
{
  g_autofree char *shown = pyrog_error_escape (text, strlen (text), SHOWN);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI, _ ("Invalid uri ‘%s’: %s"), shown, why);
  return FALSE;
}

static gboolean
has_location (PyrogUri *self)
{
  return self->location.host != NULL || self->location.sockname != NULL;
}

static gboolean
parse_protocol (PyrogUri *self, const char *text, const char **rest, GError **error)
{
  const char *colon = strchr (text, ':');

  for (guint i = 0; colon != NULL && i < G_N_ELEMENTS (protocols); i++)
    {
      gsize size = strlen (protocols[i]);
      if ((gsize) (colon - text) == size && g_ascii_strncasecmp (text, protocols[i], size) == 0)
        {
          self->protocol = i;
          *rest = colon + 1;
          return TRUE;
        }
    }
  return refuse (error, text, _ ("it does not begin with PYRO:, PYRONAME: or PYROMETA:"));
}

/* Why a text can't be an object's id or a name; NULL if it can */
static const char *
find_fault (const char *object)
{
  if (*object == '\0')
    return _ ("the object is missing");
  if (!g_utf8_validate (object, -1, NULL))
    return _ ("the object is not UTF-8");
  for (const char *p = object; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (g_unichar_isspace (c) || g_unichar_iscntrl (c))
        return _ ("the object has a blank or control character in it");
    }
  return strchr (object, '@') != NULL ? _ ("the object has an @ in it") : NULL;
}

static gboolean
check_object (const char *text, const char *object, GError **error)
{
  const char *fault = find_fault (object);

  return fault == NULL || refuse (error, text, fault);
}

static int
compare_tags (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, stripped, each once. A peer may send many of them. */
static char **
split_tags (const char *object)
{
  g_auto (GStrv) parts = g_strsplit_set (object, ",", -1);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GPtrArray) tags = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (*g_strstrip (parts[i]) != '\0')
        g_ptr_array_add (sorted, parts[i]);
    }
  g_ptr_array_sort (sorted, compare_tags);
  for (guint i = 0; i < sorted->len; i++)
    {
      const char *tag = sorted->pdata[i];
      if (i == 0 || strcmp (tag, sorted->pdata[i - 1]) != 0)
        g_ptr_array_add (tags, g_strdup (tag));
    }
  g_ptr_array_add (tags, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&tags), FALSE);
}

static gboolean
parse_object (PyrogUri *self, const char *text, const char *object, GError **error)
{
  if (self->protocol != PYROG_URI_PROTOCOL_PYROMETA)
    {
      self->object = g_strdup (object);
      return check_object (text, object, error);
    }
  self->tags = split_tags (object);
  self->object = g_strjoinv (",", self->tags);
  return check_object (text, self->object, error);
}

/* Whether a location that was parsed has a port in its text */
static gboolean
names_port (const char *location)
{
  return *location == '[' ? !g_str_has_suffix (location, "]") : strchr (location, ':') != NULL;
}

static gboolean
parse_location (PyrogUri *self, const char *text, const char *location, GError **error)
{
  if (self->protocol == PYROG_URI_PROTOCOL_PYRO && location == NULL)
    return refuse (error, text, _ ("the location is missing"));
  if (location == NULL)
    return TRUE;
  if (!pyrog_location_parse (location, &self->location, error))
    return FALSE;
  if (self->location.sockname != NULL || self->location.port != 0)
    return TRUE;
  if (names_port (location))
    return refuse (error, text, _ ("the port is 0, not from 1 to 65535"));
  if (self->protocol == PYROG_URI_PROTOCOL_PYRO)
    return refuse (error, text, _ ("the port is missing"));
  self->location.port = PYROG_DEFAULT_NS_PORT;
  return TRUE;
}

static PyrogUri *
alloc_uri (void)
{
  PyrogUri *self = g_new0 (PyrogUri, 1);

  g_atomic_ref_count_init (&self->refs);
  return self;
}

/**
 * pyrog_uri_new: (constructor)
 * @text: the text of a uri
 * @error: return location for an error
 *
 * Parses a uri.
 *
 * Returns: (transfer full): the uri, or %NULL with %PYROG_ERROR_INVALID_URI
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_uri_new (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  g_autoptr (PyrogUri) self = alloc_uri ();
  const char *rest = NULL;
  if (!parse_protocol (self, text, &rest, error))
    return NULL;

  const char *at = strchr (rest, '@');
  g_autofree char *object = at != NULL ? g_strndup (rest, (gsize) (at - rest)) : g_strdup (rest);
  if (!parse_object (self, text, object, error)
      || !parse_location (self, text, at != NULL ? at + 1 : NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * pyrog_uri_new_for_host: (constructor)
 * @object: the id of an object, without blanks or `@`
 * @host: a host name or address
 * @port: its port
 *
 * Makes a `PYRO:` uri of its parts.
 *
 * Returns: (transfer full): the uri
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_uri_new_for_host (const char *object, const char *host, guint16 port)
{
  g_return_val_if_fail (object != NULL && find_fault (object) == NULL, NULL);
  g_return_val_if_fail (host != NULL && *host != '\0', NULL);
  g_return_val_if_fail (port != 0, NULL);

  PyrogUri *self = alloc_uri ();
  self->object = g_strdup (object);
  self->location.host = g_strdup (host);
  self->location.port = port;
  return self;
}

/**
 * pyrog_uri_new_for_socket: (constructor)
 * @object: the id of an object, without blanks or `@`
 * @sockname: the path of a unix socket, or `@` and the name of an abstract one
 *
 * Makes a `PYRO:` uri of its parts.
 *
 * Returns: (transfer full): the uri
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_uri_new_for_socket (const char *object, const char *sockname)
{
  g_return_val_if_fail (object != NULL && find_fault (object) == NULL, NULL);
  g_return_val_if_fail (sockname != NULL && *sockname != '\0', NULL);

  PyrogUri *self = alloc_uri ();
  self->object = g_strdup (object);
  self->location.sockname = g_strdup (sockname);
  return self;
}

/**
 * pyrog_uri_ref:
 * @self: a uri
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
PyrogUri *
pyrog_uri_ref (PyrogUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * pyrog_uri_unref:
 * @self: (transfer full): a uri
 *
 * Drops a reference.
 *
 * Since: 1.0
 */
void
pyrog_uri_unref (PyrogUri *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->object);
  g_strfreev (self->tags);
  pyrog_location_clear (&self->location);
  g_free (self);
}

/**
 * pyrog_uri_to_string:
 * @self: a uri
 *
 * The text of a uri, which [ctor@Uri.new] reads back as an equal one.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
pyrog_uri_to_string (PyrogUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_autofree char *location = pyrog_uri_get_location (self);
  return g_strconcat (protocols[self->protocol], ":", self->object, location != NULL ? "@" : NULL,
                      location, NULL);
}

static gboolean
is_abstract (PyrogUri *self)
{
  return self->location.sockname != NULL && *self->location.sockname == '@';
}

char *
pyrog_uri_to_wire (PyrogUri *self, gsize *size)
{
  char *text = pyrog_uri_to_string (self);

  *size = strlen (text);
  if (is_abstract (self))
    text[*size - strlen (self->location.sockname)] = '\0';
  return text;
}

char *
pyrog_uri_dup_wire_sockname (PyrogUri *self, gsize *size)
{
  char *sockname = g_strdup (self->location.sockname);

  *size = sockname != NULL ? strlen (sockname) : 0;
  if (is_abstract (self))
    *sockname = '\0';
  return sockname;
}

PyrogUri *
pyrog_uri_new_from_wire (const char *text, gsize size, GError **error)
{
  g_autofree char *copy = size > 0 ? g_strndup (text, size) : g_strdup ("");
  gsize start
      = strlen (copy); /* where a NUL is; it has a meaning in front of a socket's name only */
  const char *at = strchr (copy, '@');

  if (start < size && at != NULL && strcmp (at, SOCKET_PREFIX) == 0)
    {
      memcpy (copy + start, text + start, size - start);
      copy[start] = '@';
    }
  if (strlen (copy) == size)
    return pyrog_uri_new (copy, error);
  refuse (error, copy, _ ("it has a NUL character in it"));
  return NULL;
}

/**
 * pyrog_uri_equal:
 * @a: (type PyrogUri): a uri
 * @b: (type PyrogUri): another one
 *
 * Whether two uris have the same parts. The order of tags does not matter.
 *
 * Returns: whether they have
 *
 * Since: 1.0
 */
gboolean
pyrog_uri_equal (gconstpointer a, gconstpointer b)
{
  const PyrogUri *x = a, *y = b;

  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return x->protocol == y->protocol && strcmp (x->object, y->object) == 0
         && g_strcmp0 (x->location.host, y->location.host) == 0
         && x->location.port == y->location.port
         && g_strcmp0 (x->location.sockname, y->location.sockname) == 0;
}

/**
 * pyrog_uri_hash:
 * @uri: (type PyrogUri): a uri
 *
 * A hash of a uri, for tables.
 *
 * Returns: the same number for equal uris
 *
 * Since: 1.0
 */
guint
pyrog_uri_hash (gconstpointer uri)
{
  const PyrogUri *self = uri;

  g_return_val_if_fail (uri != NULL, 0);

  return g_str_hash (self->object) ^ self->location.port
         ^ (self->location.host != NULL ? g_str_hash (self->location.host) : 0);
}

/**
 * pyrog_uri_get_protocol:
 * @self: a uri
 *
 * What kind of uri it is.
 *
 * Returns: the kind
 *
 * Since: 1.0
 */
PyrogUriProtocol
pyrog_uri_get_protocol (PyrogUri *self)
{
  g_return_val_if_fail (self != NULL, PYROG_URI_PROTOCOL_PYRO);

  return self->protocol;
}

/**
 * pyrog_uri_get_object:
 * @self: a uri
 *
 * The id of the object, the name, or the tags with commas between them.
 *
 * Returns: (transfer none): the text
 *
 * Since: 1.0
 */
const char *
pyrog_uri_get_object (PyrogUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->object;
}

/**
 * pyrog_uri_get_tags:
 * @self: a uri
 *
 * The tags of a `PYROMETA:` uri, sorted.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the tags, or %NULL for other uris
 *
 * Since: 1.0
 */
const char *const *
pyrog_uri_get_tags (PyrogUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->tags;
}

/**
 * pyrog_uri_get_host:
 * @self: a uri
 *
 * The host, an IPv6 address without its brackets.
 *
 * Returns: (transfer none) (nullable): the host, or %NULL for sockets and plain names
 *
 * Since: 1.0
 */
const char *
pyrog_uri_get_host (PyrogUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->location.host;
}

/**
 * pyrog_uri_get_port:
 * @self: a uri
 *
 * The port.
 *
 * Returns: the port, or 0 if there is no host
 *
 * Since: 1.0
 */
guint16
pyrog_uri_get_port (PyrogUri *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->location.port;
}

/**
 * pyrog_uri_get_sockname:
 * @self: a uri
 *
 * The path of the unix socket, or `@` and the name of an abstract one.
 *
 * Returns: (transfer none) (nullable): the socket, or %NULL if there is none
 *
 * Since: 1.0
 */
const char *
pyrog_uri_get_sockname (PyrogUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->location.sockname;
}

/**
 * pyrog_uri_get_location:
 * @self: a uri
 *
 * What stands behind the `@`.
 *
 * Returns: (transfer full) (nullable): the text, or %NULL if there is no location
 *
 * Since: 1.0
 */
char *
pyrog_uri_get_location (PyrogUri *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return has_location (self) ? pyrog_location_to_string (&self->location) : NULL;
}
