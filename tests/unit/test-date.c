/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-date.h"

#include <math.h>

static PyrogValue
day (gint64 ordinal)
{
  return (PyrogValue){ .kind = PYROG_KIND_DATE, .integer = ordinal };
}

static PyrogValue
moment (double seconds)
{
  return (PyrogValue){ .kind = PYROG_KIND_DATETIME, .real = seconds };
}

static void
assert_iso (const PyrogValue *value, const char *expected)
{
  g_autofree char *text = pyrog_date_to_iso (value);

  g_assert_cmpstr (text, ==, expected);
}

/* The texts are those of Python's isoformat(), from the first day that it knows to the last; other
 * numbers are no dates */
static void
test_iso (void)
{
  const struct
  {
    PyrogValue value;
    const char *expected;
  } rows[] = {
    { day (1), "0001-01-01" },
    { day (719163), "1970-01-01" },
    { day (3652059), "9999-12-31" },
    { day (0), NULL },
    { day (3652060), NULL },
    { moment (0), "1970-01-01T00:00:00" },
    { moment (1.5), "1970-01-01T00:00:01.500000" },
    { moment (-0.25), "1969-12-31T23:59:59.750000" },
    { moment (0.9999999), "1970-01-01T00:00:01" },
    { moment (253402300799.0), "9999-12-31T23:59:59" },
    { moment (253402300800.0), NULL },
    { moment (NAN), NULL },
    { moment (INFINITY), NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_iso (&rows[i].value, rows[i].expected);
}

static gboolean
from_dict (const char *class, const char *text, PyrogValue *date)
{
  const PyrogValue items[] = { pyrog_value_text ("__class__"), pyrog_value_text (class),
                               pyrog_value_text ("value"), pyrog_value_text (text) };
  const PyrogValue dict = { .kind = PYROG_KIND_DICT, .size = 2, .items = items };

  return pyrog_date_from_dict (&dict, date);
}

/* A dict of our own making is a date again, and nothing that only looks like it */
static void
test_from_dict (void)
{
  PyrogValue date;

  g_assert_true (from_dict ("datetime.date", "1970-01-02", &date));
  g_assert_cmpint (date.kind, ==, PYROG_KIND_DATE);
  g_assert_cmpint (date.integer, ==, 719164);
  g_assert_true (from_dict ("datetime.datetime", "1970-01-01T00:00:01.500000", &date));
  g_assert_cmpint (date.kind, ==, PYROG_KIND_DATETIME);
  g_assert_cmpfloat (date.real, ==, 1.5);
  g_assert_false (from_dict ("datetime.date", "1970-1-2", &date));
  g_assert_false (from_dict ("datetime.date", "1970-02-30", &date));
  g_assert_false (from_dict ("datetime.date", "1970-01-01T00:00:00", &date));
  g_assert_false (from_dict ("datetime.datetime", "1970-01-01 00:00:00", &date));
  g_assert_false (from_dict ("datetime.time", "00:00:00", &date));
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/date/iso", test_iso);
  g_test_add_func ("/date/from-dict", test_from_dict);
  return g_test_run ();
}
