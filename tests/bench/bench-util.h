/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the benchmark programs share: addresses "tcp:PORT" and "unix:PATH", and a client that runs a
 * workload with the functions of a peer, and prints one JSON object:
 *
 * lat N, variant N: N sequential calls of add (i, 1); rate p50_us p99_us cpu_us
 * conc C N, infl K N: N calls, one in flight on each of C connections, or K in flight on one; rate
 * cpu_us
 * echo SIZE N: N calls that send so many bytes and get them back; mbs (of one direction) ms cpu_ms
 * list N, tree N, dicts N: calls that send N integers or dictionaries and get them back; of tree
 * the client doesn't know the type; ms cpu_ms
 * conn N: N times connect, one call, close; rate cpu_us
 * hold N: holds N connections until the end of standard input; held
 * oneway N: N calls without answers, until all have arrived; rate cpu_us
 * batch B R: R batches of B calls, with GVariants where there are any; rate cpu_us
 * stream N: N items of a stream; rate cpu_us
 *
 * The time of a rate is that of a call or an item, and cpu is the processor time of the client. */

/* What there is not is NULL */
typedef struct
{
  gpointer (*connect) (const char *address);
  void (*add) (gpointer connection, gint64 i);
  void (*variant) (gpointer connection, gint64 i);
  /* One message with integers or dictionaries, and back */
  void (*echo) (gpointer connection, const guint8 *data, gsize size);
  void (*list) (gpointer connection, gint64 size);
  void (*tree) (gpointer connection, gint64 size);
  void (*dicts) (gpointer connection, gint64 size);
  /* All of the calls, so many of them in flight on each connection; by default a thread for each
   * connection, if it is one in flight */
  void (*fly) (gpointer *connections, guint count, guint in_flight, gint64 calls);
  /* So many, one after the other or in flight together */
  void (*oneway) (gpointer connection, gint64 calls);
  /* Waits until so many oneway calls of this client have arrived */
  void (*drain) (gpointer connection, gint64 calls);
  void (*batch) (gpointer connection, gint64 size);
  void (*stream) (gpointer connection, gint64 items);
  void (*close) (gpointer connection);
} BenchPeer;

int bench_client (const BenchPeer *peer, int argc, char **argv);

gint64 bench_now (void); /* nanoseconds */
/* A port, or 0 and the path of a socket */
int bench_parse_address (const char *address, const char **path);
void bench_ready (void);
/* BENCH_TLS is set; a certificate or key that the build has made for 127.0.0.1 */
gboolean bench_tls (void);
const char *bench_certificate (const char *name);

G_END_DECLS
