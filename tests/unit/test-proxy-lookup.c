/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>

#include "pyrog-proxy.h"

/* Calls while the name of a host is being looked up, which nobody knows */

#define TEST_TYPE_RESOLVER (test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TestResolver, test_resolver, TEST, RESOLVER, GResolver)

struct _TestResolver
{
  GResolver parent_instance;
};

G_DEFINE_FINAL_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static GList *
lookup (GResolver *resolver,
        const char *name,
        GResolverNameLookupFlags flags,
        GCancellable *cancellable,
        GError **error)
{
  g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "Who is %s?", name);
  return NULL;
}

static GList *
lookup_plain (GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
  return lookup (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable, error);
}

static void
lookup_async (GResolver *resolver,
              const char *name,
              GResolverNameLookupFlags flags,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  GError *error = NULL;

  lookup (resolver, name, flags, cancellable, &error);
  g_task_return_error (task, error);
}

static void
lookup_plain_async (GResolver *resolver,
                    const char *name,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  lookup_async (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable, callback,
                user_data);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name = lookup_plain;
  resolver_class->lookup_by_name_async = lookup_plain_async;
  resolver_class->lookup_by_name_finish = lookup_finish;
  resolver_class->lookup_by_name_with_flags = lookup;
  resolver_class->lookup_by_name_with_flags_async = lookup_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_finish;
}

static void
test_resolver_init (TestResolver *self)
{
}

static void
done_cb (GObject *proxy, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;

  g_assert_null (pyrog_proxy_call_finish (PYROG_PROXY (proxy), result, NULL));
  *done = TRUE;
}

static void
wait_for (const gboolean *done)
{
  while (!*done)
    g_main_context_iteration (NULL, TRUE);
}

static void
call_in_context (PyrogProxy *proxy)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  gboolean done = FALSE;

  g_main_context_push_thread_default (context);
  pyrog_proxy_call (proxy, "m", NULL, NULL, NULL, done_cb, &done);
  while (!done)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
}

/* The main context begins the look-up, and would have to take its result */
static PyrogProxy *
begin (gboolean *done)
{
  g_autoptr (GError) error = NULL;
  PyrogProxy *proxy = pyrog_proxy_new ("PYRO:o@host.invalid:1", NULL, &error);

  g_assert_no_error (error);
  pyrog_proxy_call (proxy, "m", NULL, NULL, NULL, done_cb, done);
  g_main_context_iteration (NULL, FALSE);
  return proxy;
}

/* A synchronous call does not wait for the look-up of an asynchronous one */
static void
test_synchronous (void)
{
  gboolean done = FALSE;
  g_autoptr (PyrogProxy) proxy = begin (&done);

  g_assert_null (pyrog_proxy_call_sync (proxy, "m", NULL, NULL, NULL, NULL));
  wait_for (&done);
}

/* Nor does one whose caller has a main context of its own */
static void
test_other_context (void)
{
  gboolean done = FALSE;
  g_autoptr (PyrogProxy) proxy = begin (&done);

  call_in_context (proxy);
  wait_for (&done);
}

static gpointer
call_in_thread (gpointer data)
{
  call_in_context (data);
  return NULL;
}

/* Nor does one of another thread, while this one does not iterate */
static void
test_other_thread (void)
{
  gboolean done = FALSE;
  g_autoptr (PyrogProxy) proxy = begin (&done);

  g_assert_true (g_main_context_acquire (NULL));
  g_thread_join (g_thread_new ("calls", call_in_thread, proxy));
  g_main_context_release (NULL);
  wait_for (&done);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GResolver) resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);
  g_resolver_set_default (resolver);
  g_test_add_func ("/proxy-lookup/synchronous", test_synchronous);
  g_test_add_func ("/proxy-lookup/other-context", test_other_context);
  g_test_add_func ("/proxy-lookup/other-thread", test_other_thread);
  return g_test_run ();
}
