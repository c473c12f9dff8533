/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-variant-writer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-variant-layout.h"

#define FIRST_ENDS 64u

void
pyrog_variant_writer_init (PyrogVariantWriter *writer, gboolean secret, GError **error)
{
  pyrog_buffer_init (&writer->out, G_MAXSIZE);
  if (secret)
    pyrog_buffer_keep_secret (&writer->out);
  writer->error = error;
  writer->ends = NULL;
  writer->n_ends = writer->max_ends = 0;
}

void
pyrog_variant_writer_clear (PyrogVariantWriter *writer)
{
  pyrog_buffer_clear (&writer->out);
  g_free (writer->ends);
}

GVariant *
pyrog_variant_writer_end (PyrogVariantWriter *writer, const GVariantType *type)
{
  if (writer->out.overflow)
    {
      g_set_error (writer->error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("No memory for a value of more than %zu bytes"), writer->out.size);
      return NULL;
    }
  g_autoptr (GBytes) bytes = pyrog_buffer_give_bytes (&writer->out);
  return g_variant_ref_sink (g_variant_new_from_bytes (type, bytes, TRUE));
}

void
pyrog_variant_writer_zeros (PyrogVariantWriter *writer, guint count)
{
  static const guint8 zeros[8] = { 0 };

  g_assert (count <= sizeof zeros);

  pyrog_buffer_append (&writer->out, zeros, count);
}

void
pyrog_variant_writer_align (PyrogVariantWriter *writer, gsize alignment)
{
  pyrog_variant_writer_zeros (writer, (guint) (-writer->out.size % alignment));
}

PyrogVariantMark
pyrog_variant_writer_open (PyrogVariantWriter *writer)
{
  return (PyrogVariantMark){ writer->out.size, writer->n_ends };
}

void
pyrog_variant_writer_mark (PyrogVariantWriter *writer, const PyrogVariantMark *container)
{
  if (writer->n_ends == writer->max_ends)
    {
      writer->max_ends = MAX (2 * writer->max_ends, FIRST_ENDS);
      writer->ends = g_renew (gsize, writer->ends, writer->max_ends);
    }
  writer->ends[writer->n_ends++] = writer->out.size - container->start;
}

static gsize
width_for (gsize body, gsize count)
{
  for (gsize width = 1; width < 8; width *= 2)
    {
      if (pyrog_variant_offset_width (body + width * count) == width)
        return width;
    }
  return 8;
}

static inline void
put_offset (guint8 *place, gsize offset, gsize width)
{
  const guint64 bytes = GUINT64_TO_LE (offset);

  switch (width)
    {
    case 1:
      *place = (guint8) offset;
      break;
    case 2:
      memcpy (place, &bytes, 2);
      break;
    case 4:
      memcpy (place, &bytes, 4);
      break;
    default:
      memcpy (place, &bytes, 8);
    }
}

void
pyrog_variant_writer_close (PyrogVariantWriter *writer,
                            const PyrogVariantMark *container,
                            gboolean reverse)
{
  gsize count = writer->n_ends - container->first_end;
  gsize width = width_for (writer->out.size - container->start, count);

  if (count == 0)
    return;
  writer->n_ends = container->first_end;
  if (!pyrog_buffer_grow (&writer->out, count * width))
    return;
  const gsize *ends = writer->ends + container->first_end;
  guint8 *place = writer->out.data + writer->out.size;
  for (gsize i = 0; i < count; i++, place += width)
    put_offset (place, ends[reverse ? count - 1 - i : i], width);
  pyrog_buffer_commit (&writer->out, count * width);
}

/* ---- Entries ---- */

/* Its type and its size, if it is a leaf that most dicts have */
static inline gboolean
is_plain (const PyrogValue *value, char *type, gsize *size)
{
  *size = sizeof (gint64);
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_BOOL:
      *type = 'b';
      *size = 1;
      return TRUE;
    case PYROG_KIND_INT:
      *type = 'x';
      return TRUE;
    case PYROG_KIND_UINT:
      *type = 't';
      return TRUE;
    case PYROG_KIND_FLOAT:
      *type = 'd';
      return TRUE;
    case PYROG_KIND_STR:
      *type = 's';
      *size = (gsize) value->size + 1;
      return TRUE;
    default:
      return FALSE;
    }
}

static inline void
put_plain (guint8 *place, const PyrogValue *value, char type)
{
  if (type == 'b')
    *place = value->boolean ? 1 : 0;
  else if (type != 's')
    memcpy (place, &value->integer, sizeof value->integer);
  else
    {
      memcpy (place, value->text, value->size);
      place[value->size] = 0;
    }
}

/* The key, zeros, the value, a NUL and its type, the offset of the key's end */
gboolean
pyrog_variant_writer_add_text_entry (PyrogVariantWriter *writer, const PyrogValue *pair)
{
  const PyrogValue *key = &pair[0], *value = &pair[1];
  const gsize key_end = (gsize) key->size + 1;
  const gsize start = pyrog_variant_align (key_end, 8);
  gsize size;
  char type;

  if (key->kind != PYROG_KIND_STR || !is_plain (value, &type, &size))
    return FALSE;
  const gsize body = start + size + 2;
  const gsize width = width_for (body, 1);
  /* What there is no memory for is missed at the end */
  if (!pyrog_buffer_grow (&writer->out, body + width))
    return TRUE;
  guint8 *place = writer->out.data + writer->out.size;
  /* All that is behind the key, and some of what it takes */
  memset (place + start - 8, 0, 8);
  memcpy (place, key->text, key->size);
  put_plain (place + start, value, type);
  place[body - 2] = 0;
  place[body - 1] = (guint8) type;
  put_offset (place + body, key_end, width);
  pyrog_buffer_commit (&writer->out, body + width);
  return TRUE;
}
