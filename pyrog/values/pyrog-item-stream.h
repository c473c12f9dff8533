/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

#define PYROG_TYPE_ITEM_STREAM (pyrog_item_stream_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogItemStream, pyrog_item_stream, PYROG, ITEM_STREAM, GObject)

/**
 * PyrogItemFunc:
 * @user_data: (closure): what was given with the function
 * @error: return location for an error
 *
 * Makes the next item of a stream.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end (without an error) or on
 * failure
 *
 * Since: 1.0
 */
typedef GVariant *(*PyrogItemFunc) (gpointer user_data, GError **error);

PYROG_AVAILABLE_IN_ALL
PyrogItemStream *
pyrog_item_stream_new (PyrogItemFunc func, gpointer user_data, GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
PyrogItemStream *pyrog_item_stream_new_for_array (GVariant *array);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_item_stream_next (PyrogItemStream *self, GError **error);

G_END_DECLS
