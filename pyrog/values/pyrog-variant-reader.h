/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-builder.h"

G_BEGIN_DECLS

/* Adds what is serialised to what is being built, without a GVariant for each part of it. */

/* Parts that the reader leaves to GVariant's own functions */
typedef gboolean (*PyrogAddVariantFunc) (PyrogBuilder *builder, GVariant *variant, guint nesting);

/* variant is an array in normal form, which the arena keeps: text and bytes are not copied. FALSE:
 * the builder has an error. */
gboolean pyrog_variant_read_array (PyrogBuilder *builder,
                                   GVariant *variant,
                                   guint nesting,
                                   PyrogAddVariantFunc add);

G_END_DECLS
