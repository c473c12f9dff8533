/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <string.h>

#include "pyrog-codec.h"

/* What the fuzz targets of the codecs share */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Equal by kind, order and bits, not as Python compares: 1 is not 1.0, and a nan is itself */
static inline gboolean
fuzz_same (const PyrogValue *a, const PyrogValue *b)
{
  if (a->kind != b->kind || a->size != b->size)
    return FALSE;
  switch ((PyrogKind) a->kind)
    {
    case PYROG_KIND_NONE:
      return TRUE;
    case PYROG_KIND_BOOL:
      return a->boolean == b->boolean;
    case PYROG_KIND_COMPLEX:
      return memcmp (a->parts, b->parts, 2 * sizeof (double)) == 0;
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
    case PYROG_KIND_BYTES:
    case PYROG_KIND_BIG_INT:
      return a->size == 0 || memcmp (a->text, b->text, a->size) == 0;
    default:
      break;
    }
  if (!pyrog_value_is_container (a))
    return a->uinteger == b->uinteger;
  /* The order of sets is free; what is in them is compared by their size only */
  if (a->kind == PYROG_KIND_SET || a->kind == PYROG_KIND_FROZENSET)
    return TRUE;
  for (gsize i = 0; i < pyrog_value_n_items (a); i++)
    {
      if (!fuzz_same (&a->items[i], &b->items[i]))
        return FALSE;
    }
  return TRUE;
}

/* Whether it could be read */
static inline gboolean
fuzz_codec_one_input (const PyrogCodec *codec, const guint8 *data, gsize size)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (PyrogArena) second = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogValue value, again;
  PyrogBuffer out;

  pyrog_arena_set_budget (arena, pyrog_arena_budget_for (size), 65536);
  if (!codec->decode (arena, data, size, &value, &error))
    {
      g_assert (error != NULL);
      return FALSE;
    }
  pyrog_buffer_init (&out, 16 * 1024 * 1024);
  if (codec->encode (&value, "value", &out, &error))
    {
      if (!codec->decode (second, out.data, out.size, &again, &error))
        g_error ("Own bytes not readable: %s", error->message);
      if (!fuzz_same (&value, &again))
        g_error ("Read back as another value");
    }
  else
    g_assert (error != NULL && out.size == 0);
  pyrog_buffer_clear (&out);
  return TRUE;
}

/* Calls that are read can be written, or are refused with an error */
static inline void
fuzz_call_one_input (const PyrogCodec *codec, const guint8 *data, gsize size)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (PyrogArena) second = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogCallParts call, again;
  PyrogBuffer out;

  pyrog_arena_set_budget (arena, pyrog_arena_budget_for (size), 65536);
  if (!pyrog_codec_decode_call (codec, arena, data, size, &call, &error))
    {
      g_assert (error != NULL);
      return;
    }
  pyrog_buffer_init (&out, 16 * 1024 * 1024);
  if (!pyrog_codec_encode_call (codec, &call, &out, &error))
    g_assert (error != NULL && out.size == 0);
  else if (!pyrog_codec_decode_call (codec, second, out.data, out.size, &again, &error))
    g_error ("Own call not readable: %s", error->message);
  pyrog_buffer_clear (&out);
}
