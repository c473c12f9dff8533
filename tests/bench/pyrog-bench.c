/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: pyrog-bench server ADDR multiplex|thread
 *        pyrog-bench client ADDR WORKLOAD NUMBER...
 *
 * bench-util.h has the workloads. BENCH_TLS=1 encrypts, BENCH_SERIALIZER picks the serializer. Uses
 * the public API only. */

#include <pyrog.h>
#include <string.h>

#include "bench-util.h"

#define ONEWAY_IN_FLIGHT 64

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 a, b;

  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

static void
echo (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_argument (invocation, 0);
}

/* Oneway calls run where the daemon likes, next to others */
static void
oneway (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_atomic_int_inc ((int *) user_data);
  pyrog_invocation_return_none (invocation);
}

static void
count (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return (invocation, "x", (gint64) g_atomic_int_get ((int *) user_data));
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
stream (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Counter *counter = g_new0 (Counter, 1);
  g_autoptr (PyrogItemStream) items = pyrog_item_stream_new (next_number, counter, g_free);

  if (pyrog_invocation_read (invocation, error, "x", &counter->end))
    pyrog_invocation_return_stream (invocation, items);
}

static void
use_tls (PyrogConfig *config)
{
  if (bench_tls ())
    g_object_set (config, "ssl", TRUE, "ssl-servercert", bench_certificate ("server-cert"),
                  "ssl-serverkey", bench_certificate ("server-key"), "ssl-cacerts",
                  bench_certificate ("ca-cert"), NULL);
}

static PyrogConfig *
make_server_config (const char *mode)
{
  PyrogConfig *config = pyrog_config_new ();
  gboolean threads = strcmp (mode, "thread") == 0;

  g_object_set (config, "server-type",
                threads ? PYROG_SERVER_TYPE_THREAD : PYROG_SERVER_TYPE_MULTIPLEX, "max-connections",
                100000, "max-unauthenticated", 1000, NULL);
  use_tls (config);
  return config;
}

static int
serve (const char *address, const char *mode)
{
  g_autoptr (PyrogConfig) config = make_server_config (mode);
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (config);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autofree char *location = NULL;
  g_autoptr (GError) error = NULL;
  int arrived = 0;
  const char *path;
  int port = bench_parse_address (address, &path);

  location
      = path != NULL ? g_strconcat ("./u:", path, NULL) : g_strdup_printf ("127.0.0.1:%d", port);
  pyrog_servant_add_handler (servant, "add", "(xx)", "x", add, NULL, NULL);
  pyrog_servant_add_handler (servant, "echo", NULL, NULL, echo, NULL, NULL);
  pyrog_servant_add_handler (servant, "oneway", NULL, NULL, oneway, &arrived, NULL);
  pyrog_servant_set_oneway (servant, "oneway", TRUE);
  pyrog_servant_add_handler (servant, "count", "()", "x", count, &arrived, NULL);
  pyrog_servant_add_handler (servant, "stream", "(x)", NULL, stream, NULL, NULL);
  if (!pyrog_daemon_listen (daemon, location, &error))
    g_error ("%s", error->message);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "bench", servant, &error);
  if (uri == NULL || !pyrog_daemon_start (daemon, &error))
    g_error ("%s", error->message);
  bench_ready ();
  pyrog_daemon_run (daemon, NULL, NULL);
  return 0;
}

static PyrogSerializer
parse_serializer (const char *name)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);
  GEnumValue *value = g_enum_get_value_by_nick (class, name);

  if (value == NULL)
    g_error ("Unknown serializer ‘%s’", name);
  return value->value;
}

/* One for all proxies, as programs have it: they share what it costs to read certificates */
static PyrogConfig *
client_config (void)
{
  static PyrogConfig *config;

  if (config == NULL)
    {
      config = pyrog_config_new ();
      use_tls (config);
      if (g_getenv ("BENCH_SERIALIZER") != NULL)
        g_object_set (config, "serializer", parse_serializer (g_getenv ("BENCH_SERIALIZER")), NULL);
    }
  return config;
}

static gpointer
connect_to (const char *address)
{
  g_autoptr (PyrogUri) uri = NULL;
  g_autoptr (GError) error = NULL;
  const char *path;
  int port = bench_parse_address (address, &path);

  uri = path != NULL ? pyrog_uri_new_for_socket ("bench", path)
                     : pyrog_uri_new_for_host ("bench", "127.0.0.1", (guint16) port);
  PyrogProxy *proxy = pyrog_proxy_new_for_uri (uri, client_config ());
  if (!pyrog_proxy_bind_sync (proxy, NULL, &error))
    g_error ("%s", error->message);
  return proxy;
}

static void
call_add (gpointer proxy, gint64 i)
{
  g_autoptr (GError) error = NULL;
  gint64 sum;

  if (!pyrog_proxy_invoke_sync (proxy, "add", NULL, &error, "xx", i, (gint64) 1, "x", &sum))
    g_error ("%s", error->message);
  g_assert (sum == i + 1);
}

/* A call with GVariants; takes the arguments */
static GVariant *
call (PyrogProxy *proxy, const char *method, GVariant *args, const char *type)
{
  g_autoptr (GError) error = NULL;
  GVariant *result = pyrog_proxy_call_sync (proxy, method, args, type, NULL, &error);

  if (result == NULL)
    g_error ("%s", error->message);
  return result;
}

static void
call_add_with_variants (gpointer proxy, gint64 i)
{
  g_autoptr (GVariant) sum = call (proxy, "add", g_variant_new ("(xx)", i, (gint64) 1), "x");

  g_assert (g_variant_get_int64 (sum) == i + 1);
}

static void
call_echo (gpointer proxy, const guint8 *data, gsize size)
{
  GVariant *bytes
      = g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, data, size, TRUE, NULL, NULL);
  g_autoptr (GVariant) back = call (proxy, "echo", g_variant_new_tuple (&bytes, 1), "ay");

  g_assert (g_variant_get_size (back) == size);
}

/* The arguments of an echo are made once: programs have their data, and send it */
static void
echo_value (PyrogProxy *proxy, GVariant *(*make) (gint64 size), gint64 size, const char *type)
{
  static GVariant *args;

  if (args == NULL)
    {
      GVariant *value = make (size);
      args = g_variant_ref_sink (g_variant_new_tuple (&value, 1));
    }
  g_autoptr (GVariant) back = call (proxy, "echo", args, type);
  g_assert (type == NULL || g_variant_n_children (back) == (gsize) size);
}

static GVariant *
make_list (gint64 size)
{
  g_autofree gint64 *numbers = g_new (gint64, (gsize) size);

  for (gint64 i = 0; i < size; i++)
    numbers[i] = i;
  return g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, numbers, (gsize) size, sizeof *numbers);
}

static GVariant *
make_dicts (gint64 size)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (gint64 i = 0; i < size; i++)
    {
      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "id", g_variant_new_int64 (i));
      g_variant_builder_add (&builder, "{sv}", "name", g_variant_new_string ("an item"));
      g_variant_builder_add (&builder, "{sv}", "value", g_variant_new_double ((double) i / 2));
      g_variant_builder_close (&builder);
    }
  return g_variant_builder_end (&builder);
}

static void
call_list (gpointer proxy, gint64 size)
{
  echo_value (proxy, make_list, size, "ax");
}

static void
call_tree (gpointer proxy, gint64 size)
{
  echo_value (proxy, make_list, size, NULL);
}

static void
call_dicts (gpointer proxy, gint64 size)
{
  echo_value (proxy, make_dicts, size, "aa{sv}");
}

/* The calls of a flight: how many have yet to begin, and to end */
typedef struct
{
  gint64 to_begin;
  gint64 to_end;
} Flight;

static void called_cb (GObject *proxy, GAsyncResult *result, gpointer data);

static void
begin_call (PyrogProxy *proxy, Flight *flight)
{
  gint64 i = --flight->to_begin;

  pyrog_proxy_invoke (proxy, "add", NULL, called_cb, flight, "xx", i, (gint64) 1);
}

static void
called_cb (GObject *proxy, GAsyncResult *result, gpointer data)
{
  Flight *flight = data;
  g_autoptr (GError) error = NULL;
  gint64 sum;

  if (!pyrog_proxy_invoke_finish (PYROG_PROXY (proxy), result, &error, "x", &sum))
    g_error ("%s", error->message);
  flight->to_end--;
  if (flight->to_begin > 0)
    begin_call (PYROG_PROXY (proxy), flight);
}

static void
fly (gpointer *proxies, guint proxy_count, guint in_flight, gint64 calls)
{
  Flight flight = { calls, calls };

  for (guint i = 0; i < proxy_count; i++)
    for (guint j = 0; j < in_flight; j++)
      begin_call (proxies[i], &flight);
  while (flight.to_end > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void oneway_cb (GObject *proxy, GAsyncResult *result, gpointer data);

static void
begin_oneway (PyrogProxy *proxy, Flight *flight)
{
  pyrog_proxy_invoke (proxy, "oneway", NULL, oneway_cb, flight, "x", --flight->to_begin);
}

static void
oneway_cb (GObject *proxy, GAsyncResult *result, gpointer data)
{
  Flight *flight = data;
  g_autoptr (GError) error = NULL;

  if (!pyrog_proxy_invoke_finish (PYROG_PROXY (proxy), result, &error, ""))
    g_error ("%s", error->message);
  flight->to_end--;
  if (flight->to_begin > 0)
    begin_oneway (PYROG_PROXY (proxy), flight);
}

/* Each is done when it was sent; what is asked for meanwhile is sent together */
static void
call_oneway (gpointer proxy, gint64 calls)
{
  Flight flight = { calls, calls };

  for (guint i = 0; i < ONEWAY_IN_FLIGHT && flight.to_begin > 0; i++)
    begin_oneway (proxy, &flight);
  while (flight.to_end > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
drain (gpointer proxy, gint64 calls)
{
  gint64 arrived = 0;

  while (arrived < calls)
    {
      g_autoptr (GError) error = NULL;
      if (!pyrog_proxy_invoke_sync (proxy, "count", NULL, &error, "", "x", &arrived))
        g_error ("%s", error->message);
    }
}

static void
submit_batch (gpointer proxy, gint64 size)
{
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (proxy);
  g_autoptr (PyrogBatchResults) results = NULL;
  g_autoptr (GError) error = NULL;

  for (gint64 i = 0; i < size; i++)
    pyrog_batch_append (batch, "add", "xx", i, (gint64) 1);
  results = pyrog_batch_submit_sync (batch, NULL, &error);
  if (results == NULL)
    g_error ("%s", error->message);
  for (gint64 i = 0; i < size; i++)
    {
      gint64 sum;
      if (!pyrog_batch_results_read (results, &error, "x", &sum))
        g_error ("%s", error->message);
      g_assert (sum == i + 1);
    }
}

static void
read_stream (gpointer proxy, gint64 count_of_items)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogItemStream) items = pyrog_proxy_stream_sync (
      proxy, "stream", g_variant_new ("(x)", count_of_items), NULL, &error);

  for (gint64 i = 0; i < count_of_items; i++)
    {
      g_autoptr (GVariant) item
          = items != NULL ? pyrog_item_stream_next_sync (items, NULL, &error) : NULL;
      if (item == NULL)
        g_error ("%s", error != NULL ? error->message : "The stream ended too early");
      g_assert (g_variant_get_int64 (item) == i);
    }
}

static const BenchPeer peer = {
  .connect = connect_to,
  .add = call_add,
  .variant = call_add_with_variants,
  .echo = call_echo,
  .list = call_list,
  .tree = call_tree,
  .dicts = call_dicts,
  .fly = fly,
  .oneway = call_oneway,
  .drain = drain,
  .batch = submit_batch,
  .stream = read_stream,
  .close = g_object_unref,
};

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "server") == 0)
    return serve (argv[2], argv[3]);
  return bench_client (&peer, argc, argv);
}
