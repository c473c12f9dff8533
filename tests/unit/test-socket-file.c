/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-socket-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pyrog-error.h"

#define RACERS 100
#define ROUNDS 5

typedef struct
{
  char *directory; /* (owned) */
  char *path;      /* (owned) of a socket */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("pyrog-socket-XXXXXX", &error);
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

static GSocket *
new_socket (void)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  return socket;
}

/* ---- Races ---- */

/* Tells whether it was the one that could bind, and keeps the socket until it is killed */
static void
race (const char *path, int start, int results)
{
  g_autoptr (GSocket) socket = new_socket ();
  char byte;

  if (read (start, &byte, 1) != 0) /* the end of the pipe is the start for all */
    _exit (1);
  PyrogSocketFile *file = pyrog_socket_file_new (socket, path, NULL);
  if (write (results, file != NULL ? "w" : "l", 1) != 1)
    _exit (1);
  pause ();
  _exit (0);
}

static guint
count_winners (int results)
{
  guint winners = 0;
  char byte;

  for (guint i = 0; i < RACERS; i++)
    {
      g_assert_cmpint (read (results, &byte, 1), ==, 1);
      winners += byte == 'w';
    }
  return winners;
}

static void
run_race (Fixture *fixture)
{
  int start[2], results[2];
  pid_t racers[RACERS];

  g_assert_cmpint (pipe (start), ==, 0);
  g_assert_cmpint (pipe (results), ==, 0);
  for (guint i = 0; i < RACERS; i++)
    {
      racers[i] = fork ();
      g_assert_cmpint (racers[i], >=, 0);
      if (racers[i] == 0)
        {
          close (start[1]);
          race (fixture->path, start[0], results[1]);
        }
    }
  close (start[0]);
  close (start[1]);
  close (results[1]);
  g_assert_cmpuint (count_winners (results[0]), ==, 1);
  close (results[0]);
  for (guint i = 0; i < RACERS; i++)
    {
      kill (racers[i], SIGKILL);
      g_assert_cmpint (waitpid (racers[i], NULL, 0), ==, racers[i]);
    }
}

/* Of many daemons that start at once one gets the socket, at first and where a dead one lies; there
 * is nothing else in the directory then */
static void
test_race (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (guint round = 0; round < ROUNDS; round++)
    {
      run_race (fixture);
      g_autoptr (GDir) directory = g_dir_open (fixture->directory, 0, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_dir_read_name (directory), ==, "socket");
      g_assert_null (g_dir_read_name (directory));
    }
}

/* Whoever locks the directory of a socket for ever makes no daemon wait for ever */
static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = new_socket ();
  g_autoptr (GError) error = NULL;
  int fd = g_open (fixture->directory, O_RDONLY | O_CLOEXEC, 0);

  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  g_assert_null (pyrog_socket_file_new (socket, fixture->path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  close (fd);
}

/* A symbolic link is not followed, wherever it points */
static void
test_symlink (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = new_socket ();
  g_autoptr (GError) error = NULL;
  g_autofree char *target = g_build_filename (fixture->directory, "target", NULL);

  g_assert_cmpint (symlink (target, fixture->path), ==, 0);
  g_assert_null (pyrog_socket_file_new (socket, fixture->path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
}

/* The socket of another user stays, dead or not */
static void
test_of_another_user (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = new_socket ();
  g_autoptr (GSocket) second = new_socket ();
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = g_build_filename (fixture->directory, "aside", NULL);
  PyrogSocketFile *file;

  if (geteuid () != 0)
    {
      g_test_skip ("Only root can give a file to another user");
      return;
    }
  file = pyrog_socket_file_new (socket, fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_rename (fixture->path, aside), ==, 0);
  pyrog_socket_file_free (file);
  g_socket_close (socket, NULL);
  g_assert_cmpint (g_rename (aside, fixture->path), ==, 0);
  g_assert_cmpint (chown (fixture->path, 65534, 65534), ==, 0);
  g_assert_null (pyrog_socket_file_new (second, fixture->path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

/* The file goes with the socket, also where the directory was moved meanwhile */
static void
test_moved (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = new_socket ();
  g_autoptr (GError) error = NULL;
  g_autofree char *moved = g_strconcat (fixture->directory, ".moved", NULL);
  PyrogSocketFile *file = pyrog_socket_file_new (socket, fixture->path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_rename (fixture->directory, moved), ==, 0);
  pyrog_socket_file_free (file);
  g_assert_cmpint (g_rename (moved, fixture->directory), ==, 0);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* ---- Paths ---- */

/* A bare name is one in the user's own directory, which others can't enter */
static void
test_bare_name (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_build_filename (g_get_user_runtime_dir (), "pyrog", NULL);
  g_autofree char *expected = g_build_filename (directory, "name", NULL);
  g_autofree char *path = pyrog_socket_file_find_path ("name", &error);
  struct stat info;

  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, expected);
  g_assert_cmpint (g_stat (directory, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0700);
}

/* ... and if they can, or it is not a directory at all, it is not used */
static void
test_bare_name_refused (void)
{
  g_autofree char *directory = g_build_filename (g_get_user_runtime_dir (), "pyrog", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_assert_cmpint (g_chmod (directory, 0755), ==, 0);
  g_assert_null (pyrog_socket_file_find_path ("name", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_nonnull (strstr (error->message, directory));
  g_clear_error (&error);

  g_assert_cmpint (g_rmdir (directory), ==, 0);
  g_assert_cmpint (symlink ("/", directory), ==, 0);
  g_assert_null (pyrog_socket_file_find_path ("name", &error));
  g_assert_nonnull (error);
  g_assert_cmpint (g_unlink (directory), ==, 0);
}

/* Other paths are made absolute, so that a uri that names them is good everywhere */
static void
test_paths (void)
{
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *expected = g_build_filename (current, "sub", "name", NULL);
  g_autofree char *relative = pyrog_socket_file_find_path ("./sub/name", NULL);
  g_autofree char *absolute = pyrog_socket_file_find_path ("/run/name", NULL);

  g_assert_cmpstr (relative, ==, expected);
  g_assert_cmpstr (absolute, ==, "/run/name");
}

/* The longest path that the kernel takes, and one byte more */
static void
test_length (Fixture *fixture, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (106 - strlen (fixture->directory), 'x');
  g_autofree char *longest = g_build_filename (fixture->directory, filler, NULL);
  g_autofree char *longer = g_strconcat (longest, "x", NULL);
  g_autoptr (GSocket) socket = new_socket ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (strlen (longer), ==, 108);
  g_assert_null (pyrog_socket_file_new (socket, longer, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI);
  g_clear_error (&error);
  g_autoptr (PyrogSocketFile) file = pyrog_socket_file_new (socket, longest, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (longest, G_FILE_TEST_EXISTS));
}

static void
add_test (const char *path, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_autofree char *runtime_dir = g_dir_make_tmp ("pyrog-runtime-XXXXXX", NULL);

  g_assert_nonnull (runtime_dir);
  g_setenv ("XDG_RUNTIME_DIR", runtime_dir, TRUE);
  g_test_init (&argc, &argv, NULL);
  add_test ("/socket-file/race", test_race);
  add_test ("/socket-file/locked", test_locked);
  add_test ("/socket-file/symlink", test_symlink);
  add_test ("/socket-file/of-another-user", test_of_another_user);
  add_test ("/socket-file/moved", test_moved);
  add_test ("/socket-file/length", test_length);
  g_test_add_func ("/socket-file/bare-name", test_bare_name);
  g_test_add_func ("/socket-file/bare-name-refused", test_bare_name_refused);
  g_test_add_func ("/socket-file/paths", test_paths);
  int result = g_test_run ();
  g_rmdir (runtime_dir);
  return result;
}
