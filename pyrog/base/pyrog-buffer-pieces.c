/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-buffer.h"

/* Large pieces that a buffer has not copied */

typedef struct
{
  gsize index; /* of data in front of which it stands */
  const guint8 *data;
  gsize size;
  GBytes *owner; /* (owned) (nullable) until it is known */
} Piece;

struct _PyrogPieces
{
  GArray *list; /* (owned) (element-type Piece) as they stand */
  guint first;  /* in list; those before it are gone */
};

static Piece *
get_piece (const PyrogBuffer *buffer, guint i)
{
  return &g_array_index (buffer->pieces->list, Piece, buffer->pieces->first + i);
}

static guint
count_pieces (const PyrogBuffer *buffer)
{
  return buffer->pieces != NULL ? buffer->pieces->list->len - buffer->pieces->first : 0;
}

static void
add_piece (PyrogBuffer *buffer, const guint8 *data, gsize size, GBytes *owner)
{
  const Piece piece = { buffer->size, data, size, owner != NULL ? g_bytes_ref (owner) : NULL };

  if (buffer->pieces == NULL)
    {
      buffer->pieces = g_new0 (PyrogPieces, 1);
      buffer->pieces->list = g_array_new (FALSE, FALSE, sizeof (Piece));
    }
  g_array_append_val (buffer->pieces->list, piece);
  buffer->borrowed += size;
}

static void
forget_if_empty (PyrogBuffer *buffer)
{
  if (count_pieces (buffer) > 0)
    return;
  g_array_unref (buffer->pieces->list);
  g_clear_pointer (&buffer->pieces, g_free);
}

/* They are many perhaps, and go one by one */
static void
drop_first (PyrogPieces *pieces, guint count)
{
  pieces->first += count;
  if (pieces->first > pieces->list->len / 2)
    {
      g_array_remove_range (pieces->list, 0, pieces->first);
      pieces->first = 0;
    }
}

static void
remove_pieces (PyrogBuffer *buffer, guint begin, guint end)
{
  if (begin == end)
    return;
  for (guint i = begin; i < end; i++)
    {
      Piece *piece = get_piece (buffer, i);
      buffer->borrowed -= piece->size;
      g_clear_pointer (&piece->owner, g_bytes_unref);
    }
  if (begin > 0)
    g_array_remove_range (buffer->pieces->list, buffer->pieces->first + begin, end - begin);
  else
    drop_first (buffer->pieces, end);
  forget_if_empty (buffer);
}

void
pyrog_buffer_drop_pieces (PyrogBuffer *buffer)
{
  remove_pieces (buffer, 0, count_pieces (buffer));
}

/* ---- Borrowing ---- */

void
pyrog_buffer_borrow (PyrogBuffer *buffer)
{
  buffer->borrows = TRUE;
}

void
pyrog_buffer_append_large (PyrogBuffer *buffer, const void *data, gsize size)
{
  if (!buffer->borrows || size < PYROG_PIECE_MIN)
    pyrog_buffer_append (buffer, data, size);
  else if (!buffer->overflow)
    add_piece (buffer, data, size, NULL);
}

gboolean
pyrog_buffer_stop_borrowing (PyrogBuffer *buffer)
{
  guint count = count_pieces (buffer);

  buffer->borrows = FALSE;
  return count > 0 && get_piece (buffer, count - 1)->owner == NULL;
}

void
pyrog_buffer_set_owner (PyrogBuffer *buffer, GBytes *owner)
{
  for (guint i = count_pieces (buffer); i > 0 && get_piece (buffer, i - 1)->owner == NULL; i--)
    get_piece (buffer, i - 1)->owner = g_bytes_ref (owner);
}

/* ---- Places ---- */

PyrogBufferPlace
pyrog_buffer_get_end (const PyrogBuffer *buffer)
{
  return (PyrogBufferPlace){ buffer->size, count_pieces (buffer) };
}

PyrogBufferPlace
pyrog_buffer_find (const PyrogBuffer *buffer, gsize start, gsize offset)
{
  const guint count = count_pieces (buffer);
  PyrogBufferPlace place = { start, 0 };

  for (; place.piece < count; place.piece++)
    {
      const Piece *piece = get_piece (buffer, place.piece);
      gsize before = piece->index - place.index;
      if (offset < before + piece->size)
        break;
      offset -= before + piece->size;
      place.index = piece->index;
    }
  g_assert (offset <= buffer->size - place.index);
  place.index += offset;
  g_assert (place.piece == count || place.index <= get_piece (buffer, place.piece)->index);
  return place;
}

void
pyrog_buffer_truncate (PyrogBuffer *buffer, PyrogBufferPlace end)
{
  if (buffer->pieces != NULL)
    remove_pieces (buffer, end.piece, count_pieces (buffer));
  buffer->size = end.index;
}

void
pyrog_buffer_remove (PyrogBuffer *buffer, PyrogBufferPlace begin, PyrogBufferPlace end)
{
  const gsize size = end.index - begin.index;

  memmove (buffer->data + begin.index, buffer->data + end.index, buffer->size - end.index);
  buffer->size -= size;
  for (guint i = end.piece; i < count_pieces (buffer); i++)
    get_piece (buffer, i)->index -= size;
  remove_pieces (buffer, begin.piece, end.piece);
}

void
pyrog_buffer_append_part (PyrogBuffer *buffer,
                          const PyrogBuffer *from,
                          PyrogBufferPlace begin,
                          PyrogBufferPlace end,
                          gboolean share)
{
  gsize index = begin.index;

  for (guint i = begin.piece; i < end.piece; i++)
    {
      const Piece *piece = get_piece (from, i);
      pyrog_buffer_append (buffer, from->data + index, piece->index - index);
      if (!share)
        pyrog_buffer_append (buffer, piece->data, piece->size);
      else if (!buffer->overflow)
        add_piece (buffer, piece->data, piece->size, piece->owner);
      index = piece->index;
    }
  pyrog_buffer_append (buffer, from->data + index, end.index - index);
}

/* ---- Writing ---- */

guint
pyrog_buffer_get_vectors (const PyrogBuffer *buffer, gsize start, struct iovec *vectors, guint max)
{
  const guint pieces = count_pieces (buffer);
  guint count = 0;

  for (guint i = 0; i <= pieces && count < max; i++)
    {
      const Piece *piece = i < pieces ? get_piece (buffer, i) : NULL;
      gsize end = piece != NULL ? piece->index : buffer->size;
      if (end > start)
        vectors[count++] = (struct iovec){ buffer->data + start, end - start };
      if (piece != NULL && count < max)
        vectors[count++] = (struct iovec){ (gpointer) piece->data, piece->size };
      start = end;
    }
  return count;
}

void
pyrog_buffer_advance (PyrogBuffer *buffer, gsize *start, gsize size)
{
  while (buffer->pieces != NULL)
    {
      Piece *piece = get_piece (buffer, 0);
      gsize before = MIN (size, piece->index - *start);
      gsize of_piece = MIN (size - before, piece->size);
      *start += before;
      size -= before + of_piece;
      piece->data += of_piece;
      piece->size -= of_piece;
      buffer->borrowed -= of_piece;
      if (piece->size > 0)
        return;
      remove_pieces (buffer, 0, 1);
    }
  *start += size;
}
