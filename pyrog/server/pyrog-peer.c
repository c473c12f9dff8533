/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-peer.h"

PyrogPeer *
pyrog_peer_ref (PyrogPeer *peer)
{
  g_atomic_ref_count_inc (&peer->refs);
  return peer;
}

void
pyrog_peer_unref (PyrogPeer *peer)
{
  if (g_atomic_ref_count_dec (&peer->refs))
    peer->free (peer);
}

PyrogResumed *
pyrog_resumed_new (PyrogResumeFunc func, gpointer user_data, GDestroyNotify free_data)
{
  PyrogResumed *resumed = g_new (PyrogResumed, 1);

  *resumed = (PyrogResumed){ func, user_data, free_data };
  return resumed;
}

void
pyrog_resumed_free (PyrogResumed *resumed)
{
  resumed->free_data (resumed->user_data);
  g_free (resumed);
}
