/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-buffer.h"

#include <string.h>

#include "codec-check.h"

static void
assert_holds (const PyrogBuffer *buffer, const char *text)
{
  codec_check_bytes (buffer->data, buffer->size, text, strlen (text));
}

/* Bytes stand in the order in which they were appended, however they came */
static void
test_append (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, G_MAXSIZE);
  pyrog_buffer_append (&buffer, NULL, 0);
  g_assert_null (buffer.data);
  pyrog_buffer_append_text (&buffer, "ab");
  pyrog_buffer_append_text (&buffer, "");
  pyrog_buffer_append_byte (&buffer, 'c');
  pyrog_buffer_append (&buffer, "def", 2);
  guint8 *room = pyrog_buffer_reserve (&buffer, PYROG_BUFFER_RESERVE_MAX);
  memcpy (room, "fgh", 3);
  pyrog_buffer_commit (&buffer, 2);
  pyrog_buffer_reserve (&buffer, 9);
  pyrog_buffer_commit (&buffer, 0);
  assert_holds (&buffer, "abcdefg");
  g_assert_false (buffer.overflow);
  pyrog_buffer_clear (&buffer);
}

/* What is there survives that the memory moves, at each size around a power of two */
static void
test_growth (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, G_MAXSIZE);
  for (guint i = 0; i < 10000; i++)
    {
      pyrog_buffer_append_byte (&buffer, (guint8) (i % 251));
      g_assert_cmpuint (buffer.size, ==, i + 1);
      g_assert_cmpuint (buffer.size, <=, buffer.capacity);
    }
  for (guint i = 0; i < 10000; i++)
    g_assert_cmpuint (buffer.data[i], ==, i % 251);
  g_assert_cmpuint (buffer.capacity, <, 2 * 10000);

  g_assert_true (pyrog_buffer_grow (&buffer, 50000));
  g_assert_cmpuint (buffer.capacity, >=, 60000);
  g_assert_cmpuint (buffer.size, ==, 10000);
  const guint8 *data = buffer.data;
  g_assert_true (pyrog_buffer_grow (&buffer, 50000));
  g_assert_true (buffer.data == data);
  pyrog_buffer_clear (&buffer);
}

static const struct
{
  gsize limit;
  gsize first;
  gsize second;
  gsize size; /* afterwards */
  gboolean overflow;
} limits[] = {
  { 0, 0, 0, 0, FALSE },         { 0, 1, 0, 0, TRUE },         { 10, 10, 0, 10, FALSE },
  { 10, 10, 1, 10, TRUE },       { 10, 4, 6, 10, FALSE },      { 10, 4, 7, 4, TRUE },
  { 10, 11, 1, 0, TRUE },        { 300, 256, 44, 300, FALSE }, { 300, 256, 45, 256, TRUE },
  { 1000, 999, 1, 1000, FALSE }, { 1000, 1, 1000, 1, TRUE },
};

/* The limit is met exactly; what is above it is dropped as a whole, and all that follows too */
static void
test_limits (void)
{
  g_autofree guint8 *bytes = g_malloc0 (1000);

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      PyrogBuffer buffer;

      g_test_message ("row %u", i);
      pyrog_buffer_init (&buffer, limits[i].limit);
      pyrog_buffer_append (&buffer, bytes, limits[i].first);
      pyrog_buffer_append (&buffer, bytes, limits[i].second);
      g_assert_cmpuint (buffer.size, ==, limits[i].size);
      g_assert_cmpint (buffer.overflow, ==, limits[i].overflow);
      pyrog_buffer_clear (&buffer);
    }
}

/* A writer that does not look may write on after the overflow, and changes nothing */
static void
test_overflow (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, 6);
  pyrog_buffer_append_text (&buffer, "abcd");
  guint8 *room = pyrog_buffer_reserve (&buffer, 3);
  g_assert_nonnull (room);
  g_assert_true (buffer.overflow);
  memset (room, 'x', 3);
  pyrog_buffer_commit (&buffer, 3);
  memset (pyrog_buffer_reserve (&buffer, PYROG_BUFFER_RESERVE_MAX), 'y', PYROG_BUFFER_RESERVE_MAX);
  pyrog_buffer_commit (&buffer, PYROG_BUFFER_RESERVE_MAX);
  pyrog_buffer_append_byte (&buffer, 'z'); /* would fit, but is not next */
  g_assert_false (pyrog_buffer_grow (&buffer, 0));
  assert_holds (&buffer, "abcd");
  pyrog_buffer_clear (&buffer);
}

/* A reservation may end exactly at the limit although the memory goes on behind it */
static void
test_reserve_at_limit (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, 8);
  pyrog_buffer_append_text (&buffer, "abcd");
  memcpy (pyrog_buffer_reserve (&buffer, 4), "efgh", 4);
  pyrog_buffer_commit (&buffer, 4);
  g_assert_false (buffer.overflow);
  pyrog_buffer_reserve (&buffer, 0);
  g_assert_false (buffer.overflow);
  pyrog_buffer_reserve (&buffer, 1);
  g_assert_true (buffer.overflow);
  assert_holds (&buffer, "abcdefgh");
  pyrog_buffer_clear (&buffer);
}

/* After a reset the buffer is as new, with its limit, and has kept little memory only */
static void
test_reset (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, 300);
  pyrog_buffer_append_text (&buffer, "abcd");
  g_assert_false (pyrog_buffer_grow (&buffer, 300));
  const guint8 *data = buffer.data;
  gsize capacity = buffer.capacity;
  pyrog_buffer_reset (&buffer, capacity);
  g_assert_true (buffer.data == data);
  g_assert_cmpuint (buffer.size, ==, 0);
  g_assert_false (buffer.overflow);
  pyrog_buffer_append_text (&buffer, "ef");
  assert_holds (&buffer, "ef");

  pyrog_buffer_reset (&buffer, capacity - 1);
  g_assert_null (buffer.data);
  g_assert_cmpuint (buffer.capacity, ==, 0);
  g_assert_cmpuint (buffer.limit, ==, 300);
  pyrog_buffer_clear (&buffer);
}

/* The bytes go out without a copy, and the buffer may be used again */
static void
test_steal (void)
{
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, 100);
  g_autoptr (GBytes) nothing = pyrog_buffer_steal_bytes (&buffer);
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
  pyrog_buffer_append_text (&buffer, "abcd");
  const guint8 *data = buffer.data;
  g_autoptr (GBytes) bytes = pyrog_buffer_steal_bytes (&buffer);
  g_assert_true (g_bytes_get_data (bytes, NULL) == data);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 4);
  g_assert_cmpuint (buffer.size, ==, 0);
  pyrog_buffer_append_text (&buffer, "x");
  assert_holds (&buffer, "x");
  pyrog_buffer_clear (&buffer);
}

/* ---- Pieces ---- */

#define N_PIECES 4u
#define N_BOUNDARIES 400u

/* A buffer with pieces, and the same bytes in one run */
typedef struct
{
  PyrogBuffer buffer;
  gsize start;                    /* what was sent is gone */
  GByteArray *bytes;              /* (owned) */
  gsize boundaries[N_BOUNDARIES]; /* in bytes: where messages begin, and the end */
  guint n_boundaries;             /* at least one */
  guint owners;                   /* that live */
  guint8 *pieces[N_PIECES];       /* (owned) */
  GRand *random;                  /* (owned) */
} Model;

static void
drop_owner (gpointer data)
{
  ((Model *) data)->owners--;
}

static gsize
piece_size (guint i)
{
  return PYROG_PIECE_MIN + i * 7;
}

static void
assert_same (Model *model)
{
  const gsize most = 2 * N_BOUNDARIES * 8;
  g_autofree struct iovec *vectors = g_new (struct iovec, most);
  guint count = pyrog_buffer_get_vectors (&model->buffer, model->start, vectors, (guint) most);
  gsize offset = 0;

  for (guint i = 0; i < count; i++)
    {
      g_assert_cmpuint (vectors[i].iov_len, >, 0);
      g_assert_cmpuint (offset + vectors[i].iov_len, <=, model->bytes->len);
      g_assert_true (memcmp (vectors[i].iov_base, model->bytes->data + offset, vectors[i].iov_len)
                     == 0);
      offset += vectors[i].iov_len;
    }
  g_assert_cmpuint (offset, ==, model->bytes->len);
  g_assert_cmpuint (pyrog_buffer_get_total (&model->buffer, model->start), ==, offset);
}

/* Small bytes first, as every message has them */
static void
append_message (Model *model)
{
  guint parts = (guint) g_rand_int_range (model->random, 1, 4);
  g_autoptr (GBytes) owner = g_bytes_new_with_free_func (NULL, 0, drop_owner, model);

  model->owners++;
  pyrog_buffer_borrow (&model->buffer);
  for (guint i = 0; i < parts; i++)
    {
      guint number = (guint) g_rand_int_range (model->random, 0, N_PIECES);
      const guint8 *piece = model->pieces[number];
      gsize small = (gsize) g_rand_int_range (model->random, i == 0 ? 1 : 0, 300);
      pyrog_buffer_append_large (&model->buffer, piece + 5, small);
      g_byte_array_append (model->bytes, piece + 5, (guint) small);
      if (!g_rand_boolean (model->random))
        continue;
      pyrog_buffer_append_large (&model->buffer, piece, piece_size (number));
      g_byte_array_append (model->bytes, piece, (guint) piece_size (number));
    }
  if (pyrog_buffer_stop_borrowing (&model->buffer))
    pyrog_buffer_set_owner (&model->buffer, owner);
  model->boundaries[model->n_boundaries++] = model->bytes->len;
}

static PyrogBufferPlace
find_boundary (Model *model, guint i)
{
  return pyrog_buffer_find (&model->buffer, model->start, model->boundaries[i]);
}

static void
remove_message (Model *model)
{
  guint i = (guint) g_rand_int_range (model->random, 0, (int) model->n_boundaries - 1);
  gsize begin = model->boundaries[i];
  gsize size = model->boundaries[i + 1] - begin;

  pyrog_buffer_remove (&model->buffer, find_boundary (model, i), find_boundary (model, i + 1));
  g_byte_array_remove_range (model->bytes, (guint) begin, (guint) size);
  for (guint k = i + 1; k + 1 < model->n_boundaries; k++)
    model->boundaries[k] = model->boundaries[k + 1] - size;
  model->n_boundaries--;
}

/* A copy of one message has its bytes; if pieces are shared, it has as many as that */
static void
copy_message (Model *model)
{
  guint i = (guint) g_rand_int_range (model->random, 0, (int) model->n_boundaries - 1);
  gboolean share = g_rand_boolean (model->random);
  const PyrogBufferPlace begin = find_boundary (model, i), end = find_boundary (model, i + 1);
  PyrogBuffer copy;

  pyrog_buffer_init (&copy, G_MAXSIZE);
  pyrog_buffer_append_part (&copy, &model->buffer, begin, end, share);
  g_assert_cmpuint (pyrog_buffer_get_total (&copy, 0), ==,
                    model->boundaries[i + 1] - model->boundaries[i]);
  g_assert_cmpuint (pyrog_buffer_get_end (&copy).piece, ==, share ? end.piece - begin.piece : 0);
  if (!share)
    g_assert_true (memcmp (copy.data, model->bytes->data + model->boundaries[i], copy.size) == 0);
  pyrog_buffer_clear (&copy);
}

/* What is behind the last message goes, as when it could not be written */
static void
append_and_truncate (Model *model)
{
  const PyrogBufferPlace end = pyrog_buffer_get_end (&model->buffer);
  gsize size = model->bytes->len;

  append_message (model);
  pyrog_buffer_truncate (&model->buffer, end);
  g_byte_array_set_size (model->bytes, (guint) size);
  model->n_boundaries--;
}

static void
send_some (Model *model)
{
  gsize size
      = (gsize) g_rand_int_range (model->random, 0, (int) MIN (model->bytes->len, 200000) + 1);
  guint gone = 0;

  pyrog_buffer_advance (&model->buffer, &model->start, size);
  if (size > 0)
    g_byte_array_remove_range (model->bytes, 0, (guint) size);
  while (model->boundaries[gone] < size)
    gone++;
  for (guint i = gone; i < model->n_boundaries; i++)
    model->boundaries[i - gone] = model->boundaries[i] - size;
  model->n_boundaries -= gone;
}

static void
model_init (Model *model, guint32 seed)
{
  *model = (Model){ .bytes = g_byte_array_new (),
                    .random = g_rand_new_with_seed (seed),
                    .n_boundaries = 1 };
  pyrog_buffer_init (&model->buffer, G_MAXSIZE);
  for (guint i = 0; i < N_PIECES; i++)
    {
      model->pieces[i] = g_malloc (piece_size (i));
      for (gsize k = 0; k < piece_size (i); k++)
        model->pieces[i][k] = (guint8) (k * 31 + k / 256 + i);
    }
}

static void
model_clear (Model *model)
{
  pyrog_buffer_clear (&model->buffer);
  g_assert_cmpuint (model->owners, ==, 0);
  g_byte_array_unref (model->bytes);
  g_rand_free (model->random);
  for (guint i = 0; i < N_PIECES; i++)
    g_free (model->pieces[i]);
}

/* Whatever is done to a buffer with pieces, its bytes are those of one without */
static void
test_pieces (void)
{
  for (guint32 seed = 0; seed < 20; seed++)
    {
      Model model;
      model_init (&model, seed);
      for (guint step = 0; step < 150; step++)
        {
          gboolean room = model.n_boundaries < N_BOUNDARIES - 1;
          switch (g_rand_int_range (model.random, 0, 6))
            {
            case 0:
              send_some (&model);
              break;
            case 1:
              if (model.n_boundaries > 1)
                remove_message (&model);
              break;
            case 2:
              if (model.n_boundaries > 1)
                copy_message (&model);
              break;
            case 3:
              if (room)
                append_and_truncate (&model);
              break;
            default:
              if (room)
                append_message (&model);
            }
          assert_same (&model);
        }
      model_clear (&model);
    }
}

/* What is small, or in a buffer that does not borrow, is copied */
static void
test_no_pieces (void)
{
  g_autofree guint8 *data = g_malloc0 (PYROG_PIECE_MIN);
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, G_MAXSIZE);
  pyrog_buffer_append_large (&buffer, data, PYROG_PIECE_MIN);
  pyrog_buffer_borrow (&buffer);
  pyrog_buffer_append_large (&buffer, data, PYROG_PIECE_MIN - 1);
  g_assert_false (pyrog_buffer_stop_borrowing (&buffer));
  g_assert_null (buffer.pieces);
  g_assert_cmpuint (buffer.size, ==, 2 * PYROG_PIECE_MIN - 1);
  pyrog_buffer_clear (&buffer);
}

/* Vectors end where there is no room for more */
static void
test_few_vectors (void)
{
  g_autofree guint8 *data = g_malloc0 (PYROG_PIECE_MIN);
  g_autoptr (GBytes) owner = g_bytes_new_static (NULL, 0);
  struct iovec vectors[3];
  PyrogBuffer buffer;

  pyrog_buffer_init (&buffer, G_MAXSIZE);
  pyrog_buffer_borrow (&buffer);
  for (guint i = 0; i < 3; i++)
    {
      pyrog_buffer_append_byte (&buffer, 'a');
      pyrog_buffer_append_large (&buffer, data, PYROG_PIECE_MIN);
    }
  g_assert_true (pyrog_buffer_stop_borrowing (&buffer));
  pyrog_buffer_set_owner (&buffer, owner);
  g_assert_cmpuint (pyrog_buffer_get_vectors (&buffer, 0, vectors, 3), ==, 3);
  g_assert_true (vectors[1].iov_base == data);
  g_assert_cmpuint (vectors[2].iov_len, ==, 1);
  g_assert_cmpuint (pyrog_buffer_get_vectors (&buffer, 1, vectors, 3), ==, 3);
  g_assert_true (vectors[0].iov_base == data);
  pyrog_buffer_clear (&buffer);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffer/append", test_append);
  g_test_add_func ("/buffer/growth", test_growth);
  g_test_add_func ("/buffer/limits", test_limits);
  g_test_add_func ("/buffer/overflow", test_overflow);
  g_test_add_func ("/buffer/reserve-at-limit", test_reserve_at_limit);
  g_test_add_func ("/buffer/reset", test_reset);
  g_test_add_func ("/buffer/steal", test_steal);
  g_test_add_func ("/buffer/pieces", test_pieces);
  g_test_add_func ("/buffer/pieces/none", test_no_pieces);
  g_test_add_func ("/buffer/pieces/few-vectors", test_few_vectors);
  return g_test_run ();
}
