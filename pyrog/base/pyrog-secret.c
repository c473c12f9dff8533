/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-secret.h"

#include <string.h>

void
pyrog_secret_free (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

char *
pyrog_secret_hide_pin (const char *name)
{
  gsize length = strlen (name);

  if (g_ascii_strncasecmp (name, "pkcs11:", strlen ("pkcs11:")) == 0)
    length = strcspn (name, "?");
  return g_strndup (name, length);
}
