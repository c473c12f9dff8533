/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-builder.h"
#include "pyrog-chunk.h"

G_BEGIN_DECLS

/* Between the value tree and GVariant, the value type of the public API. The canonical type of each
 * kind:
 *
 *   None       mv, nothing         bytes       ay
 *   bool       b                   list        av
 *   int        x, t or mms         tuple       (v...)
 *   float      d                   set         mmav
 *   complex    mm(dd)              frozenset   mmmav
 *   str        s or mmay           dict        a{sv}, a{xv}, a{dv}, a{bv} or mma(vv)
 *
 * A dict is the first of its types that all keys fit; the empty one is a{sv}. Dates are an a{sv}
 * with the members __class__ ("datetime.datetime", "datetime.date") and "value", the ISO text;
 * the msgpack codec writes such a dict as a date again. */

/* Lossless, and written in GVariant's serialised form at once. Refused, with the path below root
 * and PYROG_ERROR_SERIALIZE: what nests deeper than a GVariant can keep, and tuples of more than
 * PYROG_MAX_VARIANT_TUPLE items. Returns a full reference. */
#define PYROG_MAX_VARIANT_TUPLE 1024
#define PYROG_MAX_VARIANT_LEVELS 120
GVariant *pyrog_value_to_variant (const PyrogValue *value, const char *root, GError **error);
/* (nullable) (transfer floating) The same of what calls carry most; NULL: it is something else */
GVariant *pyrog_value_to_simple_variant (const PyrogValue *value);
/* The same in memory that is wiped before it is freed */
GVariant *pyrog_value_to_secret_variant (const PyrogValue *value, const char *root, GError **error);

/* Exactly of type, with range checks: PYROG_ERROR_TYPE_ERROR or PYROG_ERROR_OVERFLOW_ERROR with the
 * path of what does not fit. Lists and tuples are both good for arrays and tuples; bytes are what
 * they are or serpent's base64 dict; an int is good for d, a bool for integers as in Python; v is
 * the canonical type. Returns a full reference. */
GVariant *pyrog_value_to_variant_typed (const PyrogValue *value,
                                        const GVariantType *type,
                                        const char *root,
                                        GError **error);

/* The same, G_VARIANT_TYPE_ANY being the canonical type. Bytes of PYROG_PIECE_MIN and more that lie
 * in chunk (nullable: there are none) are not copied, unless a list or dict has many small values
 * beside them. */
GVariant *pyrog_value_to_variant_sliced (const PyrogValue *value,
                                         const GVariantType *type,
                                         const char *root,
                                         PyrogChunk *chunk,
                                         GError **error);

/* For parts of a GVariant: path is that of the value, which lies so many levels deep */
GVariant *pyrog_value_to_variant_at (const PyrogValue *value,
                                     const GVariantType *type,
                                     const PyrogPath *path,
                                     guint levels,
                                     GError **error);
GVariant *pyrog_value_to_canonical_variant (
    const PyrogValue *value, const PyrogPath *path, guint levels, gboolean secret, GError **error);

/* Levels of a GVariant, those of variants in variants too */
#define PYROG_MAX_VARIANT_NESTING (2 * PYROG_MAX_DEPTH)
/* Adds any GVariant to what is being built. Text and bytes are not copied: the arena keeps variant.
 * Maybes other than those above, m? and mm? of their contents are refused. */
gboolean pyrog_value_add_variant (PyrogBuilder *builder, GVariant *variant);
/* The same as a value of its own. A floating variant is sunk. */
gboolean
pyrog_value_from_variant (PyrogArena *arena, GVariant *variant, PyrogValue *value, GError **error);

/* The bytes of BYTES or of serpent's base64 dict, decoded into the arena-less buffer *decoded when
 * needed (free with g_free()); FALSE if value is neither */
gboolean
pyrog_value_get_bytes (const PyrogValue *value, const guint8 **data, gsize *size, guint8 **decoded);

G_END_DECLS
