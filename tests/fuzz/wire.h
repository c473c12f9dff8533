/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-transport.h"

G_BEGIN_DECLS

/* Two ends in memory, and between them somebody who tampers with what goes over */

#define FUZZ_TAMPERING_SIZE 4u

/* One direction */
typedef struct
{
  GByteArray *bytes; /* (owned) as they arrive */
  gsize start;       /* the first that was not read */
  gsize max_read;    /* bytes at once, and nothing each second time; 0: no limit */
  gboolean lags;     /* nothing this time */
  gboolean closed;   /* no more comes */
  gboolean broken;   /* a read fails once all is read */

  /* Records of what to do, at which byte that is sent: kind, offset in two bytes, a value */
  const guint8 *tamperings; /* (nullable) */
  gsize n_tamperings;
  guint8 direction; /* the first bit of those that are for this direction */
  gsize n_sent;
} FuzzWire;

void fuzz_wire_init (FuzzWire *wire, gsize max_read);
void fuzz_wire_clear (FuzzWire *wire);
void fuzz_wire_append (FuzzWire *wire, const guint8 *data, gsize size);
/* The end that reads from one and writes to the other, which outlive it and get closed */
PyrogTransport *fuzz_wire_new_end (FuzzWire *in, FuzzWire *out);

G_END_DECLS
