/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* sd-bus without a bus: a connection to each client, on one event loop */

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "bench-util.h"

static void
check (int result)
{
  if (result < 0)
    g_error ("%s", g_strerror (-result));
}

static int
make_socket (const char *address, struct sockaddr_un *name)
{
  const char *path;

  bench_parse_address (address, &path);
  if (path == NULL)
    g_error ("sd-bus needs the address of a unix socket");
  memset (name, 0, sizeof *name);
  name->sun_family = AF_UNIX;
  g_strlcpy (name->sun_path, path, sizeof name->sun_path);
  return socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
add_cb (sd_bus_message *message, void *data, sd_bus_error *error)
{
  gint64 a, b;

  check (sd_bus_message_read (message, "xx", &a, &b));
  return sd_bus_reply_method_return (message, "x", a + b);
}

static int
echo_cb (sd_bus_message *message, void *data, sd_bus_error *error)
{
  const char *type = sd_bus_message_get_signature (message, TRUE) + 1;
  g_autofree char *item = g_strdup (type);
  sd_bus_message *reply;
  const void *bytes;
  gsize size;

  check (sd_bus_message_read_array (message, *item, &bytes, &size));
  check (sd_bus_message_new_method_return (message, &reply));
  check (sd_bus_message_append_array (reply, *item, bytes, size));
  check (sd_bus_send (NULL, reply, NULL));
  sd_bus_message_unref (reply);
  return 1;
}

static int
oneway_cb (sd_bus_message *message, void *data, sd_bus_error *error)
{
  return 1;
}

static const sd_bus_vtable table[] = {
  SD_BUS_VTABLE_START (0),
  SD_BUS_METHOD ("Add", "xx", "x", add_cb, SD_BUS_VTABLE_UNPRIVILEGED),
  SD_BUS_METHOD ("Bytes", "ay", "ay", echo_cb, SD_BUS_VTABLE_UNPRIVILEGED),
  SD_BUS_METHOD ("List", "ax", "ax", echo_cb, SD_BUS_VTABLE_UNPRIVILEGED),
  SD_BUS_METHOD ("Oneway", "x", "", oneway_cb, SD_BUS_VTABLE_UNPRIVILEGED),
  SD_BUS_VTABLE_END,
};

static int
accept_cb (sd_event_source *source, int fd, uint32_t events, void *data)
{
  int client = accept4 (fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  sd_id128_t id;
  sd_bus *bus;

  check (client);
  check (sd_id128_randomize (&id));
  check (sd_bus_new (&bus));
  check (sd_bus_set_fd (bus, client, client));
  check (sd_bus_set_server (bus, TRUE, id));
  check (sd_bus_set_anonymous (bus, TRUE));
  check (sd_bus_start (bus));
  check (sd_bus_add_object_vtable (bus, NULL, "/bench", "org.example.Bench", table, NULL));
  check (sd_bus_set_close_on_exit (bus, FALSE));
  return sd_bus_attach_event (bus, data, 0);
}

static int
serve (const char *address)
{
  struct sockaddr_un name;
  int fd = make_socket (address, &name);
  sd_event *event;

  check (bind (fd, (struct sockaddr *) &name, sizeof name));
  check (listen (fd, 128));
  check (sd_event_default (&event));
  check (sd_event_add_io (event, NULL, fd, EPOLLIN, accept_cb, event));
  bench_ready ();
  return sd_event_loop (event);
}

static gpointer
connect_to (const char *address)
{
  struct sockaddr_un name;
  int fd = make_socket (address, &name);
  sd_bus *bus;

  if (connect (fd, (struct sockaddr *) &name, sizeof name) < 0)
    g_error ("The server can't be reached");
  check (sd_bus_new (&bus));
  check (sd_bus_set_fd (bus, fd, fd));
  check (sd_bus_set_anonymous (bus, TRUE));
  check (sd_bus_start (bus));
  return bus;
}

static sd_bus_message *
make_call (sd_bus *bus, const char *method)
{
  sd_bus_message *message;

  check (
      sd_bus_message_new_method_call (bus, &message, NULL, "/bench", "org.example.Bench", method));
  return message;
}

/* Takes the message */
static sd_bus_message *
call (sd_bus *bus, sd_bus_message *message)
{
  sd_bus_error error = SD_BUS_ERROR_NULL;
  sd_bus_message *reply;

  if (sd_bus_call (bus, message, 0, &error, &reply) < 0)
    g_error ("%s", error.message);
  sd_bus_message_unref (message);
  return reply;
}

static void
call_add (gpointer bus, gint64 i)
{
  sd_bus_message *message = make_call (bus, "Add");
  gint64 sum;

  check (sd_bus_message_append (message, "xx", i, (gint64) 1));
  message = call (bus, message);
  check (sd_bus_message_read (message, "x", &sum));
  g_assert (sum == i + 1);
  sd_bus_message_unref (message);
}

static void
echo (sd_bus *bus, const char *method, char type, const void *data, gsize size)
{
  sd_bus_message *message = make_call (bus, method);
  const void *back;
  gsize back_size;

  check (sd_bus_message_append_array (message, type, data, size));
  message = call (bus, message);
  check (sd_bus_message_read_array (message, type, &back, &back_size));
  g_assert (back_size == size);
  sd_bus_message_unref (message);
}

static void
call_echo (gpointer bus, const guint8 *data, gsize size)
{
  echo (bus, "Bytes", 'y', data, size);
}

static void
call_list (gpointer bus, gint64 size)
{
  static gint64 *numbers;

  if (numbers == NULL)
    numbers = g_new0 (gint64, (gsize) size);
  echo (bus, "List", 'x', numbers, (gsize) size * sizeof *numbers);
}

static int
answered_cb (sd_bus_message *message, void *data, sd_bus_error *error)
{
  gint64 *to_end = data;

  (*to_end)--;
  return 1;
}

static void
begin_call (sd_bus *bus, gint64 *to_end)
{
  sd_bus_message *message = make_call (bus, "Add");

  check (sd_bus_message_append (message, "xx", (gint64) 1, (gint64) 1));
  check (sd_bus_call_async (bus, NULL, message, answered_cb, to_end, 0));
  sd_bus_message_unref (message);
}

/* One connection after the other: there is no conc */
static void
fly (gpointer *buses, guint count, guint in_flight, gint64 calls)
{
  for (guint i = 0; i < count; i++)
    {
      gint64 to_end = calls / count, to_begin = to_end;
      while (to_end > 0)
        {
          while (to_begin > 0 && to_end - to_begin < in_flight)
            {
              begin_call (buses[i], &to_end);
              to_begin--;
            }
          int result = sd_bus_process (buses[i], NULL);
          check (result);
          if (result == 0)
            check (sd_bus_wait (buses[i], G_MAXUINT64));
        }
    }
}

static void
call_oneway (gpointer bus, gint64 calls)
{
  for (gint64 i = 0; i < calls; i++)
    {
      sd_bus_message *message = make_call (bus, "Oneway");
      check (sd_bus_message_append (message, "x", i));
      check (sd_bus_message_set_expect_reply (message, FALSE));
      check (sd_bus_send (bus, message, NULL));
      sd_bus_message_unref (message);
    }
}

static void
drain (gpointer bus, gint64 calls)
{
  call_add (bus, calls);
}

static void
disconnect (gpointer bus)
{
  sd_bus_flush_close_unref (bus);
}

static const BenchPeer peer = {
  .connect = connect_to,
  .add = call_add,
  .echo = call_echo,
  .list = call_list,
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
