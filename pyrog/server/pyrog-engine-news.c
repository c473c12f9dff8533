/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-connection-private.h"
#include "pyrog-engine-private.h"
#include "pyrog-error.h"

/* What an engine tells its owner of its connections: collected in any thread, told in the engine's,
 * in the order in which it came */

/* Peers make calls fail as fast as they like, and each is kept until the owner has time */
#define MAX_NEWS_SIZE (4u * 1024u * 1024u)

typedef enum
{
  NEWS_CONNECTED,
  NEWS_DISCONNECTED,
  NEWS_FAILED,
} NewsKind;

typedef struct
{
  NewsKind kind;
  PyrogClient *client;         /* (owned) */
  PyrogInvocation *invocation; /* (owned) (nullable) that failed */
  GError *error;               /* (owned) (nullable) */
} News;

static News *
new_news (NewsKind kind, PyrogClient *client)
{
  News *news = g_new0 (News, 1);

  news->kind = kind;
  news->client = (PyrogClient *) pyrog_peer_ref (&client->peer);
  return news;
}

static void
free_news (News *news)
{
  pyrog_peer_unref (&news->client->peer);
  g_clear_object (&news->invocation);
  g_clear_error (&news->error);
  g_free (news);
}

/* The memory that news of a failure keep, more or less */
static gsize
size_of (const News *news)
{
  if (news->invocation == NULL)
    return 0;
  return sizeof *news + sizeof *news->invocation
         + pyrog_header_message_size (&news->invocation->header);
}

/* soon: it will be delivered before the context waits again; to wake it up costs system calls */
static void
push_locked (PyrogEngine *engine, News *news, gboolean soon)
{
  g_queue_push_tail (&engine->news, news);
  if (!soon)
    pyrog_engine_schedule_locked (engine, 0);
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
      push_locked (engine, new_news (NEWS_CONNECTED, client), !engine->threaded);
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
    push_locked (engine, new_news (NEWS_DISCONNECTED, client),
                 !engine->threaded && engine->depth > 0);
  g_mutex_unlock (&engine->lock);
}

void
pyrog_engine_tell_failed (PyrogPeer *peer, PyrogInvocation *invocation)
{
  PyrogClient *client = (PyrogClient *) peer;
  PyrogEngine *engine = client->engine;
  g_autoptr (GError) error = pyrog_invocation_dup_error (invocation);

  /* That is how iteration ends, also that of our own item streams */
  if (g_error_matches (error, PYROG_ERROR, PYROG_ERROR_STOP_ITERATION))
    return;
  /* Made here, not in two threads at a time */
  pyrog_invocation_get_object_id (invocation);
  pyrog_invocation_get_method_name (invocation);
  News *news = new_news (NEWS_FAILED, client);
  news->invocation = g_object_ref (invocation);
  news->error = g_steal_pointer (&error);
  gsize size = size_of (news);
  g_mutex_lock (&engine->lock);
  gboolean kept = engine->source != NULL
                  && (engine->news_size == 0 || engine->news_size + size <= MAX_NEWS_SIZE);
  if (kept)
    {
      engine->news_size += size;
      push_locked (engine, news, FALSE);
    }
  g_mutex_unlock (&engine->lock);
  if (!kept)
    free_news (news);
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
      pyrog_resources_end (peer->connection->resources, peer->connection);
      pyrog_instance_table_clear (peer->instances);
      break;
    case NEWS_FAILED:
      if (owner != NULL)
        engine->events->failed (owner, news->invocation, news->error);
      break;
    }
}

static News *
pop (PyrogEngine *engine)
{
  g_mutex_lock (&engine->lock);
  News *news = g_queue_pop_head (&engine->news);
  if (news != NULL)
    engine->news_size -= size_of (news);
  g_mutex_unlock (&engine->lock);
  return news;
}

void
pyrog_engine_deliver_news (PyrogEngine *engine)
{
  /* What comes meanwhile has its turn after everything else in the context, unless there is no
   * other turn any more. News of another thread that are not seen here wake the engine once more.
   */
  g_mutex_lock (&engine->lock);
  guint count = engine->news.length;
  g_mutex_unlock (&engine->lock);
  if (count == 0)
    return;
  g_atomic_ref_count_inc (&engine->refs);
  while (count-- > 0 || engine->source == NULL)
    {
      News *news = pop (engine);
      if (news == NULL)
        break;
      deliver (engine, news);
      free_news (news);
    }
  pyrog_engine_release (engine);
}
