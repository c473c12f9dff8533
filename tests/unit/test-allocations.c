/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <stdlib.h>

#include "pyrog-daemon.h"
#include "pyrog-proxy.h"

/* How often a call asks for memory, in the thread of the caller and in that of the daemon. More
 * than this is a change that somebody should have thought about; the page `performance` has the
 * numbers. GLib's slices count too where they are not malloc() already: see G_SLICE in meson.build.
 */
/* With the sanitizer no arena is used again: an arena and its first block more */
#ifdef __SANITIZE_ADDRESS__
#define MAX_CLIENT_ALLOCATIONS 4
#else
#define MAX_CLIENT_ALLOCATIONS 2
#endif
#define MAX_SERVER_ALLOCATIONS 0

#define WARM_UP 200
#define CALLS 10000

static __thread guint64 allocations;

#if defined(__SANITIZE_ADDRESS__)

int __sanitizer_install_malloc_and_free_hooks (void (*malloc_hook) (const volatile void *, size_t),
                                               void (*free_hook) (const volatile void *));

static void
count_allocation (const volatile void *memory, size_t size)
{
  allocations++;
}

static void
ignore_free (const volatile void *memory)
{
}

static gboolean
begin_counting (void)
{
  return __sanitizer_install_malloc_and_free_hooks (count_allocation, ignore_free) != 0;
}

#elif defined(__GLIBC__) && !defined(__SANITIZE_THREAD__)

/* These take the place of the C library's, for the shared libraries too */
void *__libc_malloc (size_t size);
void *__libc_calloc (size_t count, size_t size);
void *__libc_realloc (void *memory, size_t size);

void *
malloc (size_t size)
{
  allocations++;
  return __libc_malloc (size);
}

void *
calloc (size_t count, size_t size)
{
  allocations++;
  return __libc_calloc (count, size);
}

void *
realloc (void *memory, size_t size)
{
  allocations++;
  return __libc_realloc (memory, size);
}

static gboolean
begin_counting (void)
{
  return TRUE;
}

#else

static gboolean
begin_counting (void)
{
  return FALSE;
}

#endif

typedef struct
{
  guint calls;
  guint64 first; /* of the thread, after the calls that warm up */
  guint64 last;
} Count;

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Count *count = user_data;
  gint64 a, b;

  if (++count->calls == WARM_UP)
    count->first = allocations;
  count->last = allocations;
  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

typedef struct
{
  GMainContext *context; /* (owned) */
  GMainLoop *loop;       /* (owned) */
  GThread *thread;       /* (owned) */
  PyrogDaemon *daemon;   /* (owned) */
  PyrogUri *uri;         /* (owned) */
  Count count;
} Server;

static gpointer
run_server (gpointer data)
{
  Server *server = data;

  g_main_context_push_thread_default (server->context);
  g_main_loop_run (server->loop);
  g_main_context_pop_thread_default (server->context);
  return NULL;
}

static void
start_server (Server *server)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  *server = (Server){ g_main_context_new () };
  server->loop = g_main_loop_new (server->context, FALSE);
  g_main_context_push_thread_default (server->context);
  server->daemon = pyrog_daemon_new (config);
  pyrog_servant_add_handler (servant, "add", "(xx)", "x", add, &server->count, NULL);
  pyrog_daemon_listen (server->daemon, "127.0.0.1:0", &error);
  g_assert_no_error (error);
  server->uri = pyrog_daemon_register (server->daemon, "calc", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (server->daemon, &error);
  g_assert_no_error (error);
  g_main_context_pop_thread_default (server->context);
  server->thread = g_thread_new ("server", run_server, server);
}

static void
stop_server (Server *server)
{
  g_main_loop_quit (server->loop);
  g_thread_join (server->thread);
  pyrog_daemon_stop (server->daemon);
  g_object_unref (server->daemon);
  pyrog_uri_unref (server->uri);
  g_main_loop_unref (server->loop);
  g_main_context_unref (server->context);
}

static guint64
call_often (PyrogProxy *proxy)
{
  guint64 first = 0;

  for (gint64 i = 0; i < WARM_UP + CALLS; i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 sum = 0;

      if (i == WARM_UP)
        first = allocations;
      pyrog_proxy_invoke_sync (proxy, "add", NULL, &error, "xx", i, (gint64) 1, "x", &sum);
      g_assert_no_error (error);
      g_assert_cmpint (sum, ==, i + 1);
    }
  return allocations - first;
}

/* A call with C variables takes no more memory than it always did, at both ends */
static void
test_call (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  Server server;

  if (!begin_counting ())
    {
      g_test_skip ("Memory can't be counted with this C library or sanitizer");
      return;
    }
  start_server (&server);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new_for_uri (server.uri, config);
  guint64 ours = call_often (proxy);
  stop_server (&server);
  guint64 theirs = server.count.last - server.count.first;
  g_test_message ("A call: %.3f allocations of the caller, %.3f of the daemon",
                  (double) ours / CALLS, (double) theirs / CALLS);
  g_assert_cmpuint (ours, <=, MAX_CLIENT_ALLOCATIONS * CALLS + CALLS / 100);
  g_assert_cmpuint (theirs, <=, MAX_SERVER_ALLOCATIONS * CALLS + CALLS / 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/allocations/call", test_call);
  return g_test_run ();
}
