/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: compatibility-scenario serve [LOCATION...]
 *        compatibility-scenario batch|reconnect URI
 *
 * Behaviours of Pyro5 that no other program here has. As a server it prints "READY" and its
 * uris. */

#include <pyrog.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The server ---- */

static void
answer (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return (invocation, "s", user_data);
}

/* Has one method more from now on */
static void
grow (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  PyrogServant *servant = user_data;

  pyrog_servant_add_method (servant, "grown", "()", "s", answer, (gpointer) "new", NULL);
  pyrog_servant_set_oneway (servant, "forget", TRUE);
  pyrog_invocation_return_none (invocation);
}

static void
wrong (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return_exception (invocation, "ValueError", g_variant_new_parsed ("('no',)"),
                                     g_variant_new_parsed ("{'code': <int64 42>}"));
}

/* Not the protocol's error, though of its classes */
static void
refuse (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_set_error_literal (error, PYROG_ERROR, GPOINTER_TO_INT (user_data), "not you");
}

/* ---- An object that is a sequence of words to Python ---- */

static const char *words[] = { "one", "two", "three" };

static void
get_length (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return (invocation, "x", (gint64) G_N_ELEMENTS (words));
}

/* The place that the first argument names, or an IndexError */
static const char **
find_word (GVariant *args, GError **error)
{
  gint64 index;

  g_variant_get_child (args, 0, "x", &index);
  if (index >= 0 && index < (gint64) G_N_ELEMENTS (words))
    return &words[index];
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_INDEX_ERROR, "no word %" G_GINT64_FORMAT, index);
  return NULL;
}

static void
get_item (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  const char **word = find_word (args, error);

  if (word != NULL)
    pyrog_invocation_return (invocation, "s", *word);
}

static void
set_item (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  const char **word = find_word (args, error);

  if (word == NULL)
    return;
  g_autoptr (GVariant) value = g_variant_get_child_value (args, 1);
  *word = g_intern_string (g_variant_get_string (value, NULL));
  pyrog_invocation_return_none (invocation);
}

static void
delete_item (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  const char **word = find_word (args, error);

  if (word == NULL)
    return;
  *word = "";
  pyrog_invocation_return_none (invocation);
}

static void
contains (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) wanted = g_variant_get_child_value (args, 0);
  gboolean found = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    found = found || g_str_equal (words[i], g_variant_get_string (wanted, NULL));
  pyrog_invocation_return_value (invocation, g_variant_new_boolean (found));
}

static void
get_iterator (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (PyrogItemStream) items
      = pyrog_item_stream_new_for_array (g_variant_new_strv (words, G_N_ELEMENTS (words)));

  pyrog_invocation_return_stream (invocation, items);
}

/* With an iterator, or with the numbers of its items alone */
static void
register_sequence (PyrogDaemon *daemon, const char *id, gboolean has_iterator)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_method (servant, "__len__", "()", "x", get_length, NULL, NULL);
  pyrog_servant_add_method (servant, "__getitem__", "x index", "s", get_item, NULL, NULL);
  pyrog_servant_add_method (servant, "__setitem__", "x index, s word", NULL, set_item, NULL, NULL);
  pyrog_servant_add_method (servant, "__delitem__", "x index", NULL, delete_item, NULL, NULL);
  pyrog_servant_add_method (servant, "__contains__", "s word", "b", contains, NULL, NULL);
  if (has_iterator)
    pyrog_servant_add_method (servant, "__iter__", "()", NULL, get_iterator, NULL, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, id, servant, &error);
  g_assert_no_error (error);
}

/* ---- All of it ---- */

typedef struct
{
  PyrogDaemon *daemon;
  PyrogServant *servant;
} Server;

/* The object as a value, for this client */
static void
get_self (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  Server *server = user_data;
  GVariant *self = pyrog_daemon_proxy_for (server->daemon, server->servant,
                                           pyrog_invocation_get_connection (invocation), error);

  if (self != NULL)
    pyrog_invocation_return_value (invocation, self);
}

static void
print_uris (PyrogDaemon *daemon)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) uris = pyrog_daemon_uris_for (daemon, "object", &error);

  g_assert_no_error (error);
  printf ("READY");
  for (guint i = 0; i < uris->len; i++)
    {
      g_autofree char *text = pyrog_uri_to_string (g_ptr_array_index (uris, i));
      printf (" %s", text);
    }
  printf ("\n");
  fflush (stdout);
}

static void
serve (char **locations)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;
  Server server = { daemon, servant };

  for (; *locations != NULL; locations++)
    {
      pyrog_daemon_listen (daemon, *locations, &error);
      g_assert_no_error (error);
    }
  pyrog_servant_add_method (servant, "get_self", "()", NULL, get_self, &server, NULL);

  pyrog_servant_add_method (servant, "grow", "()", NULL, grow, servant, NULL);
  pyrog_servant_add_method (servant, "forget", "()", NULL, answer, (gpointer) "", NULL);
  pyrog_servant_add_method (servant, "wrong", "()", NULL, wrong, NULL, NULL);
  pyrog_servant_add_method (servant, "insecure", "()", NULL, refuse,
                            GINT_TO_POINTER (PYROG_ERROR_SECURITY), NULL);
  pyrog_servant_add_method (servant, "unspoken", "()", NULL, refuse,
                            GINT_TO_POINTER (PYROG_ERROR_PROTOCOL), NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "object", servant, &error);
  g_assert_no_error (error);
  register_sequence (daemon, "sequence", FALSE);
  register_sequence (daemon, "iterable", TRUE);
  print_uris (daemon);
  pyrog_daemon_run (daemon, NULL, &error);
  g_assert_no_error (error);
}

/* ---- Clients ---- */

/* The error of a batch has what Pyro5 loses: arguments, attributes and traceback */
static gboolean
call_batch (PyrogProxy *proxy, GError **error)
{
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (proxy);
  g_autoptr (GError) failure = NULL;

  pyrog_batch_add (batch, "wrong", NULL);
  g_autoptr (PyrogBatchResults) results = pyrog_batch_submit_sync (batch, NULL, error);
  if (results == NULL)
    return FALSE;
  g_assert_null (pyrog_batch_results_next (results, NULL, &failure));
  g_assert_error (failure, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
  PyrogOutcome *outcome = pyrog_error_get_outcome (failure);
  g_autofree char *args = g_variant_print (pyrog_outcome_get_args (outcome), FALSE);
  g_autofree char *attributes = g_variant_print (pyrog_outcome_get_attributes (outcome), FALSE);
  printf ("%s %s\n", args, attributes);
  return TRUE;
}

/* Calls, waits for a line, and calls again on a new connection */
static gboolean
call_again (PyrogProxy *proxy, GError **error)
{
  char line[10];

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariant) result
          = pyrog_proxy_call_sync (proxy, "echo", g_variant_new ("(u)", i), "u", NULL, error);
      if (result == NULL)
        return FALSE;
      printf ("%u\n", g_variant_get_uint32 (result));
      fflush (stdout);
      if (i == 0
          && (fgets (line, sizeof line, stdin) == NULL
              || !pyrog_proxy_reconnect_sync (proxy, 0, NULL, error)))
        return FALSE;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  if (argc >= 2 && strcmp (argv[1], "serve") == 0)
    {
      serve (argv + 2);
      return 0;
    }
  g_assert_cmpint (argc, ==, 3);
  proxy = pyrog_proxy_new (argv[2], NULL, &error);
  g_assert_no_error (error);
  pyrog_proxy_set_timeout (proxy, 20);
  if (!(strcmp (argv[1], "batch") == 0 ? call_batch : call_again) (proxy, &error))
    {
      g_printerr ("%s\n", error != NULL ? error->message : "no line");
      return 1;
    }
  return 0;
}
