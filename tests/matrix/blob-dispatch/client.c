/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static void
publish (PyrogProxy *dispatcher, const char *topic, const char *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogSerializedBlob) blob = pyrog_serialized_blob_new (
      g_variant_new_string (topic), g_variant_parse (NULL, data, NULL, NULL, NULL));
  g_autoptr (GVariant) count
      = pyrog_proxy_call_blob_sync (dispatcher, "publish", blob, "x", NULL, NULL, &error);

  g_assert_no_error (error);
  g_print ("%d\n", (int) g_variant_get_int64 (count));
}

static void
print_received (const char *uri)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogProxy) listener = frame_connect (uri, NULL);
  g_autoptr (GVariant) received
      = pyrog_proxy_get_attribute_sync (listener, "received", "as", NULL, &error);

  g_assert_no_error (error);
  g_autofree char **lines = (char **) g_variant_get_strv (received, NULL);
  g_autofree char *line = g_strjoinv (", ", lines);
  g_print ("%s\n", line);
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogProxy) dispatcher = frame_connect (argv[1], NULL);

  publish (dispatcher, "sports", "{'title': <'goals'>, 'numbers': <[3, 2]>}");
  publish (dispatcher, "news", "{'title': <'rain'>, 'numbers': <[7]>}");
  publish (dispatcher, "sports", "{'title': <'points'>, 'numbers': <[1, 1, 1]>}");
  print_received (argv[2]);
  print_received (argv[3]);
  return 0;
}
