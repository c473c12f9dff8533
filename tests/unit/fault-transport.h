/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-transport.h"

G_BEGIN_DECLS

/* A transport that does as a bad network does, over another one. The test holds the structure and
 * may change it at any time; free() of the transport only frees the one below and notes that. */
typedef struct
{
  PyrogTransport parent;
  PyrogTransport *below; /* (owned) (nullable) NULL: freed */
  gsize max_read;        /* bytes at once; 0: no limit */
  gsize max_write;       /* bytes at once; 0: no limit */
  guint again_reads;     /* so often AGAIN comes before each read that gives something */
  guint again_writes;    /* so often AGAIN comes before each write that takes something */
  guint fail_at;         /* the call, from 1 on, that fails; 0: none */

  guint calls;     /* of read and write */
  guint read_lag;  /* AGAINs since the last read */
  guint write_lag; /* AGAINs since the last write */
} FaultTransport;

void fault_transport_init (FaultTransport *faults, PyrogTransport *below);

G_END_DECLS
