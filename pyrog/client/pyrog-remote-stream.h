/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-item-stream.h"
#include "pyrog-proxy-private.h"

G_BEGIN_DECLS

/* The item stream that the answer to a call has announced. time is how long the answer took, in
 * microseconds. */
PyrogItemStream *pyrog_remote_stream_new (PyrogProxy *proxy, PyrogCall *call, gint64 time);
/* For tests: what it measures the waiting for items with */
void pyrog_remote_stream_set_clock (PyrogItemStream *stream, gint64 (*clock) (void));

G_END_DECLS
