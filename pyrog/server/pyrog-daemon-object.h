/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-dispatcher.h"
#include "pyrog-servant.h"

G_BEGIN_DECLS

/* The object that every daemon has, with the methods of Pyro5's. It keeps no reference on the
 * dispatcher, which owns it. describe tells what info() answers (free with g_free()). */
PyrogServant *pyrog_daemon_object_new (PyrogDispatcher *dispatcher,
                                       char *(*describe) (gpointer data),
                                       gpointer data);

G_END_DECLS
