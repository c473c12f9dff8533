/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-variant-writer.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-variant-layout.h"

void
pyrog_variant_writer_init (PyrogVariantWriter *writer, gboolean secret, GError **error)
{
  pyrog_buffer_init (&writer->out, G_MAXSIZE);
  if (secret)
    pyrog_buffer_keep_secret (&writer->out);
  writer->error = error;
  writer->ends = g_array_new (FALSE, FALSE, sizeof (gsize));
}

void
pyrog_variant_writer_clear (PyrogVariantWriter *writer)
{
  pyrog_buffer_clear (&writer->out);
  g_array_unref (writer->ends);
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
  g_autoptr (GBytes) bytes = pyrog_buffer_steal_bytes (&writer->out);
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
  return (PyrogVariantMark){ writer->out.size, writer->ends->len };
}

void
pyrog_variant_writer_mark (PyrogVariantWriter *writer, const PyrogVariantMark *container)
{
  gsize end = writer->out.size - container->start;

  g_array_append_val (writer->ends, end);
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

void
pyrog_variant_writer_close (PyrogVariantWriter *writer,
                            const PyrogVariantMark *container,
                            gboolean reverse)
{
  guint count = writer->ends->len - container->first_end;
  gsize width = width_for (writer->out.size - container->start, count);

  for (guint i = 0; i < count; i++)
    {
      guint place = reverse ? writer->ends->len - 1 - i : container->first_end + i;
      guint64 end = GUINT64_TO_LE (g_array_index (writer->ends, gsize, place));
      pyrog_buffer_append (&writer->out, &end, width);
    }
  g_array_set_size (writer->ends, container->first_end);
}
