/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: context-scenario serve | context-scenario call URI | context-scenario whisper URI HELLO
 * NOTE
 *
 * What comes along with calls, from both sides. As a server it prints "READY <uri>". */

#include <pyrog.h>
#include <string.h>

#define ID "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

static GBytes *
text_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static char *
lookup_text (GVariant *annotations, const char *id)
{
  g_autoptr (GVariant) value = NULL;
  gconstpointer data;
  gsize size;

  if (annotations == NULL)
    return NULL;
  value = g_variant_lookup_value (annotations, id, G_VARIANT_TYPE_BYTESTRING);
  if (value == NULL)
    return NULL;
  data = g_variant_get_fixed_array (value, &size, 1);
  return g_strndup (data, size);
}

/* ---- The server ---- */

/* Answers with the names and texts of the annotations of the request */
static void
answer_annotations (PyrogInvocation *invocation)
{
  g_autoptr (GVariant) annotations = pyrog_invocation_get_annotations (invocation);
  g_autofree char *note = lookup_text (annotations, "NOTE");
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (note != NULL)
    {
      g_autofree char *answer = g_strdup_printf ("re: %s", note);
      g_autoptr (GBytes) data = text_bytes (answer);
      pyrog_invocation_set_reply_annotation (invocation, "RESP", data);
      g_variant_dict_insert (&dict, "NOTE", "s", note);
    }
  pyrog_invocation_return_value (invocation, g_variant_dict_end (&dict));
}

static void
annotated (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  answer_annotations (invocation);
}

static void
failing (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GBytes) data = text_bytes ("not for an exception");

  pyrog_invocation_set_reply_annotation (invocation, "RESP", data);
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "wrong");
}

/* One that the daemon has as well */
static void
contradict (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GBytes) data = text_bytes ("the method's");

  pyrog_invocation_set_reply_annotation (invocation, "SHRD", data);
  pyrog_invocation_return_none (invocation);
}

static void
share (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GBytes) data = NULL;
  const char *text;

  g_variant_get (args, "(&s)", &text);
  data = *text != '\0' ? text_bytes (text) : NULL;
  if (pyrog_daemon_set_annotation (user_data, "SHRD", data, error))
    pyrog_invocation_return_none (invocation);
}

static void
correlation (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autofree char *id = pyrog_invocation_get_correlation_id (invocation);

  pyrog_invocation_return_value (
      invocation, g_variant_new ("mv", id != NULL ? g_variant_new_string (id) : NULL));
}

/* Asks another object, at uri, which correlation id it sees */
static void
nested (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  const char *uri;

  g_variant_get (args, "(&s)", &uri);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (uri, NULL, error);
  if (proxy == NULL)
    return;
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new_for_invocation (invocation);
  g_autoptr (GVariant) seen = pyrog_proxy_call_full_sync (proxy, "correlation", NULL, NULL, "s",
                                                          options, NULL, NULL, error);
  if (seen != NULL)
    pyrog_invocation_return_value (invocation, seen);
}

static void
serve (void)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_method (servant, "annotated", "()", "a{sv}", annotated, NULL, NULL);
  pyrog_servant_add_method (servant, "failing", "()", NULL, failing, NULL, NULL);
  pyrog_servant_add_method (servant, "contradict", "()", NULL, contradict, NULL, NULL);
  pyrog_servant_add_method (servant, "share", "(s)", NULL, share, daemon, NULL);
  pyrog_servant_add_method (servant, "correlation", "()", NULL, correlation, NULL, NULL);
  pyrog_servant_add_method (servant, "nested", "(s)", NULL, nested, NULL, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "context", servant, &error);
  g_assert_no_error (error);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_assert_true (pyrog_daemon_start (daemon, &error));
  g_print ("READY %s\n", text);
  pyrog_daemon_run (daemon, NULL, &error);
}

/* ---- The client ---- */

static PyrogOutcome *
call (PyrogProxy *proxy, const char *method, PyrogCallOptions *options, const char *expected)
{
  g_autoptr (GError) error = NULL;
  PyrogOutcome *outcome = NULL;
  g_autoptr (GVariant) result = pyrog_proxy_call_full_sync (proxy, method, NULL, NULL, NULL,
                                                            options, NULL, &outcome, &error);

  if (expected == NULL)
    {
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
      return outcome;
    }
  g_assert_no_error (error);
  g_autofree char *text = g_variant_print (result, FALSE);
  g_assert_cmpstr (text, ==, expected);
  return outcome;
}

static void
assert_annotation (PyrogOutcome *outcome, const char *id, const char *expected)
{
  GVariant *annotations = pyrog_outcome_get_annotations (outcome);
  g_autofree char *text = lookup_text (annotations, id);

  g_assert_cmpstr (text, ==, expected);
}

static void
check_annotations (PyrogProxy *proxy)
{
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
  g_autoptr (GBytes) note = text_bytes ("secret");
  g_autoptr (PyrogOutcome) answered = NULL;
  g_autoptr (PyrogOutcome) plain = NULL;
  g_autoptr (PyrogOutcome) failed = NULL;

  pyrog_call_options_set_annotation (options, "NOTE", note);
  answered = call (proxy, "annotated", options, "{'NOTE': <'secret'>}");
  assert_annotation (answered, "RESP", "re: secret");
  assert_annotation (answered, "SHRD", "everybody's");
  plain = call (proxy, "annotated", NULL, "{}");
  assert_annotation (plain, "RESP", NULL);
  assert_annotation (plain, "NOTE", NULL);
  assert_annotation (plain, "SHRD", "everybody's");
  failed = call (proxy, "failing", options, NULL);
  assert_annotation (failed, "RESP", NULL);
  assert_annotation (failed, "SHRD", "everybody's");
}

static void
check_correlation (PyrogProxy *proxy)
{
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
  g_autoptr (PyrogOutcome) outcome = NULL;

  g_assert_true (pyrog_call_options_set_correlation_id (options, ID));
  outcome = call (proxy, "correlation", options, "'" ID "'");
  g_assert_cmpstr (pyrog_outcome_get_correlation_id (outcome), ==, ID);
  g_clear_pointer (&outcome, pyrog_outcome_unref);
  outcome = call (proxy, "failing", options, NULL);
  g_assert_cmpstr (pyrog_outcome_get_correlation_id (outcome), ==, ID);
}

/* Says something in the handshake and in an annotation */
static void
whisper (PyrogProxy *proxy, const char *hello, const char *note)
{
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
  g_autoptr (GBytes) data = text_bytes (note);
  g_autoptr (GError) error = NULL;

  pyrog_proxy_set_handshake (proxy, g_variant_new_string (hello));
  pyrog_call_options_set_annotation (options, "NOTE", data);
  g_autoptr (GVariant) result = pyrog_proxy_call_full_sync (
      proxy, "echo", g_variant_new ("(s)", "plain"), NULL, "s", options, NULL, NULL, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  if (argc == 2 && strcmp (argv[1], "serve") == 0)
    {
      serve ();
      return 0;
    }
  g_assert_cmpint (argc, >=, 3);
  proxy = pyrog_proxy_new (argv[2], NULL, &error);
  g_assert_no_error (error);
  if (argc == 5)
    {
      whisper (proxy, argv[3], argv[4]);
      return 0;
    }
  check_annotations (proxy);
  check_correlation (proxy);
  return 0;
}
