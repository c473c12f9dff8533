/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib-unix.h>
#include <sys/epoll.h>

#include "pyrog-engine-private.h"

/* The one client that is busy while the others are silent is watched by the source directly, not
 * through the epoll set: that spares a system call a message. */

#define STREAK 64 /* turns in a row that nobody else had */

static void
watch_in_set (PyrogEngine *engine, PyrogClient *client, guint32 events)
{
  struct epoll_event event = { .events = events, .data.u64 = (guint64) (guintptr) client };

  client->events = events;
  epoll_ctl (engine->epoll_fd, EPOLL_CTL_MOD, pyrog_connection_get_fd (client->peer.connection),
             &event);
}

void
pyrog_engine_forget_direct (PyrogEngine *engine)
{
  if (engine->direct == NULL)
    return;
  if (engine->source != NULL)
    g_source_remove_unix_fd (engine->source, engine->direct_tag);
  engine->direct = NULL;
  engine->streak = 0;
}

void
pyrog_engine_end_direct (PyrogEngine *engine)
{
  PyrogClient *client = engine->direct;

  pyrog_engine_forget_direct (engine);
  watch_in_set (engine, client, pyrog_client_get_events (client));
}

/* The set tells of its end and of errors still */
static void
begin_direct (PyrogEngine *engine, PyrogClient *client)
{
  if (engine->direct != NULL)
    pyrog_engine_end_direct (engine);
  watch_in_set (engine, client, 0);
  engine->direct = client;
  engine->direct_tag = g_source_add_unix_fd (
      engine->source, pyrog_connection_get_fd (client->peer.connection), G_IO_IN);
}

void
pyrog_engine_count_turn (PyrogEngine *engine, PyrogClient *client)
{
  if (client != engine->last_served)
    engine->streak = 0;
  engine->last_served = client;
  if (client == engine->direct || ++engine->streak < STREAK)
    return;
  engine->streak = 0;
  if (engine->source != NULL && !engine->threaded && !client->removed && client->peer.authenticated
      && client->events == EPOLLIN)
    begin_direct (engine, client);
}
