/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-cert.h"

#include <glib/gi18n.h>
#include <string.h>

#include "pyrog-cert-files.h"
#include "pyrog-cert-maker.h"
#include "pyrog-cert-password.h"
#include "pyrog-cert-show.h"

#define CA_DAYS 3650
#define LEAF_DAYS 365
#define MAX_DAYS 36500
#define DAYS_UNSET G_MININT
/* A new certificate is good on machines whose clocks are late, too */
#define CLOCK_MARGIN (60 * 60)

typedef struct
{
  char *name;             /* (owned) (nullable) */
  char **hosts;           /* (owned) (nullable) */
  char *from;             /* (owned) (nullable) */
  int days;               /* or DAYS_UNSET */
  char *ca;               /* (owned) (nullable) */
  char *output;           /* (owned) (nullable) */
  gboolean ask_password;  /* for the new key */
  char *password_file;    /* (owned) (nullable) for the new key */
  char *ca_password_file; /* (owned) (nullable) */
  gboolean self_signed;
  gboolean pkcs12;
  gboolean force;
  gboolean json;
} Options;

typedef struct
{
  const char *name;
  const char *arguments; /* (nullable) NULL: it takes none */
  gboolean (*run) (const Options *options, char **args, GError **error);
} Command;

/* ---- What is wanted ---- */

/* A day, or a moment; in UTC unless it says otherwise */
static GDateTime *
parse_date (const char *text, GError **error)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *midnight = g_strconcat (text, "T00:00:00", NULL);
  GDateTime *date = g_date_time_new_from_iso8601 (text, utc);

  if (date == NULL)
    date = g_date_time_new_from_iso8601 (midnight, utc);
  if (date == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _ ("‘%s’ is neither a day, such as 2026-12-31, nor a moment, such as "
                    "2026-12-31T18:00:00Z"),
                 text);
  return date;
}

static gboolean
set_dates (PyrogCertRequest *request, const Options *options, GError **error)
{
  int default_days = request->kind == PYROG_CERT_CA ? CA_DAYS : LEAF_DAYS;
  int days = options->days != DAYS_UNSET ? options->days : default_days;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  request->begin = options->from != NULL ? parse_date (options->from, error)
                                         : g_date_time_add_seconds (now, -CLOCK_MARGIN);
  if (request->begin == NULL)
    return FALSE;
  request->end = g_date_time_add_days (request->begin, days);
  if (days > 0 && days <= MAX_DAYS && request->end != NULL)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("A certificate can't be good for %d days; the most are %d"), days, MAX_DAYS);
  return FALSE;
}

/* This machine, as it is known to itself and, by mDNS, to its neighbours */
static char **
default_hosts (void)
{
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();
  const char *name = g_get_host_name ();

  g_strv_builder_add_many (hosts, "localhost", "127.0.0.1", "::1", NULL);
  if (strcmp (name, "localhost") == 0)
    return g_strv_builder_end (hosts);
  g_strv_builder_add (hosts, name);
  if (strchr (name, '.') == NULL)
    {
      g_autofree char *local = g_strconcat (name, ".local", NULL);
      g_strv_builder_add (hosts, local);
    }
  return g_strv_builder_end (hosts);
}

static char *
default_name (PyrogCertKind kind, const char *const *hosts)
{
  switch (kind)
    {
    case PYROG_CERT_SERVER:
      return g_strdup (hosts[0]);
    case PYROG_CERT_CLIENT:
      return g_strdup (g_get_user_name ());
    case PYROG_CERT_CA:
    default:
      return g_strdup_printf ("pyrog CA (%.40s)", g_get_host_name ());
    }
}

static PyrogCertPair *
make_pair (PyrogCertKind kind, const Options *options, PyrogCertPair *issuer, GError **error)
{
  g_auto (GStrv) hosts = options->hosts != NULL ? g_strdupv (options->hosts) : default_hosts ();
  const char *const *names = (const char *const *) hosts;
  g_autofree char *name
      = options->name != NULL ? g_strdup (options->name) : default_name (kind, names);
  PyrogCertRequest request = { .kind = kind, .name = name };
  PyrogCertPair *pair = NULL;

  if (kind == PYROG_CERT_SERVER)
    request.hosts = names;
  if (set_dates (&request, options, error))
    pair = pyrog_cert_pair_make (&request, issuer, error);
  g_clear_pointer (&request.begin, g_date_time_unref);
  g_clear_pointer (&request.end, g_date_time_unref);
  return pair;
}

/* ---- Files ---- */

static char *
certificate_path (const char *prefix)
{
  return g_strconcat (prefix, "-cert.pem", NULL);
}

static char *
key_path (const char *prefix)
{
  return g_strconcat (prefix, "-key.pem", NULL);
}

/* Takes path and bytes; FALSE if there are none */
static gboolean
add_file (GPtrArray *files, char *path, int mode, GBytes *bytes)
{
  if (bytes == NULL)
    {
      g_free (path);
      return FALSE;
    }
  PyrogCertFile *file = g_new0 (PyrogCertFile, 1);
  file->path = path;
  file->mode = mode;
  file->bytes = bytes;
  g_ptr_array_add (files, file);
  return TRUE;
}

static gboolean
save_pair (PyrogCertPair *pair,
           PyrogCertPair *issuer,
           const char *prefix,
           const char *password,
           const Options *options,
           GError **error)
{
  g_autoptr (GPtrArray) files
      = g_ptr_array_new_with_free_func ((GDestroyNotify) pyrog_cert_file_free);

  if (!add_file (files, certificate_path (prefix), 0644,
                 pyrog_cert_pair_export_certificate (pair, error))
      || !add_file (files, key_path (prefix), 0600,
                    pyrog_cert_pair_export_key (pair, password, error))
      || (options->pkcs12
          && !add_file (files, g_strconcat (prefix, ".p12", NULL), 0600,
                        pyrog_cert_pair_export_pkcs12 (pair, issuer, password, error)))
      || !pyrog_cert_files_write (files, options->force, error))
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    g_print ("%s\n", ((PyrogCertFile *) files->pdata[i])->path);
  return TRUE;
}

/* ---- Passwords ---- */

/* NULL and TRUE: the new key shall have none */
static gboolean
read_new_password (const Options *options, PyrogPassword **password, GError **error)
{
  if (options->password_file != NULL)
    *password = pyrog_password_read (options->password_file, error);
  else if (options->ask_password)
    *password = pyrog_password_ask (_ ("Password for the new key:"), TRUE, error);
  else if (options->pkcs12)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _ ("--pkcs12 needs --password or --password-file"));
  else
    return TRUE;
  return *password != NULL;
}

/* NULL and TRUE: the key needs none */
static gboolean
read_ca_password (const Options *options,
                  const char *path,
                  PyrogPassword **password,
                  GError **error)
{
  if (options->ca_password_file != NULL)
    *password = pyrog_password_read (options->ca_password_file, error);
  else if (pyrog_cert_key_is_encrypted (path))
    *password = pyrog_password_ask (_ ("Password of the CA's key:"), FALSE, error);
  else
    return TRUE;
  return *password != NULL;
}

/* ---- Commands ---- */

static gboolean
run_ca (const Options *options, char **args, GError **error)
{
  g_autoptr (PyrogPassword) password = NULL;

  if (!read_new_password (options, &password, error))
    return FALSE;
  g_autoptr (PyrogCertPair) pair = make_pair (PYROG_CERT_CA, options, NULL, error);
  return pair != NULL
         && save_pair (pair, NULL, options->output != NULL ? options->output : "ca", password,
                       options, error);
}

/* The CA that signs for a folder which has none yet */
static gboolean
make_default_ca (const Options *options, const char *prefix, GError **error)
{
  const Options ca_options = {
    .output = (char *) prefix,
    .password_file = options->ca_password_file,
    .days = DAYS_UNSET,
  };

  return run_ca (&ca_options, NULL, error);
}

static char *
ca_beside (const char *output)
{
  g_autofree char *folder = g_path_get_dirname (output);

  return strchr (output, G_DIR_SEPARATOR) != NULL ? g_build_filename (folder, "ca", NULL)
                                                  : g_strdup ("ca");
}

static PyrogCertPair *
load_ca (const Options *options, const char *output, GError **error)
{
  g_autofree char *prefix = options->ca != NULL ? g_strdup (options->ca) : ca_beside (output);
  g_autofree char *certificate = certificate_path (prefix);
  g_autofree char *key = key_path (prefix);
  g_autoptr (PyrogPassword) password = NULL;

  if (options->ca == NULL && !g_file_test (certificate, G_FILE_TEST_EXISTS)
      && !g_file_test (key, G_FILE_TEST_EXISTS) && !make_default_ca (options, prefix, error))
    return NULL;
  if (!read_ca_password (options, key, &password, error))
    return NULL;
  return pyrog_cert_pair_load_ca (certificate, key, password, error);
}

static gboolean
run_leaf (PyrogCertKind kind, const char *default_output, const Options *options, GError **error)
{
  const char *output = options->output != NULL ? options->output : default_output;
  g_autoptr (PyrogCertPair) issuer = NULL;
  g_autoptr (PyrogPassword) password = NULL;

  if (!options->self_signed && (issuer = load_ca (options, output, error)) == NULL)
    return FALSE;
  if (!read_new_password (options, &password, error))
    return FALSE;
  g_autoptr (PyrogCertPair) pair = make_pair (kind, options, issuer, error);
  return pair != NULL && save_pair (pair, issuer, output, password, options, error);
}

static gboolean
run_server (const Options *options, char **args, GError **error)
{
  return run_leaf (PYROG_CERT_SERVER, "server", options, error);
}

static gboolean
run_client (const Options *options, char **args, GError **error)
{
  return run_leaf (PYROG_CERT_CLIENT, "client", options, error);
}

static gboolean
run_show (const Options *options, char **args, GError **error)
{
  for (; *args != NULL; args++)
    if (!pyrog_cert_show (*args, options->json, error))
      {
        g_prefix_error (error, "%s: ", *args);
        return FALSE;
      }
  return TRUE;
}

/* In the order of the bits below */
static const Command commands[] = {
  { "ca", NULL, run_ca },
  { "server", NULL, run_server },
  { "client", NULL, run_client },
  { "show", N_ ("FILE…"), run_show },
};

#define CA 1u
#define SERVER 2u
#define CLIENT 4u
#define SHOW 8u
#define LEAF (SERVER | CLIENT)
#define MAKE (CA | LEAF)

/* ---- Options ---- */

/* Those which the command knows */
static void
add_options (GOptionContext *context, Options *o, guint command)
{
  const struct
  {
    guint commands;
    GOptionEntry entry;
  } all[] = {
    { MAKE,
      { "name", 'n', 0, G_OPTION_ARG_STRING, &o->name,
        N_ ("The common name; by default the host, the user or the machine's CA"), N_ ("NAME") } },
    { SERVER,
      { "host", 'H', 0, G_OPTION_ARG_STRING_ARRAY, &o->hosts,
        N_ ("A host name or IP address, may be repeated; by default this machine's"),
        N_ ("HOST") } },
    { MAKE,
      { "days", 'd', 0, G_OPTION_ARG_INT, &o->days,
        N_ ("How long it is good; by default 3650 for a CA and 365 for others"), N_ ("NUMBER") } },
    { MAKE,
      { "from", 0, 0, G_OPTION_ARG_STRING, &o->from,
        N_ ("From when on it is good; by default an hour ago"), N_ ("DATE") } },
    { LEAF,
      { "ca", 0, 0, G_OPTION_ARG_FILENAME, &o->ca,
        N_ ("The CA is PREFIX-cert.pem and PREFIX-key.pem; by default ca beside the output, made "
            "if "
            "it is not there"),
        N_ ("PREFIX") } },
    { LEAF,
      { "self-signed", 0, 0, G_OPTION_ARG_NONE, &o->self_signed,
        N_ ("No CA: peers trust it by its fingerprint"), NULL } },
    { MAKE,
      { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
        N_ ("Write PREFIX-cert.pem and PREFIX-key.pem"), N_ ("PREFIX") } },
    { MAKE,
      { "password", 'p', 0, G_OPTION_ARG_NONE, &o->ask_password,
        N_ ("Ask for a password and encrypt the key with it"), NULL } },
    { MAKE,
      { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->password_file,
        N_ ("The password is the first line of a file, or of standard input for -"),
        N_ ("FILE") } },
    { LEAF,
      { "ca-password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->ca_password_file,
        N_ ("The password of the CA's key is the first line of a file"), N_ ("FILE") } },
    { LEAF,
      { "pkcs12", 0, 0, G_OPTION_ARG_NONE, &o->pkcs12,
        N_ ("Write PREFIX.p12, too, with certificate, key and CA"), NULL } },
    { MAKE, { "force", 'f', 0, G_OPTION_ARG_NONE, &o->force, N_ ("Overwrite files"), NULL } },
    { SHOW,
      { "json", 'j', 0, G_OPTION_ARG_NONE, &o->json, N_ ("Print JSON, a certificate a line"),
        NULL } },
  };
  GOptionEntry entries[2] = { G_OPTION_ENTRY_NULL, G_OPTION_ENTRY_NULL };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i].commands & command)
      {
        entries[0] = all[i].entry;
        g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
      }
}

static void
clear_options (Options *options)
{
  g_free (options->name);
  g_strfreev (options->hosts);
  g_free (options->from);
  g_free (options->ca);
  g_free (options->output);
  g_free (options->password_file);
  g_free (options->ca_password_file);
}

static gboolean
parse_options (const Command *command, Options *options, int *argc, char ***argv, GError **error)
{
  g_autofree char *parameters
      = command->arguments != NULL
            ? g_strdup_printf ("cert %s %s", command->name, _ (command->arguments))
            : g_strdup_printf ("cert %s", command->name);
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);

  add_options (context, options, 1u << (command - commands));
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if ((*argc > 1) == (command->arguments != NULL))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("Usage: pyrog %s"), parameters);
  return FALSE;
}

static const Command *
find_command (const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

/* `pyrog cert --help` */
static gboolean
parse_without_command (int argc, char **argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("cert ca|server|client|show …"));

  g_option_context_set_summary (
      context, _ ("Makes a CA and certificates that it signs, or shows what a certificate says.\n"
                  "Each command has a --help of its own."));
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc > 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("Unknown command ‘%s’"), argv[1]);
  else
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("A command is missing"));
  return FALSE;
}

gboolean
pyrog_cert_run (int argc, char **argv, gboolean json, GError **error)
{
  const Command *command = find_command (argc > 1 ? argv[1] : NULL);
  Options options = { .days = DAYS_UNSET, .json = json };

  if (command == NULL)
    return parse_without_command (argc, argv, error);
  argc--;
  argv++;
  gboolean ok = parse_options (command, &options, &argc, &argv, error)
                && command->run (&options, argv + 1, error);
  clear_options (&options);
  return ok;
}
