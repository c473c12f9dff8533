/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

/* What the benchmark programs share: addresses "tcp:PORT" and "unix:PATH", samples, one JSON object
 * as the result */

typedef struct
{
  double *samples; /* (owned) microseconds */
  gsize count;
  gsize size;
  gint64 begin;     /* nanoseconds */
  double cpu_begin; /* microseconds */
} Stopwatch;

gint64 bench_now (void);
void stopwatch_start (Stopwatch *watch, gsize size);
void stopwatch_add (Stopwatch *watch, gint64 nanoseconds);
/* Prints rate and cpu_us of a call, p50_us and p99_us of a sample, which is of that many calls, and
 * frees the samples */
void stopwatch_report (Stopwatch *watch, gsize calls);

/* A port, or 0 and the path of a socket */
int bench_parse_address (const char *address, const char **path);
void bench_ready (void);
