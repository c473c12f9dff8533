/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-connection-private.h"
#include "pyrog-wire-log.h"

/* The wire as LOGWIRE shows it: every message once */

void
pyrog_connection_set_log_wire (PyrogConnection *self, gboolean log_wire)
{
  self->log_wire = log_wire;
}

void
pyrog_connection_log_received (PyrogConnection *self, const PyrogHeader *header, const guint8 *body)
{
  if (!self->peek_logged)
    pyrog_wire_log (pyrog_connection_get_peer_name (self), TRUE, header, body);
  self->peek_logged = TRUE;
}

/* Logs what is between the two places, a whole message. Only one in pieces, which has no secrets,
 * is copied for that. */
static void
log_message (PyrogConnection *self,
             const PyrogHeader *header,
             PyrogBufferPlace begin,
             PyrogBufferPlace end)
{
  const guint8 *data = self->out.data + begin.index;
  PyrogBuffer copy;

  pyrog_buffer_init (&copy, G_MAXSIZE);
  if (begin.piece < end.piece)
    {
      pyrog_buffer_append_part (&copy, &self->out, begin, end, FALSE);
      data = copy.data;
    }
  if (!copy.overflow)
    pyrog_wire_log (pyrog_connection_get_peer_name (self), FALSE, header, data + PYROG_HEADER_SIZE);
  pyrog_buffer_clear (&copy);
}

void
pyrog_connection_log_sent (PyrogConnection *self)
{
  guint64 end = pyrog_connection_get_queued (self);

  while (self->logged < end)
    {
      gsize offset = (gsize) (self->logged - self->sent);
      PyrogBufferPlace begin = pyrog_buffer_find (&self->out, self->out_start, offset);
      PyrogHeader header;

      /* Whole messages are queued, nothing else; but in tests */
      if (pyrog_header_parse (self->out.data + begin.index, self->out.size - begin.index, G_MAXSIZE,
                              &header, NULL)
              != PYROG_PARSE_DONE
          || pyrog_header_message_size (&header) > end - self->logged)
        return;
      gsize size = pyrog_header_message_size (&header);
      log_message (self, &header, begin,
                   pyrog_buffer_find (&self->out, self->out_start, offset + size));
      self->logged += size;
    }
}
