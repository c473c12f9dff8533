/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-buffer.h"
#include "pyrog-value.h"

G_BEGIN_DECLS

/* Writes item number index of a set as if it were a whole message */
typedef gboolean (*PyrogMarshalWriteFunc) (const PyrogValue *item,
                                           gsize index,
                                           PyrogBuffer *out,
                                           gpointer data);

/* The order in which CPython writes the items of a set that is not empty: that of the bytes of each
 * when written alone. order is a list of indexes (free with g_free()). If memory or the limit of
 * out is too small for that, order is NULL and out overflows. FALSE: write failed. */
gboolean pyrog_marshal_order (const PyrogValue *set,
                              PyrogBuffer *out,
                              PyrogMarshalWriteFunc write,
                              gpointer data,
                              gsize **order);

G_END_DECLS
