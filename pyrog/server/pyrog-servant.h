/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-enums.h"
#include "pyrog-invocation.h"

G_BEGIN_DECLS

#define PYROG_TYPE_SERVANT (pyrog_servant_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (PyrogServant, pyrog_servant, PYROG, SERVANT, GObject)

/**
 * PyrogServantClass:
 * @parent_class: the parent class
 * @invoke: answers an invocation of a method that was added without a function; the default answers
 *   with an error. It may keep a reference on the invocation and answer later, report an error, or
 *   answer at once; if it does none of these the caller gets an exception.
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

/**
 * PyrogMethodFunc:
 * @invocation: the call
 * @args: the positional arguments: a tuple, of the types of the method's signature
 * @user_data: (closure): what was given with the function
 * @error: return location for an error, which is the answer
 *
 * Carries out a method. It answers @invocation, or keeps a reference on it to answer later, or
 * reports an error; if it does none of these the caller gets an exception. It runs where the daemon
 * runs methods: in its main context, or in a worker thread.
 *
 * Since: 1.0
 */
typedef void (*PyrogMethodFunc) (PyrogInvocation *invocation,
                                 GVariant *args,
                                 gpointer user_data,
                                 GError **error);

/**
 * PyrogHandlerFunc: (skip)
 * @invocation: the call, whose arguments are read with [method@Invocation.read]
 * @user_data: (closure): what was given with the function
 * @error: return location for an error, which is the answer
 *
 * Carries out a method as [callback@MethodFunc] does, without making a GVariant of the arguments.
 *
 * Since: 1.0
 */
typedef void (*PyrogHandlerFunc) (PyrogInvocation *invocation, gpointer user_data, GError **error);

/**
 * PyrogGetFunc:
 * @name: the attribute
 * @user_data: (closure): what was given with the function
 * @error: return location for an error, which is the answer
 *
 * Reads an attribute.
 *
 * Returns: (transfer full): the value, which may be floating, or %NULL with an error
 *
 * Since: 1.0
 */
typedef GVariant *(*PyrogGetFunc) (const char *name, gpointer user_data, GError **error);

/**
 * PyrogSetFunc:
 * @name: the attribute
 * @value: its new value
 * @user_data: (closure): what was given with the function
 * @error: return location for an error, which is the answer
 *
 * Writes an attribute.
 *
 * Returns: %FALSE with an error
 *
 * Since: 1.0
 */
typedef gboolean (*PyrogSetFunc) (const char *name,
                                  GVariant *value,
                                  gpointer user_data,
                                  GError **error);

PYROG_AVAILABLE_IN_ALL
PyrogServant *pyrog_servant_new (void);
PYROG_AVAILABLE_IN_ALL
PyrogServant *pyrog_servant_new_for_object (GObject *object);

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
                                  PyrogAccess access,
                                  PyrogGetFunc getter,
                                  PyrogSetFunc setter,
                                  gpointer user_data,
                                  GDestroyNotify destroy);
PYROG_AVAILABLE_IN_ALL
void pyrog_servant_expose_property (PyrogServant *self, const char *property, PyrogAccess access);
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
