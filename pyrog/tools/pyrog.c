/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pyrog-cert.h"
#include "pyrog-codec.h"
#include "pyrog-enum-types.h"
#include "pyrog-error.h"
#include "pyrog-introspect.h"
#include "pyrog-print.h"
#include "pyrog-program.h"
#include "pyrog-proxy.h"
#include "pyrog-value-variant.h"

#define EXIT_USAGE 2

typedef struct
{
  char *serializer;   /* (owned) (nullable) */
  char *timeout_text; /* (owned) (nullable) */
  double timeout;     /* seconds; below 0: the configuration's */
  gboolean json;
  gboolean version;
} Options;

typedef struct
{
  const char *name;
  const char *arguments;
  int min, max; /* how many arguments, -1 for any */
  gboolean (*run) (PyrogProxy *proxy, const Options *options, char **args, GError **error);
} Command; /* one that calls an object; cert has options of its own */

/* What is wrong with the words of the command line is of this domain */
static gboolean G_GNUC_PRINTF (2, 3) fail_usage (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, message);
  return FALSE;
}

/* ---- Values as text ---- */

static GVariant *
parse_json (const char *text, GError **error)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue value;

  if (!pyrog_codec_json.decode (arena, (const guint8 *) text, strlen (text), &value, error))
    return NULL;
  return pyrog_value_to_variant (&value, text, error);
}

static GVariant *
parse_value (const Options *options, const char *text, GError **error)
{
  g_autoptr (GError) failure = NULL;
  GVariant *value = options->json ? parse_json (text, &failure)
                                  : g_variant_parse (NULL, text, NULL, NULL, &failure);

  if (value == NULL)
    fail_usage (error, _ ("The argument ‘%s’ is not understood: %s"), text, failure->message);
  return value;
}

static gboolean
print_value (const Options *options, GVariant *value, GError **error)
{
  if (options->json)
    return pyrog_print_json (value, error);
  g_autofree char *text = g_variant_print (value, TRUE);
  g_print ("%s\n", text);
  return TRUE;
}

/* ---- Commands ---- */

static gboolean
print_stream (
    PyrogProxy *proxy, const Options *options, const char *method, GVariant *args, GError **error)
{
  g_autoptr (PyrogItemStream) stream = pyrog_proxy_stream_sync (proxy, method, args, NULL, error);
  GError *failure = NULL;
  GVariant *item;

  if (stream == NULL)
    return FALSE;
  while ((item = pyrog_item_stream_next_sync (stream, NULL, &failure)) != NULL)
    {
      g_autoptr (GVariant) owned = item;
      if (!print_value (options, owned, error))
        return FALSE;
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

static GVariant *
parse_args (const Options *options, char **args, GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  for (; *args != NULL; args++)
    {
      g_autoptr (GVariant) value = parse_value (options, *args, error);
      if (value == NULL)
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      g_variant_builder_add_value (&builder, value);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
run_call (PyrogProxy *proxy, const Options *options, char **args, GError **error)
{
  g_autoptr (GVariant) values = parse_args (options, args + 1, error);

  if (values == NULL)
    return FALSE;
  g_autoptr (GVariant) result = pyrog_proxy_call_sync (proxy, args[0], values, NULL, NULL, error);
  return result != NULL && print_value (options, result, error);
}

static gboolean
run_stream (PyrogProxy *proxy, const Options *options, char **args, GError **error)
{
  g_autoptr (GVariant) values = parse_args (options, args + 1, error);

  return values != NULL && print_stream (proxy, options, args[0], values, error);
}

static gboolean
run_get (PyrogProxy *proxy, const Options *options, char **args, GError **error)
{
  g_autoptr (GVariant) value = pyrog_proxy_get_attribute_sync (proxy, args[0], NULL, NULL, error);

  return value != NULL && print_value (options, value, error);
}

static gboolean
run_set (PyrogProxy *proxy, const Options *options, char **args, GError **error)
{
  g_autoptr (GVariant) value = parse_value (options, args[1], error);

  return value != NULL && pyrog_proxy_set_attribute_sync (proxy, args[0], value, NULL, error);
}

static gboolean
run_introspect (PyrogProxy *proxy, const Options *options, char **args, GError **error)
{
  return pyrog_introspect (proxy, options->json, error);
}

static gboolean
run_ping (PyrogProxy *proxy, const Options *options, char **args, GError **error)
{
  gint64 begin = g_get_monotonic_time ();

  if (!pyrog_proxy_ping_sync (proxy, NULL, error))
    return FALSE;
  g_print (_ ("The daemon answered after %.3f ms\n"),
           (double) (g_get_monotonic_time () - begin) / 1000);
  return TRUE;
}

static const Command commands[] = {
  { "call", N_ ("URI METHOD [VALUE…]"), 1, -1, run_call },
  { "stream", N_ ("URI METHOD [VALUE…]"), 1, -1, run_stream },
  { "get", N_ ("URI ATTRIBUTE"), 1, 1, run_get },
  { "set", N_ ("URI ATTRIBUTE VALUE"), 2, 2, run_set },
  { "introspect", N_ ("URI"), 0, 0, run_introspect },
  { "ping", N_ ("URI"), 0, 0, run_ping },
};

/* ---- The program ---- */

static GOptionContext *
make_context (Options *options)
{
  const GOptionEntry entries[] = {
    { "serializer", 's', 0, G_OPTION_ARG_STRING, &options->serializer,
      N_ ("How to write the call: serpent, marshal, json or msgpack"), N_ ("NAME") },
    { "timeout", 't', 0, G_OPTION_ARG_STRING, &options->timeout_text,
      N_ ("How long to wait, in seconds; 0 for ever"), N_ ("SECONDS") },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json,
      N_ ("Values are JSON, not the text of GVariants"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, N_ ("Print the version and exit"),
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new (_ ("COMMAND …"));
  g_autoptr (GString) description = g_string_new (_ ("Commands:"));

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (description, "\n  %s %s", commands[i].name, _ (commands[i].arguments));
  g_string_append_printf (description, "\n  cert %s", _ ("ca|server|client|show …"));
  g_option_context_set_summary (context, _ ("Calls a remote object, or makes certificates."));
  g_option_context_set_description (context, description->str);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  return context;
}

/* What a remote object is told is Unicode */
static gboolean
check_words (char **words, GError **error)
{
  for (; *words != NULL; words++)
    {
      g_autofree char *shown = g_utf8_make_valid (*words, -1);
      if (!g_utf8_validate (*words, -1, NULL))
        return fail_usage (error, _ ("The argument ‘%s’ is not UTF-8"), shown);
    }
  return TRUE;
}

/* The command and the number of its arguments are right, or NULL */
static const Command *
find_command (int argc, char **argv, GError **error)
{
  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    {
      const Command *command = &commands[i];
      int count = argc - 3;
      if (strcmp (command->name, argv[1]) != 0)
        continue;
      if (count >= command->min && (command->max < 0 || count <= command->max))
        return command;
      fail_usage (error, _ ("Usage: pyrog %s %s"), command->name, _ (command->arguments));
      return NULL;
    }
  if (argc > 1)
    fail_usage (error, _ ("Unknown command ‘%s’"), argv[1]);
  else
    fail_usage (error, _ ("A command is missing"));
  return NULL;
}

static gboolean
check_options (Options *options, GError **error)
{
  const char *text = options->timeout_text;
  char *end = NULL;

  if (options->serializer != NULL && pyrog_codec_find (options->serializer) == NULL)
    return fail_usage (error, _ ("Unknown serializer ‘%s’"), options->serializer);
  if (text == NULL)
    return TRUE;
  options->timeout = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (options->timeout) || options->timeout < 0)
    return fail_usage (error, _ ("The timeout ‘%s’ is not a number of seconds from 0 on"), text);
  return TRUE;
}

static gboolean
run (const Command *command, const Options *options, char **args, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PyrogUri) uri = pyrog_uri_new (args[0], &failure);

  if (uri == NULL)
    return fail_usage (error, "%s", failure->message);
  if (command->min > 0 && *args[1] == '\0')
    return fail_usage (error, _ ("The name of a method or attribute is empty"));
  if (!pyrog_config_check (pyrog_config_get_default (), error))
    return FALSE;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_uri (uri, NULL);
  if (options->serializer != NULL)
    pyrog_proxy_set_serializer (proxy, pyrog_codec_find (options->serializer)->serializer);
  if (options->timeout >= 0)
    pyrog_proxy_set_timeout (proxy, options->timeout);
  return command->run (proxy, options, args + 1, error);
}

static void
complain (const GError *error)
{
  PyrogOutcome *outcome = pyrog_error_get_outcome (error);
  const char *remote_class = outcome != NULL ? pyrog_outcome_get_remote_class (outcome) : NULL;

  if (remote_class != NULL)
    g_printerr ("pyrog: %s: %s\n", remote_class, error->message);
  else
    g_printerr ("pyrog: %s\n", error->message);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Options options = { .timeout = -1 };
  const Command *command = NULL;

  pyrog_program_init ("pyrog");
  g_autoptr (GOptionContext) context = make_context (&options);
  /* Options stand in front of the command: what follows may be a negative number */
  g_option_context_set_strict_posix (context, TRUE);
  gboolean is_read = g_option_context_parse (context, &argc, &argv, &error), ok = is_read;
  if (ok && options.version)
    {
      g_print ("pyrog %s\n", PYROG_VERSION_TEXT);
      return EXIT_SUCCESS;
    }
  if (ok && argc > 1 && strcmp (argv[1], "cert") == 0)
    ok = pyrog_cert_run (argc - 1, argv + 1, options.json, &error);
  else if (ok)
    ok = check_options (&options, &error) && check_words (argv, &error)
         && (command = find_command (argc, argv, &error)) != NULL
         && run (command, &options, argv + 2, &error);
  if (!ok)
    complain (error);
  g_free (options.serializer);
  g_free (options.timeout_text);
  if (ok)
    return EXIT_SUCCESS;
  return !is_read || error->domain == G_OPTION_ERROR ? EXIT_USAGE : EXIT_FAILURE;
}
