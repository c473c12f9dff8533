/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-connection-resources.h"

#include <sys/socket.h>
#include <unistd.h>

#include "pyrog-connection-private.h"

typedef struct
{
  PyrogConnection *connection; /* (owned) (nullable) */
  GString *story;              /* (owned) what ended, and whose data was freed */
  int peer;
} Fixture;

typedef struct
{
  Fixture *fixture;
  char letter;
} Thing;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], NULL);
  fixture->connection = pyrog_connection_new (socket, FALSE);
  fixture->peer = fds[1];
  fixture->story = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->connection);
  close (fixture->peer);
  g_string_free (fixture->story, TRUE);
}

static void
end_thing (PyrogConnection *connection, gpointer user_data)
{
  Thing *thing = user_data;

  g_assert_true (PYROG_IS_CONNECTION (connection));
  g_string_append_c (thing->fixture->story, thing->letter);
}

static void
free_thing (gpointer user_data)
{
  Thing *thing = user_data;

  g_string_append_c (thing->fixture->story, g_ascii_tolower (thing->letter));
  g_free (thing);
}

static guint
track (Fixture *fixture, char letter)
{
  Thing *thing = g_new (Thing, 1);

  *thing = (Thing){ fixture, letter };
  return pyrog_connection_track (fixture->connection, end_thing, thing, free_thing);
}

static void
end_connection (Fixture *fixture)
{
  pyrog_resources_end (fixture->connection->resources, fixture->connection);
}

/* What was tracked ends once, the newest first; what was given up does not */
static void
test_end (Fixture *fixture, gconstpointer data)
{
  guint ids[3];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      ids[i] = track (fixture, (char) ('A' + i));
      g_assert_cmpuint (ids[i], >, 0);
    }
  g_assert_true (pyrog_connection_untrack (fixture->connection, ids[1]));
  g_assert_false (pyrog_connection_untrack (fixture->connection, ids[1]));
  g_assert_cmpstr (fixture->story->str, ==, "b");
  end_connection (fixture);
  g_assert_cmpstr (fixture->story->str, ==, "bCcAa");
  end_connection (fixture);
  g_assert_false (pyrog_connection_untrack (fixture->connection, ids[0]));
  g_assert_cmpstr (fixture->story->str, ==, "bCcAa");
}

/* After the end everything ends at once */
static void
test_late (Fixture *fixture, gconstpointer data)
{
  end_connection (fixture);
  g_assert_cmpuint (track (fixture, 'A'), ==, 0);
  g_assert_cmpstr (fixture->story->str, ==, "Aa");
}

/* A connection that is dropped takes along what it has */
static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  track (fixture, 'A');
  g_clear_object (&fixture->connection);
  g_assert_cmpstr (fixture->story->str, ==, "Aa");
}

static void
end_others (PyrogConnection *connection, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (pyrog_connection_untrack (connection, 1));
  g_assert_cmpuint (track (fixture, 'B'), ==, 0);
}

/* What ends may track and untrack */
static void
test_reentrant (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (track (fixture, 'A'), ==, 1);
  pyrog_connection_track (fixture->connection, end_others, fixture, NULL);
  end_connection (fixture);
  g_assert_cmpstr (fixture->story->str, ==, "aBb");
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

  add ("/connection-resources/end", test_end);
  add ("/connection-resources/late", test_late);
  add ("/connection-resources/dropped", test_dropped);
  add ("/connection-resources/reentrant", test_reentrant);
  return g_test_run ();
}
