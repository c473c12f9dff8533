/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

#include "pyrog-buffer.h"
#include "pyrog-builder.h"
#include "pyrog-enums.h"

G_BEGIN_DECLS

/* One format, as pure functions between bytes and values. Stateless, usable in any thread.
 *
 * decode: reads exactly one value from all of data. The value may point into data, so data lives at
 * least as long as the arena's contents. Nothing is taken from a length field unchecked: a declared
 * count is compared with the bytes left first. All or nothing. Errors: PYROG_ERROR_SERIALIZE for
 * malformed input, PYROG_ERROR_MESSAGE_TOO_LARGE for a limit,
 * of which depth is that of the arena.
 *
 * encode: appends the value to out; on failure out is as it was. What the format
 * can't carry is refused with PYROG_ERROR_SERIALIZE and the value's path below root, for example
 * ‘args[2]["x"]’. The depth is limited to PYROG_MAX_DEPTH, that of a call to
 * PYROG_MAX_CALL_DEPTH. root NULL stands for a call: the four
 * parts of the value are named "object", "method", "args" and "kwargs". */
typedef struct
{
  PyrogSerializer serializer;
  const char *name; /* as Pyro5 calls it: "serpent" */
  gboolean (*decode) (
      PyrogArena *arena, const guint8 *data, gsize size, PyrogValue *value, GError **error);
  gboolean (*encode) (const PyrogValue *value, const char *root, PyrogBuffer *out, GError **error);
} PyrogCodec;

extern const PyrogCodec pyrog_codec_serpent;
extern const PyrogCodec pyrog_codec_serpent_literal_bytes;
extern const PyrogCodec pyrog_codec_marshal;
extern const PyrogCodec pyrog_codec_json;
extern const PyrogCodec pyrog_codec_msgpack;

/* NULL for an unknown id or name */
const PyrogCodec *pyrog_codec_get (guint id);
/* Where serpent is to write bytes as literals, if literal_bytes is set */
const PyrogCodec *pyrog_codec_choose (guint id, gboolean literal_bytes);
const PyrogCodec *pyrog_codec_find (const char *name);

/* The payload of an INVOKE message (inventory W9). kwargs is NONE or a dict with str keys; args is
 * a list or tuple. method is what the peer sent: any kind, checked by the dispatcher. */
typedef struct
{
  PyrogValue object;
  PyrogValue method;
  PyrogValue args;
  PyrogValue kwargs;
} PyrogCallParts;

/* Reading lets arguments nest as deep as the arena says.
 *
 * For json a dict with the members object, method, params and kwargs, where a repeated member is an
 * error; a tuple of four for the others */
gboolean pyrog_codec_encode_call (const PyrogCodec *codec,
                                  const PyrogCallParts *call,
                                  PyrogBuffer *out,
                                  GError **error);
gboolean pyrog_codec_decode_call (const PyrogCodec *codec,
                                  PyrogArena *arena,
                                  const guint8 *data,
                                  gsize size,
                                  PyrogCallParts *call,
                                  GError **error);
/* Whether it is NONE or a dict with str keys */
gboolean pyrog_codec_is_kwargs (const PyrogValue *kwargs);

G_END_DECLS
