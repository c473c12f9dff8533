/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "fake-call.h"
#include "pyrog-dispatcher.h"
#include "pyrog-error.h"

static const PyrogHeader plain = { .seq = 7 };

static PyrogInvocation *
call (void)
{
  return fake_call_new (&plain, "x", "('o','m',('first','second'),{'k':1})", NULL);
}

static void
assert_blank (PyrogInvocation *invocation)
{
  const guint8 *bytes = (const guint8 *) invocation;
  PyrogArena *arena = g_steal_pointer (&invocation->arena);

  g_assert_nonnull (arena);
  for (gsize i = sizeof invocation->parent_instance; i < sizeof *invocation; i++)
    g_assert_cmpuint (bytes[i], ==, 0);
  invocation->arena = arena;
}

/* Nothing of a call is left, whatever was asked of it and however it was answered */
static void
test_blank (void)
{
  g_autoptr (PyrogInvocation) invocation = call ();
  g_autoptr (GBytes) data = g_bytes_new_static ("secret", 6);
  g_autoptr (GError) error = g_error_new (PYROG_ERROR, PYROG_ERROR_FAILED, "secret");
  GObject *instance = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_add_weak_pointer (instance, (gpointer *) &instance);
  pyrog_invocation_take_instance (invocation, instance);
  g_assert_nonnull (pyrog_invocation_get_args (invocation, NULL));
  g_assert_nonnull (pyrog_invocation_get_kwargs (invocation, NULL));
  g_assert_cmpstr (pyrog_invocation_get_object_id (invocation), ==, "o");
  g_assert_cmpstr (pyrog_invocation_get_method_name (invocation), ==, "m");
  g_object_unref (pyrog_invocation_hold (invocation));
  pyrog_invocation_set_reply_annotation (invocation, "SECR", data);
  pyrog_invocation_return_gerror (invocation, error);
  g_assert_true (pyrog_invocation_reset (invocation));
  assert_blank (invocation);
  g_assert_null (instance);
}

/* What somebody else has stays what it is */
static void
test_known (void)
{
  g_autoptr (PyrogInvocation) kept = call ();
  g_autoptr (PyrogInvocation) other = g_object_ref (kept);
  g_autoptr (PyrogInvocation) watched = call ();
  g_autoptr (PyrogInvocation) referenced = call ();
  g_autoptr (PyrogInvocation) marked = call ();
  gpointer pointer = watched;
  GWeakRef weak;

  g_object_add_weak_pointer (G_OBJECT (watched), &pointer);
  g_weak_ref_init (&weak, referenced);
  g_object_set_data (G_OBJECT (marked), "mark", "x");
  PyrogInvocation *known[] = { kept, watched, referenced, marked };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_assert_false (pyrog_invocation_reset (known[i]));
      g_assert_cmpstr (pyrog_invocation_get_method_name (known[i]), ==, "m");
      pyrog_invocation_return_value (known[i], NULL);
    }
  g_clear_object (&watched);
  g_assert_null (pointer);
  g_clear_object (&referenced);
  g_assert_null (g_weak_ref_get (&weak));
  g_weak_ref_clear (&weak);
}

/* ---- In a dispatcher ---- */

typedef struct
{
  PyrogPeer peer; /* the first member */
  PyrogDispatcher *dispatcher;
  gpointer last;         /* (unowned) the invocation of the last call */
  gboolean keep;         /* the method takes a reference */
  PyrogInvocation *kept; /* (owned) (nullable) */
} Fixture;

static void
method (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  fixture->last = invocation;
  if (fixture->keep)
    fixture->kept = g_object_ref (invocation);
  pyrog_invocation_return_argument (invocation, 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const PyrogDispatcherOptions options = { .serializers = ~0u, .max_message_size = 1024 };
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  memset (fixture, 0, sizeof *fixture);
  g_atomic_ref_count_init (&fixture->peer.refs);
  fixture->peer.authenticated = TRUE;
  fixture->peer.instances = pyrog_instance_table_new ();
  fixture->dispatcher = pyrog_dispatcher_new (&options);
  pyrog_servant_add_handler (servant, "m", NULL, NULL, method, fixture, NULL);
  g_assert_true (
      pyrog_object_table_add (pyrog_dispatcher_get_objects (fixture->dispatcher), "o", servant));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  pyrog_instance_table_free (fixture->peer.instances);
  pyrog_dispatcher_unref (fixture->dispatcher);
  g_clear_object (&fixture->kept);
}

static void
assert_echo (Fixture *fixture, const char *payload, const char *result)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                               .serializer = PYROG_SERIALIZER_JSON,
                               .data_size = (guint32) strlen (payload) };
  PyrogBuffer out;

  pyrog_buffer_init (&out, G_MAXSIZE);
  g_assert_cmpint (pyrog_dispatcher_dispatch (fixture->dispatcher, &fixture->peer, &header,
                                              (const guint8 *) payload, NULL, &out),
                   ==, PYROG_DISPATCH_DONE);
  g_autofree char *text
      = g_strndup ((const char *) out.data + PYROG_HEADER_SIZE, out.size - PYROG_HEADER_SIZE);
  g_assert_cmpstr (text, ==, result);
  pyrog_buffer_clear (&out);
}

#define CALL(argument)                                                                             \
  "{\"object\": \"o\", \"method\": \"m\", \"params\": [" argument "], \"kwargs\": {}}"

/* One call's invocation becomes the next one's */
static void
test_used_again (Fixture *fixture, gconstpointer data)
{
  assert_echo (fixture, CALL ("\"first\""), "\"first\"");
  gpointer first = fixture->last;
  assert_echo (fixture, CALL ("2"), "2");
  g_assert_true (fixture->last == first);
}

/* A method that keeps its invocation has it for itself */
static void
test_kept (Fixture *fixture, gconstpointer data)
{
  fixture->keep = TRUE;
  assert_echo (fixture, CALL ("\"first\""), "\"first\"");
  fixture->keep = FALSE;
  assert_echo (fixture, CALL ("2"), "2");
  g_assert_true (fixture->last != fixture->kept);
  g_autofree char *args = g_variant_print (pyrog_invocation_get_args (fixture->kept, NULL), FALSE);
  g_assert_cmpstr (args, ==, "(<'first'>,)");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/invocation-reset/blank", test_blank);
  g_test_add_func ("/invocation-reset/known", test_known);
  g_test_add ("/invocation-reset/used-again", Fixture, NULL, set_up, test_used_again, tear_down);
  g_test_add ("/invocation-reset/kept", Fixture, NULL, set_up, test_kept, tear_down);
  return g_test_run ();
}
