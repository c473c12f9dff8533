/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "fault-transport.h"

#include <errno.h>

/* Whether this call fails, and it should be tried again */
static gssize
get_fault (FaultTransport *self, guint *lag, guint again, GError **error)
{
  self->calls++;
  if (self->calls == self->fail_at)
    {
      pyrog_transport_set_error (error, ECONNRESET);
      return PYROG_IO_ERROR;
    }
  if (*lag < again)
    {
      (*lag)++;
      return PYROG_IO_AGAIN;
    }
  *lag = 0;
  return 0;
}

static gsize
limit (gsize size, gsize max)
{
  return max != 0 ? MIN (size, max) : size;
}

static gssize
fault_read (PyrogTransport *transport, guint8 *data, gsize size, GError **error)
{
  FaultTransport *self = (FaultTransport *) transport;
  gssize fault = get_fault (self, &self->read_lag, self->again_reads, error);

  return fault != 0 ? fault
                    : pyrog_transport_read (self->below, data, limit (size, self->max_read), error);
}

static gssize
fault_write (PyrogTransport *transport, const guint8 *data, gsize size, GError **error)
{
  FaultTransport *self = (FaultTransport *) transport;
  gssize fault = get_fault (self, &self->write_lag, self->again_writes, error);

  return fault != 0
             ? fault
             : pyrog_transport_write (self->below, data, limit (size, self->max_write), error);
}

static void
fault_free (PyrogTransport *transport)
{
  FaultTransport *self = (FaultTransport *) transport;

  g_assert_nonnull (self->below);
  g_clear_pointer (&self->below, pyrog_transport_free);
}

static const PyrogTransportClass fault_class
    = { .read = fault_read, .write = fault_write, .free = fault_free };

void
fault_transport_init (FaultTransport *faults, PyrogTransport *below)
{
  *faults = (FaultTransport){ .parent.class = &fault_class, .below = below };
}
