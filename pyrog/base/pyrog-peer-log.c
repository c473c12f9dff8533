/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-peer-log.h"

#include <string.h>

static GMutex lock;
static PyrogPeerLogCount counts[PYROG_PEER_LOG_KINDS]; /* (locked-by lock) */

gboolean
pyrog_peer_log_count (PyrogPeerLogCount *count, gint64 now, guint *left_out)
{
  if (now - count->second >= G_USEC_PER_SEC)
    {
      count->second = now;
      count->lines = 0;
    }
  if (count->lines == PYROG_PEER_LOG_LINES)
    {
      count->left_out++;
      return FALSE;
    }
  count->lines++;
  *left_out = count->left_out;
  count->left_out = 0;
  return TRUE;
}

void
pyrog_peer_log_forget (void)
{
  g_mutex_lock (&lock);
  memset (counts, 0, sizeof counts);
  g_mutex_unlock (&lock);
}

static void
cut (char *text)
{
  const char *end;

  if (strlen (text) <= PYROG_PEER_LOG_SIZE)
    return;
  text[PYROG_PEER_LOG_SIZE] = '\0';
  if (!g_utf8_validate (text, -1, &end))
    text[end - text] = '\0';
}

void
pyrog_peer_log (PyrogPeerLogKind kind, GLogLevelFlags level, const char *format, ...)
{
  guint left_out;
  va_list args;

  g_mutex_lock (&lock);
  gboolean passes = pyrog_peer_log_count (&counts[kind], g_get_monotonic_time (), &left_out);
  g_mutex_unlock (&lock);
  if (!passes)
    return;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  cut (text);
  if (left_out > 0)
    g_log (G_LOG_DOMAIN, level, "%s (%u like this before it were not logged)", text, left_out);
  else
    g_log (G_LOG_DOMAIN, level, "%s", text);
}
