/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-peer-log.h"

#include <string.h>

#define BEGIN (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* Ten lines in a second; the rest is counted, and told with the first line of a later second */
static void
test_count (void)
{
  PyrogPeerLogCount count = { 0 };
  guint left_out = 99;

  for (guint i = 0; i < PYROG_PEER_LOG_LINES; i++)
    {
      g_assert_true (pyrog_peer_log_count (&count, BEGIN + i, &left_out));
      g_assert_cmpuint (left_out, ==, 0);
    }
  for (guint i = 0; i < 500; i++)
    g_assert_false (pyrog_peer_log_count (&count, BEGIN + 999 * 1000 + i, &left_out));
  g_assert_true (pyrog_peer_log_count (&count, BEGIN + G_USEC_PER_SEC, &left_out));
  g_assert_cmpuint (left_out, ==, 500);
  g_assert_true (pyrog_peer_log_count (&count, BEGIN + G_USEC_PER_SEC, &left_out));
  g_assert_cmpuint (left_out, ==, 0);
}

static GPtrArray *lines; /* (element-type utf8) */

static GLogWriterOutput
keep_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (strcmp (fields[i].key, "MESSAGE") == 0)
        g_ptr_array_add (lines, g_strdup (fields[i].value));
    }
  return G_LOG_WRITER_HANDLED;
}

/* Hundreds of refusals are a few lines, each cut at the end of a character; another kind has its
 * own ten */
static void
test_lines (void)
{
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GString) name = g_string_new (NULL);

  lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < PYROG_PEER_LOG_SIZE; i++)
    g_string_append (name, "ä");
  for (guint i = 0; i < 300; i++)
    pyrog_peer_log (PYROG_PEER_LOG_ACCESS, G_LOG_LEVEL_DEBUG, "x%s", name->str);
  gint64 seconds = (g_get_monotonic_time () - begin) / G_USEC_PER_SEC + 1;
  g_assert_cmpuint (lines->len, >=, PYROG_PEER_LOG_LINES);
  g_assert_cmpuint (lines->len, <=, PYROG_PEER_LOG_LINES * (guint) seconds);
  for (guint i = 0; i < PYROG_PEER_LOG_LINES; i++)
    {
      const char *line = g_ptr_array_index (lines, i);
      g_assert_true (g_utf8_validate (line, -1, NULL));
      g_assert_cmpuint (strlen (line), ==, PYROG_PEER_LOG_SIZE - 1);
    }
  guint before = lines->len;
  pyrog_peer_log (PYROG_PEER_LOG_CLOSED, G_LOG_LEVEL_DEBUG, "other");
  g_assert_cmpuint (lines->len, ==, before + 1);
  g_assert_cmpstr (g_ptr_array_index (lines, before), ==, "other");
  g_ptr_array_unref (lines);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (keep_line, NULL, NULL);
  g_test_add_func ("/peer-log/count", test_count);
  g_test_add_func ("/peer-log/lines", test_lines);
  return g_test_run ();
}
