/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-connection.h"

G_BEGIN_DECLS

/* What ends together with a connection. May be used in any thread. */
typedef struct _PyrogResources PyrogResources;

PyrogResources *pyrog_resources_new (void);
/* They have come to their end, or were all removed */
void pyrog_resources_free (PyrogResources *resources);
/* A number for it; 0: the end is over, and nothing was taken */
guint pyrog_resources_add (PyrogResources *resources,
                           PyrogConnectionFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy);
/* Forgets one without ending it; FALSE: there is none of that number any more */
gboolean pyrog_resources_remove (PyrogResources *resources, guint id);
/* Ends all, the newest first. For the first time; later there is nothing left. */
void pyrog_resources_end (PyrogResources *resources, PyrogConnection *connection);

G_END_DECLS
