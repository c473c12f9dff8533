/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <dlfcn.h>
#include <glib/gi18n.h>
#include <pyrog.h>
#include <stdlib.h>

#include "pyrog-program.h"

#define PROTOCOL_VERSION 502

static gboolean
parse_options (gboolean *version, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, version, N_ ("Print the version and exit"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (
      context, _ ("Shows the configuration, as built-in values and the environment make it."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc == 1)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("Unexpected argument ‘%s’"),
               (*argv)[1]);
  return FALSE;
}

/* Which of several libraries a program finds is worth knowing */
static void
print_library (void)
{
  Dl_info info;

  if (dladdr (dlsym (RTLD_DEFAULT, "pyrog_config_get_type"), &info) != 0)
    g_print ("Loaded from: %s\n", info.dli_fname);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean version = FALSE;

  pyrog_program_init ("pyrog-check-config");
  if (!parse_options (&version, &argc, &argv, &error))
    {
      g_printerr ("%s: %s\n", g_get_prgname (), error->message);
      return 2;
    }
  g_print ("pyrog version: %s\n", PYROG_VERSION_TEXT);
  if (version)
    return EXIT_SUCCESS;
  print_library ();
  g_print ("Protocol version: %d\n", PROTOCOL_VERSION);
  if (!pyrog_config_check (pyrog_config_get_default (), &error))
    {
      g_printerr ("%s: %s\n", g_get_prgname (), error->message);
      return EXIT_FAILURE;
    }
  g_autofree char *items = pyrog_config_dump (pyrog_config_get_default ());
  g_print ("Currently active configuration settings:\n%s", items);
  return EXIT_SUCCESS;
}
