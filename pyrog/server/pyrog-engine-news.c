/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-engine-private.h"

/* What an engine tells its owner of its connections: collected in any thread, told in the engine's,
 * in the order in which it came */

typedef enum
{
  NEWS_CONNECTED,
  NEWS_DISCONNECTED,
} NewsKind;

typedef struct
{
  NewsKind kind;
  PyrogClient *client; /* (owned) */
} News;

static void
push_locked (PyrogEngine *engine, NewsKind kind, PyrogClient *client)
{
  News *news = g_new0 (News, 1);

  news->kind = kind;
  news->client = (PyrogClient *) pyrog_peer_ref (&client->peer);
  g_queue_push_tail (&engine->news, news);
  if (engine->source != NULL)
    g_source_set_ready_time (engine->source, 0);
}

void
pyrog_engine_set_events (PyrogEngine *engine, const PyrogEngineEvents *events, GObject *owner)
{
  engine->events = events;
  g_weak_ref_set (&engine->owner, owner);
}

void
pyrog_engine_tell_connected (PyrogClient *client)
{
  PyrogEngine *engine = client->engine;

  g_mutex_lock (&engine->lock);
  if (!client->removed)
    {
      client->announced = TRUE;
      push_locked (engine, NEWS_CONNECTED, client);
    }
  g_mutex_unlock (&engine->lock);
  if (!engine->threaded)
    pyrog_engine_deliver_news (engine);
}

void
pyrog_engine_tell_disconnected (PyrogEngine *engine, PyrogClient *client)
{
  g_mutex_lock (&engine->lock);
  if (client->announced)
    push_locked (engine, NEWS_DISCONNECTED, client);
  g_mutex_unlock (&engine->lock);
}

static void
deliver (PyrogEngine *engine, News *news)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&engine->owner);
  PyrogPeer *peer = &news->client->peer;

  switch (news->kind)
    {
    case NEWS_CONNECTED:
      if (owner != NULL)
        engine->events->connected (owner, peer->connection);
      break;
    case NEWS_DISCONNECTED:
      if (owner != NULL)
        engine->events->disconnected (owner, peer->connection);
      pyrog_instance_table_clear (peer->instances);
      break;
    }
  pyrog_peer_unref (peer);
  g_free (news);
}

void
pyrog_engine_deliver_news (PyrogEngine *engine)
{
  News *news;

  g_atomic_ref_count_inc (&engine->refs);
  do
    {
      g_mutex_lock (&engine->lock);
      news = g_queue_pop_head (&engine->news);
      g_mutex_unlock (&engine->lock);
      if (news != NULL)
        deliver (engine, news);
    }
  while (news != NULL);
  pyrog_engine_release (engine);
}
