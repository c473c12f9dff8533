/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "bench-util.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

gint64
bench_now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (gint64) time.tv_sec * 1000000000 + time.tv_nsec;
}

static double
cpu_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

void
stopwatch_start (Stopwatch *watch, gsize size)
{
  watch->samples = g_new (double, size);
  watch->count = 0;
  watch->size = size;
  watch->cpu_begin = cpu_time ();
  watch->begin = bench_now ();
}

void
stopwatch_add (Stopwatch *watch, gint64 nanoseconds)
{
  g_assert (watch->count < watch->size);
  watch->samples[watch->count++] = (double) nanoseconds / 1000;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

void
stopwatch_report (Stopwatch *watch, gsize calls)
{
  double seconds = (double) (bench_now () - watch->begin) / 1e9;
  double count = (double) watch->count * (double) calls;
  double cpu = (cpu_time () - watch->cpu_begin) / count;

  qsort (watch->samples, watch->count, sizeof *watch->samples, compare);
  printf ("{\"rate\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f, \"cpu_us\": %.2f}\n",
          count / seconds, watch->samples[watch->count / 2],
          watch->samples[watch->count * 99 / 100], cpu);
  g_free (watch->samples);
}

int
bench_parse_address (const char *address, const char **path)
{
  *path = NULL;
  if (g_str_has_prefix (address, "tcp:"))
    return (int) g_ascii_strtoll (address + 4, NULL, 10);
  if (!g_str_has_prefix (address, "unix:"))
    g_error ("The address ‘%s’ is neither tcp:PORT nor unix:PATH", address);
  *path = address + 5;
  return 0;
}

void
bench_ready (void)
{
  puts ("READY");
  fflush (stdout);
}
