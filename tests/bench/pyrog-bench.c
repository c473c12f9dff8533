/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: pyrog-bench server ADDR multiplex|thread
 *        pyrog-bench client ADDR lat N
 *        pyrog-bench client ADDR variant N
 *        pyrog-bench client ADDR stream N
 *        pyrog-bench client ADDR batch B R
 *        pyrog-bench client ADDR echo SIZE N
 *
 * lat: N sequential calls of add (i, 1) with C variables; variant: the same with GVariants; batch:
 * R batches of B of these calls, each from the first argument to the last result; echo: N
 * sequential calls that send so many bytes and get them back. The environment variable
 * BENCH_SERIALIZER picks the serializer. Uses the public API only. */

#include <pyrog.h>
#include <string.h>

#include "bench-util.h"

#define WARM_UP 200

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 a, b;

  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

typedef struct
{
  gint64 next;
  gint64 end;
} Counter;

static GVariant *
next_number (gpointer user_data, GError **error)
{
  Counter *counter = user_data;

  return counter->next < counter->end ? g_variant_new_int64 (counter->next++) : NULL;
}

static void
count (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Counter *counter = g_new0 (Counter, 1);
  g_autoptr (PyrogItemStream) stream = pyrog_item_stream_new (next_number, counter, g_free);

  if (pyrog_invocation_read (invocation, error, "x", &counter->end))
    pyrog_invocation_return_stream (invocation, stream);
}

static void
echo (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_argument (invocation, 0);
}

static int
serve (const char *address, const char *mode)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autofree char *location = NULL;
  g_autoptr (GError) error = NULL;
  const char *path;
  int port = bench_parse_address (address, &path);

  g_object_set (
      config, "server-type",
      strcmp (mode, "thread") == 0 ? PYROG_SERVER_TYPE_THREAD : PYROG_SERVER_TYPE_MULTIPLEX, NULL);
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (config);
  location
      = path != NULL ? g_strconcat ("./u:", path, NULL) : g_strdup_printf ("127.0.0.1:%d", port);
  pyrog_servant_add_handler (servant, "add", "(xx)", "x", add, NULL, NULL);
  pyrog_servant_add_handler (servant, "count", "(x)", NULL, count, NULL, NULL);
  pyrog_servant_add_handler (servant, "echo", NULL, NULL, echo, NULL, NULL);
  if (!pyrog_daemon_listen (daemon, location, &error))
    g_error ("%s", error->message);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "bench", servant, &error);
  if (uri == NULL || !pyrog_daemon_start (daemon, &error))
    g_error ("%s", error->message);
  bench_ready ();
  pyrog_daemon_run (daemon, NULL, NULL);
  return 0;
}

static PyrogProxy *
connect_to (const char *address)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (PyrogUri) uri = NULL;
  g_autoptr (GError) error = NULL;
  const char *path;
  int port = bench_parse_address (address, &path);
  const char *serializer = g_getenv ("BENCH_SERIALIZER");

  uri = path != NULL ? pyrog_uri_new_for_socket ("bench", path)
                     : pyrog_uri_new_for_host ("bench", "127.0.0.1", (guint16) port);
  PyrogProxy *proxy = pyrog_proxy_new_for_uri (uri, config);
  if (serializer != NULL)
    {
      g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);
      GEnumValue *value = g_enum_get_value_by_nick (class, serializer);
      if (value == NULL)
        g_error ("Unknown serializer ‘%s’", serializer);
      pyrog_proxy_set_serializer (proxy, value->value);
    }
  if (!pyrog_proxy_bind_sync (proxy, NULL, &error))
    g_error ("%s", error->message);
  return proxy;
}

static void
call_with_variables (PyrogProxy *proxy, gint64 i)
{
  g_autoptr (GError) error = NULL;
  gint64 sum;

  if (!pyrog_proxy_invoke_sync (proxy, "add", NULL, &error, "xx", i, (gint64) 1, "x", &sum))
    g_error ("%s", error->message);
  g_assert (sum == i + 1);
}

static void
call_with_variants (PyrogProxy *proxy, gint64 i)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) sum = pyrog_proxy_call_sync (
      proxy, "add", g_variant_new ("(xx)", i, (gint64) 1), "x", NULL, &error);

  if (sum == NULL)
    g_error ("%s", error->message);
  g_assert (g_variant_get_int64 (sum) == i + 1);
}

static int
measure (const char *address, const char *workload, gint64 count)
{
  g_autoptr (PyrogProxy) proxy = connect_to (address);
  void (*call) (PyrogProxy * proxy, gint64 i)
      = strcmp (workload, "variant") == 0 ? call_with_variants : call_with_variables;
  Stopwatch watch;

  for (gint64 i = 0; i < WARM_UP; i++)
    call (proxy, i);
  stopwatch_start (&watch, (gsize) count);
  for (gint64 i = 0; i < count; i++)
    {
      gint64 begin = bench_now ();
      call (proxy, i);
      stopwatch_add (&watch, bench_now () - begin);
    }
  stopwatch_report (&watch, 1);
  return 0;
}

static int
measure_echo (const char *address, gsize size, gint64 count)
{
  g_autoptr (PyrogProxy) proxy = connect_to (address);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);
  Stopwatch watch;

  stopwatch_start (&watch, (gsize) count);
  for (gint64 i = 0; i < count; i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 begin = bench_now ();
      GVariant *data = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
      g_autoptr (GVariant) back = pyrog_proxy_call_sync (
          proxy, "echo", g_variant_new_tuple (&data, 1), "ay", NULL, &error);
      if (back == NULL)
        g_error ("%s", error->message);
      g_assert (g_variant_get_size (back) == size);
      stopwatch_add (&watch, bench_now () - begin);
    }
  stopwatch_report (&watch, 1);
  return 0;
}

static void
submit_batch (PyrogBatch *batch, gint64 size)
{
  g_autoptr (PyrogBatchResults) results = NULL;
  g_autoptr (GError) error = NULL;

  for (gint64 i = 0; i < size; i++)
    pyrog_batch_add (batch, "add", g_variant_new ("(xx)", i, (gint64) 1));
  results = pyrog_batch_submit_sync (batch, NULL, &error);
  if (results == NULL)
    g_error ("%s", error->message);
  for (gint64 i = 0; i < size; i++)
    {
      g_autoptr (GVariant) sum = pyrog_batch_results_next (results, "x", &error);
      if (sum == NULL)
        g_error ("%s", error->message);
      g_assert (g_variant_get_int64 (sum) == i + 1);
    }
}

static int
measure_batches (const char *address, gint64 size, gint64 rounds)
{
  g_autoptr (PyrogProxy) proxy = connect_to (address);
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (proxy);
  Stopwatch watch;

  submit_batch (batch, size);
  stopwatch_start (&watch, (gsize) rounds);
  for (gint64 i = 0; i < rounds; i++)
    {
      gint64 begin = bench_now ();
      submit_batch (batch, size);
      stopwatch_add (&watch, bench_now () - begin);
    }
  stopwatch_report (&watch, (gsize) size);
  return 0;
}

static void
read_item (PyrogItemStream *stream, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) item = pyrog_item_stream_next_sync (stream, NULL, &error);

  if (item == NULL)
    g_error ("%s", error != NULL ? error->message : "The stream ended too early");
  g_assert (g_variant_get_int64 (item) == expected);
}

static int
measure_stream (const char *address, gint64 count)
{
  g_autoptr (PyrogProxy) proxy = connect_to (address);
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogItemStream) stream = pyrog_proxy_stream_sync (
      proxy, "count", g_variant_new ("(x)", count + WARM_UP), NULL, &error);
  Stopwatch watch;

  if (stream == NULL)
    g_error ("%s", error->message);
  for (gint64 i = 0; i < WARM_UP; i++)
    read_item (stream, i);
  stopwatch_start (&watch, (gsize) count);
  for (gint64 i = 0; i < count; i++)
    {
      gint64 begin = bench_now ();
      read_item (stream, WARM_UP + i);
      stopwatch_add (&watch, bench_now () - begin);
    }
  stopwatch_report (&watch, 1);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "server") == 0)
    return serve (argv[2], argv[3]);
  if (argc == 5 && strcmp (argv[1], "client") == 0 && strcmp (argv[3], "stream") == 0)
    return measure_stream (argv[2], g_ascii_strtoll (argv[4], NULL, 10));
  if (argc == 5 && strcmp (argv[1], "client") == 0)
    return measure (argv[2], argv[3], g_ascii_strtoll (argv[4], NULL, 10));
  if (argc == 6 && strcmp (argv[1], "client") == 0 && strcmp (argv[3], "batch") == 0)
    return measure_batches (argv[2], g_ascii_strtoll (argv[4], NULL, 10),
                            g_ascii_strtoll (argv[5], NULL, 10));
  if (argc == 6 && strcmp (argv[1], "client") == 0 && strcmp (argv[3], "echo") == 0)
    return measure_echo (argv[2], (gsize) g_ascii_strtoull (argv[4], NULL, 10),
                         g_ascii_strtoll (argv[5], NULL, 10));
  g_printerr (
      "Usage: pyrog-bench server ADDR MODE | pyrog-bench client ADDR lat|variant|stream N | "
      "pyrog-bench client ADDR batch B R | pyrog-bench client ADDR echo SIZE N\n");
  return 2;
}
