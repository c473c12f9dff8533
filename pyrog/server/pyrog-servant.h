/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-enums.h"
#include "pyrog-call-policy.h"
#include "pyrog-handlers.h"
#include "pyrog-invocation.h"

G_BEGIN_DECLS

#define PYROG_TYPE_SERVANT (pyrog_servant_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (PyrogServant, pyrog_servant, PYROG, SERVANT, GObject)

/**
 * PyrogServantClass:
 * @parent_class: the parent class
 * @invoke: answers an invocation of a method that was added without a function; the default answers
 *   with an error. It answers, reports an error, or calls [method@Invocation.hold] and answers
 * later; if it does none of these the caller gets an exception.
 *
 * The class of servants.
 *
 * Since: 1.0
 */
struct _PyrogServantClass
{
  GObjectClass parent_class;

  void (*invoke) (PyrogServant *self, PyrogInvocation *invocation, GError **error);

  /*< private >*/
  gpointer padding[8];
};

PYROG_AVAILABLE_IN_ALL
PyrogServant *pyrog_servant_new (void);
PYROG_AVAILABLE_IN_ALL
PyrogServant *pyrog_servant_new_for_object (GObject *object);
PYROG_AVAILABLE_IN_ALL
PyrogServant *pyrog_servant_new_for_type (GType type);

PYROG_AVAILABLE_IN_ALL
void pyrog_servant_add_method (PyrogServant *self,
                               const char *name,
                               const char *signature,
                               const char *reply_type,
                               PyrogMethodFunc func,
                               gpointer user_data,
                               GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
void pyrog_servant_add_handler (PyrogServant *self,
                                const char *name,
                                const char *signature,
                                const char *reply_type,
                                PyrogHandlerFunc func,
                                gpointer user_data,
                                GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
void pyrog_servant_add_attribute (PyrogServant *self,
                                  const char *name,
                                  const char *type,
                                  PyrogGetFunc getter,
                                  gpointer user_data,
                                  GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
void pyrog_servant_add_stream_attribute (PyrogServant *self,
                                         const char *name,
                                         PyrogStreamFunc getter,
                                         gpointer user_data,
                                         GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
void pyrog_servant_add_setter (PyrogServant *self,
                               const char *name,
                               PyrogSetFunc setter,
                               gpointer user_data,
                               GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
void pyrog_servant_expose_property (PyrogServant *self, const char *property, PyrogAccess access);
PYROG_AVAILABLE_IN_ALL
void
pyrog_servant_set_call_policy (PyrogServant *self, const char *member, PyrogCallPolicy *policy);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_servant_remove (PyrogServant *self, const char *name);
PYROG_AVAILABLE_IN_ALL
void pyrog_servant_set_oneway (PyrogServant *self, const char *name, gboolean oneway);
PYROG_AVAILABLE_IN_ALL
void pyrog_servant_set_documentation (PyrogServant *self, const char *name, const char *text);

PYROG_AVAILABLE_IN_ALL
void pyrog_servant_class_install_method (
    PyrogServantClass *klass,
    const char *name,
    const char *signature,
    const char *reply_type,
    void (*func) (PyrogServant *self, PyrogInvocation *invocation, GVariant *args, GError **error));
PYROG_AVAILABLE_IN_ALL
void pyrog_servant_class_install_property (PyrogServantClass *klass,
                                           const char *property,
                                           PyrogAccess access);

G_END_DECLS
