/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec-marshal.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-long-digits.h"
#include "pyrog-number.h"

/* The reader. Lists, tuples and sets say how long they are, so their items are read straight into
 * their place in the arena; dicts do not and collect on a scratch stack. */

#define FIRST_REFS 16u
#define FIRST_SCRATCH 32u

/* A value that a reference may name */
typedef struct
{
  PyrogValue value;
  guint32 cost;   /* values in it, itself not counted, all references expanded */
  guint8 height;  /* containers in it, one in the other, itself counted */
  guint8 is_open; /* it is still being read */
} Ref;

typedef struct
{
  PyrogArena *arena;
  const guint8 *start;
  const guint8 *next;
  const guint8 *end;
  GError *error; /* (owned) (nullable) */
  guint depth;   /* containers that are open */
  guint deepest; /* the largest depth since the innermost referable container was opened */
  gsize cost;    /* values so far, all references expanded */
  Ref *refs;
  gsize n_refs;
  gsize max_refs;
  PyrogValue *scratch; /* (owned) (nullable) */
  gsize n_scratch;
  gsize max_scratch;
  Ref first_refs[FIRST_REFS];
} Reader;

static gboolean read_value (Reader *reader, PyrogValue *value);

static gboolean
fail (Reader *reader, const char *why)
{
  if (reader->error == NULL)
    g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_SERIALIZE,
                 _ ("Malformed marshal data at byte %" G_GSIZE_FORMAT ": %s"),
                 (gsize) (reader->next - reader->start), why);
  return FALSE;
}

static gsize
bytes_left (const Reader *reader)
{
  return (gsize) (reader->end - reader->next);
}

static gboolean
fail_truncated (Reader *reader)
{
  return fail (reader, _ ("it ends in the middle of a value"));
}

static gboolean
charge (Reader *reader, gsize count)
{
  reader->cost += count;
  return pyrog_arena_charge (reader->arena, count, &reader->error);
}

/* ---- Bytes ---- */

static guint32
load_u32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_LE (value);
}

static guint64
load_u64 (const guint8 *data)
{
  guint64 value;

  memcpy (&value, data, sizeof value);
  return GUINT64_FROM_LE (value);
}

static double
load_double (const guint8 *data)
{
  guint64 bits = load_u64 (data);
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* The next size bytes, or NULL */
static inline const guint8 *
take (Reader *reader, gsize size)
{
  if (G_UNLIKELY (bytes_left (reader) < size))
    {
      fail_truncated (reader);
      return NULL;
    }
  const guint8 *data = reader->next;
  reader->next += size;
  return data;
}

static gboolean
take_i32 (Reader *reader, gint32 *value)
{
  const guint8 *data = take (reader, 4);

  if (data == NULL)
    return FALSE;
  *value = (gint32) load_u32 (data);
  return TRUE;
}

/* A number of things that take at least one byte each: not more than there are bytes left */
static inline gboolean
take_count (Reader *reader, gboolean is_short, gsize *count)
{
  const guint8 *data;
  gint32 value;

  if (is_short)
    {
      data = take (reader, 1);
      if (data == NULL)
        return FALSE;
      *count = data[0];
    }
  else
    {
      if (!take_i32 (reader, &value))
        return FALSE;
      if (value < 0)
        return fail (reader, _ ("a size is negative"));
      *count = (gsize) value;
    }
  return *count <= bytes_left (reader) || fail_truncated (reader);
}

/* ---- References ---- */

static gboolean
grow_refs (Reader *reader)
{
  gsize size = reader->max_refs * sizeof (Ref);
  Ref *refs = pyrog_arena_alloc (reader->arena, size * 2, &reader->error);

  if (refs == NULL)
    return FALSE;
  memcpy (refs, reader->refs, size);
  reader->refs = refs;
  reader->max_refs *= 2;
  return TRUE;
}

/* By value, in registers: what has just been stored in parts is slow to load as a whole */
static inline gboolean
add_ref (Reader *reader, PyrogValue value, gboolean is_open)
{
  if (G_UNLIKELY (reader->n_refs == reader->max_refs) && !grow_refs (reader))
    return FALSE;

  Ref *ref = &reader->refs[reader->n_refs++];
  ref->value = value;
  ref->cost = 0;
  ref->height = 0;
  ref->is_open = (guint8) is_open;
  return TRUE;
}

/* Hands out a value without items, with its number if it has one */
static inline gboolean
give (Reader *reader, PyrogValue *out, PyrogValue value, gboolean flagged)
{
  if (flagged)
    value.shared |= MARSHAL_NOTE_REF;
  *out = value;
  return !flagged || add_ref (reader, value, FALSE);
}

/* A reference costs what it stands for, in values and in depth */
static gboolean
read_ref (Reader *reader, PyrogValue *value)
{
  gint32 number;

  if (!take_i32 (reader, &number))
    return FALSE;
  if (number < 0 || (gsize) number >= reader->n_refs)
    return fail (reader, _ ("a reference names nothing"));

  const Ref *ref = &reader->refs[number];
  if (ref->is_open)
    return fail (reader, _ ("a container holds a reference to itself"));
  if (reader->depth + ref->height > PYROG_MAX_DEPTH)
    {
      g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("The message nests more than its limit of %u containers"), PYROG_MAX_DEPTH);
      return FALSE;
    }
  reader->deepest = MAX (reader->deepest, reader->depth + ref->height);
  *value = ref->value;
  return charge (reader, ref->cost);
}

/* ---- Text ---- */

static gboolean
set_text (Reader *reader, PyrogValue *value, PyrogKind kind, gsize size)
{
  const guint8 *data = take (reader, size);

  if (data == NULL)
    return FALSE;
  *value
      = (PyrogValue){ .kind = (guint8) kind, .size = (guint32) size, .text = (const char *) data };
  return TRUE;
}

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
read_ascii (Reader *reader, gboolean is_short, guint8 notes, gboolean flagged, PyrogValue *value)
{
  gsize size;

  if (!take_count (reader, is_short, &size))
    return FALSE;
  const guint8 *text = reader->next;
  PyrogKind kind = scan_ascii (text, size);
  if (G_UNLIKELY (kind == PYROG_KIND_NONE))
    return fail (reader, _ ("an ASCII str has other characters"));
  reader->next += size;
  return give (reader, value,
               (PyrogValue){ .kind = (guint8) kind,
                             .shared = notes,
                             .size = (guint32) size,
                             .text = (const char *) text },
               flagged);
}

static gboolean
read_unicode (Reader *reader, PyrogValue *value)
{
  gsize size;

  if (!take_count (reader, FALSE, &size) || !set_text (reader, value, PYROG_KIND_STR, size))
    return FALSE;
  PyrogKind kind = pyrog_builder_classify (value->text, size);
  if (kind == PYROG_KIND_NONE)
    return fail (reader, _ ("a str is not valid UTF-8"));
  value->kind = (guint8) kind;
  return TRUE;
}

/* ---- Numbers ---- */

/* More than 64 bits */
static gboolean
read_big_int (
    Reader *reader, const guint8 *digits, gsize n, gboolean is_negative, PyrogValue *value)
{
  char text[PYROG_LONG_TEXT_SIZE + 1];
  gsize size = pyrog_long_to_decimal (digits, n, text + 1);

  if (size > PYROG_MAX_INT_DIGITS)
    {
      g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("An int has %" G_GSIZE_FORMAT " digits, more than %d"), size,
                   PYROG_MAX_INT_DIGITS);
      return FALSE;
    }
  text[0] = '-';
  size += is_negative ? 1 : 0;
  *value = (PyrogValue){ .kind = PYROG_KIND_BIG_INT, .size = (guint32) size };
  value->text
      = pyrog_arena_copy (reader->arena, is_negative ? text : text + 1, size, &reader->error);
  return value->text != NULL;
}

/* Digits of at most 64 bits; FALSE if they are more */
static gboolean
load_digits (const guint8 *digits, gsize n, guint64 *magnitude)
{
  guint64 sum = 0;

  for (gsize i = n; i > 0; i--)
    {
      if (sum >> 49 != 0)
        return FALSE;
      sum = sum << 15 | (guint64) (digits[2 * i - 2] | digits[2 * i - 1] << 8);
    }
  *magnitude = sum;
  return TRUE;
}

static gboolean
check_digits (Reader *reader, const guint8 *digits, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      if (digits[2 * i + 1] > 0x7f)
        return fail (reader, _ ("an int has a digit of more than 15 bits"));
    }
  if (n > 0 && digits[2 * n - 2] == 0 && digits[2 * n - 1] == 0)
    return fail (reader, _ ("an int begins with a zero digit"));
  return TRUE;
}

static gboolean
read_long (Reader *reader, PyrogValue *value)
{
  gint32 signed_size;
  guint64 magnitude;

  if (!take_i32 (reader, &signed_size))
    return FALSE;
  gboolean is_negative = signed_size < 0;
  gsize n = is_negative ? 0 - (gsize) signed_size : (gsize) signed_size;
  if (n > PYROG_MAX_LONG_DIGITS)
    {
      g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("An int has %" G_GSIZE_FORMAT " digits of 15 bits, more than %d"), n,
                   PYROG_MAX_LONG_DIGITS);
      return FALSE;
    }
  const guint8 *digits = take (reader, n * 2);
  if (digits == NULL || !check_digits (reader, digits, n))
    return FALSE;

  if (!load_digits (digits, n, &magnitude) || (is_negative && magnitude > (guint64) G_MAXINT64 + 1))
    return read_big_int (reader, digits, n, is_negative, value);
  if (is_negative)
    *value = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint64) (0 - magnitude) };
  else if (magnitude <= G_MAXINT64)
    *value = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint64) magnitude };
  else
    *value = (PyrogValue){ .kind = PYROG_KIND_UINT, .uinteger = magnitude };
  return TRUE;
}

/* A float as text, which versions 0 and 1 wrote */
static gboolean
take_text_float (Reader *reader, double *real)
{
  static const struct
  {
    const char *text;
    double value;
  } names[] = { { "nan", NAN }, { "-nan", NAN }, { "inf", INFINITY }, { "-inf", -INFINITY } };
  gsize size;

  if (!take_count (reader, TRUE, &size))
    return FALSE;
  const char *text = (const char *) take (reader, size);
  if (text == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (size == strlen (names[i].text) && memcmp (text, names[i].text, size) == 0)
        {
          *real = names[i].value;
          return TRUE;
        }
    }
  return pyrog_number_read_float (text, size, real) || fail (reader, _ ("a float is malformed"));
}

static gboolean
read_float (Reader *reader, gboolean is_text, PyrogValue *value)
{
  double real;

  if (is_text)
    {
      if (!take_text_float (reader, &real))
        return FALSE;
    }
  else
    {
      const guint8 *data = take (reader, 8);
      if (data == NULL)
        return FALSE;
      real = load_double (data);
    }
  *value = (PyrogValue){ .kind = PYROG_KIND_FLOAT, .real = real };
  return TRUE;
}

static gboolean
read_complex (Reader *reader, gboolean is_text, PyrogValue *value)
{
  double *parts = pyrog_arena_alloc (reader->arena, 2 * sizeof (double), &reader->error);
  PyrogValue part;

  if (parts == NULL)
    return FALSE;
  for (guint i = 0; i < 2; i++)
    {
      if (!read_float (reader, is_text, &part))
        return FALSE;
      parts[i] = part.real;
    }
  *value = (PyrogValue){ .kind = PYROG_KIND_COMPLEX, .parts = parts };
  return TRUE;
}

static gboolean
read_int64 (Reader *reader, PyrogValue *value)
{
  const guint8 *data = take (reader, 8);

  if (data == NULL)
    return FALSE;
  *value = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint64) load_u64 (data) };
  return TRUE;
}

/* ---- Containers ---- */

static gboolean
read_items (Reader *reader, guint8 kind, gsize count, PyrogValue *value)
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
push_pair (Reader *reader, const PyrogValue pair[2])
{
  if (reader->n_scratch + 2 > reader->max_scratch)
    {
      gsize capacity = MAX (reader->max_scratch * 2, FIRST_SCRATCH);
      PyrogValue *scratch = g_try_renew (PyrogValue, reader->scratch, capacity);
      if (scratch == NULL)
        {
          g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                       _ ("No memory for %" G_GSIZE_FORMAT " values of a message"), capacity);
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
at_end_of_dict (Reader *reader)
{
  if (bytes_left (reader) == 0 || (*reader->next & ~MARSHAL_FLAG_REF) != MARSHAL_NULL)
    return FALSE;
  reader->next++;
  return TRUE;
}

static gboolean
read_pairs (Reader *reader, PyrogValue *value)
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
read_container (Reader *reader, guint8 type, PyrogValue *value)
{
  gsize count;

  if (reader->depth == PYROG_MAX_DEPTH)
    {
      g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("The message nests more than its limit of %u containers"), PYROG_MAX_DEPTH);
      return FALSE;
    }
  reader->depth++;
  reader->deepest = MAX (reader->deepest, reader->depth);
  if (type == MARSHAL_DICT)
    {
      if (!read_pairs (reader, value))
        return FALSE;
    }
  else if (!take_count (reader, type == MARSHAL_SMALL_TUPLE, &count)
           || !read_items (reader, value->kind, count, value))
    return FALSE;
  reader->depth--;
  return TRUE;
}

/* A container with a number is known by it from its first byte on, but can't be named before its
 * last */
static gboolean
read_flagged_container (Reader *reader, guint8 type, PyrogValue *value)
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

  Ref *ref = &reader->refs[number];
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

static gboolean
refuse_type (Reader *reader, guint8 type)
{
  g_autofree char *why = NULL;

  if (type == MARSHAL_NULL)
    return fail (reader, _ ("a dict ends where none is open, or lacks a value"));
  why = g_strdup_printf (_ ("the type 0x%02x is not one of plain data"), type);
  return fail (reader, why);
}

/* Anything but a container, a reference and what has no number */
static gboolean
read_leaf (Reader *reader, guint8 type, PyrogValue *value)
{
  gsize size;

  switch (type)
    {
    case MARSHAL_INT64:
      return read_int64 (reader, value);
    case MARSHAL_LONG:
      return read_long (reader, value);
    case MARSHAL_FLOAT:
      return read_float (reader, TRUE, value);
    case MARSHAL_COMPLEX:
    case MARSHAL_BINARY_COMPLEX:
      return read_complex (reader, type == MARSHAL_COMPLEX, value);
    case MARSHAL_BYTES:
      return take_count (reader, FALSE, &size) && set_text (reader, value, PYROG_KIND_BYTES, size);
    case MARSHAL_UNICODE:
    case MARSHAL_INTERNED:
      return read_unicode (reader, value);
    default:
      return refuse_type (reader, type);
    }
}

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
read_other (Reader *reader, guint8 type, gboolean flagged, PyrogValue *value)
{
  PyrogKind kind = container_kind (type);

  if (kind != PYROG_KIND_NONE)
    {
      *value = (PyrogValue){ .kind = (guint8) kind };
      return flagged ? read_flagged_container (reader, type, value)
                     : read_container (reader, type, value);
    }
  if (!read_leaf (reader, type, value))
    return FALSE;
  if (type == MARSHAL_INTERNED)
    value->shared = MARSHAL_NOTE_INTERNED;
  return !flagged || give (reader, value, *value, TRUE);
}

static gboolean
read_value (Reader *reader, PyrogValue *value)
{
  if (G_UNLIKELY (reader->next == reader->end))
    return fail_truncated (reader);
  guint8 code = *reader->next++;
  gboolean flagged = (code & MARSHAL_FLAG_REF) != 0;
  guint8 type = code & (guint8) ~MARSHAL_FLAG_REF;

  switch (type)
    {
    case MARSHAL_INT:
      if (G_UNLIKELY (bytes_left (reader) < 4))
        return fail_truncated (reader);
      reader->next += 4;
      return give (
          reader, value,
          (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint32) load_u32 (reader->next - 4) },
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
      if (G_UNLIKELY (bytes_left (reader) < 8))
        return fail_truncated (reader);
      reader->next += 8;
      return give (reader, value,
                   (PyrogValue){ .kind = PYROG_KIND_FLOAT, .real = load_double (reader->next - 8) },
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
  Reader reader;
  PyrogValue result;

  /* The first references alone are left as they are */
  memset (&reader, 0, G_STRUCT_OFFSET (Reader, first_refs));
  reader.arena = arena;
  reader.start = reader.next = data;
  reader.end = data + size;
  reader.refs = reader.first_refs;
  reader.max_refs = FIRST_REFS;

  gboolean ok = charge (&reader, 1) && read_value (&reader, &result);
  if (ok && reader.next != reader.end)
    ok = fail (&reader, _ ("something follows the value"));
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
