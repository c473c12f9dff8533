/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-cert-password.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "pyrog-error.h"

#define MAX_PASSWORD 1024u
/* Its name in messages */
#define TERMINAL "/dev/stdin"

void
pyrog_password_free (PyrogPassword *password)
{
  if (password != NULL)
    explicit_bzero (password, strlen (password));
  g_free (password);
}

static gboolean
fail_errno (const char *name, int number, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number),
               _ ("The password can't be read from ‘%s’: %s"), name, g_strerror (number));
  return FALSE;
}

/* Byte by byte, so that what stands behind the line stays in the pipe */
static gboolean
read_line (int fd, const char *name, char line[MAX_PASSWORD + 1], GError **error)
{
  gsize size = 0;
  gssize count;

  do
    {
      count = TEMP_FAILURE_RETRY (read (fd, line + size, 1));
      if (count < 0)
        return fail_errno (name, errno, error);
      size += (gsize) count;
    }
  while (count > 0 && line[size - 1] != '\n' && size <= MAX_PASSWORD);
  gboolean too_long = size > MAX_PASSWORD;
  line[size - (too_long ? 1 : 0)] = '\0';
  line[strcspn (line, "\r\n")] = '\0';
  if (line[0] != '\0' && !too_long)
    return TRUE;
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR,
               _ ("The password in ‘%s’ is empty or longer than %u bytes"), name, MAX_PASSWORD);
  return FALSE;
}

static PyrogPassword *
read_password (int fd, const char *name, GError **error)
{
  char line[MAX_PASSWORD + 1];
  PyrogPassword *password = NULL;

  if (read_line (fd, name, line, error))
    password = g_strdup (line);
  explicit_bzero (line, sizeof line);
  return password;
}

PyrogPassword *
pyrog_password_read (const char *path, GError **error)
{
  if (strcmp (path, "-") == 0)
    return read_password (STDIN_FILENO, path, error);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    {
      fail_errno (path, errno, error);
      return NULL;
    }
  PyrogPassword *password = read_password (fd, path, error);
  close (fd);
  return password;
}

/* The terminal's settings come back also if reading fails */
static PyrogPassword *
ask_once (int terminal, const char *question, GError **error)
{
  struct termios before, silent;

  if (tcgetattr (terminal, &before) != 0)
    {
      fail_errno (TERMINAL, errno, error);
      return NULL;
    }
  silent = before;
  silent.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (terminal, TCSAFLUSH, &silent);
  g_printerr ("%s ", question);
  PyrogPassword *password = read_password (terminal, TERMINAL, error);
  tcsetattr (terminal, TCSAFLUSH, &before);
  g_printerr ("\n");
  return password;
}

PyrogPassword *
pyrog_password_ask (const char *question, gboolean twice, GError **error)
{
  if (!isatty (STDIN_FILENO))
    return pyrog_password_read ("-", error);
  g_autoptr (PyrogPassword) password = ask_once (STDIN_FILENO, question, error);
  if (password == NULL || !twice)
    return g_steal_pointer (&password);
  g_autoptr (PyrogPassword) again = ask_once (STDIN_FILENO, _ ("Once more:"), error);
  if (again == NULL)
    return NULL;
  if (strcmp (password, again) == 0)
    return g_steal_pointer (&password);
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, _ ("The two passwords differ"));
  return NULL;
}
