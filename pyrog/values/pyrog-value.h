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
  PYROG_KIND_BOOL,      /* boolean */
  PYROG_KIND_INT,       /* integer: everything that fits gint64 */
  PYROG_KIND_UINT,      /* uinteger: G_MAXINT64 + 1 to G_MAXUINT64 */
  PYROG_KIND_BIG_INT,   /* text: decimal digits with an optional '-', no leading zero, fits neither */
  PYROG_KIND_FLOAT,     /* real */
  PYROG_KIND_COMPLEX,   /* parts: real and imaginary */
  PYROG_KIND_STR,       /* text: valid UTF-8 without NUL */
  PYROG_KIND_RAW_STR,   /* text: a str with NUL or lone surrogates, as WTF-8 */
  PYROG_KIND_BYTES,     /* text */
  PYROG_KIND_LIST,      /* items */
  PYROG_KIND_TUPLE,     /* items */
  PYROG_KIND_SET,       /* items */
  PYROG_KIND_FROZENSET, /* items */
  PYROG_KIND_DICT,      /* items: key, value, key, value; size counts pairs; no duplicate keys */
  PYROG_KIND_DATETIME,  /* real: seconds since 1970, local time, as msgpack's extension 0x32 */
  PYROG_KIND_DATE,      /* integer: proleptic ordinal, as msgpack's extension 0x33 */
} PyrogKind;

typedef struct _PyrogValue PyrogValue;

struct _PyrogValue
{
  guint8 kind;   /* PyrogKind */
  guint8 shared; /* the same object stands elsewhere in the message too (marshal only) */
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

/* ---- The arena and its budget ---- */

typedef struct _PyrogArena PyrogArena;

/* What one message may cost; see security.md R-LIM-4 to R-LIM-7 */
#define PYROG_MAX_DEPTH 60           /* nested containers, in and out */
#define PYROG_MAX_VALUES 16777216    /* values in one message */
#define PYROG_MAX_HANDSHAKE_VALUES 4096
#define PYROG_MAX_METADATA_VALUES 65536 /* in a server's CONNECTOK */
#define PYROG_MAX_INT_DIGITS 4300    /* decimal */
#define PYROG_MAX_LONG_DIGITS 1000   /* of 15 bits, in marshal */

/* An arena without limits but PYROG_MAX_VALUES, for values that come from the program itself */
PyrogArena *pyrog_arena_new (void);
void pyrog_arena_free (PyrogArena *arena);
/* Forgets all values and what was kept; keeps a first block for the next message */
void pyrog_arena_reset (PyrogArena *arena);
/* Sets what the next message may cost: bytes of memory and number of values, 0 for no limit */
void pyrog_arena_set_budget (PyrogArena *arena, gsize max_bytes, gsize max_values);
/* The budget for a peer's message of size bytes (inflated): 32 times that and 1 MiB */
gsize pyrog_arena_budget_for (gsize size);

/* Memory that lives as long as the arena, aligned for any type; NULL and the error set when it
 * would exceed the budget (PYROG_ERROR_MESSAGE_TOO_LARGE). A size of 0 gives a valid pointer. */
gpointer pyrog_arena_alloc (PyrogArena *arena, gsize size, GError **error);
gpointer pyrog_arena_copy (PyrogArena *arena, const void *data, gsize size, GError **error);
/* Charges count values to the budget (PYROG_ERROR_MESSAGE_TOO_LARGE) */
gboolean pyrog_arena_charge (PyrogArena *arena, gsize count, GError **error);
/* Calls destroy (data) when the arena is reset or freed */
void pyrog_arena_keep (PyrogArena *arena, gpointer data, GDestroyNotify destroy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogArena, pyrog_arena_free)

/* ---- Building a tree ---- */

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
 * 1, 1.0 and True are the same. */
typedef struct
{
  PyrogArena *arena; /* (unowned) */
  PyrogValue *stack; /* (owned) */
  gsize length;
  gsize capacity;
  struct
  {
    gsize start; /* where the container's items begin */
    guint8 kind;
  } frames[PYROG_MAX_DEPTH];
  guint depth;
  guint max_depth;
  GError *error; /* (owned) (nullable) what went wrong first */
} PyrogBuilder;

void pyrog_builder_init (PyrogBuilder *builder, PyrogArena *arena);
void pyrog_builder_clear (PyrogBuilder *builder);
/* Empties it for the next message and keeps its stack */
void pyrog_builder_reset (PyrogBuilder *builder);

gboolean pyrog_builder_open (PyrogBuilder *builder, PyrogKind kind);
/* FALSE also if a dict lacks a value */
gboolean pyrog_builder_close (PyrogBuilder *builder);
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
gboolean pyrog_builder_bytes (PyrogBuilder *builder, gconstpointer data, gsize size);
/* Decimal digits with an optional sign, any length up to PYROG_MAX_INT_DIGITS; becomes an INT, UINT
 * or BIG_INT. The text is copied where it is kept. Underscores and blanks are refused. */
gboolean pyrog_builder_decimal (PyrogBuilder *builder, const char *text, gsize size);
/* Records a failure of the caller's own, unless there is one already. Returns FALSE. */
gboolean pyrog_builder_fail (PyrogBuilder *builder, int code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* Exactly one value was built: hands it out, or the error */
gboolean pyrog_builder_finish (PyrogBuilder *builder, PyrogValue *value, GError **error);

/* ---- Making and looking at values ---- */

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

/* ---- Where a value stands, for errors ---- */

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
