/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-uri.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-location.h"
#include "pyrog-uri-private.h"

#define PYRO PYROG_URI_PROTOCOL_PYRO
#define PYRONAME PYROG_URI_PROTOCOL_PYRONAME
#define PYROMETA PYROG_URI_PROTOCOL_PYROMETA

/* Texts with their parts, and the text that is printed (NULL: the same) */
static const struct
{
  const char *text;
  const char *printed;
  PyrogUriProtocol protocol;
  const char *object;
  const char *host;
  guint16 port;
  const char *sockname;
  const char *location;
} valid[] = {
  { "PYRO:o@h:80", NULL, PYRO, "o", "h", 80, NULL, "h:80" },
  { "pyro:o@h:80", "PYRO:o@h:80", PYRO, "o", "h", 80, NULL, "h:80" },
  { "PyRo:o@h:80", "PYRO:o@h:80", PYRO, "o", "h", 80, NULL, "h:80" },
  { "PYRO:a:b/c,d@h:1", NULL, PYRO, "a:b/c,d", "h", 1, NULL, "h:1" },
  { "PYRO:größe@größe.example:65535", NULL, PYRO, "größe", "größe.example", 65535, NULL,
    "größe.example:65535" },
  { "PYRO:o@H:0080", "PYRO:o@H:80", PYRO, "o", "H", 80, NULL, "H:80" },
  { "PYRO:o@127.0.0.1:80", NULL, PYRO, "o", "127.0.0.1", 80, NULL, "127.0.0.1:80" },
  { "PYRO:o@[::1]:80", NULL, PYRO, "o", "::1", 80, NULL, "[::1]:80" },
  { "PYRO:o@[2001:db8::7]:80", NULL, PYRO, "o", "2001:db8::7", 80, NULL, "[2001:db8::7]:80" },
  { "PYRO:o@./u:/run/s", NULL, PYRO, "o", NULL, 0, "/run/s", "./u:/run/s" },
  { "PYRO:o@./u:/a b@c", NULL, PYRO, "o", NULL, 0, "/a b@c", "./u:/a b@c" },
  { "PYRO:o@./u:relative", NULL, PYRO, "o", NULL, 0, "relative", "./u:relative" },
  { "PYRO:o@./u:@name", NULL, PYRO, "o", NULL, 0, "@name", "./u:@name" },
  { "PYRO:o@./u:\\0name", "PYRO:o@./u:@name", PYRO, "o", NULL, 0, "@name", "./u:@name" },
  { "PYRONAME:n", NULL, PYRONAME, "n", NULL, 0, NULL, NULL },
  { "pyroname:n@ns", "PYRONAME:n@ns:9090", PYRONAME, "n", "ns", 9090, NULL, "ns:9090" },
  { "PYRONAME:n@ns:1", NULL, PYRONAME, "n", "ns", 1, NULL, "ns:1" },
  { "PYRONAME:n@[::1]", "PYRONAME:n@[::1]:9090", PYRONAME, "n", "::1", 9090, NULL, "[::1]:9090" },
  { "PYRONAME:n@./u:/ns", NULL, PYRONAME, "n", NULL, 0, "/ns", "./u:/ns" },
  { "PYRONAME:./u:x", NULL, PYRONAME, "./u:x", NULL, 0, NULL, NULL },
  { "PYROMETA:b,a", "PYROMETA:a,b", PYROMETA, "a,b", NULL, 0, NULL, NULL },
  { "PYROMETA:a,b,a@ns", "PYROMETA:a,b@ns:9090", PYROMETA, "a,b", "ns", 9090, NULL, "ns:9090" },
  { "PYROMETA: a , ,b,", "PYROMETA:a,b", PYROMETA, "a,b", NULL, 0, NULL, NULL },
};

static PyrogUri *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  PyrogUri *uri = pyrog_uri_new (text, &error);

  g_assert_no_error (error);
  return uri;
}

/* Each text has the parts that it should, and prints as one that reads back as an equal uri */
static void
test_valid (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (valid); i++)
    {
      g_test_message ("%s", valid[i].text);
      g_autoptr (PyrogUri) uri = parse (valid[i].text);
      g_autofree char *printed = pyrog_uri_to_string (uri);
      g_autofree char *location = pyrog_uri_get_location (uri);
      g_autoptr (PyrogUri) again = parse (printed);

      g_assert_cmpstr (printed, ==, valid[i].printed != NULL ? valid[i].printed : valid[i].text);
      g_assert_cmpint (pyrog_uri_get_protocol (uri), ==, valid[i].protocol);
      g_assert_cmpstr (pyrog_uri_get_object (uri), ==, valid[i].object);
      g_assert_cmpstr (pyrog_uri_get_host (uri), ==, valid[i].host);
      g_assert_cmpuint (pyrog_uri_get_port (uri), ==, valid[i].port);
      g_assert_cmpstr (pyrog_uri_get_sockname (uri), ==, valid[i].sockname);
      g_assert_cmpstr (location, ==, valid[i].location);
      g_assert_true (pyrog_uri_equal (uri, again));
      g_assert_cmpuint (pyrog_uri_hash (uri), ==, pyrog_uri_hash (again));
    }
}

/* What is not a uri is refused, and the error says why */
static void
test_invalid (void)
{
  static const struct
  {
    const char *text;
    const char *part;
  } rows[] = {
    { "", "begin" },
    { "PYRO", "begin" },
    { "PYROX:o@h:80", "begin" },
    { "PYRONAMEX:o", "begin" },
    { "http://h:80", "begin" },
    { " PYRO:o@h:80", "begin" },
    { "PYRO:", "object is missing" },
    { "PYRO:@h:80", "object is missing" },
    { "PYROMETA:", "object is missing" },
    { "PYROMETA:,", "object is missing" },
    { "PYROMETA:@ns", "object is missing" },
    { "PYRO:a b@h:80", "blank" },
    { "PYRO:a\nb@h:80", "blank" },
    { "PYRO:\u00a0@h:80", "blank" },
    { "PYRO:a\x01@h:80", "control" },
    { "PYROMETA:a b,c", "blank" },
    { "PYRO:\xff@h:80", "UTF-8" },
    { "PYRO:o", "location is missing" },
    { "PYRO:o@", "host is missing" },
    { "PYRONAME:n@", "host is missing" },
    { "PYRO:o@:80", "host is missing" },
    { "PYRO:o@h", "port is missing" },
    { "PYRO:o@[::1]", "port is missing" },
    { "PYRO:o@h:", "port ‘’" },
    { "PYRO:o@h:0", "port is 0, not from 1 to 65535" },
    { "PYRONAME:n@ns:0", "port is 0" },
    { "PYRONAME:n@[::1]:0", "port is 0" },
    { "PYRO:o@h:65536", "‘65536’" },
    { "PYRO:o@h:999999", "‘999999’" },
    { "PYRO:o@h:-1", "‘-1’" },
    { "PYRO:o@h:+80", "‘+80’" },
    { "PYRO:o@h: 80", "‘ 80’" },
    { "PYRO:o@h:80 ", "‘80 ’" },
    { "PYRO:o@h:80\n", "‘80\\u000a’" },
    { "PYRO:o@h:0x50", "‘0x50’" },
    { "PYRO:o@h:8_0", "‘8_0’" },
    { "PYRO:o@h:99999999999999999999999", "‘9999999999999999…’" },
    { "PYRO:o@[::1]:80zzz", "‘80zzz’" },
    { "PYRO:o@[::1]zzz", "brackets" },
    { "PYRO:o@[::1", "brackets" },
    { "PYRO:o@[[::1]]:80", "brackets" },
    { "PYRO:o@[localhost]:80", "IPv6" },
    { "PYRO:o@[127.0.0.1]:80", "IPv6" },
    { "PYRO:o@[fe80::1%eth0]:80", "IPv6" },
    { "PYRO:o@::1:80", "brackets" },
    { "PYRO:o@a b:80", "no host" },
    { "PYRO:o@a/b:80", "no host" },
    { "PYRO:o@a@b:80", "no host" },
    { "PYRO:o@@h:80", "no host" },
    { "PYRO:o@h]:80", "no host" },
    { "PYRO:o@h\x1b:80", "no host" },
    { "PYRO:o@\xff:80", "no host" },
    { "PYRO:o@./u", "no host" },
    { "PYRO:o@./u:", "no name" },
    { "PYRO:o@./u:@", "no name" },
    { "PYRO:o@./u:\\0", "no name" },
    { "PYRO:o@./u:a:b", "no colon" },
    { "PYRO:o@./u:a\nb", "control" },
    { "PYRO:o@./u:\xff", "UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("row %u, %s", i, rows[i].part);
      g_assert_null (pyrog_uri_new (rows[i].text, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI);
      g_assert_nonnull (strstr (error->message, rows[i].part));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (strpbrk (error->message, "\n\x1b"));
    }
}

/* An error shows the beginning of a long text only, and the port wherever it is */
static void
test_long (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *object = g_strnfill (100000, 'x');
  g_autofree char *text = g_strdup_printf ("PYRO:%s@%s:70000", object, object);

  g_assert_null (pyrog_uri_new (text, &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
  g_assert_nonnull (strstr (error->message, "‘70000’"));
}

/* Tags are a sorted set; other uris have none */
static void
test_tags (void)
{
  static const char *const tags[] = { "a", "b", "c", NULL };
  g_autoptr (PyrogUri) meta = parse ("PYROMETA:c,a,b,a,c");
  g_autoptr (PyrogUri) same = parse ("PYROMETA:b,c,a");
  g_autoptr (PyrogUri) name = parse ("PYRONAME:a,b,c");

  g_assert_cmpstrv (pyrog_uri_get_tags (meta), tags);
  g_assert_null (pyrog_uri_get_tags (name));
  g_assert_true (pyrog_uri_equal (meta, same));
  g_assert_cmpuint (pyrog_uri_hash (meta), ==, pyrog_uri_hash (same));
  g_assert_false (pyrog_uri_equal (meta, name));
}

/* Uris that differ in one part are different, and all are keys of one table, tags included */
static void
test_equal (void)
{
  static const char *const texts[] = {
    "PYRO:o@h:80",   "PYRO:p@h:80",   "PYRO:o@i:80",  "PYRO:o@h:81",  "PYRO:o@./u:/h",
    "PYRO:o@./u:/i", "PYRO:o@./u:@h", "PYRONAME:o",   "PYRONAME:o@h", "PYRONAME:o@h:80",
    "PYROMETA:o",    "PYROMETA:o,p",  "PYROMETA:o@h", "PYRO:O@h:80",  "PYRO:o@H:80",
  };
  g_autoptr (GHashTable) table = g_hash_table_new_full (pyrog_uri_hash, pyrog_uri_equal,
                                                        (GDestroyNotify) pyrog_uri_unref, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (g_hash_table_add (table, parse (texts[i])));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (PyrogUri) uri = parse (texts[i]);
      g_assert_true (g_hash_table_contains (table, uri));
    }
}

/* A uri made of parts equals the one of the same text */
static void
test_parts (void)
{
  g_autoptr (PyrogUri) host = pyrog_uri_new_for_host ("o", "h", 80);
  g_autoptr (PyrogUri) address = pyrog_uri_new_for_host ("o", "::1", 80);
  g_autoptr (PyrogUri) path = pyrog_uri_new_for_socket ("o", "/s");
  g_autoptr (PyrogUri) abstract = pyrog_uri_new_for_socket ("o", "@s");
  g_autoptr (PyrogUri) parsed_host = parse ("PYRO:o@h:80");
  g_autoptr (PyrogUri) parsed_address = parse ("PYRO:o@[::1]:80");
  g_autoptr (PyrogUri) parsed_path = parse ("PYRO:o@./u:/s");
  g_autoptr (PyrogUri) parsed_abstract = parse ("PYRO:o@./u:\\0s");

  g_assert_true (pyrog_uri_equal (host, parsed_host));
  g_assert_true (pyrog_uri_equal (address, parsed_address));
  g_assert_true (pyrog_uri_equal (path, parsed_path));
  g_assert_true (pyrog_uri_equal (abstract, parsed_abstract));
}

/* Parts that would read back as something else are a mistake of the caller */
static void
test_wrong_parts (void)
{
  static const char *const objects[] = { "", "a@evil:1", "a b", "a\nb", "\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    {
      g_test_expect_message ("Pyrog", G_LOG_LEVEL_CRITICAL, "*object*");
      g_assert_null (pyrog_uri_new_for_host (objects[i], "h", 80));
      g_test_assert_expected_messages ();
      g_test_expect_message ("Pyrog", G_LOG_LEVEL_CRITICAL, "*object*");
      g_assert_null (pyrog_uri_new_for_socket (objects[i], "/s"));
      g_test_assert_expected_messages ();
    }
}

/* A copy of the boxed type is the same uri */
static void
test_boxed (void)
{
  PyrogUri *uri = parse ("PYRO:o@h:80");
  PyrogUri *copy = g_boxed_copy (PYROG_TYPE_URI, uri);

  g_assert_true (copy == uri);
  pyrog_uri_unref (uri);
  g_assert_cmpstr (pyrog_uri_get_object (copy), ==, "o");
  g_boxed_free (PYROG_TYPE_URI, copy);
}

static void
assert_bytes (const char *data, gsize size, const char *expected, gsize expected_size)
{
  g_assert_cmpuint (size, ==, expected_size);
  g_assert_cmpint (data == NULL, ==, expected == NULL);
  g_assert_true (size == 0 || memcmp (data, expected, size) == 0);
}

/* On the wire an abstract socket has Pyro5's NUL character; nothing else differs */
static void
test_wire (void)
{
  static const struct
  {
    const char *text;
    const char *wire;
    gsize size;
    const char *sockname;
    gsize sockname_size;
  } rows[] = {
    { "PYRO:o@h:80", "PYRO:o@h:80", 11, NULL, 0 },
    { "PYRO:o@./u:/s", "PYRO:o@./u:/s", 13, "/s", 2 },
    { "PYRO:o@./u:@s", "PYRO:o@./u:\0s", 13, "\0s", 2 },
    { "PYRONAME:n@./u:@s@t", "PYRONAME:n@./u:\0s@t", 19, "\0s@t", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize size, sockname_size;
      g_autoptr (GError) error = NULL;
      g_autoptr (PyrogUri) uri = parse (rows[i].text);
      g_autofree char *wire = pyrog_uri_to_wire (uri, &size);
      g_autofree char *sockname = pyrog_uri_dup_wire_sockname (uri, &sockname_size);
      g_autofree char *unterminated = g_memdup2 (rows[i].wire, rows[i].size);
      g_autoptr (PyrogUri) back = pyrog_uri_new_from_wire (unterminated, rows[i].size, &error);

      g_assert_no_error (error);
      g_assert_true (pyrog_uri_equal (uri, back));
      assert_bytes (wire, size, rows[i].wire, rows[i].size);
      assert_bytes (sockname, sockname_size, rows[i].sockname, rows[i].sockname_size);
    }
}

/* A peer's NUL character means something in front of a socket's name only */
static void
test_wire_invalid (void)
{
  static const struct
  {
    const char *text;
    gsize size;
  } rows[] = {
    { "", 0 },
    { NULL, 0 },
    { "\0", 1 },
    { "PYRO:o\0@h:80", 12 },
    { "PYRO:o@h:80\0", 12 },
    { "PYRO:o@./u:\0", 12 },
    { "PYRO:o@./u:\0a\0b", 15 },
    { "PYRO:o@./u:/a\0b", 15 },
    { "PYRO:a./u:\0h:80", 15 },
    { "PYRO:o@x@./u:\0h", 15 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("row %u", i);
      g_assert_null (pyrog_uri_new_from_wire (rows[i].text, rows[i].size, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI);
    }
}

/* The address of a socket is a path's or an abstract one's; a name that is too long is an error */
static void
test_socket_address (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *fits = g_strnfill (107, 'x');
  g_autofree char *too_long = g_strnfill (108, 'x');
  g_autoptr (GSocketAddress) path = pyrog_location_socket_address (fits, &error);
  g_assert_no_error (error);
  g_autoptr (GSocketAddress) abstract = pyrog_location_socket_address ("@s", &error);
  g_assert_no_error (error);

  g_assert_cmpint (g_unix_socket_address_get_address_type (G_UNIX_SOCKET_ADDRESS (path)), ==,
                   G_UNIX_SOCKET_ADDRESS_PATH);
  g_assert_cmpint (g_unix_socket_address_get_address_type (G_UNIX_SOCKET_ADDRESS (abstract)), ==,
                   G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  g_assert_cmpuint (g_unix_socket_address_get_path_len (G_UNIX_SOCKET_ADDRESS (abstract)), ==, 1);
  g_assert_null (pyrog_location_socket_address (too_long, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI);
  g_assert_nonnull (strstr (error->message, "108 bytes, more than 107"));
}

/* Half a million different tags do not take quadratic time, which would be hours */
static void
test_many_tags (void)
{
  g_autoptr (GString) text = g_string_new ("PYROMETA:");

  for (guint i = 0; i < 500000; i++)
    g_string_append_printf (text, "%x,", i);
  g_autoptr (PyrogUri) uri = parse (text->str);
  g_assert_cmpuint (g_strv_length ((char **) pyrog_uri_get_tags (uri)), ==, 500000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/uri/valid", test_valid);
  g_test_add_func ("/uri/invalid", test_invalid);
  g_test_add_func ("/uri/long", test_long);
  g_test_add_func ("/uri/tags", test_tags);
  g_test_add_func ("/uri/equal", test_equal);
  g_test_add_func ("/uri/parts", test_parts);
  g_test_add_func ("/uri/wrong-parts", test_wrong_parts);
  g_test_add_func ("/uri/boxed", test_boxed);
  g_test_add_func ("/uri/wire", test_wire);
  g_test_add_func ("/uri/wire-invalid", test_wire_invalid);
  g_test_add_func ("/uri/socket-address", test_socket_address);
  g_test_add_func ("/uri/many-tags", test_many_tags);

  return g_test_run ();
}
