/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec-marshal.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-marshal-reader.h"
#include "pyrog-marshal-types.h"

/* The reader. Lists, tuples and sets say how long they are, so their items are read straight into
 * their place in the arena; dicts do not and collect on a scratch stack. */

#define FIRST_SCRATCH 32u

static gboolean read_value (PyrogMarshalReader *reader, PyrogValue *value);

static gboolean
charge (PyrogMarshalReader *reader, gsize count)
{
  reader->cost += count;
  return pyrog_arena_charge (reader->arena, count, &reader->error);
}

/* ---- References ---- */

static gboolean
grow_refs (PyrogMarshalReader *reader)
{
  gsize size = reader->max_refs * sizeof (PyrogMarshalRef);
  PyrogMarshalRef *refs = pyrog_arena_alloc (reader->arena, size * 2, &reader->error);

  if (refs == NULL)
    return FALSE;
  memcpy (refs, reader->refs, size);
  reader->refs = refs;
  reader->max_refs *= 2;
  return TRUE;
}

/* By value, in registers: what has just been stored in parts is slow to load as a whole */
static inline gboolean
add_ref (PyrogMarshalReader *reader, PyrogValue value, gboolean is_open)
{
  if (G_UNLIKELY (reader->n_refs == reader->max_refs) && !grow_refs (reader))
    return FALSE;

  PyrogMarshalRef *ref = &reader->refs[reader->n_refs++];
  ref->value = value;
  ref->cost = 0;
  ref->height = 0;
  ref->is_open = (guint8) is_open;
  return TRUE;
}

/* Hands out a value without items, with its number if it has one */
static inline gboolean
give (PyrogMarshalReader *reader, PyrogValue *out, PyrogValue value, gboolean flagged)
{
  if (flagged)
    value.shared |= MARSHAL_NOTE_REF;
  *out = value;
  return !flagged || add_ref (reader, value, FALSE);
}

/* A reference costs what it stands for, in values and in depth */
static gboolean
read_ref (PyrogMarshalReader *reader, PyrogValue *value)
{
  gint32 number;

  if (!pyrog_marshal_take_i32 (reader, &number))
    return FALSE;
  if (number < 0 || (gsize) number >= reader->n_refs)
    return pyrog_marshal_fail (reader, _ ("a reference names nothing"));

  const PyrogMarshalRef *ref = &reader->refs[number];
  if (ref->is_open)
    return pyrog_marshal_fail (reader, _ ("a container holds a reference to itself"));
  if (reader->depth + ref->height > reader->max_depth)
    return pyrog_marshal_fail_depth (reader);
  reader->deepest = MAX (reader->deepest, reader->depth + ref->height);
  *value = ref->value;
  return charge (reader, ref->cost);
}

/* ---- Text ---- */

/* STR if there is no NUL, RAW_STR if there is one, NONE if there is more than ASCII */
static inline PyrogKind
scan_ascii (const guint8 *text, gsize size)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  guint64 bits = 0, zeros = 0, word;

  for (; size >= 8; text += 8, size -= 8)
    {
      memcpy (&word, text, 8);
      bits |= word;
      zeros |= (word - ones) & ~word;
    }
  for (; size > 0; text++, size--)
    {
      bits |= *text;
      zeros |= *text == 0 ? 0x80 : 0;
    }
  if ((bits & ones << 7) != 0)
    return PYROG_KIND_NONE;
  return (zeros & ones << 7) != 0 ? PYROG_KIND_RAW_STR : PYROG_KIND_STR;
}

static inline gboolean
read_ascii (PyrogMarshalReader *reader,
            gboolean is_short,
            guint8 notes,
            gboolean flagged,
            PyrogValue *value)
{
  gsize size;

  /* The short form takes no call */
  if (is_short && pyrog_marshal_bytes_left (reader) > 0
      && pyrog_marshal_bytes_left (reader) > *reader->next)
    size = *reader->next++;
  else if (!pyrog_marshal_take_count (reader, is_short, &size))
    return FALSE;
  const guint8 *text = reader->next;
  PyrogKind kind = scan_ascii (text, size);
  if (G_UNLIKELY (kind == PYROG_KIND_NONE))
    return pyrog_marshal_fail (reader, _ ("an ASCII str has other characters"));
  reader->next += size;
  return give (reader, value,
               (PyrogValue){ .kind = (guint8) kind,
                             .shared = notes,
                             .size = (guint32) size,
                             .text = (const char *) text },
               flagged);
}

/* ---- Containers ---- */

static gboolean
read_items (PyrogMarshalReader *reader, guint8 kind, gsize count, PyrogValue *value)
{
  PyrogValue *items;

  if (!charge (reader, count))
    return FALSE;
  items = pyrog_arena_alloc (reader->arena, count * sizeof (PyrogValue), &reader->error);
  if (items == NULL)
    return FALSE;
  for (gsize i = 0; i < count; i++)
    {
      if (G_UNLIKELY (!read_value (reader, &items[i])))
        return FALSE;
    }
  if (kind >= PYROG_KIND_SET && !pyrog_builder_unique (items, &count, 1, &reader->error))
    return FALSE;
  value->size = (guint32) count;
  value->items = items;
  return TRUE;
}

static gboolean
push_pair (PyrogMarshalReader *reader, const PyrogValue pair[2])
{
  if (reader->n_scratch + 2 > reader->max_scratch)
    {
      gsize capacity = MAX (reader->max_scratch * 2, FIRST_SCRATCH);
      PyrogValue *scratch = g_try_renew (PyrogValue, reader->scratch, capacity);
      if (scratch == NULL)
        {
          g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                       _ ("No memory for %zu values of a message"), capacity);
          return FALSE;
        }
      reader->scratch = scratch;
      reader->max_scratch = capacity;
    }
  reader->scratch[reader->n_scratch++] = pair[0];
  reader->scratch[reader->n_scratch++] = pair[1];
  return TRUE;
}

static gboolean
at_end_of_dict (PyrogMarshalReader *reader)
{
  if (pyrog_marshal_bytes_left (reader) == 0 || (*reader->next & ~MARSHAL_FLAG_REF) != MARSHAL_NULL)
    return FALSE;
  reader->next++;
  return TRUE;
}

static gboolean
read_pairs (PyrogMarshalReader *reader, PyrogValue *value)
{
  gsize base = reader->n_scratch;

  while (!at_end_of_dict (reader))
    {
      PyrogValue pair[2];
      if (!charge (reader, 2) || !read_value (reader, &pair[0]) || !read_value (reader, &pair[1])
          || !push_pair (reader, pair))
        return FALSE;
    }

  gsize count = (reader->n_scratch - base) / 2;
  PyrogValue *pairs = count > 0 ? reader->scratch + base : NULL;
  if (count > 0 && !pyrog_builder_unique (pairs, &count, 2, &reader->error))
    return FALSE;
  value->items
      = pyrog_arena_copy (reader->arena, pairs, count * 2 * sizeof (PyrogValue), &reader->error);
  value->size = (guint32) count;
  reader->n_scratch = base;
  return value->items != NULL;
}

static gboolean
read_container (PyrogMarshalReader *reader, guint8 type, PyrogValue *value)
{
  gsize count;

  if (reader->depth == reader->max_depth)
    return pyrog_marshal_fail_depth (reader);
  reader->depth++;
  reader->deepest = MAX (reader->deepest, reader->depth);
  if (type == MARSHAL_DICT)
    {
      if (!read_pairs (reader, value))
        return FALSE;
    }
  else if (!pyrog_marshal_take_count (reader, type == MARSHAL_SMALL_TUPLE, &count)
           || !read_items (reader, value->kind, count, value))
    return FALSE;
  reader->depth--;
  return TRUE;
}

/* A container with a number is known by it from its first byte on, but can't be named before its
 * last */
static gboolean
read_flagged_container (PyrogMarshalReader *reader, guint8 type, PyrogValue *value)
{
  gsize number = reader->n_refs;
  guint deepest = reader->deepest;
  gsize cost = reader->cost;

  value->shared = MARSHAL_NOTE_REF;
  if (!add_ref (reader, (PyrogValue){ .kind = value->kind }, TRUE))
    return FALSE;
  reader->deepest = reader->depth;
  if (!read_container (reader, type, value))
    return FALSE;

  PyrogMarshalRef *ref = &reader->refs[number];
  ref->value.shared = MARSHAL_NOTE_REF;
  ref->value.size = value->size;
  ref->value.items = value->items;
  ref->cost = (guint32) (reader->cost - cost);
  ref->height = (guint8) (reader->deepest - reader->depth);
  ref->is_open = FALSE;
  reader->deepest = MAX (reader->deepest, deepest);
  return TRUE;
}

/* ---- Values ---- */

static PyrogKind
container_kind (guint8 type)
{
  switch (type)
    {
    case MARSHAL_LIST:
      return PYROG_KIND_LIST;
    case MARSHAL_TUPLE:
    case MARSHAL_SMALL_TUPLE:
      return PYROG_KIND_TUPLE;
    case MARSHAL_SET:
      return PYROG_KIND_SET;
    case MARSHAL_FROZENSET:
      return PYROG_KIND_FROZENSET;
    case MARSHAL_DICT:
      return PYROG_KIND_DICT;
    default:
      return PYROG_KIND_NONE;
    }
}

static gboolean
read_other (PyrogMarshalReader *reader, guint8 type, gboolean flagged, PyrogValue *value)
{
  PyrogKind kind = container_kind (type);

  if (kind != PYROG_KIND_NONE)
    {
      *value = (PyrogValue){ .kind = (guint8) kind };
      return flagged ? read_flagged_container (reader, type, value)
                     : read_container (reader, type, value);
    }
  if (!pyrog_marshal_read_leaf (reader, type, value))
    return FALSE;
  if (type == MARSHAL_INTERNED)
    value->shared = MARSHAL_NOTE_INTERNED;
  return !flagged || give (reader, value, *value, TRUE);
}

static gboolean
read_value (PyrogMarshalReader *reader, PyrogValue *value)
{
  if (G_UNLIKELY (reader->next == reader->end))
    return pyrog_marshal_fail_truncated (reader);
  guint8 code = *reader->next++;
  gboolean flagged = (code & MARSHAL_FLAG_REF) != 0;
  guint8 type = code & (guint8) ~MARSHAL_FLAG_REF;

  switch (type)
    {
    case MARSHAL_INT:
      if (G_UNLIKELY (pyrog_marshal_bytes_left (reader) < 4))
        return pyrog_marshal_fail_truncated (reader);
      reader->next += 4;
      return give (reader, value,
                   (PyrogValue){ .kind = PYROG_KIND_INT,
                                 .integer = (gint32) pyrog_marshal_load_u32 (reader->next - 4) },
                   flagged);
    case MARSHAL_ASCII:
    case MARSHAL_ASCII_INTERNED:
      return read_ascii (reader, FALSE, type == MARSHAL_ASCII ? 0 : MARSHAL_NOTE_INTERNED, flagged,
                         value);
    case MARSHAL_SHORT_ASCII:
    case MARSHAL_SHORT_ASCII_INTERNED:
      return read_ascii (reader, TRUE, type == MARSHAL_SHORT_ASCII ? 0 : MARSHAL_NOTE_INTERNED,
                         flagged, value);
    case MARSHAL_BINARY_FLOAT:
      if (G_UNLIKELY (pyrog_marshal_bytes_left (reader) < 8))
        return pyrog_marshal_fail_truncated (reader);
      reader->next += 8;
      return give (reader, value,
                   (PyrogValue){ .kind = PYROG_KIND_FLOAT,
                                 .real = pyrog_marshal_load_double (reader->next - 8) },
                   flagged);
    case MARSHAL_NONE: /* a flag on these has no meaning */
      *value = (PyrogValue){ .kind = PYROG_KIND_NONE };
      return TRUE;
    case MARSHAL_TRUE:
    case MARSHAL_FALSE:
      *value = (PyrogValue){ .kind = PYROG_KIND_BOOL, .boolean = type == MARSHAL_TRUE };
      return TRUE;
    case MARSHAL_REF:
      return read_ref (reader, value);
    default:
      return read_other (reader, type, flagged, value);
    }
}

static gboolean
decode (PyrogArena *arena, const guint8 *data, gsize size, PyrogValue *value, GError **error)
{
  PyrogMarshalReader reader;
  PyrogValue result;

  /* The first references alone are left as they are */
  memset (&reader, 0, G_STRUCT_OFFSET (PyrogMarshalReader, first_refs));
  reader.arena = arena;
  reader.max_depth = pyrog_arena_get_max_depth (arena);
  reader.start = reader.next = data;
  reader.end = data + size;
  reader.refs = reader.first_refs;
  reader.max_refs = PYROG_MARSHAL_FIRST_REFS;

  gboolean ok = charge (&reader, 1) && read_value (&reader, &result);
  if (ok && reader.next != reader.end)
    ok = pyrog_marshal_fail (&reader, _ ("something follows the value"));
  g_free (reader.scratch);
  if (!ok)
    g_propagate_error (error, reader.error);
  else
    *value = result;
  return ok;
}

const PyrogCodec pyrog_codec_marshal = {
  .serializer = PYROG_SERIALIZER_MARSHAL,
  .name = "marshal",
  .decode = decode,
  .encode = pyrog_codec_marshal_encode,
};
