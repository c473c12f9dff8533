/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "wire.h"

#include <errno.h>
#include <string.h>

typedef struct
{
  PyrogTransport parent;
  FuzzWire *in;
  FuzzWire *out;
} End;

void
fuzz_wire_init (FuzzWire *wire, gsize max_read)
{
  *wire = (FuzzWire){ .bytes = g_byte_array_new (), .max_read = max_read };
}

void
fuzz_wire_clear (FuzzWire *wire)
{
  g_clear_pointer (&wire->bytes, g_byte_array_unref);
}

void
fuzz_wire_append (FuzzWire *wire, const guint8 *data, gsize size)
{
  g_byte_array_append (wire->bytes, data, (guint) size);
}

/* ---- In the middle ---- */

enum
{
  FLIP,
  SET,
  DROP,
  INSERT,
  DOUBLE,
  CLOSE,
  BREAK,
  ALERT,
};

static void
insert (FuzzWire *wire, guint8 value)
{
  for (guint i = 0; i <= value; i++)
    g_byte_array_append (wire->bytes, &value, 1);
}

/* The bytes that went over last, once more */
static void
double_last (FuzzWire *wire, guint8 value)
{
  guint size = MIN (value + 1u, wire->bytes->len);

  if (size == 0)
    return;
  g_autofree guint8 *last = g_memdup2 (wire->bytes->data + wire->bytes->len - size, size);
  g_byte_array_append (wire->bytes, last, size);
}

/* A record of some type, that is not encrypted */
static void
insert_alert (FuzzWire *wire, guint8 value)
{
  const guint8 record[] = { (guint8) (20 + (value & 7)), 3, 3, 0, 2, (guint8) (value >> 7), value };

  g_byte_array_append (wire->bytes, record, sizeof record);
}

/* FALSE: the byte does not arrive */
static gboolean
tamper (FuzzWire *wire, guint8 kind, guint8 value, guint8 *byte)
{
  switch (kind & 7)
    {
    case FLIP:
      *byte ^= MAX (value, 1);
      break;
    case SET:
      *byte = value;
      break;
    case DROP:
      return FALSE;
    case INSERT:
      insert (wire, value);
      break;
    case DOUBLE:
      double_last (wire, value);
      break;
    case CLOSE:
      wire->closed = TRUE;
      break;
    case BREAK:
      wire->broken = TRUE;
      break;
    default:
      insert_alert (wire, value);
      break;
    }
  return TRUE;
}

/* Whether the byte arrives that is sent now */
static gboolean
tamper_all (FuzzWire *wire, guint8 *byte)
{
  gboolean arrives = TRUE;

  for (gsize i = 0; i < wire->n_tamperings; i++)
    {
      const guint8 *record = wire->tamperings + i * FUZZ_TAMPERING_SIZE;
      gsize offset = (gsize) record[1] << 8 | record[2];
      gsize length = (record[0] & 7) == DROP ? record[3] + 1u : 1;
      if (record[0] >> 7 == wire->direction && wire->n_sent >= offset
          && wire->n_sent < offset + length)
        arrives &= tamper (wire, record[0], record[3], byte);
    }
  return arrives && !wire->closed && !wire->broken;
}

/* ---- The ends ---- */

static gssize
end_read (PyrogTransport *transport, guint8 *data, gsize size, GError **error)
{
  FuzzWire *in = ((End *) transport)->in;
  gsize have = in->bytes->len - in->start;

  in->lags = in->max_read > 0 && !in->lags;
  if (in->lags)
    return PYROG_IO_AGAIN;
  if (have == 0 && in->broken)
    {
      pyrog_transport_set_error (error, ECONNRESET);
      return PYROG_IO_ERROR;
    }
  if (have == 0)
    return in->closed ? PYROG_IO_EOF : PYROG_IO_AGAIN;
  size = MIN (size, have);
  if (in->max_read > 0)
    size = MIN (size, in->max_read);
  memcpy (data, in->bytes->data + in->start, size);
  in->start += size;
  return (gssize) size;
}

static gssize
end_write (PyrogTransport *transport, const guint8 *data, gsize size, GError **error)
{
  FuzzWire *out = ((End *) transport)->out;

  for (gsize i = 0; i < size; i++)
    {
      guint8 byte = data[i];
      if (tamper_all (out, &byte))
        g_byte_array_append (out->bytes, &byte, 1);
      out->n_sent++;
    }
  return (gssize) size;
}

static void
end_free (PyrogTransport *transport)
{
  ((End *) transport)->out->closed = TRUE;
  g_free (transport);
}

static const PyrogTransportClass end_class
    = { .read = end_read, .write = end_write, .free = end_free };

PyrogTransport *
fuzz_wire_new_end (FuzzWire *in, FuzzWire *out)
{
  End *end = g_new (End, 1);

  *end = (End){ .parent.class = &end_class, .in = in, .out = out };
  return &end->parent;
}
