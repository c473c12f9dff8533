/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-cookie.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pyrog-error.h"

#define SECRET "0123456789abcdef"

typedef struct
{
  char *directory; /* (owned) */
  char *path;      /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("pyrog-cookie-XXXXXX", NULL);
  g_assert_nonnull (fixture->directory);
  fixture->path = g_build_filename (fixture->directory, "cookie", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
  g_free (fixture->path);
}

static void
write_file (Fixture *fixture, const char *text, mode_t mode)
{
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  g_assert_cmpint (g_chmod (fixture->path, mode), ==, 0);
}

/* A file that is not there is made, with a secret of its own, for its owner alone, and nothing is
 * left beside it; then it stays */
static void
test_make (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct stat info;

  g_autoptr (PyrogCookie) first = pyrog_cookie_read_or_make (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (pyrog_cookie_get_text (first)), ==, 64);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_autoptr (PyrogCookie) second = pyrog_cookie_read_or_make (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (pyrog_cookie_get_text (first), ==, pyrog_cookie_get_text (second));

  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_autoptr (PyrogCookie) third = pyrog_cookie_read_or_make (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (pyrog_cookie_get_text (first), !=, pyrog_cookie_get_text (third));
}

/* Only the whole secret matches, without the blanks around it in the file */
static void
test_matches (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[]
      = { "", "0", "0123456789abcde", SECRET "0", SECRET "\n", " " SECRET, "0123456789ABCDEF" };
  g_autoptr (GError) error = NULL;

  write_file (fixture, " " SECRET "\n", 0600);
  g_autoptr (PyrogCookie) cookie = pyrog_cookie_read (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_true (pyrog_cookie_matches (cookie, SECRET, strlen (SECRET)));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_message ("‘%s’", wrong[i]);
      g_assert_false (pyrog_cookie_matches (cookie, wrong[i], strlen (wrong[i])));
    }
}

static void
expect_refused (Fixture *fixture, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_cookie_read (fixture->path, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_assert_nonnull (strstr (error->message, word));
  g_assert_null (strstr (error->message, "0123"));
}

/* Files that others can read or have made, that are no files or hold no secret, are not used, and
 * the error does not say what is in them */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (1024, 'x');
  g_autofree char *longer = g_strnfill (1025, 'x');
  g_autofree char *target = g_build_filename (fixture->directory, "target", NULL);

  expect_refused (fixture, "No such file");
  write_file (fixture, SECRET, 0640);
  expect_refused (fixture, "others can read it");
  write_file (fixture, SECRET, 0604);
  expect_refused (fixture, "others can read it");
  write_file (fixture, "0123456789abcde", 0600);
  expect_refused (fixture, "too short");
  write_file (fixture, "0123456789abcdef\xff", 0600);
  expect_refused (fixture, "not text");
  write_file (fixture, longer, 0600);
  expect_refused (fixture, "too large");
  write_file (fixture, longest, 0600);
  g_autoptr (PyrogCookie) cookie = pyrog_cookie_read (fixture->path, NULL);
  g_assert_nonnull (cookie);

  g_assert_cmpint (g_rename (fixture->path, target), ==, 0);
  g_assert_cmpint (symlink (target, fixture->path), ==, 0);
  expect_refused (fixture, "symbolic link");
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (g_unlink (target), ==, 0);
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  expect_refused (fixture, "not a file");
}

/* ... nor is one of another user */
static void
test_of_another_user (Fixture *fixture, gconstpointer data)
{
  if (geteuid () != 0)
    {
      g_test_skip ("Only root can give a file to another user");
      return;
    }
  write_file (fixture, SECRET, 0600);
  g_assert_cmpint (chown (fixture->path, 65534, 65534), ==, 0);
  expect_refused (fixture, "not this user's");
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
  add_test ("/cookie/make", test_make);
  add_test ("/cookie/matches", test_matches);
  add_test ("/cookie/refused", test_refused);
  add_test ("/cookie/of-another-user", test_of_another_user);
  return g_test_run ();
}
