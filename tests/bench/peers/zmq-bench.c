/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* ZeroMQ: a ROUTER socket answers DEALER sockets, which may have calls in flight */

#include <string.h>
#include <zmq.h>

#include "bench-util.h"

#define REQUEST_SIZE 30
#define REPLY_SIZE 5

static void *context;

static char *
get_endpoint (const char *address)
{
  const char *path;
  int port = bench_parse_address (address, &path);

  return path != NULL ? g_strconcat ("ipc://", path, NULL)
                      : g_strdup_printf ("tcp://127.0.0.1:%d", port);
}

/* The first part says who asks */
static void
answer (void *socket)
{
  zmq_msg_t part;
  gboolean more = TRUE;

  while (more)
    {
      zmq_msg_init (&part);
      if (zmq_msg_recv (&part, socket, 0) < 0)
        g_error ("%s", zmq_strerror (zmq_errno ()));
      more = zmq_msg_more (&part);
      if (!more && zmq_msg_size (&part) == REQUEST_SIZE)
        {
          zmq_msg_close (&part);
          zmq_send (socket, "12346", REPLY_SIZE, 0);
        }
      else
        zmq_msg_send (&part, socket, more ? ZMQ_SNDMORE : 0);
    }
}

static void G_GNUC_NORETURN
serve (const char *address)
{
  g_autofree char *endpoint = get_endpoint (address);
  void *socket = zmq_socket (context, ZMQ_ROUTER);

  if (zmq_bind (socket, endpoint) < 0)
    g_error ("%s", zmq_strerror (zmq_errno ()));
  bench_ready ();
  while (TRUE)
    answer (socket);
}

static gpointer
connect_to (const char *address)
{
  g_autofree char *endpoint = get_endpoint (address);
  int linger = 0;
  void *socket = zmq_socket (context, ZMQ_DEALER);

  if (socket == NULL || zmq_connect (socket, endpoint) < 0)
    g_error ("%s", zmq_strerror (zmq_errno ()));
  zmq_setsockopt (socket, ZMQ_LINGER, &linger, sizeof linger);
  return socket;
}

static void
receive (void *socket, gsize size)
{
  zmq_msg_t reply;

  zmq_msg_init (&reply);
  if (zmq_msg_recv (&reply, socket, 0) < 0 || zmq_msg_size (&reply) != size)
    g_error ("An answer is missing");
  zmq_msg_close (&reply);
}

static void
call_add (gpointer socket, gint64 i)
{
  static const char request[REQUEST_SIZE];

  zmq_send (socket, request, sizeof request, 0);
  receive (socket, REPLY_SIZE);
}

static void
call_echo (gpointer socket, const guint8 *data, gsize size)
{
  zmq_send (socket, data, size, 0);
  receive (socket, size);
}

static void
fly (gpointer *sockets, guint count, guint in_flight, gint64 calls)
{
  static const char request[REQUEST_SIZE];
  gint64 rounds = calls / count;

  for (guint i = 0; i < count; i++)
    for (guint j = 0; j < in_flight; j++)
      zmq_send (sockets[i], request, sizeof request, 0);
  for (gint64 round = 0; round < rounds; round++)
    for (guint i = 0; i < count; i++)
      {
        receive (sockets[i], REPLY_SIZE);
        if (round < rounds - in_flight)
          zmq_send (sockets[i], request, sizeof request, 0);
      }
}

static void
disconnect (gpointer socket)
{
  zmq_close (socket);
}

static const BenchPeer peer = {
  .connect = connect_to,
  .add = call_add,
  .echo = call_echo,
  .fly = fly,
  .close = disconnect,
};

int
main (int argc, char **argv)
{
  context = zmq_ctx_new ();
  zmq_ctx_set (context, ZMQ_MAX_SOCKETS, 20000);
  if (argc >= 3 && strcmp (argv[1], "server") == 0)
    serve (argv[2]);
  return bench_client (&peer, argc, argv);
}
