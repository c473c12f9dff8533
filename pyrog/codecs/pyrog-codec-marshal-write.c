/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec-marshal.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-codec-private.h"
#include "pyrog-long-digits.h"
#include "pyrog-marshal-order.h"
#include "pyrog-marshal-refs.h"
#include "pyrog-marshal-types.h"

/* The writer. Python marks each value that more than one place holds with a flag, which gives it a
 * number, and writes the number when the same object comes again. What a fresh value has is known:
 * small ints, empty and one-character strings and bytes and the empty tuple are single objects of
 * the interpreter; the arguments of a call, its method and keywords, the outermost value of other
 * messages and the items of a set are held twice. What came in marshal keeps its flags. */

#define MIN_SINGLE_INT (-5)
#define MAX_SINGLE_INT 256

/* Numbers of the interpreter's single objects */
enum
{
  SINGLE_INT = 0, /* + value - MIN_SINGLE_INT */
  SINGLE_CHAR = SINGLE_INT + MAX_SINGLE_INT - MIN_SINGLE_INT + 1,
  SINGLE_EMPTY_STR = SINGLE_CHAR + 256,
  SINGLE_EMPTY_BYTES,
  SINGLE_EMPTY_TUPLE,
  N_SINGLES,
};

typedef struct
{
  PyrogBuffer *out;
  GError **error;
  PyrogMarshalRefs *refs; /* (owned) (nullable) */
  GHashTable
      *orders; /* (nullable) items of a set -> the order of them; inside a set of containers */
  guint32 n_refs;
  guint64 seen[(N_SINGLES + 63) / 64]; /* bit a single object that was written */
  guint32 numbers[N_SINGLES];          /* its reference number, if the bit is set */
} Writer;

static gboolean write_value (
    Writer *writer, const PyrogValue *value, gboolean flagged, const PyrogPath *path, guint depth);

/* numbers[] needs no zeros: seen[] guards it */
static void
writer_init (Writer *writer, PyrogBuffer *out, GHashTable *orders, GError **error)
{
  writer->out = out;
  writer->error = error;
  writer->refs = NULL;
  writer->orders = orders;
  writer->n_refs = 0;
  memset (writer->seen, 0, sizeof writer->seen);
}

/* ---- Bytes ---- */

static void
store_u32 (guint8 *out, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (out, &value, sizeof value);
}

static void
store_double (guint8 *out, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT64_TO_LE (bits);
  memcpy (out, &bits, sizeof bits);
}

/* A type and what follows it */
static inline void
write_u32 (Writer *writer, guint8 type, guint32 value)
{
  guint8 *p = pyrog_codec_reserve (writer->out, 5);

  p[0] = type;
  store_u32 (p + 1, value);
  pyrog_codec_commit (writer->out, 5);
}

static guint8
with_flag (Writer *writer, guint8 type, gboolean flagged)
{
  if (!flagged)
    return type;
  writer->n_refs++;
  return type | MARSHAL_FLAG_REF;
}

/* An object of which the interpreter has one only: TRUE if it was there already and a reference
 * has been written */
static gboolean
write_single (Writer *writer, guint single)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << (single % 64);

  if ((writer->seen[single / 64] & bit) != 0)
    {
      write_u32 (writer, MARSHAL_REF, writer->numbers[single]);
      return TRUE;
    }
  writer->seen[single / 64] |= bit;
  writer->numbers[single] = writer->n_refs;
  return FALSE;
}

/* The same for a value that came with a flag. FALSE with *flagged set: write it. */
static gboolean
write_noted (Writer *writer, const PyrogValue *value, gboolean *flagged)
{
  guint32 number;

  if ((value->shared & MARSHAL_NOTE_REF) == 0)
    return FALSE;
  *flagged = TRUE;
  if (!pyrog_marshal_refs_add (&writer->refs, value, writer->n_refs, &number))
    {
      writer->out->overflow = TRUE;
      return FALSE;
    }
  if (number == writer->n_refs)
    return FALSE;
  write_u32 (writer, MARSHAL_REF, number);
  return TRUE;
}

/* ---- Numbers ---- */

/* magnitude is not 0 */
static void
write_long (Writer *writer, guint64 magnitude, gboolean negative, gboolean flagged)
{
  guint8 *p = pyrog_codec_reserve (writer->out, 16);
  gint32 n = 0;

  p[0] = with_flag (writer, MARSHAL_LONG, flagged);
  for (; magnitude != 0; magnitude >>= 15, n++)
    {
      p[5 + 2 * n] = (guint8) magnitude;
      p[6 + 2 * n] = (guint8) (magnitude >> 8 & 0x7f);
    }
  store_u32 (p + 1, (guint32) (negative ? -n : n));
  pyrog_codec_commit (writer->out, 5 + 2 * (gsize) n);
}

static void
write_int (Writer *writer, const PyrogValue *value, gboolean flagged)
{
  gint64 integer = value->integer;

  if (integer >= MIN_SINGLE_INT && integer <= MAX_SINGLE_INT)
    {
      if (write_single (writer, (guint) (SINGLE_INT + integer - MIN_SINGLE_INT)))
        return;
      flagged = TRUE;
    }
  else if (write_noted (writer, value, &flagged))
    return;
  if (integer >= G_MININT32 && integer <= G_MAXINT32)
    write_u32 (writer, with_flag (writer, MARSHAL_INT, flagged), (guint32) integer);
  else
    write_long (writer, integer < 0 ? 0 - (guint64) integer : (guint64) integer, integer < 0,
                flagged);
}

static gboolean
write_big_int (Writer *writer, const PyrogValue *value, gboolean flagged, const PyrogPath *path)
{
  guint8 digits[PYROG_MAX_LONG_DIGITS * 2];
  gboolean negative = value->text[0] == '-';

  if (write_noted (writer, value, &flagged))
    return TRUE;
  gsize size = value->size - (negative ? 1u : 0u);
  gsize n = size > PYROG_MAX_INT_DIGITS
                ? 0
                : pyrog_long_from_decimal (value->text + (negative ? 1 : 0), size, digits);
  if (n == 0)
    return pyrog_codec_refuse (path, writer->error, _ ("the int has more than %d digits"),
                               PYROG_MAX_INT_DIGITS);
  write_u32 (writer, with_flag (writer, MARSHAL_LONG, flagged),
             (guint32) (negative ? -(gint32) n : (gint32) n));
  pyrog_codec_append (writer->out, digits, n * 2);
  return TRUE;
}

static void
write_doubles (Writer *writer, const PyrogValue *value, guint8 type, gsize n, gboolean flagged)
{
  const double *parts = n == 1 ? &value->real : value->parts;

  if (write_noted (writer, value, &flagged))
    return;
  guint8 *p = pyrog_codec_reserve (writer->out, 17);
  p[0] = with_flag (writer, type, flagged);
  for (gsize i = 0; i < n; i++)
    store_double (p + 1 + 8 * i, parts[i]);
  pyrog_codec_commit (writer->out, 1 + 8 * n);
}

/* ---- Text ---- */

static gboolean
is_ascii (const char *text, gsize size)
{
  guint8 bits = 0;

  for (gsize i = 0; i < size; i++)
    bits |= (guint8) text[i];
  return bits < 0x80;
}

/* The number of a str that is a single object, or N_SINGLES */
static guint
single_of_str (const PyrogValue *value)
{
  const guint8 *text = (const guint8 *) value->text;

  if (value->size == 0)
    return SINGLE_EMPTY_STR;
  if (value->size == 1)
    return SINGLE_CHAR + text[0];
  if (value->size == 2 && (text[0] == 0xc2 || text[0] == 0xc3))
    return (guint) (SINGLE_CHAR + ((text[0] & 3) << 6) + (text[1] & 0x3f));
  return N_SINGLES;
}

static guint8
type_of_str (const PyrogValue *value)
{
  /* Pyro5 meets the empty str interned */
  gboolean interned = (value->shared & MARSHAL_NOTE_INTERNED) != 0 || value->size == 0;

  if (!is_ascii (value->text, value->size))
    return interned ? MARSHAL_INTERNED : MARSHAL_UNICODE;
  if (value->size < 256)
    return interned ? MARSHAL_SHORT_ASCII_INTERNED : MARSHAL_SHORT_ASCII;
  return interned ? MARSHAL_ASCII_INTERNED : MARSHAL_ASCII;
}

static gboolean
write_run (Writer *writer, guint8 type, const PyrogValue *value, const PyrogPath *path)
{
  if (value->size > G_MAXINT32)
    return pyrog_codec_refuse (path, writer->error, _ ("the %s has %u bytes, more than %d"),
                               pyrog_kind_name (value->kind), value->size, G_MAXINT32);
  write_u32 (writer, type, value->size);
  pyrog_codec_append (writer->out, value->text, value->size);
  return TRUE;
}

static gboolean
write_str (Writer *writer, const PyrogValue *value, gboolean flagged, const PyrogPath *path)
{
  guint single = single_of_str (value);

  if (single < N_SINGLES)
    {
      if (write_single (writer, single))
        return TRUE;
      flagged = TRUE;
    }
  else if (write_noted (writer, value, &flagged))
    return TRUE;

  guint8 type = type_of_str (value);
  gboolean is_short = type == MARSHAL_SHORT_ASCII || type == MARSHAL_SHORT_ASCII_INTERNED;
  type = with_flag (writer, type, flagged);
  if (!is_short)
    return write_run (writer, type, value, path);

  guint8 *p = pyrog_codec_reserve (writer->out, 2);
  p[0] = type;
  p[1] = (guint8) value->size;
  pyrog_codec_commit (writer->out, 2);
  pyrog_codec_append (writer->out, value->text, value->size);
  return TRUE;
}

/* Names of methods and keywords are interned in Python, and in more than one place */
static gboolean
write_name (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint depth)
{
  PyrogValue name = *value;

  if (name.kind == PYROG_KIND_STR)
    name.shared |= MARSHAL_NOTE_INTERNED;
  return write_value (writer, &name, TRUE, path, depth);
}

static gboolean
write_bytes (Writer *writer, const PyrogValue *value, gboolean flagged, const PyrogPath *path)
{
  if (value->size == 0)
    {
      if (write_single (writer, SINGLE_EMPTY_BYTES))
        return TRUE;
      flagged = TRUE;
    }
  else if (write_noted (writer, value, &flagged))
    return TRUE;
  return write_run (writer, with_flag (writer, MARSHAL_BYTES, flagged), value, path);
}

/* ---- Sets ---- */

/* Python sorts the items of a set by what each gives when written alone, so that all are written
 * twice, sets in them four times, sets in those eight times: the orders of sets in sets are kept,
 * and nothing is sorted more than once. */

typedef struct
{
  Writer *writer;
  const PyrogPath *path;
  guint depth;
} Alone;

static gboolean
write_alone (const PyrogValue *item, gsize index, PyrogBuffer *out, gpointer data)
{
  const Alone *alone = data;
  PyrogPath step = PYROG_ITEM_PATH (alone->path, index);
  Writer writer;

  writer_init (&writer, out, alone->writer->orders, alone->writer->error);
  gboolean ok = write_value (&writer, item, FALSE, &step, alone->depth);
  pyrog_marshal_refs_free (writer.refs);
  return ok;
}

static gboolean
holds_containers (const PyrogValue *set)
{
  for (gsize i = 0; i < set->size; i++)
    {
      if (pyrog_value_is_container (&set->items[i]))
        return TRUE;
    }
  return FALSE;
}

static gboolean
write_sorted (
    Writer *writer, const PyrogValue *set, const gsize *order, const PyrogPath *path, guint depth)
{
  PyrogPath step = PYROG_ITEM_PATH (path, 0);

  for (gsize i = 0; i < set->size; i++)
    {
      step.index = order[i];
      if (!write_value (writer, &set->items[order[i]], TRUE, &step, depth))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_set_items (Writer *writer, const PyrogValue *set, const PyrogPath *path, guint depth)
{
  Alone alone = { writer, path, depth };
  gsize *order = NULL;

  if (set->size == 0)
    return TRUE;
  if (writer->orders != NULL)
    order = g_hash_table_lookup (writer->orders, set->items);
  if (order != NULL)
    return write_sorted (writer, set, order, path, depth);

  gboolean is_outermost = writer->orders == NULL && holds_containers (set);
  if (is_outermost)
    writer->orders = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  gboolean ok = pyrog_marshal_order (set, writer->out, write_alone, &alone, &order);
  if (ok && order != NULL)
    ok = write_sorted (writer, set, order, path, depth);
  if (is_outermost)
    g_clear_pointer (&writer->orders, g_hash_table_unref);
  if (writer->orders != NULL && order != NULL)
    g_hash_table_insert (writer->orders, (gpointer) set->items, g_steal_pointer (&order));
  g_free (order);
  return ok;
}

/* ---- Containers ---- */

/* An int of four bytes that is nothing special: the most frequent item of long lists */
static inline gboolean
is_common_int (const PyrogValue *value)
{
  return value->kind == PYROG_KIND_INT && value->shared == 0 && value->integer > MAX_SINGLE_INT
         && value->integer <= G_MAXINT32;
}

static gboolean
write_items (
    Writer *writer, const PyrogValue *value, gboolean flagged, const PyrogPath *path, guint depth)
{
  PyrogPath step = PYROG_ITEM_PATH (path, 0);

  for (gsize i = 0; i < value->size; i++)
    {
      if (!flagged && is_common_int (&value->items[i]))
        {
          write_u32 (writer, MARSHAL_INT, (guint32) value->items[i].integer);
          continue;
        }
      step.index = i;
      if (!write_value (writer, &value->items[i], flagged, &step, depth))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_pairs (
    Writer *writer, const PyrogValue *dict, gboolean is_kwargs, const PyrogPath *path, guint depth)
{
  PyrogPath step = { .parent = path };

  for (gsize i = 0; i < dict->size; i++)
    {
      const PyrogValue *key = &dict->items[2 * i];
      step.key = key;
      if (is_kwargs ? !write_name (writer, key, &step, depth)
                    : !write_value (writer, key, FALSE, &step, depth))
        return FALSE;
      if (!write_value (writer, key + 1, is_kwargs, &step, depth))
        return FALSE;
    }
  pyrog_codec_append_byte (writer->out, MARSHAL_NULL);
  return TRUE;
}

/* A type and the number of items, if the format says it */
static gboolean
write_head (Writer *writer, const PyrogValue *value, gboolean flagged, const PyrogPath *path)
{
  static const guint8 types[] = {
    [PYROG_KIND_LIST] = MARSHAL_LIST,
    [PYROG_KIND_TUPLE] = MARSHAL_TUPLE,
    [PYROG_KIND_SET] = MARSHAL_SET,
    [PYROG_KIND_DICT] = MARSHAL_DICT,
    [PYROG_KIND_FROZENSET] = MARSHAL_FROZENSET,
  };
  gboolean is_small = value->kind == PYROG_KIND_TUPLE && value->size < 256;

  if (value->size > G_MAXINT32)
    return pyrog_codec_refuse (path, writer->error, _ ("the %s has %u items, more than %d"),
                               pyrog_kind_name (value->kind), value->size, G_MAXINT32);

  guint8 type = with_flag (writer, is_small ? MARSHAL_SMALL_TUPLE : types[value->kind], flagged);
  if (!is_small && value->kind != PYROG_KIND_DICT)
    {
      write_u32 (writer, type, value->size);
      return TRUE;
    }
  guint8 *p = pyrog_codec_reserve (writer->out, 2);
  p[0] = type;
  p[1] = (guint8) value->size;
  pyrog_codec_commit (writer->out, is_small ? 2 : 1);
  return TRUE;
}

static gboolean
write_container (
    Writer *writer, const PyrogValue *value, gboolean flagged, const PyrogPath *path, guint depth)
{
  if (depth == PYROG_MAX_CALL_DEPTH)
    return pyrog_codec_refuse_depth (path, writer->error);
  if (value->kind == PYROG_KIND_TUPLE && value->size == 0)
    {
      if (write_single (writer, SINGLE_EMPTY_TUPLE))
        return TRUE;
      flagged = TRUE;
    }
  else if (write_noted (writer, value, &flagged))
    return TRUE;

  if (!write_head (writer, value, flagged, path))
    return FALSE;
  if (value->kind == PYROG_KIND_DICT)
    return write_pairs (writer, value, FALSE, path, depth + 1);
  if (value->kind == PYROG_KIND_SET || value->kind == PYROG_KIND_FROZENSET)
    return write_set_items (writer, value, path, depth + 1);
  return write_items (writer, value, FALSE, path, depth + 1);
}

/* ---- Values ---- */

static gboolean
write_value (
    Writer *writer, const PyrogValue *value, gboolean flagged, const PyrogPath *path, guint depth)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_NONE:
      pyrog_codec_append_byte (writer->out, MARSHAL_NONE);
      return TRUE;
    case PYROG_KIND_BOOL:
      pyrog_codec_append_byte (writer->out, value->boolean ? MARSHAL_TRUE : MARSHAL_FALSE);
      return TRUE;
    case PYROG_KIND_INT:
      write_int (writer, value, flagged);
      return TRUE;
    case PYROG_KIND_UINT:
      if (!write_noted (writer, value, &flagged))
        write_long (writer, value->uinteger, FALSE, flagged);
      return TRUE;
    case PYROG_KIND_BIG_INT:
      return write_big_int (writer, value, flagged, path);
    case PYROG_KIND_FLOAT:
      write_doubles (writer, value, MARSHAL_BINARY_FLOAT, 1, flagged);
      return TRUE;
    case PYROG_KIND_COMPLEX:
      write_doubles (writer, value, MARSHAL_BINARY_COMPLEX, 2, flagged);
      return TRUE;
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
      return write_str (writer, value, flagged, path);
    case PYROG_KIND_BYTES:
      return write_bytes (writer, value, flagged, path);
    case PYROG_KIND_DATETIME:
    case PYROG_KIND_DATE:
      return pyrog_codec_refuse (path, writer->error, _ ("marshal can't carry a %s"),
                                 pyrog_kind_name (value->kind));
    default:
      return write_container (writer, value, flagged, path, depth);
    }
}

/* ---- Calls ---- */

/* Pyro5 makes a list of the arguments. Each is held by that list and by the caller's tuple. */
static gboolean
write_args (Writer *writer, const PyrogValue *args, const PyrogPath *path)
{
  PyrogValue list = *args;

  list.kind = PYROG_KIND_LIST;
  return write_head (writer, &list, TRUE, path) && write_items (writer, &list, TRUE, path, 2);
}

static gboolean
write_kwargs (Writer *writer, const PyrogValue *kwargs, const PyrogPath *path)
{
  return write_head (writer, kwargs, TRUE, path) && write_pairs (writer, kwargs, TRUE, path, 2);
}

static gboolean
write_call (Writer *writer, const PyrogValue *call)
{
  const PyrogValue *args = &call->items[2], *kwargs = &call->items[3];
  PyrogPath parts[4];

  for (guint i = 0; i < 4; i++)
    parts[i] = (PyrogPath){ .name = pyrog_call_part_names[i] };
  if (!write_head (writer, call, FALSE, NULL)
      || !write_value (writer, &call->items[0], TRUE, &parts[0], 1)
      || !write_name (writer, &call->items[1], &parts[1], 1))
    return FALSE;
  if (args->kind == PYROG_KIND_LIST || args->kind == PYROG_KIND_TUPLE
          ? !write_args (writer, args, &parts[2])
          : !write_value (writer, args, TRUE, &parts[2], 1))
    return FALSE;
  return kwargs->kind == PYROG_KIND_DICT ? write_kwargs (writer, kwargs, &parts[3])
                                         : write_value (writer, kwargs, TRUE, &parts[3], 1);
}

gboolean
pyrog_codec_marshal_encode (const PyrogValue *value,
                            const char *root,
                            PyrogBuffer *out,
                            GError **error)
{
  PyrogPath path = { .name = root != NULL ? root : "call" };
  const PyrogBufferPlace start = pyrog_buffer_get_end (out);
  Writer writer;
  gboolean ok;

  writer_init (&writer, out, NULL, error);
  if (root == NULL && value->kind == PYROG_KIND_TUPLE && value->size == 4)
    ok = write_call (&writer, value);
  else
    ok = write_value (&writer, value, TRUE, &path, PYROG_ROOT_DEPTH (root));
  pyrog_marshal_refs_free (writer.refs);
  return pyrog_codec_end_encode (out, start, ok, error);
}
