/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <pyrog.h>
#include <string.h>
#include <unistd.h>

#define LEVELS "DEBUG, INFO, WARNING, ERROR, CRITICAL"

/* Where it is logged to, and what; for the whole life of the program */
typedef struct
{
  int fd;
  GLogLevelFlags levels;
} Log;

/* Python's names for levels; what they mean here */
static gboolean
parse_level (const char *name, GLogLevelFlags *levels)
{
  static const struct
  {
    const char *name;
    GLogLevelFlags levels;
  } all[] = {
    { "CRITICAL", G_LOG_LEVEL_ERROR },
    { "ERROR", G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL },
    { "WARNING", G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING },
    { "INFO", G_LOG_LEVEL_MASK & ~G_LOG_LEVEL_DEBUG },
    { "DEBUG", G_LOG_LEVEL_MASK },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_ascii_strcasecmp (name, all[i].name) == 0)
      {
        *levels = all[i].levels;
        return TRUE;
      }
  return FALSE;
}

static const char *
level_name (GLogLevelFlags level)
{
  if ((level & G_LOG_LEVEL_ERROR) != 0)
    return "CRITICAL";
  if ((level & G_LOG_LEVEL_CRITICAL) != 0)
    return "ERROR";
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    return "WARNING";
  return (level & G_LOG_LEVEL_DEBUG) != 0 ? "DEBUG" : "INFO";
}

static char *
dup_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, key) == 0)
      return fields[i].length < 0 ? g_strdup (fields[i].value)
                                  : g_strndup (fields[i].value, (gsize) fields[i].length);
  return g_strdup ("");
}

/* One write a line: several processes may share the file. Python's form of a line. */
static GLogWriterOutput
write_cb (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const Log *log = user_data;

  if ((level & log->levels) == 0)
    return G_LOG_WRITER_HANDLED;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%F %T");
  g_autofree char *domain = dup_field (fields, n_fields, "GLIB_DOMAIN");
  g_autofree char *message = dup_field (fields, n_fields, "MESSAGE");
  g_autofree char *line
      = g_strdup_printf ("[%s,%03d,%s,%s] %s\n", time, g_date_time_get_microsecond (now) / 1000,
                         domain, level_name (level), message);
  const gssize written = write (log->fd, line, strlen (line));
  return written >= 0 ? G_LOG_WRITER_HANDLED : G_LOG_WRITER_UNHANDLED;
}

/* With LOGWIRE it has what peers say: for the user's eyes only. Nobody else chooses what it is. */
static int
open_log (const char *path, GError **error)
{
  if (strcmp (path, "{stderr}") == 0)
    return STDERR_FILENO;
  int fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
  if (fd < 0)
    {
      int code = errno;
      g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (code),
                   _ ("The log file ‘%s’ (LOGFILE) can't be opened: %s"), path, g_strerror (code));
    }
  return fd;
}

gboolean
pyrog_log_init (GError **error)
{
  static Log log;
  PyrogConfig *config = pyrog_config_get_default ();
  g_autofree char *level = NULL;
  g_autofree char *path = NULL;

  g_object_get (config, "loglevel", &level, "logfile", &path, NULL);
  if (!pyrog_config_check (config, NULL) || level == NULL || *level == '\0')
    return TRUE;
  if (!parse_level (level, &log.levels))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("The item %s is ‘%s’ and not one of %s"), "LOGLEVEL", level, LEVELS);
      return FALSE;
    }
  log.fd = open_log (path != NULL && *path != '\0' ? path : "{stderr}", error);
  if (log.fd < 0)
    return FALSE;
  g_log_set_writer_func (write_cb, &log, NULL);
  return TRUE;
}
