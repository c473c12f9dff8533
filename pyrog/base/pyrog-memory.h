/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much memory the messages of this process take: what was received, inflated and decoded, and
 * what waits to be sent. Only pieces of PYROG_MEMORY_COUNTED bytes and more are counted; of smaller
 * ones a connection has few. Any thread. */

#define PYROG_MEMORY_COUNTED (32u * 1024u)

/* A piece was allocated or freed; does nothing if it is too small to be counted */
void pyrog_memory_add (gsize size);
void pyrog_memory_remove (gsize size);
/* Whether so many bytes more would not be above limit */
gboolean pyrog_memory_has_room (gsize size, gsize limit);

G_END_DECLS
