/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-codec.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-codec-private.h"
#include "pyrog-date.h"
#include "pyrog-error.h"

const char *const pyrog_call_part_names[4] = { "object", "method", "args", "kwargs" };

/* The members of a call in json, in the order of Pyro5 */
static const char *const json_members[4] = { "object", "method", "params", "kwargs" };

static const PyrogCodec *const codecs[] = {
  [PYROG_SERIALIZER_SERPENT] = &pyrog_codec_serpent,
  [PYROG_SERIALIZER_MARSHAL] = &pyrog_codec_marshal,
  [PYROG_SERIALIZER_JSON] = &pyrog_codec_json,
  [PYROG_SERIALIZER_MSGPACK] = &pyrog_codec_msgpack,
};

const PyrogCodec *
pyrog_codec_get (guint id)
{
  return id < G_N_ELEMENTS (codecs) ? codecs[id] : NULL;
}

const PyrogCodec *
pyrog_codec_choose (guint id, gboolean literal_bytes)
{
  if (literal_bytes && id == PYROG_SERIALIZER_SERPENT)
    return &pyrog_codec_serpent_literal_bytes;
  return pyrog_codec_get (id);
}

const PyrogCodec *
pyrog_codec_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      if (codecs[i] != NULL && strcmp (codecs[i]->name, name) == 0)
        return codecs[i];
    }
  return NULL;
}

/* ---- Shared by the writers ---- */

gboolean
pyrog_codec_refuse (const PyrogPath *path, GError **error, const char *format, ...)
{
  g_autofree char *where = path != NULL ? pyrog_path_to_string (path) : NULL;
  va_list args;

  va_start (args, format);
  g_autofree char *why = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE, "%s: %s",
               where != NULL ? where : _ ("The call"), why);
  return FALSE;
}

gboolean
pyrog_codec_refuse_depth (const PyrogPath *path, GError **error)
{
  return pyrog_codec_refuse (path, error, _ ("it nests more than the limit of %d containers"),
                             PYROG_MAX_DEPTH);
}

char *
pyrog_codec_date_text (const PyrogValue *value, const PyrogPath *path, GError **error)
{
  char *text = pyrog_date_to_iso (value);

  if (text == NULL)
    pyrog_codec_refuse (path, error, _ ("the date is not in the years 1 to 9999"));
  return text;
}

gboolean
pyrog_codec_end_encode (PyrogBuffer *out, PyrogBufferPlace start, gboolean ok, GError **error)
{
  if (ok && out->overflow)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                 _ ("The message is above its limit of %zu bytes"), out->limit);
  if (ok && !out->overflow)
    return TRUE;
  pyrog_buffer_truncate (out, start);
  out->overflow = FALSE;
  return FALSE;
}

/* ---- Calls ---- */

gboolean
pyrog_codec_encode_call (const PyrogCodec *codec,
                         const PyrogCallParts *call,
                         PyrogBuffer *out,
                         GError **error)
{
  const PyrogValue parts[4] = { call->object, call->method, call->args, call->kwargs };
  PyrogValue whole = { .kind = PYROG_KIND_TUPLE, .size = 4, .items = parts };
  PyrogValue members[8];

  if (codec->serializer == PYROG_SERIALIZER_JSON)
    {
      for (guint i = 0; i < 4; i++)
        {
          members[2 * i] = pyrog_value_text (json_members[i]);
          members[2 * i + 1] = parts[i];
        }
      whole = (PyrogValue){ .kind = PYROG_KIND_DICT, .size = 4, .items = members };
    }
  return codec->encode (&whole, NULL, out, error);
}

static gboolean
malformed_call (GError **error, const char *why)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE, _ ("A call is malformed: %s"), why);
  return FALSE;
}

/* The members nearly always come in Pyro5's order */
static const PyrogValue *
find_member (const PyrogValue *dict, guint number)
{
  const char *name = json_members[number];

  if (number < dict->size && pyrog_value_is_text (&dict->items[2 * number], name))
    return &dict->items[2 * number + 1];
  return pyrog_value_lookup (dict, name);
}

static gboolean
parts_from_members (const PyrogValue *value, PyrogValue parts[4], GError **error)
{
  if (value->kind != PYROG_KIND_DICT)
    return malformed_call (error, _ ("it is not an object with members"));
  for (guint i = 0; i < 4; i++)
    {
      const PyrogValue *member = find_member (value, i);
      if (member == NULL)
        return malformed_call (error, _ ("a member is missing"));
      parts[i] = *member;
    }
  return TRUE;
}

static gboolean
parts_from_sequence (const PyrogValue *value, PyrogValue parts[4], GError **error)
{
  if ((value->kind != PYROG_KIND_TUPLE && value->kind != PYROG_KIND_LIST) || value->size != 4)
    return malformed_call (error, _ ("it is not a sequence of four parts"));
  memcpy (parts, value->items, 4 * sizeof (PyrogValue));
  return TRUE;
}

gboolean
pyrog_codec_is_kwargs (const PyrogValue *kwargs)
{
  if (kwargs->kind == PYROG_KIND_NONE)
    return TRUE;
  if (kwargs->kind != PYROG_KIND_DICT)
    return FALSE;
  for (gsize i = 0; i < kwargs->size; i++)
    {
      if (kwargs->items[2 * i].kind != PYROG_KIND_STR)
        return FALSE;
    }
  return TRUE;
}

gboolean
pyrog_codec_decode_call (const PyrogCodec *codec,
                         PyrogArena *arena,
                         const guint8 *data,
                         gsize size,
                         PyrogCallParts *call,
                         GError **error)
{
  gboolean is_json = codec->serializer == PYROG_SERIALIZER_JSON;
  guint max_depth = pyrog_arena_get_max_depth (arena);
  PyrogValue whole, parts[4];

  /* The call and its arguments are containers themselves */
  pyrog_arena_set_max_depth (arena, max_depth + PYROG_MAX_CALL_DEPTH - PYROG_MAX_DEPTH);
  gboolean ok
      = (is_json ? pyrog_codec_json_decode_call : codec->decode) (arena, data, size, &whole, error);
  pyrog_arena_set_max_depth (arena, max_depth);
  if (!ok)
    return FALSE;
  if (is_json ? !parts_from_members (&whole, parts, error)
              : !parts_from_sequence (&whole, parts, error))
    return FALSE;
  if (parts[2].kind != PYROG_KIND_TUPLE && parts[2].kind != PYROG_KIND_LIST)
    return malformed_call (error, _ ("the arguments are not a sequence"));
  if (!pyrog_codec_is_kwargs (&parts[3]))
    return malformed_call (error, _ ("the keyword arguments are not a dict with str keys"));
  *call = (PyrogCallParts){ parts[0], parts[1], parts[2], parts[3] };
  return TRUE;
}
