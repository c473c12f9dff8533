/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-secret.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pyrog-arena.h"
#include "pyrog-buffer.h"
#include "pyrog-chunk.h"
#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-handshake-request.h"
#include "pyrog-message.h"
#include "pyrog-proxy.h"

/* ---- Names and helpers ---- */

/* The part of a uri that may hold a PIN is cut off, and nothing else */
static void
test_hide_pin (void)
{
  const struct
  {
    const char *name;
    const char *shown;
  } rows[] = {
    { "pkcs11:token=a;object=b?pin-value=1234", "pkcs11:token=a;object=b" },
    { "pkcs11:token=a?pin-source=file:/pin&x=y", "pkcs11:token=a" },
    { "PKCS11:token=a?pin-value=1234", "PKCS11:token=a" },
    { "pkcs11:token=a;object=b", "pkcs11:token=a;object=b" },
    { "/etc/keys/what?pin-value=1234", "/etc/keys/what?pin-value=1234" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = pyrog_secret_hide_pin (rows[i].name);
      g_assert_cmpstr (shown, ==, rows[i].shown);
    }
  pyrog_secret_free (NULL);
}

/* A value stays what it is in its new memory, and so do its parts */
static void
test_variant (void)
{
  static const char *const texts[] = { "'text'",           "@ay []", "{'a': <1>, 'b': <'c'>}",
                                       "@mv nothing",      "true",   "[<1>, <(2, 'x')>]",
                                       "(1, 2.5, 'three')" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GVariant) wanted = g_variant_ref_sink (g_variant_new_parsed (texts[i]));
      g_autoptr (GVariant) secret = pyrog_secret_take_variant (g_variant_new_parsed (texts[i]));
      g_assert_true (g_variant_equal (secret, wanted));
    }
}

static gboolean
is_wiped (const guint8 *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (data[i] != 0)
      return FALSE;
  return TRUE;
}

/* A buffer of secrets wipes what it held when it is emptied, once */
static void
test_buffer (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, G_MAXSIZE);
  pyrog_buffer_keep_secret (&buffer);
  for (guint i = 0; i < 1000; i++)
    pyrog_buffer_append_text (&buffer, "secret");
  g_assert_true (memcmp (buffer.data + 5994, "secret", 6) == 0);
  const guint8 *data = buffer.data;
  pyrog_buffer_reset (&buffer, G_MAXSIZE);
  g_assert_true (is_wiped (data, 6000));
  pyrog_buffer_append_text (&buffer, "public");
  pyrog_buffer_reset (&buffer, G_MAXSIZE);
  g_assert_true (memcmp (data, "public", 6) == 0);
  pyrog_buffer_clear (&buffer);
}

/* So does an arena */
static void
test_arena (void)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();

  g_assert_false (pyrog_arena_is_secret (arena));
  pyrog_arena_keep_secret (arena);
  g_assert_true (pyrog_arena_is_secret (arena));
  const guint8 *data = pyrog_arena_copy (arena, "secret", 6, NULL);
  pyrog_arena_alloc (arena, 100000, NULL);
  pyrog_arena_reset (arena);
  g_assert_true (is_wiped (data, 6));
  g_assert_false (pyrog_arena_is_secret (arena));
  data = pyrog_arena_copy (arena, "public", 6, NULL);
  pyrog_arena_reset (arena);
  g_assert_true (memcmp (data, "public", 6) == 0);
}

/* A compressed message is inflated into an arena that is wiped */
static void
test_inflated (void)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_CONNECT };
  const gsize size = 500;
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogMessageWriter writer;
  PyrogMessage message;
  PyrogHeader read;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, &header);
  pyrog_message_begin_payload (&writer);
  for (gsize i = 0; i < size; i++)
    pyrog_buffer_append_byte (&out, 'a');
  g_assert_true (pyrog_message_end (&writer, TRUE, G_MAXUINT32, &error));
  g_assert_cmpint (pyrog_header_parse (out.data, out.size, G_MAXUINT32, &read, &error), ==,
                   PYROG_PARSE_DONE);
  g_assert_true ((read.flags & PYROG_FLAG_COMPRESSED) != 0);
  pyrog_arena_keep_secret (arena);
  g_assert_true (pyrog_message_parse (&read, out.data + PYROG_HEADER_SIZE, G_MAXUINT32, 0, arena,
                                      &message, &error));
  g_assert_cmpuint (message.payload_size, ==, size);
  g_assert_cmpint (message.payload[size - 1], ==, 'a');
  pyrog_arena_reset (arena);
  g_assert_true (is_wiped (message.payload, size));
  pyrog_buffer_clear (&out);
}

/* The wiped bytes of a chunk are those that were named */
static void
test_chunk (void)
{
  g_autoptr (PyrogChunk) chunk = pyrog_chunk_new (100);

  memset (chunk->data, 'a', 100);
  pyrog_chunk_wipe (chunk, chunk->data + 10, 90);
  g_assert_true (memcmp (chunk->data, "aaaaaaaaaa", 10) == 0);
  g_assert_true (is_wiped (chunk->data + 10, 90));
  pyrog_chunk_wipe (chunk, chunk->data + 100, 0);
}

/* ---- The memory of a process ---- */

#define MASK 0x15
#define LARGE ((guint64) 1 << 32) /* bytes: larger mappings are a sanitizer's own */

/* The secret itself is in no memory but where a test writes it */
static const char masked[]
    = { 'S' ^ MASK, 'e' ^ MASK, 'C' ^ MASK, 'r' ^ MASK, 'E' ^ MASK, 't' ^ MASK,
        '-' ^ MASK, 'i' ^ MASK, 'N' ^ MASK, '-' ^ MASK, 'm' ^ MASK, 'E' ^ MASK,
        'm' ^ MASK, 'O' ^ MASK, 'r' ^ MASK, 'Y' ^ MASK };

static char window[1024 * 1024 + sizeof masked];

static gboolean
is_secret (const char *text)
{
  for (gsize i = 0; i < sizeof masked; i++)
    if ((text[i] ^ MASK) != masked[i])
      return FALSE;
  return TRUE;
}

static void
write_secret (char *text)
{
  for (gsize i = 0; i < sizeof masked; i++)
    text[i] = (char) (masked[i] ^ MASK);
}

static guint
count_in_window (gsize size)
{
  const char *end = window + size - sizeof masked;
  guint count = 0;

  for (const char *at = window; at <= end; at++)
    {
      at = memchr (at, masked[0] ^ MASK, (gsize) (end - at) + 1);
      if (at == NULL)
        break;
      count += is_secret (at) ? 1 : 0;
    }
  return count;
}

static guint
count_in_range (int fd, guint64 start, guint64 end)
{
  const gsize step = sizeof window - sizeof masked;
  guint count = 0;

  for (guint64 at = start; at < end; at += step)
    {
      gsize size = (gsize) MIN (sizeof window, end - at);
      gssize got = pread (fd, window, size, (off_t) at);
      if (got >= (gssize) sizeof masked)
        count += count_in_window ((gsize) got);
    }
  memset (window, 0, sizeof window);
  return count;
}

/* How often the secret is in the memory that this process may write, used or given back */
static guint
count_in_memory (void)
{
  FILE *maps = fopen ("/proc/self/maps", "re");
  int fd = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  char line[512];
  char mode[5];
  guint64 start, end;
  guint count = 0;

  g_assert_nonnull (maps);
  g_assert_cmpint (fd, >=, 0);
  while (fgets (line, sizeof line, maps) != NULL)
    {
      if (sscanf (line, "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %4s", &start, &end, mode)
              == 3
          && mode[1] == 'w' && end - start < LARGE && end > start
          && !(start <= (guintptr) window && (guintptr) window < end))
        count += count_in_range (fd, start, end);
    }
  fclose (maps);
  close (fd);
  return count;
}

/* ---- A handshake in it ---- */

typedef struct
{
  PyrogConfig *config; /* (owned) */
  PyrogDaemon *daemon; /* (owned) */
  char *uri;           /* (owned) */
  gboolean heard;      /* the secret came */
} Fixture;

static gboolean
validate_cb (PyrogDaemon *daemon, PyrogHandshakeRequest *request, Fixture *fixture)
{
  GVariant *data = pyrog_handshake_request_get_data (request);

  const char *text;

  if (g_variant_is_of_type (data, G_VARIANT_TYPE_VARDICT)
      && g_variant_lookup (data, "first", "&s", &text))
    fixture->heard = is_secret (strchr (text, '\n') + 1);
  return TRUE;
}

static void
start (Fixture *fixture, const char *cookie_file)
{
  g_autofree char *location = g_strdup_printf ("./u:@pyrog-secret-%d", (int) getpid ());
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (PyrogUri) uri = NULL;
  g_autoptr (GError) error = NULL;

  fixture->config = g_object_new (PYROG_TYPE_CONFIG, NULL);
  g_object_set (fixture->config, "cookie-file", cookie_file, "logwire", TRUE, NULL);
  fixture->daemon = pyrog_daemon_new (fixture->config);
  g_signal_connect (fixture->daemon, "validate-handshake", G_CALLBACK (validate_cb), fixture);
  pyrog_daemon_listen (fixture->daemon, location, &error);
  g_assert_no_error (error);
  uri = pyrog_daemon_register (fixture->daemon, "o", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
  fixture->uri = pyrog_uri_to_string (uri);
}

static void
stop (Fixture *fixture)
{
  pyrog_daemon_stop (fixture->daemon);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (fixture->daemon);
  g_object_unref (fixture->config);
  g_free (fixture->uri);
}

static void
called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Connects; said (nullable) is what the proxy says besides */
static void
connect_once (Fixture *fixture, PyrogSerializer serializer, gboolean compression, GBytes *said)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->config, "serializer", serializer, "compression", compression, NULL);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (fixture->uri, fixture->config, &error);
  g_assert_no_error (error);
  if (said != NULL)
    pyrog_proxy_set_handshake (proxy,
                               g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, said, TRUE));
  pyrog_proxy_call (proxy, "nothing", NULL, NULL, NULL, called_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (pyrog_proxy_call_finish (proxy, result, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
}

static const PyrogSerializer serializers[] = { PYROG_SERIALIZER_SERPENT, PYROG_SERIALIZER_MARSHAL,
                                               PYROG_SERIALIZER_JSON, PYROG_SERIALIZER_MSGPACK };

/* Something that codecs have to escape and to make room for, with a place for the secret in it */
static GVariant *
make_said (gsize *place)
{
  static const char *const hole = "................";
  g_autofree char *padding = g_strnfill (5000, 'x');
  g_autofree char *text = g_strconcat ("ä'\"\n", hole, NULL);
  GVariantDict dict;

  g_assert_cmpuint (strlen (hole), ==, sizeof masked);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "first", "s", text);
  g_variant_dict_insert (&dict, "second", "s", padding);
  GVariant *said = g_variant_ref_sink (g_variant_dict_end (&dict));
  const char *data = g_variant_get_data (said);
  const char *found = memmem (data, g_variant_get_size (said), hole, strlen (hole));
  g_assert_nonnull (found);
  *place = (gsize) (found - data);
  return said;
}

/* What a client says in its handshake is nowhere in the memory of either end afterwards, but where
 * the program itself has it */
static void
test_handshake (void)
{
  gsize place;
  g_autoptr (GVariant) pattern = make_said (&place);
  const gsize size = g_variant_get_size (pattern);
  g_autofree char *text = g_memdup2 (g_variant_get_data (pattern), size);
  g_autoptr (GBytes) said = g_bytes_new_static (text, size);
  Fixture fixture = { 0 };

  start (&fixture, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (serializers); i++)
    {
      g_test_message ("serializer %d", serializers[i]);
      write_secret (text + place);
      g_assert_cmpuint (count_in_memory (), ==, 1);
      fixture.heard = FALSE;
      connect_once (&fixture, serializers[i], i % 2 == 1, said);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_true (fixture.heard);
      g_assert_cmpuint (count_in_memory (), ==, 1);
      explicit_bzero (text + place, sizeof masked);
      g_assert_cmpuint (count_in_memory (), ==, 0);
    }
  stop (&fixture);
}

/* Nor is the secret of a cookie file, at which both look */
static void
test_cookie (void)
{
  char text[sizeof masked];
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture = { 0 };
  int fd = g_file_open_tmp ("pyrog-XXXXXX", &path, &error);

  g_assert_no_error (error);
  write_secret (text);
  g_assert_cmpint (write (fd, text, sizeof text), ==, sizeof text);
  explicit_bzero (text, sizeof text);
  close (fd);
  start (&fixture, path);
  for (guint i = 0; i < G_N_ELEMENTS (serializers); i++)
    {
      guint before = count_in_memory (); /* the daemon's own */
      g_assert_cmpuint (before, ==, 1);
      connect_once (&fixture, serializers[i], FALSE, NULL);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (count_in_memory (), ==, before);
    }
  stop (&fixture);
  g_assert_cmpuint (count_in_memory (), ==, 0);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (100);
  g_test_add_func ("/secret/hide-pin", test_hide_pin);
  g_test_add_func ("/secret/variant", test_variant);
  g_test_add_func ("/secret/buffer", test_buffer);
  g_test_add_func ("/secret/arena", test_arena);
  g_test_add_func ("/secret/inflated", test_inflated);
  g_test_add_func ("/secret/chunk", test_chunk);
  g_test_add_func ("/secret/handshake", test_handshake);
  g_test_add_func ("/secret/cookie", test_cookie);
  return g_test_run ();
}
