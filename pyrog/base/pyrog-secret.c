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

typedef struct
{
  gpointer data; /* (owned) */
  gsize size;
} Memory;

static void
free_memory (gpointer data)
{
  Memory *memory = data;

  if (memory->data != NULL)
    explicit_bzero (memory->data, memory->size);
  g_free (memory->data);
  g_free (memory);
}

GVariant *
pyrog_secret_take_variant (GVariant *value)
{
  g_autoptr (GVariant) plain = g_variant_take_ref (value);
  gsize size = g_variant_get_size (plain);
  const GVariantType *type = g_variant_get_type (plain);
  /* Its memory is this caller's, who gave the only reference */
  gpointer data = (gpointer) g_variant_get_data (plain);
  Memory *memory = g_new (Memory, 1);

  *memory = (Memory){ g_memdup2 (data, size), size };
  if (data != NULL)
    explicit_bzero (data, size);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (memory->data, size, free_memory, memory);
  return g_variant_ref_sink (g_variant_new_from_bytes (type, bytes, TRUE));
}

char *
pyrog_secret_hide_pin (const char *name)
{
  gsize length = strlen (name);

  if (g_ascii_strncasecmp (name, "pkcs11:", strlen ("pkcs11:")) == 0)
    length = strcspn (name, "?");
  return g_strndup (name, length);
}
