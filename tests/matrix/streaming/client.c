/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static PyrogItemStream *
stream (PyrogProxy *streamer, const char *method, GVariant *args)
{
  g_autoptr (GError) error = NULL;
  PyrogItemStream *items = pyrog_proxy_stream_sync (streamer, method, args, NULL, &error);

  g_assert_no_error (error);
  return items;
}

/* At most count items, separated by spaces */
static void
print_items (PyrogItemStream *items, int count)
{
  GVariant *item;

  for (int i = 0; i < count; i++)
    {
      item = pyrog_item_stream_next_sync (items, NULL, NULL);
      if (item == NULL)
        break;
      if (i > 0)
        g_print (" ");
      g_print ("%d", (int) g_variant_get_int64 (item));
      g_variant_unref (item);
    }
  g_print ("\n");
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogProxy) streamer = frame_connect (argv[1], NULL);
  g_autoptr (GError) error = NULL;
  gint64 first, second, third;

  g_autoptr (GVariant) list = frame_call (streamer, "list", NULL, "(xxx)");
  g_variant_get (list, "(xxx)", &first, &second, &third);
  g_print ("%d %d %d\n", (int) first, (int) second, (int) third);
  g_autoptr (PyrogItemStream) few = stream (streamer, "squares", g_variant_new ("(i)", 10));
  print_items (few, 100);
  g_autoptr (PyrogItemStream) many = stream (streamer, "squares", g_variant_new ("(i)", 1000000));
  print_items (many, 3);
  pyrog_item_stream_close (many);
  g_autoptr (PyrogItemStream) numbers = stream (streamer, "fails", NULL);
  print_items (numbers, 2);
  g_assert_null (pyrog_item_stream_next_sync (numbers, NULL, &error));
  g_print ("%s %s\n", frame_kind (error), error->message);
  return 0;
}
