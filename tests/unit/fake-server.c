/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "fake-server.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pyrog-enums.h"

#define METADATA                                                                                   \
  "{'handshake':'hello','meta':{'methods':['m','note'],'oneway':['note'],'attrs':['color']}}"

static gpointer
run (gpointer data)
{
  FakeServer *self = data;

  for (guint number = 0;; number++)
    {
      int fd = accept (self->fd, NULL, NULL);
      g_assert_cmpint (fd, >=, 0);
      if (g_atomic_int_get (&self->stopping))
        {
          close (fd);
          return NULL;
        }
      self->script (self, fd, number);
      close (fd);
    }
}

FakeServer *
fake_server_new (FakeScript script, gpointer data)
{
  FakeServer *self = g_new0 (FakeServer, 1);
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t size = sizeof address;

  self->script = script;
  self->data = data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->fd, (struct sockaddr *) &address, size), ==, 0);
  g_assert_cmpint (listen (self->fd, 16), ==, 0);
  g_assert_cmpint (getsockname (self->fd, (struct sockaddr *) &address, &size), ==, 0);
  self->uri = g_strdup_printf ("PYRO:o@127.0.0.1:%u", ntohs (address.sin_port));
  self->thread = g_thread_new ("fake server", run, self);
  return self;
}

void
fake_server_free (FakeServer *self)
{
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_atomic_int_set (&self->stopping, TRUE);
  g_assert_cmpint (getsockname (self->fd, (struct sockaddr *) &address, &size), ==, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, size), ==, 0);
  g_thread_join (self->thread);
  close (fd);
  close (self->fd);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->uri);
  g_free (self);
}

static void
increment (FakeServer *self, guint *counter)
{
  g_mutex_lock (&self->lock);
  ++*counter;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
wait_for (FakeServer *self, const guint *counter, guint count)
{
  g_mutex_lock (&self->lock);
  while (*counter < count)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
fake_server_open_gate (FakeServer *self)
{
  increment (self, &self->gate);
}

void
fake_server_wait_for (FakeServer *self, guint count)
{
  wait_for (self, &self->seen, count);
}

void
fake_server_tell (FakeServer *self)
{
  increment (self, &self->seen);
}

void
fake_server_wait_at_gate (FakeServer *self, guint count)
{
  wait_for (self, &self->gate, count);
}

static gboolean
read_all (int fd, guint8 *data, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      gssize result = recv (fd, data + done, size - done, 0);
      if (result <= 0)
        return FALSE;
      done += (gsize) result;
    }
  return TRUE;
}

gboolean
fake_server_receive (int fd, PyrogHeader *header)
{
  guint8 data[PYROG_HEADER_SIZE];

  if (!read_all (fd, data, sizeof data))
    return FALSE;
  g_assert_cmpint (pyrog_header_parse (data, sizeof data, G_MAXSIZE, header, NULL), ==,
                   PYROG_PARSE_DONE);
  gsize size = pyrog_header_message_size (header) - PYROG_HEADER_SIZE;
  g_autofree guint8 *body = g_malloc (size);
  return read_all (fd, body, size);
}

void
fake_server_send (int fd, const void *data, gsize size)
{
  const guint8 *bytes = data;

  for (gsize done = 0; done < size;)
    {
      gssize result = send (fd, bytes + done, size - done, MSG_NOSIGNAL);
      if (result <= 0)
        return;
      done += (gsize) result;
    }
}

GBytes *
fake_server_message (PyrogHeader header, const char *payload, gint64 size)
{
  PyrogBuffer out;
  PyrogMessageWriter writer;

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, &header);
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append (&out, payload, strlen (payload));
  g_assert_true (pyrog_message_end (&writer, FALSE, G_MAXUINT32, NULL));
  if (size >= 0)
    {
      guint32 lie = GUINT32_TO_BE ((guint32) size);
      memcpy (out.data + 12, &lie, sizeof lie);
    }
  return pyrog_buffer_steal_bytes (&out);
}

void
fake_server_reply (int fd, PyrogMessageType type, guint16 flags, guint16 seq, const char *text)
{
  const PyrogHeader header = {
    .type = (guint8) type, .serializer = PYROG_SERIALIZER_SERPENT, .flags = flags, .seq = seq
  };
  g_autoptr (GBytes) message = fake_server_message (header, text, -1);

  fake_server_send (fd, g_bytes_get_data (message, NULL), g_bytes_get_size (message));
}

void
fake_server_shake_hands (int fd)
{
  PyrogHeader header;

  g_assert_true (fake_server_receive (fd, &header));
  g_assert_cmpint (header.type, ==, PYROG_MESSAGE_CONNECT);
  fake_server_reply (fd, PYROG_MESSAGE_CONNECTOK, 0, header.seq, METADATA);
}
