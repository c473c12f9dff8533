/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <unistd.h>

#include "fake-server.h"
#include "pyrog-proxy.h"
#include "pyrog-session.h"

/* How a session counts: its messages, and the time until it connects again */

#define WATCHDOG 60 /* seconds */
#define CALLS 65540 /* more than there are numbers */

static void
assert_seconds (gint64 microseconds, double seconds)
{
  g_assert_cmpfloat_with_epsilon ((double) microseconds / G_USEC_PER_SEC, seconds, 0.001);
}

/* Pauses grow from about a second to about two minutes, and no two clients have the same (DF21) */
static void
test_pauses (void)
{
  gint64 before = 0;

  assert_seconds (pyrog_session_pause_length (1, 0.5), 1);
  assert_seconds (pyrog_session_pause_length (1, 0), 0.8);
  assert_seconds (pyrog_session_pause_length (1, 1), 1.2);
  assert_seconds (pyrog_session_pause_length (2, 0.5), 1.6);
  assert_seconds (pyrog_session_pause_length (3, 0.5), 2.56);
  for (guint attempts = 1; attempts <= 11; attempts++)
    {
      gint64 pause = pyrog_session_pause_length (attempts, 0.5);
      g_assert_cmpint (pause, >, before);
      before = pause;
    }
  assert_seconds (pyrog_session_pause_length (12, 0.5), 120);
  assert_seconds (pyrog_session_pause_length (G_MAXUINT, 0), 96);
  assert_seconds (pyrog_session_pause_length (G_MAXUINT, 1), 144);
}

/* Each message has the next number; only `m` is answered */
static void
count_numbers (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  fake_server_shake_hands (fd);
  for (guint expected = 1; fake_server_receive (fd, &header); expected++)
    {
      g_assert_cmpuint (header.seq, ==, expected % 65536);
      if ((header.flags & PYROG_FLAG_ONEWAY) == 0)
        fake_server_reply (fd, PYROG_MESSAGE_RESULT, 0, header.seq, "'done'");
    }
}

/* The numbers of messages begin again when there are no more */
static void
test_sequence (void)
{
  FakeServer *server = fake_server_new (count_numbers, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (server->uri, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 1; i < CALLS; i++)
    {
      g_autoptr (GVariant) none = pyrog_proxy_call_sync (proxy, "note", NULL, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  g_autoptr (GVariant) done = pyrog_proxy_call_sync (proxy, "m", NULL, "s", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (done, NULL), ==, "done");
  g_clear_object (&proxy);
  fake_server_free (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);

  g_test_add_func ("/session-numbers/pauses", test_pauses);
  g_test_add_func ("/session-numbers/sequence", test_sequence);
  return g_test_run ();
}
