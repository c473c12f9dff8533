/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-introspect.h"

#include <glib/gi18n.h>
#include <string.h>

#include "pyrog-error-private.h"
#include "pyrog-print.h"

#define DAEMON_OBJECT "Pyro.Daemon"
#define DESCRIBE "get_description"
#define MAX_TEXT 4096 /* bytes of a text of the peer's on the terminal */

/* A proxy of the daemon's own object, like the object's, or NULL */
static PyrogProxy *
connect_to_daemon (PyrogProxy *proxy)
{
  PyrogUri *uri = pyrog_proxy_get_uri (proxy);
  g_autoptr (PyrogConfig) config = NULL;

  if (pyrog_uri_get_protocol (uri) != PYROG_URI_PROTOCOL_PYRO)
    return NULL;
  g_autofree char *location = pyrog_uri_get_location (uri);
  g_autofree char *text = g_strdup_printf ("PYRO:%s@%s", DAEMON_OBJECT, location);
  g_object_get (proxy, "config", &config, NULL);
  PyrogProxy *daemon = pyrog_proxy_new (text, config, NULL);
  if (daemon != NULL)
    {
      pyrog_proxy_set_serializer (daemon, pyrog_proxy_get_serializer (proxy));
      pyrog_proxy_set_timeout (daemon, pyrog_proxy_get_timeout (proxy));
    }
  return daemon;
}

/* What the daemon tells of the object beyond names; NULL: nothing, as Pyro5's do */
static GVariant *
fetch_description (PyrogProxy *proxy)
{
  g_autoptr (PyrogProxy) daemon = connect_to_daemon (proxy);
  const char *id = pyrog_uri_get_object (pyrog_proxy_get_uri (proxy));

  if (daemon == NULL || !pyrog_proxy_bind_sync (daemon, NULL, NULL))
    return NULL;
  g_auto (GStrv) methods = pyrog_proxy_list_methods (daemon);
  if (!g_strv_contains ((const char *const *) methods, DESCRIBE))
    return NULL;
  return pyrog_proxy_call_sync (daemon, DESCRIBE, g_variant_new ("(s)", id), "a{sv}", NULL, NULL);
}

/* ---- Text ---- */

/* What the peer said, without what a terminal would obey; NULL: it said nothing */
static char *
get_text (GVariant *member, const char *key)
{
  const char *text;

  if (member == NULL || !g_variant_lookup (member, key, "&s", &text))
    return NULL;
  return pyrog_error_escape (text, strlen (text), MAX_TEXT);
}

static gboolean
get_flag (GVariant *member, const char *key, gboolean otherwise)
{
  gboolean flag = otherwise;

  if (member != NULL)
    g_variant_lookup (member, key, "b", &flag);
  return flag;
}

static GVariant *
find_member (GVariant *description, const char *kind, const char *name)
{
  g_autoptr (GVariant) members
      = description != NULL ? g_variant_lookup_value (description, kind, G_VARIANT_TYPE_VARDICT)
                            : NULL;

  return members != NULL ? g_variant_lookup_value (members, name, G_VARIANT_TYPE_VARDICT) : NULL;
}

static void
print_documentation (GVariant *member)
{
  g_autofree char *text = get_text (member, "doc");

  if (text != NULL)
    g_print ("      %s\n", text);
}

static void
print_method (GVariant *description, const char *name, gboolean oneway)
{
  g_autoptr (GVariant) member = find_member (description, "methods", name);
  g_autofree char *shown = pyrog_error_escape (name, strlen (name), MAX_TEXT);
  g_autofree char *signature = get_text (member, "signature");
  g_autofree char *returns = get_text (member, "returns");

  g_print ("  %s", shown);
  if (signature != NULL)
    g_print (*signature == '(' ? " %s" : " (%s)", signature);
  if (returns != NULL)
    g_print (" → %s", returns);
  g_print ("%s\n", oneway ? _ (" (oneway)") : "");
  print_documentation (member);
}

static void
print_attribute (GVariant *description, const char *name)
{
  g_autoptr (GVariant) member = find_member (description, "attrs", name);
  g_autofree char *shown = pyrog_error_escape (name, strlen (name), MAX_TEXT);
  g_autofree char *type = get_text (member, "type");

  g_print ("  %s", shown);
  if (type != NULL)
    g_print (": %s", type);
  if (!get_flag (member, "writable", TRUE))
    g_print (_ (" (can't be set)"));
  g_print ("\n");
  print_documentation (member);
}

static void
print_all (PyrogProxy *proxy, GVariant *description)
{
  g_auto (GStrv) methods = pyrog_proxy_list_methods (proxy);
  g_auto (GStrv) oneway = pyrog_proxy_list_oneway (proxy);
  g_auto (GStrv) attributes = pyrog_proxy_list_attributes (proxy);

  g_print ("%s\n", _ ("Methods:"));
  for (guint i = 0; methods[i] != NULL; i++)
    print_method (description, methods[i],
                  g_strv_contains ((const char *const *) oneway, methods[i]));
  g_print ("%s\n", _ ("Attributes:"));
  for (guint i = 0; attributes[i] != NULL; i++)
    print_attribute (description, attributes[i]);
}

/* Who serves the object, if it tells */
static void
print_software (PyrogProxy *proxy)
{
  g_autofree char *software = pyrog_proxy_get_peer_software (proxy);
  g_autofree char *version = pyrog_proxy_get_peer_version (proxy);

  if (software != NULL)
    g_print (_ ("Served by %s %s\n"), software, version != NULL ? version : "");
}

/* ---- JSON ---- */

static gboolean
print_as_json (PyrogProxy *proxy, GVariant *description, GError **error)
{
  g_auto (GStrv) methods = pyrog_proxy_list_methods (proxy);
  g_auto (GStrv) oneway = pyrog_proxy_list_oneway (proxy);
  g_auto (GStrv) attributes = pyrog_proxy_list_attributes (proxy);
  g_autofree char *software = pyrog_proxy_get_peer_software (proxy);
  g_autofree char *version = pyrog_proxy_get_peer_version (proxy);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "methods", "^as", methods);
  g_variant_dict_insert (&dict, "oneway", "^as", oneway);
  g_variant_dict_insert (&dict, "attrs", "^as", attributes);
  if (software != NULL)
    g_variant_dict_insert (&dict, "software", "s", software);
  if (software != NULL && version != NULL)
    g_variant_dict_insert (&dict, "version", "s", version);
  if (description != NULL)
    g_variant_dict_insert_value (&dict, "description", description);
  return pyrog_print_json (g_variant_dict_end (&dict), error);
}

gboolean
pyrog_introspect (PyrogProxy *proxy, gboolean json, GError **error)
{
  if (!pyrog_proxy_bind_sync (proxy, NULL, error))
    return FALSE;
  g_autoptr (GVariant) description = fetch_description (proxy);
  if (json)
    return print_as_json (proxy, description, error);
  print_software (proxy);
  print_all (proxy, description);
  return TRUE;
}
