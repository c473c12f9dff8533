/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-arena.h"
#include "pyrog-class-private.h"
#include "pyrog-error-private.h"

/* What writing and reading of objects have in common */

#define SHOWN_CLASS 256 /* bytes */

static GPrivate nesting; /* how many objects this thread is within */

gboolean
pyrog_class_is_state (GParamSpec *pspec)
{
  return (pspec->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE
         && (pspec->flags & G_PARAM_DEPRECATED) == 0;
}

char *
pyrog_class_member_name (GParamSpec *pspec)
{
  return g_strdelimit (g_strdup (pspec->name), "-", '_');
}

gboolean
pyrog_class_enter (const PyrogPath *path, GError **error)
{
  guint depth = GPOINTER_TO_UINT (g_private_get (&nesting));

  if (depth >= PYROG_MAX_DEPTH)
    {
      pyrog_class_refuse (path, PYROG_ERROR_SERIALIZE, error,
                          _ ("objects are nested more than %d levels"), PYROG_MAX_DEPTH);
      return FALSE;
    }
  g_private_set (&nesting, GUINT_TO_POINTER (depth + 1));
  return TRUE;
}

void
pyrog_class_leave (void)
{
  guint depth = GPOINTER_TO_UINT (g_private_get (&nesting));

  g_private_set (&nesting, GUINT_TO_POINTER (depth - 1));
}

void
pyrog_class_refuse (const PyrogPath *path, int code, GError **error, const char *format, ...)
{
  g_autofree char *where = pyrog_path_to_string (path);
  va_list args;

  va_start (args, format);
  g_autofree char *why = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, PYROG_ERROR, code, "%s: %s", where, why);
}

char *
pyrog_class_show (const PyrogValue *name)
{
  if (name->kind != PYROG_KIND_STR && name->kind != PYROG_KIND_RAW_STR)
    return g_strdup (pyrog_kind_name ((PyrogKind) name->kind));
  return pyrog_error_escape (name->text, name->size, SHOWN_CLASS);
}
