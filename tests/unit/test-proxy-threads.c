/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>

#include "fake-server.h"
#include "pyrog-proxy.h"

/* Calls of several threads through one proxy: those of a thread without a main context, whose
 * callbacks run in another thread, and those of threads that each have one */

#define CALLS 500
#define THREADS 4
#define IN_FLIGHT 8 /* calls of a thread at a time */

typedef struct
{
  FakeServer *server;
  PyrogProxy *proxy;
  GCancellable *cancellable;
  GAsyncReadyCallback callback;
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

/* ---- Main contexts of threads ---- */

/* Answers two calls together, and then each for itself */
static void
answer (FakeServer *server, int fd, guint number)
{
  PyrogHeader first, header;

  fake_server_shake_hands (fd);
  if (!fake_server_receive (fd, &first) || !fake_server_receive (fd, &header))
    return;
  fake_server_reply (fd, PYROG_MESSAGE_RESULT, 0, first.seq, "1");
  do
    fake_server_reply (fd, PYROG_MESSAGE_RESULT, 0, header.seq, "1");
  while (fake_server_receive (fd, &header));
}

static void
failed_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (pyrog_proxy_call_finish (PYROG_PROXY (proxy), result, NULL));
  fixture->done++;
}

static void
run (Fixture *fixture, GMainContext *context, GAsyncReadyCallback callback)
{
  guint before = fixture->done;

  pyrog_proxy_call (fixture->proxy, "m", NULL, NULL, NULL, callback, fixture);
  while (fixture->done == before)
    g_main_context_iteration (context, TRUE);
}

static gpointer
call_and_iterate (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  run (fixture, context, fixture->callback);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
begin (Fixture *fixture, FakeScript script, GAsyncReadyCallback callback)
{
  g_autoptr (GError) error = NULL;

  *fixture = (Fixture){ .server = fake_server_new (script, NULL), .callback = callback };
  fixture->proxy = pyrog_proxy_new (fixture->server->uri, NULL, &error);
  g_assert_no_error (error);
}

static void
end (Fixture *fixture)
{
  g_clear_object (&fixture->proxy);
  fake_server_free (fixture->server);
}

/* This thread has its main context and a call, and goes on when the other thread is through */
static void
run_both (Fixture *fixture)
{
  g_assert_true (g_main_context_acquire (NULL));
  pyrog_proxy_call (fixture->proxy, "m", NULL, NULL, NULL, fixture->callback, fixture);
  g_thread_join (g_thread_new ("calls", call_and_iterate, fixture));
  g_assert_cmpuint (fixture->done, ==, 1);
  g_main_context_release (NULL);
  while (fixture->done < 2)
    g_main_context_iteration (NULL, TRUE);
}

/* A thread's calls are answered while another thread, which has calls too, does not iterate */
static void
test_own_context (void)
{
  Fixture fixture;

  begin (&fixture, answer, done_cb);
  run_both (&fixture);
  end (&fixture);
}

/* ... and they time out */
static void
test_timeout (void)
{
  Fixture fixture;

  begin (&fixture, swallow, failed_cb);
  pyrog_proxy_set_timeout (fixture.proxy, 0.05);
  run_both (&fixture);
  end (&fixture);
}

typedef struct
{
  PyrogProxy *proxy;
  guint begun;
  guint done;
} Worker;

static void work_cb (GObject *proxy, GAsyncResult *result, gpointer user_data);

static void
begin_call (Worker *worker)
{
  worker->begun++;
  pyrog_proxy_call (worker->proxy, "m", NULL, NULL, NULL, work_cb, worker);
}

static void
work_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  Worker *worker = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = pyrog_proxy_call_finish (PYROG_PROXY (proxy), result, &error);

  g_assert_no_error (error);
  worker->done++;
  if (worker->begun < CALLS)
    begin_call (worker);
}

static gpointer
work (gpointer data)
{
  Worker worker = { .proxy = data };
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < IN_FLIGHT; i++)
    begin_call (&worker);
  while (worker.done < CALLS)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Threads with main contexts and one with synchronous calls do not disturb each other */
static void
test_many (void)
{
  Fixture fixture;
  GThread *threads[THREADS];

  begin (&fixture, answer, NULL);
  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("calls", work, fixture.proxy);
  for (guint i = 0; i < CALLS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value
          = pyrog_proxy_call_sync (fixture.proxy, "m", NULL, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  end (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy-threads/cancellable", test_cancellable);
  g_test_add_func ("/proxy-threads/own-context", test_own_context);
  g_test_add_func ("/proxy-threads/timeout", test_timeout);
  g_test_add_func ("/proxy-threads/many", test_many);
  return g_test_run ();
}
