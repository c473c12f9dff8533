/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "fake-server.h"
#include "pyrog-error.h"
#include "pyrog-proxy.h"

/* Connecting again and asking for signs of life, synchronously and asynchronously */

#define WATCHDOG 60 /* seconds */
#define NOBODY "PYRO:x@127.0.0.1:1"

typedef struct
{
  const char *name;
  gboolean (*reconnect) (PyrogProxy *proxy, guint tries, GCancellable *cancellable, GError **error);
  gboolean (*ping) (PyrogProxy *proxy, GCancellable *cancellable, GError **error);
} Way;

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
reconnect (PyrogProxy *proxy, guint tries, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_proxy_reconnect (proxy, tries, cancellable, keep_result, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return pyrog_proxy_reconnect_finish (proxy, result, error);
}

static gboolean
ping (PyrogProxy *proxy, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_proxy_ping (proxy, cancellable, keep_result, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return pyrog_proxy_ping_finish (proxy, result, error);
}

static const Way ways[] = {
  { "sync", pyrog_proxy_reconnect_sync, pyrog_proxy_ping_sync },
  { "async", reconnect, ping },
};

static PyrogProxy *
make_proxy (const char *uri)
{
  g_autoptr (GError) error = NULL;
  PyrogProxy *proxy = pyrog_proxy_new (uri, NULL, &error);

  g_assert_no_error (error);
  return proxy;
}

/* Tells of each connection, and answers whatever is asked */
static void
answer (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  fake_server_shake_hands (fd);
  fake_server_tell (server);
  while (fake_server_receive (fd, &header))
    fake_server_reply (fd, PYROG_MESSAGE_RESULT, 0, header.seq, "None");
}

/* Each time there is a new connection, which can be used */
static void
test_reconnect (gconstpointer data)
{
  const Way *way = data;
  FakeServer *server = fake_server_new (answer, NULL);
  g_autoptr (PyrogProxy) proxy = make_proxy (server->uri);
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= 3; i++)
    {
      g_assert_true (way->reconnect (proxy, i - 1, NULL, &error));
      g_assert_no_error (error);
      fake_server_wait_for (server, i);
      g_assert_true (way->ping (proxy, NULL, &error));
      g_assert_no_error (error);
    }
  g_clear_object (&proxy);
  fake_server_free (server);
}

/* It ends after so many attempts, with a pause between them */
static void
test_nobody (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (PyrogProxy) proxy = make_proxy (NOBODY);
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_assert_false (way->reconnect (proxy, 2, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, G_USEC_PER_SEC / 2);
  g_clear_error (&error);
  g_assert_false (way->ping (proxy, NULL, &error));
  g_assert_true (pyrog_error_is_communication (error));
}

/* Hangs up, and tells of that */
static void
hang_up (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  fake_server_receive (fd, &header);
  fake_server_tell (server);
}

typedef struct
{
  FakeServer *server;
  GCancellable *cancellable;
} Canceller;

static gpointer
cancel_after_an_attempt (gpointer data)
{
  Canceller *canceller = data;

  fake_server_wait_for (canceller->server, 1);
  g_cancellable_cancel (canceller->cancellable);
  return NULL;
}

/* Attempts without end have one when they are cancelled, which they heed in a pause too */
static void
test_cancelled (gconstpointer data)
{
  const Way *way = data;
  FakeServer *server = fake_server_new (hang_up, NULL);
  g_autoptr (PyrogProxy) proxy = make_proxy (server->uri);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Canceller canceller = { server, cancellable };
  GThread *thread = g_thread_new ("cancel", cancel_after_an_attempt, &canceller);

  g_assert_false (way->reconnect (proxy, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_thread_join (thread);
  g_assert_false (way->reconnect (proxy, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&proxy);
  fake_server_free (server);
}

static void
refuse (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  if (fake_server_receive (fd, &header))
    fake_server_reply (fd, PYROG_MESSAGE_CONNECTFAIL, 0, header.seq, "'not you'");
}

/* Who is refused is not the more welcome for trying again */
static void
test_refused (gconstpointer data)
{
  const Way *way = data;
  FakeServer *server = fake_server_new (refuse, NULL);
  g_autoptr (PyrogProxy) proxy = make_proxy (server->uri);
  g_autoptr (GError) error = NULL;

  g_assert_false (way->reconnect (proxy, 0, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION);
  g_assert_nonnull (strstr (error->message, "not you"));
  g_clear_object (&proxy);
  fake_server_free (server);
}

static void
add (const char *name, void (*test) (gconstpointer data))
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s", name, ways[i].name);
      g_test_add_data_func (path, &ways[i], test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (WATCHDOG);

  add ("/proxy-connect/reconnect", test_reconnect);
  add ("/proxy-connect/nobody", test_nobody);
  add ("/proxy-connect/cancelled", test_cancelled);
  add ("/proxy-connect/refused", test_refused);
  return g_test_run ();
}
