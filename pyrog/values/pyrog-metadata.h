/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-value.h"

G_BEGIN_DECLS

/* What an object exposes, as a daemon tells in its handshake. Immutable, usable in any thread. */
typedef struct _PyrogMetadata PyrogMetadata;

/* From the dict with "methods", "oneway" (or "oneways") and "attrs"; unknown members are ignored.
 * Errors: PYROG_ERROR_PROTOCOL. */
PyrogMetadata *pyrog_metadata_new (const PyrogValue *value, GError **error);
PyrogMetadata *pyrog_metadata_ref (PyrogMetadata *metadata);
void pyrog_metadata_unref (PyrogMetadata *metadata);

/* FALSE: there is none; *oneway (nullable) is set only if there is */
gboolean pyrog_metadata_find_method (PyrogMetadata *metadata, const char *name, gboolean *oneway);
gboolean pyrog_metadata_has_attribute (PyrogMetadata *metadata, const char *name);
/* Sorted names */
GStrv pyrog_metadata_list_methods (PyrogMetadata *metadata);
GStrv pyrog_metadata_list_oneway (PyrogMetadata *metadata);
GStrv pyrog_metadata_list_attributes (PyrogMetadata *metadata);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogMetadata, pyrog_metadata_unref)

G_END_DECLS
