/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-remote-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error-private.h"
#include "pyrog-value-variant.h"

#define TRACEBACK_ATTRIBUTE "_pyroTraceback"
#define MAX_MESSAGE 4096 /* bytes */
#define MAX_CLASS 256    /* bytes */

static char *
text_member (const PyrogValue *dict, const char *key, gsize max)
{
  const PyrogValue *value = pyrog_value_lookup (dict, key);

  if (value == NULL || value->kind != PYROG_KIND_STR)
    return NULL;
  return pyrog_error_escape (value->text, value->size, max);
}

/* What Python's str() of an exception says: its only argument, or all of them */
static char *
message_of (const PyrogValue *args, GVariant *args_variant, const char *remote_class)
{
  if (args == NULL || args->size == 0 || args_variant == NULL)
    return g_strdup (remote_class);
  if (args->size == 1 && args->items[0].kind == PYROG_KIND_STR)
    {
      g_autofree char *text = pyrog_value_dup_text (&args->items[0]);
      return strlen (text) > MAX_MESSAGE ? g_utf8_make_valid (text, MAX_MESSAGE)
                                         : g_steal_pointer (&text);
    }
  g_autofree char *text = g_variant_print (args_variant, FALSE);
  return g_utf8_make_valid (text, (gssize) strnlen (text, MAX_MESSAGE));
}

static GVariant *
sequence_to_variant (const PyrogValue *value, PyrogKind kind)
{
  if (value == NULL || value->kind < PYROG_KIND_LIST || value->kind > PYROG_KIND_DICT)
    return NULL;
  if (kind == PYROG_KIND_DICT && value->kind != PYROG_KIND_DICT)
    return NULL;
  PyrogValue copy = *value;
  if (kind == PYROG_KIND_TUPLE)
    copy.kind = PYROG_KIND_TUPLE;
  g_autoptr (GVariant) variant = pyrog_value_to_variant (&copy, "exception", NULL);
  if (kind == PYROG_KIND_DICT && variant != NULL
      && !g_variant_is_of_type (variant, G_VARIANT_TYPE_VARDICT))
    return NULL;
  return g_steal_pointer (&variant);
}

static GStrv
traceback_of (const PyrogValue *attributes)
{
  const PyrogValue *lines
      = attributes != NULL ? pyrog_value_lookup (attributes, TRACEBACK_ATTRIBUTE) : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (lines == NULL || (lines->kind != PYROG_KIND_LIST && lines->kind != PYROG_KIND_TUPLE))
    return NULL;
  for (gsize i = 0; i < lines->size; i++)
    {
      if (lines->items[i].kind == PYROG_KIND_STR)
        {
          g_autofree char *line = pyrog_value_dup_text (&lines->items[i]);
          g_strv_builder_add (builder, line);
        }
    }
  return g_strv_builder_end (builder);
}

static PyrogOutcome *
make_outcome (const char *remote_class,
              GVariant *args,
              const PyrogValue *attributes,
              const PyrogOutcomeParts *reply)
{
  g_autoptr (GVariant) attribute_dict = sequence_to_variant (attributes, PYROG_KIND_DICT);
  g_auto (GStrv) traceback = traceback_of (attributes);
  PyrogOutcomeParts parts
      = reply != NULL ? *reply : (PyrogOutcomeParts){ .execution = PYROG_EXECUTION_ANSWERED };

  parts.remote_class = remote_class;
  parts.args = args;
  parts.attributes = attribute_dict;
  parts.traceback = (const char *const *) traceback;

  return pyrog_outcome_new (&parts);
}

GError *
pyrog_remote_error_new (const PyrogValue *exception,
                        const PyrogOutcomeParts *reply,
                        PyrogOutcome **outcome)
{
  g_autofree char *remote_class = text_member (exception, "__class__", MAX_CLASS);
  const PyrogValue *args = pyrog_value_lookup (exception, "args");
  GQuark domain;
  int code;

  if (remote_class == NULL)
    remote_class = g_strdup ("builtins.Exception");
  g_autoptr (GVariant) arguments = sequence_to_variant (args, PYROG_KIND_TUPLE);
  g_autofree char *message = message_of (args, arguments, remote_class);
  pyrog_error_from_class (remote_class, &domain, &code);
  GError *error = g_error_new_literal (domain, code, message);
  *outcome
      = make_outcome (remote_class, arguments, pyrog_value_lookup (exception, "attributes"), reply);
  pyrog_error_set_outcome (error, *outcome);
  return error;
}
