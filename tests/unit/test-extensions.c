/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-extensions.h"

#include <string.h>

#include "pyrog-codec.h"
#include "pyrog-connection-private.h"

static gboolean
take (const char *serpent, PyrogConnection *connection)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value;

  g_test_message ("%s", serpent);
  g_assert_true (pyrog_codec_get (PYROG_SERIALIZER_SERPENT)
                     ->decode (arena, (const guint8 *) serpent, strlen (serpent), &value, NULL));
  return pyrog_extensions_take (&value, connection);
}

/* Our own are found in what we say, with every serializer */
static void
test_own (void)
{
  for (guint id = PYROG_SERIALIZER_SERPENT; id <= PYROG_SERIALIZER_MSGPACK; id++)
    {
      const PyrogCodec *codec = pyrog_codec_get (id);
      g_autoptr (PyrogConnection) connection = g_object_new (PYROG_TYPE_CONNECTION, NULL);
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autofree char *software = NULL;
      g_autofree char *version = NULL;
      PyrogBuffer out;

      const PyrogValue items[2]
          = { pyrog_value_text (PYROG_EXTENSIONS_KEY), *pyrog_extensions_get () };
      const PyrogValue said = { .kind = PYROG_KIND_DICT, .size = 1, .items = items };
      PyrogValue heard;

      pyrog_buffer_init (&out, G_MAXSIZE);
      g_assert_true (codec->encode (&said, "handshake", &out, NULL));
      g_assert_true (codec->decode (arena, out.data, out.size, &heard, NULL));
      g_assert_true (pyrog_extensions_take (&heard, connection));
      g_object_get (connection, "peer-software", &software, "peer-version", &version, NULL);
      g_assert_cmpstr (software, ==, "pyrog");
      g_assert_cmpstr (version, ==, PYROG_VERSION_TEXT);
      pyrog_buffer_clear (&out);
    }
}

/* A peer that offers nothing that we have, in whatever shape, gets nothing */
static void
test_nothing (void)
{
  static const char *const cases[] = {
    "'hello'",
    "{'handshake':'hello'}",
    "{'pyrog':None}",
    "{'pyrog':5}",
    "{'pyrog':[1]}",
    "{'pyrog':{}}",
    "{'pyrog':{'other':{'v':1}}}",
    "{'pyrog':{'software':'pyrog'}}",
    "{'pyrog':{'software':{}}}",
    "{'pyrog':{'software':{'v':0,'name':'x'}}}",
    "{'pyrog':{'software':{'v':'1','name':'x'}}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PyrogConnection) connection = g_object_new (PYROG_TYPE_CONNECTION, NULL);

      g_assert_false (take (cases[i], connection));
      g_assert_null (pyrog_connection_get_peer_software (connection));
      g_assert_null (pyrog_connection_get_peer_version (connection));
    }
}

/* Names are shown to people: what is not plain and short text is as good as not said */
static void
test_names (void)
{
  static const struct
  {
    const char *said, *software, *version;
  } cases[] = {
    { "'name':'x','version':'1'", "x", "1" },
    { "'name':'x'", "x", NULL },
    { "'name':'','version':''", NULL, NULL },
    { "'name':5,'version':['1']", NULL, NULL },
    { "'name':'a\\x1b[31mb','version':'1\\n2'", NULL, NULL },
    { "'name':'ä','version':'2 beta'", NULL, "2 beta" },
    { "'name':'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'",
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL },
    { "'name':'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0'", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PyrogConnection) connection = g_object_new (PYROG_TYPE_CONNECTION, NULL);
      g_autofree char *all = g_strdup_printf (
          "{'pyrog':{'later':1,'software':{'v':2,'more':None,%s}}}", cases[i].said);

      g_assert_true (take (all, connection));
      g_assert_cmpstr (pyrog_connection_get_peer_software (connection), ==, cases[i].software);
      g_assert_cmpstr (pyrog_connection_get_peer_version (connection), ==, cases[i].version);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extensions/own", test_own);
  g_test_add_func ("/extensions/nothing", test_nothing);
  g_test_add_func ("/extensions/names", test_names);
  return g_test_run ();
}
