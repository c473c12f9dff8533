/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-program.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pyrog-log.h"

/* What all programs have in common */

gboolean
pyrog_program_has_lost_output (void)
{
  return fflush (stdout) != 0 || ferror (stdout);
}

/* Here and not in main(), because GOptionContext exits on its own after --help */
static void
check_output (void)
{
  if (!pyrog_program_has_lost_output ())
    return;
  g_printerr ("%s: %s\n", g_get_prgname (), _ ("The output could not be written"));
  _exit (EXIT_FAILURE);
}

/* As many connections as the system lets us have. Less is the default for those who use select(),
 * which we do not. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

void
pyrog_program_init (const char *name)
{
  g_autoptr (GError) error = NULL;

  g_set_prgname (name);
  raise_descriptor_limit ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  atexit (check_output);
  if (!pyrog_log_init (&error))
    {
      g_printerr ("%s: %s\n", g_get_prgname (), error->message);
      exit (EXIT_FAILURE);
    }
}
