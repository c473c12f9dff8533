/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec-msgpack.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"

typedef struct
{
  PyrogArena *arena;
  const guint8 *start;
  const guint8 *next;
  const guint8 *end;
  GError *error; /* (owned) (nullable) */
  guint max_depth;
  guint depth; /* containers that are open */
} Reader;

static gboolean read_value (Reader *reader, PyrogValue *value);

static gboolean
fail (Reader *reader, const char *why)
{
  if (reader->error == NULL)
    g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_SERIALIZE,
                 _ ("Malformed msgpack data at byte %zu: %s"),
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

/* A big-endian number of size bytes */
static inline gboolean
take_number (Reader *reader, gsize size, guint64 *number)
{
  guint64 sum = 0;

  /* All bytes at once, and too many, where there are as many */
  if (G_LIKELY (bytes_left (reader) >= sizeof sum))
    {
      memcpy (&sum, reader->next, sizeof sum);
      *number = GUINT64_FROM_BE (sum) >> (64 - 8 * size);
      reader->next += size;
      return TRUE;
    }
  const guint8 *data = take (reader, size);
  if (data == NULL)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    sum = sum << 8 | data[i];
  *number = sum;
  return TRUE;
}

static guint64
load_little_endian (const guint8 *data)
{
  guint64 bits;

  memcpy (&bits, data, sizeof bits);
  return GUINT64_FROM_LE (bits);
}

static double
as_double (guint64 bits)
{
  double real;

  memcpy (&real, &bits, sizeof real);
  return real;
}

/* ---- Numbers ---- */

static gboolean
read_uint (Reader *reader, gsize size, PyrogValue *value)
{
  guint64 number;

  if (!take_number (reader, size, &number))
    return FALSE;
  if (number <= G_MAXINT64)
    *value = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint64) number };
  else
    *value = (PyrogValue){ .kind = PYROG_KIND_UINT, .uinteger = number };
  return TRUE;
}

static gboolean
read_int (Reader *reader, gsize size, PyrogValue *value)
{
  guint shift = (guint) (64 - 8 * size);
  guint64 number;

  if (!take_number (reader, size, &number))
    return FALSE;
  *value = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint64) (number << shift) >> shift };
  return TRUE;
}

static gboolean
read_float (Reader *reader, gboolean is_double, PyrogValue *value)
{
  guint64 number;
  float real;

  if (!take_number (reader, is_double ? 8 : 4, &number))
    return FALSE;
  guint32 bits = (guint32) number;
  memcpy (&real, &bits, sizeof real);
  *value = (PyrogValue){ .kind = PYROG_KIND_FLOAT,
                         .real = is_double ? as_double (number) : (double) real };
  return TRUE;
}

/* The most common ints of long lists, and nothing else: FALSE leaves everything as it is */
static inline gboolean
read_long_int (Reader *reader, PyrogValue *value)
{
  guint64 number;

  if (bytes_left (reader) <= sizeof number
      || (*reader->next != MSGPACK_UINT16 && *reader->next != MSGPACK_UINT32))
    return FALSE;
  const gsize size = *reader->next == MSGPACK_UINT16 ? 2 : 4;
  memcpy (&number, reader->next + 1, sizeof number);
  *value = (PyrogValue){ .kind = PYROG_KIND_INT,
                         .integer = (gint64) (GUINT64_FROM_BE (number) >> (64 - 8 * size)) };
  reader->next += 1 + size;
  return TRUE;
}

/* ---- Runs of bytes ---- */

static gboolean
read_run (Reader *reader, PyrogKind kind, gsize size, PyrogValue *value)
{
  const guint8 *data = take (reader, size);

  if (data == NULL)
    return FALSE;
  *value
      = (PyrogValue){ .kind = (guint8) kind, .size = (guint32) size, .text = (const char *) data };
  if (kind == PYROG_KIND_BYTES && size >= PYROG_PIECE_MIN)
    pyrog_arena_note_large (reader->arena);
  return TRUE;
}

/* RAW_STR is only for NULs here: lone surrogates are not UTF-8 */
static gboolean
has_surrogate (const char *text, gsize size)
{
  for (gsize i = 0; i + 1 < size; i++)
    {
      if ((guint8) text[i] == 0xed && (guint8) text[i + 1] >= 0xa0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_str (Reader *reader, gsize size, PyrogValue *value)
{
  if (!read_run (reader, PYROG_KIND_STR, size, value))
    return FALSE;
  PyrogKind kind = pyrog_builder_classify (value->text, size);
  if (kind == PYROG_KIND_NONE || (kind == PYROG_KIND_RAW_STR && has_surrogate (value->text, size)))
    return fail (reader, _ ("a str is not valid UTF-8"));
  value->kind = (guint8) kind;
  return TRUE;
}

/* A str or bin whose size takes size_bytes */
static gboolean
read_sized (Reader *reader, gboolean is_str, gsize size_bytes, PyrogValue *value)
{
  guint64 size;

  if (!take_number (reader, size_bytes, &size))
    return FALSE;
  return is_str ? read_str (reader, (gsize) size, value)
                : read_run (reader, PYROG_KIND_BYTES, (gsize) size, value);
}

/* ---- Extensions ---- */

static gboolean
read_complex (Reader *reader, const guint8 *data, gsize size, PyrogValue *value)
{
  double *parts;

  if (size != 16)
    return fail (reader, _ ("a complex has not 16 bytes"));
  parts = pyrog_arena_alloc (reader->arena, 2 * sizeof (double), &reader->error);
  if (parts == NULL)
    return FALSE;
  parts[0] = as_double (load_little_endian (data));
  parts[1] = as_double (load_little_endian (data + 8));
  *value = (PyrogValue){ .kind = PYROG_KIND_COMPLEX, .parts = parts };
  return TRUE;
}

/* The builder knows decimal ints; it charges the value once more, which is no more than the bytes
 * of an extension allow */
static gboolean
read_big_int (Reader *reader, const guint8 *data, gsize size, PyrogValue *value)
{
  PyrogBuilder builder;

  pyrog_builder_init (&builder, reader->arena);
  pyrog_builder_decimal (&builder, (const char *) data, size);
  gboolean ok = pyrog_builder_finish (&builder, value, &reader->error);
  pyrog_builder_clear (&builder);
  return ok;
}

static gboolean
read_datetime (Reader *reader, const guint8 *data, gsize size, PyrogValue *value)
{
  if (size != 8)
    return fail (reader, _ ("a datetime has not 8 bytes"));
  double real = as_double (load_little_endian (data));
  /* nan compares false */
  if (!(real >= MSGPACK_MIN_SECONDS && real < MSGPACK_END_SECONDS))
    return fail (reader, _ ("a datetime is not in the years 1 to 9999"));
  *value = (PyrogValue){ .kind = PYROG_KIND_DATETIME, .real = real };
  return TRUE;
}

/* A native long: 4 bytes where Pyro5 runs on Windows */
static gboolean
read_date (Reader *reader, const guint8 *data, gsize size, PyrogValue *value)
{
  gint64 ordinal;
  guint32 bits;

  if (size == 8)
    ordinal = (gint64) load_little_endian (data);
  else if (size == 4)
    {
      memcpy (&bits, data, sizeof bits);
      ordinal = (gint32) GUINT32_FROM_LE (bits);
    }
  else
    return fail (reader, _ ("a date has neither 8 nor 4 bytes"));
  if (ordinal < 1 || ordinal > MSGPACK_MAX_ORDINAL)
    return fail (reader, _ ("a date is not in the years 1 to 9999"));
  *value = (PyrogValue){ .kind = PYROG_KIND_DATE, .integer = ordinal };
  return TRUE;
}

static gboolean
read_ext (Reader *reader, gsize size, PyrogValue *value)
{
  const guint8 *type = take (reader, 1);
  const guint8 *data = type != NULL ? take (reader, size) : NULL;

  if (data == NULL)
    return FALSE;
  switch (*type)
    {
    case MSGPACK_EXT_COMPLEX:
      return read_complex (reader, data, size, value);
    case MSGPACK_EXT_BIG_INT:
      return read_big_int (reader, data, size, value);
    case MSGPACK_EXT_DATETIME:
      return read_datetime (reader, data, size, value);
    case MSGPACK_EXT_DATE:
      return read_date (reader, data, size, value);
    default:
      {
        g_autofree char *why = g_strdup_printf (_ ("unknown extension type 0x%02x"), *type);
        return fail (reader, why);
      }
    }
}

static gboolean
read_sized_ext (Reader *reader, gsize size_bytes, PyrogValue *value)
{
  guint64 size;

  return take_number (reader, size_bytes, &size) && read_ext (reader, (gsize) size, value);
}

/* ---- Containers ---- */

static gboolean
read_items (Reader *reader, PyrogKind kind, gsize count, PyrogValue *value)
{
  gsize stride = kind == PYROG_KIND_DICT ? 2 : 1;
  PyrogValue *items;

  /* Each item takes at least one byte */
  if (count > bytes_left (reader) / stride)
    return fail_truncated (reader);
  if (!pyrog_arena_charge (reader->arena, count * stride, &reader->error))
    return FALSE;
  items = pyrog_arena_alloc (reader->arena, count * stride * sizeof (PyrogValue), &reader->error);
  if (items == NULL)
    return FALSE;
  for (gsize i = 0; i < count * stride; i++)
    {
      if (!read_long_int (reader, &items[i]) && G_UNLIKELY (!read_value (reader, &items[i])))
        return FALSE;
    }
  if (stride == 2 && !pyrog_builder_unique (items, &count, 2, &reader->error))
    return FALSE;
  *value = (PyrogValue){ .kind = (guint8) kind, .size = (guint32) count, .items = items };
  return TRUE;
}

static gboolean
read_container (Reader *reader, PyrogKind kind, gsize count, PyrogValue *value)
{
  if (reader->depth == reader->max_depth)
    {
      g_set_error (&reader->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("The message nests more than its limit of %u containers"), reader->max_depth);
      return FALSE;
    }
  reader->depth++;
  if (!read_items (reader, kind, count, value))
    return FALSE;
  reader->depth--;
  return TRUE;
}

static gboolean
read_sized_container (Reader *reader, PyrogKind kind, gsize size_bytes, PyrogValue *value)
{
  guint64 count;

  return take_number (reader, size_bytes, &count)
         && read_container (reader, kind, (gsize) count, value);
}

/* ---- Values ---- */

/* The types from 0xc0 to 0xdf */
static gboolean
read_typed (Reader *reader, guint8 type, PyrogValue *value)
{
  switch (type)
    {
    case MSGPACK_NIL:
      *value = (PyrogValue){ .kind = PYROG_KIND_NONE };
      return TRUE;
    case MSGPACK_FALSE:
    case MSGPACK_TRUE:
      *value = (PyrogValue){ .kind = PYROG_KIND_BOOL, .boolean = type == MSGPACK_TRUE };
      return TRUE;
    case MSGPACK_BIN8:
    case MSGPACK_BIN16:
    case MSGPACK_BIN32:
      return read_sized (reader, FALSE, (gsize) 1 << (type - MSGPACK_BIN8), value);
    case MSGPACK_EXT8:
    case MSGPACK_EXT16:
    case MSGPACK_EXT32:
      return read_sized_ext (reader, (gsize) 1 << (type - MSGPACK_EXT8), value);
    case MSGPACK_FLOAT32:
    case MSGPACK_FLOAT64:
      return read_float (reader, type == MSGPACK_FLOAT64, value);
    case MSGPACK_UINT8:
    case MSGPACK_UINT16:
    case MSGPACK_UINT32:
    case MSGPACK_UINT64:
      return read_uint (reader, (gsize) 1 << (type - MSGPACK_UINT8), value);
    case MSGPACK_INT8:
    case MSGPACK_INT16:
    case MSGPACK_INT32:
    case MSGPACK_INT64:
      return read_int (reader, (gsize) 1 << (type - MSGPACK_INT8), value);
    case MSGPACK_STR8:
    case MSGPACK_STR16:
    case MSGPACK_STR32:
      return read_sized (reader, TRUE, (gsize) 1 << (type - MSGPACK_STR8), value);
    case MSGPACK_ARRAY16:
    case MSGPACK_ARRAY32:
      return read_sized_container (reader, PYROG_KIND_LIST, type == MSGPACK_ARRAY16 ? 2 : 4, value);
    case MSGPACK_MAP16:
    case MSGPACK_MAP32:
      return read_sized_container (reader, PYROG_KIND_DICT, type == MSGPACK_MAP16 ? 2 : 4, value);
    default:
      if (type >= MSGPACK_FIX_EXT1 && type <= MSGPACK_FIX_EXT16)
        return read_ext (reader, (gsize) 1 << (type - MSGPACK_FIX_EXT1), value);
      return fail (reader, _ ("0xc1 is not a type"));
    }
}

static gboolean
read_value (Reader *reader, PyrogValue *value)
{
  if (G_UNLIKELY (reader->next == reader->end))
    return fail_truncated (reader);
  guint8 type = *reader->next++;

  if (type < MSGPACK_FIX_MAP || type >= MSGPACK_NEGATIVE)
    {
      *value = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = (gint8) type };
      return TRUE;
    }
  if (type < MSGPACK_FIX_ARRAY)
    return read_container (reader, PYROG_KIND_DICT, type & 0xf, value);
  if (type < MSGPACK_FIX_STR)
    return read_container (reader, PYROG_KIND_LIST, type & 0xf, value);
  if (type < MSGPACK_NIL)
    return read_str (reader, type & 0x1f, value);
  return read_typed (reader, type, value);
}

static gboolean
decode (PyrogArena *arena, const guint8 *data, gsize size, PyrogValue *value, GError **error)
{
  Reader reader = { .arena = arena,
                    .start = data,
                    .next = data,
                    .end = data + size,
                    .max_depth = pyrog_arena_get_max_depth (arena) };
  PyrogValue result;

  gboolean ok = pyrog_arena_charge (arena, 1, &reader.error) && read_value (&reader, &result);
  if (ok && reader.next != reader.end)
    ok = fail (&reader, _ ("something follows the value"));
  if (!ok)
    g_propagate_error (error, reader.error);
  else
    *value = result;
  return ok;
}

const PyrogCodec pyrog_codec_msgpack = {
  .serializer = PYROG_SERIALIZER_MSGPACK,
  .name = "msgpack",
  .decode = decode,
  .encode = pyrog_codec_msgpack_encode,
};
