/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec-msgpack.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-codec-private.h"
#include "pyrog-date.h"

/* The writer: the smallest form of everything, as msgpack-python has it */

typedef struct
{
  PyrogBuffer *out;
  GError **error;
} Writer;

static gboolean
write_value (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint depth);

/* ---- Numbers ---- */

/* A type and a big-endian number of size bytes */
static inline void
write_number (Writer *writer, guint8 type, guint64 number, gsize size)
{
  guint8 *p = pyrog_codec_reserve (writer->out, 9);
  guint64 big = GUINT64_TO_BE (number << (64 - 8 * size));

  p[0] = type;
  memcpy (p + 1, &big, 8);
  pyrog_codec_commit (writer->out, 1 + size);
}

static void
write_uint (Writer *writer, guint64 number)
{
  if (number < 0x80)
    pyrog_codec_append_byte (writer->out, (guint8) number);
  else if (number <= G_MAXUINT8)
    write_number (writer, MSGPACK_UINT8, number, 1);
  else if (number <= G_MAXUINT16)
    write_number (writer, MSGPACK_UINT16, number, 2);
  else if (number <= G_MAXUINT32)
    write_number (writer, MSGPACK_UINT32, number, 4);
  else
    write_number (writer, MSGPACK_UINT64, number, 8);
}

static void
write_int (Writer *writer, gint64 integer)
{
  if (integer >= 0)
    write_uint (writer, (guint64) integer);
  else if (integer >= -32)
    pyrog_codec_append_byte (writer->out, (guint8) integer);
  else if (integer >= G_MININT8)
    write_number (writer, MSGPACK_INT8, (guint64) integer, 1);
  else if (integer >= G_MININT16)
    write_number (writer, MSGPACK_INT16, (guint64) integer, 2);
  else if (integer >= G_MININT32)
    write_number (writer, MSGPACK_INT32, (guint64) integer, 4);
  else
    write_number (writer, MSGPACK_INT64, (guint64) integer, 8);
}

static void
write_float (Writer *writer, double real)
{
  guint64 bits;

  memcpy (&bits, &real, sizeof bits);
  write_number (writer, MSGPACK_FLOAT64, bits, 8);
}

/* ---- Runs of bytes ---- */

/* The size of a str, bin or ext that has no short form: type8 is followed by those of 16 and 32
 * bits */
static void
write_size (Writer *writer, guint8 type8, guint32 size)
{
  if (size <= G_MAXUINT8)
    write_number (writer, type8, size, 1);
  else if (size <= G_MAXUINT16)
    write_number (writer, type8 + 1, size, 2);
  else
    write_number (writer, type8 + 2, size, 4);
}

/* Valid UTF-8, but for NULs: msgpack has no lone surrogates */
static gboolean
is_utf8 (const char *text, gsize size)
{
  const char *end;

  while (!g_utf8_validate_len (text, size, &end))
    {
      if (*end != '\0')
        return FALSE;
      size -= (gsize) (end - text) + 1;
      text = end + 1;
    }
  return TRUE;
}

static gboolean
write_str (Writer *writer, const PyrogValue *value, const PyrogPath *path)
{
  if (value->kind == PYROG_KIND_RAW_STR && !is_utf8 (value->text, value->size))
    return pyrog_codec_refuse (path, writer->error,
                               _ ("msgpack can't carry a str with lone surrogates"));
  if (value->size < 32)
    pyrog_codec_append_byte (writer->out, (guint8) (MSGPACK_FIX_STR | value->size));
  else
    write_size (writer, MSGPACK_STR8, value->size);
  pyrog_codec_append (writer->out, value->text, value->size);
  return TRUE;
}

static void
write_bytes (Writer *writer, const PyrogValue *value)
{
  write_size (writer, MSGPACK_BIN8, value->size);
  pyrog_codec_append (writer->out, value->text, value->size);
}

static void
write_ext (Writer *writer, guint8 type, const void *data, guint32 size)
{
  if (size != 0 && size <= 16 && (size & (size - 1)) == 0)
    write_number (writer, (guint8) (MSGPACK_FIX_EXT1 + g_bit_storage (size) - 1), type, 1);
  else
    {
      write_size (writer, MSGPACK_EXT8, size);
      pyrog_codec_append_byte (writer->out, type);
    }
  pyrog_codec_append (writer->out, data, size);
}

static guint64
little_endian_bits (double real)
{
  guint64 bits;

  memcpy (&bits, &real, sizeof bits);
  return GUINT64_TO_LE (bits);
}

static void
write_complex (Writer *writer, const PyrogValue *value)
{
  const guint64 parts[2]
      = { little_endian_bits (value->parts[0]), little_endian_bits (value->parts[1]) };

  write_ext (writer, MSGPACK_EXT_COMPLEX, parts, sizeof parts);
}

static gboolean
write_big_int (Writer *writer, const PyrogValue *value, const PyrogPath *path)
{
  if (value->size > PYROG_MAX_INT_DIGITS + (value->text[0] == '-' ? 1u : 0u))
    return pyrog_codec_refuse (path, writer->error, _ ("the int has more than %d digits"),
                               PYROG_MAX_INT_DIGITS);
  write_ext (writer, MSGPACK_EXT_BIG_INT, value->text, value->size);
  return TRUE;
}

static gboolean
write_date (Writer *writer, const PyrogValue *value, const PyrogPath *path)
{
  gboolean in_range = value->kind == PYROG_KIND_DATE
                          ? value->integer >= 1 && value->integer <= MSGPACK_MAX_ORDINAL
                          : value->real >= MSGPACK_MIN_SECONDS && value->real < MSGPACK_END_SECONDS;

  if (!in_range)
    return pyrog_codec_refuse (path, writer->error, _ ("the date is not in the years 1 to 9999"));

  guint64 bits = value->kind == PYROG_KIND_DATE ? GUINT64_TO_LE ((guint64) value->integer)
                                                : little_endian_bits (value->real);
  write_ext (writer, value->kind == PYROG_KIND_DATE ? MSGPACK_EXT_DATE : MSGPACK_EXT_DATETIME,
             &bits, sizeof bits);
  return TRUE;
}

/* ---- Containers ---- */

/* The types for 16 and 32 bits follow each other in both */
static void
write_count (Writer *writer, guint8 fix_type, guint8 type16, guint32 count)
{
  if (count < 16)
    pyrog_codec_append_byte (writer->out, (guint8) (fix_type | count));
  else if (count <= G_MAXUINT16)
    write_number (writer, type16, count, 2);
  else
    write_number (writer, type16 + 1, count, 4);
}

static gboolean
write_items (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint depth)
{
  for (gsize i = 0; i < value->size; i++)
    {
      const PyrogValue *item = &value->items[i];
      if (item->kind == PYROG_KIND_INT)
        {
          write_int (writer, item->integer);
          continue;
        }
      PyrogPath step = PYROG_ITEM_PATH (path, i);
      if (!write_value (writer, item, &step, depth))
        return FALSE;
    }
  return TRUE;
}

/* Pyro5 writes any key, but reads only str and bytes */
static gboolean
check_key (Writer *writer, const PyrogValue *key, const PyrogPath *path)
{
  if (key->kind == PYROG_KIND_STR || key->kind == PYROG_KIND_RAW_STR
      || key->kind == PYROG_KIND_BYTES)
    return TRUE;
  return pyrog_codec_refuse (path, writer->error,
                             _ ("msgpack carries str and bytes as keys, not ‘%s’"),
                             pyrog_kind_name (key->kind));
}

static gboolean
write_pairs (Writer *writer, const PyrogValue *dict, const PyrogPath *path, guint depth)
{
  PyrogPath step = { .parent = path };

  for (gsize i = 0; i < dict->size; i++)
    {
      const PyrogValue *key = &dict->items[2 * i];
      step.key = key;
      if (!check_key (writer, key, &step)
          || !(key->kind == PYROG_KIND_STR ? write_str (writer, key, &step)
                                           : write_value (writer, key, &step, depth))
          || !write_value (writer, key + 1, &step, depth))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_container (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint depth)
{
  PyrogValue date;

  /* A date that went through a GVariant becomes one again; the keyword arguments, which are part
   * of a call and no value, stay what they are */
  if (depth >= PYROG_ROOT_DEPTH ("") && pyrog_date_from_dict (value, &date))
    return write_date (writer, &date, path);
  if (depth == PYROG_MAX_CALL_DEPTH)
    return pyrog_codec_refuse_depth (path, writer->error);
  if (value->kind == PYROG_KIND_DICT)
    {
      write_count (writer, MSGPACK_FIX_MAP, MSGPACK_MAP16, value->size);
      return write_pairs (writer, value, path, depth + 1);
    }
  write_count (writer, MSGPACK_FIX_ARRAY, MSGPACK_ARRAY16, value->size);
  return write_items (writer, value, path, depth + 1);
}

static gboolean
write_value (Writer *writer, const PyrogValue *value, const PyrogPath *path, guint depth)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_NONE:
      pyrog_codec_append_byte (writer->out, MSGPACK_NIL);
      return TRUE;
    case PYROG_KIND_BOOL:
      pyrog_codec_append_byte (writer->out, value->boolean ? MSGPACK_TRUE : MSGPACK_FALSE);
      return TRUE;
    case PYROG_KIND_INT:
      write_int (writer, value->integer);
      return TRUE;
    case PYROG_KIND_UINT:
      write_uint (writer, value->uinteger);
      return TRUE;
    case PYROG_KIND_BIG_INT:
      return write_big_int (writer, value, path);
    case PYROG_KIND_FLOAT:
      write_float (writer, value->real);
      return TRUE;
    case PYROG_KIND_COMPLEX:
      write_complex (writer, value);
      return TRUE;
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
      return write_str (writer, value, path);
    case PYROG_KIND_BYTES:
      write_bytes (writer, value);
      return TRUE;
    case PYROG_KIND_DATETIME:
    case PYROG_KIND_DATE:
      return write_date (writer, value, path);
    case PYROG_KIND_FROZENSET:
      return pyrog_codec_refuse (path, writer->error, _ ("msgpack can't carry a frozenset"));
    default:
      return write_container (writer, value, path, depth);
    }
}

gboolean
pyrog_codec_msgpack_encode (const PyrogValue *value,
                            const char *root,
                            PyrogBuffer *out,
                            GError **error)
{
  PyrogPath path = { .name = root };
  const PyrogBufferPlace start = pyrog_buffer_get_end (out);
  Writer writer = { out, error };
  gboolean ok = write_value (&writer, value, root != NULL ? &path : NULL, PYROG_ROOT_DEPTH (root));

  return pyrog_codec_end_encode (out, start, ok, error);
}
