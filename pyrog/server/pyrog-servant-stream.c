/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-servant-private.h"
#include "pyrog-servant.h"

/* Attributes that are item streams */

/**
 * pyrog_servant_add_stream_attribute:
 * @self: a servant
 * @name: the name of the attribute
 * @getter: (scope notified): makes the stream, a new one each time
 * @user_data: (closure): for @getter
 * @destroy: (nullable): frees @user_data
 *
 * Exposes an attribute that peers read item by item, in place of a member of the same name: what is
 * a property that returns a generator in Python.
 *
 * Since: 1.0
 */
void
pyrog_servant_add_stream_attribute (PyrogServant *self,
                                    const char *name,
                                    PyrogStreamFunc getter,
                                    gpointer user_data,
                                    GDestroyNotify destroy)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (name != NULL && !pyrog_member_name_is_private (name, strlen (name)));
  g_return_if_fail (getter != NULL);

  PyrogMember *member = pyrog_member_new (name);
  member->is_attribute = TRUE;
  member->access = PYROG_ACCESS_READ;
  member->stream_getter = getter;
  member->user_data = user_data;
  member->destroy = destroy;
  pyrog_servant_add_member (self, member);
}
