/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-date.h"

#include <math.h>

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
