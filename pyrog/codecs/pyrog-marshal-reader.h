/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <string.h>

#include "pyrog-arena.h"
#include "pyrog-value.h"

G_BEGIN_DECLS

/* What the marshal reader knows, and its lower half: bytes and values without items. Functions that
 * return FALSE or NULL have set the error. */

#define PYROG_MARSHAL_FIRST_REFS 16u

/* A value that a reference may name */
typedef struct
{
  PyrogValue value;
  guint32 cost;   /* values in it, itself not counted, all references expanded */
  guint8 height;  /* containers in it, one in the other, itself counted */
  guint8 is_open; /* it is still being read */
} PyrogMarshalRef;

typedef struct
{
  PyrogArena *arena;
  const guint8 *start;
  const guint8 *next;
  const guint8 *end;
  GError *error; /* (owned) (nullable) */
  guint max_depth;
  guint depth;   /* containers that are open */
  guint deepest; /* the largest depth since the innermost referable container was opened */
  gsize cost;    /* values so far, all references expanded */
  PyrogMarshalRef *refs;
  gsize n_refs;
  gsize max_refs;
  PyrogValue *scratch; /* (owned) (nullable) */
  gsize n_scratch;
  gsize max_scratch;
  PyrogMarshalRef first_refs[PYROG_MARSHAL_FIRST_REFS];
} PyrogMarshalReader;

/* Sets PYROG_ERROR_SERIALIZE with the place in the data */
gboolean pyrog_marshal_fail (PyrogMarshalReader *reader, const char *why);
gboolean pyrog_marshal_fail_truncated (PyrogMarshalReader *reader);
/* The container that would be opened is one too many */
gboolean pyrog_marshal_fail_depth (PyrogMarshalReader *reader);
gboolean pyrog_marshal_take_i32 (PyrogMarshalReader *reader, gint32 *value);
/* A number of things that take at least one byte each: not more than there are bytes left */
gboolean pyrog_marshal_take_count (PyrogMarshalReader *reader, gboolean is_short, gsize *count);
/* Reads a value that is no container and no reference, or refuses its type */
gboolean pyrog_marshal_read_leaf (PyrogMarshalReader *reader, guint8 type, PyrogValue *value);

/* Without a call, because every value needs them */

static inline gsize
pyrog_marshal_bytes_left (const PyrogMarshalReader *reader)
{
  return (gsize) (reader->end - reader->next);
}

static inline guint32
pyrog_marshal_load_u32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_LE (value);
}

static inline guint64
pyrog_marshal_load_u64 (const guint8 *data)
{
  guint64 value;

  memcpy (&value, data, sizeof value);
  return GUINT64_FROM_LE (value);
}

static inline double
pyrog_marshal_load_double (const guint8 *data)
{
  guint64 bits = pyrog_marshal_load_u64 (data);
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

G_END_DECLS
