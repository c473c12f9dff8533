/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-location.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "pyrog-error.h"

/* What is parsed prints as it was written, with its parts in their places */
static void
test_parse (void)
{
  const struct
  {
    const char *text;
    const char *host;
    guint16 port;
    const char *sockname;
    const char *printed;
  } rows[] = {
    { "localhost:4000", "localhost", 4000, NULL, "localhost:4000" },
    { "127.0.0.1:1", "127.0.0.1", 1, NULL, "127.0.0.1:1" },
    { "[::1]:65535", "::1", 65535, NULL, "[::1]:65535" },
    { "./u:/tmp/socket", NULL, 0, "/tmp/socket", "./u:/tmp/socket" },
    { "./u:@name", NULL, 0, "@name", "./u:@name" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (PyrogLocation) location = { 0 };
      g_autoptr (GError) error = NULL;
      g_assert_true (pyrog_location_parse (rows[i].text, &location, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (location.host, ==, rows[i].host);
      g_assert_cmpuint (location.port, ==, rows[i].port);
      g_assert_cmpstr (location.sockname, ==, rows[i].sockname);
      g_autofree char *printed = pyrog_location_to_string (&location);
      g_assert_cmpstr (printed, ==, rows[i].printed);
    }
}

/* What is no location is an error that names it */
static void
test_invalid (void)
{
  const char *const texts[]
      = { "localhost:65536", "localhost:-1", "localhost:x", "[::1", "[nonsense]:1", "./u:", "" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (PyrogLocation) location = { 0 };
      g_autoptr (GError) error = NULL;
      g_test_message ("‘%s’", texts[i]);
      g_assert_false (pyrog_location_parse (texts[i], &location, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI);
      g_assert_nonnull (strstr (error->message, texts[i]));
    }
}

/* An address of a socket becomes a location; an unnamed unix socket has none */
static void
test_from_address (void)
{
  g_autoptr (GSocketAddress) inet = g_inet_socket_address_new_from_string ("127.0.0.1", 80);
  g_autoptr (GSocketAddress) path = g_unix_socket_address_new ("/tmp/x");
  g_autoptr (GSocketAddress) anonymous
      = g_unix_socket_address_new_with_type ("", 0, G_UNIX_SOCKET_ADDRESS_ANONYMOUS);
  g_auto (PyrogLocation) a = { 0 };
  g_auto (PyrogLocation) b = { 0 };
  g_auto (PyrogLocation) c = { 0 };

  g_assert_true (pyrog_location_from_address (inet, &a));
  g_assert_cmpstr (a.host, ==, "127.0.0.1");
  g_assert_cmpuint (a.port, ==, 80);
  g_assert_true (pyrog_location_from_address (path, &b));
  g_assert_cmpstr (b.sockname, ==, "/tmp/x");
  g_assert_false (pyrog_location_from_address (anonymous, &c));
}

/* A name that no socket address can hold is an error, not a shorter name */
static void
test_long_name (void)
{
  g_autofree char *longest = g_strnfill (107, 'x');
  g_autofree char *longer = g_strnfill (108, 'x');
  g_autoptr (GError) error = NULL;

  longest[0] = longer[0] = '/';
  g_autoptr (GSocketAddress) fits = pyrog_location_socket_address (longest, &error);
  g_assert_no_error (error);
  g_assert_nonnull (fits);
  g_assert_null (pyrog_location_socket_address (longer, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/location/parse", test_parse);
  g_test_add_func ("/location/invalid", test_invalid);
  g_test_add_func ("/location/from-address", test_from_address);
  g_test_add_func ("/location/long-name", test_long_name);
  return g_test_run ();
}
