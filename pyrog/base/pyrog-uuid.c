/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-uuid.h"

#include <sys/random.h>

gboolean
pyrog_uuid_random (guint8 *uuid)
{
  if (getrandom (uuid, PYROG_UUID_SIZE, 0) != PYROG_UUID_SIZE)
    return FALSE;
  uuid[6] = (guint8) ((uuid[6] & 0x0f) | 0x40);
  uuid[8] = (guint8) ((uuid[8] & 0x3f) | 0x80);
  return TRUE;
}

static char *
to_text (const guint8 *uuid, gboolean dashes)
{
  GString *text = g_string_sized_new (36);

  for (guint i = 0; i < PYROG_UUID_SIZE; i++)
    {
      if (dashes && (i == 4 || i == 6 || i == 8 || i == 10))
        g_string_append_c (text, '-');
      g_string_append_printf (text, "%02x", uuid[i]);
    }
  return g_string_free (text, FALSE);
}

char *
pyrog_uuid_to_string (const guint8 *uuid)
{
  return to_text (uuid, TRUE);
}

char *
pyrog_uuid_to_hex (const guint8 *uuid)
{
  return to_text (uuid, FALSE);
}
