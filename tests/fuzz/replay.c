/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mutator.h"

/* A fuzz target as a plain test: fuzz-NOUN CORPUS N_MUTATIONS FILE
 *
 * Feeds each file of the directory CORPUS to the target, also without its last byte, and then that
 * many mutations of them, always the same ones. What is fed is in FILE before, so that it is there
 * when the target does not come back. */

#define MAX_SECONDS 5.0 /* of CPU, for an input; as tests/fuzz/run has it */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
write_input (int fd, const guint8 *data, gsize size)
{
  if (pwrite (fd, data, size, 0) != (gssize) size || ftruncate (fd, (off_t) size) != 0)
    g_error ("Can't write the input: %s", g_strerror (errno));
}

/* In a block of its own size, so that a sanitizer sees a read beyond it */
static void
feed (int fd, const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  clock_t start = clock ();

  write_input (fd, data, size);
  LLVMFuzzerTestOneInput (copy, size);
  double seconds = (double) (clock () - start) / CLOCKS_PER_SEC;
  if (seconds > MAX_SECONDS)
    g_error ("An input took %.1f seconds", seconds);
}

static int
compare_names_cb (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* In the order of their names */
static GPtrArray *
load_directory (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) directory = g_dir_open (path, 0, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const char *name;

  if (directory == NULL)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (directory)) != NULL)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names_cb);
  for (guint i = 0; i < names->len; i++)
    {
      char *contents;
      gsize size;
      if (!g_file_get_contents (names->pdata[i], &contents, &size, &error))
        g_error ("%s", error->message);
      g_ptr_array_add (inputs, g_bytes_new_take (contents, size));
    }
  return inputs;
}

static void
replay (GPtrArray *inputs, int fd)
{
  for (guint i = 0; i < inputs->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (inputs->pdata[i], &size);
      feed (fd, data, size);
      if (size > 0)
        feed (fd, data, size - 1);
    }
}

static void
mutate (GPtrArray *inputs, guint32 count, int fd)
{
  for (guint32 i = 0; i < count; i++)
    {
      g_autoptr (GByteArray) bytes = fuzz_mutate (inputs, i);
      feed (fd, bytes->data, bytes->len);
    }
}

int
main (int argc, char **argv)
{
  if (argc != 4)
    g_error ("Usage: %s CORPUS N_MUTATIONS FILE", argv[0]);
  g_autoptr (GPtrArray) inputs = load_directory (argv[1]);
  guint32 count = (guint32) g_ascii_strtoull (argv[2], NULL, 10);
  int fd = open (argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

  if (fd < 0)
    g_error ("Can't write ‘%s’: %s", argv[3], g_strerror (errno));
  g_print ("1..2\n");
  replay (inputs, fd);
  g_print ("%s 1 %u inputs\n", inputs->len > 0 ? "ok" : "not ok", inputs->len);
  if (inputs->len > 0)
    mutate (inputs, count, fd);
  g_print ("%s 2 %u mutations\n", inputs->len > 0 ? "ok" : "not ok", count);
  close (fd);
  unlink (argv[3]);
  return 0;
}
