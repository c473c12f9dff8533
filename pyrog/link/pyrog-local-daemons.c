/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-local-daemons.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "pyrog-process.h"

typedef struct
{
  gpointer owner;
  GSocketAddress *address; /* (owned) */
  GMainContext *context;   /* (owned) */
  guint process;
} Entry;

static GMutex lock;
static GPtrArray *entries; /* (locked-by lock) (nullable) (element-type Entry) */
static int count;          /* (atomic) of entries */

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->address);
  g_main_context_unref (entry->context);
  g_free (entry);
}

void
pyrog_local_daemons_add (gpointer owner, GSocketAddress *address, GMainContext *context)
{
  Entry *entry = g_new (Entry, 1);

  *entry = (Entry){ owner, g_object_ref (address), g_main_context_ref (context),
                    pyrog_process_get () };
  g_mutex_lock (&lock);
  if (entries == NULL)
    entries = g_ptr_array_new_with_free_func (free_entry);
  g_ptr_array_add (entries, entry);
  g_atomic_int_set (&count, (int) entries->len);
  g_mutex_unlock (&lock);
}

void
pyrog_local_daemons_remove (gpointer owner)
{
  g_mutex_lock (&lock);
  for (guint i = entries != NULL ? entries->len : 0; i > 0; i--)
    {
      Entry *entry = g_ptr_array_index (entries, i - 1);
      if (entry->owner == owner)
        g_ptr_array_remove_index_fast (entries, i - 1);
    }
  g_atomic_int_set (&count, entries != NULL ? (int) entries->len : 0);
  g_mutex_unlock (&lock);
}

static gboolean
same_inet (GInetSocketAddress *served, GInetSocketAddress *called)
{
  GInetAddress *host = g_inet_socket_address_get_address (served);

  return g_inet_socket_address_get_port (served) == g_inet_socket_address_get_port (called)
         && (g_inet_address_get_is_any (host)
             || g_inet_address_equal (host, g_inet_socket_address_get_address (called)));
}

static gboolean
same_address (GSocketAddress *served, GSocketAddress *called)
{
  if (G_IS_INET_SOCKET_ADDRESS (served) && G_IS_INET_SOCKET_ADDRESS (called))
    return same_inet (G_INET_SOCKET_ADDRESS (served), G_INET_SOCKET_ADDRESS (called));
  if (!G_IS_UNIX_SOCKET_ADDRESS (served) || !G_IS_UNIX_SOCKET_ADDRESS (called))
    return FALSE;
  GUnixSocketAddress *a = G_UNIX_SOCKET_ADDRESS (served);
  GUnixSocketAddress *b = G_UNIX_SOCKET_ADDRESS (called);
  return g_unix_socket_address_get_address_type (a) == g_unix_socket_address_get_address_type (b)
         && strcmp (g_unix_socket_address_get_path (a), g_unix_socket_address_get_path (b)) == 0;
}

gboolean
pyrog_local_daemons_exist (void)
{
  return g_atomic_int_get (&count) > 0;
}

gboolean
pyrog_local_daemons_is_own (GSocketAddress *address)
{
  gboolean own = FALSE;

  if (!pyrog_local_daemons_exist () || address == NULL)
    return FALSE;
  g_mutex_lock (&lock);
  for (guint i = 0; i < entries->len && !own; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);
      own = entry->process == pyrog_process_get () && g_main_context_is_owner (entry->context)
            && same_address (entry->address, address);
    }
  g_mutex_unlock (&lock);
  return own;
}
