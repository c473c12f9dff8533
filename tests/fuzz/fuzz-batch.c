/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "fuzz-codec.h"
#include "server.h"

/* Batches. The first byte is the serializer. By the second the rest is the payload of a batch, as a
 * peer may send it, or records of calls, which then are made in a batch and one by one: both have
 * to say the same. */

#define RECORD_SIZE 3u /* method, size of the arguments, size of the keyword arguments */
#define MAX_CALLS 100u

enum
{
  COMPOSED = 1 << 0,
  ONEWAY = 1 << 1,
};

static const char *const methods[] = { "add",  "echo",   "fail",   "hold",        "later", "read",
                                       "echo", "repeat", "forget", "__getattr__", "_none", "none" };

static guint16
flags_of (guint8 byte)
{
  return PYROG_FLAG_BATCH | ((byte & ONEWAY) != 0 ? PYROG_FLAG_ONEWAY : 0);
}

/* ---- As it comes ---- */

static void
serve_payload (const PyrogCodec *codec, guint16 flags, const guint8 *data, gsize size)
{
  PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                         .serializer = (guint8) codec->serializer,
                         .flags = flags,
                         .data_size = (guint32) size };
  FuzzServer server;

  fuzz_server_start (&server);
  fuzz_server_shake_hands (&server, codec);
  g_assert (fuzz_server_serve (&server, &header, data));
  fuzz_server_stop (&server);
}

/* ---- Composed ---- */

/* The bytes as a value of that kind, or as the only item of one */
static PyrogValue
read_value (
    const PyrogCodec *codec, PyrogArena *arena, PyrogKind kind, const guint8 *data, gsize size)
{
  PyrogValue value;

  if (codec->decode (arena, data, size, &value, NULL)
      && (value.kind == kind || (kind == PYROG_KIND_TUPLE && value.kind == PYROG_KIND_LIST)))
    return value;
  return (PyrogValue){ .kind = (guint8) kind };
}

/* Appends calls: (element-type PyrogCallParts) */
static void
read_calls (
    const PyrogCodec *codec, PyrogArena *arena, const guint8 *data, gsize size, GArray *calls)
{
  while (size >= RECORD_SIZE && calls->len < MAX_CALLS)
    {
      PyrogCallParts call
          = { .object = pyrog_value_text ("o"),
              .method = pyrog_value_text (methods[data[0] % G_N_ELEMENTS (methods)]) };
      gsize args_size = MIN (data[1], size - RECORD_SIZE);
      gsize kwargs_size = MIN (data[2], size - RECORD_SIZE - args_size);
      data += RECORD_SIZE;
      call.args = read_value (codec, arena, PYROG_KIND_TUPLE, data, args_size);
      call.kwargs = read_value (codec, arena, PYROG_KIND_DICT, data + args_size, kwargs_size);
      if (!pyrog_codec_is_kwargs (&call.kwargs))
        call.kwargs = (PyrogValue){ .kind = PYROG_KIND_DICT };
      g_array_append_val (calls, call);
      data += args_size + kwargs_size;
      size -= RECORD_SIZE + args_size + kwargs_size;
    }
}

static PyrogCallParts
make_batch (PyrogArena *arena, GArray *calls)
{
  PyrogValue *items = pyrog_arena_alloc (arena, calls->len * sizeof *items, NULL);

  for (guint i = 0; i < calls->len; i++)
    {
      const PyrogCallParts *call = &g_array_index (calls, PyrogCallParts, i);
      PyrogValue *parts = pyrog_arena_alloc (arena, 3 * sizeof *parts, NULL);
      parts[0] = call->method;
      parts[1] = call->args;
      parts[2] = call->kwargs;
      items[i] = (PyrogValue){ .kind = PYROG_KIND_TUPLE, .size = 3, .items = parts };
    }
  return (PyrogCallParts){
    .object = pyrog_value_text ("o"),
    .method = pyrog_value_text ("<batch>"),
    .args = { .kind = PYROG_KIND_LIST, .size = calls->len, .items = items },
    .kwargs = pyrog_value_none (),
  };
}

/* As a call of its own it has the result that it had in the batch; FALSE: that was an exception */
static gboolean
check_call (FuzzServer *server,
            const PyrogCodec *codec,
            const PyrogCallParts *call,
            const PyrogValue *in_batch)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue result;

  if (!fuzz_server_call (server, codec, 0, call))
    g_error ("A call of a batch can't be written alone");
  if (!fuzz_server_get_result (server, arena, &result))
    return FALSE;
  if (!fuzz_same (&result, in_batch))
    g_error ("A call has another result in a batch");
  return TRUE;
}

/* There are as many results as calls, or up to the first exception */
static void
check_results (FuzzServer *server, const PyrogCodec *codec, GArray *calls)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  PyrogValue results;
  gboolean good = TRUE;

  if (!fuzz_server_get_result (server, arena, &results))
    return;
  /* The results point into it */
  g_autoptr (GBytes) reply = g_bytes_ref (server->reply);
  g_assert (results.kind == PYROG_KIND_LIST && results.size <= calls->len);
  for (guint i = 0; i < results.size; i++)
    {
      g_assert (good);
      good = check_call (server, codec, &g_array_index (calls, PyrogCallParts, i),
                         &results.items[i]);
    }
  g_assert (results.size == calls->len || !good);
}

static void
serve_calls (const PyrogCodec *codec, guint16 flags, const guint8 *data, gsize size)
{
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  g_autoptr (GArray) calls = g_array_new (FALSE, FALSE, sizeof (PyrogCallParts));
  FuzzServer server;

  read_calls (codec, arena, data, size, calls);
  const PyrogCallParts batch = make_batch (arena, calls);
  fuzz_server_start (&server);
  fuzz_server_shake_hands (&server, codec);
  if (fuzz_server_call (&server, codec, flags, &batch) && server.reply != NULL)
    check_results (&server, codec, calls);
  fuzz_server_stop (&server);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const PyrogCodec *codec = size >= 2 ? pyrog_codec_get (data[0]) : NULL;

  if (codec == NULL)
    return 0;
  if ((data[1] & COMPOSED) != 0)
    serve_calls (codec, flags_of (data[1]), data + 2, size - 2);
  else
    serve_payload (codec, flags_of (data[1]), data + 2, size - 2);
  return 0;
}
