/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-source-counts.h"

static guint64
source_of (const char *local, const char *remote)
{
  g_autoptr (GSocketAddress) here = g_inet_socket_address_new_from_string (local, 1);
  g_autoptr (GSocketAddress) there = g_inet_socket_address_new_from_string (remote, 2);

  return pyrog_source_of (here, there);
}

/* This machine is no source that is counted */
static void
test_local (void)
{
  g_assert_cmpuint (source_of ("127.0.0.1", "127.0.0.1"), ==, 0);
  g_assert_cmpuint (source_of ("::1", "::1"), ==, 0);
  g_assert_cmpuint (source_of ("::ffff:127.0.0.1", "::ffff:127.0.0.1"), ==, 0);
  g_assert_cmpuint (source_of ("192.0.2.1", "192.0.2.1"), ==, 0);
}

/* Each IPv4 address is a source of its own, whichever way it is written; with IPv6 a network is */
static void
test_sources (void)
{
  static const struct
  {
    const char *first;
    const char *second;
    gboolean same;
  } rows[] = {
    { "192.0.2.2", "192.0.2.2", TRUE },
    { "192.0.2.2", "192.0.2.3", FALSE },
    { "192.0.2.2", "::ffff:192.0.2.2", TRUE },
    { "::ffff:192.0.2.3", "::ffff:192.0.2.2", FALSE },
    { "2001:db8:1:2::3", "2001:db8:1:2:4:5:6:7", TRUE },
    { "2001:db8:1:2::3", "2001:db8:1:3::3", FALSE },
    { "2001:db8:1:2::3", "192.0.2.2", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint64 first = source_of ("198.51.100.1", rows[i].first);
      guint64 second = source_of ("198.51.100.1", rows[i].second);
      g_test_message ("%s, %s", rows[i].first, rows[i].second);
      g_assert_cmpuint (first, !=, 0);
      g_assert_cmpint (first == second, ==, rows[i].same);
    }
}

/* Counting goes up and down, and who is gone leaves nothing behind */
static void
test_counts (void)
{
  g_autoptr (PyrogSourceCounts) counts = pyrog_source_counts_new ();

  pyrog_source_counts_add (counts, 0);
  g_assert_cmpuint (pyrog_source_counts_get (counts, 0), ==, 0);
  pyrog_source_counts_add (counts, 7);
  pyrog_source_counts_add (counts, 7);
  pyrog_source_counts_add (counts, 8);
  g_assert_cmpuint (pyrog_source_counts_get (counts, 7), ==, 2);
  pyrog_source_counts_remove (counts, 7);
  g_assert_cmpuint (pyrog_source_counts_get (counts, 7), ==, 1);
  g_assert_cmpuint (pyrog_source_counts_get (counts, 8), ==, 1);
  pyrog_source_counts_remove (counts, 7);
  pyrog_source_counts_remove (counts, 8);
  pyrog_source_counts_remove (counts, 0);
  g_assert_cmpuint (pyrog_source_counts_get_size (counts), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source-counts/local", test_local);
  g_test_add_func ("/source-counts/sources", test_sources);
  g_test_add_func ("/source-counts/counts", test_counts);
  return g_test_run ();
}
