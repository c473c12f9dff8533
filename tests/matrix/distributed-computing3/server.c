/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static void
factorize (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  GVariantBuilder factors;
  gint64 number;

  g_variant_get (args, "(x)", &number);
  g_variant_builder_init (&factors, G_VARIANT_TYPE ("ax"));
  for (gint64 divisor = 2; number > 1; divisor++)
    for (; number % divisor == 0; number /= divisor)
      g_variant_builder_add (&factors, "x", divisor);
  pyrog_invocation_return_value (invocation, g_variant_builder_end (&factors));
}

static PyrogServant *
make_worker (void)
{
  PyrogServant *worker = pyrog_servant_new ();

  pyrog_servant_add_method (worker, "factorize", "x number", "ax", factorize, NULL, NULL);
  return worker;
}

int
main (void)
{
  g_autoptr (PyrogServant) one = make_worker ();
  g_autoptr (PyrogServant) two = make_worker ();
  g_autoptr (PyrogServant) three = make_worker ();

  frame_serve (NULL, "one", one, "two", two, "three", three, NULL);
  return 0;
}
