/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-source-counts.h"

#include <string.h>

#include "pyrog-socket-owner.h"

#define MAPPED 0xffffu /* what stands before an IPv4 address in IPv6's notation */

struct _PyrogSourceCounts
{
  GHashTable *counts; /* (owned) (element-type guint64 guint) without zeros */
};

static guint64
read_number (const guint8 *bytes, guint size)
{
  guint64 number = 0;

  for (guint i = 0; i < size; i++)
    number = number << 8 | bytes[i];
  return number;
}

guint64
pyrog_source_of (GSocketAddress *local, GSocketAddress *remote)
{
  if (!G_IS_INET_SOCKET_ADDRESS (remote) || pyrog_socket_is_local (local, remote))
    return 0;
  GInetAddress *address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote));
  const guint8 *bytes = g_inet_address_to_bytes (address);
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return (guint64) MAPPED << 32 | read_number (bytes, 4);
  guint64 network = read_number (bytes, 8);
  /* Below this prefix are no networks, but IPv4 addresses */
  return network != 0 ? network : read_number (bytes + 8, 8);
}

PyrogSourceCounts *
pyrog_source_counts_new (void)
{
  PyrogSourceCounts *self = g_new0 (PyrogSourceCounts, 1);

  self->counts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

void
pyrog_source_counts_free (PyrogSourceCounts *self)
{
  g_hash_table_unref (self->counts);
  g_free (self);
}

static void
set (PyrogSourceCounts *self, guint64 source, guint count)
{
  if (count == 0)
    g_hash_table_remove (self->counts, &source);
  else
    g_hash_table_insert (self->counts, g_memdup2 (&source, sizeof source),
                         GUINT_TO_POINTER (count));
}

void
pyrog_source_counts_add (PyrogSourceCounts *self, guint64 source)
{
  if (source != 0)
    set (self, source, pyrog_source_counts_get (self, source) + 1);
}

void
pyrog_source_counts_remove (PyrogSourceCounts *self, guint64 source)
{
  if (source != 0)
    set (self, source, pyrog_source_counts_get (self, source) - 1);
}

guint
pyrog_source_counts_get (PyrogSourceCounts *self, guint64 source)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, &source));
}

guint
pyrog_source_counts_get_size (PyrogSourceCounts *self)
{
  return g_hash_table_size (self->counts);
}
