/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* nng: a REP socket, with a context for each of a few calls at a time, answers REQ sockets */

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <string.h>

#include "bench-util.h"

#define REQUEST_SIZE 30
#define REPLY_SIZE 5
#define WORKERS 64

typedef struct
{
  nng_ctx context;
  nng_aio *aio;
  gboolean sends;
} Worker;

static void
check (int result)
{
  if (result != 0)
    g_error ("%s", nng_strerror (result));
}

static char *
get_url (const char *address)
{
  const char *path;
  int port = bench_parse_address (address, &path);

  return path != NULL ? g_strconcat ("ipc://", path, NULL)
                      : g_strdup_printf ("tcp://127.0.0.1:%d", port);
}

/* Receives, then sends, and so on */
static void
work_cb (void *data)
{
  Worker *worker = data;

  if (nng_aio_result (worker->aio) != 0)
    return;
  worker->sends = !worker->sends;
  if (!worker->sends)
    {
      nng_ctx_recv (worker->context, worker->aio);
      return;
    }
  nng_msg *message = nng_aio_get_msg (worker->aio);
  if (nng_msg_len (message) == REQUEST_SIZE)
    nng_msg_chop (message, REQUEST_SIZE - REPLY_SIZE);
  nng_ctx_send (worker->context, worker->aio);
}

static void G_GNUC_NORETURN
serve (const char *address)
{
  g_autofree char *url = get_url (address);
  static Worker workers[WORKERS];
  nng_socket socket;

  check (nng_rep0_open (&socket));
  check (nng_socket_set_size (socket, NNG_OPT_RECVMAXSZ, 0));
  for (int i = 0; i < WORKERS; i++)
    {
      check (nng_ctx_open (&workers[i].context, socket));
      check (nng_aio_alloc (&workers[i].aio, work_cb, &workers[i]));
    }
  check (nng_listen (socket, url, NULL, 0));
  for (int i = 0; i < WORKERS; i++)
    nng_ctx_recv (workers[i].context, workers[i].aio);
  bench_ready ();
  while (TRUE)
    g_usleep (G_USEC_PER_SEC);
}

static gpointer
connect_to (const char *address)
{
  g_autofree char *url = get_url (address);
  nng_socket *socket = g_new (nng_socket, 1);

  check (nng_req0_open (socket));
  check (nng_socket_set_size (*socket, NNG_OPT_RECVMAXSZ, 0));
  check (nng_dial (*socket, url, NULL, 0));
  return socket;
}

static void
call (nng_socket *socket, const void *data, gsize size, gsize reply_size)
{
  nng_msg *message;

  check (nng_msg_alloc (&message, 0));
  check (nng_msg_append (message, data, size));
  check (nng_sendmsg (*socket, message, 0));
  check (nng_recvmsg (*socket, &message, 0));
  g_assert (nng_msg_len (message) == reply_size);
  nng_msg_free (message);
}

static void
call_add (gpointer socket, gint64 i)
{
  static const char request[REQUEST_SIZE];

  call (socket, request, sizeof request, REPLY_SIZE);
}

static void
call_echo (gpointer socket, const guint8 *data, gsize size)
{
  call (socket, data, size, size);
}

static void
disconnect (gpointer socket)
{
  nng_close (*(nng_socket *) socket);
  g_free (socket);
}

static const BenchPeer peer = {
  .connect = connect_to,
  .add = call_add,
  .echo = call_echo,
  .close = disconnect,
};

int
main (int argc, char **argv)
{
  if (argc >= 3 && strcmp (argv[1], "server") == 0)
    serve (argv[2]);
  return bench_client (&peer, argc, argv);
}
