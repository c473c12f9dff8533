/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-invocation.h"

#include <gio/gio.h>
#include <string.h>

#include "fake-call.h"
#include "pyrog-error-private.h"
#include "pyrog-invocation-private.h"
#include "pyrog-outcome-private.h"

static const PyrogHeader plain = { .seq = 77 };

static PyrogInvocation *
call (const char *payload)
{
  return fake_call_new (&plain, NULL, payload, NULL);
}

static void
assert_reply (PyrogInvocation *invocation, const char *expected)
{
  g_autofree char *reply = fake_call_reply (invocation, NULL);

  g_assert_cmpstr (reply, ==, expected);
}

/* The answer is an exception of that class whose dict has text in it */
static void
assert_exception (PyrogInvocation *invocation, const char *remote_class, const char *text)
{
  PyrogHeader header;
  g_autofree char *reply = fake_call_reply (invocation, &header);
  g_autofree char *class_text = g_strdup_printf ("'__class__':'%s'", remote_class);

  g_test_message ("%s", reply);
  g_assert_cmpuint (header.flags & PYROG_FLAG_EXCEPTION, !=, 0);
  g_assert_nonnull (strstr (reply, class_text));
  g_assert_nonnull (strstr (reply, "'__exception__':True"));
  g_assert_nonnull (strstr (reply, text));
}

/* ---- The request ---- */

/* What a handler can learn about a plain call */
static void
test_request (void)
{
  g_autoptr (PyrogInvocation) invocation = call ("('o','m',(1,'a'),{'k':2.5})");
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (pyrog_invocation_get_object_id (invocation), ==, "o");
  g_assert_cmpstr (pyrog_invocation_get_method_name (invocation), ==, "m");
  g_assert_cmpint (pyrog_invocation_get_serializer (invocation), ==, PYROG_SERIALIZER_SERPENT);
  g_assert_false (pyrog_invocation_get_oneway (invocation));
  g_assert_null (pyrog_invocation_get_correlation_id (invocation));
  g_assert_null (pyrog_invocation_get_annotation (invocation, "TEST"));
  g_autoptr (GVariant) annotations = pyrog_invocation_get_annotations (invocation);
  g_assert_cmpuint (g_variant_n_children (annotations), ==, 0);
  g_assert_null (pyrog_invocation_get_connection (invocation));
  g_assert_cmpuint (pyrog_invocation_get_session (invocation), ==, 0);
  g_assert_null (pyrog_invocation_get_instance (invocation));
  g_assert_false (pyrog_invocation_is_answered (invocation));

  GVariant *args = pyrog_invocation_get_args (invocation, &error);
  g_autofree char *text = g_variant_print (args, TRUE);
  g_assert_cmpstr (text, ==, "(<int64 1>, <'a'>)");
  g_assert_true (args == pyrog_invocation_get_args (invocation, &error));
  GVariant *kwargs = pyrog_invocation_get_kwargs (invocation, &error);
  g_autofree char *named = g_variant_print (kwargs, TRUE);
  g_assert_cmpstr (named, ==, "{'k': <2.5>}");
  g_assert_true (kwargs == pyrog_invocation_get_kwargs (invocation, &error));
}

/* What comes along with a call: flags, an annotation (the last of its name), a correlation id */
static void
test_extras (void)
{
  PyrogHeader header = { .flags = PYROG_FLAG_ONEWAY | PYROG_FLAG_CORRELATION_ID, .seq = 65535 };

  for (guint i = 0; i < PYROG_CORRELATION_ID_SIZE; i++)
    header.correlation_id[i] = (guint8) i;
  g_autoptr (PyrogInvocation) invocation
      = fake_call_new (&header, "some bytes", "('o','m',(),{})", NULL);
  g_assert_true (pyrog_invocation_get_oneway (invocation));
  g_autofree char *id = pyrog_invocation_get_correlation_id (invocation);
  g_assert_cmpstr (id, ==, "00010203-0405-0607-0809-0a0b0c0d0e0f");
  g_autoptr (GBytes) annotation = pyrog_invocation_get_annotation (invocation, "TEST");
  g_autoptr (GBytes) expected = g_bytes_new_static ("some bytes", 10);
  g_assert_true (g_bytes_equal (annotation, expected));
  g_assert_null (pyrog_invocation_get_annotation (invocation, "test"));
  g_autoptr (GVariant) annotations = pyrog_invocation_get_annotations (invocation);
  g_autofree char *all = g_variant_print (annotations, TRUE);
  g_assert_cmpstr (all, ==,
                   "{'TEST': [byte 0x73, 0x6f, 0x6d, 0x65, 0x20, 0x62, 0x79, 0x74, 0x65, 0x73]}");
  g_assert_cmpuint (pyrog_invocation_get_sequence (invocation), ==, 65535);
}

/* A peer may send anything in the place of names, and None for no keywords */
static void
test_strange_names (void)
{
  static const char *const calls[] = { "(5,6,[],None)", "(None,None,(),{})", "(b'o',('m',),(),{})",
                                       "('o\\x00','m\\ud800',(),{})" };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("%s", calls[i]);
      g_autoptr (PyrogInvocation) invocation = call (calls[i]);
      g_assert_cmpstr (pyrog_invocation_get_object_id (invocation), ==, "");
      g_assert_cmpstr (pyrog_invocation_get_method_name (invocation), ==, "");
      GVariant *args = pyrog_invocation_get_args (invocation, &error);
      g_assert_cmpstr (g_variant_get_type_string (args), ==, "()");
      GVariant *kwargs = pyrog_invocation_get_kwargs (invocation, &error);
      g_assert_cmpstr (g_variant_get_type_string (kwargs), ==, "a{sv}");
      g_assert_cmpuint (g_variant_n_children (kwargs), ==, 0);
    }
}

/* Arguments that no GVariant can keep are an error, and nothing worse */
static void
test_unfit_arguments (void)
{
  g_autoptr (GString) payload = g_string_new ("('o','m',((");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1025; i++)
    g_string_append (payload, "1,");
  g_string_append (payload, "),),{})");
  g_autoptr (PyrogInvocation) invocation = call (payload->str);
  g_assert_null (pyrog_invocation_get_args (invocation, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_assert_nonnull (strstr (error->message, "args[0]"));
}

/* Arguments are read into variables; what does not fit leaves them alone */
static void
test_read (void)
{
  g_autoptr (PyrogInvocation) invocation = call ("('o','m',(1,'a',[2,3]),{})");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) list = NULL;
  g_autofree char *text = NULL;
  gint64 number = 0;
  gint32 other = 9;

  g_assert_false (pyrog_invocation_read (invocation, &error, "ii", &other, &other));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  g_clear_error (&error);
  g_assert_false (pyrog_invocation_read (invocation, &error, "iii", &other, &other, &other));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
  g_clear_error (&error);
  g_assert_cmpint (other, ==, 9);
  g_assert_true (pyrog_invocation_read (invocation, &error, "xs@ax", &number, &text, &list));
  g_assert_no_error (error);
  g_assert_cmpint (number, ==, 1);
  g_assert_cmpstr (text, ==, "a");
  g_assert_cmpuint (g_variant_n_children (list), ==, 2);
}

/* ---- Answers ---- */

typedef void (*AnswerFunc) (PyrogInvocation *invocation);

static void
answer_value (PyrogInvocation *invocation)
{
  pyrog_invocation_return_value (invocation, g_variant_new ("(is)", 5, "a"));
}

static void
answer_null (PyrogInvocation *invocation)
{
  pyrog_invocation_return_value (invocation, NULL);
}

static void
answer_nothing (PyrogInvocation *invocation)
{
  pyrog_invocation_return (invocation, "");
}

static void
answer_one (PyrogInvocation *invocation)
{
  pyrog_invocation_return (invocation, "b", TRUE);
}

/* The text is gone before the reply is written */
static void
answer_text (PyrogInvocation *invocation)
{
  char text[] = "gone soon";

  pyrog_invocation_return (invocation, "s", text);
  memset (text, 'x', sizeof text - 1);
}

static void
answer_several (PyrogInvocation *invocation)
{
  char text[] = "t";

  pyrog_invocation_return (invocation, "xsd@ai", (gint64) 1, text, 0.5,
                           g_variant_new_parsed ("[7, 8]"));
  text[0] = 'x';
}

static void
answer_variant (PyrogInvocation *invocation)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (g_variant_new_bytestring ("ab"));

  pyrog_invocation_return (invocation, "@ay", owned);
}

static void
answer_argument (PyrogInvocation *invocation)
{
  pyrog_invocation_return_argument (invocation, 1);
}

static const struct
{
  const char *name;
  AnswerFunc func;
  const char *reply;
} answers[] = {
  { "value", answer_value, "(5,'a')" },
  { "null", answer_null, "None" },
  { "none", pyrog_invocation_return_none, "None" },
  { "nothing", answer_nothing, "None" },
  { "one", answer_one, "True" },
  { "text", answer_text, "'gone soon'" },
  { "several", answer_several, "(1,'t',0.5,[7,8])" },
  { "variant", answer_variant, "{'data': 'YWIA', 'encoding': 'base64'}" },
  { "argument", answer_argument, "{'a':None}" },
};

/* Each kind of answer is told of once, in time, and written as the caller's serializer has it */
static void
test_answers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      PyrogHeader header;
      guint count = 0;

      g_test_message ("%s", answers[i].name);
      g_autoptr (PyrogInvocation) invocation
          = fake_call_new (&plain, NULL, "('o','m',(1,{'a':None}),{})", &count);
      answers[i].func (invocation);
      g_assert_cmpuint (count, ==, 1);
      g_assert_true (pyrog_invocation_is_answered (invocation));
      g_autofree char *reply = fake_call_reply (invocation, &header);
      g_assert_cmpstr (reply, ==, answers[i].reply);
      g_assert_cmpuint (header.flags, ==, 0);
      g_assert_cmpuint (header.seq, ==, 77);
      g_assert_null (pyrog_invocation_dup_error (invocation));
      g_object_run_dispose (G_OBJECT (invocation));
      g_assert_cmpuint (count, ==, 1);
    }
}

/* Annotations of the reply, and the caller's correlation id */
static void
test_reply_extras (void)
{
  const PyrogHeader header
      = { .flags = PYROG_FLAG_CORRELATION_ID | PYROG_FLAG_ONEWAY, .correlation_id = { 1, 2, 3 } };
  g_autoptr (PyrogInvocation) invocation = fake_call_new (&header, NULL, "('o','m',(),{})", NULL);
  g_autoptr (GBytes) first = g_bytes_new_static ("first", 5);
  g_autoptr (GBytes) second = g_bytes_new_static ("second one", 10);
  PyrogHeader reply;

  pyrog_invocation_set_reply_annotation (invocation, "ANNO", first);
  pyrog_invocation_set_reply_annotation (invocation, "ANNO", second);
  pyrog_invocation_return_none (invocation);
  g_free (fake_call_reply (invocation, &reply));
  g_assert_cmpuint (reply.annotations_size, ==, 8 + 10);
  g_assert_cmpuint (reply.flags, ==, PYROG_FLAG_CORRELATION_ID);
  g_assert_cmpint (
      memcmp (reply.correlation_id, header.correlation_id, sizeof reply.correlation_id), ==, 0);
}

/* What a failing call said in its reply's extras is in no other call's reply (DF1, DF8) */
static void
test_reply_extras_of_others (void)
{
  const PyrogHeader header = { .flags = PYROG_FLAG_CORRELATION_ID, .correlation_id = { 1, 2, 3 } };
  const guint8 none[PYROG_CORRELATION_ID_SIZE] = { 0 };
  g_autoptr (PyrogInvocation) failing = fake_call_new (&header, NULL, "('o','m',(),{})", NULL);
  g_autoptr (PyrogInvocation) other = call ("('o','m',(),{})");
  g_autoptr (GBytes) secret = g_bytes_new_static ("secret", 6);
  PyrogHeader reply;

  pyrog_invocation_set_reply_annotation (failing, "SECR", secret);
  pyrog_invocation_return_exception (failing, "builtins.ValueError", NULL, NULL);
  g_free (fake_call_reply (failing, &reply));
  g_assert_cmpuint (reply.flags, ==, PYROG_FLAG_EXCEPTION | PYROG_FLAG_CORRELATION_ID);
  pyrog_invocation_return_none (other);
  g_free (fake_call_reply (other, &reply));
  g_assert_cmpuint (reply.annotations_size, ==, 0);
  g_assert_cmpuint (reply.flags, ==, 0);
  g_assert_cmpint (memcmp (reply.correlation_id, none, sizeof none), ==, 0);
}

/* An error becomes an exception of the class that stands for it; its words are made UTF-8 */
static void
test_gerror (void)
{
  static const struct
  {
    int code;
    const char *message;
    const char *remote_class;
    const char *text;
  } rows[] = {
    { PYROG_ERROR_VALUE_ERROR, "no good", "builtins.ValueError", "'args':('no good',)" },
    { PYROG_ERROR_FAILED, "", "Pyro5.errors.PyroError", "'args':('',)" },
    { PYROG_ERROR_KEY_ERROR, "a\xff", "builtins.KeyError", "'args':('a\xef\xbf\xbd',)" },
    { 12345, "what", "Pyro5.errors.PyroError", "'args':('what',)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogInvocation) invocation = call ("('o','m',(),{})");
      g_autoptr (GError) error = g_error_new_literal (PYROG_ERROR, rows[i].code, rows[i].message);
      pyrog_invocation_return_gerror (invocation, error);
      assert_exception (invocation, rows[i].remote_class, rows[i].text);
      g_autoptr (GError) same = pyrog_invocation_dup_error (invocation);
      g_assert_error (same, PYROG_ERROR, rows[i].code);
      g_assert_cmpstr (same->message, ==, rows[i].message);
    }
}

/* An exception has its class, arguments and attributes, and no traceback */
static void
test_exception (void)
{
  g_autoptr (PyrogInvocation) invocation = call ("('o','m',(),{})");
  g_autoptr (PyrogInvocation) bare = call ("('o','m',(),{})");

  pyrog_invocation_return_exception (invocation, "shop.OutOfStock", g_variant_new ("(si)", "x", 3),
                                     g_variant_new_parsed ("{'left': <0>}"));
  assert_exception (invocation, "shop.OutOfStock", "'args':('x',3)");
  assert_exception (invocation, "shop.OutOfStock", "'left':0");
  assert_exception (invocation, "shop.OutOfStock", "'_pyroTraceback':[]");
  g_autoptr (GError) error = pyrog_invocation_dup_error (invocation);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_REMOTE);
  g_assert_cmpstr (error->message, ==, "('x', 3)");

  pyrog_invocation_return_exception (bare, "builtins.KeyError", NULL, NULL);
  assert_exception (bare, "builtins.KeyError", "'args':()");
  g_autoptr (GError) key_error = pyrog_invocation_dup_error (bare);
  g_assert_error (key_error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR);
}

/* ---- Tracebacks ---- */

#define TRACE "{'_pyroTraceback': <['mine\\n']>, 'left': <0>}"

/* What a program calls a traceback stays at home, unless DETAILED_TRACEBACK is on; what is no list
 * of strings, which a Pyro5 client could not print, does always */
static void
test_given_traceback (void)
{
  static const struct
  {
    gboolean detailed;
    const char *attributes;
    const char *text;
  } rows[] = {
    { FALSE, TRACE, "'attributes':{'_pyroTraceback':[],'left':0}" },
    { TRUE, TRACE, "'attributes':{'_pyroTraceback':['mine\\n'],'left':0}" },
    { TRUE, "{'_pyroTraceback': <5>}",
      "['Traceback (most recent call last):\\n','  Object \"o\", in m\\n','x.Y: text\\n']" },
    { TRUE, "@a{sv} {}",
      "['Traceback (most recent call last):\\n','  Object \"o\", in m\\n','x.Y: text\\n']" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogInvocation) invocation = call ("('o','m',(),{})");
      invocation->detailed = rows[i].detailed;
      pyrog_invocation_return_exception (invocation, "x.Y", g_variant_new ("(s)", "text"),
                                         g_variant_new_parsed (rows[i].attributes));
      assert_exception (invocation, "x.Y", rows[i].text);
    }
}

/* The traceback of an error has what another daemon said, up to a limit, and nothing in it can
 * forge lines of its own */
static void
test_remote_traceback (void)
{
  g_autoptr (PyrogInvocation) invocation = call ("('o\\n','m\\x1b',(),{})");
  g_autoptr (GString) many = g_string_new ("first\033\n");
  g_autoptr (GError) error = g_error_new_literal (PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "a\nb");

  for (guint i = 0; i < 1000; i++)
    g_string_append (many, "more\n");
  const char *const traceback[] = { many->str, "beyond\n", NULL };
  const PyrogOutcomeParts parts = { .traceback = traceback };
  g_autoptr (PyrogOutcome) outcome = pyrog_outcome_new (&parts);
  pyrog_error_set_outcome (error, outcome);
  invocation->detailed = TRUE;
  pyrog_invocation_return_gerror (invocation, error);
  g_autoptr (GVariant) lines = pyrog_invocation_dup_traceback (invocation, FALSE);
  g_autofree const char **text = g_variant_get_strv (lines, NULL);
  g_assert_cmpstr (text[1], ==, "  Object \"o\\u000a\", in m\\u001b\n");
  g_assert_cmpstr (text[2], ==, "    GError pyrog-error-quark, code 16\n");
  g_assert_cmpstr (text[3], ==, "    +--- Remote traceback:\n");
  g_assert_cmpstr (text[4], ==, "    | first\\u001b\n");
  g_assert_cmpuint (g_strv_length ((char **) text), ==, 4 + 256 + 3);
  g_assert_cmpstr (text[4 + 256], ==, "    | …\n");
  g_assert_cmpstr (text[4 + 256 + 1], ==, "    +--- End of remote traceback\n");
  g_assert_cmpstr (text[4 + 256 + 2], ==, "KeyError: a\\u000ab\n");
}

/* An exception that can't be written is described in Pyro5's words */
static void
test_unfit_exception (void)
{
  g_autoptr (PyrogInvocation) invocation = call ("('o','m',(),{})");
  GVariant *inner = g_variant_new_maybe (NULL, g_variant_new_boolean (TRUE));
  GVariant *strange = g_variant_new_maybe (NULL, inner);

  pyrog_invocation_return_exception (invocation, "shop.Strange", g_variant_new_tuple (&strange, 1),
                                     NULL);
  assert_exception (invocation, "Pyro5.errors.PyroError",
                    "('Error serializing exception: A GVariant of type ‘b’ has no meaning here. "
                    "Original exception: shop.Strange: ");
}

/* An exception of a batch has room, even if the request used its budget up */
static void
test_member_exception (void)
{
  g_autoptr (PyrogInvocation) whole = call ("('o','<batch>',(('m',(),{}),),{})");
  g_autoptr (PyrogInvocation) member
      = pyrog_invocation_new_member (whole, &whole->call.args.items[0], NULL);
  g_autoptr (GError) error = NULL;
  PyrogValue value;

  pyrog_invocation_return_exception (member, "x.Y", g_variant_new ("(s)", "text"), NULL);
  pyrog_arena_set_budget (whole->arena, 1, 1);
  g_assert_true (pyrog_invocation_take_member_answer (whole, member, &value, &error));
  g_assert_no_error (error);
  const PyrogValue *exception = pyrog_value_lookup (&value, "exception");
  g_assert_true (pyrog_value_is_text (pyrog_value_lookup (exception, "__class__"), "x.Y"));
}

/* An answer that the serializer can't write is an exception that says so */
static void
test_unfit_answer (void)
{
  g_autoptr (PyrogInvocation) invocation = call ("('o','m',(),{})");
  GVariant *value = g_variant_new_int32 (1);

  for (guint i = 0; i < 70; i++)
    value = g_variant_new_array (NULL, &value, 1);
  pyrog_invocation_return_value (invocation, value);
  assert_exception (invocation, "Pyro5.errors.MessageTooLargeError", "The answer can");
}

/* ---- Exactly one answer ---- */

/* The second answer is a mistake of the program: it is told, and the first one stands */
static void
test_twice (void)
{
  g_autoptr (PyrogItemStream) stream = pyrog_item_stream_new_for_array (g_variant_new ("()"));
  g_autoptr (GError) error = g_error_new (PYROG_ERROR, PYROG_ERROR_FAILED, "late");
  guint count = 0;
  g_autoptr (PyrogInvocation) invocation = fake_call_new (&plain, NULL, "('o','m',(),{})", &count);

  pyrog_invocation_return (invocation, "x", (gint64) 1);
  for (guint i = 0; i < 5; i++)
    g_test_expect_message ("Pyrog", G_LOG_LEVEL_CRITICAL, "*of m was answered twice*");
  pyrog_invocation_return (invocation, "x", (gint64) 2);
  pyrog_invocation_return_value (invocation, g_variant_new_string ("x"));
  pyrog_invocation_return_gerror (invocation, error);
  pyrog_invocation_return_exception (invocation, "x.Y", g_variant_new ("()"), NULL);
  pyrog_invocation_return_stream (invocation, stream);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (count, ==, 1);
  assert_reply (invocation, "1");
}

static char *dropped_reply; /* (owned) (nullable) */

static void
keep_reply (PyrogInvocation *invocation, gpointer user_data)
{
  g_assert_null (dropped_reply);
  dropped_reply = fake_call_reply (invocation, NULL);
}

/* One that is dropped without an answer answers for itself; one that nobody waits for does not */
static void
test_dropped (void)
{
  PyrogInvocation *invocation = call ("('o','m',(),{})");

  pyrog_invocation_set_answered_func (invocation, keep_reply, NULL);
  g_autoptr (PyrogInvocation) held = pyrog_invocation_hold (invocation);
  g_assert_true (held == invocation);
  g_assert_true (pyrog_invocation_is_held (invocation));
  g_object_unref (invocation);
  g_assert_null (dropped_reply);
  g_clear_object (&held);
  g_assert_nonnull (strstr (dropped_reply, "The method ended without an answer"));
  g_clear_pointer (&dropped_reply, g_free);

  invocation = call ("('o','m',(),{})");
  pyrog_invocation_set_answered_func (invocation, NULL, NULL);
  g_object_unref (invocation);
  g_assert_null (dropped_reply);
}

static gpointer
answer_in_thread (gpointer data)
{
  pyrog_invocation_return (data, "s", "from a thread");
  return NULL;
}

/* Another thread may answer what was held */
static void
test_other_thread (void)
{
  guint count = 0;
  g_autoptr (PyrogInvocation) invocation = fake_call_new (&plain, NULL, "('o','m',(),{})", &count);
  g_autoptr (PyrogInvocation) held = pyrog_invocation_hold (invocation);

  g_thread_join (g_thread_new ("answer", answer_in_thread, held));
  g_assert_cmpuint (count, ==, 1);
  assert_reply (invocation, "'from a thread'");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/invocation/request", test_request);
  g_test_add_func ("/invocation/extras", test_extras);
  g_test_add_func ("/invocation/strange-names", test_strange_names);
  g_test_add_func ("/invocation/unfit-arguments", test_unfit_arguments);
  g_test_add_func ("/invocation/read", test_read);
  g_test_add_func ("/invocation/answers", test_answers);
  g_test_add_func ("/invocation/reply-extras", test_reply_extras);
  g_test_add_func ("/invocation/reply-extras-of-others", test_reply_extras_of_others);
  g_test_add_func ("/invocation/gerror", test_gerror);
  g_test_add_func ("/invocation/exception", test_exception);
  g_test_add_func ("/invocation/given-traceback", test_given_traceback);
  g_test_add_func ("/invocation/remote-traceback", test_remote_traceback);
  g_test_add_func ("/invocation/unfit-exception", test_unfit_exception);
  g_test_add_func ("/invocation/member-exception", test_member_exception);
  g_test_add_func ("/invocation/unfit-answer", test_unfit_answer);
  g_test_add_func ("/invocation/twice", test_twice);
  g_test_add_func ("/invocation/dropped", test_dropped);
  g_test_add_func ("/invocation/other-thread", test_other_thread);
  return g_test_run ();
}
