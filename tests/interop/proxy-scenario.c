/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: proxy-scenario URI SERIALIZER
 *
 * Our proxy against an echo server of Pyro5's kind: every method, attribute and error, sync and
 * async. Any failure is an assertion; test_proxy.py runs it against the real Pyro5. */

#include <math.h>
#include <pyrog.h>
#include <string.h>

static PyrogProxy *
connect_to (const char *uri, const char *serializer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);
  PyrogProxy *proxy = pyrog_proxy_new (uri, NULL, &error);

  g_assert_no_error (error);
  pyrog_proxy_set_serializer (proxy, g_enum_get_value_by_nick (class, serializer)->value);
  pyrog_proxy_set_timeout (proxy, 20);
  pyrog_proxy_bind_sync (proxy, NULL, &error);
  g_assert_no_error (error);
  return proxy;
}

/* value and expected are texts of GVariants */
static void
check_echo (PyrogProxy *proxy, const char *value, const char *reply_type, const char *expected)
{
  g_autoptr (GError) error = NULL;
  GVariant *argument = g_variant_parse (NULL, value, NULL, NULL, &error);

  g_assert_no_error (error);
  g_autoptr (GVariant) result = pyrog_proxy_call_sync (
      proxy, "echo", g_variant_new_tuple (&argument, 1), reply_type, NULL, &error);
  g_variant_unref (argument);
  g_assert_no_error (error);
  g_autofree char *text = g_variant_print (result, TRUE);
  g_assert_cmpstr (text, ==, expected);
}

static void
check_values (PyrogProxy *proxy, gboolean text_only)
{
  check_echo (proxy, "'hi'", NULL, "'hi'");
  check_echo (proxy, "int64 -5", NULL, "int64 -5");
  check_echo (proxy, "uint64 18446744073709551615", NULL, "uint64 18446744073709551615");
  check_echo (proxy, "true", NULL, "true");
  check_echo (proxy, "1.5", NULL, "1.5");
  check_echo (proxy, "@mv nothing", NULL, "@mv nothing");
  check_echo (proxy, "['a', 'b']", "as", "['a', 'b']");
  check_echo (proxy, "[1, 2, 3]", "ax", "[int64 1, 2, 3]");
  check_echo (proxy, "{'a': <int64 1>}", "a{sv}", "{'a': <int64 1>}");
  check_echo (proxy, "{'a': <1>, 'b': <2>}", "a{si}", "{'a': 1, 'b': 2}");
  check_echo (proxy, "(1, 'x')", "(ns)", "(int16 1, 'x')");
  if (!text_only)
    check_echo (proxy, "b'bytes'", "ay", "b'bytes'");
}

static void
check_errors (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unknown = NULL;
  g_autoptr (GError) type = NULL;

  g_assert_null (pyrog_proxy_call_sync (proxy, "error_with_text", NULL, NULL, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
  g_assert_cmpstr (error->message, ==, "the message of the error");
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_ANSWERED);
  PyrogOutcome *outcome = pyrog_error_get_outcome (error);
  g_assert_true (g_str_has_suffix (pyrog_outcome_get_remote_class (outcome), "ValueError"));
  g_assert_nonnull (pyrog_outcome_get_traceback (outcome));

  g_assert_null (pyrog_proxy_call_sync (proxy, "nosuch", NULL, NULL, NULL, &unknown));
  g_assert_error (unknown, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
  g_assert_cmpint (pyrog_error_get_execution (unknown), ==, PYROG_EXECUTION_NOT_SENT);

  g_assert_null (pyrog_proxy_call_sync (proxy, "echo", NULL, NULL, NULL, &type));
  g_assert_error (type, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR);
}

static void
check_methods (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) nan = pyrog_proxy_call_sync (proxy, "nan", NULL, "d", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (isnan (g_variant_get_double (nan)));
  g_autoptr (GVariant) inf = pyrog_proxy_call_sync (proxy, "inf", NULL, "d", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (isinf (g_variant_get_double (inf)));
  g_autoptr (GVariant) dunder
      = pyrog_proxy_call_sync (proxy, "__dunder__", NULL, "s", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (dunder, NULL), ==, "should be allowed (dunder)");
  g_autoptr (GVariant) oneway = pyrog_proxy_call_sync (
      proxy, "oneway_echo", g_variant_new ("(s)", "x"), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (oneway);
  g_assert_true (pyrog_proxy_ping_sync (proxy, NULL, &error));
  g_assert_no_error (error);
}

static void
check_kwargs (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  GVariantDict kwargs;

  g_variant_dict_init (&kwargs, NULL);
  g_variant_dict_insert (&kwargs, "message", "s", "by name");
  g_autoptr (GVariant) result = pyrog_proxy_call_full_sync (
      proxy, "echo", NULL, g_variant_dict_end (&kwargs), "s", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (result, NULL), ==, "by name");
}

static void
check_stream (PyrogProxy *proxy)
{
  static const char *const expected[] = { "one", "two", "three" };
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogItemStream) stream
      = pyrog_proxy_stream_sync (proxy, "generator", NULL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GVariant) item = pyrog_item_stream_next_sync (stream, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_variant_get_string (item, NULL), ==, expected[i]);
    }
  g_assert_null (pyrog_item_stream_next_sync (stream, NULL, &error));
  g_assert_no_error (error);
}

static void
check_attributes (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unknown = NULL;

  pyrog_proxy_set_attribute_sync (proxy, "verbose", g_variant_new_boolean (FALSE), NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) verbose
      = pyrog_proxy_get_attribute_sync (proxy, "verbose", "b", NULL, &error);
  g_assert_no_error (error);
  g_assert_false (g_variant_get_boolean (verbose));
  g_assert_null (pyrog_proxy_get_attribute_sync (proxy, "nosuch", NULL, NULL, &unknown));
  g_assert_error (unknown, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
}

static void
check_metadata (PyrogProxy *proxy)
{
  g_auto (GStrv) methods = pyrog_proxy_list_methods (proxy);
  g_auto (GStrv) oneway = pyrog_proxy_list_oneway (proxy);
  g_auto (GStrv) attributes = pyrog_proxy_list_attributes (proxy);
  const char *const expected_oneway[] = { "oneway_echo", "oneway_slow", NULL };
  const char *const expected_attributes[] = { "verbose", NULL };

  g_assert_true (g_strv_contains ((const char *const *) methods, "echo"));
  g_assert_cmpstrv (oneway, expected_oneway);
  g_assert_cmpstrv (attributes, expected_attributes);
}

/* ---- Asynchronous calls ---- */

#define ASYNC_CALLS 100

typedef struct
{
  guint next; /* the call that is to end next */
} AsyncCalls;

static void
echoed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  AsyncCalls *calls = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = pyrog_proxy_call_finish (PYROG_PROXY (object), result, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (value), ==, calls->next);
  calls->next++;
}

static void
check_async (PyrogProxy *proxy)
{
  AsyncCalls calls = { 0 };

  for (gint64 i = 0; i < ASYNC_CALLS; i++)
    pyrog_proxy_call (proxy, "echo", g_variant_new ("(x)", i), "x", NULL, echoed_cb, &calls);
  check_echo (proxy, "'between'", NULL, "'between'");
  while (calls.next < ASYNC_CALLS)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  g_assert_cmpint (argc, ==, 3);

  g_autoptr (PyrogProxy) proxy = connect_to (argv[1], argv[2]);
  check_metadata (proxy);
  check_values (proxy, strcmp (argv[2], "json") == 0);
  check_methods (proxy);
  check_kwargs (proxy);
  check_errors (proxy);
  check_stream (proxy);
  /* Pyro5 itself can't read attribute access in marshal */
  if (strcmp (argv[2], "marshal") != 0)
    check_attributes (proxy);
  check_async (proxy);
  pyrog_proxy_release (proxy);
  check_echo (proxy, "'again'", NULL, "'again'");
  return 0;
}
