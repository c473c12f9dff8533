/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pyrog-daemon.h"
#include "pyrog-proxy.h"

/* What comes of errors of accept(). The daemon is in the same main context. */

#define WATCHDOG 60 /* seconds */
#define FAILURES 3

static int next_errno;
static guint failures; /* left */
static guint calls;

/* In the place of the C library's */
int
accept4 (int fd, struct sockaddr *address, socklen_t *size, int flags)
{
  calls++;
  if (failures == 0)
    return (int) syscall (SYS_accept4, fd, address, size, flags);
  failures--;
  errno = next_errno;
  return -1;
}

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 a, b;

  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gint64 sum = 0;

  pyrog_proxy_invoke_finish (PYROG_PROXY (object), result, &error, "x", &sum);
  g_assert_no_error (error);
  g_assert_cmpint (sum, ==, 3);
  *(gboolean *) user_data = TRUE;
}

static void
call (PyrogUri *uri)
{
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_uri (uri, NULL);
  gboolean done = FALSE;

  pyrog_proxy_invoke (proxy, "add", NULL, done_cb, &done, "xx", G_GINT64_CONSTANT (1),
                      G_GINT64_CONSTANT (2));
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

/* A client comes through after each of these errors, and the daemon does not try again and again
 * meanwhile: it waits after those for want of resources, and the others cost one attempt each */
static void
test_errors (void)
{
  static const int errors[]
      = { EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, EPROTO, EPERM, EINTR, EOPNOTSUPP };
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  alarm (WATCHDOG);
  pyrog_servant_add_handler (servant, "add", NULL, NULL, add, NULL, NULL);
  pyrog_daemon_listen (daemon, "127.0.0.1:0", &error);
  g_assert_no_error (error);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "o", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_test_message ("%s", g_strerror (errors[i]));
      next_errno = errors[i];
      failures = FAILURES;
      calls = 0;
      call (uri);
      g_assert_cmpuint (failures, ==, 0);
      /* The failures, the connection, and that there is no other */
      g_assert_cmpuint (calls, <=, FAILURES + 2);
    }
  pyrog_daemon_stop (daemon);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/accept-errors/errors", test_errors);
  return g_test_run ();
}
