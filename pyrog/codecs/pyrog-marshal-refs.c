/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-marshal-refs.h"

#include "pyrog-value-index.h"

#define FIRST_SLOTS 64u

typedef struct
{
  guint64 payload; /* the pointer or number of the value */
  guint32 size;
  guint32 kind;
} Identity;

typedef struct
{
  Identity identity;
  guint32 number;
  gboolean is_used;
} Slot;

struct _PyrogMarshalRefs
{
  Slot *slots;   /* (owned) */
  gsize n_slots; /* a power of two */
  gsize n_used;
};

static Slot *
find_slot (const PyrogMarshalRefs *refs, const Identity *identity)
{
  /* Payloads come from peers, so the hash is keyed */
  gsize slot = pyrog_value_index_hash (identity, sizeof *identity) & (refs->n_slots - 1);

  while (refs->slots[slot].is_used
         && (refs->slots[slot].identity.payload != identity->payload
             || refs->slots[slot].identity.size != identity->size
             || refs->slots[slot].identity.kind != identity->kind))
    slot = (slot + 1) & (refs->n_slots - 1);
  return &refs->slots[slot];
}

static gboolean
grow (PyrogMarshalRefs *refs)
{
  PyrogMarshalRefs bigger = { .n_slots = MAX (refs->n_slots * 2, FIRST_SLOTS) };

  bigger.slots = g_try_new0 (Slot, bigger.n_slots);
  if (bigger.slots == NULL)
    return FALSE;
  for (gsize i = 0; i < refs->n_slots; i++)
    {
      if (refs->slots[i].is_used)
        *find_slot (&bigger, &refs->slots[i].identity) = refs->slots[i];
    }
  g_free (refs->slots);
  refs->slots = bigger.slots;
  refs->n_slots = bigger.n_slots;
  return TRUE;
}

gboolean
pyrog_marshal_refs_add (PyrogMarshalRefs **refs,
                        const PyrogValue *value,
                        guint32 number,
                        guint32 *found)
{
  Identity identity = { value->uinteger, value->size, value->kind };

  if (*refs == NULL)
    *refs = g_new0 (PyrogMarshalRefs, 1);
  if ((*refs)->n_used * 2 >= (*refs)->n_slots && !grow (*refs))
    return FALSE;

  Slot *slot = find_slot (*refs, &identity);
  if (!slot->is_used)
    {
      *slot = (Slot){ identity, number, TRUE };
      (*refs)->n_used++;
    }
  *found = slot->number;
  return TRUE;
}

void
pyrog_marshal_refs_free (PyrogMarshalRefs *refs)
{
  if (refs == NULL)
    return;
  g_free (refs->slots);
  g_free (refs);
}
