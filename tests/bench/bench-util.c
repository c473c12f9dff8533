/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "bench-util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define WARM_UP 200
#define LARGE_ROUNDS 5 /* of lists and dictionaries */

typedef struct
{
  double *samples; /* (owned) microseconds */
  gsize count;
  gint64 begin;     /* nanoseconds */
  double cpu_begin; /* microseconds */
} Stopwatch;

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

static void
start (Stopwatch *watch, gint64 size)
{
  watch->samples = g_new (double, (gsize) size + 1);
  watch->count = 0;
  watch->cpu_begin = cpu_time ();
  watch->begin = bench_now ();
}

static void
add_sample (Stopwatch *watch, gint64 begin)
{
  watch->samples[watch->count++] = (double) (bench_now () - begin) / 1000;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
percentile (Stopwatch *watch, gsize percent)
{
  qsort (watch->samples, watch->count, sizeof *watch->samples, compare);
  return watch->samples[watch->count * percent / 100];
}

static void
report_rate (Stopwatch *watch, gint64 calls)
{
  double seconds = (double) (bench_now () - watch->begin) / 1e9;
  double cpu = cpu_time () - watch->cpu_begin;

  printf ("{\"rate\": %.1f, \"cpu_us\": %.3f", (double) calls / seconds, cpu / (double) calls);
  if (watch->count > 0)
    printf (", \"p50_us\": %.2f, \"p99_us\": %.2f", percentile (watch, 50), percentile (watch, 99));
  puts ("}");
  g_free (watch->samples);
}

static void
report_large (Stopwatch *watch, gint64 size)
{
  double seconds = (double) (bench_now () - watch->begin) / 1e9;
  double count = (double) watch->count;
  double cpu = (cpu_time () - watch->cpu_begin) / count / 1000;

  printf ("{\"ms\": %.4f, \"cpu_ms\": %.4f", percentile (watch, 50) / 1000, cpu);
  if (size > 0)
    printf (", \"mbs\": %.1f", (double) size * count / seconds / 1e6);
  puts ("}");
  g_free (watch->samples);
}

static void
run_sequential (const BenchPeer *peer, const char *address, const char *name, gint64 calls)
{
  gpointer connection = peer->connect (address);
  void (*call) (gpointer connection, gint64 i)
      = strcmp (name, "variant") == 0 ? peer->variant : peer->add;
  Stopwatch watch;

  for (gint64 i = 0; i < WARM_UP; i++)
    call (connection, i);
  start (&watch, calls);
  for (gint64 i = 0; i < calls; i++)
    {
      gint64 begin = bench_now ();
      call (connection, i);
      add_sample (&watch, begin);
    }
  report_rate (&watch, calls);
  peer->close (connection);
}

static void
run_echo (const BenchPeer *peer, const char *address, gint64 size, gint64 count)
{
  gpointer connection = peer->connect (address);
  g_autofree guint8 *data = g_malloc ((gsize) size);
  Stopwatch watch;

  memset (data, 'x', (gsize) size);
  peer->echo (connection, data, (gsize) size);
  start (&watch, count);
  for (gint64 i = 0; i < count; i++)
    {
      gint64 begin = bench_now ();
      peer->echo (connection, data, (gsize) size);
      add_sample (&watch, begin);
    }
  report_large (&watch, size);
  peer->close (connection);
}

static void
run_large (const BenchPeer *peer, const char *address, const char *name, gint64 size)
{
  gpointer connection = peer->connect (address);
  void (*call) (gpointer connection, gint64 size) = strcmp (name, "list") == 0   ? peer->list
                                                    : strcmp (name, "tree") == 0 ? peer->tree
                                                                                 : peer->dicts;
  Stopwatch watch;

  call (connection, size);
  start (&watch, LARGE_ROUNDS);
  for (int i = 0; i < LARGE_ROUNDS; i++)
    {
      gint64 begin = bench_now ();
      call (connection, size);
      add_sample (&watch, begin);
    }
  report_large (&watch, 0);
  peer->close (connection);
}

typedef struct
{
  const BenchPeer *peer;
  gpointer connection;
  gint64 calls;
} Caller;

static gpointer
run_caller (gpointer data)
{
  Caller *caller = data;

  for (gint64 i = 0; i < caller->calls; i++)
    caller->peer->add (caller->connection, i);
  return NULL;
}

static void
call_in_threads (const BenchPeer *peer, gpointer *connections, guint count, gint64 calls)
{
  g_autofree Caller *callers = g_new (Caller, count);
  g_autofree GThread **threads = g_new (GThread *, count);

  for (guint i = 0; i < count; i++)
    {
      callers[i] = (Caller){ peer, connections[i], calls / count };
      threads[i] = g_thread_new ("caller", run_caller, &callers[i]);
    }
  for (guint i = 0; i < count; i++)
    g_thread_join (threads[i]);
}

static void
run_in_flight (
    const BenchPeer *peer, const char *address, guint count, guint in_flight, gint64 calls)
{
  g_autofree gpointer *connections = g_new (gpointer, count);
  gint64 warm_up = (gint64) MAX (count, in_flight);
  Stopwatch watch;

  calls = MAX (calls / warm_up, 1) * warm_up;
  for (guint i = 0; i < count; i++)
    {
      connections[i] = peer->connect (address);
      peer->add (connections[i], 1);
    }
  start (&watch, 0);
  if (peer->fly != NULL)
    peer->fly (connections, count, in_flight, calls);
  else
    call_in_threads (peer, connections, count, calls);
  report_rate (&watch, calls);
  for (guint i = 0; i < count; i++)
    peer->close (connections[i]);
}

static void
run_connections (const BenchPeer *peer, const char *address, gint64 count)
{
  Stopwatch watch;

  for (gint64 i = -2; i < count; i++)
    {
      if (i == 0)
        start (&watch, 0);
      gpointer connection = peer->connect (address);
      peer->add (connection, i);
      peer->close (connection);
    }
  report_rate (&watch, count);
}

static void
run_hold (const BenchPeer *peer, const char *address, gint64 count)
{
  g_autofree gpointer *connections = g_new (gpointer, (gsize) count);

  for (gint64 i = 0; i < count; i++)
    {
      connections[i] = peer->connect (address);
      peer->add (connections[i], i);
    }
  printf ("{\"held\": %" G_GINT64_FORMAT "}\n", count);
  fflush (stdout);
  while (getchar () != EOF)
    ;
  for (gint64 i = 0; i < count; i++)
    peer->close (connections[i]);
}

static void
run_oneway (const BenchPeer *peer, const char *address, gint64 calls)
{
  gpointer connection = peer->connect (address);
  Stopwatch watch;

  peer->add (connection, 1);
  start (&watch, 0);
  peer->oneway (connection, calls);
  peer->drain (connection, calls);
  report_rate (&watch, calls);
  peer->close (connection);
}

static void
run_batches (const BenchPeer *peer, const char *address, gint64 size, gint64 rounds)
{
  gpointer connection = peer->connect (address);
  Stopwatch watch;

  peer->batch (connection, size);
  start (&watch, 0);
  for (gint64 i = 0; i < rounds; i++)
    peer->batch (connection, size);
  report_rate (&watch, size * rounds);
  peer->close (connection);
}

static void
run_stream (const BenchPeer *peer, const char *address, gint64 items)
{
  gpointer connection = peer->connect (address);
  Stopwatch watch;

  peer->stream (connection, WARM_UP);
  start (&watch, 0);
  peer->stream (connection, items);
  report_rate (&watch, items);
  peer->close (connection);
}

/* Whether the peer has the workload, and it takes so many numbers */
static gboolean
has_workload (const BenchPeer *peer, const char *name, int numbers)
{
  const struct
  {
    const char *name;
    gboolean has;
    int numbers;
  } workloads[] = {
    { "lat", TRUE, 1 },
    { "variant", peer->variant != NULL, 1 },
    { "conc", TRUE, 2 },
    { "infl", peer->fly != NULL, 2 },
    { "echo", peer->echo != NULL, 2 },
    { "list", peer->list != NULL, 1 },
    { "tree", peer->tree != NULL, 1 },
    { "dicts", peer->dicts != NULL, 1 },
    { "conn", TRUE, 1 },
    { "hold", TRUE, 1 },
    { "oneway", peer->oneway != NULL, 1 },
    { "batch", peer->batch != NULL, 2 },
    { "stream", peer->stream != NULL, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (workloads); i++)
    if (strcmp (name, workloads[i].name) == 0)
      return workloads[i].has && numbers == workloads[i].numbers;
  return FALSE;
}

static void
run (const BenchPeer *peer, const char *address, const char *name, gint64 first, gint64 second)
{
  if (strcmp (name, "lat") == 0 || strcmp (name, "variant") == 0)
    run_sequential (peer, address, name, first);
  else if (strcmp (name, "conc") == 0)
    run_in_flight (peer, address, (guint) first, 1, second);
  else if (strcmp (name, "infl") == 0)
    run_in_flight (peer, address, 1, (guint) first, second);
  else if (strcmp (name, "echo") == 0)
    run_echo (peer, address, first, second);
  else if (strcmp (name, "conn") == 0)
    run_connections (peer, address, first);
  else if (strcmp (name, "hold") == 0)
    run_hold (peer, address, first);
  else if (strcmp (name, "oneway") == 0)
    run_oneway (peer, address, first);
  else if (strcmp (name, "batch") == 0)
    run_batches (peer, address, first, second);
  else if (strcmp (name, "stream") == 0)
    run_stream (peer, address, first);
  else
    run_large (peer, address, name, first);
}

int
bench_client (const BenchPeer *peer, int argc, char **argv)
{
  gint64 numbers[2] = { 0, 0 };

  if (argc < 5 || argc > 6 || strcmp (argv[1], "client") != 0
      || !has_workload (peer, argv[3], argc - 4))
    {
      g_printerr ("Usage: %s server ADDR MODE | %s client ADDR WORKLOAD NUMBER...\n", argv[0],
                  argv[0]);
      return 2;
    }
  for (int i = 4; i < argc; i++)
    if (!g_ascii_string_to_signed (argv[i], 10, 1, G_MAXINT, &numbers[i - 4], NULL))
      g_error ("‘%s’ is not a count", argv[i]);
  run (peer, argv[2], argv[3], numbers[0], numbers[1]);
  return 0;
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

gboolean
bench_tls (void)
{
  return g_strcmp0 (g_getenv ("BENCH_TLS"), "1") == 0;
}

const char *
bench_certificate (const char *name)
{
  g_autofree char *path = g_strconcat (BENCH_FOLDER, "/", name, ".pem", NULL);

  return g_intern_string (path);
}
