/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

#include "pyrog-message.h"

G_BEGIN_DECLS

/* So that every reply can have them all, and the most that a method adds */
#define PYROG_MAX_SHARED_ANNOTATIONS 16u
#define PYROG_MAX_SHARED_ANNOTATIONS_SIZE (64u * 1024u)

/* Annotations that go with all replies of a daemon. Any thread. */
typedef struct _PyrogAnnotationTable PyrogAnnotationTable;

PyrogAnnotationTable *pyrog_annotation_table_new (void);
void pyrog_annotation_table_free (PyrogAnnotationTable *table);
/* data (nullable) takes the place of what has that id; FALSE: there would be too much */
gboolean pyrog_annotation_table_set (PyrogAnnotationTable *table, const char *id, GBytes *data);
/* Appends those of a reply, own (nullable) (element-type utf8 GBytes), and all of the table
 * (nullable), whose are the only ones with their ids */
void pyrog_annotation_table_write (PyrogAnnotationTable *table,
                                   GHashTable *own,
                                   PyrogMessageWriter *writer);

G_END_DECLS
