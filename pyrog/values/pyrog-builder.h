/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

#include "pyrog-arena.h"
#include "pyrog-value.h"

G_BEGIN_DECLS

/* Small messages need no memory for their scratch */
#define PYROG_BUILDER_FIRST 32

/* Builds containers of unknown length: values are pushed on a scratch stack and move into the
 * arena, in one piece, when their container closes. Depth, number and memory of values are charged
 * as they come. After the first failure every function fails; finish() reports the error.
 *
 *   pyrog_builder_open (&b, PYROG_KIND_LIST);
 *   pyrog_builder_int (&b, 1);
 *   pyrog_builder_close (&b);
 *   if (!pyrog_builder_finish (&b, &value, error)) ...
 *
 * A dict takes keys and values in turn; a repeated key keeps its first place and takes the last
 * value, as in Python; an unhashable key (list, set, dict, or a tuple that holds one) is refused.
 * A set drops repeated items and refuses unhashable ones. Keys and items compare as in Python:
 * 1, 1.0 and True are the same. A builder stays at its address. */
typedef struct
{
  PyrogArena *arena; /* (unowned) */
  PyrogValue *stack; /* first, or (owned) when that was too small */
  gsize length;
  gsize capacity;
  struct
  {
    gsize start; /* where the container's items begin */
    guint8 kind;
  } frames[PYROG_MAX_CALL_DEPTH];
  guint depth;
  guint max_depth;
  GError *error; /* (owned) (nullable) what went wrong first */
  PyrogValue first[PYROG_BUILDER_FIRST];
} PyrogBuilder;

void pyrog_builder_init (PyrogBuilder *builder, PyrogArena *arena);
void pyrog_builder_clear (PyrogBuilder *builder);
/* Empties it for the next message and keeps its stack */
void pyrog_builder_reset (PyrogBuilder *builder);

gboolean pyrog_builder_open (PyrogBuilder *builder, PyrogKind kind);
/* FALSE also if a dict lacks a value */
gboolean pyrog_builder_close (PyrogBuilder *builder);
/* Changes the kind of the innermost open container, for formats that tell it late */
void pyrog_builder_set_kind (PyrogBuilder *builder, PyrogKind kind);
/* Opens a container whose first item is the value that was added last. That is no container itself:
 * its own depth was counted without the one that opens here. */
gboolean pyrog_builder_open_around (PyrogBuilder *builder, PyrogKind kind);
/* Takes the innermost open container away and leaves its items where it stood */
void pyrog_builder_dissolve (PyrogBuilder *builder);
/* The value that was added last, to look at or replace; NULL after a failure */
PyrogValue *pyrog_builder_last (PyrogBuilder *builder);
/* How many items the innermost open container has so far (a dict: keys and values) */
gsize pyrog_builder_count (PyrogBuilder *builder);
gboolean pyrog_builder_add (PyrogBuilder *builder, const PyrogValue *value);
gboolean pyrog_builder_none (PyrogBuilder *builder);
gboolean pyrog_builder_bool (PyrogBuilder *builder, gboolean value);
gboolean pyrog_builder_int (PyrogBuilder *builder, gint64 value);
gboolean pyrog_builder_uint (PyrogBuilder *builder, guint64 value); /* an INT where it fits */
gboolean pyrog_builder_float (PyrogBuilder *builder, double value);
/* The text is not copied: it lives in the arena, in what the arena keeps, or for ever. Checked:
 * becomes a STR or, with NUL or lone surrogates, a RAW_STR; other bytes are refused
 * (PYROG_ERROR_SERIALIZE). */
gboolean pyrog_builder_str (PyrogBuilder *builder, const char *text, gsize size);
/* The same for text that is known to be valid UTF-8 without NUL */
gboolean pyrog_builder_utf8 (PyrogBuilder *builder, const char *text, gsize size);
gboolean pyrog_builder_bytes (PyrogBuilder *builder, gconstpointer data, gsize size);
/* Decimal digits with an optional sign, any length up to PYROG_MAX_INT_DIGITS; becomes an INT, UINT
 * or BIG_INT. The text is copied where it is kept. Underscores and blanks are refused. */
gboolean pyrog_builder_decimal (PyrogBuilder *builder, const char *text, gsize size);
/* Records a failure of the caller's own, unless there is one already. Returns FALSE. */
gboolean pyrog_builder_fail (PyrogBuilder *builder, int code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* Exactly one value was built: hands it out, or the error */
gboolean pyrog_builder_finish (PyrogBuilder *builder, PyrogValue *value, GError **error);

/* For readers that fill items in place, without a builder */

/* STR, RAW_STR, or NONE if the text is neither */
PyrogKind pyrog_builder_classify (const char *text, gsize size);
/* Makes the entries of a dict (stride 2) or a set (stride 1) unique, as close() does */
gboolean pyrog_builder_unique (PyrogValue *entries, gsize *n_entries, gsize stride, GError **error);

G_END_DECLS
