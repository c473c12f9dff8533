/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-buffer.h"

#include <string.h>

#include "pyrog-block.h"

#define FIRST_CAPACITY 256

/* Where a writer that ignores the overflow may scribble; one a thread */
static _Thread_local guint8 scratch[PYROG_BUFFER_RESERVE_MAX];

void
pyrog_buffer_init (PyrogBuffer *buffer, gsize limit)
{
  *buffer = (PyrogBuffer){ .limit = limit };
}

static void
wipe (PyrogBuffer *buffer)
{
  if (buffer->data != NULL)
    explicit_bzero (buffer->data, buffer->capacity);
  buffer->secret = FALSE;
}

void
pyrog_buffer_clear (PyrogBuffer *buffer)
{
  if (buffer->secret)
    wipe (buffer);
  g_clear_pointer (&buffer->data, pyrog_block_free);
  if (buffer->pieces != NULL)
    pyrog_buffer_drop_pieces (buffer);
  buffer->size = buffer->capacity = 0;
  buffer->overflow = FALSE;
}

void
pyrog_buffer_reset (PyrogBuffer *buffer, gsize keep)
{
  if (buffer->secret)
    wipe (buffer);
  if (buffer->capacity > keep || buffer->pieces != NULL)
    pyrog_buffer_clear (buffer);
  buffer->size = 0;
  buffer->overflow = FALSE;
}

void
pyrog_buffer_keep_secret (PyrogBuffer *buffer)
{
  buffer->secret = TRUE;
}

/* The old memory of a secret would be given back as it is */
static guint8 *
grow_block (PyrogBuffer *buffer, gsize capacity)
{
  if (!buffer->secret || buffer->data == NULL)
    return pyrog_block_grow (buffer->data, buffer->size, capacity);
  guint8 *data = pyrog_block_new (capacity);
  if (data == NULL)
    return NULL;
  memcpy (data, buffer->data, buffer->size);
  explicit_bzero (buffer->data, buffer->capacity);
  pyrog_block_free (buffer->data);
  return data;
}

gboolean
pyrog_buffer_grow (PyrogBuffer *buffer, gsize more)
{
  if (buffer->overflow || more > buffer->limit - buffer->size)
    {
      buffer->overflow = TRUE;
      return FALSE;
    }
  if (buffer->capacity - buffer->size >= more)
    return TRUE;

  /* Twice as much, or what a large piece needs and some more for what comes behind it */
  gsize wanted = buffer->size + more;
  gsize some = wanted / 16;
  gsize capacity = MAX (buffer->capacity, FIRST_CAPACITY / 2);
  capacity = capacity > G_MAXSIZE / 2 ? G_MAXSIZE : capacity * 2;
  capacity = MAX (capacity, wanted > G_MAXSIZE - some ? G_MAXSIZE : wanted + some);
  guint8 *data = grow_block (buffer, capacity);
  if (data == NULL)
    {
      buffer->overflow = TRUE;
      return FALSE;
    }
  buffer->data = data;
  buffer->capacity = capacity;
  return TRUE;
}

guint8 *
pyrog_buffer_reserve (PyrogBuffer *buffer, gsize size)
{
  g_assert (size <= PYROG_BUFFER_RESERVE_MAX);

  if (G_LIKELY (buffer->capacity - buffer->size >= size && size <= buffer->limit - buffer->size
                && !buffer->overflow))
    return buffer->data + buffer->size;
  if (pyrog_buffer_grow (buffer, size))
    return buffer->data + buffer->size;
  return scratch;
}

void
pyrog_buffer_commit (PyrogBuffer *buffer, gsize size)
{
  if (G_LIKELY (!buffer->overflow))
    buffer->size += size;
}

void
pyrog_buffer_append (PyrogBuffer *buffer, const void *data, gsize size)
{
  if (size == 0 || !pyrog_buffer_grow (buffer, size))
    return;
  memcpy (buffer->data + buffer->size, data, size);
  buffer->size += size;
}

void
pyrog_buffer_append_byte (PyrogBuffer *buffer, guint8 byte)
{
  pyrog_buffer_append (buffer, &byte, 1);
}

void
pyrog_buffer_append_text (PyrogBuffer *buffer, const char *text)
{
  pyrog_buffer_append (buffer, text, strlen (text));
}

static GBytes *
steal_bytes (PyrogBuffer *buffer, GDestroyNotify free_block)
{
  gsize size = buffer->size;

  g_assert (buffer->pieces == NULL);
  guint8 *data = g_steal_pointer (&buffer->data);

  pyrog_buffer_clear (buffer);
  return g_bytes_new_with_free_func (data, size, free_block, data);
}

GBytes *
pyrog_buffer_steal_bytes (PyrogBuffer *buffer)
{
  return steal_bytes (buffer, pyrog_block_free);
}

GBytes *
pyrog_buffer_give_bytes (PyrogBuffer *buffer)
{
  pyrog_block_uncount (buffer->data);
  return steal_bytes (buffer, pyrog_block_free_uncounted);
}
