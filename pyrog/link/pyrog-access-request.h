/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-connection.h"

G_BEGIN_DECLS

#define PYROG_TYPE_ACCESS_REQUEST (pyrog_access_request_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (PyrogAccessRequest, pyrog_access_request, PYROG, ACCESS_REQUEST, GObject)

/**
 * PyrogAccessRequestClass:
 *
 * Only pyrog derives from this class.
 *
 * Since: 1.0
 */
struct _PyrogAccessRequestClass
{
  /*< private >*/
  GObjectClass parent_class;

  gpointer padding[4];
};

PYROG_AVAILABLE_IN_ALL
PyrogConnection *pyrog_access_request_get_connection (PyrogAccessRequest *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_access_request_hold (PyrogAccessRequest *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_access_request_accept (PyrogAccessRequest *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_access_request_refuse (PyrogAccessRequest *self, const GError *error);

G_END_DECLS
