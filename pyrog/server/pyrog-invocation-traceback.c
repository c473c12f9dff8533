/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-coerce.h"
#include "pyrog-error-private.h"
#include "pyrog-invocation-private.h"

/* What an exception says of where it comes from, in the words and the layout of Python's
 * tracebacks, for whoever reads it at the other end. C has no frames to show, and our callers no
 * business with the daemon's addresses and source files: it is the object, the method, the error,
 * and what the daemon of a call within this one said in its turn. */

#define MAX_NAME 256         /* bytes shown of what peers called something */
#define MAX_LINE 1024        /* bytes of a line */
#define MAX_REMOTE_LINES 256 /* of the traceback of another daemon */

static gboolean
is_detailed (PyrogInvocation *self)
{
  return self->whole != NULL ? self->whole->detailed : self->detailed;
}

static void add_line (GVariantBuilder *builder, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_line (GVariantBuilder *builder, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_variant_builder_add_value (builder,
                               g_variant_new_take_string (g_strdup_vprintf (format, args)));
  va_end (args);
}

static char *
show (const char *text, gsize max)
{
  return pyrog_error_escape (text, strlen (text), max);
}

static void
add_call (GVariantBuilder *builder, PyrogInvocation *self)
{
  g_autofree char *object = show (pyrog_invocation_get_object_id (self), MAX_NAME);
  g_autofree char *method = show (pyrog_invocation_get_method_name (self), MAX_NAME);
  g_autofree char *correlation_id = pyrog_invocation_get_correlation_id (self);

  add_line (builder, "  Object \"%s\", in %s\n", object, method);
  if (correlation_id != NULL)
    add_line (builder, "    correlation id %s\n", correlation_id);
}

/* The lines of a piece; FALSE: these are enough */
static gboolean
add_remote_piece (GVariantBuilder *builder, const char *piece, guint *count)
{
  while (*piece != '\0')
    {
      const gsize size = strcspn (piece, "\n");
      g_autofree char *line = pyrog_error_escape (piece, size, MAX_LINE);
      if (++*count > MAX_REMOTE_LINES)
        {
          add_line (builder, "    | …\n");
          return FALSE;
        }
      add_line (builder, "    | %s\n", line);
      piece += size + (piece[size] == '\n' ? 1 : 0);
    }
  return TRUE;
}

static void
add_remote (GVariantBuilder *builder, const char *const *traceback)
{
  guint count = 0;

  add_line (builder, "    +--- Remote traceback:\n");
  for (guint i = 0; traceback[i] != NULL; i++)
    {
      if (!add_remote_piece (builder, traceback[i], &count))
        break;
    }
  add_line (builder, "    +--- End of remote traceback\n");
}

static void
add_error (GVariantBuilder *builder, const GError *error)
{
  PyrogOutcome *outcome = pyrog_error_get_outcome (error);
  const char *const *traceback = outcome != NULL ? pyrog_outcome_get_traceback (outcome) : NULL;

  add_line (builder, "    GError %s, code %d\n", g_quark_to_string (error->domain), error->code);
  if (traceback != NULL && traceback[0] != NULL)
    add_remote (builder, traceback);
}

/* As Python shows them: without the module of its own exceptions */
static void
add_exception (GVariantBuilder *builder, PyrogInvocation *self)
{
  g_autoptr (GError) error = pyrog_invocation_dup_error (self);
  const char *name = self->remote_class;

  if (g_str_has_prefix (name, "builtins."))
    name += strlen ("builtins.");
  g_autofree char *class = show (name, MAX_NAME);
  g_autofree char *text = show (error->message, MAX_LINE);
  add_line (builder, "%s: %s\n", class, text);
}

static GVariant *
given_traceback (PyrogInvocation *self)
{
  g_autoptr (GVariant) value
      = self->attributes != NULL
            ? g_variant_lookup_value (self->attributes, PYROG_TRACEBACK_ATTRIBUTE, NULL)
            : NULL;

  return value != NULL ? pyrog_value_coerce (value, G_VARIANT_TYPE_STRING_ARRAY, NULL) : NULL;
}

static GVariant *
make_traceback (PyrogInvocation *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  add_line (&builder, "Traceback (most recent call last):\n");
  add_call (&builder, self);
  if (self->error != NULL)
    add_error (&builder, self->error);
  add_exception (&builder, self);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

GVariant *
pyrog_invocation_dup_traceback (PyrogInvocation *self, gboolean own)
{
  if (!is_detailed (self))
    return NULL;
  GVariant *given = own ? NULL : given_traceback (self);
  return given != NULL ? given : make_traceback (self);
}
