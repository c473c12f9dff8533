/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-member.h"
#include "pyrog-servant.h"

G_BEGIN_DECLS

typedef struct
{
  GMutex lock;
  GHashTable *members; /* (owned) (locked-by lock) (element-type utf8 PyrogMember) */
  GPtrArray *order;    /* (owned) (locked-by lock) names, as they were added */
  GHashTable
      *policies;      /* (owned) (nullable) (locked-by lock) (element-type utf8 PyrogCallPolicy) */
  int has_policies;   /* (atomic) */
  GObject *object;    /* (owned) (nullable) whose properties are exposed, if not our own */
  GObjectClass *type; /* (owned) (nullable) of the instances that it describes, if not itself */
} PyrogServantPrivate;

PyrogServantPrivate *pyrog_servant_get_private (PyrogServant *self);
/* Exposes a member in place of one of the same name; takes it */
void pyrog_servant_add_member (PyrogServant *self, PyrogMember *member);
/* The member of the instance or of its classes: a full reference, or NULL */
PyrogMember *pyrog_servant_find_member (PyrogServant *self, const char *name);
/* The members that a class of that type has installed, or NULL */
GHashTable *pyrog_servant_class_members (GType type);

/* Whose members are exposed: the type of the object with the properties */
GType pyrog_servant_get_instance_type (PyrogServant *self);
/* ... and the class of servants that installed some */
GType pyrog_servant_get_servant_type (PyrogServant *self);

/* The method of that name, as far as it may be called: a full reference, or NULL */
PyrogMember *pyrog_servant_find_method (PyrogServant *self, const PyrogValue *name, GError **error);
/* Calls it, on the invocation's instance if that has one. Whatever comes, the invocation is
 * answered, or somebody holds it to answer later. */
void
pyrog_servant_call_method (PyrogServant *self, PyrogMember *method, PyrogInvocation *invocation);
/* Both, for the method that the invocation names */
void pyrog_servant_dispatch (PyrogServant *self, PyrogInvocation *invocation);
/* Any of these three; whatever comes, the invocation is answered, or somebody holds it */
void pyrog_servant_carry_out (PyrogServant *self, PyrogInvocation *invocation);
/* __getattr__ and __setattr__ */
void pyrog_servant_dispatch_get (PyrogServant *self, PyrogInvocation *invocation);
void pyrog_servant_dispatch_set (PyrogServant *self, PyrogInvocation *invocation);

/* Adds what Pyro5 calls metadata: a dict with the names of methods, oneway methods and attributes
 */
void pyrog_servant_add_metadata (PyrogServant *self, PyrogBuilder *builder);
/* Signatures, types and documentation: a{sv}, a full reference */
GVariant *pyrog_servant_describe (PyrogServant *self);

gboolean pyrog_servant_has_policies (PyrogServant *self);
/* The rules for that member: a full reference, or NULL */
PyrogCallPolicy *pyrog_servant_find_policy (PyrogServant *self, const char *member);

G_END_DECLS
