/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <math.h>
#include <pyrog.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pyrog-program.h"

#define OBJECT_NAME "test.echoserver"
#define SLOW_SECONDS 5

typedef struct
{
  PyrogDaemon *daemon; /* (owned) */
  gboolean verbose;
  gboolean ending; /* a signal said so */
} EchoServer;

/* ---- Output ---- */

static void G_GNUC_PRINTF (2, 3) tell (EchoServer *self, const char *format, ...)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%a %b %e %H:%M:%S %Y");
  g_autofree char *text = NULL;
  va_list args;

  if (!self->verbose)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_print ("%s - %s\n", time, text);
}

static void
tell_message (EchoServer *self, const char *method, PyrogInvocation *invocation)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) message = NULL;

  if (!self->verbose)
    return;
  GVariant *args = pyrog_invocation_get_args (invocation, &error);
  if (args != NULL)
    g_variant_get_child (args, 0, "v", &message);
  g_autofree char *text
      = message != NULL ? g_variant_print (message, FALSE) : g_strdup (error->message);
  g_autofree char *escaped = g_strescape (text, NULL);
  tell (self, "%s: %s", method, escaped);
}

/* ---- Methods ---- */

/* Not by way of a GVariant, because some values that Pyro5 echoes don't fit into one */
static void
echo (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  tell_message (user_data, "echo", invocation);
  pyrog_invocation_return_argument (invocation, 0);
}

static void
oneway_echo (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  tell_message (user_data, "oneway_echo", invocation);
  pyrog_invocation_return_value (invocation, g_variant_new_string ("bogus return value"));
}

static void
fail (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  tell (user_data, "error: generating exception");
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR,
               "this is the generated error from echoserver echo() method");
}

static void
fail_with_text (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  tell (user_data, "error: generating exception");
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "the message of the error");
}

typedef struct
{
  EchoServer *server;
  PyrogInvocation *invocation; /* (owned) */
  const char *method;
  const char *answer;
} SlowAnswer;

static gboolean
answer_slowly (gpointer data)
{
  SlowAnswer *slow = data;

  tell (slow->server, "%s: returning result", slow->method);
  pyrog_invocation_return_value (slow->invocation, g_variant_new_string (slow->answer));
  return G_SOURCE_REMOVE;
}

static void
free_slow_answer (gpointer data)
{
  SlowAnswer *slow = data;

  g_object_unref (slow->invocation);
  g_free (slow);
}

/* Nobody else waits meanwhile */
static void
begin_slow_answer (EchoServer *self,
                   PyrogInvocation *invocation,
                   const char *method,
                   const char *answer)
{
  SlowAnswer *slow = g_new (SlowAnswer, 1);
  g_autoptr (GSource) source = g_timeout_source_new_seconds (SLOW_SECONDS);

  *slow = (SlowAnswer){ self, pyrog_invocation_hold (invocation), method, answer };
  tell (self, "%s: waiting a bit...", method);
  g_source_set_callback (source, answer_slowly, slow, free_slow_answer);
  g_source_attach (source, NULL);
}

static void
slow (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  begin_slow_answer (user_data, invocation, "slow", "Finally, an answer!");
}

static void
oneway_slow (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  begin_slow_answer (user_data, invocation, "oneway_slow", "bogus return value");
}

static void
generator (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  static const char *const items[] = { "one", "two", "three", NULL };
  g_autoptr (PyrogItemStream) stream
      = pyrog_item_stream_new_for_array (g_variant_new_strv (items, -1));

  pyrog_invocation_return_stream (invocation, stream);
}

static void
not_a_number (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_value (invocation, g_variant_new_double (NAN));
}

static void
infinity (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_value (invocation, g_variant_new_double (INFINITY));
}

static void
dunder (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_value (invocation, g_variant_new_string ("should be allowed (dunder)"));
}

static void
shut_down (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  EchoServer *self = user_data;

  tell (self, "shutting down");
  pyrog_invocation_return_none (invocation);
  pyrog_daemon_shutdown (self->daemon);
}

static GVariant *
get_verbose (const char *name, gpointer user_data, GError **error)
{
  return g_variant_new_boolean (((EchoServer *) user_data)->verbose);
}

/* What Python's bool() says of the value */
static gboolean
is_true (GVariant *value)
{
  double real, imaginary;

  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      return g_variant_get_boolean (value);
    case G_VARIANT_CLASS_INT64:
      return g_variant_get_int64 (value) != 0;
    case G_VARIANT_CLASS_DOUBLE:
      return g_variant_get_double (value) != 0;
    case G_VARIANT_CLASS_STRING:
      return *g_variant_get_string (value, NULL) != '\0';
    case G_VARIANT_CLASS_MAYBE:
      {
        g_autoptr (GVariant) inner = g_variant_get_maybe (value);
        return inner != NULL && is_true (inner);
      }
    case G_VARIANT_CLASS_ARRAY:
      return g_variant_n_children (value) > 0;
    case G_VARIANT_CLASS_TUPLE:
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("(dd)")))
        return g_variant_n_children (value) > 0;
      g_variant_get (value, "(dd)", &real, &imaginary);
      return real != 0 || imaginary != 0;
    default:
      return TRUE;
    }
}

static gboolean
set_verbose (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  ((EchoServer *) user_data)->verbose = is_true (value);
  return TRUE;
}

static PyrogServant *
make_servant (EchoServer *self)
{
  static const struct
  {
    const char *name;
    const char *signature;
    gboolean oneway;
    PyrogHandlerFunc func;
    const char *documentation;
  } methods[] = {
    { "echo", "v message", FALSE, echo, N_ ("Returns the message") },
    { "error", "", FALSE, fail, N_ ("Raises a ValueError") },
    { "error_with_text", "", FALSE, fail_with_text, N_ ("Raises a ValueError with a message") },
    { "oneway_echo", "v message", TRUE, oneway_echo, N_ ("Takes a message, but answers nothing") },
    { "slow", "", FALSE, slow, N_ ("Answers after five seconds") },
    { "oneway_slow", "", TRUE, oneway_slow, N_ ("Takes five seconds, but answers nothing") },
    { "generator", "", FALSE, generator, N_ ("Returns three items on demand") },
    { "nan", "", FALSE, not_a_number, N_ ("Returns a float that is not a number") },
    { "inf", "", FALSE, infinity, N_ ("Returns the infinite float") },
    { "__dunder__", "", FALSE, dunder, N_ ("Has a special name") },
    { "shutdown", "", FALSE, shut_down, N_ ("Ends the server") },
  };
  PyrogServant *servant = pyrog_servant_new ();

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      pyrog_servant_add_handler (servant, methods[i].name, methods[i].signature, NULL,
                                 methods[i].func, self, NULL);
      pyrog_servant_set_oneway (servant, methods[i].name, methods[i].oneway);
      pyrog_servant_set_documentation (servant, methods[i].name, _ (methods[i].documentation));
    }
  pyrog_servant_add_attribute (servant, "verbose", NULL, get_verbose, self, NULL);
  pyrog_servant_add_setter (servant, "verbose", set_verbose, self, NULL);
  return servant;
}

/* ---- The program ---- */

typedef struct
{
  char *host;
  int port;
  char *socket;
  gboolean verbose;
  gboolean quiet;
  gboolean version;
} Options;

static gboolean
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "host", 'H', 0, G_OPTION_ARG_STRING, &options->host,
      N_ ("Listen on this host (default: localhost)"), N_ ("HOST") },
    { "port", 'p', 0, G_OPTION_ARG_INT, &options->port,
      N_ ("Listen on this port (default: a free one)"), N_ ("PORT") },
    { "unixsocket", 'u', 0, G_OPTION_ARG_FILENAME, &options->socket,
      N_ ("Listen on this unix socket; @NAME is an abstract one"), N_ ("PATH") },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &options->verbose, N_ ("Tell of every call"), NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, N_ ("Print nothing"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, N_ ("Print the version and exit"),
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, _ ("Serves an object that answers what it is told."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc == 1 && options->port >= 0 && options->port <= G_MAXUINT16)
    return TRUE;
  if (*argc > 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("Unexpected argument ‘%s’"),
                 (*argv)[1]);
  else
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _ ("The port %d is not from 0 to 65535"), options->port);
  return FALSE;
}

static char *
make_location (const Options *options)
{
  const char *host = options->host != NULL ? options->host : "localhost";

  if (options->socket != NULL)
    return g_strconcat ("./u:", options->socket, NULL);
  if (strchr (host, ':') != NULL)
    return g_strdup_printf ("[%s]:%d", host, options->port);
  return g_strdup_printf ("%s:%d", host, options->port);
}

static gboolean
terminate_cb (gpointer data)
{
  EchoServer *self = data;

  /* Whoever says it twice does not want to wait for the calls in progress */
  if (self->ending)
    exit (EXIT_FAILURE);
  self->ending = TRUE;
  pyrog_daemon_shutdown (self->daemon);
  return G_SOURCE_CONTINUE;
}

/* Pyro5's echo server is of this type whatever the configuration says; ours may be told otherwise
 * by the environment */
static gboolean
serve (EchoServer *self, const Options *options, GError **error)
{
  g_autofree char *location = make_location (options);
  g_autoptr (PyrogServant) servant = make_servant (self);

  if (!pyrog_daemon_listen (self->daemon, location, error))
    return FALSE;
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (self->daemon, OBJECT_NAME, servant, error);
  if (uri == NULL || !pyrog_daemon_start (self->daemon, error))
    return FALSE;
  if (options->verbose)
    g_print ("not using a name server.\n");
  if (!options->quiet)
    {
      g_autofree char *text = pyrog_uri_to_string (uri);
      g_print ("object name: %s\n", OBJECT_NAME);
      g_print ("echo uri: %s\n", text);
      g_print ("echoserver running.\n");
    }
  /* Nobody would find it; the end of the program says why */
  if (pyrog_program_has_lost_output ())
    return TRUE;
  return pyrog_daemon_run (self->daemon, NULL, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Options options = { 0 };

  pyrog_program_init ("pyrog-echoserver");
  setvbuf (stdout, NULL, _IOLBF, BUFSIZ);
  if (!parse_options (&options, &argc, &argv, &error))
    {
      g_printerr ("%s: %s\n", g_get_prgname (), error->message);
      return 2;
    }
  if (options.version)
    {
      g_print ("pyrog-echoserver %s\n", PYROG_VERSION_TEXT);
      return EXIT_SUCCESS;
    }
  options.quiet = options.quiet && !options.verbose;
  if (!options.quiet)
    g_print ("Starting Pyro's built-in test echo server.\n");

  EchoServer server = { pyrog_daemon_new (NULL), options.verbose };
  guint interrupt = g_unix_signal_add (SIGINT, terminate_cb, &server);
  guint terminate = g_unix_signal_add (SIGTERM, terminate_cb, &server);
  gboolean ok = serve (&server, &options, &error);
  if (!ok)
    g_printerr ("%s: %s\n", g_get_prgname (), error->message);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_object_unref (server.daemon);
  g_free (options.host);
  g_free (options.socket);
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
