/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "raw-peer.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "fake-server.h"

void
raw_peer_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
raw_peer_connect (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                 .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

int
raw_peer_receive_type (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  PyrogHeader header;

  while (poll (&poll_fd, 1, 1) == 0)
    raw_peer_settle ();
  return fake_server_receive (fd, &header) ? header.type : 0;
}
