/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: soak-client URI SERIALIZER SEED
 *
 * A client of pyrog-test-target for tests/bench/soak: three threads and a main loop share a proxy
 * and call what chance tells them, give calls up, and drop the connection. Until SIGTERM, after
 * which it prints how many calls were answered; with exit code 1 if one of them was answered wrong.
 */

#include <glib-unix.h>
#include <pyrog.h>
#include <string.h>

#define THREADS 3
#define MAX_TIMEOUT 10.0 /* seconds */

typedef struct
{
  PyrogProxy *proxy; /* (owned) */
  guint32 seed;
  GMainLoop *loop; /* (owned) */
  int stopping;    /* (atomic) */
  int answered;    /* (atomic) calls */
} Soak;

/* What goes wrong when somebody drops the connection, or gives up */
static gboolean
is_expected (const GError *error)
{
  return g_error_matches (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED)
         || g_error_matches (error, PYROG_ERROR, PYROG_ERROR_COMMUNICATION)
         || g_error_matches (error, PYROG_ERROR, PYROG_ERROR_TIMEOUT)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
check (Soak *soak, gboolean right, const GError *error)
{
  if (right)
    g_atomic_int_inc (&soak->answered);
  else if (error == NULL || !is_expected (error))
    {
      g_printerr ("Wrong: %s\n", error != NULL ? error->message : "something else came back");
      exit (1);
    }
}

static GVariant *
random_value (GRand *random)
{
  gsize size = (gsize) g_rand_int_range (random, 0, g_rand_int_range (random, 1, 100000));

  if (g_rand_boolean (random))
    return g_variant_new_int64 (g_rand_int_range (random, G_MININT32, G_MAXINT32));
  return g_variant_new_take_string (g_strnfill (size, (char) g_rand_int_range (random, 'a', 'z')));
}

/* ---- Synchronous calls ---- */

static void
call_echo (Soak *soak, GRand *random)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = g_variant_ref_sink (random_value (random));
  g_autoptr (GVariant) back
      = pyrog_proxy_call_sync (soak->proxy, "echo", g_variant_new_tuple (&value, 1),
                               g_variant_get_type_string (value), NULL, &error);

  check (soak, back != NULL && g_variant_equal (back, value), error);
}

static void
call_fail (Soak *soak, GRand *random)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) none = pyrog_proxy_call_sync (
      soak->proxy, "fail", g_variant_new ("(s)", "as it should"), NULL, NULL, &error);

  check (soak, g_error_matches (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR), error);
}

static void
call_note (Soak *soak, GRand *random)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) none
      = pyrog_proxy_call_sync (soak->proxy, "note", g_variant_new ("(s)", "x"), NULL, NULL, &error);

  check (soak, none != NULL, error);
}

static void
call_batch (Soak *soak, GRand *random)
{
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (soak->proxy);
  g_autoptr (GError) error = NULL;
  int size = g_rand_int_range (random, 1, 100), right = 0;

  for (int i = 0; i < size; i++)
    pyrog_batch_add (batch, "echo", g_variant_new ("(i)", i));
  g_autoptr (PyrogBatchResults) results = pyrog_batch_submit_sync (batch, NULL, &error);
  for (int i = 0; i < size && results != NULL; i++)
    {
      g_autoptr (GVariant) back = pyrog_batch_results_next (results, "i", &error);
      right += back != NULL && g_variant_get_int32 (back) == i;
    }
  check (soak, right == size, error);
}

/* Sometimes not to its end */
static void
call_stream (Soak *soak, GRand *random)
{
  g_autoptr (GError) error = NULL;
  int size = g_rand_int_range (random, 0, 100), wanted = g_rand_int_range (random, 0, size + 1);
  g_autoptr (PyrogItemStream) stream
      = pyrog_proxy_stream_sync (soak->proxy, "stream", g_variant_new ("(i)", size), NULL, &error);
  int right = 0;

  for (int i = 0; i < wanted && stream != NULL && error == NULL; i++)
    {
      g_autoptr (GVariant) item = pyrog_item_stream_next_sync (stream, NULL, &error);
      right += item != NULL && g_variant_get_int64 (item) == i;
    }
  /* A stream ends with its connection, unless it lingers: which of them was in the way is unknown
   */
  if (error == NULL || is_expected (error))
    check (soak, stream != NULL && right == wanted, error);
  if (stream != NULL)
    pyrog_item_stream_close (stream);
}

static void
drop_connection (Soak *soak, GRand *random)
{
  pyrog_proxy_release (soak->proxy);
}

static gpointer
call_synchronously (gpointer data)
{
  static void (*const calls[]) (Soak * soak, GRand * random) = {
    call_echo, call_echo, call_echo, call_echo, call_fail, call_note, call_batch, call_stream,
  };
  Soak *soak = data;
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_atomic_int_add (&soak->seed, 1));

  while (!g_atomic_int_get (&soak->stopping))
    {
      if (g_rand_int_range (random, 0, 500) == 0)
        drop_connection (soak, random);
      else
        calls[g_rand_int_range (random, 0, G_N_ELEMENTS (calls))](soak, random);
    }
  return NULL;
}

/* ---- Asynchronous calls ---- */

typedef struct
{
  Soak *soak;
  GVariant *value; /* (owned) */
} Pending;

static void call_asynchronously (Soak *soak, GRand *random);

static void
echo_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Pending *pending = user_data;
  Soak *soak = pending->soak;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) back = pyrog_proxy_call_finish (PYROG_PROXY (object), result, &error);
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_atomic_int_get (&soak->answered));

  check (soak, back != NULL && g_variant_equal (back, pending->value), error);
  g_variant_unref (pending->value);
  g_free (pending);
  call_asynchronously (soak, random);
}

/* A part of them is given up at once */
static void
call_asynchronously (Soak *soak, GRand *random)
{
  Pending *pending = g_new (Pending, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  *pending = (Pending){ soak, g_variant_ref_sink (random_value (random)) };
  pyrog_proxy_call (soak->proxy, "echo", g_variant_new_tuple (&pending->value, 1),
                    g_variant_get_type_string (pending->value), cancellable, echo_cb, pending);
  if (g_rand_int_range (random, 0, 20) == 0)
    g_cancellable_cancel (cancellable);
}

static gboolean
stop_cb (gpointer user_data)
{
  g_main_loop_quit (((Soak *) user_data)->loop);
  return G_SOURCE_REMOVE;
}

static PyrogProxy *
make_proxy (const char *uri, const char *serializer, GError **error)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);
  GEnumValue *value = g_enum_get_value_by_nick (class, serializer);
  PyrogProxy *proxy = pyrog_proxy_new (uri, NULL, error);

  if (proxy == NULL)
    return NULL;
  if (value != NULL)
    pyrog_proxy_set_serializer (proxy, value->value);
  pyrog_proxy_set_timeout (proxy, MAX_TIMEOUT);
  return proxy;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  GThread *threads[THREADS];
  Soak soak = { 0 };

  if (argc != 4)
    {
      g_printerr ("Usage: %s URI SERIALIZER SEED\n", argv[0]);
      return 2;
    }
  soak.seed = (guint32) g_ascii_strtoull (argv[3], NULL, 10);
  soak.proxy = make_proxy (argv[1], argv[2], &error);
  if (soak.proxy == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  soak.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, stop_cb, &soak);
  g_autoptr (GRand) random = g_rand_new_with_seed (soak.seed);
  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("caller", call_synchronously, &soak);
  call_asynchronously (&soak, random);
  g_main_loop_run (soak.loop);
  g_atomic_int_set (&soak.stopping, TRUE);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  g_print ("%d\n", g_atomic_int_get (&soak.answered));
  return 0;
}
