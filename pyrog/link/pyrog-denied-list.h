/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file of fingerprints and serial numbers, one a line; # begins a comment. It is read again when
 * it has changed. Whoever owns the list sees to it that one thread uses it at a time. */
typedef struct _PyrogDeniedList PyrogDeniedList;

/* Errors: PYROG_ERROR_INVALID_CONFIG */
PyrogDeniedList *pyrog_denied_list_new (const char *path, GError **error);
void pyrog_denied_list_free (PyrogDeniedList *list);

/* Reads the file again if it has changed. On an error there is no list, and nobody may pass. */
gboolean pyrog_denied_list_refresh (PyrogDeniedList *list, GError **error);
/* Is the fingerprint or serial number, in the form of certificates, in the list? */
gboolean pyrog_denied_list_contains (PyrogDeniedList *list, const char *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogDeniedList, pyrog_denied_list_free)

G_END_DECLS
