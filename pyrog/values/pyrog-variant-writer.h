/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-buffer.h"
#include "pyrog-value.h"

G_BEGIN_DECLS

/* Writes GVariant's serialised form (see its specification): members are aligned to the size of
 * their type, arrays and tuples end with the offsets of the ends of their variable-sized members. A
 * tree of GVariants would cost ten times the memory. */
typedef struct
{
  PyrogBuffer out;
  gsize *ends; /* (owned) (nullable) of members of the open containers */
  gsize n_ends;
  gsize max_ends; /* that there is room for */
  GError **error; /* (nullable) where what can't be written is told */
} PyrogVariantWriter;

/* Where a container begins */
typedef struct
{
  gsize start;
  gsize first_end;
} PyrogVariantMark;

void pyrog_variant_writer_init (PyrogVariantWriter *writer, gboolean secret, GError **error);
void pyrog_variant_writer_clear (PyrogVariantWriter *writer);
/* What was written, as a value of that type: a full reference */
GVariant *pyrog_variant_writer_end (PyrogVariantWriter *writer, const GVariantType *type);

void pyrog_variant_writer_align (PyrogVariantWriter *writer, gsize alignment);
void pyrog_variant_writer_zeros (PyrogVariantWriter *writer, guint count);

PyrogVariantMark pyrog_variant_writer_open (PyrogVariantWriter *writer);
/* A variable-sized member of the container ends here */
void pyrog_variant_writer_mark (PyrogVariantWriter *writer, const PyrogVariantMark *container);
/* The offsets of such members; a tuple has them in reverse order */
void pyrog_variant_writer_close (PyrogVariantWriter *writer,
                                 const PyrogVariantMark *container,
                                 gboolean reverse);

/* An entry of type {sv} at its place, if its key is a str and its value a bool, an int of 64 bits,
 * a float or a str; FALSE: it is another one */
gboolean pyrog_variant_writer_add_text_entry (PyrogVariantWriter *writer, const PyrogValue *pair);

/* The contents of a v: the value in its canonical type, which lies so many levels deep */
gboolean pyrog_variant_writer_add_any (PyrogVariantWriter *writer,
                                       const PyrogValue *value,
                                       const PyrogPath *path,
                                       guint levels);
/* The value in type, if that is its canonical type; FALSE without an error: it is not */
gboolean pyrog_variant_writer_add_tagged (PyrogVariantWriter *writer,
                                          const PyrogValue *value,
                                          const GVariantType *type,
                                          const PyrogPath *path,
                                          guint levels);

G_END_DECLS
