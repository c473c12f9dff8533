/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "pyrog-config-items.h"
#include "pyrog-config.h"

#define SECURE_CHILD "--secure-child"
#define NOBODY 65534

static void
clear_environment (void)
{
  g_auto (GStrv) names = g_listenv ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_has_prefix (names[i], "PYRO_") || g_str_has_prefix (names[i], "PYROG_"))
        g_unsetenv (names[i]);
    }
}

/* Runs in a set-uid copy of this program: tells whether the system says so, and what came from the
 * environment. Ends without the leak checker, which can't look into such a process. */
static void
secure_child (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  gboolean check = pyrog_config_check (pyrog_config_get_default (), NULL);
  gboolean reset = pyrog_config_reset (config, TRUE, NULL);

  printf ("secure=%d check=%d reset=%d %s %s", getauxval (AT_SECURE) != 0, check, reset,
          pyrog_config_get_text (pyrog_config_get_default (), PYROG_CONFIG_HOST),
          pyrog_config_get_text (config, PYROG_CONFIG_HOST));
  fflush (stdout);
  _exit (0);
}

static char *
make_setuid_copy (const char *directory)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  g_autofree char *path = g_build_filename (directory, "program", NULL);
  gsize size;

  g_file_get_contents ("/proc/self/exe", &contents, &size, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, contents, (gssize) size, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (directory, 0755), ==, 0);
  g_assert_cmpint (chown (path, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint (g_chmod (path, 04755), ==, 0);
  return g_steal_pointer (&path);
}

static char *
run_setuid_copy (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("pyrog-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *program = make_setuid_copy (directory);
  char *arguments[] = { program, (char *) SECURE_CHILD, NULL };
  char *output = NULL;
  int status;

  g_spawn_sync (NULL, arguments, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output, NULL,
                &status, &error);
  g_unlink (program);
  g_rmdir (directory);
  g_assert_no_error (error);
  return output;
}

/* A program that runs with raised privileges never looks at the environment */
static void
test_raised_privileges (void)
{
  if (geteuid () != 0)
    {
      g_test_skip ("only root can make a program of another user");
      return;
    }
  g_setenv ("PYRO_HOST", "attacker", TRUE);
  g_setenv ("PYRO_NONSENSE", "1", TRUE);
  g_autofree char *output = run_setuid_copy ();
  clear_environment ();
  if (g_str_has_prefix (output, "secure=0"))
    g_test_skip ("the system ignores the set-uid bit of temporary files");
  else
    g_assert_cmpstr (output, ==, "secure=1 check=1 reset=1 localhost localhost");
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], SECURE_CHILD) == 0)
    secure_child ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/raised-privileges", test_raised_privileges);
  return g_test_run ();
}
