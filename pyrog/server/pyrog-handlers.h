/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-invocation.h"

G_BEGIN_DECLS

/**
 * PyrogMethodFunc:
 * @invocation: the call
 * @args: the positional arguments: a tuple, of the types of the method's signature
 * @user_data: (closure): what was given with the function
 * @error: return location for an error, which is the answer
 *
 * Carries out a method. It answers @invocation, reports an error, or calls
 * [method@Invocation.hold] and answers later; if it does none of these the caller gets an
 * exception. It runs where the daemon runs methods: in its main context, or in a worker thread.
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
 * PyrogInstanceFunc:
 * @invocation: the call that the object is for, if it is the first
 * @user_data: (closure): what was given with the function
 * @error: return location for an error, which is the answer to the call
 *
 * Makes an object that is called. It must not answer @invocation. It runs where the method will.
 *
 * Returns: (transfer full) (nullable): the object, or %NULL with an error
 *
 * Since: 1.0
 */
typedef GObject *(*PyrogInstanceFunc) (PyrogInvocation *invocation,
                                       gpointer user_data,
                                       GError **error);

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
 * PyrogStreamFunc:
 * @name: the attribute
 * @user_data: (closure): what was given with the function
 * @error: return location for an error, which is the answer
 *
 * Reads an attribute that is an item stream.
 *
 * Returns: (transfer full): the stream, or %NULL with an error
 *
 * Since: 1.0
 */
typedef PyrogItemStream *(*PyrogStreamFunc) (const char *name, gpointer user_data, GError **error);

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

G_END_DECLS
