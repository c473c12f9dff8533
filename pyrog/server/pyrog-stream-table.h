/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-connection.h"
#include "pyrog-item-stream-private.h"

G_BEGIN_DECLS

/* The item streams that clients have not read to the end. A stream belongs to the connection it was
 * made for. When that is gone it lingers, and then belongs to the first connection of the same
 * identity that asks for an item. May be used in any thread. */
typedef struct _PyrogStreamTable PyrogStreamTable;

typedef struct
{
  guint max_per_connection;
  guint max;
  double lifetime;        /* seconds; 0: none */
  double linger;          /* seconds; 0: none */
  gint64 (*clock) (void); /* (nullable) microseconds; NULL: the monotonic clock */
} PyrogStreamTableOptions;

PyrogStreamTable *pyrog_stream_table_new (const PyrogStreamTableOptions *options);
void pyrog_stream_table_free (PyrogStreamTable *table);
/* The id of the stream, the text of a random UUID (free with g_free()); NULL and an error: there
 * are too many. To make room the stream goes that has lingered longest. */
char *pyrog_stream_table_add (PyrogStreamTable *table,
                              PyrogItemStream *stream,
                              PyrogConnection *connection,
                              GError **error);
/* Asks for the next item; at the end the error is PYROG_ERROR_STOP_ITERATION. FALSE, and callback
 * is not called: the connection has no such stream. */
gboolean pyrog_stream_table_next (PyrogStreamTable *table,
                                  const char *id,
                                  PyrogConnection *connection,
                                  PyrogItemCallback callback,
                                  gpointer user_data);
/* Ends a stream of the connection, or of another one of the same identity */
void
pyrog_stream_table_close (PyrogStreamTable *table, const char *id, PyrogConnection *connection);
/* The connection is gone; its streams linger or end */
void pyrog_stream_table_leave (PyrogStreamTable *table, PyrogConnection *connection);
/* Ends the streams of a connection */
void pyrog_stream_table_drop (PyrogStreamTable *table, PyrogConnection *connection);
/* Ends all streams */
void pyrog_stream_table_clear (PyrogStreamTable *table);
/* Ends the streams whose time is over */
void pyrog_stream_table_expire (PyrogStreamTable *table);
/* Whether there are any whose time may be over some day */
gboolean pyrog_stream_table_has_timed (PyrogStreamTable *table);

G_END_DECLS
