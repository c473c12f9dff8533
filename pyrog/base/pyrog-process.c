/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-process.h"

#include <glib/gi18n-lib.h>
#include <pthread.h>

#include "pyrog-error.h"

static guint process; /* written where there is one thread only */

static void
count_fork (void)
{
  process++;
}

__attribute__ ((constructor)) static void
watch_forks (void)
{
  pthread_atfork (NULL, NULL, count_fork);
}

guint
pyrog_process_get (void)
{
  return process;
}

gboolean
pyrog_process_check (guint made_in, GError **error)
{
  if (made_in == process)
    return TRUE;
  g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_FAILED,
                       _ ("This belongs to the process that was forked; make a new one"));
  return FALSE;
}
