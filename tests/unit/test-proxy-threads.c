/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>

#include "fake-server.h"
#include "pyrog-proxy.h"

/* Asynchronous calls of a thread that has no main context: their callbacks run in another thread */

#define CALLS 500

typedef struct
{
  FakeServer *server;
  PyrogProxy *proxy;
  GCancellable *cancellable;
  guint done;
} Fixture;

/* Oneway calls are done as soon as they were sent */
static void
swallow (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  fake_server_shake_hands (fd);
  while (fake_server_receive (fd, &header))
    ;
}

static void
done_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = pyrog_proxy_call_finish (PYROG_PROXY (proxy), result, &error);

  g_assert_no_error (error);
  fixture->done++;
}

static gpointer
make_calls (gpointer data)
{
  Fixture *fixture = data;

  for (guint i = 0; i < CALLS; i++)
    pyrog_proxy_call (fixture->proxy, "note", NULL, NULL, fixture->cancellable, done_cb, fixture);
  return NULL;
}

/* A call that ends in another thread before the function that makes it comes back leaves nothing
 * behind at its cancellable */
static void
test_cancellable (void)
{
  Fixture fixture = { .server = fake_server_new (swallow, NULL) };
  g_autoptr (GError) error = NULL;

  fixture.cancellable = g_cancellable_new ();
  fixture.proxy = pyrog_proxy_new (fixture.server->uri, NULL, &error);
  g_assert_no_error (error);
  GThread *thread = g_thread_new ("calls", make_calls, &fixture);
  while (fixture.done < CALLS)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_false (g_signal_has_handler_pending (
      fixture.cancellable, g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE), 0, TRUE));
  g_cancellable_cancel (fixture.cancellable);
  g_clear_object (&fixture.proxy);
  fake_server_free (fixture.server);
  g_clear_object (&fixture.cancellable);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy-threads/cancellable", test_cancellable);
  return g_test_run ();
}
