/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-servant-private.h"

#define WHOLE_OBJECT "" /* no member has that name */

/* Who may use a servant */

/**
 * pyrog_servant_set_call_policy:
 * @self: a servant
 * @member: (nullable): the name of a method or attribute; %NULL for all that have no policy of
 *   their own
 * @policy: (nullable): the rules; %NULL for none
 *
 * Says who may use the servant or one of its members. Who may not gets Python's `PermissionError`.
 * Names of members that the servant does not have are allowed here: they may come later.
 *
 * Since: 1.0
 */
void
pyrog_servant_set_call_policy (PyrogServant *self, const char *member, PyrogCallPolicy *policy)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (member == NULL || *member != '\0');
  g_return_if_fail (policy == NULL || PYROG_IS_CALL_POLICY (policy));

  PyrogServantPrivate *priv = pyrog_servant_get_private (self);
  const char *key = member != NULL ? member : WHOLE_OBJECT;
  g_mutex_lock (&priv->lock);
  if (priv->policies == NULL)
    priv->policies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  if (policy != NULL)
    g_hash_table_replace (priv->policies, g_strdup (key), g_object_ref (policy));
  else
    g_hash_table_remove (priv->policies, key);
  g_atomic_int_set (&priv->has_policies, g_hash_table_size (priv->policies) > 0);
  g_mutex_unlock (&priv->lock);
}

gboolean
pyrog_servant_has_policies (PyrogServant *self)
{
  return g_atomic_int_get (&pyrog_servant_get_private (self)->has_policies) != 0;
}

PyrogCallPolicy *
pyrog_servant_find_policy (PyrogServant *self, const char *member)
{
  PyrogServantPrivate *priv = pyrog_servant_get_private (self);
  PyrogCallPolicy *policy = NULL;

  g_mutex_lock (&priv->lock);
  if (priv->policies != NULL)
    policy = g_hash_table_lookup (priv->policies, member);
  if (priv->policies != NULL && policy == NULL)
    policy = g_hash_table_lookup (priv->policies, WHOLE_OBJECT);
  if (policy != NULL)
    g_object_ref (policy);
  g_mutex_unlock (&priv->lock);
  return policy;
}
