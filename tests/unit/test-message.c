/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "codec-check.h"
#include "pyrog-error.h"
#include "pyrog-message.h"

/* The limits of messages at their edges; test-golden-messages.c has the frames of Pyro5 */

#define MAX_SIZE (256u * 1024u * 1024u)

/* A header as on the wire */
static void
make_header (guint8 *data, guint32 data_size, guint32 annotations_size)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_PING };
  guint32 data_be = GUINT32_TO_BE (data_size), annotations_be = GUINT32_TO_BE (annotations_size);
  PyrogMessageWriter writer;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, &header);
  pyrog_message_begin_payload (&writer);
  g_assert_true (pyrog_message_end (&writer, FALSE, MAX_SIZE, NULL));
  memcpy (data, out.data, PYROG_HEADER_SIZE);
  memcpy (data + 12, &data_be, 4);
  memcpy (data + 16, &annotations_be, 4);
  pyrog_buffer_clear (&out);
}

static void
assert_error (const GError *error, int code, const char *text)
{
  g_assert_error (error, PYROG_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_error ("‘%s’ does not say ‘%s’", error->message, text);
}

/* ---- Headers ---- */

static const struct
{
  guint32 data_size;
  guint32 annotations_size;
  gsize max_size;
  const char *text; /* of the error; NULL: accepted */
} sizes[] = {
  { 0, 0, 0, NULL },
  { 1, 0, 0,
    "1 bytes is above the limit of 0 bytes (MAX_MESSAGE_SIZE; before the handshake "
    "MAX_HANDSHAKE_SIZE)" },
  { 1000, 0, 1000, NULL },
  { 1001, 0, 1000, "1001 bytes is above the limit of 1000 bytes" },
  { 600, 400, 1000, NULL },
  { 600, 401, 1000, "1001 bytes is above the limit of 1000 bytes" },
  { MAX_SIZE, 0, MAX_SIZE, NULL },
  { MAX_SIZE, 1, MAX_SIZE, "268435457 bytes" },
  { G_MAXUINT32, 0, G_MAXUINT32, NULL },
  { G_MAXUINT32, 1, G_MAXUINT32, "4294967296 bytes" },
  { G_MAXUINT32, G_MAXUINT32, MAX_SIZE, "8589934590 bytes" },
  { 0, PYROG_MAX_ANNOTATIONS_SIZE, MAX_SIZE, NULL },
  { 0, PYROG_MAX_ANNOTATIONS_SIZE + 1, MAX_SIZE, "1048577 bytes are above the limit of 1048576" },
};

/* Sizes are added in 64 bits and accepted up to the limit, not one byte above */
static void
test_sizes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;
      guint8 data[PYROG_HEADER_SIZE];
      PyrogHeader header;
      g_test_message ("%u and %u", sizes[i].data_size, sizes[i].annotations_size);
      make_header (data, sizes[i].data_size, sizes[i].annotations_size);
      PyrogParse result
          = pyrog_header_parse (data, sizeof data, sizes[i].max_size, &header, &error);
      if (sizes[i].text != NULL)
        {
          g_assert_cmpint (result, ==, PYROG_PARSE_FAILED);
          assert_error (error, PYROG_ERROR_MESSAGE_TOO_LARGE, sizes[i].text);
          continue;
        }
      g_assert_cmpint (result, ==, PYROG_PARSE_DONE);
      g_assert_no_error (error);
      g_assert_cmpuint (pyrog_header_message_size (&header), ==,
                        (guint64) sizes[i].data_size + sizes[i].annotations_size + 40);
    }
}

/* Each bit of tag, version and magic counts, the first six bytes as soon as they are there */
static void
test_fixed_fields (void)
{
  static const guint8 fixed[] = { 0, 1, 2, 3, 4, 5, 38, 39 };

  for (guint i = 0; i < 8 * G_N_ELEMENTS (fixed); i++)
    {
      g_autoptr (GError) error = NULL;
      guint8 data[PYROG_HEADER_SIZE];
      guint8 place = fixed[i / 8];
      PyrogHeader header;
      make_header (data, 0, 0);
      data[place] ^= (guint8) (1u << i % 8);
      gsize needed = place < PYROG_PREFIX_SIZE ? PYROG_PREFIX_SIZE : PYROG_HEADER_SIZE;
      g_assert_cmpint (pyrog_header_parse (data, needed, MAX_SIZE, &header, &error), ==,
                       PYROG_PARSE_FAILED);
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL);
    }
}

/* ---- Annotations ---- */

/* A message with count annotations of size bytes, the last one more */
static void
write_annotated (PyrogBuffer *out, guint count, gsize size, gsize more)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE };
  g_autofree char *data = g_strnfill (size + more, 'x');
  PyrogMessageWriter writer;

  pyrog_message_begin (&writer, out, &header);
  for (guint i = 0; i < count; i++)
    pyrog_message_add_annotation (&writer, "ABCD", data, size + (i + 1 == count ? more : 0));
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append_text (out, "payload");
  /* The writer's check of their number would be in the way */
  writer.annotations = 0;
  g_assert_true (pyrog_message_end (&writer, FALSE, MAX_SIZE, NULL));
}

/* As a connection does it */
static gboolean
parse (PyrogArena *arena,
       const guint8 *data,
       gsize size,
       gsize max_size,
       PyrogMessage *message,
       GError **error)
{
  PyrogHeader header;

  return pyrog_header_parse (data, size, max_size, &header, error) == PYROG_PARSE_DONE
         && pyrog_message_parse (&header, data + PYROG_HEADER_SIZE, max_size, 0, arena, message,
                                 error);
}

static const struct
{
  guint count;
  gsize size;
  gsize more;
  const char *text; /* of the error; NULL: accepted */
} annotated[] = {
  { PYROG_MAX_ANNOTATIONS, 0, 0, NULL },
  { PYROG_MAX_ANNOTATIONS + 1, 0, 0, "more than 64 annotations" },
  { PYROG_MAX_ANNOTATIONS, 1024 * 16 - 8, 0, NULL },
  { PYROG_MAX_ANNOTATIONS, 1024 * 16 - 8, 1, "1048577 bytes" },
  { 1, PYROG_MAX_ANNOTATIONS_SIZE - 8, 0, NULL },
  { 1, PYROG_MAX_ANNOTATIONS_SIZE - 8, 1, "1048577 bytes" },
};

/* As many annotations as the limit says, and as many bytes of them, and not one more */
static void
test_annotation_limits (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (annotated); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogMessage message;
      PyrogBuffer out;
      g_test_message ("%u of %" G_GSIZE_FORMAT, annotated[i].count, annotated[i].size);
      pyrog_buffer_init (&out, G_MAXSIZE);
      write_annotated (&out, annotated[i].count, annotated[i].size, annotated[i].more);
      gboolean ok = parse (arena, out.data, out.size, MAX_SIZE, &message, &error);
      if (annotated[i].text == NULL)
        g_assert_no_error (error);
      else
        assert_error (error, PYROG_ERROR_MESSAGE_TOO_LARGE, annotated[i].text);
      g_assert_true (ok == (annotated[i].text == NULL));
      pyrog_buffer_clear (&out);
    }
}

/* Who reads a message may allow another number of annotations */
static void
test_max_annotations (void)
{
  for (guint count = 2; count <= 3; count++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogHeader header;
      PyrogMessage message;
      PyrogBuffer out;
      pyrog_buffer_init (&out, G_MAXSIZE);
      write_annotated (&out, count, 1, 0);
      pyrog_header_parse (out.data, out.size, MAX_SIZE, &header, NULL);
      g_assert_true (pyrog_message_parse (&header, out.data + PYROG_HEADER_SIZE, MAX_SIZE, 2, arena,
                                          &message, &error)
                     == (count == 2));
      if (count > 2)
        assert_error (error, PYROG_ERROR_MESSAGE_TOO_LARGE, "more than 2 annotations (MAX_ANN");
      pyrog_buffer_clear (&out);
    }
}

/* Of annotations with one name the last counts; others are not found */
static void
test_find_annotation (void)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE };
  PyrogMessageWriter writer;
  PyrogAnnotation annotation = { .size = 4711 };
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogMessage message;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, &header);
  pyrog_message_add_annotation (&writer, "SAME", "first", 5);
  pyrog_message_add_annotation (&writer, "ELSE", "other", 5);
  pyrog_message_add_annotation (&writer, "SAME", "second", 6);
  pyrog_message_begin_payload (&writer);
  g_assert_true (pyrog_message_end (&writer, FALSE, MAX_SIZE, NULL));
  g_assert_true (parse (arena, out.data, out.size, MAX_SIZE, &message, NULL));
  g_assert_false (pyrog_message_find_annotation (&message, "NONE", &annotation));
  g_assert_cmpuint (annotation.size, ==, 4711);
  g_assert_true (pyrog_message_find_annotation (&message, "SAME", &annotation));
  g_assert_cmpstr (annotation.id, ==, "SAME");
  codec_check_bytes (annotation.data, annotation.size, "second", 6);
  pyrog_buffer_clear (&out);
}

/* ---- Compression ---- */

static gboolean
write_payload (
    PyrogBuffer *out, const char *payload, gboolean compress, gsize max_size, GError **error)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE };
  PyrogMessageWriter writer;

  pyrog_message_begin (&writer, out, &header);
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append_text (out, payload);
  return pyrog_message_end (&writer, compress, max_size, error);
}

/* A payload may inflate to the limit, and not to one byte more, however small it came */
static void
test_inflate_limit (void)
{
  static const gsize limits[] = { 1000, 65535, 65536, 65537, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      for (gsize more = 0; more <= 1; more++)
        {
          g_autofree char *payload = g_strnfill (limits[i] + more, 'x');
          g_autoptr (GError) error = NULL;
          g_autoptr (PyrogArena) arena = pyrog_arena_new ();
          PyrogMessage message;
          PyrogBuffer out;
          pyrog_buffer_init (&out, G_MAXSIZE);
          g_assert_true (write_payload (&out, payload, TRUE, MAX_SIZE, NULL));
          g_assert_cmpuint (out.size, <, 5000);
          if (!parse (arena, out.data, out.size, MAX (limits[i], out.size), &message, &error))
            assert_error (error, PYROG_ERROR_MESSAGE_TOO_LARGE, "MAX_MESSAGE_SIZE");
          else
            codec_check_bytes (message.payload, message.payload_size, payload, limits[i]);
          g_assert_true ((error == NULL) == (more == 0));
          pyrog_buffer_clear (&out);
        }
    }
}

/* A small message that would inflate to many times the limit is refused */
static void
test_bomb (void)
{
  g_autofree char *payload = g_strnfill (16 * 1024 * 1024, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogMessage message;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (write_payload (&out, payload, TRUE, MAX_SIZE, NULL));
  g_assert_cmpuint (out.size, <, 128 * 1024);
  g_assert_false (parse (arena, out.data, out.size, 1024 * 1024, &message, &error));
  assert_error (error, PYROG_ERROR_MESSAGE_TOO_LARGE, "MAX_MESSAGE_SIZE");
  pyrog_buffer_clear (&out);
}

/* Payloads up to 100 bytes are never compressed */
static void
test_threshold (void)
{
  for (gsize size = 99; size <= 102; size++)
    {
      g_autofree char *payload = g_strnfill (size, 'x');
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      PyrogMessage message;
      PyrogBuffer out;
      pyrog_buffer_init (&out, G_MAXSIZE);
      g_assert_true (write_payload (&out, payload, TRUE, MAX_SIZE, NULL));
      g_assert_true (parse (arena, out.data, out.size, MAX_SIZE, &message, NULL));
      g_assert_cmpint ((message.header.flags & PYROG_FLAG_COMPRESSED) != 0, ==, size > 100);
      codec_check_bytes (message.payload, message.payload_size, payload, size);
      pyrog_buffer_clear (&out);
    }
}

/* Each part of a compressed payload that is missing, changed or added is an error, no crash */
static void
test_damaged (void)
{
  g_autofree char *payload = g_strnfill (5000, 'x');
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogMessage message;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (write_payload (&out, payload, TRUE, MAX_SIZE, NULL));
  pyrog_buffer_append_byte (&out, 0);
  gsize size = out.size - 1 - PYROG_HEADER_SIZE;
  for (gsize cut = 0; cut <= size + 1; cut++)
    {
      g_autoptr (GError) error = NULL;
      guint32 size_be = GUINT32_TO_BE ((guint32) cut);
      memcpy (out.data + 12, &size_be, 4);
      g_autofree guint8 *copy = g_memdup2 (out.data, PYROG_HEADER_SIZE + cut);
      gboolean ok = parse (arena, copy, PYROG_HEADER_SIZE + cut, MAX_SIZE, &message, &error);
      g_assert_true (ok == (cut == size));
      if (!ok)
        g_assert_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL);
    }
  pyrog_buffer_clear (&out);
}

/* ---- Writing ---- */

/* What can't be sent leaves the buffer as it was: too large, or cut off by the buffer's limit */
static void
test_write_limits (void)
{
  g_autofree char *payload = g_strnfill (1000, 'x');
  g_autoptr (GError) error = NULL;
  PyrogBuffer out;

  pyrog_buffer_init (&out, 1500);
  pyrog_buffer_append_text (&out, "before");
  g_assert_false (write_payload (&out, payload, FALSE, 999, &error));
  assert_error (error, PYROG_ERROR_MESSAGE_TOO_LARGE, "1000 bytes is above the limit of 999");
  g_assert_cmpuint (out.size, ==, 6);
  g_clear_error (&error);
  g_assert_true (write_payload (&out, payload, FALSE, 1000, &error));
  gsize size = out.size;
  g_assert_cmpuint (size, ==, 6 + 40 + 1000);
  g_assert_false (write_payload (&out, payload, TRUE, MAX_SIZE, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE);
  g_assert_cmpuint (out.size, ==, size);
  g_assert_false (out.overflow);
  pyrog_buffer_clear (&out);
}

/* More annotations than a peer would accept are not sent */
static void
test_write_annotations (void)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE };

  for (guint count = PYROG_MAX_ANNOTATIONS; count <= PYROG_MAX_ANNOTATIONS + 1; count++)
    {
      g_autoptr (GError) error = NULL;
      PyrogMessageWriter writer;
      PyrogBuffer out;
      pyrog_buffer_init (&out, G_MAXSIZE);
      pyrog_message_begin (&writer, &out, &header);
      for (guint i = 0; i < count; i++)
        pyrog_message_add_annotation (&writer, "ABCD", NULL, 0);
      pyrog_message_begin_payload (&writer);
      g_assert_true (pyrog_message_end (&writer, FALSE, MAX_SIZE, &error)
                     == (count == PYROG_MAX_ANNOTATIONS));
      if (count > PYROG_MAX_ANNOTATIONS)
        {
          assert_error (error, PYROG_ERROR_MESSAGE_TOO_LARGE, "more than 64 annotations");
          g_assert_cmpuint (out.size, ==, 0);
        }
      pyrog_buffer_clear (&out);
    }
}

/* An abandoned message leaves what was in front of it */
static void
test_abandon (void)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE };
  PyrogMessageWriter writer;
  PyrogBuffer out;

  pyrog_buffer_init (&out, 100);
  pyrog_buffer_append_text (&out, "before");
  pyrog_message_begin (&writer, &out, &header);
  pyrog_message_begin_payload (&writer);
  for (guint i = 0; i < 10; i++)
    pyrog_buffer_append_text (&out, "more than there is room for");
  g_assert_true (out.overflow);
  pyrog_message_abandon (&writer);
  g_assert_false (out.overflow);
  codec_check_bytes (out.data, out.size, "before", 6);
  pyrog_buffer_clear (&out);
}

/* A finished message can be sent once more under another number */
static void
test_set_seq (void)
{
  PyrogHeader before, after;
  PyrogBuffer out, plain;

  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (write_payload (&out, "payload", FALSE, MAX_SIZE, NULL));
  pyrog_buffer_init (&plain, G_MAXSIZE);
  pyrog_buffer_append (&plain, out.data, out.size);
  pyrog_header_parse (out.data, out.size, MAX_SIZE, &before, NULL);
  pyrog_message_set_seq (out.data, 0xfedc);
  g_assert_cmpint (pyrog_header_parse (out.data, out.size, MAX_SIZE, &after, NULL), ==,
                   PYROG_PARSE_DONE);
  g_assert_cmpuint (after.seq, ==, 0xfedc);
  pyrog_message_set_seq (out.data, before.seq);
  codec_check_bytes (out.data, out.size, plain.data, plain.size);
  pyrog_buffer_clear (&plain);
  pyrog_buffer_clear (&out);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message/sizes", test_sizes);
  g_test_add_func ("/message/fixed-fields", test_fixed_fields);
  g_test_add_func ("/message/annotation-limits", test_annotation_limits);
  g_test_add_func ("/message/max-annotations", test_max_annotations);
  g_test_add_func ("/message/find-annotation", test_find_annotation);
  g_test_add_func ("/message/inflate-limit", test_inflate_limit);
  g_test_add_func ("/message/bomb", test_bomb);
  g_test_add_func ("/message/threshold", test_threshold);
  g_test_add_func ("/message/damaged", test_damaged);
  g_test_add_func ("/message/write-limits", test_write_limits);
  g_test_add_func ("/message/write-annotations", test_write_annotations);
  g_test_add_func ("/message/abandon", test_abandon);
  g_test_add_func ("/message/set-seq", test_set_seq);
  return g_test_run ();
}
