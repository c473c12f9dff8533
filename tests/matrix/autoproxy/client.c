/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static PyrogProxy *
make (PyrogProxy *factory, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = frame_call (factory, "make", g_variant_new ("(s)", name), NULL);
  PyrogProxy *thing = pyrog_proxy_new_from_variant (value, NULL, &error);

  g_assert_no_error (error);
  return thing;
}

static void
speak (PyrogProxy *thing)
{
  g_autoptr (GVariant) text = frame_call (thing, "speak", g_variant_new ("(s)", "hello"), "s");

  g_print ("Proxy %s\n", g_variant_get_string (text, NULL));
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogProxy) factory = frame_connect (argv[1], NULL);
  g_autoptr (PyrogProxy) parrot = make (factory, "parrot");
  g_autoptr (PyrogProxy) robot = make (factory, "robot");

  speak (parrot);
  speak (robot);
  g_print ("%s\n", pyrog_uri_equal (pyrog_proxy_get_uri (parrot), pyrog_proxy_get_uri (robot))
                       ? "True"
                       : "False");
  return 0;
}
