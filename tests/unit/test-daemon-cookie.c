/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-daemon.h"

#include <glib/gstdio.h>
#include <string.h>

#include "pyrog-cookie.h"
#include "pyrog-error.h"
#include "pyrog-handshake-request.h"
#include "pyrog-proxy.h"

/* A daemon whose clients have to know a secret, in this thread's main context */
typedef struct
{
  char *directory;     /* (owned) */
  char *path;          /* (owned) of the secret */
  PyrogConfig *config; /* (owned) */
  PyrogDaemon *daemon; /* (owned) */
  char *uri;           /* (owned) */
  GVariant *heard;     /* (owned) (nullable) what a client said besides */
} Fixture;

static gboolean
validate (PyrogDaemon *daemon, PyrogHandshakeRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_clear_pointer (&fixture->heard, g_variant_unref);
  fixture->heard = g_variant_ref (pyrog_handshake_request_get_data (request));
  return TRUE;
}

static void
answer (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_none (invocation);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  fixture->directory = g_dir_make_tmp ("pyrog-cookie-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->directory, "cookie", NULL);
  pyrog_servant_add_handler (servant, "m", NULL, NULL, answer, NULL, NULL);
  fixture->config = pyrog_config_new ();
  g_object_set (fixture->config, "cookie-file", fixture->path, NULL);
  fixture->daemon = pyrog_daemon_new (fixture->config);
  g_signal_connect (fixture->daemon, "validate-handshake", G_CALLBACK (validate), fixture);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, "o", servant, &error);
  g_assert_no_error (error);
  fixture->uri = pyrog_uri_to_string (uri);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  pyrog_daemon_stop (fixture->daemon);
  g_object_unref (fixture->daemon);
  g_object_unref (fixture->config);
  g_clear_pointer (&fixture->heard, g_variant_unref);
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
  g_free (fixture->path);
  g_free (fixture->uri);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Connects, with what a program says in the handshake */
static gboolean
call (Fixture *fixture, PyrogConfig *config, const char *said, GError **error)
{
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (fixture->uri, config, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  if (said != NULL)
    pyrog_proxy_set_handshake (proxy, g_variant_new_parsed (said));
  pyrog_proxy_call (proxy, "m", NULL, NULL, NULL, done_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GVariant) value = pyrog_proxy_call_finish (proxy, result, error);
  return value != NULL;
}

/* Who has the file gets in, and what it says besides reaches the program, without the secret */
static void
test_known (Fixture *fixture, gconstpointer data)
{
  static const char *const said[] = { NULL, "'psst'", "{'cookie': <'mine'>}" };
  static const char *const heard[] = { "'hello'", "'psst'", "{'cookie': <'mine'>}" };

  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autoptr (GError) error = NULL;
      call (fixture, fixture->config, said[i], &error);
      g_assert_no_error (error);
      g_autofree char *text = g_variant_print (fixture->heard, FALSE);
      g_assert_cmpstr (text, ==, heard[i]);
    }
}

/* Who says it by itself does, as a client of Pyro5 has to */
static void
test_said (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogCookie) cookie = pyrog_cookie_read (fixture->path, NULL);
  g_autofree char *said = g_strdup_printf ("{'cookie': <'%s'>}", pyrog_cookie_get_text (cookie));
  g_autoptr (GError) error = NULL;

  call (fixture, config, said, &error);
  g_assert_no_error (error);
  g_autofree char *text = g_variant_print (fixture->heard, FALSE);
  g_assert_cmpstr (text, ==, "'hello'");
}

/* Nobody else does, and the program does not hear of them */
static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  static const char *const said[]
      = { NULL,
          "'psst'",
          "{'cookie': <''>}",
          "{'cookie': <int64 1>}",
          "[<'cookie'>]",
          "{'cookie': <'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'>}" };
  g_autoptr (PyrogConfig) config = pyrog_config_new ();

  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (call (fixture, config, said[i], &error));
      g_test_message ("%s: %s", said[i] != NULL ? said[i] : "nothing", error->message);
      g_assert_nonnull (strstr (error->message, "no valid cookie"));
      g_assert_null (fixture->heard);
    }
}

/* A client that can't read its file says so, and does not connect without */
static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);
  g_assert_false (call (fixture, fixture->config, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY);
  g_assert_nonnull (strstr (error->message, fixture->path));
}

static void
add_test (const char *path, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/daemon-cookie/known", test_known);
  add_test ("/daemon-cookie/said", test_said);
  add_test ("/daemon-cookie/unknown", test_unknown);
  add_test ("/daemon-cookie/no-file", test_no_file);
  return g_test_run ();
}
