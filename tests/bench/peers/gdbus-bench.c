/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* GDBus without a bus: an object on each connection */

#include <gio/gio.h>
#include <string.h>

#include "bench-util.h"

#define INTERFACE                                                                                  \
  "<node><interface name='org.example.Bench'>"                                                     \
  "<method name='Add'><arg type='x'/><arg type='x'/><arg direction='out' type='x'/></method>"      \
  "<method name='Echo'><arg type='v'/><arg direction='out' type='v'/></method>"                    \
  "<method name='Oneway'><arg type='x'/></method>"                                                 \
  "</interface></node>"

static GDBusNodeInfo *node;

static char *
get_dbus_address (const char *address)
{
  const char *path;
  int port = bench_parse_address (address, &path);

  return path != NULL ? g_strconcat ("unix:path=", path, NULL)
                      : g_strdup_printf ("tcp:host=127.0.0.1,port=%d", port);
}

static void
called_cb (GDBusConnection *connection,
           const char *sender,
           const char *object,
           const char *interface,
           const char *method,
           GVariant *args,
           GDBusMethodInvocation *invocation,
           gpointer data)
{
  gint64 a, b;

  if (strcmp (method, "Add") == 0)
    {
      g_variant_get (args, "(xx)", &a, &b);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(x)", a + b));
    }
  else if (strcmp (method, "Echo") == 0)
    g_dbus_method_invocation_return_value (invocation, args);
  else
    g_dbus_method_invocation_return_value (invocation, NULL);
}

static gboolean
connected_cb (GDBusServer *server, GDBusConnection *connection, gpointer data)
{
  static const GDBusInterfaceVTable table = { .method_call = called_cb };

  g_signal_connect (connection, "closed", G_CALLBACK (g_object_unref), NULL);
  g_dbus_connection_register_object (g_object_ref (connection), "/bench", node->interfaces[0],
                                     &table, NULL, NULL, NULL);
  return TRUE;
}

static int
serve (const char *address)
{
  g_autofree char *dbus_address = get_dbus_address (address);
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GDBusServer) server
      = g_dbus_server_new_sync (dbus_address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, &error);

  if (server == NULL)
    g_error ("%s", error->message);
  node = g_dbus_node_info_new_for_xml (INTERFACE, NULL);
  g_signal_connect (server, "new-connection", G_CALLBACK (connected_cb), NULL);
  g_dbus_server_start (server);
  bench_ready ();
  g_main_loop_run (loop);
  return 0;
}

static gpointer
connect_to (const char *address)
{
  g_autofree char *dbus_address = get_dbus_address (address);
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
      dbus_address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, &error);

  if (connection == NULL)
    g_error ("%s", error->message);
  return connection;
}

static GVariant *
call (GDBusConnection *connection, const char *method, GVariant *args)
{
  g_autoptr (GError) error = NULL;
  GVariant *result
      = g_dbus_connection_call_sync (connection, NULL, "/bench", "org.example.Bench", method, args,
                                     NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, &error);

  if (result == NULL)
    g_error ("%s", error->message);
  return result;
}

static void
call_add (gpointer connection, gint64 i)
{
  g_autoptr (GVariant) sum = call (connection, "Add", g_variant_new ("(xx)", i, (gint64) 1));
}

/* The arguments are made once */
static void
echo (GDBusConnection *connection, GVariant *(*make) (gint64 size), gint64 size)
{
  static GVariant *args;

  if (args == NULL)
    args = g_variant_ref_sink (g_variant_new ("(v)", make (size)));
  g_autoptr (GVariant) back = call (connection, "Echo", args);
}

static GVariant *
make_bytes (gint64 size)
{
  return g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, g_malloc0 ((gsize) size), (gsize) size,
                                  TRUE, g_free, NULL);
}

static GVariant *
make_list (gint64 size)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ax"));
  for (gint64 i = 0; i < size; i++)
    g_variant_builder_add (&builder, "x", i);
  return g_variant_builder_end (&builder);
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
call_echo (gpointer connection, const guint8 *data, gsize size)
{
  echo (connection, make_bytes, (gint64) size);
}

static void
call_list (gpointer connection, gint64 size)
{
  echo (connection, make_list, size);
}

static void
call_dicts (gpointer connection, gint64 size)
{
  echo (connection, make_dicts, size);
}

static void
call_oneway (gpointer connection, gint64 calls)
{
  for (gint64 i = 0; i < calls; i++)
    g_dbus_connection_call (connection, NULL, "/bench", "org.example.Bench", "Oneway",
                            g_variant_new ("(x)", i), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL,
                            NULL);
}

static void
drain (gpointer connection, gint64 calls)
{
  call_add (connection, calls);
}

typedef struct
{
  gint64 to_begin;
  gint64 to_end;
} Flight;

static void
begin_call (GDBusConnection *connection, Flight *flight, GAsyncReadyCallback callback)
{
  gint64 i = --flight->to_begin;

  g_dbus_connection_call (connection, NULL, "/bench", "org.example.Bench", "Add",
                          g_variant_new ("(xx)", i, (gint64) 1), NULL, G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, NULL, callback, flight);
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GDBusConnection *connection = G_DBUS_CONNECTION (object);
  Flight *flight = data;
  g_autoptr (GVariant) sum = g_dbus_connection_call_finish (connection, result, NULL);

  g_assert (sum != NULL);
  flight->to_end--;
  if (flight->to_begin > 0)
    begin_call (connection, flight, answered_cb);
}

static void
fly (gpointer *connections, guint count, guint in_flight, gint64 calls)
{
  Flight flight = { calls, calls };

  for (guint i = 0; i < count; i++)
    for (guint j = 0; j < in_flight; j++)
      begin_call (connections[i], &flight, answered_cb);
  while (flight.to_end > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
disconnect (gpointer connection)
{
  g_dbus_connection_close_sync (connection, NULL, NULL);
  g_object_unref (connection);
}

static const BenchPeer peer = {
  .connect = connect_to,
  .add = call_add,
  .echo = call_echo,
  .list = call_list,
  .dicts = call_dicts,
  .fly = fly,
  .oneway = call_oneway,
  .drain = drain,
  .close = disconnect,
};

int
main (int argc, char **argv)
{
  if (argc >= 3 && strcmp (argv[1], "server") == 0)
    return serve (argv[2]);
  return bench_client (&peer, argc, argv);
}
