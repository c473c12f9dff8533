/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <sys/socket.h>
#include <unistd.h>

#include "pyrog-engine-private.h"
#include "pyrog-error.h"

#define MIB (1024u * 1024u)

/* An engine with one client, whom nobody serves; the owner is any object */
typedef struct
{
  PyrogDispatcher *dispatcher; /* (owned) */
  PyrogEngine *engine;         /* (owned) (nullable) */
  PyrogClient *client;         /* (owned) */
  GObject *owner;              /* (owned) (nullable) */
  int peer;
} Fixture;

static GString *story; /* (owned) what the owner was told */

static void
connected (GObject *owner, PyrogConnection *connection)
{
  g_string_append_c (story, 'c');
}

static void
disconnected (GObject *owner, PyrogConnection *connection)
{
  g_string_append_c (story, 'd');
}

static void
failed (GObject *owner, PyrogInvocation *invocation, const GError *error)
{
  const char *name = pyrog_invocation_get_method_name (invocation);

  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
  g_assert_true (g_str_equal (name, "m") || g_str_equal (name, ""));
  g_string_append_c (story, 'f');
}

static void
ignore_release (gpointer engine)
{
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const PyrogEngineEvents events = { connected, disconnected, failed };
  static const PyrogClientTimeouts timeouts = { 10, 10, 10, 0 };
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  const PyrogDispatcherOptions options = pyrog_dispatcher_options_from_config (config);
  int fds[2];

  story = g_string_new (NULL);
  fixture->dispatcher = pyrog_dispatcher_new (&options);
  fixture->engine = pyrog_engine_new (config, fixture->dispatcher, g_main_context_default (), NULL);
  fixture->owner = g_object_new (G_TYPE_OBJECT, NULL);
  pyrog_engine_set_events (fixture->engine, &events, fixture->owner);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  g_autoptr (PyrogConnection) connection = pyrog_connection_new (socket, FALSE);
  fixture->client = pyrog_client_new (connection, fixture->dispatcher, &timeouts, fixture->engine,
                                      ignore_release);
  fixture->peer = fds[1];
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->engine, pyrog_engine_free);
  pyrog_peer_unref (&fixture->client->peer);
  pyrog_dispatcher_unref (fixture->dispatcher);
  g_clear_object (&fixture->owner);
  close (fixture->peer);
  g_string_free (story, TRUE);
}

/* A call that came in a message of that size, and failed; name is that of the method */
static void
tell_failed (Fixture *fixture, guint32 size, PyrogValue name)
{
  const PyrogMessage message = { .header = { .type = PYROG_MESSAGE_INVOKE, .data_size = size } };
  const PyrogCallParts call = { .object = pyrog_value_none (), .method = name };
  g_autoptr (GError) error = g_error_new (PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "no");
  g_autoptr (PyrogInvocation) invocation = pyrog_invocation_new (
      pyrog_codec_get (PYROG_SERIALIZER_SERPENT), &message, &call, pyrog_arena_new (), NULL, NULL);

  pyrog_invocation_return_gerror (invocation, error);
  pyrog_engine_tell_failed (&fixture->client->peer, invocation);
}

/* The owner is told in the order in which things happened, when the context has time; names that
 * are no names are no trouble */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  PyrogValue items[] = { pyrog_value_text ("a"), pyrog_value_text ("b") };
  const PyrogValue list = { .kind = PYROG_KIND_LIST, .size = 2, .items = items };

  fixture->engine->threaded = TRUE;
  pyrog_engine_tell_connected (fixture->client);
  tell_failed (fixture, 10, pyrog_value_text ("m"));
  tell_failed (fixture, 10, list);
  pyrog_engine_tell_disconnected (fixture->engine, fixture->client);
  g_assert_cmpstr (story->str, ==, "");
  while (story->len < 4)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (story->str, ==, "cffd");
  fixture->engine->threaded = FALSE;
}

/* Calls that failed wait with their messages, but not more than 4 MiB of them, or one */
static void
test_limit (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 10; i++)
    tell_failed (fixture, MIB, pyrog_value_text ("m"));
  pyrog_engine_deliver_news (fixture->engine);
  g_assert_cmpstr (story->str, ==, "fff");
  for (guint i = 0; i < 10; i++)
    tell_failed (fixture, 64 * MIB, pyrog_value_text ("m"));
  pyrog_engine_deliver_news (fixture->engine);
  g_assert_cmpstr (story->str, ==, "ffff");
}

static void
fail_again (GObject *owner, PyrogInvocation *invocation, const GError *error)
{
  Fixture *fixture = g_object_get_data (owner, "fixture");

  g_string_append_c (story, 'f');
  if (story->len < 5)
    tell_failed (fixture, 10, pyrog_value_text ("m"));
}

/* Calls that fail while failures are told do not keep the context from its other work */
static void
test_turns (Fixture *fixture, gconstpointer data)
{
  static const PyrogEngineEvents events = { connected, disconnected, fail_again };

  g_object_set_data (fixture->owner, "fixture", fixture);
  pyrog_engine_set_events (fixture->engine, &events, fixture->owner);
  tell_failed (fixture, 10, pyrog_value_text ("m"));
  for (guint i = 1; i <= 5; i++)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (story->len, ==, i);
    }
}

/* Without an owner there is nobody to tell */
static void
test_no_owner (Fixture *fixture, gconstpointer data)
{
  tell_failed (fixture, 10, pyrog_value_text ("m"));
  g_clear_object (&fixture->owner);
  pyrog_engine_deliver_news (fixture->engine);
  g_assert_cmpstr (story->str, ==, "");
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/engine-news/order", test_order);
  add ("/engine-news/limit", test_limit);
  add ("/engine-news/turns", test_turns);
  add ("/engine-news/no-owner", test_no_owner);
  return g_test_run ();
}
