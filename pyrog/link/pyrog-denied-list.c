/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-denied-list.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "pyrog-certificate-private.h"
#include "pyrog-error.h"

struct _PyrogDeniedList
{
  char *path;          /* (owned) */
  GHashTable *entries; /* (owned) (nullable) (element-type utf8) NULL: to be read */
  GStatBuf read;       /* the file as it was when entries were read; zeros: read it again */
};

static gboolean
is_same_file (const GStatBuf *a, const GStatBuf *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
         && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec
         && a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* An entry, nothing for a line that is empty but for a comment, or an error */
static gboolean
parse_line (GHashTable *entries, char *line)
{
  line[strcspn (line, "#")] = '\0';
  g_strstrip (line);
  if (line[0] == '\0')
    return TRUE;
  char *entry = pyrog_certificate_parse_fingerprint (line);
  if (entry == NULL)
    entry = pyrog_certificate_parse_serial_number (line);
  if (entry != NULL)
    g_hash_table_add (entries, entry);
  return entry != NULL;
}

static GHashTable *
parse_file (const char *path, const char *text, GError **error)
{
  g_autoptr (GHashTable) entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (!parse_line (entries, lines[i]))
      {
        g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                     _ ("Line %u of the list of denied certificates ‘%s’ is neither a SHA-256 "
                        "fingerprint nor a serial number"),
                     i + 1, path);
        return NULL;
      }
  return g_steal_pointer (&entries);
}

static char *
read_text (const char *path, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *text = NULL;
  gsize size = 0;

  if (!g_file_get_contents (path, &text, &size, &failure))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                   _ ("The list of denied certificates can't be read: %s"), failure->message);
      return NULL;
    }
  if (strlen (text) != size)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                   _ ("The list of denied certificates ‘%s’ is not a text file"), path);
      return NULL;
    }
  return g_steal_pointer (&text);
}

/* A file that has just changed may change again without a newer time in its status */
static gboolean
is_settled (const GStatBuf *file)
{
  return g_get_real_time () / G_USEC_PER_SEC - file->st_mtim.tv_sec > 2;
}

gboolean
pyrog_denied_list_refresh (PyrogDeniedList *list, GError **error)
{
  GStatBuf file = { 0 };

  /* Its state before it is read: a change meanwhile is seen the next time */
  gboolean known = g_stat (list->path, &file) == 0 && is_settled (&file);
  if (known && list->entries != NULL && is_same_file (&file, &list->read))
    return TRUE;
  g_clear_pointer (&list->entries, g_hash_table_unref);
  g_autofree char *text = read_text (list->path, error);
  if (text == NULL)
    return FALSE;
  list->entries = parse_file (list->path, text, error);
  list->read = known ? file : (GStatBuf){ 0 };
  return list->entries != NULL;
}

PyrogDeniedList *
pyrog_denied_list_new (const char *path, GError **error)
{
  g_autoptr (PyrogDeniedList) list = g_new0 (PyrogDeniedList, 1);

  list->path = g_strdup (path);
  return pyrog_denied_list_refresh (list, error) ? g_steal_pointer (&list) : NULL;
}

void
pyrog_denied_list_free (PyrogDeniedList *list)
{
  g_clear_pointer (&list->entries, g_hash_table_unref);
  g_free (list->path);
  g_free (list);
}

gboolean
pyrog_denied_list_contains (PyrogDeniedList *list, const char *entry)
{
  return g_hash_table_contains (list->entries, entry);
}
