/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib.h>

/* Feeds each file of the directories on the command line to a fuzz target, as a plain test. Each
 * input is a block of its own size, and is also tried without its last byte. */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static guint
replay_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize size;

  if (!g_file_get_contents (path, &contents, &size, &error))
    g_error ("%s", error->message);
  for (gsize cut = 0; cut <= MIN (size, 1); cut++)
    {
      g_autofree guint8 *copy = g_memdup2 (contents, size - cut);
      LLVMFuzzerTestOneInput (copy, size - cut);
    }
  return 1;
}

static guint
replay_directory (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) directory = g_dir_open (path, 0, &error);
  const char *name;
  guint count = 0;

  if (directory == NULL)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      count += replay_file (file);
    }
  return count;
}

int
main (int argc, char **argv)
{
  guint count = 0;

  for (int i = 1; i < argc; i++)
    count += replay_directory (argv[i]);
  g_print ("1..1\n%s 1 %u inputs\n", count > 0 ? "ok" : "not ok", count);
  return 0;
}
