/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-dispatcher.h"

#include <string.h>

#include "pyrog-codec.h"
#include "pyrog-daemon-object.h"
#include "pyrog-error.h"

/* A server without a socket: one request in, one reply out */
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

static char *
describe (gpointer data)
{
  return g_strdup ("a test");
}

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 a, b;

  ((Fixture *) user_data)->calls++;
  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

static void
hold (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  ((Fixture *) user_data)->held = pyrog_invocation_hold (invocation);
}

static void
forget (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
}

static void
give_back (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_argument (invocation, 1);
}

static void
give_int_back (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return_argument (invocation, 1);
}

/* Nothing that Python reads back with json */
static void
give_bytes (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_value (invocation, g_variant_new_bytestring ("x"));
}

static void
stream (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  const char *const items[] = { "one", NULL };
  g_autoptr (PyrogItemStream) items_stream
      = pyrog_item_stream_new_for_array (g_variant_new_strv (items, -1));

  pyrog_invocation_return_stream (invocation, items_stream);
}

static GVariant *
get_color (const char *name, gpointer user_data, GError **error)
{
  return g_variant_new_string ("red");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const PyrogDispatcherOptions options = { .serializers = ~0u,
                                           .max_message_size = 1024 * 1024,
                                           .streaming = TRUE,
                                           .streams = { .max_per_connection = 2, .max = 3 },
                                           .max_instances = 2 };
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  memset (fixture, 0, sizeof *fixture);
  g_atomic_ref_count_init (&fixture->peer.refs);
  fixture->peer.reply_later = keep_late_reply;
  fixture->peer.free = never_freed;
  fixture->peer.instances = pyrog_instance_table_new ();
  fixture->dispatcher = pyrog_dispatcher_new (&options);
  pyrog_buffer_init (&fixture->out, G_MAXSIZE);
  pyrog_servant_add_handler (servant, "add", "x a, x b", "x", add, fixture, NULL);
  pyrog_servant_add_handler (servant, "hold", NULL, NULL, hold, fixture, NULL);
  pyrog_servant_add_handler (servant, "forget", NULL, NULL, forget, fixture, NULL);
  pyrog_servant_add_handler (servant, "give_bytes", NULL, NULL, give_bytes, fixture, NULL);
  pyrog_servant_add_handler (servant, "give_back", NULL, NULL, give_back, fixture, NULL);
  pyrog_servant_add_handler (servant, "give_b", "v a, v b", NULL, give_back, fixture, NULL);
  pyrog_servant_add_method (servant, "give_int", "x a, x b", "x", give_int_back, fixture, NULL);
  pyrog_servant_add_handler (servant, "stream", NULL, NULL, stream, fixture, NULL);
  pyrog_servant_add_attribute (servant, "color", "s", get_color, NULL, NULL);
  PyrogObjectTable *objects = pyrog_dispatcher_get_objects (fixture->dispatcher);
  g_assert_true (pyrog_object_table_add (objects, "o", servant));
  g_autoptr (PyrogServant) daemon = pyrog_daemon_object_new (fixture->dispatcher, describe, NULL);
  g_assert_true (pyrog_object_table_add (objects, PYROG_DAEMON_OBJECT_ID, daemon));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->held);
  pyrog_instance_table_free (fixture->peer.instances);
  g_clear_pointer (&fixture->late, g_bytes_unref);
  pyrog_buffer_clear (&fixture->out);
  pyrog_dispatcher_unref (fixture->dispatcher);
}

static PyrogDispatch
send (Fixture *fixture, PyrogHeader header, const char *payload)
{
  header.data_size = (guint32) strlen (payload);
  pyrog_buffer_reset (&fixture->out, G_MAXSIZE);
  return pyrog_dispatcher_dispatch (fixture->dispatcher, &fixture->peer, &header,
                                    (const guint8 *) payload, NULL, &fixture->out);
}

static PyrogDispatch
send_serpent (Fixture *fixture, PyrogMessageType type, guint16 flags, const char *payload)
{
  const PyrogHeader header
      = { .type = (guint8) type, .serializer = PYROG_SERIALIZER_SERPENT, .flags = flags, .seq = 7 };

  return send (fixture, header, payload);
}

/* The one message in the output, whose text begins with begin and contains part */
static void
assert_reply (const guint8 *data, gsize size, PyrogMessageType type, guint flags, const char *part)
{
  g_autoptr (GError) error = NULL;
  PyrogHeader header;

  g_assert_cmpint (pyrog_header_parse (data, size, G_MAXUINT32, &header, &error), ==,
                   PYROG_PARSE_DONE);
  g_assert_no_error (error);
  g_assert_cmpuint (pyrog_header_message_size (&header), ==, size);
  g_assert_cmpint (header.type, ==, type);
  g_assert_cmpuint (header.flags, ==, flags);
  g_assert_cmpint (header.seq, ==, 7);
  g_autofree char *text
      = g_strndup ((const char *) data + PYROG_HEADER_SIZE, size - PYROG_HEADER_SIZE);
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, part));
}

static void
assert_out (Fixture *fixture, PyrogMessageType type, guint flags, const char *part)
{
  assert_reply (fixture->out.data, fixture->out.size, type, flags, part);
}

static void
shake_hands (Fixture *fixture)
{
  g_assert_cmpint (
      send_serpent (fixture, PYROG_MESSAGE_CONNECT, 0, "{'handshake': 'hello', 'object': 'o'}"), ==,
      PYROG_DISPATCH_DONE);
  assert_out (fixture, PYROG_MESSAGE_CONNECTOK, 0, "'handshake':'hello'");
  g_assert_true (fixture->peer.authenticated);
}

/* A good handshake tells what the object has; others are refused with a reason */
static void
test_handshake (Fixture *fixture, gconstpointer data)
{
  static const char *const refused[][2] = {
    { "{'handshake': 'hello', 'object': 'nosuch'}", "unknown object" },
    { "{'handshake': 'hello', 'object': 5}", "unknown object" },
    { "{'object': 'o'}", "malformed" },
    { "[1]", "malformed" },
    { "{", "malformed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_assert_cmpint (send_serpent (fixture, PYROG_MESSAGE_CONNECT, 0, refused[i][0]), ==,
                       PYROG_DISPATCH_CLOSE);
      assert_out (fixture, PYROG_MESSAGE_CONNECTFAIL, 0, refused[i][1]);
      g_assert_false (fixture->peer.authenticated);
    }
  shake_hands (fixture);
  assert_out (fixture, PYROG_MESSAGE_CONNECTOK, 0, "'color'");
}

static gboolean
out_contains (Fixture *fixture, const char *text)
{
  return memmem (fixture->out.data, fixture->out.size, text, strlen (text)) != NULL;
}

/* What goes beyond Pyro5 is only for those who offer the same */
static void
test_extensions (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *offer;
    gboolean answered;
  } cases[] = {
    { "{'handshake': 'hello', 'object': 'o', 'pyrog': {'software': {'v': 1}}}", TRUE },
    { "{'handshake': 'hello', 'object': 'o', 'pyrog': {'other': {'v': 1}}}", FALSE },
    { "{'handshake': {'pyrog': {'software': {'v': 1}}}, 'object': 'o'}", FALSE },
    { "{'handshake': 'hello', 'object': 'o'}", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      fixture->peer.authenticated = FALSE;
      send_serpent (fixture, PYROG_MESSAGE_CONNECT, 0, cases[i].offer);
      assert_out (fixture, PYROG_MESSAGE_CONNECTOK, 0, "'handshake':'hello'");
      g_assert_cmpint (out_contains (fixture, "'pyrog':{'software':"), ==, cases[i].answered);
    }
}

/* Documentation and signatures are for those who ask, and in no handshake */
static void
test_description (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogServant) servant
      = pyrog_object_table_lookup (pyrog_dispatcher_get_objects (fixture->dispatcher), "o", 1);

  pyrog_servant_set_documentation (servant, "add", "Adds two numbers.");
  shake_hands (fixture);
  g_assert_false (out_contains (fixture, "Adds two numbers."));
  g_assert_false (out_contains (fixture, "x a, x b"));
  send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('Pyro.Daemon','get_description',('o',),{})");
  assert_out (fixture, PYROG_MESSAGE_RESULT, 0, "Adds two numbers.");
  g_assert_true (out_contains (fixture, "x a, x b"));
  send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('Pyro.Daemon','get_description',('p',),{})");
  assert_out (fixture, PYROG_MESSAGE_RESULT, PYROG_FLAG_EXCEPTION, "unknown object");
}

static void
assert_stranger_refused (Fixture *fixture, PyrogMessageType type, const char *payload)
{
  PyrogHeader header;

  g_assert_cmpint (send_serpent (fixture, type, 0, payload), ==, PYROG_DISPATCH_CLOSE);
  g_assert_cmpint (
      pyrog_header_parse (fixture->out.data, fixture->out.size, G_MAXUINT32, &header, NULL), ==,
      PYROG_PARSE_DONE);
  g_assert_cmpint (header.type, ==, PYROG_MESSAGE_CONNECTFAIL);
  g_assert_cmpint (header.seq, ==, 0);
  g_assert_cmpint (header.serializer, ==, PYROG_SERIALIZER_MARSHAL);
  g_assert_nonnull (memmem (fixture->out.data, fixture->out.size, "the handshake is missing", 24));
}

/* Before the handshake nothing else is accepted, and nothing is executed */
static void
test_before_handshake (Fixture *fixture, gconstpointer data)
{
  assert_stranger_refused (fixture, PYROG_MESSAGE_INVOKE, "('o','add',(1,2),{})");
  assert_stranger_refused (fixture, PYROG_MESSAGE_PING, "");
  g_assert_false (fixture->peer.authenticated);
  g_assert_cmpint (fixture->calls, ==, 0);
}

/* What calls are answered with */
static void
test_calls (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *call;
    guint flags;
    const char *part;
  } rows[] = {
    { "('o','add',(1,2),{})", 0, "\n3" },
    { "('o','add',(1,),{'b':5})", 0, "\n6" },
    { "('o','add',(),{'b':5,'a':2})", 0, "\n7" },
    { "('o','add',(1,2),None)", 0, "\n3" },
    { "('o','add',(1,),{})", PYROG_FLAG_EXCEPTION, "builtins.TypeError" },
    { "('o','add',(1,2),{'c':1})", PYROG_FLAG_EXCEPTION, "builtins.TypeError" },
    { "('o','add',('x',2),{})", PYROG_FLAG_EXCEPTION, "builtins.TypeError" },
    { "('o','add',(9223372036854775808,2),{})", PYROG_FLAG_EXCEPTION, "OverflowError" },
    { "('o','forget',(),{})", PYROG_FLAG_EXCEPTION, "without an answer" },
    { "('o','give_back',(1,[2,{'x':(3,)}]),{})", 0, "\n[2,{'x':(3,)}]" },
    { "('o','give_back',(1,'a\\x00\\ud800'),{})", 0, "\n'a\\x00\\ud800'" },
    { "('o','give_back',(1,),{})", PYROG_FLAG_EXCEPTION, "The call has no argument 1" },
    { "('o','give_b',(),{'b':5,'a':2})", 0, "\n5" },
    { "('o','give_int',(2,),{'b':5})", 0, "\n5" },
    { "('o','nosuch',(),{})", PYROG_FLAG_EXCEPTION, "unexposed attribute" },
    { "('o','_private',(),{})", PYROG_FLAG_EXCEPTION, "private attribute" },
    { "('o','__init__',(),{})", PYROG_FLAG_EXCEPTION, "private attribute" },
    { "('o','add.x',(),{})", PYROG_FLAG_EXCEPTION, "private attribute" },
    { "('o','color',(),{})", PYROG_FLAG_EXCEPTION, "unexposed attribute" },
    { "('nosuch','add',(1,2),{})", PYROG_FLAG_EXCEPTION, "unknown object" },
    { "('o','__getattr__',('color',),None)", 0, "'red'" },
    { "('o','__getattr__',('add',),None)", PYROG_FLAG_EXCEPTION, "AttributeError" },
    { "('o','__setattr__',('color','x'),None)", PYROG_FLAG_EXCEPTION, "AttributeError" },
    { "('o','__getattr__',(),None)", PYROG_FLAG_EXCEPTION, "TypeError" },
    { "('Pyro.Daemon','ping',(),{})", 0, "None" },
    { "('Pyro.Daemon','registered',(),{})", 0, "'o'" },
    { "('Pyro.Daemon','get_metadata',('o',),{})", 0, "'add'" },
    { "('Pyro.Daemon','get_metadata',('nosuch',),{})", PYROG_FLAG_EXCEPTION, "DaemonError" },
  };

  shake_hands (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].call);
      g_assert_cmpint (send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, rows[i].call), ==,
                       PYROG_DISPATCH_DONE);
      assert_out (fixture, PYROG_MESSAGE_RESULT, rows[i].flags, rows[i].part);
    }
}

/* A oneway call is executed and never answered, not even with an error */
static void
test_oneway (Fixture *fixture, gconstpointer data)
{
  shake_hands (fixture);
  g_assert_cmpint (
      send_serpent (fixture, PYROG_MESSAGE_INVOKE, PYROG_FLAG_ONEWAY, "('o','add',(1,2),{})"), ==,
      PYROG_DISPATCH_DONE);
  g_assert_cmpuint (fixture->out.size, ==, 0);
  g_assert_cmpint (fixture->calls, ==, 1);
  g_assert_cmpint (
      send_serpent (fixture, PYROG_MESSAGE_INVOKE, PYROG_FLAG_ONEWAY, "('o','nosuch',(),{})"), ==,
      PYROG_DISPATCH_DONE);
  g_assert_cmpuint (fixture->out.size, ==, 0);
}

static gpointer
answer_in_thread (gpointer data)
{
  pyrog_invocation_return (data, "s", "late");
  return NULL;
}

/* A held invocation is answered later, from another thread; one that is dropped answers for itself
 */
static void
test_later (Fixture *fixture, gconstpointer data)
{
  gsize size;

  shake_hands (fixture);
  g_assert_cmpint (send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('o','hold',(),{})"), ==,
                   PYROG_DISPATCH_PENDING);
  g_assert_cmpint (fixture->late_replies, ==, 0);
  g_thread_join (g_thread_new ("answer", answer_in_thread, fixture->held));
  g_assert_cmpint (fixture->late_replies, ==, 1);
  const guint8 *reply = g_bytes_get_data (fixture->late, &size);
  assert_reply (reply, size, PYROG_MESSAGE_RESULT, 0, "'late'");
  g_clear_object (&fixture->held);
  g_assert_cmpint (fixture->late_replies, ==, 1);

  g_assert_cmpint (send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('o','hold',(),{})"), ==,
                   PYROG_DISPATCH_PENDING);
  g_clear_object (&fixture->held);
  g_assert_cmpint (fixture->late_replies, ==, 2);
  reply = g_bytes_get_data (fixture->late, &size);
  assert_reply (reply, size, PYROG_MESSAGE_RESULT, PYROG_FLAG_EXCEPTION, "without an answer");
}

/* A result that the serializer can't carry becomes an exception that says so */
static void
test_unserializable (Fixture *fixture, gconstpointer data)
{
  const PyrogHeader header
      = { .type = PYROG_MESSAGE_INVOKE, .serializer = PYROG_SERIALIZER_JSON, .seq = 7 };

  shake_hands (fixture);
  g_assert_cmpint (
      send (fixture, header,
            "{\"object\":\"o\",\"method\":\"give_bytes\",\"params\":[],\"kwargs\":{}}"),
      ==, PYROG_DISPATCH_DONE);
  assert_out (fixture, PYROG_MESSAGE_RESULT, PYROG_FLAG_EXCEPTION, "SerializeError");
}

/* The correlation id comes back if there was one; a ping is answered whatever its serializer */
static void
test_headers (Fixture *fixture, gconstpointer data)
{
  PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                         .serializer = PYROG_SERIALIZER_SERPENT,
                         .flags = PYROG_FLAG_CORRELATION_ID,
                         .seq = 7 };
  const PyrogHeader ping = { .type = PYROG_MESSAGE_PING, .serializer = 42, .seq = 7 };

  shake_hands (fixture);
  memset (header.correlation_id, 0xab, sizeof header.correlation_id);
  g_assert_cmpint (send (fixture, header, "('o','add',(1,2),{})"), ==, PYROG_DISPATCH_DONE);
  assert_out (fixture, PYROG_MESSAGE_RESULT, PYROG_FLAG_CORRELATION_ID, "\n3");
  g_assert_cmpint (fixture->out.data[20], ==, 0xab);
  g_assert_cmpint (send (fixture, ping, "anything"), ==, PYROG_DISPATCH_DONE);
  assert_out (fixture, PYROG_MESSAGE_PING, 0, "pong");
  g_assert_cmpint (send_serpent (fixture, PYROG_MESSAGE_RESULT, 0, ""), ==, PYROG_DISPATCH_CLOSE);
}

static void
no_failure (PyrogPeer *peer, PyrogInvocation *invocation)
{
  g_assert_not_reached ();
}

/* Streams are announced, limited, and unknown under a wrong id, of which nobody is told */
static void
test_streams (Fixture *fixture, gconstpointer data)
{
  shake_hands (fixture);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('o','stream',(),{})"), ==,
                       PYROG_DISPATCH_DONE);
      g_autofree char *text = g_strndup ((const char *) fixture->out.data + PYROG_HEADER_SIZE, 4);
      g_assert_true (g_str_equal (text, "STRM") == (i < 2));
    }
  fixture->peer.failed = no_failure;
  g_assert_cmpint (send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0,
                                 "('Pyro.Daemon','get_next_stream_item',('nosuch',),{})"),
                   ==, PYROG_DISPATCH_DONE);
  assert_out (fixture, PYROG_MESSAGE_RESULT, PYROG_FLAG_EXCEPTION, "item stream terminated");
}

static PyrogItemStream *
get_items (const char *name, gpointer user_data, GError **error)
{
  const char *const items[] = { "one", NULL };

  return pyrog_item_stream_new_for_array (g_variant_new_strv (items, -1));
}

/* An object with a property that is a stream */
#define TEST_TYPE_LOG (test_log_get_type ())
G_DECLARE_FINAL_TYPE (TestLog, test_log, TEST, LOG, GObject)

struct _TestLog
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (TestLog, test_log, G_TYPE_OBJECT)

static void
test_log_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_take_object (value, get_items (pspec->name, NULL, NULL));
}

static void
test_log_class_init (TestLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_log_get_property;
  g_object_class_install_property (object_class, 1,
                                   g_param_spec_object ("lines", NULL, NULL, PYROG_TYPE_ITEM_STREAM,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
test_log_init (TestLog *self)
{
}

/* A property may be an item stream */
static void
test_stream_properties (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestLog) log = g_object_new (TEST_TYPE_LOG, NULL);
  g_autoptr (PyrogServant) servant = pyrog_servant_new_for_object (G_OBJECT (log));

  pyrog_servant_expose_property (servant, "lines", PYROG_ACCESS_READ);
  g_assert_true (
      pyrog_object_table_add (pyrog_dispatcher_get_objects (fixture->dispatcher), "s", servant));
  shake_hands (fixture);
  send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('s','__getattr__',('lines',),{})");
  assert_out (fixture, PYROG_MESSAGE_RESULT, PYROG_FLAG_EXCEPTION | PYROG_FLAG_ITEM_STREAM, "STRM");
}

/* An attribute may be an item stream; where streams are not
 * served they are announced without an id, as Pyro5 does it */
static void
test_stream_attributes (Fixture *fixture, gconstpointer data)
{
  const guint16 flags = PYROG_FLAG_EXCEPTION | PYROG_FLAG_ITEM_STREAM;
  PyrogDispatcherOptions options = { .serializers = ~0u, .max_message_size = 1024 };
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  pyrog_servant_add_stream_attribute (servant, "items", get_items, NULL, NULL);
  g_assert_true (
      pyrog_object_table_add (pyrog_dispatcher_get_objects (fixture->dispatcher), "s", servant));
  shake_hands (fixture);
  send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('s','__getattr__',('items',),{})");
  assert_out (fixture, PYROG_MESSAGE_RESULT, flags, "STRM");
  send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('s','__setattr__',('items',1),{})");
  assert_out (fixture, PYROG_MESSAGE_RESULT, PYROG_FLAG_EXCEPTION, "unexposed");

  pyrog_dispatcher_unref (fixture->dispatcher);
  fixture->dispatcher = pyrog_dispatcher_new (&options);
  g_assert_true (
      pyrog_object_table_add (pyrog_dispatcher_get_objects (fixture->dispatcher), "s", servant));
  send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('s','__getattr__',('items',),{})");
  assert_out (fixture, PYROG_MESSAGE_RESULT, flags, "result of call is an iterator");
  g_assert_null (memmem (fixture->out.data, fixture->out.size, "STRM", 4));
}

static GObject *
make_instance (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  return g_object_new (G_TYPE_OBJECT, NULL);
}

/* A connection has as many objects made for it as the limit says; what was unregistered makes room
 */
static void
test_max_instances (Fixture *fixture, gconstpointer data)
{
  PyrogObjectTable *objects = pyrog_dispatcher_get_objects (fixture->dispatcher);
  const char *const ids[] = { "a", "b", "c" };

  shake_hands (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (PyrogServant) servant = pyrog_servant_new ();
      pyrog_servant_add_handler (servant, "add", "x a, x b", "x", add, fixture, NULL);
      g_autoptr (PyrogRegistration) registration = pyrog_registration_new_factory (
          ids[i], servant, PYROG_INSTANCE_MODE_SESSION, make_instance, NULL, NULL);
      g_assert_true (pyrog_object_table_register (objects, registration, FALSE, NULL));
    }
  for (guint i = 0; i < 2 * G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *payload = g_strdup_printf ("('%s','add',(1,2),{})", ids[i % 3]);
      send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, payload);
      if (i % 3 < 2)
        assert_out (fixture, PYROG_MESSAGE_RESULT, 0, "3");
      else
        assert_out (fixture, PYROG_MESSAGE_RESULT, PYROG_FLAG_EXCEPTION, "MAX_INSTANCES");
    }
  g_assert_true (pyrog_object_table_remove (objects, "a"));
  send_serpent (fixture, PYROG_MESSAGE_INVOKE, 0, "('c','add',(1,2),{})");
  assert_out (fixture, PYROG_MESSAGE_RESULT, 0, "3");
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
  add_test ("/dispatcher/handshake", test_handshake);
  add_test ("/dispatcher/extensions", test_extensions);
  add_test ("/dispatcher/description", test_description);
  add_test ("/dispatcher/before-handshake", test_before_handshake);
  add_test ("/dispatcher/calls", test_calls);
  add_test ("/dispatcher/oneway", test_oneway);
  add_test ("/dispatcher/later", test_later);
  add_test ("/dispatcher/unserializable", test_unserializable);
  add_test ("/dispatcher/headers", test_headers);
  add_test ("/dispatcher/streams", test_streams);
  add_test ("/dispatcher/stream-properties", test_stream_properties);
  add_test ("/dispatcher/stream-attributes", test_stream_attributes);
  add_test ("/dispatcher/max-instances", test_max_instances);
  return g_test_run ();
}
