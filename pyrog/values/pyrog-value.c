/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-value.h"

#include <math.h>
#include <string.h>

#include "pyrog-error-private.h"
#include "pyrog-value-index.h"

/* Longest key text in a path */
#define PATH_KEY_MAX 32

PyrogValue
pyrog_value_none (void)
{
  return (PyrogValue){ .kind = PYROG_KIND_NONE };
}

PyrogValue
pyrog_value_bool (gboolean value)
{
  return (PyrogValue){ .kind = PYROG_KIND_BOOL, .boolean = value ? TRUE : FALSE };
}

PyrogValue
pyrog_value_int (gint64 value)
{
  return (PyrogValue){ .kind = PYROG_KIND_INT, .integer = value };
}

PyrogValue
pyrog_value_float (double value)
{
  return (PyrogValue){ .kind = PYROG_KIND_FLOAT, .real = value };
}

PyrogValue
pyrog_value_text (const char *text)
{
  return (PyrogValue){ .kind = PYROG_KIND_STR, .size = (guint32) strlen (text), .text = text };
}

gboolean
pyrog_value_is_container (const PyrogValue *value)
{
  return value->kind >= PYROG_KIND_LIST && value->kind <= PYROG_KIND_DICT;
}

gsize
pyrog_value_n_items (const PyrogValue *value)
{
  if (value->kind == PYROG_KIND_DICT)
    return (gsize) value->size * 2;
  return pyrog_value_is_container (value) ? value->size : 0;
}

gboolean
pyrog_value_is_text (const PyrogValue *value, const char *text)
{
  return value->kind == PYROG_KIND_STR && strlen (text) == value->size
         && memcmp (value->text, text, value->size) == 0;
}

const PyrogValue *
pyrog_value_lookup (const PyrogValue *dict, const char *key)
{
  if (dict->kind != PYROG_KIND_DICT)
    return NULL;
  for (gsize i = 0; i < dict->size; i++)
    {
      if (pyrog_value_is_text (&dict->items[2 * i], key))
        return &dict->items[2 * i + 1];
    }
  return NULL;
}

/* ---- Equality ---- */

static gboolean
is_number (const PyrogValue *value)
{
  return value->kind >= PYROG_KIND_BOOL && value->kind <= PYROG_KIND_COMPLEX;
}

static gint64
as_integer (const PyrogValue *value)
{
  return value->kind == PYROG_KIND_BOOL ? (gint64) value->boolean : value->integer;
}

static gboolean
float_equals_big_int (double real, const PyrogValue *big)
{
  char digits[PYROG_EXACT_FLOAT_SIZE];

  if (!isfinite (real) || big->size >= sizeof digits)
    return FALSE;
  gsize size = pyrog_value_exact_float (real, digits);
  return size == big->size && memcmp (digits, big->text, size) == 0;
}

static gboolean
float_equals_integer (double real, const PyrogValue *value)
{
  if (value->kind == PYROG_KIND_BIG_INT)
    return float_equals_big_int (real, value);
  if (value->kind == PYROG_KIND_UINT)
    return real >= 0x1p63 && real < 0x1p64 && (guint64) real == value->uinteger
           && (double) (guint64) real == real;
  gint64 integer = as_integer (value);
  return real >= -0x1p63 && real < 0x1p63 && (gint64) real == integer
         && (double) (gint64) real == real;
}

static gboolean
integers_equal (const PyrogValue *a, const PyrogValue *b)
{
  if (a->kind == PYROG_KIND_UINT || b->kind == PYROG_KIND_UINT)
    return a->kind == b->kind && a->uinteger == b->uinteger;
  if (a->kind == PYROG_KIND_BIG_INT || b->kind == PYROG_KIND_BIG_INT)
    return a->kind == b->kind && a->size == b->size && memcmp (a->text, b->text, a->size) == 0;
  return as_integer (a) == as_integer (b);
}

static gboolean
numbers_equal (const PyrogValue *a, const PyrogValue *b)
{
  if (a->kind == PYROG_KIND_COMPLEX || b->kind == PYROG_KIND_COMPLEX)
    {
      if (a->kind == b->kind)
        return a->parts[0] == b->parts[0] && a->parts[1] == b->parts[1];
      const PyrogValue *other = a->kind == PYROG_KIND_COMPLEX ? b : a;
      const double *parts = a->kind == PYROG_KIND_COMPLEX ? a->parts : b->parts;
      PyrogValue real = pyrog_value_float (parts[0]);
      return parts[1] == 0.0 && numbers_equal (&real, other);
    }
  if (a->kind == PYROG_KIND_FLOAT && b->kind == PYROG_KIND_FLOAT)
    return a->real == b->real;
  if (a->kind == PYROG_KIND_FLOAT)
    return float_equals_integer (a->real, b);
  if (b->kind == PYROG_KIND_FLOAT)
    return float_equals_integer (b->real, a);
  return integers_equal (a, b);
}

static gboolean
sequences_equal (const PyrogValue *a, const PyrogValue *b)
{
  /* As in Python, what is the same object is equal, even if a nan is in it */
  if (a->items == b->items)
    return TRUE;
  for (gsize i = 0; i < a->size; i++)
    {
      if (!pyrog_value_equal (&a->items[i], &b->items[i]))
        return FALSE;
    }
  return TRUE;
}

/* Sets and dicts, in any order */
static gboolean
tables_equal (const PyrogValue *a, const PyrogValue *b)
{
  gsize stride = a->kind == PYROG_KIND_DICT ? 2 : 1;
  PyrogValueIndex index;

  if (a->items == b->items)
    return TRUE;
  if (!pyrog_value_index_init (&index, b->items, b->size, stride))
    return FALSE;
  gboolean equal = TRUE;
  for (gsize i = 0; i < b->size; i++)
    pyrog_value_index_add (&index, i);
  for (gsize i = 0; i < a->size && equal; i++)
    {
      const PyrogValue *entry = &a->items[i * stride];
      gsize found = pyrog_value_index_find (&index, entry);
      equal = found < b->size
              && (stride == 1 || pyrog_value_equal (&entry[1], &b->items[found * 2 + 1]));
    }
  pyrog_value_index_clear (&index);
  return equal;
}

static gboolean
is_set (const PyrogValue *value)
{
  return value->kind == PYROG_KIND_SET || value->kind == PYROG_KIND_FROZENSET;
}

gboolean
pyrog_value_equal (const PyrogValue *a, const PyrogValue *b)
{
  if (is_number (a) && is_number (b))
    return numbers_equal (a, b);
  if (is_set (a) && is_set (b))
    return a->size == b->size && tables_equal (a, b);
  if (a->kind != b->kind)
    return FALSE;

  switch ((PyrogKind) a->kind)
    {
    case PYROG_KIND_NONE:
      return TRUE;
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
    case PYROG_KIND_BYTES:
      return a->size == b->size && (a->size == 0 || memcmp (a->text, b->text, a->size) == 0);
    case PYROG_KIND_LIST:
    case PYROG_KIND_TUPLE:
      return a->size == b->size && sequences_equal (a, b);
    case PYROG_KIND_DICT:
      return a->size == b->size && tables_equal (a, b);
    case PYROG_KIND_DATETIME:
      return a->real == b->real;
    case PYROG_KIND_DATE:
      return a->integer == b->integer;
    default:
      g_assert_not_reached (); /* numbers and sets were handled above */
    }
}

gboolean
pyrog_value_is_hashable (const PyrogValue *value)
{
  if (value->kind == PYROG_KIND_LIST || value->kind == PYROG_KIND_SET
      || value->kind == PYROG_KIND_DICT)
    return FALSE;
  if (value->kind == PYROG_KIND_TUPLE)
    {
      for (gsize i = 0; i < value->size; i++)
        {
          if (!pyrog_value_is_hashable (&value->items[i]))
            return FALSE;
        }
    }
  return TRUE;
}

char *
pyrog_value_dup_text (const PyrogValue *value)
{
  return g_strndup (value->text, value->size);
}

const char *
pyrog_kind_name (PyrogKind kind)
{
  static const char *const names[] = {
    [PYROG_KIND_NONE] = "None",       [PYROG_KIND_BOOL] = "bool",
    [PYROG_KIND_INT] = "int",         [PYROG_KIND_UINT] = "int",
    [PYROG_KIND_BIG_INT] = "int",     [PYROG_KIND_FLOAT] = "float",
    [PYROG_KIND_COMPLEX] = "complex", [PYROG_KIND_STR] = "str",
    [PYROG_KIND_RAW_STR] = "str",     [PYROG_KIND_BYTES] = "bytes",
    [PYROG_KIND_LIST] = "list",       [PYROG_KIND_TUPLE] = "tuple",
    [PYROG_KIND_SET] = "set",         [PYROG_KIND_FROZENSET] = "frozenset",
    [PYROG_KIND_DICT] = "dict",       [PYROG_KIND_DATETIME] = "datetime",
    [PYROG_KIND_DATE] = "date",
  };

  return names[kind];
}

/* ---- Paths ---- */

static void
append_key (GString *text, const PyrogValue *key)
{
  switch ((PyrogKind) key->kind)
    {
    case PYROG_KIND_STR:
      {
        g_autofree char *escaped = pyrog_error_escape (key->text, key->size, PATH_KEY_MAX);
        g_string_append_printf (text, "[\"%s\"]", escaped);
        break;
      }
    case PYROG_KIND_BOOL:
      g_string_append_printf (text, "[%s]", key->boolean ? "True" : "False");
      break;
    case PYROG_KIND_INT:
      g_string_append_printf (text, "[%" G_GINT64_FORMAT "]", key->integer);
      break;
    case PYROG_KIND_FLOAT:
      {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append_printf (text, "[%s]", g_ascii_dtostr (number, sizeof number, key->real));
        break;
      }
    default:
      g_string_append_printf (text, "[<%s>]", pyrog_kind_name (key->kind));
    }
}

static void
append_step (GString *text, const PyrogPath *path)
{
  if (path->parent != NULL)
    append_step (text, path->parent);
  if (path->name != NULL)
    g_string_append (text, path->name);
  else if (path->key != NULL)
    append_key (text, path->key);
  else
    g_string_append_printf (text, "[%zu]", path->index);
}

char *
pyrog_path_to_string (const PyrogPath *path)
{
  GString *text = g_string_new (NULL);

  append_step (text, path);
  return g_string_free (text, FALSE);
}
