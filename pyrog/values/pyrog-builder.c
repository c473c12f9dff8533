/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-builder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-number.h"
#include "pyrog-value-index.h"

#define KEPT_STACK 4096u /* values of scratch that a reset keeps */
#define FEW_ITEMS 8u     /* up to here comparing all pairs beats an index */

void
pyrog_builder_init (PyrogBuilder *builder, PyrogArena *arena)
{
  builder->arena = arena;
  builder->stack = builder->first;
  builder->length = 0;
  builder->capacity = PYROG_BUILDER_FIRST;
  builder->depth = 0;
  builder->max_depth = pyrog_arena_get_max_depth (arena);
  builder->error = NULL;
}

static void
free_stack (PyrogBuilder *builder)
{
  if (builder->stack != builder->first)
    g_free (builder->stack);
  builder->stack = builder->first;
  builder->capacity = PYROG_BUILDER_FIRST;
}

void
pyrog_builder_clear (PyrogBuilder *builder)
{
  free_stack (builder);
  pyrog_builder_reset (builder);
}

void
pyrog_builder_reset (PyrogBuilder *builder)
{
  if (builder->capacity > KEPT_STACK)
    free_stack (builder);
  builder->length = 0;
  builder->depth = 0;
  g_clear_error (&builder->error);
}

gboolean
pyrog_builder_fail (PyrogBuilder *builder, int code, const char *format, ...)
{
  if (builder->error == NULL)
    {
      va_list args;
      va_start (args, format);
      builder->error = g_error_new_valist (PYROG_ERROR, code, format, args);
      va_end (args);
    }
  return FALSE;
}

static gboolean
grow_stack (PyrogBuilder *builder)
{
  gsize capacity = builder->capacity * 2;
  gboolean is_first = builder->stack == builder->first;
  PyrogValue *stack = g_try_renew (PyrogValue, is_first ? NULL : builder->stack, capacity);

  if (stack != NULL && is_first)
    memcpy (stack, builder->first, sizeof builder->first);
  if (stack == NULL)
    return pyrog_builder_fail (builder, PYROG_ERROR_MESSAGE_TOO_LARGE,
                               _ ("No memory for %zu values of a message"), capacity);
  builder->stack = stack;
  builder->capacity = capacity;
  return TRUE;
}

/* Containers charge their items as they come, so that a peer never makes the stack outgrow the
 * budget */
static inline PyrogValue *
push (PyrogBuilder *builder)
{
  if (G_UNLIKELY (builder->error != NULL)
      || G_UNLIKELY (!pyrog_arena_charge (builder->arena, 1, &builder->error)))
    return NULL;
  if (G_UNLIKELY (builder->length == builder->capacity) && !grow_stack (builder))
    return NULL;
  return &builder->stack[builder->length++];
}

gboolean
pyrog_builder_add (PyrogBuilder *builder, const PyrogValue *value)
{
  PyrogValue *slot = push (builder);

  if (slot == NULL)
    return FALSE;
  *slot = *value;
  return TRUE;
}

gboolean
pyrog_builder_none (PyrogBuilder *builder)
{
  PyrogValue value = pyrog_value_none ();

  return pyrog_builder_add (builder, &value);
}

gboolean
pyrog_builder_bool (PyrogBuilder *builder, gboolean boolean)
{
  PyrogValue value = pyrog_value_bool (boolean);

  return pyrog_builder_add (builder, &value);
}

gboolean
pyrog_builder_int (PyrogBuilder *builder, gint64 integer)
{
  PyrogValue *slot = push (builder);

  if (slot == NULL)
    return FALSE;
  *slot = (PyrogValue){ .kind = PYROG_KIND_INT, .integer = integer };
  return TRUE;
}

gboolean
pyrog_builder_uint (PyrogBuilder *builder, guint64 uinteger)
{
  if (uinteger <= G_MAXINT64)
    return pyrog_builder_int (builder, (gint64) uinteger);

  PyrogValue value = { .kind = PYROG_KIND_UINT, .uinteger = uinteger };
  return pyrog_builder_add (builder, &value);
}

gboolean
pyrog_builder_float (PyrogBuilder *builder, double real)
{
  PyrogValue value = pyrog_value_float (real);

  return pyrog_builder_add (builder, &value);
}

/* ---- Text ---- */

/* U+D800 to U+DFFF as three bytes: not UTF-8, but what Python's lone surrogates look like */
static gboolean
is_surrogate (const guint8 *p, gsize left)
{
  return left >= 3 && p[0] == 0xed && p[1] >= 0xa0 && p[1] <= 0xbf && p[2] >= 0x80 && p[2] <= 0xbf;
}

PyrogKind
pyrog_builder_classify (const char *text, gsize size)
{
  PyrogKind kind = PYROG_KIND_STR;
  const char *end;

  while (!g_utf8_validate_len (text, size, &end))
    {
      gsize left = size - (gsize) (end - text);
      gsize skip = *end == '\0' ? 1 : is_surrogate ((const guint8 *) end, left) ? 3 : 0;
      if (skip == 0)
        return PYROG_KIND_NONE;
      kind = PYROG_KIND_RAW_STR;
      text = end + skip;
      size = left - skip;
    }
  return kind;
}

gboolean
pyrog_builder_str (PyrogBuilder *builder, const char *text, gsize size)
{
  PyrogKind kind = size == 0 ? PYROG_KIND_STR : pyrog_builder_classify (text, size);

  if (kind == PYROG_KIND_NONE)
    return pyrog_builder_fail (builder, PYROG_ERROR_SERIALIZE, _ ("A str is not valid UTF-8"));
  if (size > G_MAXUINT32)
    return pyrog_builder_fail (builder, PYROG_ERROR_MESSAGE_TOO_LARGE,
                               _ ("A str has %zu bytes, more than %u"), size, G_MAXUINT32);
  PyrogValue value = { .kind = (guint8) kind, .size = (guint32) size, .text = text };
  return pyrog_builder_add (builder, &value);
}

gboolean
pyrog_builder_utf8 (PyrogBuilder *builder, const char *text, gsize size)
{
  PyrogValue *slot;

  if (size > G_MAXUINT32)
    return pyrog_builder_fail (builder, PYROG_ERROR_MESSAGE_TOO_LARGE,
                               _ ("A str has %zu bytes, more than %u"), size, G_MAXUINT32);
  slot = push (builder);
  if (slot == NULL)
    return FALSE;
  *slot = (PyrogValue){ .kind = PYROG_KIND_STR, .size = (guint32) size, .text = text };
  return TRUE;
}

gboolean
pyrog_builder_bytes (PyrogBuilder *builder, gconstpointer data, gsize size)
{
  if (size > G_MAXUINT32)
    return pyrog_builder_fail (builder, PYROG_ERROR_MESSAGE_TOO_LARGE,
                               _ ("A bytes value has %zu bytes, more than %u"), size, G_MAXUINT32);
  PyrogValue value = { .kind = PYROG_KIND_BYTES, .size = (guint32) size, .text = data };
  return pyrog_builder_add (builder, &value);
}

static gboolean
add_big_int (PyrogBuilder *builder, gboolean negative, const char *digits, gsize size)
{
  char *text = pyrog_arena_alloc (builder->arena, size + 1, &builder->error);

  if (text == NULL)
    return FALSE;
  text[0] = '-';
  memcpy (text + 1, digits, size);
  PyrogValue value = { .kind = PYROG_KIND_BIG_INT,
                       .size = (guint32) (size + (negative ? 1 : 0)),
                       .text = negative ? text : text + 1 };
  return pyrog_builder_add (builder, &value);
}

static gboolean
all_digits (const char *text, const char *end)
{
  if (text == end)
    return FALSE;
  while (text < end && g_ascii_isdigit (*text))
    text++;
  return text == end;
}

gboolean
pyrog_builder_decimal (PyrogBuilder *builder, const char *text, gsize size)
{
  gboolean negative = size > 0 && text[0] == '-';
  const char *digits = text;
  const char *end = text + size;
  gint64 integer;
  guint64 uinteger;

  if (builder->error != NULL)
    return FALSE;
  if (size > 0 && (text[0] == '-' || text[0] == '+'))
    digits++;
  if (!all_digits (digits, end))
    return pyrog_builder_fail (builder, PYROG_ERROR_SERIALIZE, _ ("An int has a malformed digit"));
  while (digits < end - 1 && *digits == '0')
    digits++;

  gsize n_digits = (gsize) (end - digits);
  if (n_digits > PYROG_MAX_INT_DIGITS)
    return pyrog_builder_fail (builder, PYROG_ERROR_MESSAGE_TOO_LARGE,
                               _ ("An int has %zu digits, more than %d"), n_digits,
                               PYROG_MAX_INT_DIGITS);
  if (pyrog_number_read_uint (digits, n_digits, &uinteger))
    {
      if (!negative)
        return pyrog_builder_uint (builder, uinteger);
      if (uinteger <= (guint64) G_MAXINT64 + 1)
        {
          integer = (gint64) (0 - uinteger);
          return pyrog_builder_int (builder, integer);
        }
    }
  return add_big_int (builder, negative, digits, n_digits);
}

/* ---- Containers ---- */

gboolean
pyrog_builder_open (PyrogBuilder *builder, PyrogKind kind)
{
  if (builder->error != NULL)
    return FALSE;
  if (builder->depth == builder->max_depth)
    return pyrog_builder_fail (builder, PYROG_ERROR_MESSAGE_TOO_LARGE,
                               _ ("The message nests more than its limit of %u containers"),
                               builder->max_depth);
  builder->frames[builder->depth].start = builder->length;
  builder->frames[builder->depth].kind = (guint8) kind;
  builder->depth++;
  return TRUE;
}

gboolean
pyrog_builder_open_around (PyrogBuilder *builder, PyrogKind kind)
{
  g_assert (builder->error != NULL || builder->length > 0);

  if (!pyrog_builder_open (builder, kind))
    return FALSE;
  builder->frames[builder->depth - 1].start--;
  return TRUE;
}

void
pyrog_builder_set_kind (PyrogBuilder *builder, PyrogKind kind)
{
  g_assert (builder->depth > 0);

  builder->frames[builder->depth - 1].kind = (guint8) kind;
}

void
pyrog_builder_dissolve (PyrogBuilder *builder)
{
  g_assert (builder->depth > 0);

  builder->depth--;
}

PyrogValue *
pyrog_builder_last (PyrogBuilder *builder)
{
  if (builder->error != NULL || builder->length == 0)
    return NULL;
  return &builder->stack[builder->length - 1];
}

gsize
pyrog_builder_count (PyrogBuilder *builder)
{
  g_assert (builder->depth > 0);

  return builder->length - builder->frames[builder->depth - 1].start;
}

static gboolean
check_hashable (const PyrogValue *entries, gsize count, gsize stride, GError **error)
{
  for (gsize i = 0; i < count; i++)
    {
      const PyrogValue *entry = &entries[i * stride];
      if (entry->kind != PYROG_KIND_STR && !pyrog_value_is_hashable (entry))
        {
          g_set_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE, _ ("Unhashable type: ‘%s’"),
                       pyrog_kind_name (entry->kind));
          return FALSE;
        }
    }
  return TRUE;
}

/* Drops entry later, which repeats entry first: the first key stays with the last value */
static void
keep_entry (PyrogValue *entries, gsize stride, gsize kept, gsize entry)
{
  if (kept != entry)
    memmove (&entries[kept * stride], &entries[entry * stride], stride * sizeof (PyrogValue));
}

/* Nearly all keys are strs, and nearly all of them differ in size */
static gboolean
is_same (const PyrogValue *a, const PyrogValue *b)
{
  if (a->kind == PYROG_KIND_STR && b->kind == PYROG_KIND_STR && a->size != b->size)
    return FALSE;
  return pyrog_value_equal (a, b);
}

static gsize
unique_few (PyrogValue *entries, gsize count, gsize stride)
{
  gsize kept = 0;

  for (gsize i = 0; i < count; i++)
    {
      gsize first = 0;
      while (first < kept && !is_same (&entries[first * stride], &entries[i * stride]))
        first++;
      if (first == kept)
        keep_entry (entries, stride, kept++, i);
      else if (stride == 2)
        entries[first * 2 + 1] = entries[i * 2 + 1];
    }
  return kept;
}

static gboolean
unique_many (PyrogValue *entries, gsize *n_entries, gsize stride, GError **error)
{
  PyrogValueIndex index;
  gsize count = *n_entries;
  gsize kept = 0;

  if (!pyrog_value_index_init (&index, entries, count, stride))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_MESSAGE_TOO_LARGE,
                   _ ("No memory for %zu values of a message"), count);
      return FALSE;
    }
  for (gsize i = 0; i < count; i++)
    {
      /* Entries move to the front before they are added, so the index never sees a gap */
      gsize first = pyrog_value_index_find (&index, &entries[i * stride]);
      if (first == count)
        {
          keep_entry (entries, stride, kept, i);
          pyrog_value_index_add (&index, kept++);
        }
      else if (stride == 2)
        entries[first * 2 + 1] = entries[i * 2 + 1];
    }
  pyrog_value_index_clear (&index);
  *n_entries = kept;
  return TRUE;
}

gboolean
pyrog_builder_unique (PyrogValue *entries, gsize *n_entries, gsize stride, GError **error)
{
  if (!check_hashable (entries, *n_entries, stride, error))
    return FALSE;
  if (*n_entries > FEW_ITEMS)
    return unique_many (entries, n_entries, stride, error);
  *n_entries = unique_few (entries, *n_entries, stride);
  return TRUE;
}

gboolean
pyrog_builder_close (PyrogBuilder *builder)
{
  if (builder->error != NULL)
    return FALSE;
  g_assert (builder->depth > 0);

  guint8 kind = builder->frames[--builder->depth].kind;
  gsize start = builder->frames[builder->depth].start;
  gsize stride = kind == PYROG_KIND_DICT ? 2 : 1;
  gsize count = (builder->length - start) / stride;
  PyrogValue *entries = builder->stack + start;

  if ((builder->length - start) % stride != 0)
    return pyrog_builder_fail (builder, PYROG_ERROR_SERIALIZE, _ ("A dict lacks its last value"));
  if (count > 0 && kind >= PYROG_KIND_SET
      && !pyrog_builder_unique (entries, &count, stride, &builder->error))
    return FALSE;

  PyrogValue value = { .kind = kind, .size = (guint32) count };
  value.items = pyrog_arena_copy (builder->arena, entries, count * stride * sizeof (PyrogValue),
                                  &builder->error);
  if (value.items == NULL)
    return FALSE;
  builder->length = start;
  return pyrog_builder_add (builder, &value);
}

gboolean
pyrog_builder_finish (PyrogBuilder *builder, PyrogValue *value, GError **error)
{
  if (builder->error == NULL && (builder->depth != 0 || builder->length != 1))
    pyrog_builder_fail (builder, PYROG_ERROR_SERIALIZE, _ ("The message is not one whole value"));
  if (builder->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&builder->error));
      return FALSE;
    }
  *value = builder->stack[0];
  return TRUE;
}
