/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-item-stream.h"

G_BEGIN_DECLS

/* Called once, without locks, in any thread: with an item (taken), an error (taken), or neither at
 * the end */
typedef void (*PyrogItemCallback) (GVariant *item, GError *error, gpointer user_data);

/* What a class of streams does. One item is asked for at a time; the base class sees to that, and
 * that nothing is asked for after the end. */
typedef struct _PyrogItemSource PyrogItemSource;

struct _PyrogItemSource
{
  /* Calls pyrog_item_stream_answer(), at once or later, in any thread */
  void (*ask) (PyrogItemStream *self);
  /* What was asked for is not wanted any more: TRUE if it will not be answered, FALSE if the answer
   * is on its way. (nullable) if ask answers at once. */
  gboolean (*withdraw) (PyrogItemStream *self);
  /* The next item, waiting for it in this thread; FALSE in *more: it was the end. (nullable) to
   * wait for what ask brings. */
  GVariant *(*wait) (PyrogItemStream *self,
                     GCancellable *cancellable,
                     gboolean *more,
                     GError **error);
  /* Nothing will be asked for any more; called once, never while an answer is owed */
  void (*release) (PyrogItemStream *self);
};

/* What was set with pyrog_item_stream_set_prefetch(), or G_MAXUINT */
guint pyrog_item_stream_get_prefetch (PyrogItemStream *self);
/* The answer to ask; item and error are taken. Without more the stream has ended. */
void pyrog_item_stream_answer (PyrogItemStream *self, GVariant *item, GError *error, gboolean more);
/* Asks for the next item */
void pyrog_item_stream_ask (PyrogItemStream *self, PyrogItemCallback callback, gpointer user_data);
/* Whoever waits for an item gets that error instead, which is taken; the stream goes on. Without
 * effect if nobody waits or the item is on its way. */
void pyrog_item_stream_interrupt (PyrogItemStream *self, GError *error);

G_END_DECLS
