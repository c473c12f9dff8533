/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-reference.h"

#include <string.h>

#include "pyrog-error.h"
#include "pyrog-proxy.h"

#define PROXY "'__class__': <'Pyro5.client.Proxy'>"

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

/* What is written for a uri names the same object when it is read */
static void
test_round_trip (void)
{
  const char *const texts[] = {
    "PYRO:counter@localhost:4711", "PYRO:counter@[::1]:4711", "PYRO:counter@./u:/run/counter.sock",
    "PYRO:counter@./u:@counter",   "PYRONAME:counter",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PyrogUri) uri = pyrog_uri_new (texts[i], &error);
      g_autoptr (GVariant) value
          = g_variant_ref_sink (pyrog_reference_to_variant (uri, i == 0 ? "json" : NULL));
      g_auto (PyrogReference) reference = { 0 };

      g_assert_true (pyrog_reference_from_variant (value, &reference, &error));
      g_assert_no_error (error);
      g_assert_true (pyrog_uri_equal (reference.uri, uri));
      g_assert_cmpstr (reference.serializer, ==, i == 0 ? "json" : NULL);
    }
}

/* A value as it comes from Pyro5, with tuples of anything, or with lists in their place */
static void
test_from_pyro5 (void)
{
  const char *const texts[] = {
    "{" PROXY ", 'state': <(<'PYRO:o@h:1'>, <()>, <(<'m'>,)>, <()>, <'secret'>, <'msgpack'>)>}",
    "{" PROXY ", 'state': <[<'PYRO:o@h:1'>, <@av []>, <[<'m'>]>, <@av []>, <'secret'>, "
    "<'msgpack'>]>}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = parse (texts[i]);
      g_auto (PyrogReference) reference = { 0 };

      g_assert_true (pyrog_reference_from_variant (value, &reference, &error));
      g_assert_no_error (error);
      g_autofree char *uri = pyrog_uri_to_string (reference.uri);
      g_assert_cmpstr (uri, ==, "PYRO:o@h:1");
      g_assert_cmpstr (g_variant_get_string (reference.handshake, NULL), ==, "secret");
      g_assert_cmpstr (reference.serializer, ==, "msgpack");
    }
}

typedef struct
{
  const char *text;
  int code;
} Wrong;

/* Anything else is an error that says what is wrong, and nothing is left behind */
static void
test_wrong (void)
{
  const Wrong cases[] = {
    { "1", PYROG_ERROR_TYPE_ERROR },
    { "'PYRO:o@h:1'", PYROG_ERROR_TYPE_ERROR },
    { "@a{sv} {}", PYROG_ERROR_TYPE_ERROR },
    { "{'__class__': <5>}", PYROG_ERROR_TYPE_ERROR },
    { "{'__class__': <'Pyro5.core.URI'>}", PYROG_ERROR_TYPE_ERROR },
    { "{" PROXY "}", PYROG_ERROR_VALUE_ERROR },
    { "{" PROXY ", 'state': <5>}", PYROG_ERROR_VALUE_ERROR },
    { "{" PROXY ", 'state': <@mv nothing>}", PYROG_ERROR_VALUE_ERROR },
    { "{" PROXY ", 'state': <('PYRO:o@h:1', 1, 2, 3, 4)>}", PYROG_ERROR_VALUE_ERROR },
    { "{" PROXY ", 'state': <(5, 1, 2, 3, 4, 5)>}", PYROG_ERROR_VALUE_ERROR },
    { "{" PROXY ", 'state': <(@mmay nothing, 1, 2, 3, 4, 5)>}", PYROG_ERROR_VALUE_ERROR },
    { "{" PROXY ", 'state': <(@mmay just nothing, 1, 2, 3, 4, 5)>}", PYROG_ERROR_INVALID_URI },
    { "{" PROXY ", 'state': <('nonsense', 1, 2, 3, 4, 5)>}", PYROG_ERROR_INVALID_URI },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = parse (cases[i].text);
      g_auto (PyrogReference) reference = { 0 };

      g_assert_false (pyrog_reference_from_variant (value, &reference, &error));
      g_assert_error (error, PYROG_ERROR, cases[i].code);
      g_assert_null (reference.uri);
      g_assert_null (pyrog_proxy_new_from_variant (value, NULL, NULL));
    }
}

/* A proxy that is passed on takes its serializer along, but not what it says in the handshake */
static void
test_proxy (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) received
      = parse ("{" PROXY ", 'state': <('PYRO:o@h:1', (), (), (), 'secret', 'json')>}");
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_from_variant (received, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (pyrog_proxy_get_serializer (proxy), ==, PYROG_SERIALIZER_JSON);
  g_autoptr (GVariant) value = g_variant_ref_sink (pyrog_proxy_to_variant (proxy));
  g_autofree char *text = g_variant_print (value, TRUE);
  g_assert_nonnull (strstr (text, "PYRO:o@h:1"));
  g_assert_nonnull (strstr (text, "json"));
  g_assert_null (strstr (text, "secret"));
}

/* A serializer that is not known here does no harm */
static void
test_unknown_serializer (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) received
      = parse ("{" PROXY ", 'state': <('PYRO:o@h:1', (), (), (), 'hello', 'pickle')>}");
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_from_variant (received, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (pyrog_proxy_get_serializer (proxy), ==, PYROG_SERIALIZER_SERPENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reference/round-trip", test_round_trip);
  g_test_add_func ("/reference/from-pyro5", test_from_pyro5);
  g_test_add_func ("/reference/wrong", test_wrong);
  g_test_add_func ("/reference/proxy", test_proxy);
  g_test_add_func ("/reference/unknown-serializer", test_unknown_serializer);
  return g_test_run ();
}
