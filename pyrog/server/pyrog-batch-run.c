/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-batch-run.h"

#include <glib/gi18n-lib.h>

#include "pyrog-authorization.h"
#include "pyrog-error.h"
#include "pyrog-servant-private.h"

/* A batch has one invocation, whose answer is the list of results, and one for each of its calls,
 * which lasts as long as that call. As in Pyro5 an exception of a method is the last of the
 * results, while a call that may not be made, and a result that can't be sent, fail the batch. */

#define CALLS_A_TURN 64

typedef enum
{
  STATE_CALLING,  /* the method has not come back */
  STATE_ANSWERED, /* ... but it, or somebody, has answered */
  STATE_LATER,    /* the method came back without an answer */
} State;

struct _PyrogBatchRun
{
  gatomicrefcount refs;   /* the peer's, and one for a call that is not answered */
  PyrogPeer *peer;        /* (owned) */
  PyrogInvocation *whole; /* (owned) */
  PyrogServant *servant;  /* (owned) */
  gsize max_size;         /* of a reply */
  gboolean dropped;
  gsize size;              /* what the results take at least */
  guint32 n_results;       /* how many calls were carried out */
  PyrogValue *results;     /* in the invocation's arena, as many as there are calls */
  PyrogInvocation *member; /* (owned) (nullable) a call that was answered */
  PyrogInvocation *spare;  /* (owned) (nullable) blank, for the next call */
  int state;               /* (atomic) State of the last call */
};

static PyrogBatchRun *
ref_run (PyrogBatchRun *run)
{
  g_atomic_ref_count_inc (&run->refs);
  return run;
}

static void
unref_run (PyrogBatchRun *run)
{
  if (!g_atomic_ref_count_dec (&run->refs))
    return;
  g_clear_object (&run->member);
  g_clear_object (&run->spare);
  g_object_unref (run->whole);
  g_object_unref (run->servant);
  pyrog_peer_unref (run->peer);
  g_free (run);
}

static gboolean
is_call (const PyrogValue *value)
{
  if ((value->kind != PYROG_KIND_TUPLE && value->kind != PYROG_KIND_LIST) || value->size != 3)
    return FALSE;
  const PyrogValue *args = &value->items[1];
  return (args->kind == PYROG_KIND_TUPLE || args->kind == PYROG_KIND_LIST)
         && pyrog_codec_is_kwargs (&value->items[2]);
}

static gboolean
check_calls (const PyrogValue *calls, guint max_calls, GError **error)
{
  if (calls->size > max_calls)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("A batch of %u calls is above the limit of %u (MAX_BATCH)"), calls->size,
                   max_calls);
      return FALSE;
    }
  for (guint32 i = 0; i < calls->size; i++)
    {
      if (is_call (&calls->items[i]))
        continue;
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE,
                   _ ("Call number %u of a batch is not a name, arguments and keyword arguments"),
                   i);
      return FALSE;
    }
  return TRUE;
}

gboolean
pyrog_batch_run_begin (PyrogPeer *peer,
                       PyrogInvocation *invocation,
                       PyrogServant *servant,
                       guint max_calls,
                       gsize max_reply_size,
                       GError **error)
{
  const PyrogValue *calls = pyrog_invocation_get_arg_values (invocation);
  PyrogArena *arena = pyrog_invocation_get_arena (invocation);

  if (!check_calls (calls, max_calls, error))
    return FALSE;
  /* The budget was for the request */
  pyrog_arena_set_budget (arena, 0, 0);
  PyrogValue *results = pyrog_arena_alloc (arena, calls->size * sizeof (PyrogValue), error);
  if (results == NULL)
    return FALSE;
  PyrogBatchRun *run = g_new0 (PyrogBatchRun, 1);
  g_atomic_ref_count_init (&run->refs);
  run->peer = pyrog_peer_ref (peer);
  run->whole = pyrog_invocation_hold (invocation);
  run->servant = g_object_ref (servant);
  run->max_size = max_reply_size;
  run->results = results;
  peer->batch = run;
  return TRUE;
}

void
pyrog_batch_run_drop (PyrogPeer *peer)
{
  PyrogBatchRun *run = g_steal_pointer (&peer->batch);

  if (run == NULL)
    return;
  run->dropped = TRUE;
  unref_run (run);
}

/* ---- Results ---- */

/* The peer has no batch any more, unless it was somebody else's end that made this one end */
static PyrogBatchProgress
finish (PyrogBatchRun *run)
{
  pyrog_batch_run_drop (run->peer);
  return PYROG_BATCH_DONE;
}

static PyrogBatchProgress
fail (PyrogBatchRun *run, const GError *error)
{
  pyrog_invocation_return_gerror (run->whole, error);
  return finish (run);
}

static PyrogBatchProgress
succeed (PyrogBatchRun *run)
{
  const PyrogValue list
      = { .kind = PYROG_KIND_LIST, .size = run->n_results, .items = run->results };

  pyrog_invocation_return_arena_value (run->whole, &list);
  return finish (run);
}

/* The fewest bytes that a value takes in any format. Its depth is what builders allow. */
static gsize
least_size (const PyrogValue *value)
{
  gsize size = 1;

  if (value->kind == PYROG_KIND_STR || value->kind == PYROG_KIND_RAW_STR
      || value->kind == PYROG_KIND_BYTES)
    return size + value->size;
  for (gsize i = 0; pyrog_value_is_container (value) && i < pyrog_value_n_items (value); i++)
    size += least_size (&value->items[i]);
  return size;
}

/* FALSE: the batch can't go on, because of the call's answer or of an error */
static gboolean
take_result (PyrogBatchRun *run, GError **error)
{
  g_autoptr (PyrogInvocation) member = g_steal_pointer (&run->member);
  PyrogValue *value = &run->results[run->n_results];

  if (!pyrog_invocation_take_member_answer (run->whole, member, value, error))
    return FALSE;
  run->n_results++;
  run->size += least_size (value);
  if (run->size > run->max_size)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("The results of a batch are above the limit of %zu bytes (MAX_MESSAGE_SIZE)"),
                   run->max_size);
      return FALSE;
    }
  if (member->answer != PYROG_ANSWER_ERROR)
    {
      if (pyrog_invocation_reset (member))
        run->spare = g_steal_pointer (&member);
      return TRUE;
    }
  if (run->peer->failed != NULL)
    run->peer->failed (run->peer, member);
  return FALSE;
}

/* ---- Calls ---- */

static void
answered_cb (PyrogInvocation *invocation, gpointer user_data)
{
  PyrogBatchRun *run = user_data;

  run->member = g_object_ref (invocation);
  if (!g_atomic_int_compare_and_exchange (&run->state, STATE_CALLING, STATE_ANSWERED))
    run->peer->reply_later (run->peer, NULL);
  unref_run (run);
}

/* TRUE: it was answered */
static gboolean
call_next (PyrogBatchRun *run, PyrogMember *method)
{
  const PyrogValue *call = &pyrog_invocation_get_arg_values (run->whole)->items[run->n_results];
  g_autoptr (PyrogInvocation) member
      = pyrog_invocation_new_member (run->whole, call, g_steal_pointer (&run->spare));

  run->state = STATE_CALLING;
  pyrog_invocation_set_answered_func (member, answered_cb, ref_run (run));
  if (pyrog_authorization_is_needed (run->peer, run->servant, member))
    pyrog_authorize_invocation (run->peer, run->servant, member, NULL, NULL);
  else
    pyrog_servant_call_method (run->servant, method, member);
  return !g_atomic_int_compare_and_exchange (&run->state, STATE_CALLING, STATE_LATER);
}

static PyrogBatchProgress
go_on (PyrogBatchRun *run)
{
  const PyrogValue *calls = pyrog_invocation_get_arg_values (run->whole);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < CALLS_A_TURN; i++)
    {
      if (run->member != NULL && !take_result (run, &error))
        return error != NULL ? fail (run, error) : succeed (run);
      if (run->n_results == calls->size)
        return succeed (run);
      g_autoptr (PyrogMember) method = pyrog_servant_find_method (
          run->servant, &calls->items[run->n_results].items[0], &error);
      if (method == NULL)
        return fail (run, error);
      if (!call_next (run, method))
        return PYROG_BATCH_WAITING;
      /* By the method: the connection is gone */
      if (run->dropped)
        return PYROG_BATCH_WAITING;
    }
  return PYROG_BATCH_MORE;
}

PyrogBatchProgress
pyrog_batch_run_go_on (PyrogPeer *peer)
{
  PyrogBatchRun *run = ref_run (peer->batch);
  PyrogBatchProgress progress = go_on (run);

  unref_run (run);
  return progress;
}
