/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-instance-table.h"
#include "pyrog-invocation-private.h"
#include "pyrog-servant.h"

G_BEGIN_DECLS

/* What a daemon knows under one id: the servant that says what there is to call, and where the
 * instances come from that are called, if that is not the servant itself. May be used in any
 * thread. */
typedef struct _PyrogRegistration PyrogRegistration;

/* The servant itself is called; if is_weak, for as long as it lives */
PyrogRegistration *pyrog_registration_new (const char *id, PyrogServant *servant, gboolean is_weak);
/* Instances are called that func makes or, if it is NULL, that are made of the servant's type */
PyrogRegistration *pyrog_registration_new_factory (const char *id,
                                                   PyrogServant *servant,
                                                   PyrogInstanceMode mode,
                                                   PyrogInstanceFunc func,
                                                   gpointer user_data,
                                                   GDestroyNotify destroy);
PyrogRegistration *pyrog_registration_ref (PyrogRegistration *self);
void pyrog_registration_unref (PyrogRegistration *self);

const char *pyrog_registration_get_id (PyrogRegistration *self);
/* A full reference; NULL: it was weak, and the servant is gone */
PyrogServant *pyrog_registration_get_servant (PyrogRegistration *self);
gboolean pyrog_registration_is_weak (PyrogRegistration *self);
/* Where the servant is, or was: to be compared, never to be followed */
gconstpointer pyrog_registration_get_address (PyrogRegistration *self);

/* Gives the invocation the instance that it is for. session has those of the connection. */
gboolean pyrog_registration_bind (PyrogRegistration *self,
                                  PyrogInvocation *invocation,
                                  PyrogInstanceTable *session,
                                  guint max_instances,
                                  GError **error);
/* It was unregistered */
void pyrog_registration_retire (PyrogRegistration *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogRegistration, pyrog_registration_unref)

G_END_DECLS
