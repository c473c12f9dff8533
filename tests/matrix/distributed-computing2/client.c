/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "../frame.h"
static const char *const text[][3] = {
  { "the cat saw", "the dog and", NULL },
  { "the dog saw", "the bird", NULL },
};

static void
add_counts (GHashTable *total, GVariant *counts)
{
  GVariantIter iter;
  char *word;
  gint64 count;

  g_variant_iter_init (&iter, counts);
  while (g_variant_iter_next (&iter, "{sx}", &word, &count))
    {
      int before = GPOINTER_TO_INT (g_hash_table_lookup (total, word));
      g_hash_table_insert (total, word, GINT_TO_POINTER (before + (int) count));
    }
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (a, b);
}

int
main (int argc, char **argv)
{
  g_autoptr (GHashTable) total = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (text); i++)
    {
      g_autoptr (PyrogProxy) counter = frame_connect (argv[1 + i], NULL);
      g_autoptr (GVariant) counts
          = frame_call (counter, "count", g_variant_new ("(^as)", text[i]), "a{sx}");
      add_counts (total, counts);
    }
  g_autoptr (GList) words = g_list_sort (g_hash_table_get_keys (total), compare_words);
  for (GList *link = words; link != NULL; link = link->next)
    g_print ("%s %d\n", (char *) link->data,
             GPOINTER_TO_INT (g_hash_table_lookup (total, link->data)));
  return 0;
}
