/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-class.h"
#include "pyrog-value.h"

G_BEGIN_DECLS

/* What makes a dict an object, and an object an exception */
#define PYROG_CLASS_MEMBER "__class__"
#define PYROG_EXCEPTION_MEMBER "__exception__"

/* A user's function with what was given with it; in a g_atomic_rc_box, so that it may be replaced
 * while it runs */
typedef struct
{
  GCallback func;         /* a PyrogClassWriter or a PyrogClassReader */
  gpointer user_data;     /* (owned) by destroy */
  GDestroyNotify destroy; /* (nullable) */
} PyrogClassFunction;

typedef struct
{
  GType type;
  const char *remote_class;   /* interned */
  PyrogClassFunction *writer; /* (owned) (nullable) NULL: the properties */
  PyrogClassFunction *reader; /* (owned) (nullable) NULL: the properties */
} PyrogClassEntry;

/* A copy of what is registered for the type or its nearest ancestor */
gboolean pyrog_class_find_type (GType type, PyrogClassEntry *entry);
gboolean pyrog_class_find_name (const char *remote_class, PyrogClassEntry *entry);
void pyrog_class_entry_clear (PyrogClassEntry *entry);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PyrogClassEntry, pyrog_class_entry_clear)

/* Whether a property is part of an object's state */
gboolean pyrog_class_is_state (GParamSpec *pspec);
/* Its name there (free with g_free()) */
char *pyrog_class_member_name (GParamSpec *pspec);

/* Writers and readers may begin again from the start, which must end somewhere: enter() counts the
 * objects that this thread is within, and leave() goes back. FALSE: too many. */
gboolean pyrog_class_enter (const PyrogPath *path, GError **error);
void pyrog_class_leave (void);

/* "path: what is wrong" */
void pyrog_class_refuse (const PyrogPath *path, int code, GError **error, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* A class as a peer calls it, for an error (free with g_free()) */
char *pyrog_class_show (const PyrogValue *name);

/* Strict mode: whether each class in value, which is called root in errors, is registered, one of
 * Pyro's own, or an exception; PYROG_ERROR_SERIALIZE with the path of the first other one */
gboolean pyrog_class_check (const PyrogValue *value, const char *root, GError **error);

G_END_DECLS
