/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-proxy.h"

G_BEGIN_DECLS

/* Prints what there is to call and to read, with signatures and documentation if the daemon tells
 * them */
gboolean pyrog_introspect (PyrogProxy *proxy, gboolean json, GError **error);

G_END_DECLS
