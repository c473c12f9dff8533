/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "access-fixture.h"
#include "pyrog-batch.h"
#include "pyrog-error.h"
#include "pyrog-invocation-private.h"
#include "pyrog-request.h"
#include "pyrog-value-variant.h"

/* Large bytes arrive as they were sent, and nobody copies them who need not */

#define SIZE (3u * 1024u * 1024u) /* more than a socket takes at once */
#define MAX_VECTORS 8u

static GVariant *
make_bytes (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 7 + i / 255);
  return g_variant_ref_sink (
      g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, data, size, TRUE, g_free, data));
}

static PyrogConfig *
make_config (PyrogSerializer serializer)
{
  PyrogConfig *config = g_object_new (PYROG_TYPE_CONFIG, NULL);

  g_object_set (config, "serializer", serializer, NULL);
  return config;
}

/* ---- Where messages point to ---- */

static gboolean
points_to (const PyrogBuffer *message, gconstpointer data)
{
  struct iovec vectors[MAX_VECTORS];
  guint count = pyrog_buffer_get_vectors (message, 0, vectors, MAX_VECTORS);
  gboolean found = FALSE;

  for (guint i = 0; i < count; i++)
    found |= vectors[i].iov_base == data;
  return found;
}

static PyrogChunk *
to_chunk (const PyrogBuffer *message)
{
  PyrogBuffer whole;

  pyrog_buffer_init (&whole, G_MAXSIZE);
  pyrog_buffer_append_part (&whole, message, (PyrogBufferPlace){ 0 },
                            pyrog_buffer_get_end (message), FALSE);
  PyrogChunk *chunk = pyrog_chunk_new (whole.size);
  memcpy (chunk->data, whole.data, whole.size);
  pyrog_buffer_clear (&whole);
  return chunk;
}

static PyrogCall *
make_call (PyrogSerializer serializer, gboolean compression, GVariant *bytes)
{
  g_autoptr (PyrogConfig) config = make_config (serializer);
  g_autoptr (GError) error = NULL;
  const PyrogRequest request
      = { .codec = pyrog_codec_get (serializer), .config = config, .object = "o", .method = "m" };

  g_object_set (config, "compression", compression, NULL);
  PyrogCall *call = pyrog_request_make_call_of_variants (
      &request, g_variant_new ("(s@aymv)", "first", bytes, NULL), NULL, &error);
  g_assert_no_error (error);
  return call;
}

/* What a request becomes in the daemon */
static PyrogInvocation *
receive (const PyrogBuffer *request)
{
  g_autoptr (PyrogChunk) chunk = to_chunk (request);
  PyrogArena *arena = pyrog_arena_new ();
  g_autoptr (GError) error = NULL;
  PyrogHeader header;
  PyrogMessage message;
  PyrogCallParts parts;

  pyrog_header_parse (chunk->data, chunk->capacity, G_MAXUINT32, &header, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pyrog_header_message_size (&header), ==, chunk->capacity);
  pyrog_message_parse (&header, chunk->data + PYROG_HEADER_SIZE, G_MAXUINT32, 0, arena, &message,
                       &error);
  g_assert_no_error (error);
  const PyrogCodec *codec = pyrog_codec_get (header.serializer);
  pyrog_codec_decode_call (codec, arena, message.payload, message.payload_size, &parts, &error);
  g_assert_no_error (error);
  return pyrog_invocation_new (codec, &message, &parts, arena, chunk, NULL);
}

/* What an answer becomes in the client; call is that of the request */
static GVariant *
receive_reply (PyrogCall *call, const PyrogBuffer *reply, gboolean *sliced)
{
  g_autoptr (PyrogChunk) chunk = to_chunk (reply);
  g_autoptr (GError) error = NULL;
  PyrogHeader header;

  pyrog_header_parse (chunk->data, chunk->capacity, G_MAXUINT32, &header, &error);
  g_assert_no_error (error);
  call->seq = header.seq;
  g_assert_true (pyrog_call_take_reply (call, &header, chunk->data + PYROG_HEADER_SIZE, chunk,
                                        G_MAXUINT32, &error));
  GVariant *result = pyrog_value_to_variant_sliced (&call->result, G_VARIANT_TYPE_BYTESTRING,
                                                    "result", pyrog_call_get_slices (call), &error);
  g_assert_no_error (error);
  *sliced = pyrog_chunk_contains (chunk, g_variant_get_data (result));
  return result;
}

/* A request points to the bytes of the arguments, the arguments of a handler to what was received,
 * the answer to either, and so does the client's result */
static void
test_way (gconstpointer data)
{
  const PyrogSerializer serializer = (PyrogSerializer) GPOINTER_TO_UINT (data);
  g_autoptr (GVariant) bytes = make_bytes (SIZE);
  g_autoptr (PyrogCall) call = make_call (serializer, FALSE, bytes);
  g_autoptr (GError) error = NULL;
  gboolean sliced;
  PyrogBuffer reply;

  g_assert_true (points_to (&call->message, g_variant_get_data (bytes)));
  g_assert_cmpuint (call->message.capacity, <, 1024);
  PyrogInvocation *invocation = receive (&call->message);
  GVariant *args = pyrog_invocation_get_args (invocation, &error);
  g_autoptr (GVariant) arg = g_variant_get_child_value (args, 1);
  g_autoptr (GVariant) argument = g_variant_get_variant (arg);
  g_assert_true (pyrog_chunk_contains (invocation->chunk, g_variant_get_data (argument)));
  g_assert_true (g_variant_equal (argument, bytes));

  pyrog_invocation_return_argument (invocation, 1);
  pyrog_buffer_init (&reply, G_MAXSIZE);
  pyrog_invocation_write_reply (invocation, &reply, NULL, NULL, FALSE, G_MAXUINT32);
  g_assert_true (points_to (&reply, g_variant_get_data (argument)));
  /* The answer keeps what it needs */
  g_object_unref (invocation);
  g_autoptr (GVariant) result = receive_reply (call, &reply, &sliced);
  g_assert_true (sliced);
  g_assert_true (g_variant_equal (result, bytes));
  pyrog_buffer_clear (&reply);
}

/* The result of a handler is not copied either */
static void
test_result (gconstpointer data)
{
  const PyrogSerializer serializer = (PyrogSerializer) GPOINTER_TO_UINT (data);
  g_autoptr (PyrogCall) call = make_call (serializer, FALSE, g_variant_new_bytestring (""));
  PyrogInvocation *invocation = receive (&call->message);
  GVariant *bytes = make_bytes (SIZE);
  gboolean sliced;
  PyrogBuffer reply;

  pyrog_invocation_return_value (invocation, bytes);
  pyrog_buffer_init (&reply, G_MAXSIZE);
  pyrog_invocation_write_reply (invocation, &reply, NULL, NULL, FALSE, G_MAXUINT32);
  g_assert_true (points_to (&reply, g_variant_get_data (bytes)));
  g_variant_unref (bytes);
  g_object_unref (invocation);
  g_autoptr (GVariant) result = receive_reply (call, &reply, &sliced);
  g_autoptr (GVariant) expected = make_bytes (SIZE);
  g_assert_true (sliced);
  g_assert_true (g_variant_equal (result, expected));
  pyrog_buffer_clear (&reply);
}

/* What is compressed is written anew, and lies elsewhere when it is inflated */
static void
test_compressed (gconstpointer data)
{
  const PyrogSerializer serializer = (PyrogSerializer) GPOINTER_TO_UINT (data);
  g_autoptr (GVariant) bytes = make_bytes (SIZE);
  g_autoptr (PyrogCall) call = make_call (serializer, TRUE, bytes);
  gboolean sliced;
  PyrogBuffer reply;

  g_assert_null (call->message.pieces);
  PyrogInvocation *invocation = receive (&call->message);
  pyrog_invocation_return_argument (invocation, 1);
  pyrog_buffer_init (&reply, G_MAXSIZE);
  pyrog_invocation_write_reply (invocation, &reply, NULL, NULL, TRUE, G_MAXUINT32);
  g_assert_null (reply.pieces);
  g_object_unref (invocation);
  g_autoptr (GVariant) result = receive_reply (call, &reply, &sliced);
  g_assert_false (sliced);
  g_assert_true (g_variant_equal (result, bytes));
  pyrog_buffer_clear (&reply);
}

/* A name that is large is the caller's, who may free it at once */
static void
test_large_name (void)
{
  g_autofree char *name = g_strnfill (PYROG_PIECE_MIN, 'n');
  g_autoptr (PyrogConfig) config = make_config (PYROG_SERIALIZER_MSGPACK);
  g_autoptr (GError) error = NULL;
  const PyrogRequest request
      = { .codec = &pyrog_codec_msgpack, .config = config, .object = "o", .method = name };
  g_autoptr (PyrogCall) call = pyrog_request_make_call_of_variants (&request, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (call->message.pieces);
}

/* An answer that is too long leaves nothing of itself but the error */
static void
test_too_long (void)
{
  g_autoptr (GVariant) bytes = make_bytes (SIZE);
  g_autoptr (PyrogCall) call = make_call (PYROG_SERIALIZER_MSGPACK, FALSE, bytes);
  g_autoptr (PyrogInvocation) invocation = receive (&call->message);
  PyrogBuffer reply;

  pyrog_invocation_return_argument (invocation, 1);
  pyrog_buffer_init (&reply, G_MAXSIZE);
  pyrog_invocation_write_reply (invocation, &reply, NULL, NULL, FALSE, SIZE / 2);
  g_assert_null (reply.pieces);
  g_assert_cmpuint (reply.size, <, 1024);
  pyrog_buffer_clear (&reply);
}

/* ---- Through sockets ---- */

typedef struct
{
  const char *threading;
  gboolean tls;
  PyrogSerializer serializer;
  const char *item; /* (nullable) of the client's configuration, switched on */
} Case;

typedef struct
{
  AccessFixture *access;
  PyrogProxy *proxy;
  GVariant *bytes;
} Fixture;

static void
give_back (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) bytes = NULL;

  if (pyrog_invocation_read (invocation, error, "@ay", &bytes))
    pyrog_invocation_return_value (invocation, bytes);
}

static void
give_text_back (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_autofree char *text = NULL;

  if (pyrog_invocation_read (invocation, error, "s", &text))
    pyrog_invocation_return (invocation, "s", text);
}

static gpointer
answer_later (gpointer data)
{
  g_autoptr (PyrogInvocation) invocation = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) bytes = NULL;

  pyrog_invocation_read (invocation, &error, "@ay", &bytes);
  pyrog_invocation_return_value (invocation, bytes);
  return NULL;
}

static void
give_back_later (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_thread_unref (g_thread_new ("answer", answer_later, pyrog_invocation_hold (invocation)));
}

static void
give_blob_back (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  PyrogSerializedBlob *blob = pyrog_invocation_get_blob (invocation);
  g_autoptr (GVariant) bytes = pyrog_serialized_blob_deserialize (blob, NULL, error);

  if (bytes != NULL)
    pyrog_invocation_return_value (invocation, bytes);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const Case *wanted = data;
  g_autoptr (PyrogConfig) config = make_config (wanted->serializer);

  fixture->access = access_fixture_new (wanted->threading, wanted->tls, NULL, NULL);
  PyrogServant *servant = fixture->access->servant;
  pyrog_servant_add_handler (servant, "give_back", NULL, NULL, give_back, NULL, NULL);
  pyrog_servant_add_handler (servant, "give_back_later", NULL, NULL, give_back_later, NULL, NULL);
  pyrog_servant_add_handler (servant, "give_text_back", NULL, NULL, give_text_back, NULL, NULL);
  pyrog_servant_add_handler (servant, "give_blob_back", NULL, NULL, give_blob_back, NULL, NULL);
  g_object_set (config, "ssl", wanted->tls, NULL);
  if (wanted->item != NULL)
    g_object_set (config, wanted->item, TRUE, NULL);
  fixture->proxy = pyrog_proxy_new_for_uri (pyrog_proxy_get_uri (fixture->access->proxy), config);
  access_set_up_proxy (fixture->access, fixture->proxy);
  fixture->bytes = make_bytes (SIZE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->proxy);
  access_fixture_free (fixture->access);
  g_variant_unref (fixture->bytes);
}

static void
check_result (Fixture *fixture, GVariant *result, GError *error)
{
  g_assert_no_error (error);
  g_assert_true (g_variant_equal (result, fixture->bytes));
}

static void
check_call (Fixture *fixture, const char *method, const char *type)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = pyrog_proxy_call_sync (
      fixture->proxy, method, g_variant_new_tuple (&fixture->bytes, 1), type, NULL, &error);

  check_result (fixture, result, error);
}

static void
test_calls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      check_call (fixture, "give_back", "ay");
      check_call (fixture, "give_back_later", "ay");
    }
  pyrog_proxy_invoke_sync (fixture->proxy, "give_back", NULL, &error, "@ay", fixture->bytes, "@ay",
                           &result);
  check_result (fixture, result, error);
}

static void
test_batch (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (fixture->proxy);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      for (guint k = 0; k < 3; k++)
        pyrog_batch_add (batch, "give_back", g_variant_new_tuple (&fixture->bytes, 1));
      g_autoptr (PyrogBatchResults) results = pyrog_batch_submit_sync (batch, NULL, &error);
      for (guint k = 0; k < 3; k++)
        {
          g_autoptr (GVariant) result = pyrog_batch_results_next (results, "ay", &error);
          check_result (fixture, result, error);
        }
    }
}

static void
test_blob (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogSerializedBlob) blob
      = pyrog_serialized_blob_new (g_variant_new_string ("topic"), fixture->bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = pyrog_proxy_call_blob_sync (fixture->proxy, "give_blob_back", blob,
                                                            "ay", NULL, NULL, &error);

  check_result (fixture, result, error);
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (SIZE, 't');
  g_autofree char *back = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_proxy_invoke_sync (fixture->proxy, "give_text_back", NULL, &error, "s", text, "s", &back);
  g_assert_no_error (error);
  g_assert_true (strcmp (back, text) == 0);
}

/* ---- A daemon that does not read ---- */

static void
wait_for_release (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  GMutex *released = user_data;

  g_mutex_lock (released);
  g_mutex_unlock (released);
  pyrog_invocation_return_none (invocation);
}

static void
lost_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) value
      = pyrog_proxy_call_finish (PYROG_PROXY (object), result, (GError **) user_data);
}

/* A call that is given up when it was sent in part leaves nothing that points to its arguments */
static void
test_given_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PyrogCallOptions) options = pyrog_call_options_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) lost = NULL;
  GMutex released;

  g_mutex_init (&released);
  g_mutex_lock (&released);
  pyrog_servant_add_handler (fixture->access->servant, "wait", NULL, NULL, wait_for_release,
                             &released, NULL);
  pyrog_proxy_call (fixture->proxy, "wait", NULL, NULL, NULL, lost_cb, &lost);
  pyrog_call_options_set_timeout (options, 0.05);
  GVariant *bytes = make_bytes (SIZE);
  g_assert_null (pyrog_proxy_call_full_sync (fixture->proxy, "give_back",
                                             g_variant_new_tuple (&bytes, 1), NULL, NULL, options,
                                             NULL, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TIMEOUT);
  g_variant_unref (bytes);
  while (lost == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (lost, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
  g_mutex_unlock (&released);
  check_call (fixture, "give_back", "ay");
  g_mutex_clear (&released);
}

static const Case cases[] = {
  { "multiplex", FALSE, PYROG_SERIALIZER_MSGPACK, NULL },
  { "multiplex", FALSE, PYROG_SERIALIZER_MARSHAL, NULL },
  { "multiplex", FALSE, PYROG_SERIALIZER_SERPENT, NULL },
  { "multiplex", FALSE, PYROG_SERIALIZER_MSGPACK, "compression" },
  { "multiplex", FALSE, PYROG_SERIALIZER_MSGPACK, "logwire" },
  { "multiplex", TRUE, PYROG_SERIALIZER_MSGPACK, NULL },
  { "thread", FALSE, PYROG_SERIALIZER_MSGPACK, NULL },
  { "thread", TRUE, PYROG_SERIALIZER_MARSHAL, NULL },
};

static void
add_case (const Case *wanted)
{
  g_autofree char *base = g_strdup_printf (
      "/large-bytes/%s%s/%s%s", wanted->threading, wanted->tls ? "-tls" : "",
      pyrog_codec_get (wanted->serializer)->name, wanted->item != NULL ? wanted->item : "");
  g_autofree char *calls = g_strconcat (base, "/calls", NULL);
  g_autofree char *batch = g_strconcat (base, "/batch", NULL);
  g_autofree char *blob = g_strconcat (base, "/blob", NULL);
  g_autofree char *text = g_strconcat (base, "/text", NULL);

  g_test_add (calls, Fixture, wanted, set_up, test_calls, tear_down);
  g_test_add (batch, Fixture, wanted, set_up, test_batch, tear_down);
  g_test_add (blob, Fixture, wanted, set_up, test_blob, tear_down);
  g_test_add (text, Fixture, wanted, set_up, test_text, tear_down);
}

int
main (int argc, char **argv)
{
  const PyrogSerializer serializers[] = { PYROG_SERIALIZER_MSGPACK, PYROG_SERIALIZER_MARSHAL };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (serializers); i++)
    {
      gconstpointer serializer = GUINT_TO_POINTER (serializers[i]);
      const char *name = pyrog_codec_get (serializers[i])->name;
      g_autofree char *way = g_strconcat ("/large-bytes/way/", name, NULL);
      g_autofree char *result = g_strconcat ("/large-bytes/result/", name, NULL);
      g_autofree char *compressed = g_strconcat ("/large-bytes/compressed/", name, NULL);
      g_test_add_data_func (way, serializer, test_way);
      g_test_add_data_func (result, serializer, test_result);
      g_test_add_data_func (compressed, serializer, test_compressed);
    }
  g_test_add_func ("/large-bytes/large-name", test_large_name);
  g_test_add_func ("/large-bytes/too-long", test_too_long);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    add_case (&cases[i]);
  g_test_add ("/large-bytes/given-up", Fixture, &cases[0], set_up, test_given_up, tear_down);
  return g_test_run ();
}
