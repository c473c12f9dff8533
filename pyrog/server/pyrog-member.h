/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-enums.h"
#include "pyrog-handlers.h"
#include "pyrog-invocation-private.h"

G_BEGIN_DECLS

/* What a servant exposes under one name, and tables of that. Members are immutable but for their
 * flags, and live as long as a call of theirs. */

typedef struct
{
  GVariantType *type; /* (owned) a tuple */
  gsize n_items;
  char **names; /* (owned) (nullable) as many as the tuple has items */
} PyrogSignature;

typedef struct _PyrogMember PyrogMember;

struct _PyrogServant;

typedef void (*PyrogClassFunc) (struct _PyrogServant *self,
                                PyrogInvocation *invocation,
                                GVariant *args,
                                GError **error);

struct _PyrogMember
{
  gatomicrefcount refs;
  char *name;          /* (owned) */
  char *documentation; /* (owned) (nullable) */
  gboolean exposed;    /* nobody finds what is not */
  gboolean oneway;
  PyrogSignature *signature; /* (owned) (nullable) NULL: any arguments */
  GVariantType *type;        /* (owned) (nullable) of the result or the attribute */

  /* Methods; none of the three: the servant's virtual function */
  PyrogMethodFunc func;      /* (nullable) */
  PyrogHandlerFunc handler;  /* (nullable) */
  PyrogClassFunc class_func; /* (nullable) */

  /* Attributes */
  gboolean is_attribute;
  PyrogAccess access;
  PyrogGetFunc getter;           /* (nullable) */
  PyrogStreamFunc stream_getter; /* (nullable) instead of getter */
  PyrogSetFunc setter;           /* (nullable) */
  GParamSpec *pspec; /* (owned) (nullable) a GObject property instead of the functions */

  gpointer user_data;            /* (owned) by destroy; of func, handler or getter */
  GDestroyNotify destroy;        /* (nullable) */
  gpointer setter_data;          /* (owned) by setter_destroy */
  GDestroyNotify setter_destroy; /* (nullable) */
};

/* No longer name is exposed */
#define PYROG_MEMBER_MAX_NAME 256 /* bytes */

PyrogMember *pyrog_member_new (const char *name);
PyrogMember *pyrog_member_ref (PyrogMember *member);
void pyrog_member_unref (PyrogMember *member);

/* Names that are never exposed: Pyro5's private ones, and what is no name at all */
gboolean pyrog_member_name_is_private (const char *name, gsize size);

/* "(xs)" for types, "x a, s b" for types and names, NULL for anything. NULL and FALSE in *ok if it
 * is malformed. */
PyrogSignature *pyrog_signature_parse (const char *text, gboolean *ok);
/* Puts keyword arguments in their places and converts to the types. NULL: the TypeError that the
 * caller gets. The result is a full reference. */
GVariant *
pyrog_signature_bind (const PyrogSignature *signature, PyrogInvocation *invocation, GError **error);
/* Only the first half: the invocation's arguments become the ordered ones */
gboolean pyrog_signature_order (const PyrogSignature *signature,
                                PyrogInvocation *invocation,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogMember, pyrog_member_unref)

G_END_DECLS
