/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "golden.h"
#include "pyrog/link/pyrog-message.h"

/* Frames against the real Pyro5's bytes */

#define MAX_SIZE (256 * 1024 * 1024)

static void
assert_bytes (const void *data, gsize size, GBytes *expected)
{
  g_autoptr (GBytes) found = g_bytes_new (data, size);

  g_assert_true (g_bytes_equal (found, expected));
}

/* Header and body, as a connection reads them */
static gboolean
parse (PyrogArena *arena, const guint8 *data, gsize size, PyrogMessage *message, GError **error)
{
  PyrogHeader header;

  switch (pyrog_header_parse (data, size, MAX_SIZE, &header, error))
    {
    case PYROG_PARSE_FAILED:
      return FALSE;
    case PYROG_PARSE_MORE:
      g_assert_cmpuint (size, <, PYROG_HEADER_SIZE);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "more");
      return FALSE;
    case PYROG_PARSE_DONE:
      break;
    }
  g_assert_cmpuint (pyrog_header_message_size (&header), ==, size);
  return pyrog_message_parse (&header, data + PYROG_HEADER_SIZE, MAX_SIZE, 0, arena, message,
                              error);
}

/* The annotations as the golden data write them */
static char *
annotations_to_text (const PyrogMessage *message)
{
  GString *text = g_string_new (NULL);
  PyrogAnnotation annotation;
  gsize offset = 0;

  while (pyrog_message_next_annotation (message, &offset, &annotation))
    {
      g_string_append_printf (text, "%s%s=", text->len > 0 ? "," : "", annotation.id);
      for (gsize i = 0; i < annotation.size; i++)
        g_string_append_printf (text, "%02x", annotation.data[i]);
    }
  return g_string_free (text, text->len == 0);
}

/* Every frame of Pyro5 is read as what it was made from */
static void
test_parse (void)
{
  g_autoptr (Golden) golden = golden_open ("messages.txt");

  while (golden_next (golden))
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = golden_get_bytes (golden, "bytes");
      PyrogMessage message;
      gsize size;
      const guint8 *data = g_bytes_get_data (bytes, &size);

      if (golden_is (golden, "n_"))
        continue;
      parse (arena, data, size, &message, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (message.header.type, ==, golden_get_uint (golden, "type"));
      g_assert_cmpuint (message.header.flags, ==, golden_get_uint (golden, "wire-flags"));
      g_assert_cmpuint (message.header.seq, ==, golden_get_uint (golden, "seq"));
      g_assert_cmpuint (message.header.serializer, ==, golden_get_uint (golden, "serializer"));
      g_autoptr (GBytes) id = golden_get_bytes (golden, "correlation");
      assert_bytes (message.header.correlation_id, PYROG_CORRELATION_ID_SIZE, id);
      g_autoptr (GBytes) payload = golden_get_bytes (golden, "payload");
      assert_bytes (message.payload, message.payload_size, payload);
      g_autofree char *annotations = annotations_to_text (&message);
      g_assert_cmpstr (annotations != NULL ? annotations : "none", ==,
                       golden_get (golden, "annotations"));
    }
}

static void
add_annotations (PyrogMessageWriter *writer, const char *text)
{
  g_auto (GStrv) list = g_strsplit (text, ",", -1);

  for (guint i = 0; strcmp (text, "none") != 0 && list[i] != NULL; i++)
    {
      g_autofree char *id = g_strndup (list[i], 4);
      g_autoptr (GByteArray) data = golden_unhex (list[i] + 5);
      pyrog_message_add_annotation (writer, id, data->data, data->len);
    }
}

/* The same frames are written byte for byte as Pyro5 writes them */
static void
test_build (void)
{
  g_autoptr (Golden) golden = golden_open ("messages.txt");

  while (golden_next (golden))
    {
      g_autoptr (GError) error = NULL;
      PyrogMessageWriter writer;
      PyrogHeader header = { 0 };
      PyrogBuffer out;

      if (!golden_has_flag (golden, "exact"))
        continue;
      g_autoptr (GBytes) bytes = golden_get_bytes (golden, "bytes");
      g_autoptr (GBytes) payload = golden_get_bytes (golden, "payload");
      g_autoptr (GBytes) id = golden_get_bytes (golden, "correlation");
      header.type = (guint8) golden_get_uint (golden, "type");
      header.serializer = (guint8) golden_get_uint (golden, "serializer");
      header.flags
          = (guint16) (golden_get_uint (golden, "wire-flags") & ~(guint) PYROG_FLAG_COMPRESSED);
      header.seq = (guint16) golden_get_uint (golden, "seq");
      memcpy (header.correlation_id, g_bytes_get_data (id, NULL), PYROG_CORRELATION_ID_SIZE);

      pyrog_buffer_init (&out, MAX_SIZE);
      pyrog_message_begin (&writer, &out, &header);
      add_annotations (&writer, golden_get (golden, "annotations"));
      pyrog_message_begin_payload (&writer);
      pyrog_buffer_append (&out, g_bytes_get_data (payload, NULL), g_bytes_get_size (payload));
      pyrog_message_end (&writer, golden_get_uint (golden, "compress") != 0, MAX_SIZE, &error);
      g_assert_no_error (error);
      assert_bytes (out.data, out.size, bytes);
      pyrog_buffer_clear (&out);
    }
}

/* Strangers, other versions and sizes that lie are refused */
static void
test_refuse (void)
{
  g_autoptr (Golden) golden = golden_open ("messages.txt");

  while (golden_next (golden))
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = golden_get_bytes (golden, "bytes");
      PyrogMessage message;
      gsize size;
      const guint8 *data = g_bytes_get_data (bytes, &size);

      if (!golden_is (golden, "n_"))
        continue;
      g_assert_false (parse (arena, data, size, &message, &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain != G_IO_ERROR);
    }
}

/* A stranger is refused by the first 6 bytes, everybody else's header is waited for */
static void
test_partial_header (void)
{
  g_autoptr (Golden) golden = golden_open ("messages.txt");
  PyrogHeader header;

  while (golden_next (golden))
    {
      g_autoptr (GBytes) bytes = golden_get_bytes (golden, "bytes");

      if (golden_is (golden, "n_"))
        continue;
      for (gsize size = 0; size < PYROG_HEADER_SIZE; size++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree guint8 *part = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
          g_assert_cmpint (pyrog_header_parse (part, size, MAX_SIZE, &header, &error), ==,
                           PYROG_PARSE_MORE);
          g_assert_no_error (error);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden-messages/parse", test_parse);
  g_test_add_func ("/golden-messages/build", test_build);
  g_test_add_func ("/golden-messages/refuse", test_refuse);
  g_test_add_func ("/golden-messages/partial-header", test_partial_header);
  return g_test_run ();
}
