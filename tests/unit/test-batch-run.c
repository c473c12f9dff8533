/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-batch-run.h"

#include <string.h>

#include "pyrog-codec.h"
#include "pyrog-dispatcher.h"
#include "pyrog-error.h"

#define MAX_BATCH 1000
#define CALL "('add',(1,2),{})"

/* A server without a socket, whose peer has shaken hands */
typedef struct
{
  PyrogPeer peer; /* the first member */
  PyrogDispatcher *dispatcher;
  PyrogBuffer out;
  PyrogInvocation *held; /* (owned) (nullable) */
  GBytes *late;          /* (owned) (nullable) */
  int late_replies;
  int calls;
} Fixture;

static void
keep_late_reply (PyrogPeer *peer, PyrogBuffer *reply)
{
  Fixture *fixture = (Fixture *) peer;

  g_clear_pointer (&fixture->late, g_bytes_unref);
  fixture->late = reply != NULL ? pyrog_buffer_steal_bytes (reply) : NULL;
  fixture->late_replies++;
}

static void
never_freed (PyrogPeer *peer)
{
}

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_autoptr (GBytes) note = g_bytes_new_static ("seen", 4);
  gint64 a, b;

  ((Fixture *) user_data)->calls++;
  if (!pyrog_invocation_read (invocation, error, "xx", &a, &b))
    return;
  pyrog_invocation_set_reply_annotation (invocation, "NOTE", note);
  pyrog_invocation_return (invocation, "x", a + b);
}

static void
fail (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "gone");
}

static void
forget (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
}

static void
hold (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  ((Fixture *) user_data)->held = pyrog_invocation_hold (invocation);
}

static void
repeat (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_autofree char *text = g_strnfill (2048, 'x');

  pyrog_invocation_return (invocation, "s", text);
}

static void
stream (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  const char *const items[] = { "one", NULL };
  g_autoptr (PyrogItemStream) items_stream
      = pyrog_item_stream_new_for_array (g_variant_new_strv (items, -1));

  pyrog_invocation_return_stream (invocation, items_stream);
}

static void
drop (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_batch_run_drop (user_data);
  pyrog_invocation_return_none (invocation);
}

static GVariant *
get_color (const char *name, gpointer user_data, GError **error)
{
  return g_variant_new_string ("red");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const PyrogDispatcherOptions options
      = { .serializers = ~0u, .max_message_size = 64 * 1024, .max_batch = MAX_BATCH };
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  memset (fixture, 0, sizeof *fixture);
  g_atomic_ref_count_init (&fixture->peer.refs);
  fixture->peer.reply_later = keep_late_reply;
  fixture->peer.free = never_freed;
  fixture->peer.instances = pyrog_instance_table_new ();
  fixture->peer.authenticated = TRUE;
  fixture->dispatcher = pyrog_dispatcher_new (&options);
  pyrog_buffer_init (&fixture->out, G_MAXSIZE);
  pyrog_servant_add_handler (servant, "add", "x a, x b", "x", add, fixture, NULL);
  pyrog_servant_add_handler (servant, "fail", NULL, NULL, fail, fixture, NULL);
  pyrog_servant_add_handler (servant, "forget", NULL, NULL, forget, fixture, NULL);
  pyrog_servant_add_handler (servant, "hold", NULL, NULL, hold, fixture, NULL);
  pyrog_servant_add_handler (servant, "repeat", NULL, NULL, repeat, fixture, NULL);
  pyrog_servant_add_handler (servant, "stream", NULL, NULL, stream, fixture, NULL);
  pyrog_servant_add_handler (servant, "drop", NULL, NULL, drop, fixture, NULL);
  pyrog_servant_add_attribute (servant, "color", "s", get_color, NULL, NULL);
  g_assert_true (
      pyrog_object_table_add (pyrog_dispatcher_get_objects (fixture->dispatcher), "o", servant));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->held);
  g_assert_null (fixture->peer.batch);
  g_assert_cmpint (g_atomic_int_get ((int *) &fixture->peer.refs), ==, 1);
  pyrog_instance_table_free (fixture->peer.instances);
  g_clear_pointer (&fixture->late, g_bytes_unref);
  pyrog_buffer_clear (&fixture->out);
  pyrog_dispatcher_unref (fixture->dispatcher);
}

static PyrogDispatch
send_bytes (Fixture *fixture, PyrogHeader header, const void *payload, gsize size)
{
  PyrogChunk *chunk = pyrog_chunk_new (MAX (size, 1));

  header.data_size = (guint32) size;
  memcpy (chunk->data, payload, size);
  pyrog_buffer_reset (&fixture->out, G_MAXSIZE);
  PyrogDispatch state = pyrog_dispatcher_dispatch (fixture->dispatcher, &fixture->peer, &header,
                                                   chunk->data, chunk, &fixture->out);
  pyrog_chunk_unref (chunk);
  return state;
}

/* Sends a batch in serpent */
static PyrogDispatch
send (Fixture *fixture, guint16 flags, const char *calls)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                               .serializer = PYROG_SERIALIZER_SERPENT,
                               .flags = flags | PYROG_FLAG_BATCH,
                               .seq = 7 };
  g_autofree char *payload = g_strdup_printf ("('o','<batch>',%s,None)", calls);

  return send_bytes (fixture, header, payload, strlen (payload));
}

/* The one message, which has that text somewhere */
static void
assert_message (const guint8 *data, gsize size, guint flags, const char *part)
{
  PyrogHeader header;

  g_assert_cmpint (pyrog_header_parse (data, size, G_MAXUINT32, &header, NULL), ==,
                   PYROG_PARSE_DONE);
  g_assert_cmpuint (pyrog_header_message_size (&header), ==, size);
  g_assert_cmpint (header.type, ==, PYROG_MESSAGE_RESULT);
  g_assert_cmpuint (header.seq, ==, 7);
  g_autoptr (GString) text = g_string_new (NULL);
  for (gsize i = PYROG_HEADER_SIZE; i < size; i++)
    g_string_append_c (text, data[i] != 0 ? (char) data[i] : '.');
  g_test_message ("%s", text->str);
  g_assert_nonnull (strstr (text->str, part));
  g_assert_cmpuint (header.flags, ==, flags);
}

static void
assert_late (Fixture *fixture, guint flags, const char *part)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (fixture->late, &size);

  assert_message (data, size, flags, part);
}

/* What batches are answered with, and how many of their calls are carried out: as by Pyro5 */
static void
test_answers (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *calls;
    guint flags;
    const char *part;
    int carried_out;
  } rows[] = {
    { "[]", PYROG_FLAG_BATCH, "[]", 0 },
    { "[" CALL ",('add',(3,),{'b':4})]", PYROG_FLAG_BATCH, "[3,7]", 2 },
    { "(['add',[1,2],None],)", PYROG_FLAG_BATCH, "[3]", 1 },
    { "[" CALL "]", PYROG_FLAG_BATCH, "NOTE", 1 },
    /* The exception is the last result */
    { "[" CALL ",('fail',(),{})," CALL "]", PYROG_FLAG_BATCH,
      "[3,{'__class__':'Pyro5.core._ExceptionWrapper','exception':{'__class__':'builtins.KeyError'",
      1 },
    { "[('add',('x',2),{})," CALL "]", PYROG_FLAG_BATCH, "builtins.TypeError", 1 },
    { "[('add',(1,),{})," CALL "]", PYROG_FLAG_BATCH, "builtins.TypeError", 0 },
    { "[('forget',(),{})," CALL "]", PYROG_FLAG_BATCH, "without an answer", 0 },
    /* The batch fails */
    { "[" CALL ",('nosuch',(),{})," CALL "]", PYROG_FLAG_EXCEPTION, "unexposed attribute", 1 },
    { "[('_private',(),{})]", PYROG_FLAG_EXCEPTION, "private attribute", 0 },
    { "[('__init__',(),{})]", PYROG_FLAG_EXCEPTION, "private attribute", 0 },
    { "[('__getattr__',('color',),{})]", PYROG_FLAG_EXCEPTION, "private attribute", 0 },
    { "[('color',(),{})]", PYROG_FLAG_EXCEPTION, "unexposed attribute", 0 },
    { "[('add.x',(),{})]", PYROG_FLAG_EXCEPTION, "private attribute", 0 },
    { "[('<batch>',[" CALL "],{})]", PYROG_FLAG_EXCEPTION, "unexposed attribute", 0 },
    { "[(5,(),{})]", PYROG_FLAG_EXCEPTION, "builtins.TypeError", 0 },
    { "[" CALL ",('stream',(),{})," CALL "]", PYROG_FLAG_EXCEPTION, "item stream", 1 },
    /* Nothing is carried out of what is no list of calls */
    { "[" CALL ",('add',(1,2))]", PYROG_FLAG_EXCEPTION, "number 1", 0 },
    { "[" CALL ",('add',5,{})]", PYROG_FLAG_EXCEPTION, "number 1", 0 },
    { "[" CALL ",('add',(1,2),{1:2})]", PYROG_FLAG_EXCEPTION, "number 1", 0 },
    { "[" CALL ",'add']", PYROG_FLAG_EXCEPTION, "number 1", 0 },
    { "'add'", PYROG_FLAG_EXCEPTION, "SerializeError", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].calls);
      fixture->calls = 0;
      g_assert_cmpint (send (fixture, 0, rows[i].calls), ==, PYROG_DISPATCH_DONE);
      assert_message (fixture->out.data, fixture->out.size, rows[i].flags, rows[i].part);
      g_assert_cmpint (fixture->calls, ==, rows[i].carried_out);
    }
}

/* A batch goes to one object; without the flag its name is that of no method */
static void
test_where (Fixture *fixture, gconstpointer data)
{
  PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                         .serializer = PYROG_SERIALIZER_SERPENT,
                         .flags = PYROG_FLAG_BATCH,
                         .seq = 7 };
  const char *stranger = "('nosuch','<batch>',[" CALL "],None)";
  const char *plain = "('o','<batch>',[" CALL "],None)";

  send_bytes (fixture, header, stranger, strlen (stranger));
  assert_message (fixture->out.data, fixture->out.size, PYROG_FLAG_EXCEPTION, "unknown object");
  header.flags = 0;
  send_bytes (fixture, header, plain, strlen (plain));
  assert_message (fixture->out.data, fixture->out.size, PYROG_FLAG_EXCEPTION, "unexposed");
  g_assert_cmpint (fixture->calls, ==, 0);
}

static PyrogValue
make_batch (PyrogArena *arena)
{
  PyrogBuilder builder;
  PyrogValue calls;

  pyrog_builder_init (&builder, arena);
  pyrog_builder_open (&builder, PYROG_KIND_LIST);
  for (guint i = 0; i < 3; i++)
    {
      const char *name = i < 2 ? "add" : "fail";
      pyrog_builder_open (&builder, PYROG_KIND_TUPLE);
      pyrog_builder_utf8 (&builder, name, strlen (name));
      pyrog_builder_open (&builder, PYROG_KIND_TUPLE);
      pyrog_builder_int (&builder, i);
      pyrog_builder_int (&builder, 40);
      pyrog_builder_close (&builder);
      pyrog_builder_open (&builder, PYROG_KIND_DICT);
      pyrog_builder_close (&builder);
      pyrog_builder_close (&builder);
    }
  pyrog_builder_close (&builder);
  g_assert_true (pyrog_builder_finish (&builder, &calls, NULL));
  pyrog_builder_clear (&builder);
  return calls;
}

static void
check_results (const PyrogCodec *codec, PyrogArena *arena, const PyrogBuffer *out)
{
  PyrogHeader header;
  PyrogMessage message;
  PyrogValue results;

  g_assert_cmpint (pyrog_header_parse (out->data, out->size, G_MAXUINT32, &header, NULL), ==,
                   PYROG_PARSE_DONE);
  g_assert_true (pyrog_message_parse (&header, out->data + PYROG_HEADER_SIZE, G_MAXUINT32, 0, arena,
                                      &message, NULL));
  g_assert_true (codec->decode (arena, message.payload, message.payload_size, &results, NULL));
  g_assert_cmpint (results.kind, ==, PYROG_KIND_LIST);
  g_assert_cmpuint (results.size, ==, 3);
  g_assert_cmpint (results.items[0].integer, ==, 40);
  g_assert_cmpint (results.items[1].integer, ==, 41);
  const PyrogValue *exception = pyrog_value_lookup (&results.items[2], "exception");
  g_assert_nonnull (exception);
  g_assert_true (
      pyrog_value_is_text (pyrog_value_lookup (exception, "__class__"), "builtins.KeyError"));
}

/* Every serializer carries batches, in both directions */
static void
test_serializers (Fixture *fixture, gconstpointer data)
{
  for (guint id = PYROG_SERIALIZER_SERPENT; id <= PYROG_SERIALIZER_MSGPACK; id++)
    {
      const PyrogCodec *codec = pyrog_codec_get (id);
      const PyrogHeader header = {
        .type = PYROG_MESSAGE_INVOKE, .serializer = (guint8) id, .flags = PYROG_FLAG_BATCH, .seq = 7
      };
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      const PyrogCallParts parts = { pyrog_value_text ("o"), pyrog_value_text ("<batch>"),
                                     make_batch (arena), pyrog_value_none () };
      PyrogBuffer payload;

      g_test_message ("%s", codec->name);
      pyrog_buffer_init (&payload, G_MAXSIZE);
      g_assert_true (pyrog_codec_encode_call (codec, &parts, &payload, NULL));
      send_bytes (fixture, header, payload.data, payload.size);
      pyrog_buffer_clear (&payload);
      check_results (codec, arena, &fixture->out);
    }
}

/* A batch that nobody waits for is carried out in order, up to the first error, and not answered */
static void
test_oneway (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (send (fixture, PYROG_FLAG_ONEWAY, "[" CALL "," CALL ",('fail',(),{})," CALL "]"),
                   ==, PYROG_DISPATCH_DONE);
  g_assert_cmpint (fixture->calls, ==, 2);
  g_assert_cmpuint (fixture->out.size, ==, 0);
}

static gpointer
answer_in_thread (gpointer data)
{
  pyrog_invocation_return (data, "s", "late");
  return NULL;
}

/* A batch waits for a call that is answered later, in any thread, or never */
static void
test_later (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (send (fixture, 0, "[" CALL ",('hold',(),{})," CALL "]"), ==,
                   PYROG_DISPATCH_PENDING);
  g_assert_cmpint (fixture->calls, ==, 1);
  g_thread_join (g_thread_new ("answer", answer_in_thread, fixture->held));
  g_clear_object (&fixture->held);
  g_assert_cmpint (fixture->late_replies, ==, 1);
  g_assert_null (fixture->late);
  g_assert_cmpint (fixture->calls, ==, 1);
  g_assert_cmpint (pyrog_dispatcher_go_on (&fixture->peer), ==, PYROG_DISPATCH_PENDING);
  g_assert_cmpint (fixture->late_replies, ==, 2);
  assert_late (fixture, PYROG_FLAG_BATCH, "[3,'late',3]");

  g_assert_cmpint (send (fixture, 0, "[('hold',(),{})," CALL "]"), ==, PYROG_DISPATCH_PENDING);
  g_clear_object (&fixture->held);
  g_assert_cmpint (pyrog_dispatcher_go_on (&fixture->peer), ==, PYROG_DISPATCH_PENDING);
  assert_late (fixture, PYROG_FLAG_BATCH, "without an answer");
  g_assert_cmpint (fixture->calls, ==, 2);
}

static char *
many_calls (guint count, const char *call)
{
  GString *calls = g_string_new ("[");

  for (guint i = 0; i < count; i++)
    {
      g_string_append (calls, call);
      g_string_append_c (calls, ',');
    }
  g_string_append_c (calls, ']');
  return g_string_free (calls, FALSE);
}

/* A long batch lets others have their turn */
static void
test_turns (Fixture *fixture, gconstpointer data)
{
  g_autofree char *calls = many_calls (MAX_BATCH, CALL);
  int turns = 1;

  g_assert_cmpint (send (fixture, 0, calls), ==, PYROG_DISPATCH_MORE);
  g_assert_cmpint (fixture->calls, ==, 64);
  while (pyrog_dispatcher_go_on (&fixture->peer) == PYROG_DISPATCH_MORE)
    g_assert_cmpint (fixture->calls, ==, 64 * ++turns);
  g_assert_cmpint (fixture->calls, ==, MAX_BATCH);
  g_assert_cmpint (fixture->late_replies, ==, 1);
  assert_late (fixture, PYROG_FLAG_BATCH, "3,3,3");
}

/* Too many calls, and too much of an answer, are refused before they take memory */
static void
test_limits (Fixture *fixture, gconstpointer data)
{
  g_autofree char *calls = many_calls (MAX_BATCH + 1, CALL);
  g_autofree char *big = many_calls (100, "('repeat',(),{})");

  g_assert_cmpint (send (fixture, 0, calls), ==, PYROG_DISPATCH_DONE);
  assert_message (fixture->out.data, fixture->out.size, PYROG_FLAG_EXCEPTION, "MAX_BATCH");
  g_assert_cmpint (fixture->calls, ==, 0);
  g_assert_cmpint (send (fixture, 0, big), ==, PYROG_DISPATCH_DONE);
  assert_message (fixture->out.data, fixture->out.size, PYROG_FLAG_EXCEPTION, "MAX_MESSAGE_SIZE");
}

/* When the connection ends, so does the batch: between turns, while it waits, and in a method */
static void
test_drop (Fixture *fixture, gconstpointer data)
{
  g_autofree char *calls = many_calls (100, CALL);

  g_assert_cmpint (send (fixture, 0, calls), ==, PYROG_DISPATCH_MORE);
  pyrog_batch_run_drop (&fixture->peer);
  g_assert_cmpint (fixture->calls, ==, 64);

  g_assert_cmpint (send (fixture, 0, "[('hold',(),{})," CALL "]"), ==, PYROG_DISPATCH_PENDING);
  pyrog_batch_run_drop (&fixture->peer);
  pyrog_invocation_return_none (fixture->held);
  g_clear_object (&fixture->held);

  g_assert_cmpint (send (fixture, 0, "[('drop',(),{})," CALL "]"), ==, PYROG_DISPATCH_PENDING);
  g_assert_cmpint (fixture->calls, ==, 64);
}

static void
add_test (const char *path, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/batch-run/answers", test_answers);
  add_test ("/batch-run/where", test_where);
  add_test ("/batch-run/serializers", test_serializers);
  add_test ("/batch-run/oneway", test_oneway);
  add_test ("/batch-run/later", test_later);
  add_test ("/batch-run/turns", test_turns);
  add_test ("/batch-run/limits", test_limits);
  add_test ("/batch-run/drop", test_drop);
  return g_test_run ();
}
