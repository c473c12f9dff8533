/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-reference.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-uri-private.h"

#define PROXY_CLASS "Pyro5.client.Proxy"
#define DEFAULT_HANDSHAKE "hello" /* what Pyro5's proxies say if nobody tells them otherwise */

enum
{
  STATE_URI,
  STATE_ONEWAY,
  STATE_METHODS,
  STATE_ATTRIBUTES,
  STATE_HANDSHAKE,
  STATE_SERIALIZER,
  STATE_SIZE,
};

/* ---- Writing ---- */

/* An abstract socket's name begins with a NUL, which a string of GVariant can't have */
static GVariant *
uri_to_variant (PyrogUri *uri)
{
  gsize size;
  g_autofree char *text = pyrog_uri_to_wire (uri, &size);

  if (strlen (text) == size)
    return g_variant_new_string (text);
  GVariant *bytes = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, text, size, 1);
  return g_variant_new_maybe (NULL, g_variant_new_maybe (NULL, bytes));
}

GVariant *
pyrog_reference_to_variant (PyrogUri *uri, const char *serializer)
{
  GVariant *state[STATE_SIZE];
  GVariantDict dict;

  state[STATE_URI] = uri_to_variant (uri);
  state[STATE_ONEWAY] = g_variant_new_tuple (NULL, 0);
  state[STATE_METHODS] = g_variant_new_tuple (NULL, 0);
  state[STATE_ATTRIBUTES] = g_variant_new_tuple (NULL, 0);
  state[STATE_HANDSHAKE] = g_variant_new_string (DEFAULT_HANDSHAKE);
  state[STATE_SERIALIZER] = serializer != NULL ? g_variant_new_string (serializer)
                                               : g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "__class__", "s", PROXY_CLASS);
  g_variant_dict_insert_value (&dict, "state", g_variant_new_tuple (state, STATE_SIZE));
  return g_variant_dict_end (&dict);
}

/* ---- Reading ---- */

/* An element, out of its box */
static GVariant *
get_element (GVariant *container, gsize index)
{
  g_autoptr (GVariant) element = g_variant_get_child_value (container, index);

  return g_variant_is_of_type (element, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (element)
                                                                : g_steal_pointer (&element);
}

static PyrogUri *
uri_from_variant (GVariant *value, GError **error)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return pyrog_uri_new (g_variant_get_string (value, NULL), error);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("mmay")) && g_variant_n_children (value) == 1)
    {
      g_autoptr (GVariant) some = g_variant_get_child_value (value, 0);
      g_autoptr (GVariant) bytes = g_variant_get_maybe (some);
      gsize size = 0;
      const char *text = bytes != NULL ? g_variant_get_fixed_array (bytes, &size, 1) : NULL;
      return pyrog_uri_new_from_wire (text, size, error);
    }
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR,
               _ ("The uri of a proxy is a value of the type ‘%s’"),
               g_variant_get_type_string (value));
  return NULL;
}

static GVariant *
get_state (GVariant *value, GError **error)
{
  const char *name = NULL;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (value, "__class__", "&s", &name) || strcmp (name, PROXY_CLASS) != 0)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                   _ ("A value of the type ‘%s’ does not stand for a proxy"),
                   name != NULL ? name : g_variant_get_type_string (value));
      return NULL;
    }
  GVariant *state = g_variant_lookup_value (value, "state", NULL);
  if (state != NULL && g_variant_is_container (state)
      && !g_variant_is_of_type (state, G_VARIANT_TYPE_MAYBE)
      && g_variant_n_children (state) == STATE_SIZE)
    return state;
  g_clear_pointer (&state, g_variant_unref);
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR,
               _ ("The state of a proxy does not have %u elements"), STATE_SIZE);
  return NULL;
}

gboolean
pyrog_reference_from_variant (GVariant *value, PyrogReference *reference, GError **error)
{
  g_autoptr (GVariant) state = get_state (value, error);

  *reference = (PyrogReference){ 0 };
  if (state == NULL)
    return FALSE;
  g_autoptr (GVariant) uri = get_element (state, STATE_URI);
  reference->uri = uri_from_variant (uri, error);
  if (reference->uri == NULL)
    return FALSE;
  reference->handshake = get_element (state, STATE_HANDSHAKE);
  g_autoptr (GVariant) serializer = get_element (state, STATE_SERIALIZER);
  if (g_variant_is_of_type (serializer, G_VARIANT_TYPE_STRING))
    reference->serializer = g_variant_dup_string (serializer, NULL);
  return TRUE;
}

void
pyrog_reference_clear (PyrogReference *reference)
{
  g_clear_pointer (&reference->uri, pyrog_uri_unref);
  g_clear_pointer (&reference->handshake, g_variant_unref);
  g_clear_pointer (&reference->serializer, g_free);
}
