/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-format.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-value-variant.h"

static gboolean
is_simple (char kind)
{
  switch (kind)
    {
    case 'b':
    case 'y':
    case 'n':
    case 'q':
    case 'i':
    case 'u':
    case 'x':
    case 't':
    case 'd':
    case 's':
      return TRUE;
    default:
      return FALSE;
    }
}

/* One element of a format: a character, or @ and the type behind it. Moves *format on. */
static gboolean
next_element (const char **format, char *kind, const GVariantType **type)
{
  const char *end;

  *kind = *(*format)++;
  *type = NULL;
  if (*kind != '@')
    return is_simple (*kind);
  if (!g_variant_type_string_scan (*format, NULL, &end))
    return FALSE;
  *type = (const GVariantType *) *format;
  *format = end;
  return g_variant_type_is_definite (*type) || g_variant_type_equal (*type, G_VARIANT_TYPE_ANY);
}

gboolean
pyrog_format_is_valid (const char *format)
{
  char kind;
  const GVariantType *type;

  while (*format != '\0')
    {
      if (!next_element (&format, &kind, &type))
        return FALSE;
    }
  return TRUE;
}

gboolean
pyrog_format_is_single (const char *format)
{
  char kind;
  const GVariantType *type;

  return next_element (&format, &kind, &type) && *format == '\0';
}

/* ---- Building ---- */

static gboolean
build_variant (PyrogBuilder *builder, GVariant *variant)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (variant);

  return pyrog_value_add_variant (builder, sunk);
}

static gboolean
build_string (PyrogBuilder *builder, const char *text, gboolean copy)
{
  gsize size = strlen (text);

  /* What is large may be borrowed, for longer than the caller keeps it */
  if (copy || size >= PYROG_PIECE_MIN)
    text = pyrog_arena_copy (builder->arena, text, size, &builder->error);
  return text != NULL && pyrog_builder_str (builder, text, size);
}

static gboolean
build_element (PyrogBuilder *builder, char kind, gboolean copy, va_list *args)
{
  switch (kind)
    {
    case 'b':
      return pyrog_builder_bool (builder, va_arg (*args, gboolean));
    case 'y':
    case 'q':
    case 'n':
    case 'i':
      return pyrog_builder_int (builder, va_arg (*args, int));
    case 'u':
      return pyrog_builder_int (builder, va_arg (*args, guint));
    case 'x':
      return pyrog_builder_int (builder, va_arg (*args, gint64));
    case 't':
      return pyrog_builder_uint (builder, va_arg (*args, guint64));
    case 'd':
      return pyrog_builder_float (builder, va_arg (*args, double));
    case 's':
      return build_string (builder, va_arg (*args, const char *), copy);
    default:
      return build_variant (builder, va_arg (*args, GVariant *));
    }
}

gboolean
pyrog_format_build (PyrogBuilder *builder, const char *format, gboolean copy, va_list *args)
{
  char kind;
  const GVariantType *type;

  if (!pyrog_builder_open (builder, PYROG_KIND_TUPLE))
    return FALSE;
  while (*format != '\0' && next_element (&format, &kind, &type))
    {
      if (!build_element (builder, kind, copy, args))
        return FALSE;
    }
  return pyrog_builder_close (builder);
}

/* ---- Reading ---- */

typedef union
{
  gint64 integer;
  guint64 uinteger;
  double real;
  char *text;
  GVariant *variant;
} Result;

/* The common case, straight from the value */
static gboolean
read_quickly (const PyrogValue *value, char kind, Result *result)
{
  if (kind == 'x' && value->kind == PYROG_KIND_INT)
    result->integer = value->integer;
  else if (kind == 'd' && value->kind == PYROG_KIND_FLOAT)
    result->real = value->real;
  else if (kind == 's' && value->kind == PYROG_KIND_STR)
    result->text = pyrog_value_dup_text (value);
  else
    return FALSE;
  return TRUE;
}

static gboolean
read_number (GVariant *variant, char kind, Result *result)
{
  switch (kind)
    {
    case 'b':
      result->integer = g_variant_get_boolean (variant);
      return TRUE;
    case 'y':
      result->integer = g_variant_get_byte (variant);
      return TRUE;
    case 'n':
      result->integer = g_variant_get_int16 (variant);
      return TRUE;
    case 'q':
      result->integer = g_variant_get_uint16 (variant);
      return TRUE;
    case 'i':
      result->integer = g_variant_get_int32 (variant);
      return TRUE;
    case 'u':
      result->integer = g_variant_get_uint32 (variant);
      return TRUE;
    case 'x':
      result->integer = g_variant_get_int64 (variant);
      return TRUE;
    case 't':
      result->uinteger = g_variant_get_uint64 (variant);
      return TRUE;
    default:
      result->real = g_variant_get_double (variant);
      return TRUE;
    }
}

static gboolean
read_element (const PyrogValue *value,
              PyrogChunk *chunk,
              const char *root,
              char kind,
              const GVariantType *type,
              Result *result,
              GError **error)
{
  const char name[2] = { kind, '\0' };

  if (read_quickly (value, kind, result))
    return TRUE;
  g_autoptr (GVariant) variant = pyrog_value_to_variant_sliced (
      value, type != NULL ? type : G_VARIANT_TYPE (name), root, chunk, error);
  if (variant == NULL)
    return FALSE;
  if (type == NULL && kind != 's')
    return read_number (variant, kind, result);
  if (type != NULL)
    result->variant = g_steal_pointer (&variant);
  else
    result->text = g_variant_dup_string (variant, NULL);
  return TRUE;
}

static void
store (char kind, const Result *result, gpointer target)
{
  switch (kind)
    {
    case 'b':
      *(gboolean *) target = (gboolean) result->integer;
      break;
    case 'y':
      *(guint8 *) target = (guint8) result->integer;
      break;
    case 'n':
      *(gint16 *) target = (gint16) result->integer;
      break;
    case 'q':
      *(guint16 *) target = (guint16) result->integer;
      break;
    case 'i':
      *(gint32 *) target = (gint32) result->integer;
      break;
    case 'u':
      *(guint32 *) target = (guint32) result->integer;
      break;
    case 'x':
      *(gint64 *) target = result->integer;
      break;
    case 't':
      *(guint64 *) target = result->uinteger;
      break;
    case 'd':
      *(double *) target = result->real;
      break;
    case 's':
      *(char **) target = result->text;
      break;
    default:
      *(GVariant **) target = result->variant;
    }
}

static void
discard (char kind, const Result *result)
{
  if (kind == 's')
    g_free (result->text);
  else if (kind == '@')
    g_variant_unref (result->variant);
}

static gsize
count_elements (const char *format)
{
  gsize count = 0;
  char kind;
  const GVariantType *type;

  while (*format != '\0' && next_element (&format, &kind, &type))
    count++;
  return count;
}

/* Stores the results, or throws them away */
static void
hand_out (const char *format, const Result *results, gsize count, va_list *args)
{
  char kind;
  const GVariantType *type;

  for (gsize i = 0; i < count && next_element (&format, &kind, &type); i++)
    {
      gpointer target = args != NULL ? va_arg (*args, gpointer) : NULL;
      if (target != NULL)
        store (kind, &results[i], target);
      else
        discard (kind, &results[i]);
    }
}

#define FEW_RESULTS 8u

gboolean
pyrog_format_read (const PyrogValue *values,
                   PyrogChunk *chunk,
                   const char *root,
                   const char *format,
                   va_list *args,
                   GError **error)
{
  gsize count = count_elements (format);
  Result few[FEW_RESULTS];
  g_autofree Result *many = count > FEW_RESULTS ? g_new (Result, count) : NULL;
  Result *results = many != NULL ? many : few;
  const char *p = format;
  char kind;
  const GVariantType *type;

  if (count != values->size)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                   _ ("%s: %zu values are wanted but there are %zu"), root, count,
                   (gsize) values->size);
      return FALSE;
    }
  for (gsize i = 0; i < count && next_element (&p, &kind, &type); i++)
    {
      if (!read_element (&values->items[i], chunk, root, kind, type, &results[i], error))
        {
          hand_out (format, results, i, NULL);
          return FALSE;
        }
    }
  hand_out (format, results, count, args);
  return TRUE;
}

gboolean
pyrog_format_read_result (
    const PyrogValue *result, PyrogChunk *chunk, const char *format, va_list *args, GError **error)
{
  const PyrogValue single = { .kind = PYROG_KIND_TUPLE, .size = 1, .items = result };

  if (*format == '\0')
    return TRUE;
  if (!pyrog_format_is_single (format)
      && (result->kind == PYROG_KIND_TUPLE || result->kind == PYROG_KIND_LIST))
    return pyrog_format_read (result, chunk, "result", format, args, error);
  return pyrog_format_read (&single, chunk, "result", format, args, error);
}
