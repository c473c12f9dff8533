/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-daemon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake-server.h"
#include "pyrog-handshake-request.h"
#include "raw-peer.h"

#define OTHER_DESCRIPTORS 64 /* what a daemon leaves to its program */
#define DECISIONS 16u        /* about strangers, that a program may leave to later, by default */

/* Connections that a daemon does not take, or not yet. Each test has a process of its own, whose
 * limits it changes. */

static PyrogDaemon *
start (PyrogConfig *config, const char *location)
{
  g_autoptr (GError) error = NULL;
  PyrogDaemon *daemon = pyrog_daemon_new (config);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  pyrog_daemon_listen (daemon, location, &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "o", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  return daemon;
}

/* ---- Peers ---- */

static int
new_peer (void)
{
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static struct sockaddr_in
make_address (const char *host, guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };

  g_assert_cmpint (inet_pton (AF_INET, host, &address.sin_addr), ==, 1);
  return address;
}

static void
connect_peer (PyrogDaemon *daemon, int fd, const char *from)
{
  g_autoptr (PyrogUri) uri = pyrog_daemon_uri_for (daemon, "o", NULL);
  struct sockaddr_in source = make_address (from, 0);
  struct sockaddr_in address = make_address (pyrog_uri_get_host (uri), pyrog_uri_get_port (uri));

  g_assert_cmpint (bind (fd, (struct sockaddr *) &source, sizeof source), ==, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
}

static void
say (int fd, const char *what)
{
  g_autofree char *payload = g_strdup_printf ("{'handshake':'%s','object':'o'}", what);

  fake_server_reply (fd, PYROG_MESSAGE_CONNECT, 0, 7, payload);
}

static int
shake_hands (int fd)
{
  char byte;

  if (recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
    say (fd, "hello");
  return raw_peer_receive_type (fd);
}

static int
open_peer (PyrogDaemon *daemon, const char *from)
{
  int fd = new_peer ();

  connect_peer (daemon, fd, from);
  raw_peer_settle ();
  return fd;
}

/* ---- Tests ---- */

static gboolean
set_address (int fd, const char *name, const char *host)
{
  struct sockaddr_in address = make_address (host, 0);
  struct ifreq request = { 0 };

  g_strlcpy (request.ifr_name, name, sizeof request.ifr_name);
  memcpy (&request.ifr_addr, &address, sizeof address);
  return ioctl (fd, SIOCSIFADDR, &request) == 0;
}

/* A network where 192.0.2.1 and 192.0.2.2 might be different machines */
static gboolean
make_network (void)
{
  struct ifreq request = { .ifr_name = "lo" };

  if (unshare (CLONE_NEWNET) != 0)
    return FALSE;
  int fd = new_peer ();
  request.ifr_flags = IFF_UP;
  gboolean ok = ioctl (fd, SIOCSIFFLAGS, &request) == 0 && set_address (fd, "lo:1", "192.0.2.1")
                && set_address (fd, "lo:2", "192.0.2.2");
  close (fd);
  return ok;
}

/* So many connections from one address, and none beyond; others are not concerned, and this machine
 * is not counted */
static void
test_per_peer (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  int local[5];

  g_assert_true (make_network ());
  g_test_expect_message ("Pyrog", G_LOG_LEVEL_MESSAGE, "Listening on *");
  g_test_expect_message ("Pyrog", G_LOG_LEVEL_MESSAGE, "A daemon that runs as root *");
  g_test_expect_message ("Pyrog", G_LOG_LEVEL_MESSAGE,
                         "Refused a connection: 192.0.2.2:* 2 connections *PER_PEER*");
  g_object_set (config, "max-connections-per-peer", (gint64) 2, NULL);
  g_autoptr (PyrogDaemon) daemon = start (config, "192.0.2.1:0");
  int first = open_peer (daemon, "192.0.2.2");
  int second = open_peer (daemon, "192.0.2.2");
  int third = open_peer (daemon, "192.0.2.2");
  g_assert_cmpint (shake_hands (first), ==, PYROG_MESSAGE_CONNECTOK);
  g_assert_cmpint (shake_hands (second), ==, PYROG_MESSAGE_CONNECTOK);
  g_assert_cmpint (shake_hands (third), ==, PYROG_MESSAGE_CONNECTFAIL);
  for (guint i = 0; i < G_N_ELEMENTS (local); i++)
    {
      local[i] = open_peer (daemon, i == 0 ? "127.0.0.1" : "192.0.2.1");
      g_assert_cmpint (shake_hands (local[i]), ==, PYROG_MESSAGE_CONNECTOK);
    }
  close (first);
  raw_peer_settle ();
  int fourth = open_peer (daemon, "192.0.2.2");
  g_assert_cmpint (shake_hands (fourth), ==, PYROG_MESSAGE_CONNECTOK);
  g_test_assert_expected_messages ();
  close (second);
  close (third);
  close (fourth);
  for (guint i = 0; i < G_N_ELEMENTS (local); i++)
    close (local[i]);
  pyrog_daemon_stop (daemon);
}

static void
set_descriptor_limit (rlim_t count)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = count;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

/* A daemon leaves descriptors to its program, however many connections it might have */
static void
test_few_descriptors (void)
{
  int fds[3];

  set_descriptor_limit (OTHER_DESCRIPTORS + 2);
  g_autoptr (PyrogDaemon) daemon = start (NULL, "127.0.0.1:0");
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = open_peer (daemon, "127.0.0.1");
      g_assert_cmpint (shake_hands (fds[i]), ==, i < 2 ? PYROG_MESSAGE_CONNECTOK : 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  pyrog_daemon_stop (daemon);
}

/* Takes all descriptors that there are */
static void
exhaust (GArray *fds)
{
  int fd;

  while ((fd = dup (STDERR_FILENO)) >= 0)
    g_array_append_val (fds, fd);
  g_assert_cmpint (errno, ==, EMFILE);
}

static gboolean
set_flag_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gint64
get_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* Without descriptors a daemon can't accept: it says so once, tries from time to time, which costs
 * next to nothing, and goes on as soon as it can; who was there is served all the time */
static void
test_exhausted (void)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  gboolean over = FALSE;
  guint turns = 0;
  PyrogHeader header;

  g_autoptr (PyrogDaemon) daemon = start (NULL, "127.0.0.1:0");
  int friend = open_peer (daemon, "127.0.0.1");
  g_assert_cmpint (shake_hands (friend), ==, PYROG_MESSAGE_CONNECTOK);
  int late = new_peer ();
  set_descriptor_limit ((rlim_t) late + 20);
  exhaust (fds);
  g_test_expect_message ("Pyrog", G_LOG_LEVEL_MESSAGE, "Can't accept a connection: *");
  connect_peer (daemon, late, "127.0.0.1");
  gint64 begin = get_cpu_time ();
  g_timeout_add (1000, set_flag_cb, &over);
  for (; !over; turns++)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (turns, <, 30);
  g_assert_cmpint (get_cpu_time () - begin, <, G_USEC_PER_SEC / 20);
  g_test_assert_expected_messages ();
  fake_server_reply (friend, PYROG_MESSAGE_PING, 0, 8, "ping");
  raw_peer_settle ();
  g_assert_true (fake_server_receive (friend, &header));
  g_assert_cmpint (header.type, ==, PYROG_MESSAGE_PING);

  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  g_assert_cmpint (shake_hands (late), ==, PYROG_MESSAGE_CONNECTOK);
  close (late);
  close (friend);
  pyrog_daemon_stop (daemon);
}

static gboolean
think_cb (PyrogDaemon *daemon, PyrogHandshakeRequest *request, GPtrArray *held)
{
  GVariant *data = pyrog_handshake_request_get_data (request);

  if (strcmp (g_variant_get_string (data, NULL), "wait") == 0)
    {
      pyrog_access_request_hold (PYROG_ACCESS_REQUEST (request));
      g_ptr_array_add (held, g_object_ref (request));
    }
  return TRUE;
}

static PyrogConfig *
make_config (PyrogServerType type)
{
  PyrogConfig *config = pyrog_config_new ();

  g_object_set (config, "server-type", type, NULL);
  return config;
}

/* A program may think about so many strangers, and the next one that it wants to think about is
 * refused; who needs no thought gets in meanwhile, however many come at once */
static void
check_decisions (PyrogConfig *config, guint count)
{
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (PyrogDaemon) daemon = start (config, "127.0.0.1:0");
  int fds[2 * DECISIONS + 1];
  guint peers = 2 * count + 1;

  g_signal_connect (daemon, "validate-handshake", G_CALLBACK (think_cb), held);
  for (guint i = 0; i < peers; i++)
    {
      fds[i] = open_peer (daemon, "127.0.0.1");
      say (fds[i], i <= count ? "wait" : "hello");
      while (i < count && held->len <= i)
        raw_peer_settle ();
    }
  for (guint i = count; i < peers; i++)
    g_assert_cmpint (raw_peer_receive_type (fds[i]), ==,
                     i == count ? PYROG_MESSAGE_CONNECTFAIL : PYROG_MESSAGE_CONNECTOK);
  for (guint i = 0; i < count; i++)
    {
      pyrog_access_request_accept (g_ptr_array_index (held, i));
      g_assert_cmpint (raw_peer_receive_type (fds[i]), ==, PYROG_MESSAGE_CONNECTOK);
    }
  for (guint i = 0; i < peers; i++)
    close (fds[i]);
  pyrog_daemon_stop (daemon);
}

static void
test_decisions (void)
{
  for (PyrogServerType type = PYROG_SERVER_TYPE_MULTIPLEX; type <= PYROG_SERVER_TYPE_THREAD; type++)
    {
      g_autoptr (PyrogConfig) config = make_config (type);

      check_decisions (config, DECISIONS);
      g_object_set (config, "max-decisions", (gint64) 2, NULL);
      check_decisions (config, 2);
    }
}

typedef struct
{
  GMutex lock;
  GCond changed;
  guint started; /* (locked-by lock) */
  guint running; /* (locked-by lock) */
  guint most;    /* (locked-by lock) that ever ran at once */
  guint allowed; /* (locked-by lock) to end */
} Work;

static void
work (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Work *state = user_data;

  g_mutex_lock (&state->lock);
  state->started++;
  state->running++;
  state->most = MAX (state->most, state->running);
  while (state->allowed == 0)
    g_cond_wait (&state->changed, &state->lock);
  state->allowed--;
  state->running--;
  g_mutex_unlock (&state->lock);
  pyrog_invocation_return_none (invocation);
}

static void
wait_for_started (Work *state, guint count)
{
  guint started;

  do
    {
      raw_peer_settle ();
      g_mutex_lock (&state->lock);
      started = state->started;
      g_mutex_unlock (&state->lock);
    }
  while (started < count);
}

static void
allow_one (Work *state)
{
  g_mutex_lock (&state->lock);
  state->allowed++;
  g_cond_signal (&state->changed);
  g_mutex_unlock (&state->lock);
}

/* As many methods run at once as there may be workers; the next one waits for one of them */
static void
test_workers (void)
{
  g_autoptr (PyrogConfig) config = make_config (PYROG_SERVER_TYPE_THREAD);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;
  Work state = { 0 };
  int fds[3];

  g_object_set (config, "threadpool-size", (gint64) 2, NULL);
  g_autoptr (PyrogDaemon) daemon = start (config, "127.0.0.1:0");
  pyrog_servant_add_handler (servant, "work", NULL, NULL, work, &state, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "w", servant, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = open_peer (daemon, "127.0.0.1");
      g_assert_cmpint (shake_hands (fds[i]), ==, PYROG_MESSAGE_CONNECTOK);
    }
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fake_server_reply (fds[i], PYROG_MESSAGE_INVOKE, 0, 8, "('w','work',(),{})");
  wait_for_started (&state, 2);
  allow_one (&state);
  wait_for_started (&state, 3);
  allow_one (&state);
  allow_one (&state);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_assert_cmpint (raw_peer_receive_type (fds[i]), ==, PYROG_MESSAGE_RESULT);
      close (fds[i]);
    }
  g_assert_cmpuint (state.most, ==, 2);
  pyrog_daemon_stop (daemon);
}

/* In a process of its own */
static void
run_apart (gconstpointer data)
{
  void (*test) (void) = (void (*) (void)) data;

  if (g_test_subprocess ())
    {
      test ();
      return;
    }
  g_test_trap_subprocess (NULL, 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static gboolean
can_make_network (void)
{
  int status;

  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    _exit (make_network () ? 0 : 1);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

static void
run_in_network (gconstpointer data)
{
  if (g_test_subprocess () || can_make_network ())
    run_apart (data);
  else
    g_test_skip ("Only root, with the capabilities for it, can make a network to test with");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/daemon-limits/per-peer", (gconstpointer) test_per_peer, run_in_network);
  g_test_add_data_func ("/daemon-limits/few-descriptors", (gconstpointer) test_few_descriptors,
                        run_apart);
  g_test_add_data_func ("/daemon-limits/decisions", (gconstpointer) test_decisions, run_apart);
  g_test_add_data_func ("/daemon-limits/workers", (gconstpointer) test_workers, run_apart);
  g_test_add_data_func ("/daemon-limits/exhausted", (gconstpointer) test_exhausted, run_apart);
  return g_test_run ();
}
