/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-extensions.h"

#include "pyrog-connection-private.h"

#define SOFTWARE_NAME "pyrog"
#define SOFTWARE_VERSION 1 /* of the extension */
#define MAX_TEXT 64        /* bytes of a name or a version */

#define TEXT(literal)                                                                              \
  {                                                                                                \
    .kind = PYROG_KIND_STR, .size = sizeof (literal) - 1, .text = (literal)                        \
  }

const PyrogValue *
pyrog_extensions_get (void)
{
  static const PyrogValue software[] = {
    TEXT ("v"),       { .kind = PYROG_KIND_INT, .integer = SOFTWARE_VERSION },
    TEXT ("name"),    TEXT (SOFTWARE_NAME),
    TEXT ("version"), TEXT (PYROG_VERSION_TEXT),
  };
  static const PyrogValue extensions[]
      = { TEXT ("software"), { .kind = PYROG_KIND_DICT, .size = 3, .items = software } };
  static const PyrogValue all = { .kind = PYROG_KIND_DICT, .size = 1, .items = extensions };

  return &all;
}

/* Only what a terminal and a log may show as it is */
static char *
dup_plain_text (const PyrogValue *dict, const char *key)
{
  const PyrogValue *value = pyrog_value_lookup (dict, key);

  if (value == NULL || value->kind != PYROG_KIND_STR || value->size == 0 || value->size > MAX_TEXT)
    return NULL;
  for (guint32 i = 0; i < value->size; i++)
    if (!g_ascii_isprint (value->text[i]))
      return NULL;
  return pyrog_value_dup_text (value);
}

gboolean
pyrog_extensions_take (const PyrogValue *handshake, PyrogConnection *connection)
{
  const PyrogValue *all = pyrog_value_lookup (handshake, PYROG_EXTENSIONS_KEY);
  const PyrogValue *software = all != NULL ? pyrog_value_lookup (all, "software") : NULL;
  const PyrogValue *number = software != NULL ? pyrog_value_lookup (software, "v") : NULL;

  /* Later versions may add to the first one, and say so by another number */
  if (number == NULL || number->kind != PYROG_KIND_INT || number->integer < SOFTWARE_VERSION)
    return FALSE;
  if (connection != NULL)
    {
      g_free (connection->peer_software);
      g_free (connection->peer_version);
      connection->peer_software = dup_plain_text (software, "name");
      connection->peer_version = dup_plain_text (software, "version");
    }
  return TRUE;
}
