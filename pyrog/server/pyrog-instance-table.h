/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-instance-slot.h"

G_BEGIN_DECLS

/* The instances that were made for one connection. May be used in any thread. */
typedef struct _PyrogInstanceTable PyrogInstanceTable;

PyrogInstanceTable *pyrog_instance_table_new (void);
void pyrog_instance_table_free (PyrogInstanceTable *table);
/* The connection's slot for what key is a slot of, as a full reference. NULL with an error: it
 * would be one more than max. */
PyrogInstanceSlot *pyrog_instance_table_lookup (PyrogInstanceTable *table,
                                                PyrogInstanceSlot *key,
                                                guint max,
                                                GError **error);
/* Drops all instances; those that calls still use live on until these end */
void pyrog_instance_table_clear (PyrogInstanceTable *table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogInstanceTable, pyrog_instance_table_free)

G_END_DECLS
