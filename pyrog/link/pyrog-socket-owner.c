/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-socket-owner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_SIZE 4096

typedef struct
{
  struct nlmsghdr header;
  struct inet_diag_req_v2 body;
} Request;

static GInetAddress *
get_inet (GSocketAddress *address)
{
  return G_IS_INET_SOCKET_ADDRESS (address)
             ? g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))
             : NULL;
}

/* Also as a socket of both IP versions says it: ::ffff:127.0.0.1 */
static gboolean
is_loopback (GInetAddress *address)
{
  static const guint8 mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127 };

  return g_inet_address_get_is_loopback (address)
         || (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
             && memcmp (g_inet_address_to_bytes (address), mapped, sizeof mapped) == 0);
}

gboolean
pyrog_socket_is_local (GSocketAddress *local, GSocketAddress *remote)
{
  GInetAddress *here = get_inet (local);
  GInetAddress *there = get_inet (remote);

  return there != NULL
         && (is_loopback (there) || (here != NULL && g_inet_address_equal (here, there)));
}

static void
fill_end (GSocketAddress *address, __be16 *port, __be32 *bytes)
{
  GInetAddress *inet = get_inet (address);

  *port = htons (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  memcpy (bytes, g_inet_address_to_bytes (inet), g_inet_address_get_native_size (inet));
}

/* Asks for one socket, which has our two ends the other way round; local: NULL for the one that
 * listens at remote */
static void
fill_request (Request *request, GSocketAddress *local, GSocketAddress *remote)
{
  memset (request, 0, sizeof *request);
  request->header.nlmsg_len = sizeof *request;
  request->header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request->header.nlmsg_flags = NLM_F_REQUEST;
  request->body.sdiag_family = (guint8) g_socket_address_get_family (remote);
  request->body.sdiag_protocol = IPPROTO_TCP;
  request->body.idiag_states = G_MAXUINT32;
  request->body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  request->body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  fill_end (remote, &request->body.id.idiag_sport, request->body.id.idiag_src);
  if (local != NULL)
    fill_end (local, &request->body.id.idiag_dport, request->body.id.idiag_dst);
}

static gboolean
fail (int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
               _ ("The kernel does not tell whose the other end is: %s"), g_strerror (code));
  return FALSE;
}

static gboolean
exchange (const Request *request, guint8 *answer, gsize *size, GError **error)
{
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  gssize received = -1;

  if (fd < 0)
    return fail (errno, error);
  /* The kernel answers before send() comes back */
  if (send (fd, request, sizeof *request, 0) == (gssize) sizeof *request)
    received = recv (fd, answer, ANSWER_SIZE, MSG_DONTWAIT);
  int code = errno;
  close (fd);
  if (received < 0)
    return fail (code, error);
  *size = (gsize) received;
  return TRUE;
}

/* A socket that its process has closed already says 0 for the user, as root's do: the state tells.
 * So does one that no process has yet: then there is no inode, and the error is NOT_CONNECTED. */
static gboolean
read_answer (const guint8 *answer, gsize size, guint8 state, guint32 *uid, GError **error)
{
  struct nlmsghdr header;
  struct inet_diag_msg message;
  struct nlmsgerr failure;

  if (size >= sizeof header)
    memcpy (&header, answer, sizeof header);
  if (size >= sizeof header + sizeof failure && header.nlmsg_type == NLMSG_ERROR)
    {
      memcpy (&failure, answer + sizeof header, sizeof failure);
      return fail (-failure.error, error);
    }
  if (size < sizeof header + sizeof message || header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
    return fail (EBADMSG, error);
  memcpy (&message, answer + sizeof header, sizeof message);
  if (message.idiag_state != state)
    return fail (EPIPE, error);
  if (message.idiag_inode == 0)
    return fail (ENOTCONN, error);
  *uid = message.idiag_uid;
  return TRUE;
}

static gboolean
find (GSocketAddress *local, GSocketAddress *remote, guint8 state, guint32 *uid, GError **error)
{
  guint8 answer[ANSWER_SIZE];
  Request request;
  gsize size = 0;

  fill_request (&request, local, remote);
  return exchange (&request, answer, &size, error) && read_answer (answer, size, state, uid, error);
}

gboolean
pyrog_socket_find_owner (GSocketAddress *local,
                         GSocketAddress *remote,
                         guint32 *uid,
                         GError **error)
{
  return find (local, remote, TCP_ESTABLISHED, uid, error);
}

/* Between the two questions a server may have accepted the connection and stopped to listen, and
 * another one begun: so the first one is asked again. */
gboolean
pyrog_socket_find_server (GSocketAddress *local,
                          GSocketAddress *remote,
                          guint32 *uid,
                          GError **error)
{
  g_autoptr (GError) cause = NULL;
  guint32 listening;

  if (find (local, remote, TCP_ESTABLISHED, uid, NULL))
    return TRUE;
  if (!find (NULL, remote, TCP_LISTEN, &listening, error))
    return FALSE;
  if (find (local, remote, TCP_ESTABLISHED, uid, &cause))
    return TRUE;
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED))
    {
      *uid = listening;
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}
