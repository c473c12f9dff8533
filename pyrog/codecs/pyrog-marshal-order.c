/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-marshal-order.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  gsize index;
  gsize offset;
  gsize size;
  const guint8 *bytes;
} Draft;

static int
compare_drafts (const void *a, const void *b)
{
  const Draft *one = a, *other = b;
  int order = memcmp (one->bytes, other->bytes, MIN (one->size, other->size));

  if (order != 0)
    return order;
  if (one->size != other->size)
    return one->size < other->size ? -1 : 1;
  return one->index < other->index ? -1 : 1;
}

static gboolean
write_drafts (const PyrogValue *set,
              PyrogBuffer *buffer,
              PyrogMarshalWriteFunc write,
              gpointer data,
              Draft *drafts)
{
  for (gsize i = 0; i < set->size; i++)
    {
      gsize offset = buffer->size;
      if (!write (&set->items[i], i, buffer, data))
        return FALSE;
      drafts[i] = (Draft){ i, offset, buffer->size - offset, NULL };
    }
  return TRUE;
}

static void
sort_drafts (const PyrogValue *set, const PyrogBuffer *buffer, Draft *drafts, gsize *order)
{
  for (gsize i = 0; i < set->size; i++)
    drafts[i].bytes = buffer->data + drafts[i].offset;
  qsort (drafts, set->size, sizeof *drafts, compare_drafts);
  for (gsize i = 0; i < set->size; i++)
    order[i] = drafts[i].index;
}

gboolean
pyrog_marshal_order (const PyrogValue *set,
                     PyrogBuffer *out,
                     PyrogMarshalWriteFunc write,
                     gpointer data,
                     gsize **order)
{
  g_autofree Draft *drafts = g_try_new (Draft, set->size);
  g_autofree gsize *indexes = g_try_new (gsize, set->size);
  gboolean ok = TRUE;
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, out->limit);
  if (drafts == NULL || indexes == NULL)
    buffer.overflow = TRUE;
  else
    ok = write_drafts (set, &buffer, write, data, drafts);
  if (ok && !buffer.overflow)
    {
      sort_drafts (set, &buffer, drafts, indexes);
      *order = g_steal_pointer (&indexes);
    }
  else
    out->overflow = TRUE;
  pyrog_buffer_clear (&buffer);
  return ok;
}
