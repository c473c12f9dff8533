/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-memory.h"

static gsize used; /* (atomic) bytes */

void
pyrog_memory_add (gsize size)
{
  if (size >= PYROG_MEMORY_COUNTED)
    __atomic_add_fetch (&used, size, __ATOMIC_RELAXED);
}

void
pyrog_memory_remove (gsize size)
{
  if (size >= PYROG_MEMORY_COUNTED)
    __atomic_sub_fetch (&used, size, __ATOMIC_RELAXED);
}

gboolean
pyrog_memory_has_room (gsize size, gsize limit)
{
  gsize now = __atomic_load_n (&used, __ATOMIC_RELAXED);

  return now <= limit && size <= limit - now;
}
