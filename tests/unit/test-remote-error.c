/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-remote-error.h"

#include <string.h>

#include "pyrog-error.h"

/* {"__class__": class, "args": (text,), "attributes": {"x": 5, "_pyroTraceback": ["line"]}} */
static GError *
make_error (const char *class, const char *text, PyrogOutcome **outcome)
{
  const PyrogValue argument = pyrog_value_text (text);
  const PyrogValue line = pyrog_value_text ("line");
  const PyrogValue attributes[] = { pyrog_value_text ("x"),
                                    pyrog_value_int (5),
                                    pyrog_value_text ("_pyroTraceback"),
                                    { .kind = PYROG_KIND_LIST, .size = 1, .items = &line } };
  const PyrogValue items[] = {
    pyrog_value_text ("__class__"),  pyrog_value_text (class),
    pyrog_value_text ("args"),       { .kind = PYROG_KIND_TUPLE, .size = 1, .items = &argument },
    pyrog_value_text ("attributes"), { .kind = PYROG_KIND_DICT, .size = 2, .items = attributes },
  };
  const PyrogValue exception = { .kind = PYROG_KIND_DICT, .size = 3, .items = items };

  return pyrog_remote_error_new (&exception, NULL, outcome);
}

/* Each class has its code, an unknown one that of all remote errors, and nothing is lost */
static void
test_classes (void)
{
  const struct
  {
    const char *class;
    int code;
  } rows[] = {
    { "builtins.ValueError", PYROG_ERROR_VALUE_ERROR },
    { "ValueError", PYROG_ERROR_VALUE_ERROR },
    { "Pyro5.errors.NamingError", PYROG_ERROR_NAMING },
    { "my.module.Surprise", PYROG_ERROR_REMOTE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogOutcome) outcome = NULL;
      g_autoptr (GError) error = make_error (rows[i].class, "what happened", &outcome);
      g_assert_error (error, PYROG_ERROR, rows[i].code);
      g_assert_cmpstr (error->message, ==, "what happened");
      g_assert_true (pyrog_error_get_outcome (error) == outcome);
      g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_ANSWERED);
      g_assert_cmpstr (pyrog_outcome_get_remote_class (outcome), ==, rows[i].class);
      g_autofree char *args = g_variant_print (pyrog_outcome_get_args (outcome), FALSE);
      g_assert_cmpstr (args, ==, "(<'what happened'>,)");
      g_assert_cmpstr (pyrog_outcome_get_traceback (outcome)[0], ==, "line");
    }
}

/* What is no exception at all still becomes an error */
static void
test_malformed (void)
{
  const PyrogValue values[] = { pyrog_value_none (), pyrog_value_int (5), pyrog_value_text ("x") };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (PyrogOutcome) outcome = NULL;
      g_autoptr (GError) error = pyrog_remote_error_new (&values[i], NULL, &outcome);
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_EXCEPTION);
      g_assert_cmpstr (error->message, !=, "");
    }
}

/* A long text is cut, and stays text */
static void
test_long (void)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autoptr (PyrogOutcome) outcome = NULL;
  g_autoptr (GError) error = make_error ("ValueError", text, &outcome);

  g_assert_cmpuint (strlen (error->message), <=, 4096 + 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/remote-error/classes", test_classes);
  g_test_add_func ("/remote-error/malformed", test_malformed);
  g_test_add_func ("/remote-error/long", test_long);
  return g_test_run ();
}
