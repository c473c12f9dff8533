/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-print.h"

#include "pyrog-codec.h"
#include "pyrog-value-variant.h"

gboolean
pyrog_print_json (GVariant *value, GError **error)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue tree;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  gboolean ok = pyrog_value_from_variant (arena, value, &tree, error)
                && pyrog_codec_json.encode (&tree, "result", &out, error);
  if (ok)
    g_print ("%.*s\n", (int) out.size, (const char *) out.data);
  pyrog_buffer_clear (&out);
  return ok;
}
