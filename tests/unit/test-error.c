/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-error.h"

#include <gio/gio.h>
#include <string.h>

#include "pyrog-enum-types.h"
#include "pyrog-error-private.h"
#include "pyrog-outcome-private.h"

/* Each code's class as Pyro5 writes it, and whether that class becomes this code */
static const struct
{
  PyrogError code;
  const char *remote_class;
  gboolean both_ways;
} classes[] = {
  { PYROG_ERROR_FAILED, "Pyro5.errors.PyroError", TRUE },
  { PYROG_ERROR_COMMUNICATION, "Pyro5.errors.CommunicationError", TRUE },
  { PYROG_ERROR_CONNECTION_CLOSED, "Pyro5.errors.ConnectionClosedError", TRUE },
  { PYROG_ERROR_TIMEOUT, "Pyro5.errors.TimeoutError", TRUE },
  { PYROG_ERROR_PROTOCOL, "Pyro5.errors.ProtocolError", TRUE },
  { PYROG_ERROR_MESSAGE_TOO_LARGE, "Pyro5.errors.MessageTooLargeError", TRUE },
  { PYROG_ERROR_SERIALIZE, "Pyro5.errors.SerializeError", TRUE },
  { PYROG_ERROR_NAMING, "Pyro5.errors.NamingError", TRUE },
  { PYROG_ERROR_DAEMON, "Pyro5.errors.DaemonError", TRUE },
  { PYROG_ERROR_SECURITY, "Pyro5.errors.SecurityError", TRUE },
  { PYROG_ERROR_INVALID_URI, "Pyro5.errors.PyroError", FALSE },
  { PYROG_ERROR_INVALID_CONFIG, "builtins.ValueError", FALSE },
  { PYROG_ERROR_REMOTE, "Pyro5.errors.PyroError", FALSE },
  { PYROG_ERROR_VALUE_ERROR, "builtins.ValueError", TRUE },
  { PYROG_ERROR_TYPE_ERROR, "builtins.TypeError", TRUE },
  { PYROG_ERROR_ATTRIBUTE_ERROR, "builtins.AttributeError", TRUE },
  { PYROG_ERROR_KEY_ERROR, "builtins.KeyError", TRUE },
  { PYROG_ERROR_INDEX_ERROR, "builtins.IndexError", TRUE },
  { PYROG_ERROR_LOOKUP_ERROR, "builtins.LookupError", TRUE },
  { PYROG_ERROR_ARITHMETIC_ERROR, "builtins.ArithmeticError", TRUE },
  { PYROG_ERROR_ZERO_DIVISION_ERROR, "builtins.ZeroDivisionError", TRUE },
  { PYROG_ERROR_OVERFLOW_ERROR, "builtins.OverflowError", TRUE },
  { PYROG_ERROR_RUNTIME_ERROR, "builtins.RuntimeError", TRUE },
  { PYROG_ERROR_NOT_IMPLEMENTED_ERROR, "builtins.NotImplementedError", TRUE },
  { PYROG_ERROR_OS_ERROR, "builtins.OSError", TRUE },
  { PYROG_ERROR_PERMISSION_ERROR, "builtins.PermissionError", TRUE },
  { PYROG_ERROR_FILE_NOT_FOUND_ERROR, "builtins.FileNotFoundError", TRUE },
  { PYROG_ERROR_TIMEOUT_ERROR, "builtins.TimeoutError", TRUE },
  { PYROG_ERROR_EOF_ERROR, "builtins.EOFError", TRUE },
  { PYROG_ERROR_ASSERTION_ERROR, "builtins.AssertionError", TRUE },
  { PYROG_ERROR_UNICODE_ERROR, "builtins.UnicodeError", TRUE },
  { PYROG_ERROR_STOP_ITERATION, "builtins.StopIteration", TRUE },
  { PYROG_ERROR_BUFFER_ERROR, "builtins.BufferError", TRUE },
  { PYROG_ERROR_CONNECTION_ERROR, "builtins.ConnectionError", TRUE },
  { PYROG_ERROR_EXCEPTION, "builtins.Exception", TRUE },
};

static void
assert_from_class (const char *remote_class, gboolean known, GQuark domain, int code)
{
  GQuark found_domain = 0;
  int found_code = -1;

  g_autofree char *shown = g_strescape (remote_class, NULL);
  g_test_message ("%s", shown);
  g_assert_cmpint (pyrog_error_from_class (remote_class, &found_domain, &found_code), ==, known);
  g_assert_cmpstr (g_quark_to_string (found_domain), ==, g_quark_to_string (domain));
  g_assert_cmpint (found_code, ==, code);
}

/* The domain has the name that bindings look for, and no code is missing in the table above */
static void
test_domain (void)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (PYROG_TYPE_ERROR);

  g_assert_cmpstr (g_quark_to_string (PYROG_ERROR), ==, "pyrog-error-quark");
  g_assert_cmpuint (codes->n_values, ==, G_N_ELEMENTS (classes));
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    g_assert_cmpint (classes[i].code, ==, (int) i);
}

/* Every code is sent as its class, and the class is understood with and without `builtins.` */
static void
test_classes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      const char *full = classes[i].remote_class;
      const char *builtin = g_str_has_prefix (full, "builtins.") ? strchr (full, '.') + 1 : NULL;

      g_assert_cmpstr (pyrog_error_to_class (PYROG_ERROR, classes[i].code), ==, full);
      if (classes[i].both_ways)
        assert_from_class (full, TRUE, PYROG_ERROR, classes[i].code);
      if (classes[i].both_ways && builtin != NULL)
        assert_from_class (builtin, TRUE, PYROG_ERROR, classes[i].code);
    }
}

/* A class that nobody knows is PYROG_ERROR_REMOTE: names are compared whole and as they are */
static void
test_unknown_classes (void)
{
  static const char *const unknown[] = {
    "",
    "PyroError",
    "builtins.",
    "builtins.valueerror",
    "ValueErro",
    "ValueErrors",
    "builtins.SystemExit",
    "TimeoutErr",
    "errors.PyroError",
    "my.ValueError",
    "\xff",
  };

  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    assert_from_class (unknown[i], FALSE, PYROG_ERROR, PYROG_ERROR_REMOTE);
}

/* Errors of GIO that handlers report become Python's own; all others become PyroError */
static void
test_foreign_domains (void)
{
  static const struct
  {
    int code;
    const char *remote_class;
  } rows[] = {
    { G_IO_ERROR_NOT_FOUND, "builtins.FileNotFoundError" },
    { G_IO_ERROR_PERMISSION_DENIED, "builtins.PermissionError" },
    { G_IO_ERROR_TIMED_OUT, "builtins.TimeoutError" },
    { G_IO_ERROR_NOT_SUPPORTED, "builtins.NotImplementedError" },
    { G_IO_ERROR_INVALID_ARGUMENT, "builtins.ValueError" },
    { G_IO_ERROR_CANCELLED, "Pyro5.errors.PyroError" },
    { G_IO_ERROR_FAILED, "Pyro5.errors.PyroError" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (pyrog_error_to_class (G_IO_ERROR, rows[i].code), ==, rows[i].remote_class);
  g_assert_cmpstr (pyrog_error_to_class (G_KEY_FILE_ERROR, 0), ==, "Pyro5.errors.PyroError");
  g_assert_cmpstr (pyrog_error_to_class (PYROG_ERROR, -1), ==, "Pyro5.errors.PyroError");
  g_assert_cmpstr (pyrog_error_to_class (PYROG_ERROR, 1000), ==, "Pyro5.errors.PyroError");
}

/* A registered error is found in both directions until it is taken back; a code or class that is
 * taken can't be registered again */
static void
test_register (void)
{
  GQuark shop = g_quark_from_static_string ("test-shop-error-quark");

  g_assert_true (pyrog_error_register (shop, 1, "shop.errors.OutOfStock"));
  g_assert_true (pyrog_error_register (shop, 2, "shop.errors.Closed"));
  g_assert_false (pyrog_error_register (shop, 1, "shop.errors.Other"));
  g_assert_false (pyrog_error_register (shop, 3, "shop.errors.Closed"));
  g_assert_cmpstr (pyrog_error_to_class (shop, 1), ==, "shop.errors.OutOfStock");
  g_assert_cmpstr (pyrog_error_to_class (shop, 3), ==, "Pyro5.errors.PyroError");
  assert_from_class ("shop.errors.OutOfStock", TRUE, shop, 1);
  assert_from_class ("shop.errors.Closed", TRUE, shop, 2);
  assert_from_class ("shop.errors.Other", FALSE, PYROG_ERROR, PYROG_ERROR_REMOTE);

  g_assert_true (pyrog_error_unregister (shop, 1));
  g_assert_false (pyrog_error_unregister (shop, 1));
  assert_from_class ("shop.errors.OutOfStock", FALSE, PYROG_ERROR, PYROG_ERROR_REMOTE);
  assert_from_class ("shop.errors.Closed", TRUE, shop, 2);
  g_assert_true (pyrog_error_unregister (shop, 2));
}

/* A program may take a class of Python's for an error of its own, short name included */
static void
test_register_builtin (void)
{
  GQuark shop = g_quark_from_static_string ("test-shop-error-quark");

  g_assert_true (pyrog_error_register (shop, 7, "builtins.KeyError"));
  assert_from_class ("builtins.KeyError", TRUE, shop, 7);
  assert_from_class ("KeyError", TRUE, shop, 7);
  g_assert_cmpstr (pyrog_error_to_class (PYROG_ERROR, PYROG_ERROR_KEY_ERROR), ==,
                   "builtins.KeyError");
  g_assert_true (pyrog_error_unregister (shop, 7));
  assert_from_class ("KeyError", TRUE, PYROG_ERROR, PYROG_ERROR_KEY_ERROR);
}

static gpointer
register_many (gpointer data)
{
  GQuark domain = g_quark_from_string (data);

  for (int i = 0; i < 200; i++)
    {
      g_autofree char *remote_class = g_strdup_printf ("%s.E%d", (char *) data, i);
      g_assert_true (pyrog_error_register (domain, i, remote_class));
      g_assert_cmpstr (pyrog_error_to_class (domain, i), ==, remote_class);
    }
  for (int i = 0; i < 200; i++)
    g_assert_true (pyrog_error_unregister (domain, i));
  return NULL;
}

/* Threads that register at the same time don't disturb each other */
static void
test_register_threads (void)
{
  static const char *const names[] = { "test-a", "test-b", "test-c", "test-d" };
  GThread *threads[G_N_ELEMENTS (names)];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    threads[i] = g_thread_new (names[i], register_many, (gpointer) names[i]);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_thread_join (threads[i]);
}

/* The branch of CommunicationError has the same members as in Pyro5 */
static void
test_is_communication (void)
{
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, PYROG_ERROR_TIMEOUT, "x");

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (PYROG_ERROR, (int) i, "x");
      gboolean expected = i >= PYROG_ERROR_COMMUNICATION && i <= PYROG_ERROR_SERIALIZE;
      g_assert_cmpint (pyrog_error_is_communication (error), ==, expected);
    }
  g_assert_false (pyrog_error_is_communication (foreign));
}

/* An outcome stays with its error and the error's copies */
static void
test_outcome (void)
{
  const PyrogOutcomeParts parts = { .execution = PYROG_EXECUTION_NOT_SENT, .remote_class = "a.B" };
  const PyrogOutcomeParts later = { .execution = PYROG_EXECUTION_ANSWERED };
  g_autoptr (PyrogOutcome) outcome = pyrog_outcome_new (&parts);
  g_autoptr (PyrogOutcome) other = pyrog_outcome_new (&later);
  g_autoptr (GError) error = g_error_new_literal (PYROG_ERROR, PYROG_ERROR_TIMEOUT, "late");
  g_autoptr (GError) copy = NULL;

  g_assert_null (pyrog_error_get_outcome (error));
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_MAYBE);
  pyrog_error_set_outcome (error, outcome);
  copy = g_error_copy (error);
  pyrog_error_set_outcome (error, other);
  g_assert_true (pyrog_error_get_outcome (error) == other);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_ANSWERED);
  g_assert_true (pyrog_error_get_outcome (copy) == outcome);
  g_assert_cmpint (pyrog_error_get_execution (copy), ==, PYROG_EXECUTION_NOT_SENT);
  g_clear_pointer (&other, pyrog_outcome_unref);
  pyrog_error_set_outcome (error, pyrog_error_get_outcome (error));
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_ANSWERED);
}

/* Errors of other domains carry no outcome, and may have been executed for all that is known */
static void
test_outcome_foreign (void)
{
  const PyrogOutcomeParts parts = { .execution = PYROG_EXECUTION_NOT_SENT };
  g_autoptr (PyrogOutcome) outcome = pyrog_outcome_new (&parts);
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "x");

  pyrog_error_set_outcome (error, outcome);
  g_assert_null (pyrog_error_get_outcome (error));
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_MAYBE);
}

/* What could move a terminal's cursor or turn the reading direction is escaped */
static void
test_escape (void)
{
  static const struct
  {
    const char *text;
    gsize size;
    const char *escaped;
  } rows[] = {
    { "", 0, "" },
    { "plain text", 10, "plain text" },
    { "größer €", 12, "größer €" },
    { "a\nb\tc\x1b[31m\x7f", 11, "a\\u000ab\\u0009c\\u001b[31m\\u007f" },
    { "a\0b", 3, "a\\x00b" },
    { "\xff\xc3(", 3, "\\xff\\xc3(" },
    { "\xc3", 1, "\\xc3" },
    { "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" },
    { "\u202e\u2066\u200f\u061c", 11, "\\u202e\\u2066\\u200f\\u061c" },
    { "\u2028\u2029\xc2\x85", 8, "\\u2028\\u2029\\u0085" },
    { "\U000e0001\U0001f600", 8, "\\U000e0001\U0001f600" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *escaped = pyrog_error_escape (rows[i].text, rows[i].size, 64);
      g_assert_cmpstr (escaped, ==, rows[i].escaped);
    }
}

/* Not more than the wanted bytes of a peer are shown, no escape or character is cut, and three dots
 * tell that there was more */
static void
test_escape_limit (void)
{
  static const struct
  {
    const char *text;
    gsize max;
    const char *escaped;
  } rows[] = {
    { "12345678", 8, "12345678" },  { "123456789", 8, "12345678…" },
    { "1234567\n", 8, "1234567…" }, { "1234567\u20ac", 8, "1234567…" },
    { "12\n", 8, "12\\u000a" },     { "x", 0, "…" },
  };
  g_autofree char *large = g_strnfill (100000, '\x01');
  g_autofree char *shown = pyrog_error_escape (large, strlen (large), 64);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *escaped
          = pyrog_error_escape (rows[i].text, strlen (rows[i].text), rows[i].max);
      g_assert_cmpstr (escaped, ==, rows[i].escaped);
    }
  g_assert_cmpuint (strlen (shown), ==, 60 + strlen ("…"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/domain", test_domain);
  g_test_add_func ("/error/classes", test_classes);
  g_test_add_func ("/error/unknown-classes", test_unknown_classes);
  g_test_add_func ("/error/foreign-domains", test_foreign_domains);
  g_test_add_func ("/error/register", test_register);
  g_test_add_func ("/error/register-builtin", test_register_builtin);
  g_test_add_func ("/error/register-threads", test_register_threads);
  g_test_add_func ("/error/is-communication", test_is_communication);
  g_test_add_func ("/error/outcome", test_outcome);
  g_test_add_func ("/error/outcome-foreign", test_outcome_foreign);
  g_test_add_func ("/error/escape", test_escape);
  g_test_add_func ("/error/escape-limit", test_escape_limit);

  return g_test_run ();
}
