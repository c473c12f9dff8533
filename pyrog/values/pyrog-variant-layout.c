/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-variant-layout.h"

#include <string.h>

gsize
pyrog_variant_offset_width (gsize container_size)
{
  if (container_size <= G_MAXUINT8)
    return 1;
  if (container_size <= G_MAXUINT16)
    return 2;
  return container_size <= G_MAXUINT32 ? 4 : 8;
}

const GVariantType *
pyrog_variant_next_member (const GVariantType *member)
{
  const char *next = (const char *) member + 1;

  if (strchr ("am({", pyrog_variant_type_char (member)) != NULL)
    return g_variant_type_next (member);
  return *next != ')' && *next != '}' ? (const GVariantType *) next : NULL;
}

static PyrogVariantLayout
layout_of_members (const GVariantType *type)
{
  PyrogVariantLayout layout = { 1, 0 };
  gboolean fixed = TRUE;

  for (const GVariantType *member = g_variant_type_first (type); member != NULL;
       member = pyrog_variant_next_member (member))
    {
      const PyrogVariantLayout part = pyrog_variant_layout (member);
      layout.alignment = MAX (layout.alignment, part.alignment);
      layout.size = pyrog_variant_align (layout.size, part.alignment) + part.size;
      fixed = fixed && part.size > 0;
    }
  if (!fixed)
    layout.size = 0;
  else if (layout.size == 0)
    layout.size = 1; /* the unit */
  else
    layout.size = pyrog_variant_align (layout.size, layout.alignment);
  return layout;
}

PyrogVariantLayout
pyrog_variant_layout (const GVariantType *type)
{
  switch (pyrog_variant_type_char (type))
    {
    case 'b':
    case 'y':
      return (PyrogVariantLayout){ 1, 1 };
    case 'n':
    case 'q':
      return (PyrogVariantLayout){ 2, 2 };
    case 'i':
    case 'u':
    case 'h':
      return (PyrogVariantLayout){ 4, 4 };
    case 'x':
    case 't':
    case 'd':
      return (PyrogVariantLayout){ 8, 8 };
    case 'v':
      return (PyrogVariantLayout){ 8, 0 };
    case 'a':
    case 'm':
      return (PyrogVariantLayout){
        pyrog_variant_layout (pyrog_variant_type_element (type)).alignment, 0
      };
    case '{':
      if (pyrog_variant_type_is_text_entry (type))
        return (PyrogVariantLayout){ 8, 0 };
      return layout_of_members (type);
    case '(':
      return layout_of_members (type);
    default:
      return (PyrogVariantLayout){ 1, 0 };
    }
}
