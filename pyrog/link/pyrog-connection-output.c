/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-connection-private.h"
#include "pyrog-error.h"

/* What waits to be sent */

/* What is written at once, if it lies in several places */
#define MAX_VECTORS 16u
/* Memory that an empty output buffer keeps */
#define KEPT_OUTPUT 4096u

PyrogBuffer *
pyrog_connection_get_out (PyrogConnection *self)
{
  return &self->out;
}

void
pyrog_connection_queue (PyrogConnection *self, PyrogBuffer *message)
{
  if (self->out.size == 0)
    {
      PyrogBuffer old = self->out;
      self->out = *message;
      *message = old;
    }
  else
    pyrog_connection_queue_copy (self, message);
}

void
pyrog_connection_queue_copy (PyrogConnection *self, const PyrogBuffer *message)
{
  pyrog_buffer_append_part (&self->out, message, (PyrogBufferPlace){ 0 },
                            pyrog_buffer_get_end (message), TRUE);
}

/* The place in out of a byte that was not sent, or of the end */
static PyrogBufferPlace
find_unsent (PyrogConnection *self, guint64 position)
{
  g_assert (position >= self->sent);

  return pyrog_buffer_find (&self->out, self->out_start, (gsize) (position - self->sent));
}

void
pyrog_connection_copy_unsent (PyrogConnection *self,
                              guint64 position,
                              gsize size,
                              PyrogBuffer *buffer)
{
  pyrog_buffer_append_part (buffer, &self->out, find_unsent (self, position),
                            find_unsent (self, position + size), TRUE);
}

void
pyrog_connection_unqueue (PyrogConnection *self, guint64 position, gsize size)
{
  pyrog_buffer_remove (&self->out, find_unsent (self, position),
                       find_unsent (self, position + size));
  if (self->logged > position)
    self->logged -= size;
}

guint64
pyrog_connection_get_queued (PyrogConnection *self)
{
  return self->sent + pyrog_buffer_get_total (&self->out, self->out_start);
}

static gssize
write_some (PyrogConnection *self, GError **error)
{
  struct iovec vectors[MAX_VECTORS];

  if (self->transport == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED,
                   _ ("The connection is closed"));
      return PYROG_IO_ERROR;
    }
  if (self->out.pieces == NULL)
    return pyrog_transport_write (self->transport, self->out.data + self->out_start,
                                  self->out.size - self->out_start, error);
  guint count = pyrog_buffer_get_vectors (&self->out, self->out_start, vectors, MAX_VECTORS);
  return pyrog_transport_write_vectors (self->transport, vectors, count, error);
}

gboolean
pyrog_connection_flush (PyrogConnection *self, GError **error)
{
  if (self->log_wire)
    pyrog_connection_log_sent (self);
  while (pyrog_buffer_get_total (&self->out, self->out_start) > 0)
    {
      gssize result = write_some (self, error);

      if (result < 0)
        return result == PYROG_IO_AGAIN;
      pyrog_buffer_advance (&self->out, &self->out_start, (gsize) result);
      self->sent += (guint64) result;
    }
  self->out_start = 0;
  pyrog_buffer_reset (&self->out, KEPT_OUTPUT);
  return self->transport == NULL
         || pyrog_transport_flush (self->transport, error) != PYROG_IO_ERROR;
}

gsize
pyrog_connection_get_unsent (PyrogConnection *self)
{
  gsize unsent = pyrog_buffer_get_total (&self->out, self->out_start);

  return self->transport != NULL ? unsent + pyrog_transport_get_unsent (self->transport) : unsent;
}

guint64
pyrog_connection_get_sent (PyrogConnection *self)
{
  return self->sent;
}
