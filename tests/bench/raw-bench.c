/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: raw-bench server ADDR MODE
 *        raw-bench client ADDR WORKLOAD NUMBER...
 *
 * The bound: messages of the size of pyrog's, there and back, with blocking reads and writes in the
 * client and an epoll loop in the server, and nothing done with them. With BENCH_TLS=1 they go
 * through GnuTLS. With BENCH_HANDSHAKE=1 the client can load a server that speaks Pyro's protocol:
 * it sends such messages, always the same. */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench-util.h"
#include "raw-link.h"

enum
{
  CONNECT = 1,
  ADD = 4,
  ECHO = 6, /* ping, to Pyro */
};

#define HEADER_SIZE 40
#define ONEWAY_FLAG 4
#define HANDSHAKE "# serpent utf-8 python3.2\n{'handshake':'hello','object':'bench'}"
#define REQUEST "# serpent utf-8 python3.2\n('bench','add',(12345,1),{})"
#define REPLY "# serpent utf-8 python3.2\n12346"

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

/* Writes a header, and returns the size of the message */
static gsize
write_header (guint8 *header, guint8 type, guint8 flags, gsize payload)
{
  guint32 size = g_htonl ((guint32) payload);

  memset (header, 0, HEADER_SIZE);
  memcpy (header, "PYRO\x01\xf6", 6);
  header[6] = type;
  header[7] = 1; /* serpent */
  header[9] = flags;
  memcpy (header + 12, &size, sizeof size);
  memcpy (header + 38, "\x4d\xc5", 2);
  return HEADER_SIZE + payload;
}

static gsize
write_message (guint8 *message, guint8 type, guint8 flags, const char *payload)
{
  memcpy (message + HEADER_SIZE, payload, strlen (payload));
  return write_header (message, type, flags, strlen (payload));
}

static gsize
message_size (const guint8 *header)
{
  guint32 payload, annotations;

  memcpy (&payload, header + 12, sizeof payload);
  memcpy (&annotations, header + 16, sizeof annotations);
  return HEADER_SIZE + (gsize) g_ntohl (payload) + g_ntohl (annotations);
}

/* Makes room in the link's input for so many bytes */
static void
make_room (RawLink *link, gsize size)
{
  if (size > link->size)
    link->input = g_realloc (link->input, link->size = size);
}

/* What a message of this type is answered with: itself, or a reply, or nothing */
static gsize
answer (const guint8 *message, guint8 *reply)
{
  if (message[9] & ONEWAY_FLAG)
    return 0;
  return write_message (reply, message[6] + 1, 0, REPLY);
}

/* Serves all messages that have come; the replies go out at once. FALSE at the end. */
static gboolean
serve_link (RawLink *link)
{
  guint8 replies[16384];
  gsize reply_size = 0, done = 0;
  gssize got = raw_link_read (link, link->input + link->have, link->size - link->have);

  if (got <= 0)
    return FALSE;
  link->have += (gsize) got;
  while (link->have - done >= HEADER_SIZE)
    {
      const guint8 *message = link->input + done;
      gsize size = message_size (message);
      if (link->have - done < size)
        break;
      if (message[6] == ECHO)
        raw_link_write (link, message, size);
      else
        reply_size += answer (message, replies + reply_size);
      if (reply_size > sizeof replies - 256)
        {
          raw_link_write (link, replies, reply_size);
          reply_size = 0;
        }
      done += size;
    }
  memmove (link->input, link->input + done, link->have - done);
  link->have -= done;
  if (link->have >= HEADER_SIZE)
    make_room (link, message_size (link->input));
  if (reply_size > 0)
    raw_link_write (link, replies, reply_size);
  return TRUE;
}

static void
watch (int epoll, int fd, gpointer data)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = data };

  check (epoll_ctl (epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static RawLink *
make_link (int fd)
{
  RawLink *link = g_new0 (RawLink, 1);

  link->fd = fd;
  make_room (link, 8192);
  return link;
}

static void
close_link (gpointer data)
{
  RawLink *link = data;

  raw_link_close (link);
  g_free (link->input);
  g_free (link);
}

static void
accept_one (int epoll, int listener)
{
  int one = 1;
  int fd = accept (listener, NULL, NULL);

  check (fd, "accept");
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  RawLink *link = make_link (fd);
  if (!bench_tls () || raw_link_start_tls (link, TRUE))
    watch (epoll, fd, link);
  else
    close_link (link);
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
  watch (epoll, listener, NULL);
  bench_ready ();
  while (TRUE)
    {
      struct epoll_event events[64];
      int count = epoll_wait (epoll, events, 64, -1);
      for (int i = 0; i < count; i++)
        {
          RawLink *link = events[i].data.ptr;
          gboolean open = TRUE;
          if (link == NULL)
            accept_one (epoll, listener);
          else
            do
              open = serve_link (link);
            while (open && raw_link_has_more (link));
          if (!open)
            close_link (link);
        }
    }
}

/* Reads a message, which is the only one on its way */
static void
read_reply (RawLink *link)
{
  gsize have = 0;

  while (have < HEADER_SIZE || have < message_size (link->input))
    {
      if (have >= HEADER_SIZE)
        make_room (link, message_size (link->input));
      gssize got = raw_link_read (link, link->input + have, link->size - have);
      if (got <= 0)
        g_error ("read: %s", g_strerror (errno));
      have += (gsize) got;
    }
}

static gpointer
connect_to (const char *text)
{
  guint8 message[256];
  Address address;
  socklen_t size;
  int fd = make_socket (text, &address, &size);

  check (connect (fd, &address.any, size), "connect");
  RawLink *link = make_link (fd);
  if (bench_tls () && !raw_link_start_tls (link, FALSE))
    g_error ("The handshake failed");
  if (g_getenv ("BENCH_HANDSHAKE") != NULL)
    {
      raw_link_write (link, message, write_message (message, CONNECT, 0, HANDSHAKE));
      read_reply (link);
    }
  return link;
}

static void
call_add (gpointer link, gint64 i)
{
  guint8 message[256];

  raw_link_write (link, message, write_message (message, ADD, 0, REQUEST));
  read_reply (link);
}

static void
call_echo (gpointer data, const guint8 *bytes, gsize size)
{
  RawLink *link = data;
  guint8 header[HEADER_SIZE];

  write_header (header, ECHO, 0, size);
  raw_link_write_two (link, header, sizeof header, bytes, size);
  read_reply (link);
}

static void
call_oneway (gpointer link, gint64 calls)
{
  guint8 message[256];

  for (gint64 i = 0; i < calls; i++)
    raw_link_write (link, message, write_message (message, ADD, ONEWAY_FLAG, REQUEST));
}

/* An answer is the sign that all before it has arrived */
static void
drain (gpointer link, gint64 calls)
{
  call_add (link, calls);
}

static void
send_requests (RawLink *link, gsize count)
{
  guint8 messages[64 * 128];
  gsize size = 0;

  for (gsize i = 0; i < count; i++)
    {
      if (size > sizeof messages - 128)
        {
          raw_link_write (link, messages, size);
          size = 0;
        }
      size += write_message (messages + size, ADD, 0, REQUEST);
    }
  if (size > 0)
    raw_link_write (link, messages, size);
}

/* How many answers have come */
static gsize
read_replies (RawLink *link)
{
  gsize count = 0, done = 0;
  gssize got = raw_link_read (link, link->input + link->have, link->size - link->have);

  if (got <= 0)
    g_error ("read: %s", g_strerror (errno));
  link->have += (gsize) got;
  while (link->have - done >= HEADER_SIZE && link->have - done >= message_size (link->input + done))
    {
      done += message_size (link->input + done);
      count++;
    }
  memmove (link->input, link->input + done, link->have - done);
  link->have -= done;
  return count;
}

static void
fly (gpointer *links, guint link_count, guint in_flight, gint64 calls)
{
  int epoll = epoll_create1 (0);
  gint64 to_begin = calls - (gint64) link_count * in_flight, to_end = calls;

  for (guint i = 0; i < link_count; i++)
    {
      watch (epoll, ((RawLink *) links[i])->fd, links[i]);
      send_requests (links[i], in_flight);
    }
  while (to_end > 0)
    {
      struct epoll_event events[64];
      int count = epoll_wait (epoll, events, 64, -1);
      for (int i = 0; i < count; i++)
        {
          gint64 came = (gint64) read_replies (events[i].data.ptr);
          gint64 next = MIN (came, to_begin);
          send_requests (events[i].data.ptr, (gsize) next);
          to_end -= came;
          to_begin -= next;
        }
    }
  close (epoll);
}

static const BenchPeer peer = {
  .connect = connect_to,
  .add = call_add,
  .echo = call_echo,
  .fly = fly,
  .oneway = call_oneway,
  .drain = drain,
  .close = close_link,
};

int
main (int argc, char **argv)
{
  if (argc >= 3 && strcmp (argv[1], "server") == 0)
    serve (argv[2]);
  return bench_client (&peer, argc, argv);
}
