/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-wire-log.h"

#include <string.h>

static char *
describe (const PyrogHeader *header, const char *annotation, const char *payload, gsize size)
{
  PyrogMessageWriter writer;
  PyrogHeader parsed;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &out, header);
  if (annotation != NULL)
    pyrog_message_add_annotation (&writer, "NOTE", annotation, strlen (annotation));
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append (&out, payload, size);
  g_assert_true (pyrog_message_end (&writer, FALSE, G_MAXUINT32, NULL));
  g_assert_cmpint (pyrog_header_parse (out.data, out.size, G_MAXUINT32, &parsed, NULL), ==,
                   PYROG_PARSE_DONE);
  char *text = pyrog_wire_log_describe (&parsed, out.data + PYROG_HEADER_SIZE);
  pyrog_buffer_clear (&out);
  return text;
}

/* Headers, the names of annotations and the payloads of calls are shown; secrets are not */
static void
test_describe (void)
{
  static const struct
  {
    guint8 type, serializer;
    guint16 flags;
    const char *annotation, *payload, *expected;
  } cases[] = {
    { PYROG_MESSAGE_INVOKE, 1, 0, NULL, "('o','m',(),{})",
      "INVOKE seq 7 serializer serpent 15 bytes: ('o','m',(),{})" },
    { PYROG_MESSAGE_INVOKE, 3, PYROG_FLAG_ONEWAY | PYROG_FLAG_BATCH, "secret", "[1]",
      "INVOKE seq 7 serializer json flags oneway,batch annotations NOTE(6) 3 bytes: [1]" },
    { PYROG_MESSAGE_RESULT, 2, PYROG_FLAG_EXCEPTION, NULL, "\x01\xff\n",
      "RESULT seq 7 serializer marshal flags exception 3 bytes: \\u0001\\xff\\u000a" },
    { PYROG_MESSAGE_RESULT, 1, PYROG_FLAG_CORRELATION_ID, NULL, "1",
      "RESULT seq 7 serializer serpent flags correlation correlation id "
      "00000000-0000-0000-0000-000000000000 1 bytes: 1" },
    { PYROG_MESSAGE_RESULT, 1, PYROG_FLAG_COMPRESSED, NULL, "secret",
      "RESULT seq 7 serializer serpent flags compressed 6 bytes (not shown: compressed)" },
    { PYROG_MESSAGE_INVOKE, 1, 0, NULL, "{'__class__':'Pyro5.client.Proxy','state':'secret'}",
      "INVOKE seq 7 serializer serpent 51 bytes (not shown: a proxy)" },
    { PYROG_MESSAGE_CONNECT, 1, 0, "secret", "secret",
      "CONNECT seq 7 serializer serpent annotations NOTE(6) 6 bytes (not shown: a handshake)" },
    { PYROG_MESSAGE_CONNECTOK, 1, 0, NULL, "secret",
      "CONNECTOK seq 7 serializer serpent 6 bytes (not shown: a handshake)" },
    { PYROG_MESSAGE_CONNECTFAIL, 1, 0, NULL, "secret",
      "CONNECTFAIL seq 7 serializer serpent 6 bytes (not shown: a handshake)" },
    { PYROG_MESSAGE_PING, 42, 0, NULL, "ping", "PING seq 7 serializer ? 4 bytes: ping" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const PyrogHeader header = {
        .type = cases[i].type, .serializer = cases[i].serializer, .flags = cases[i].flags, .seq = 7
      };
      g_autofree char *text
          = describe (&header, cases[i].annotation, cases[i].payload, strlen (cases[i].payload));

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

/* A large payload is cut, and says so */
static void
test_large (void)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE, .serializer = 1, .seq = 7 };
  g_autofree char *plain = g_strnfill (1000000, 'x');
  g_autofree char *binary = g_strnfill (1000000, '\x01');
  g_autofree char *first = describe (&header, NULL, plain, 1000000);
  g_autofree char *second = describe (&header, NULL, binary, 1000000);

  g_assert_true (g_str_has_suffix (first, "x…"));
  g_assert_true (g_str_has_suffix (second, "\\u0001…"));
  g_assert_cmpuint (strlen (first), <, 5000);
  g_assert_cmpuint (strlen (second), <, 5000);
}

/* What nobody has checked yet is looked at with care: annotations that are none end the list */
static void
test_malformed (void)
{
  static const guint8 body[] = "NOTE\xff\xff\xff\xff....";
  const PyrogHeader header
      = { .type = PYROG_MESSAGE_INVOKE, .annotations_size = sizeof body - 1, .data_size = 0 };
  g_autofree char *text = pyrog_wire_log_describe (&header, body);

  g_assert_cmpstr (text, ==, "INVOKE seq 0 serializer ? 0 bytes: ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire-log/describe", test_describe);
  g_test_add_func ("/wire-log/large", test_large);
  g_test_add_func ("/wire-log/malformed", test_malformed);
  return g_test_run ();
}
