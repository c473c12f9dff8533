/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What peers make us log. They can do it as often as they like, so of each kind there are at most
 * PYROG_PEER_LOG_LINES lines a second; a line tells how many were left out before it, and is cut
 * after PYROG_PEER_LOG_SIZE bytes. */
#define PYROG_PEER_LOG_LINES 10
#define PYROG_PEER_LOG_SIZE 512

typedef enum
{
  PYROG_PEER_LOG_CLOSED,      /* a connection, because of what came over it */
  PYROG_PEER_LOG_CERTIFICATE, /* that was refused, or trusted for a reason of its own */
  PYROG_PEER_LOG_ACCESS,      /* to a member, that was refused */
  PYROG_PEER_LOG_KINDS,       /* their number */
} PyrogPeerLogKind;

/* In any thread. The level is G_LOG_LEVEL_DEBUG or G_LOG_LEVEL_INFO. */
void pyrog_peer_log (PyrogPeerLogKind kind, GLogLevelFlags level, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Begins to count anew; for tests */
void pyrog_peer_log_forget (void);

/* The counts of a kind, and whether at that monotonic time there may be another line. If so,
 * *left_out is how many were not since the last one. */
typedef struct
{
  gint64 second; /* when the current second began */
  guint lines;   /* in it */
  guint left_out;
} PyrogPeerLogCount;

gboolean pyrog_peer_log_count (PyrogPeerLogCount *count, gint64 now, guint *left_out);

G_END_DECLS
