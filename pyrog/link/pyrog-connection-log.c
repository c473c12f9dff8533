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

void
pyrog_connection_log_sent (PyrogConnection *self)
{
  guint64 end = pyrog_connection_get_queued (self);

  while (self->logged < end)
    {
      gsize offset = self->out_start + (gsize) (self->logged - self->sent);
      gsize left = self->out.size - offset;
      const guint8 *data = self->out.data + offset;
      PyrogHeader header;

      /* Whole messages are queued, nothing else; but in tests */
      if (pyrog_header_parse (data, left, G_MAXSIZE, &header, NULL) != PYROG_PARSE_DONE
          || pyrog_header_message_size (&header) > left)
        return;
      pyrog_wire_log (pyrog_connection_get_peer_name (self), FALSE, &header,
                      data + PYROG_HEADER_SIZE);
      self->logged += pyrog_header_message_size (&header);
    }
}
