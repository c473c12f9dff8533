/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads a file of tests/golden, block by block; tests/golden/README.md describes it:
 *
 *   g_autoptr(Golden) golden = golden_open ("json.txt");
 *   while (golden_next (golden))
 *     ...
 *
 * A file that is missing or malformed fails the test. golden_next() tells the block's name with
 * g_test_message(), so that a failure says which block it was. */
typedef struct _Golden Golden;

Golden *golden_open (const char *file);
void golden_free (Golden *golden);
gboolean golden_next (Golden *golden);

const char *golden_name (Golden *golden);
/* Whether the name begins so: "n_" */
gboolean golden_is (Golden *golden, const char *prefix);
gboolean golden_has_flag (Golden *golden, const char *flag);
/* A field of the block, or NULL; valid until golden_next() */
const char *golden_get (Golden *golden, const char *key);
/* The number in a field that must be there */
guint golden_get_uint (Golden *golden, const char *key);
/* The bytes of a field in hex that must be there; empty for "none" */
GBytes *golden_get_bytes (Golden *golden, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Golden, golden_free)

/* Fails the test if text is not hex */
GByteArray *golden_unhex (const char *text);

G_END_DECLS
