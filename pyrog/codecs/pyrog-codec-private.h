/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <string.h>

#include "pyrog-codec.h"

G_BEGIN_DECLS

/* What the four writers share */

/* The names in paths of the four parts of a call */
extern const char *const pyrog_call_part_names[4];

/* The step to item number index of a container at path; a NULL path is that of a whole call */
#define PYROG_ITEM_PATH(path, number)                                                              \
  {                                                                                                \
    .parent = (path), .index = (number),                                                           \
    .name = (path) == NULL ? pyrog_call_part_names[(number) % 4] : NULL                            \
  }

/* Sets PYROG_ERROR_SERIALIZE: ‘args[2]’: what the format can't do with it. Returns FALSE. */
gboolean pyrog_codec_refuse (const PyrogPath *path, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* The depth at which a root begins and that no container may have. Only a call makes use of all. */
#define PYROG_ROOT_DEPTH(root) ((root) != NULL ? PYROG_MAX_CALL_DEPTH - PYROG_MAX_DEPTH : 0)
gboolean pyrog_codec_refuse_depth (const PyrogPath *path, GError **error);
/* Appends the ISO text of a date; refuses one that has none */
char *pyrog_codec_date_text (const PyrogValue *value, const PyrogPath *path, GError **error);
/* Ends an encode function: on failure, or if out overflowed, out ends at start again */
gboolean
pyrog_codec_end_encode (PyrogBuffer *out, PyrogBufferPlace start, gboolean ok, GError **error);

/* Like decode, but a repeated member of the outermost object is an error: in a call, a filter in
 * front of us may have looked at the other one */
gboolean pyrog_codec_json_decode_call (
    PyrogArena *arena, const guint8 *data, gsize size, PyrogValue *value, GError **error);

/* What the buffer's functions do when there is room, without a call: in the codecs of small binary
 * values the calls took a third of the time */

static inline guint8 *
pyrog_codec_reserve (PyrogBuffer *out, gsize size)
{
  if (G_LIKELY (out->capacity - out->size >= size && out->limit - out->size >= size
                && !out->overflow))
    return out->data + out->size;
  return pyrog_buffer_reserve (out, size);
}

static inline void
pyrog_codec_commit (PyrogBuffer *out, gsize size)
{
  if (G_LIKELY (!out->overflow))
    out->size += size;
}

/* data that is large lives as long as the value: it may be borrowed */
static inline void
pyrog_codec_append (PyrogBuffer *out, const void *data, gsize size)
{
  if (size > PYROG_BUFFER_RESERVE_MAX)
    {
      pyrog_buffer_append_large (out, data, size);
      return;
    }
  guint8 *p = pyrog_codec_reserve (out, size);
  if (size > 0)
    memcpy (p, data, size);
  pyrog_codec_commit (out, size);
}

static inline void
pyrog_codec_append_byte (PyrogBuffer *out, guint8 byte)
{
  *pyrog_codec_reserve (out, 1) = byte;
  pyrog_codec_commit (out, 1);
}

G_END_DECLS
