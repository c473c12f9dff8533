/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "golden.h"

#include <string.h>

struct _Golden
{
  char *contents;     /* (owned) */
  char *next;         /* (unowned) the line that is read next */
  GHashTable *fields; /* (owned) (element-type utf8 utf8) of the current block */
};

Golden *
golden_open (const char *file)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", file, NULL);
  g_autoptr (GError) error = NULL;
  Golden *golden = g_new0 (Golden, 1);

  g_file_get_contents (path, &golden->contents, NULL, &error);
  g_assert_no_error (error);
  golden->next = golden->contents;
  golden->fields = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  return golden;
}

void
golden_free (Golden *golden)
{
  g_hash_table_unref (golden->fields);
  g_free (golden->contents);
  g_free (golden);
}

/* Writes out ~COUNT,LENGTH:TEXT */
static char *
expand (const char *text)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      gsize plain = strcspn (text, "~");
      g_string_append_len (out, text, (gssize) plain);
      text += plain;
      if (*text != '~')
        break;
      char *end;
      guint64 count = g_ascii_strtoull (text + 1, &end, 10);
      g_assert_cmpint (*end, ==, ',');
      guint64 length = g_ascii_strtoull (end + 1, &end, 10);
      g_assert_cmpint (*end, ==, ':');
      g_assert_cmpuint (strlen (end + 1), >=, length);
      for (guint64 i = 0; i < count; i++)
        g_string_append_len (out, end + 1, (gssize) length);
      text = end + 1 + length;
    }
  return g_string_free (out, FALSE);
}

static gboolean
is_for_people (const char *key)
{
  return strcmp (key, "repr") == 0 || strcmp (key, "loaded") == 0;
}

static void
add_field (Golden *golden, char *line)
{
  char *content = strchr (line, ' ');

  g_assert_nonnull (content);
  *content++ = '\0';
  char *text = is_for_people (line) ? g_strdup (content) : expand (content);
  g_assert_true (g_hash_table_insert (golden->fields, line, text));
}

gboolean
golden_next (Golden *golden)
{
  g_hash_table_remove_all (golden->fields);
  while (*golden->next != '\0')
    {
      char *line = golden->next;
      char *end = strchr (line, '\n');

      g_assert_nonnull (end);
      *end = '\0';
      golden->next = end + 1;
      if (*line == '\0' && g_hash_table_size (golden->fields) > 0)
        break;
      if (*line != '\0' && *line != '#')
        add_field (golden, line);
    }
  if (g_hash_table_size (golden->fields) == 0)
    return FALSE;
  g_test_message ("block %s", golden_name (golden));
  return TRUE;
}

const char *
golden_get (Golden *golden, const char *key)
{
  return g_hash_table_lookup (golden->fields, key);
}

static const char *
get_required (Golden *golden, const char *key)
{
  const char *text = golden_get (golden, key);

  if (text == NULL)
    g_error ("the block has no field %s", key);
  return text;
}

const char *
golden_name (Golden *golden)
{
  return get_required (golden, "name");
}

gboolean
golden_is (Golden *golden, const char *prefix)
{
  return g_str_has_prefix (golden_name (golden), prefix);
}

gboolean
golden_has_flag (Golden *golden, const char *flag)
{
  g_auto (GStrv) flags = g_strsplit (get_required (golden, "flags"), " ", -1);

  return g_strv_contains ((const char *const *) flags, flag);
}

guint
golden_get_uint (Golden *golden, const char *key)
{
  guint64 number = 0;
  g_autoptr (GError) error = NULL;

  g_ascii_string_to_unsigned (get_required (golden, key), 10, 0, G_MAXUINT, &number, &error);
  g_assert_no_error (error);
  return (guint) number;
}

GByteArray *
golden_unhex (const char *text)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; *text != '\0'; text += 2)
    {
      int high = g_ascii_xdigit_value (text[0]);
      int low = g_ascii_xdigit_value (text[1]);
      g_assert_cmpint (high, >=, 0);
      g_assert_cmpint (low, >=, 0);
      guint8 byte = (guint8) (high << 4 | low);
      g_byte_array_append (bytes, &byte, 1);
    }
  return bytes;
}

GBytes *
golden_get_bytes (Golden *golden, const char *key)
{
  const char *text = get_required (golden, key);

  return g_byte_array_free_to_bytes (golden_unhex (strcmp (text, "none") == 0 ? "" : text));
}
