/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-value.h"

G_BEGIN_DECLS

/* Which objects the marshal writer has written, and under which reference numbers. Two values are
 * the same object if they have the same kind and size and the same pointer or number in them. */

typedef struct _PyrogMarshalRefs PyrogMarshalRefs;

/* Looks value up in *refs; if it is not there, adds it as number. Gives the number it has in found.
 * *refs is made when first needed, and NULL stands for an empty table. FALSE: no memory. */
gboolean pyrog_marshal_refs_add (PyrogMarshalRefs **refs,
                                 const PyrogValue *value,
                                 guint32 number,
                                 guint32 *found);
void pyrog_marshal_refs_free (PyrogMarshalRefs *refs);

G_END_DECLS
