/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-registration.h"

G_BEGIN_DECLS

/* The daemon's own object */
#define PYROG_DAEMON_OBJECT_ID "Pyro.Daemon"

/* What is registered with a daemon, under its ids. May be used in any thread. */
typedef struct _PyrogObjectTable PyrogObjectTable;

PyrogObjectTable *pyrog_object_table_new (void);
void pyrog_object_table_free (PyrogObjectTable *table);
/* Without force an error if the id is taken or the servant has one already; with it, what has the
 * id makes way */
gboolean pyrog_object_table_register (PyrogObjectTable *table,
                                      PyrogRegistration *registration,
                                      gboolean force,
                                      GError **error);
/* Registers a servant for good. FALSE: the id is taken */
gboolean pyrog_object_table_add (PyrogObjectTable *table, const char *id, PyrogServant *servant);
/* FALSE: there was no such id */
gboolean pyrog_object_table_remove (PyrogObjectTable *table, const char *id);
/* Full references, or NULL; not to what was weak and is gone */
PyrogRegistration *pyrog_object_table_find (PyrogObjectTable *table, const char *id, gsize size);
PyrogServant *pyrog_object_table_lookup (PyrogObjectTable *table, const char *id, gsize size);
/* The id of a servant (free with g_free()), or NULL */
char *pyrog_object_table_dup_id (PyrogObjectTable *table, PyrogServant *servant);
/* How many there are, with those whose servants are gone and nobody has noticed */
guint pyrog_object_table_get_size (PyrogObjectTable *table);
/* The ids in the order of registration */
GStrv pyrog_object_table_list (PyrogObjectTable *table);

G_END_DECLS
