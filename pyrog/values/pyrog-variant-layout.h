/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How GVariant serialises values of a type, by its specification ("GVariant Specification",
 * section 2.3) */
typedef struct
{
  gsize alignment; /* 1, 2, 4 or 8 bytes */
  gsize size;      /* bytes, 0: they are not all of one size */
} PyrogVariantLayout;

/* What g_variant_type_peek_string(), _element() and _next() do, without a call where one look is
 * enough: large values ask for each of their members */
static inline char
pyrog_variant_type_char (const GVariantType *type)
{
  return *(const char *) type;
}

/* What an array or a maybe has */
static inline const GVariantType *
pyrog_variant_type_element (const GVariantType *type)
{
  return (const GVariantType *) ((const char *) type + 1);
}

/* {sv}, what the entries of nearly all dicts are */
static inline gboolean
pyrog_variant_type_is_text_entry (const GVariantType *type)
{
  const char *text = (const char *) type;

  return text[0] == '{' && text[1] == 's' && text[2] == 'v';
}

/* The next member of a tuple or a dict's entry, or NULL */
const GVariantType *pyrog_variant_next_member (const GVariantType *member);
PyrogVariantLayout pyrog_variant_layout (const GVariantType *type);

static inline gsize
pyrog_variant_align (gsize offset, gsize alignment)
{
  return (offset + alignment - 1) & ~(alignment - 1);
}

/* The bytes of each offset at the end of a container that has so many bytes with them */
gsize pyrog_variant_offset_width (gsize container_size);

G_END_DECLS
