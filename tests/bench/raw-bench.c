/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: raw-bench server ADDR
 *        raw-bench client ADDR lat N
 *
 * The bound: messages of the size of pyrog's add (i, 1) and its answer, there and back, with
 * blocking reads and writes in the client and an epoll loop in the server, and nothing done with
 * them. */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench-util.h"

/* Header, serpent's header line, and ('bench','add',(12345,1),{}) or 12346 */
#define REQUEST_SIZE (40 + 26 + 30)
#define REPLY_SIZE (40 + 26 + 5)
#define WARM_UP 200

typedef union
{
  struct sockaddr any;
  struct sockaddr_in inet;
  struct sockaddr_un local;
} Address;

static int
make_socket (const char *text, Address *address, socklen_t *size)
{
  const char *path;
  int port = bench_parse_address (text, &path);
  int one = 1;

  memset (address, 0, sizeof *address);
  if (path != NULL)
    {
      address->local.sun_family = AF_UNIX;
      g_strlcpy (address->local.sun_path, path, sizeof address->local.sun_path);
      *size = sizeof address->local;
      return socket (AF_UNIX, SOCK_STREAM, 0);
    }
  address->inet.sin_family = AF_INET;
  address->inet.sin_port = htons ((uint16_t) port);
  address->inet.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  *size = sizeof address->inet;
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

static void
check (int result, const char *what)
{
  if (result < 0)
    g_error ("%s: %s", what, g_strerror (errno));
}

static void
add_to_epoll (int epoll, int fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

  check (epoll_ctl (epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static void
accept_one (int epoll, int listener)
{
  int one = 1;
  int fd = accept (listener, NULL, NULL);

  check (fd, "accept");
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  add_to_epoll (epoll, fd);
}

static void
answer (int fd)
{
  char request[4096];
  static const char reply[REPLY_SIZE];
  gssize size = read (fd, request, sizeof request);

  if (size <= 0)
    close (fd);
  else if (write (fd, reply, sizeof reply) != sizeof reply)
    close (fd);
}

static void G_GNUC_NORETURN
serve (const char *text)
{
  Address address;
  socklen_t size;
  int listener = make_socket (text, &address, &size);
  int epoll = epoll_create1 (0);

  check (bind (listener, &address.any, size), "bind");
  check (listen (listener, 128), "listen");
  add_to_epoll (epoll, listener);
  bench_ready ();
  while (TRUE)
    {
      struct epoll_event events[64];
      int count = epoll_wait (epoll, events, 64, -1);
      for (int i = 0; i < count; i++)
        {
          if (events[i].data.fd == listener)
            accept_one (epoll, listener);
          else
            answer (events[i].data.fd);
        }
    }
}

static void
call (int fd)
{
  static const char request[REQUEST_SIZE];
  char reply[4096];

  if (write (fd, request, sizeof request) != sizeof request)
    g_error ("write: %s", g_strerror (errno));
  for (gssize have = 0; have < REPLY_SIZE;)
    {
      gssize size = read (fd, reply, sizeof reply);
      if (size <= 0)
        g_error ("read: %s", g_strerror (errno));
      have += size;
    }
}

static int
measure (const char *text, gint64 count)
{
  Address address;
  socklen_t size;
  int fd = make_socket (text, &address, &size);
  Stopwatch watch;

  check (connect (fd, &address.any, size), "connect");
  for (int i = 0; i < WARM_UP; i++)
    call (fd);
  stopwatch_start (&watch, (gsize) count);
  for (gint64 i = 0; i < count; i++)
    {
      gint64 begin = bench_now ();
      call (fd);
      stopwatch_add (&watch, bench_now () - begin);
    }
  stopwatch_report (&watch, 1);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc >= 3 && strcmp (argv[1], "server") == 0)
    serve (argv[2]);
  if (argc == 5 && strcmp (argv[1], "client") == 0)
    return measure (argv[2], g_ascii_strtoll (argv[4], NULL, 10));
  g_printerr ("Usage: raw-bench server ADDR | raw-bench client ADDR lat N\n");
  return 2;
}
