/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-servant.h"

G_BEGIN_DECLS

/* The objects of a daemon under their ids. May be used in any thread. */
typedef struct _PyrogObjectTable PyrogObjectTable;

PyrogObjectTable *pyrog_object_table_new (void);
void pyrog_object_table_free (PyrogObjectTable *table);
/* FALSE: the id is taken */
gboolean pyrog_object_table_add (PyrogObjectTable *table, const char *id, PyrogServant *servant);
/* FALSE: there was no such id */
gboolean pyrog_object_table_remove (PyrogObjectTable *table, const char *id);
/* A full reference, or NULL */
PyrogServant *pyrog_object_table_lookup (PyrogObjectTable *table, const char *id, gsize size);
/* The ids in the order of registration */
GStrv pyrog_object_table_list (PyrogObjectTable *table);

G_END_DECLS
