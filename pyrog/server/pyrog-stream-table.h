/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-connection.h"
#include "pyrog-item-stream.h"

G_BEGIN_DECLS

/* The item streams that clients have not read to the end. A stream belongs to the connection it was
 * made for. May be used in any thread. */
typedef struct _PyrogStreamTable PyrogStreamTable;

PyrogStreamTable *pyrog_stream_table_new (guint max_per_connection, guint max);
void pyrog_stream_table_free (PyrogStreamTable *table);
/* The id of the stream, the text of a random UUID; NULL: there are too many (free with
 * g_free()) */
char *pyrog_stream_table_add (PyrogStreamTable *table,
                              PyrogItemStream *stream,
                              PyrogConnection *connection);
/* The next item; at the end PYROG_ERROR_STOP_ITERATION. A full reference. The stream is gone after
 * any error. */
GVariant *pyrog_stream_table_next (PyrogStreamTable *table,
                                   const char *id,
                                   PyrogConnection *connection,
                                   GError **error);
void
pyrog_stream_table_close (PyrogStreamTable *table, const char *id, PyrogConnection *connection);
/* Ends all streams of a connection */
void pyrog_stream_table_drop (PyrogStreamTable *table, PyrogConnection *connection);

G_END_DECLS
