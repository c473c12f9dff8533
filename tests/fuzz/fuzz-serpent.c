/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "fuzz-codec.h"

static gboolean
rewrite (const guint8 *data, gsize size, PyrogBuffer *out)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogValue value;

  pyrog_arena_set_budget (arena, pyrog_arena_budget_for (size), 65536);
  pyrog_buffer_init (out, 16 * 1024 * 1024);
  gboolean ok = pyrog_codec_serpent.decode (arena, data, size, &value, &error)
                && pyrog_codec_serpent.encode (&value, "value", out, &error);
  g_assert (ok == (error == NULL) && (ok || out->size == 0));
  return ok;
}

/* What is written can be read, and is then the same value whenever it is written and read again.
 * It need not be the one that was read first: bytes become a dict. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  PyrogBuffer out;

  if (rewrite (data, size, &out)
      && !fuzz_codec_one_input (&pyrog_codec_serpent, out.data, out.size))
    g_error ("Own bytes not readable");
  pyrog_buffer_clear (&out);
  fuzz_call_one_input (&pyrog_codec_serpent, data, size);
  return 0;
}
