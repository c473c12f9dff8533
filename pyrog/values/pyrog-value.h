/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The tree of tagged values that codecs read and write. It lives in an arena, one a message; a
 * PyrogValue is 16 bytes, is copied freely, and is valid as long as its arena (and whatever bytes
 * the arena was told to keep). Nobody outside the library sees it. */

typedef enum
{
  PYROG_KIND_NONE,
  PYROG_KIND_BOOL,    /* boolean */
  PYROG_KIND_INT,     /* integer: everything that fits gint64 */
  PYROG_KIND_UINT,    /* uinteger: G_MAXINT64 + 1 to G_MAXUINT64 */
  PYROG_KIND_BIG_INT, /* text: decimal digits with an optional '-', no leading zero, fits neither */
  PYROG_KIND_FLOAT,   /* real */
  PYROG_KIND_COMPLEX, /* parts: real and imaginary */
  PYROG_KIND_STR,     /* text: valid UTF-8 without NUL */
  PYROG_KIND_RAW_STR, /* text: a str with NUL or lone surrogates, as WTF-8 */
  PYROG_KIND_BYTES,   /* text */
  PYROG_KIND_LIST,    /* items */
  PYROG_KIND_TUPLE,   /* items */
  PYROG_KIND_SET,     /* items */
  PYROG_KIND_FROZENSET, /* items */
  PYROG_KIND_DICT,      /* items: key, value, key, value; size counts pairs; no duplicate keys */
  PYROG_KIND_DATETIME,  /* real: seconds since 1970, local time, as msgpack's extension 0x32 */
  PYROG_KIND_DATE,      /* integer: proleptic ordinal, as msgpack's extension 0x33 */
} PyrogKind;

typedef struct _PyrogValue PyrogValue;

struct _PyrogValue
{
  guint8 kind;   /* PyrogKind */
  guint8 shared; /* notes of the marshal codec: how its peer wrote the value */
  guint32 size;  /* bytes of text, number of items, number of pairs of a dict */
  union
  {
    gboolean boolean;
    gint64 integer;
    guint64 uinteger;
    double real;
    const double *parts;
    const char *text; /* not terminated */
    const PyrogValue *items;
  };
};

PyrogValue pyrog_value_none (void);
PyrogValue pyrog_value_bool (gboolean value);
PyrogValue pyrog_value_int (gint64 value);
PyrogValue pyrog_value_float (double value);
/* text is valid UTF-8 without NUL and outlives the value */
PyrogValue pyrog_value_text (const char *text);

gboolean pyrog_value_is_container (const PyrogValue *value);
/* The number of PyrogValues at value->items */
gsize pyrog_value_n_items (const PyrogValue *value);
/* STR equal to text */
gboolean pyrog_value_is_text (const PyrogValue *value, const char *text);
/* The value under a str key of a dict, or NULL */
const PyrogValue *pyrog_value_lookup (const PyrogValue *dict, const char *key);
/* Equality as Python's ==, across int, float and bool; sets in any order */
gboolean pyrog_value_equal (const PyrogValue *a, const PyrogValue *b);
gboolean pyrog_value_is_hashable (const PyrogValue *value);
/* A copy of a STR's text, terminated (free with g_free()) */
char *pyrog_value_dup_text (const PyrogValue *value);
/* The Python name of a kind, for errors: "int", "frozenset" */
const char *pyrog_kind_name (PyrogKind kind);

/* One step from the root; lives on the stack of a recursive walk */
typedef struct _PyrogPath PyrogPath;
struct _PyrogPath
{
  const PyrogPath *parent; /* (nullable) the root has none */
  const char *name;        /* (nullable) the root's name: "args", "result" */
  const PyrogValue *key;   /* (nullable) the dict key of this step */
  gsize index;             /* the index of this step, if there is no key */
};

/* For example args[2]["x"]; long keys are cut (free with g_free()) */
char *pyrog_path_to_string (const PyrogPath *path);

G_END_DECLS
