/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-engine-private.h"
#include "pyrog-memory.h"

/* When the messages of the process take more memory than MAX_MEMORY, large ones are read one after
 * the other */

#define READ_PAUSE (G_USEC_PER_SEC / 10) /* how often those that wait look for memory */

void
pyrog_engine_read_later (PyrogEngine *engine)
{
  g_mutex_lock (&engine->lock);
  if (engine->read_again == 0)
    {
      engine->read_again = g_get_monotonic_time () + READ_PAUSE;
      pyrog_engine_schedule_locked (engine, engine->read_again);
    }
  g_mutex_unlock (&engine->lock);
}

/* With references. If all of them waited nobody would make room: the oldest goes on, until its
 * message is complete. */
static void
collect_held_back (PyrogEngine *engine, GQueue *held_back)
{
  gboolean one_goes_on = FALSE;

  g_mutex_lock (&engine->lock);
  engine->read_again = 0;
  for (GList *link = engine->clients.head; link != NULL; link = link->next)
    {
      PyrogClient *client = link->data;
      one_goes_on |= g_atomic_int_get (&client->goes_on);
      if (g_atomic_int_get (&client->held_back))
        g_queue_push_tail (held_back, pyrog_peer_ref (&client->peer));
    }
  PyrogClient *oldest = g_queue_peek_head (held_back);
  if (oldest != NULL && !one_goes_on)
    g_atomic_int_set (&oldest->goes_on, TRUE);
  g_mutex_unlock (&engine->lock);
}

void
pyrog_engine_resume_reading (PyrogEngine *engine)
{
  GQueue held_back = G_QUEUE_INIT;
  PyrogClient *client;

  collect_held_back (engine, &held_back);
  if (!pyrog_memory_has_room (0, engine->max_memory))
    pyrog_engine_drop_oldest_stranger (engine, TRUE);
  while ((client = g_queue_pop_head (&held_back)) != NULL)
    {
      if (engine->threaded)
        pyrog_engine_push_work (engine, client);
      else if (!client->removed)
        pyrog_engine_run_client (engine, client);
      pyrog_peer_unref (&client->peer);
    }
}
