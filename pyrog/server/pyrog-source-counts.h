/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How many connections came from where. A source is an IPv4 address or an IPv6 network of 64 bits,
 * which is what one machine can have of its own; 0 stands for this machine, which is not counted.
 */
typedef struct _PyrogSourceCounts PyrogSourceCounts;

guint64 pyrog_source_of (GSocketAddress *local, GSocketAddress *remote);

PyrogSourceCounts *pyrog_source_counts_new (void);
void pyrog_source_counts_free (PyrogSourceCounts *counts);
void pyrog_source_counts_add (PyrogSourceCounts *counts, guint64 source);
void pyrog_source_counts_remove (PyrogSourceCounts *counts, guint64 source);
guint pyrog_source_counts_get (PyrogSourceCounts *counts, guint64 source);
/* Of how many sources there is a connection */
guint pyrog_source_counts_get_size (PyrogSourceCounts *counts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogSourceCounts, pyrog_source_counts_free)

G_END_DECLS
