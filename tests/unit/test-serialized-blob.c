/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-serialized-blob.h"

#include <string.h>
#include <unistd.h>

#include "pyrog-daemon.h"
#include "pyrog-dispatcher.h"
#include "pyrog-error.h"
#include "pyrog-proxy.h"
#include "pyrog-serialized-blob-private.h"
#include "pyrog-value-variant.h"

#define WATCHDOG 60 /* seconds */

/* A worker that reads blobs, and a relay that does not, in one daemon and one thread */
typedef struct
{
  PyrogDaemon *daemon;
  PyrogProxy *relay;
  PyrogProxy *worker;
  GBytes *sent;     /* (owned) (nullable) what the relay got */
  GBytes *received; /* (owned) (nullable) what the worker got */
  GAsyncResult *result;
} Fixture;

/* Answers with what it was told and what it was given */
static void
work (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;
  PyrogSerializedBlob *blob = pyrog_invocation_get_blob (invocation);

  if (blob == NULL)
    {
      g_autoptr (GBytes) annotation = pyrog_invocation_get_annotation (invocation, "BLBI");
      pyrog_invocation_return (invocation, "s", annotation == NULL ? "plain" : "annotated");
      return;
    }
  g_autoptr (GVariant) data = pyrog_serialized_blob_deserialize (blob, NULL, error);
  if (data == NULL)
    return;
  g_clear_pointer (&fixture->received, g_bytes_unref);
  fixture->received = g_bytes_ref (pyrog_serialized_blob_get_bytes (blob, NULL));
  g_assert_cmpstr (pyrog_serialized_blob_get_object_id (blob), ==, "worker");
  g_assert_cmpstr (pyrog_serialized_blob_get_method_name (blob), ==, "work");
  g_autofree char *info = g_variant_print (pyrog_serialized_blob_get_info (blob), FALSE);
  g_autofree char *text = g_variant_print (data, FALSE);
  g_autofree char *answer = g_strconcat (info, " ", text, NULL);
  pyrog_invocation_return (invocation, "s", answer);
}

static void
relayed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PyrogInvocation) invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = pyrog_proxy_call_blob_finish (PYROG_PROXY (object), result, &error);

  if (answer != NULL)
    pyrog_invocation_return_value (invocation, answer);
  else
    pyrog_invocation_return_gerror (invocation, error);
}

static void
relay (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;
  PyrogSerializedBlob *blob = pyrog_invocation_get_blob (invocation);
  PyrogSerializer serializer;

  g_clear_pointer (&fixture->sent, g_bytes_unref);
  fixture->sent = g_bytes_ref (pyrog_serialized_blob_get_bytes (blob, &serializer));
  g_assert_cmpint (serializer, ==, pyrog_invocation_get_serializer (invocation));
  pyrog_proxy_call_blob (fixture->worker, "work", blob, NULL, NULL, NULL, relayed_cb,
                         pyrog_invocation_hold (invocation));
}

static void
add_object (Fixture *fixture, const char *id, const char *method, PyrogHandlerFunc func)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_handler (servant, method, NULL, NULL, func, fixture, NULL);
  pyrog_servant_add_handler (servant, "strict", "s text", NULL, func, fixture, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (fixture->daemon, id, servant, &error);
  g_assert_no_error (error);
}

static PyrogProxy *
connect_to (Fixture *fixture, const char *id, PyrogConfig *config)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogUri) uri = pyrog_daemon_uri_for (fixture->daemon, id, &error);

  g_assert_no_error (error);
  return pyrog_proxy_new_for_uri (uri, config);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  alarm (WATCHDOG);
  g_object_set (config, "compression", g_strcmp0 (data, "compressed") == 0, "strict-classes",
                g_strcmp0 (data, "strict") == 0, NULL);
  fixture->daemon = pyrog_daemon_new (config);
  pyrog_daemon_listen (fixture->daemon, "localhost:0", &error);
  g_assert_no_error (error);
  add_object (fixture, "worker", "work", work);
  add_object (fixture, "relay", "relay", relay);
  pyrog_daemon_start (fixture->daemon, &error);
  g_assert_no_error (error);
  fixture->relay = connect_to (fixture, "relay", config);
  fixture->worker = connect_to (fixture, "worker", config);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->sent, g_bytes_unref);
  g_clear_pointer (&fixture->received, g_bytes_unref);
  g_clear_object (&fixture->result);
  g_clear_object (&fixture->relay);
  g_clear_object (&fixture->worker);
  pyrog_daemon_stop (fixture->daemon);
  while (pyrog_daemon_get_running (fixture->daemon))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&fixture->daemon);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ((Fixture *) user_data)->result = g_object_ref (result);
}

/* The answer as text; NULL with an error */
static char *
call_blob (Fixture *fixture,
           PyrogProxy *proxy,
           const char *method,
           PyrogSerializedBlob *blob,
           GError **error)
{
  pyrog_proxy_call_blob (proxy, method, blob, "s", NULL, NULL, done_cb, fixture);
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GAsyncResult) result = g_steal_pointer (&fixture->result);
  g_autoptr (GVariant) answer = pyrog_proxy_call_blob_finish (proxy, result, error);
  return answer != NULL ? g_variant_dup_string (answer, NULL) : NULL;
}

static PyrogSerializedBlob *
parse_blob (const char *info, const char *data)
{
  g_autoptr (GVariant) information = g_variant_parse (NULL, info, NULL, NULL, NULL);
  g_autoptr (GVariant) content = g_variant_parse (NULL, data, NULL, NULL, NULL);

  return pyrog_serialized_blob_new (information, content);
}

/* A blob that was made here tells what it was made of */
static void
test_own (void)
{
  g_autoptr (PyrogSerializedBlob) blob = parse_blob ("'topic'", "[1, 2]");
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (g_variant_get_string (pyrog_serialized_blob_get_info (blob), NULL), ==, "topic");
  g_assert_null (pyrog_serialized_blob_get_object_id (blob));
  g_assert_null (pyrog_serialized_blob_get_method_name (blob));
  g_assert_null (pyrog_serialized_blob_get_bytes (blob, NULL));
  g_autoptr (GVariant) data = pyrog_serialized_blob_deserialize (blob, "ax", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (data), ==, 2);
  g_assert_null (pyrog_serialized_blob_deserialize (blob, "s", &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
}

/* A method gets a blob, directly and through a relay that leaves its bytes as they are, whatever
 * the serializer */
static void
test_relay (Fixture *fixture, gconstpointer data)
{
  static const char *const rows[][3] = {
    { "'topic'", "'data'", "'topic' 'data'" },
    { "('a', 5)", "['x', 'y']", "(<'a'>, <int64 5>) [<'x'>, <'y'>]" },
    { "@mv nothing", "{'k': <5>}", "nothing {'k': <int64 5>}" },
  };

  for (PyrogSerializer serializer = PYROG_SERIALIZER_SERPENT;
       serializer <= PYROG_SERIALIZER_MSGPACK; serializer++)
    {
      pyrog_proxy_set_serializer (fixture->relay, serializer);
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        {
          g_autoptr (PyrogSerializedBlob) blob = parse_blob (rows[i][0], rows[i][1]);
          g_autoptr (GError) error = NULL;
          g_autofree char *relayed = call_blob (fixture, fixture->relay, "relay", blob, &error);
          g_assert_no_error (error);
          g_assert_cmpstr (relayed, ==, rows[i][2]);
          g_assert_true (g_bytes_equal (fixture->sent, fixture->received));
          g_autofree char *direct = call_blob (fixture, fixture->worker, "work", blob, &error);
          g_assert_no_error (error);
          g_assert_cmpstr (direct, ==, rows[i][2]);
        }
    }
}

/* Big blobs are not copied and stay whole */
static void
test_big (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (1000000, 'x');
  g_autofree char *expected = g_strdup_printf ("'big' '%s'", text);
  g_autoptr (PyrogSerializedBlob) blob
      = pyrog_serialized_blob_new (g_variant_new_string ("big"), g_variant_new_string (text));
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = call_blob (fixture, fixture->relay, "relay", blob, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, expected);
}

/* Nothing of a blob's call is left in the next one (Pyro5's annotation stays) */
static void
test_does_not_stick (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogSerializedBlob) blob = parse_blob ("'topic'", "'data'");
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = call_blob (fixture, fixture->worker, "work", blob, &error);

  g_assert_no_error (error);
  pyrog_proxy_call (fixture->worker, "work", NULL, "s", NULL, done_cb, fixture);
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GVariant) plain = pyrog_proxy_call_finish (fixture->worker, fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (plain, NULL), ==, "plain");
}

/* A method with a signature takes no blob; one that is not there is none; what marshal can't write
 * is no information */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogSerializedBlob) blob = parse_blob ("'topic'", "'data'");
  g_autoptr (GError) strict = NULL;
  g_autoptr (GError) unknown = NULL;
  g_autoptr (GError) deep = NULL;
  GVariant *info = g_variant_new_int32 (1);

  g_assert_null (call_blob (fixture, fixture->worker, "strict", blob, &strict));
  g_assert_error (strict, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  g_assert_null (call_blob (fixture, fixture->worker, "nosuch", blob, &unknown));
  g_assert_error (unknown, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
  for (guint i = 0; i < 100; i++)
    info = g_variant_new_array (NULL, &info, 1);
  g_autoptr (PyrogSerializedBlob) odd = pyrog_serialized_blob_new (info, g_variant_new_int32 (1));
  g_assert_null (call_blob (fixture, fixture->worker, "work", odd, &deep));
  g_assert_nonnull (deep);
  g_assert_cmpint (pyrog_error_get_execution (deep), ==, PYROG_EXECUTION_NOT_SENT);
}

/* ---- Messages that are no blobs ---- */

static void
never_freed (PyrogPeer *peer)
{
}

static void
answer (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  PyrogSerializedBlob *blob = pyrog_invocation_get_blob (invocation);
  g_autoptr (GVariant) data = pyrog_serialized_blob_deserialize (blob, NULL, error);

  if (data != NULL)
    pyrog_invocation_return (invocation, "s", "right");
}

static char *
dispatch (PyrogDispatcher *dispatcher, guint16 flags, GBytes *annotation, const char *payload)
{
  PyrogPeer peer = { .authenticated = TRUE, .free = never_freed };
  const PyrogHeader wanted = { .type = PYROG_MESSAGE_INVOKE,
                               .serializer = PYROG_SERIALIZER_SERPENT,
                               .flags = flags | PYROG_FLAG_KEEP_SERIALIZED };
  PyrogHeader header;
  PyrogMessageWriter writer;
  PyrogBuffer in, out;

  g_atomic_ref_count_init (&peer.refs);
  pyrog_buffer_init (&in, G_MAXSIZE);
  pyrog_buffer_init (&out, G_MAXSIZE);
  pyrog_message_begin (&writer, &in, &wanted);
  if (annotation != NULL)
    pyrog_message_add_annotation (&writer, "BLBI", g_bytes_get_data (annotation, NULL),
                                  g_bytes_get_size (annotation));
  pyrog_message_begin_payload (&writer);
  pyrog_buffer_append_text (&in, payload);
  g_assert_true (pyrog_message_end (&writer, FALSE, G_MAXUINT32, NULL));
  g_assert_cmpint (pyrog_header_parse (in.data, in.size, G_MAXUINT32, &header, NULL), ==,
                   PYROG_PARSE_DONE);
  g_assert_cmpint (pyrog_dispatcher_dispatch (dispatcher, &peer, &header,
                                              in.data + PYROG_HEADER_SIZE, NULL, &out),
                   ==, PYROG_DISPATCH_DONE);
  char *reply
      = g_strndup ((const char *) out.data + PYROG_HEADER_SIZE, out.size - PYROG_HEADER_SIZE);
  pyrog_buffer_clear (&in);
  pyrog_buffer_clear (&out);
  return reply;
}

static GBytes *
in_marshal (const char *text)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GVariant) variant = g_variant_parse (NULL, text, NULL, NULL, NULL);
  PyrogValue value;
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_true (pyrog_value_from_variant (arena, variant, &value, NULL));
  g_assert_true (pyrog_codec_get (PYROG_SERIALIZER_MARSHAL)->encode (&value, "test", &out, NULL));
  return pyrog_buffer_steal_bytes (&out);
}

static PyrogDispatcher *
make_dispatcher (guint serializers)
{
  const PyrogDispatcherOptions options
      = { .serializers = serializers, .max_message_size = 64 * 1024, .max_batch = 10 };
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  PyrogDispatcher *dispatcher = pyrog_dispatcher_new (&options);

  pyrog_servant_add_handler (servant, "m", NULL, NULL, answer, NULL, NULL);
  pyrog_object_table_add (pyrog_dispatcher_get_objects (dispatcher), "o", servant);
  return dispatcher;
}

/* What is malformed is answered with an exception that says so; the payload matters only to who
 * reads it */
static void
test_malformed (void)
{
  static const struct
  {
    const char *annotation; /* NULL: none */
    guint16 flags;
    const char *payload;
    const char *part;
  } rows[] = {
    { "('i', 'o', 'm')", 0, "('o','m','data',{})", "right" },
    { "('i', 'o', 'm')", 0, "('o','m',5,{})", "right" },
    { "('i', 'o', 'm')", 0, "('x','y',(),{})", "right" },
    { NULL, 0, "('o','m',(),{})", "lacks its annotation" },
    { "('i', 'o')", 0, "('o','m',(),{})", "not a tuple of three" },
    { "5", 0, "('o','m',(),{})", "not a tuple of three" },
    { "('i', 5, 'm')", 0, "('o','m',(),{})", "unknown object" },
    { "('i', 'o', 5)", 0, "('o','m',(),{})", "TypeError" },
    { "('i', 'o', '_private')", 0, "('o','m',(),{})", "private attribute" },
    { "('i', 'o', '__getattr__')", 0, "('o','m',('x',),{})", "TypeError" },
    { "('i', 'o', 'm')", PYROG_FLAG_BATCH, "('o','m',[],{})", "A batch can" },
    { "('i', 'o', 'm')", 0, "('o','m'", "SerializeError" },
    { "('i', 'o', 'm')", 0, "('o','m',())", "not a call" },
    { "('i', 'o', 'm')", 0, "{'a':1}", "not a call" },
    { "('i', 'o', 'm')", 0, "", "SerializeError" },
  };
  PyrogDispatcher *dispatcher = make_dispatcher (~0u);
  g_autoptr (GBytes) garbage = g_bytes_new_static ("\xff\xff", 2);
  g_autofree char *reply = dispatch (dispatcher, 0, garbage, "('o','m',(),{})");

  g_assert_nonnull (strstr (reply, "SerializeError"));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) annotation
          = rows[i].annotation != NULL ? in_marshal (rows[i].annotation) : NULL;
      g_autofree char *text = dispatch (dispatcher, rows[i].flags, annotation, rows[i].payload);
      g_test_message ("%s", text);
      g_assert_nonnull (strstr (text, rows[i].part));
    }
  pyrog_dispatcher_unref (dispatcher);
}

/* Where marshal is not accepted, it is not read in annotations either */
static void
test_without_marshal (void)
{
  PyrogDispatcher *dispatcher = make_dispatcher (1u << PYROG_SERIALIZER_SERPENT);
  g_autoptr (GBytes) annotation = in_marshal ("('i', 'o', 'm')");
  g_autofree char *reply = dispatch (dispatcher, 0, annotation, "('o','m',(),{})");

  g_assert_nonnull (strstr (reply, "marshal, which is not accepted"));
  pyrog_dispatcher_unref (dispatcher);
}

/* In strict mode a class that nobody registered is refused when a blob is read, and not before */
static void
test_strict (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogSerializedBlob) blob = parse_blob ("'topic'", "[{'__class__': <'shop.Bike'>}]");
  g_autoptr (GError) error = NULL;

  g_assert_null (call_blob (fixture, fixture->relay, "relay", blob, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_assert_cmpstr (error->message, ==, "data[0]: the class ‘shop.Bike’ is unknown");
  g_assert_nonnull (fixture->sent);
  g_assert_null (fixture->received);
}

static void
add_test (const char *path, void (*test) (Fixture *fixture, gconstpointer data), gpointer data)
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/serialized-blob/own", test_own);
  add_test ("/serialized-blob/relay", test_relay, NULL);
  add_test ("/serialized-blob/big", test_big, NULL);
  add_test ("/serialized-blob/compressed", test_relay, "compressed");
  add_test ("/serialized-blob/big-compressed", test_big, "compressed");
  add_test ("/serialized-blob/does-not-stick", test_does_not_stick, NULL);
  add_test ("/serialized-blob/strict", test_strict, "strict");
  add_test ("/serialized-blob/refused", test_refused, NULL);
  g_test_add_func ("/serialized-blob/malformed", test_malformed);
  g_test_add_func ("/serialized-blob/without-marshal", test_without_marshal);
  return g_test_run ();
}
