/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static void
fetch (PyrogProxy *files, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) size = frame_call (files, "size", g_variant_new ("(s)", name), "x");
  g_autoptr (PyrogItemStream) stream
      = pyrog_proxy_stream_sync (files, "read", g_variant_new ("(s)", name), NULL, &error);
  GVariant *piece;
  int pieces = 0, sum = 0;
  gsize length, total = 0;

  g_assert_no_error (error);
  for (; (piece = pyrog_item_stream_next_sync (stream, NULL, &error)) != NULL; pieces++)
    {
      const guint8 *data = g_variant_get_fixed_array (piece, &length, 1);
      for (gsize i = 0; i < length; i++)
        sum += data[i];
      total += length;
      g_variant_unref (piece);
    }
  g_assert_no_error (error);
  g_print ("%s %d %d %d %d\n", name, (int) g_variant_get_int64 (size), pieces, (int) total, sum);
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogProxy) files = frame_connect (argv[1], NULL);

  pyrog_proxy_set_serializer (files, PYROG_SERIALIZER_MARSHAL);
  g_autoptr (GVariant) list = frame_call (files, "list", NULL, "as");
  g_autofree const char **names = g_variant_get_strv (list, NULL);
  for (const char **name = names; *name != NULL; name++)
    fetch (files, *name);
  return 0;
}
