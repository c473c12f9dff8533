/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-date.h"

#include <math.h>
#include <string.h>

#define MAX_ORDINAL 3652059 /* 9999-12-31 */
#define MIN_SECONDS (-62135596800.0)
#define MAX_SECONDS 253402300799.0
#define MICROSECONDS 1000000

static char *
date_to_iso (gint64 ordinal)
{
  GDate date;

  if (ordinal < 1 || ordinal > MAX_ORDINAL)
    return NULL;
  /* GLib counts days as Python does: 1 is the first of January of year 1 */
  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) ordinal);
  return g_strdup_printf ("%04d-%02d-%02d", g_date_get_year (&date), g_date_get_month (&date),
                          g_date_get_day (&date));
}

static char *
datetime_to_iso (double seconds)
{
  if (!(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS))
    return NULL;
  gint64 microseconds = (gint64) nearbyint ((seconds - floor (seconds)) * MICROSECONDS);
  gint64 whole = (gint64) floor (seconds) + microseconds / MICROSECONDS;
  microseconds %= MICROSECONDS;

  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (whole);
  if (time == NULL)
    return NULL;
  g_autofree char *text = g_strdup_printf (
      "%04d-%02d-%02dT%02d:%02d:%02d", g_date_time_get_year (time), g_date_time_get_month (time),
      g_date_time_get_day_of_month (time), g_date_time_get_hour (time),
      g_date_time_get_minute (time), g_date_time_get_second (time));
  if (microseconds == 0)
    return g_steal_pointer (&text);
  return g_strdup_printf ("%s.%06d", text, (int) microseconds);
}

char *
pyrog_date_to_iso (const PyrogValue *value)
{
  g_assert (value->kind == PYROG_KIND_DATE || value->kind == PYROG_KIND_DATETIME);

  return value->kind == PYROG_KIND_DATE ? date_to_iso (value->integer)
                                        : datetime_to_iso (value->real);
}

const char *
pyrog_date_class (PyrogKind kind)
{
  return kind == PYROG_KIND_DATE ? "datetime.date" : "datetime.datetime";
}

/* ---- From text ---- */

/* text begins as the pattern says, in which 0 stands for a digit; fills in the numbers */
static gboolean
scan (const char *text, const char *pattern, int *numbers)
{
  for (; *pattern != '\0'; pattern++, text++)
    {
      if (*pattern != '0' ? *text != *pattern : !g_ascii_isdigit (*text))
        return FALSE;
      if (*pattern == '0')
        *numbers = *numbers * 10 + g_ascii_digit_value (*text);
      else
        numbers++;
    }
  return TRUE;
}

static gboolean
date_from_iso (const char *text, PyrogValue *value)
{
  int n[3] = { 0 };
  GDate date;

  if (strlen (text) != strlen ("0000-00-00") || !scan (text, "0000-00-00", n)
      || !g_date_valid_dmy ((GDateDay) n[2], n[1], (GDateYear) n[0]))
    return FALSE;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) n[2], n[1], (GDateYear) n[0]);
  *value = (PyrogValue){ .kind = PYROG_KIND_DATE, .integer = g_date_get_julian (&date) };
  return TRUE;
}

static gboolean
datetime_from_iso (const char *text, PyrogValue *value)
{
  gsize size = strlen (text);
  int n[6] = { 0 }, microseconds = 0;

  if (!scan (text, "0000-00-00T00:00:00", n))
    return FALSE;
  if (size != strlen ("0000-00-00T00:00:00")
      && (size != strlen ("0000-00-00T00:00:00.000000")
          || !scan (text + strlen ("0000-00-00T00:00:00."), "000000", &microseconds)
          || text[strlen ("0000-00-00T00:00:00")] != '.'))
    return FALSE;
  g_autoptr (GDateTime) time = g_date_time_new_local (n[0], n[1], n[2], n[3], n[4], n[5]);
  if (time == NULL)
    return FALSE;
  *value = (PyrogValue){ .kind = PYROG_KIND_DATETIME,
                         .real = (double) g_date_time_to_unix (time)
                                 + (double) microseconds / MICROSECONDS };
  return TRUE;
}

gboolean
pyrog_date_from_dict (const PyrogValue *dict, PyrogValue *date)
{
  if (dict->kind != PYROG_KIND_DICT || dict->size != 2)
    return FALSE;
  const PyrogValue *class = pyrog_value_lookup (dict, PYROG_DATE_CLASS_MEMBER);
  const PyrogValue *value = pyrog_value_lookup (dict, PYROG_DATE_TEXT_MEMBER);
  if (class == NULL || value == NULL || value->kind != PYROG_KIND_STR)
    return FALSE;
  gboolean is_date = pyrog_value_is_text (class, pyrog_date_class (PYROG_KIND_DATE));
  if (!is_date && !pyrog_value_is_text (class, pyrog_date_class (PYROG_KIND_DATETIME)))
    return FALSE;
  g_autofree char *text = pyrog_value_dup_text (value);
  return is_date ? date_from_iso (text, date) : datetime_from_iso (text, date);
}
