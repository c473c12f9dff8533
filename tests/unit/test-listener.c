/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-listener.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pyrog-error.h"

typedef struct
{
  char *directory; /* (owned) */
  char *path;      /* (owned) of a socket */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("pyrog-listener-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "socket", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
  g_free (fixture->path);
}

static PyrogListener *
listen_on (const char *text, GError **error)
{
  g_auto (PyrogLocation) location = { 0 };
  g_autofree char *socket = *text == '/' ? g_strconcat ("./u:", text, NULL) : g_strdup (text);

  g_assert_true (pyrog_location_parse (socket, &location, NULL));
  return pyrog_listener_new (&location, TRUE, 0, error);
}

static gboolean
exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* A socket's file is its owner's alone, and goes with the listener */
static void
test_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogListener) listener = listen_on (fixture->path, &error);
  struct stat info;

  g_assert_no_error (error);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_true (S_ISSOCK (info.st_mode));
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_clear_pointer (&listener, pyrog_listener_free);
  g_assert_false (exists (fixture->path));
}

/* A socket that somebody listens on is left alone */
static void
test_in_use (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogListener) first = listen_on (fixture->path, &error);
  g_autoptr (PyrogListener) second = NULL;

  g_assert_no_error (error);
  second = listen_on (fixture->path, &error);
  g_assert_null (second);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION);
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_assert_true (exists (fixture->path));
}

/* A socket that a daemon left when it died is replaced; another kind of file never is */
static void
test_leftovers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = g_build_filename (fixture->directory, "aside", NULL);
  g_autoptr (PyrogListener) dead = listen_on (fixture->path, &error);
  g_autoptr (PyrogListener) listener = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (g_rename (fixture->path, aside), ==, 0);
  g_clear_pointer (&dead, pyrog_listener_free);
  g_assert_cmpint (g_rename (aside, fixture->path), ==, 0);
  listener = listen_on (fixture->path, &error);
  g_assert_no_error (error);
  g_clear_pointer (&listener, pyrog_listener_free);

  g_assert_true (g_file_set_contents (fixture->path, "precious", -1, NULL));
  listener = listen_on (fixture->path, &error);
  g_assert_null (listener);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION);
  g_assert_true (exists (fixture->path));
}

/* At its end a listener removes its own file only */
static void
test_not_ours_any_more (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogListener) listener = listen_on (fixture->path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_true (g_file_set_contents (fixture->path, "another's", -1, NULL));
  g_clear_pointer (&listener, pyrog_listener_free);
  g_assert_true (exists (fixture->path));
}

/* Names that are too long, and places that are not there, are errors */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *name = g_strnfill (200, 'x');
  g_autofree char *longer = g_strconcat ("/tmp/", name, NULL);
  const char *const refused[] = { longer, "/nosuch/directory/socket", "192.0.2.1:0" };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PyrogListener) listener = listen_on (refused[i], &error);
      g_test_message ("%s", refused[i]);
      g_assert_null (listener);
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION);
    }
}

/* The uri names what was bound: the free port, the IPv6 address in brackets, the abstract name */
static void
test_uris (Fixture *fixture, gconstpointer data)
{
  /* The names of abstract sockets are known on all of the machine */
  g_autofree char *abstract = g_strdup_printf ("./u:@pyrog-test-%d", getpid ());
  g_autofree char *abstract_uri = g_strconcat ("PYRO:o@", abstract, NULL);
  const char *const locations[][2] = {
    { "127.0.0.1:0", "PYRO:o@127.0.0.1:" },
    { "localhost:0", "PYRO:o@localhost:" },
    { "[::1]:0", "PYRO:o@[::1]:" },
    { abstract, abstract_uri },
  };

  for (guint i = 0; i < G_N_ELEMENTS (locations); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PyrogListener) listener = listen_on (locations[i][0], &error);
      g_assert_no_error (error);
      g_autoptr (PyrogUri) uri = pyrog_listener_make_uri (listener, "o");
      g_autofree char *text = pyrog_uri_to_string (uri);
      g_assert_true (g_str_has_prefix (text, locations[i][1]));
      g_assert_false (g_str_has_suffix (text, ":0"));
    }
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
  add_test ("/listener/file", test_file);
  add_test ("/listener/in-use", test_in_use);
  add_test ("/listener/leftovers", test_leftovers);
  add_test ("/listener/not-ours-any-more", test_not_ours_any_more);
  add_test ("/listener/refused", test_refused);
  add_test ("/listener/uris", test_uris);
  return g_test_run ();
}
