/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static void
put (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) data = g_variant_get_child_value (args, 0);

  pyrog_invocation_return (invocation, "x", (gint64) g_variant_get_size (data));
}

static void
get (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  gint64 size;

  g_variant_get (args, "(x)", &size);
  guint8 *data = g_malloc ((gsize) size);
  for (gint64 i = 0; i < size; i++)
    data[i] = (guint8) ('0' + i % 10);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, (gsize) size);
  pyrog_invocation_return_value (invocation,
                                 g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

int
main (void)
{
  g_autoptr (PyrogServant) store = pyrog_servant_new ();

  pyrog_servant_add_method (store, "put", "ay data", "x", put, NULL, NULL);
  pyrog_servant_add_method (store, "get", "x size", "ay", get, NULL, NULL);
  frame_serve (NULL, "store", store, NULL);
  return 0;
}
