/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <poll.h>
#include <unistd.h>

#include "fake-server.h"
#include "pyrog-daemon.h"
#include "pyrog-memory.h"
#include "raw-peer.h"

/* A daemon whose process has no memory for messages any more */

#define MIB (1024 * 1024)
#define TAKEN (2 * MIB) /* by somebody else in the process */
#define SIZE 100000u    /* of a large message, which the buffers of a socket have room for */
#define STRANGE 2000u   /* bytes of a stranger's handshake, of which there are fewer */
#define PART 80000u     /* of it, more than is received before the daemon looks for memory */

static PyrogDaemon *
start (PyrogServerType type)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (config, "server-type", type, "max-memory", (gint64) MIB, NULL);
  PyrogDaemon *daemon = pyrog_daemon_new (config);
  pyrog_daemon_listen (daemon, "127.0.0.1:0", &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "o", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  return daemon;
}

static int
connect_peer (PyrogDaemon *daemon)
{
  g_autoptr (PyrogUri) uri = pyrog_daemon_uri_for (daemon, "o", NULL);

  return raw_peer_connect (pyrog_uri_get_port (uri));
}

static gboolean
has_answer (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) > 0;
}

static void
shake_hands (int fd)
{
  fake_server_reply (fd, PYROG_MESSAGE_CONNECT, 0, 7, "{'handshake':'hello','object':'o'}");
  g_assert_cmpint (raw_peer_receive_type (fd), ==, PYROG_MESSAGE_CONNECTOK);
}

static int
open_peer (PyrogDaemon *daemon)
{
  int fd = connect_peer (daemon);

  shake_hands (fd);
  return fd;
}

/* One that has begun to say much, and says no more */
static int
open_stranger (PyrogDaemon *daemon)
{
  g_autofree char *text = g_strnfill (STRANGE - PYROG_HEADER_SIZE, 'a');
  g_autoptr (GBytes) message
      = fake_server_message ((PyrogHeader){ .type = PYROG_MESSAGE_CONNECT }, text, STRANGE);
  int fd = connect_peer (daemon);

  fake_server_send (fd, g_bytes_get_data (message, NULL), g_bytes_get_size (message));
  return fd;
}

/* Bytes from begin to end of a large message */
static void
send_part (int fd, gsize begin, gsize end)
{
  g_autofree char *payload = g_strnfill (SIZE - PYROG_HEADER_SIZE, 'a');
  g_autoptr (GBytes) message
      = fake_server_message ((PyrogHeader){ .type = PYROG_MESSAGE_PING }, payload, -1);
  const guint8 *data = g_bytes_get_data (message, NULL);

  g_assert_cmpuint (g_bytes_get_size (message), ==, SIZE);
  fake_server_send (fd, data + begin, end - begin);
}

static void
check_served (int fd)
{
  fake_server_reply (fd, PYROG_MESSAGE_PING, 0, 8, "ping");
  g_assert_cmpint (raw_peer_receive_type (fd), ==, PYROG_MESSAGE_PING);
}

/* Those who wait for memory had a chance, and whoever keeps some and has not shown who it is makes
 * room */
static void
wait_for_strangers (const int *strangers, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      g_assert_cmpint (raw_peer_receive_type (strangers[i]), ==, 0);
      close (strangers[i]);
    }
}

/* While memory is short large messages are received one after the other, and small ones as always;
 * strangers that keep memory go, and no others: whoever comes meanwhile may take its time */
static void
test_short (gconstpointer data)
{
  g_autoptr (PyrogDaemon) daemon = start ((PyrogServerType) GPOINTER_TO_INT (data));
  int friend = open_peer (daemon);
  int first = open_peer (daemon);
  int second = open_peer (daemon);
  int newcomer = connect_peer (daemon);
  int strangers[3];

  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    strangers[i] = open_stranger (daemon);
  pyrog_memory_add (TAKEN);
  send_part (first, 0, PART);
  check_served (friend);
  send_part (second, 0, SIZE);
  wait_for_strangers (strangers, G_N_ELEMENTS (strangers));
  g_assert_false (has_answer (second));
  shake_hands (newcomer);
  check_served (newcomer);
  check_served (friend);
  send_part (first, PART, SIZE);
  g_assert_cmpint (raw_peer_receive_type (first), ==, PYROG_MESSAGE_PING);
  g_assert_cmpint (raw_peer_receive_type (second), ==, PYROG_MESSAGE_PING);
  check_served (second);
  pyrog_memory_remove (TAKEN);
  close (friend);
  close (newcomer);
  close (first);
  close (second);
  pyrog_daemon_stop (daemon);
}

/* As soon as there is memory again all go on; nobody waits for who went on before */
static void
test_over (gconstpointer data)
{
  g_autoptr (PyrogDaemon) daemon = start ((PyrogServerType) GPOINTER_TO_INT (data));
  int first = open_peer (daemon);
  int second = open_peer (daemon);
  int stranger = open_stranger (daemon);

  pyrog_memory_add (TAKEN);
  send_part (first, 0, PART);
  raw_peer_settle ();
  send_part (second, 0, SIZE);
  wait_for_strangers (&stranger, 1);
  pyrog_memory_remove (TAKEN);
  g_assert_cmpint (raw_peer_receive_type (second), ==, PYROG_MESSAGE_PING);
  g_assert_false (has_answer (first));
  send_part (first, PART, SIZE);
  g_assert_cmpint (raw_peer_receive_type (first), ==, PYROG_MESSAGE_PING);
  close (first);
  close (second);
  pyrog_daemon_stop (daemon);
}

/* Who goes away while it has the turn, or waits for it, keeps nobody */
static void
test_gone (gconstpointer data)
{
  g_autoptr (PyrogDaemon) daemon = start ((PyrogServerType) GPOINTER_TO_INT (data));
  int first = open_peer (daemon);
  int second = open_peer (daemon);
  int third = open_peer (daemon);
  int stranger = open_stranger (daemon);

  pyrog_memory_add (TAKEN);
  send_part (first, 0, PART);
  send_part (second, 0, PART);
  raw_peer_settle ();
  send_part (third, 0, SIZE);
  wait_for_strangers (&stranger, 1);
  close (first);
  close (second);
  g_assert_cmpint (raw_peer_receive_type (third), ==, PYROG_MESSAGE_PING);
  pyrog_memory_remove (TAKEN);
  close (third);
  pyrog_daemon_stop (daemon);
}

int
main (int argc, char *argv[])
{
  const gpointer multiplex = GINT_TO_POINTER (PYROG_SERVER_TYPE_MULTIPLEX);
  const gpointer thread = GINT_TO_POINTER (PYROG_SERVER_TYPE_THREAD);

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/daemon-memory/short/multiplex", multiplex, test_short);
  g_test_add_data_func ("/daemon-memory/short/thread", thread, test_short);
  g_test_add_data_func ("/daemon-memory/over/multiplex", multiplex, test_over);
  g_test_add_data_func ("/daemon-memory/over/thread", thread, test_over);
  g_test_add_data_func ("/daemon-memory/gone/multiplex", multiplex, test_gone);
  g_test_add_data_func ("/daemon-memory/gone/thread", thread, test_gone);
  return g_test_run ();
}
