/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

#include "pyrog-version.h"

G_BEGIN_DECLS

/**
 * PyrogClassWriter:
 * @object: an object of a registered type
 * @user_data: (closure): what was given with the function
 * @error: return location for an error
 *
 * Says what there is to say about an object. It runs in the thread of [func@class_to_variant], and
 * may itself use that for parts of the object.
 *
 * Returns: (transfer full) (nullable): the state of @object, of type `a{sv}`, which may be
 *   floating, or %NULL with an error
 *
 * Since: 1.0
 */
typedef GVariant *(*PyrogClassWriter) (GObject *object, gpointer user_data, GError **error);

/**
 * PyrogClassReader:
 * @state: what was said about an object, of type `a{sv}`, without its class
 * @user_data: (closure): what was given with the function
 * @error: return location for an error
 *
 * Makes an object of its state, which is a peer's: the function checks it. It runs in the thread of
 * [func@class_from_variant], and may itself use that for parts of the state.
 *
 * Returns: (transfer full) (nullable): a new object of the registered type, or %NULL with an error
 *
 * Since: 1.0
 */
typedef GObject *(*PyrogClassReader) (GVariant *state, gpointer user_data, GError **error);

PYROG_AVAILABLE_IN_ALL
gboolean pyrog_class_register (GType type, const char *remote_class);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_class_unregister (GType type);
PYROG_AVAILABLE_IN_ALL
void pyrog_class_set_writer (GType type,
                             PyrogClassWriter writer,
                             gpointer user_data,
                             GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
void pyrog_class_set_reader (GType type,
                             PyrogClassReader reader,
                             gpointer user_data,
                             GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_class_to_variant (GObject *object, GError **error);
PYROG_AVAILABLE_IN_ALL
GObject *pyrog_class_from_variant (GVariant *value, GError **error);

G_END_DECLS
