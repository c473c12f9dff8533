/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-servant.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-servant-private.h"

/**
 * PyrogServant:
 *
 * An object that a daemon serves: what peers may call, by name.
 *
 * Nothing is exposed unless it was added: methods with a function each, attributes with functions
 * or as properties of a GObject. Names that begin with an underscore can't be exposed, but for
 * Python's special names such as `__len__`.
 *
 * Derive from the class to answer calls in one place, by overriding `invoke`, or to install methods
 * and properties that every instance has. Members can be added and removed at any time, in any
 * thread; clients learn of them when they connect the next time.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE_WITH_PRIVATE (PyrogServant, pyrog_servant, G_TYPE_OBJECT)

PyrogServantPrivate *
pyrog_servant_get_private (PyrogServant *self)
{
  return pyrog_servant_get_instance_private (self);
}

/* Members that classes install: one table a class, found through its type */
static GQuark class_members_quark;

static void
pyrog_servant_finalize (GObject *object)
{
  PyrogServantPrivate *priv = pyrog_servant_get_private (PYROG_SERVANT (object));

  g_hash_table_unref (priv->members);
  g_clear_pointer (&priv->policies, g_hash_table_unref);
  g_ptr_array_unref (priv->order);
  g_clear_object (&priv->object);
  g_clear_pointer (&priv->type, g_type_class_unref);
  g_mutex_clear (&priv->lock);
  G_OBJECT_CLASS (pyrog_servant_parent_class)->finalize (object);
}

static void
default_invoke (PyrogServant *self, PyrogInvocation *invocation, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_NOT_IMPLEMENTED_ERROR,
               _ ("The method ‘%s’ has no function"),
               pyrog_invocation_get_method_name (invocation));
}

static void
pyrog_servant_class_init (PyrogServantClass *klass)
{
  class_members_quark = g_quark_from_static_string ("pyrog-servant-members");
  klass->invoke = default_invoke;
  G_OBJECT_CLASS (klass)->finalize = pyrog_servant_finalize;
}

static void
pyrog_servant_init (PyrogServant *self)
{
  PyrogServantPrivate *priv = pyrog_servant_get_private (self);

  g_mutex_init (&priv->lock);
  priv->members
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) pyrog_member_unref);
  priv->order = g_ptr_array_new_with_free_func (g_free);
}

/**
 * pyrog_servant_new:
 *
 * Makes a servant that exposes nothing yet.
 *
 * Returns: (transfer full): the servant
 *
 * Since: 1.0
 */
PyrogServant *
pyrog_servant_new (void)
{
  return g_object_new (PYROG_TYPE_SERVANT, NULL);
}

/**
 * pyrog_servant_new_for_object:
 * @object: any object
 *
 * Makes a servant whose properties are those of @object; see
 * [method@Servant.expose_property].
 *
 * Returns: (transfer full): the servant
 *
 * Since: 1.0
 */
PyrogServant *
pyrog_servant_new_for_object (GObject *object)
{
  g_return_val_if_fail (G_IS_OBJECT (object), NULL);

  PyrogServant *self = pyrog_servant_new ();
  pyrog_servant_get_private (self)->object = g_object_ref (object);
  return self;
}

/**
 * pyrog_servant_new_for_type:
 * @type: a class of objects that can be made without arguments
 *
 * Makes a servant that describes the instances of a type, to be registered with
 * [method@Daemon.register_factory]. Its properties are those of the type, see
 * [method@Servant.expose_property]; if @type is derived from [class@Servant], methods and
 * properties that the class installed are exposed, and methods without a function are answered by
 * the instance's `invoke`. Functions of methods find the instance with
 * [method@Invocation.get_instance].
 *
 * Returns: (transfer full): the servant
 *
 * Since: 1.0
 */
PyrogServant *
pyrog_servant_new_for_type (GType type)
{
  g_return_val_if_fail (g_type_is_a (type, G_TYPE_OBJECT) && !G_TYPE_IS_ABSTRACT (type), NULL);

  PyrogServant *self = pyrog_servant_new ();
  pyrog_servant_get_private (self)->type = g_type_class_ref (type);
  return self;
}

/* ---- Adding ---- */

/* The member that is not exposed any more: a full reference, or NULL */
static PyrogMember *
take_member_locked (PyrogServantPrivate *priv, const char *name)
{
  PyrogMember *old = g_hash_table_lookup (priv->members, name);
  guint place;

  if (old == NULL)
    return NULL;
  pyrog_member_ref (old); /* its destroy function is not called under the lock */
  if (g_ptr_array_find_with_equal_func (priv->order, name, g_str_equal, &place))
    g_ptr_array_remove_index (priv->order, place);
  g_hash_table_remove (priv->members, name);
  return old;
}

static gboolean
remove_member (PyrogServant *self, const char *name)
{
  PyrogServantPrivate *priv = pyrog_servant_get_private (self);
  g_autoptr (PyrogMember) old = NULL;

  g_mutex_lock (&priv->lock);
  old = take_member_locked (priv, name);
  g_mutex_unlock (&priv->lock);
  return old != NULL;
}

/* Callers of a member that takes the place of another find one or the other */
void
pyrog_servant_add_member (PyrogServant *self, PyrogMember *member)
{
  PyrogServantPrivate *priv = pyrog_servant_get_private (self);
  g_autoptr (PyrogMember) old = NULL;

  g_mutex_lock (&priv->lock);
  old = take_member_locked (priv, member->name);
  g_hash_table_insert (priv->members, member->name, member);
  g_ptr_array_add (priv->order, g_strdup (member->name));
  g_mutex_unlock (&priv->lock);
}

static gboolean
is_public (const char *name)
{
  return !pyrog_member_name_is_private (name, strlen (name));
}

static gboolean
is_type (const char *type)
{
  return type == NULL
         || (g_variant_type_string_is_valid (type)
             && g_variant_type_is_definite ((const GVariantType *) type));
}

/* NULL if the signature is malformed */
static PyrogMember *
new_method (const char *name, const char *signature, const char *reply_type)
{
  gboolean ok;
  PyrogMember *member = pyrog_member_new (name);

  member->signature = pyrog_signature_parse (signature, &ok);
  member->type = reply_type != NULL ? g_variant_type_new (reply_type) : NULL;
  if (!ok)
    g_clear_pointer (&member, pyrog_member_unref);
  return member;
}

/**
 * pyrog_servant_add_method:
 * @self: a servant
 * @name: the name of the method
 * @signature: (nullable): the types of the arguments, `(xs)`, or types and names, `x count, s
 * text`; %NULL for any arguments, which are then variants
 * @reply_type: (nullable): the type of the result
 * @func: (scope notified) (nullable): carries the method out; %NULL leaves that to the virtual
 *   function `invoke`
 * @user_data: (closure): for @func
 * @destroy: (nullable): frees @user_data
 *
 * Exposes a method, in place of one of the same name. A call whose arguments don't fit the
 * signature is answered with a TypeError; keyword arguments are put in their places when the
 * signature has names.
 *
 * Since: 1.0
 */
void
pyrog_servant_add_method (PyrogServant *self,
                          const char *name,
                          const char *signature,
                          const char *reply_type,
                          PyrogMethodFunc func,
                          gpointer user_data,
                          GDestroyNotify destroy)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (name != NULL && is_public (name));
  g_return_if_fail (is_type (reply_type));

  PyrogMember *member = new_method (name, signature, reply_type);
  g_return_if_fail (member != NULL);
  member->func = func;
  member->user_data = user_data;
  member->destroy = destroy;
  pyrog_servant_add_member (self, member);
}

/**
 * pyrog_servant_add_handler: (skip)
 * @self: a servant
 * @name: the name of the method
 * @signature: (nullable): as of [method@Servant.add_method]
 * @reply_type: (nullable): the type of the result
 * @func: carries the method out
 * @user_data: for @func
 * @destroy: (nullable): frees @user_data
 *
 * Exposes a method whose arguments are read with [method@Invocation.read], which is faster than
 * making a GVariant of them.
 *
 * Since: 1.0
 */
void
pyrog_servant_add_handler (PyrogServant *self,
                           const char *name,
                           const char *signature,
                           const char *reply_type,
                           PyrogHandlerFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (name != NULL && is_public (name));
  g_return_if_fail (is_type (reply_type));
  g_return_if_fail (func != NULL);

  PyrogMember *member = new_method (name, signature, reply_type);
  g_return_if_fail (member != NULL);
  member->handler = func;
  member->user_data = user_data;
  member->destroy = destroy;
  pyrog_servant_add_member (self, member);
}

/**
 * pyrog_servant_add_attribute:
 * @self: a servant
 * @name: the name of the attribute
 * @type: (nullable): its type; %NULL for any
 * @getter: (scope notified) (nullable): reads it; %NULL if it can't be read
 * @user_data: (closure): for @getter
 * @destroy: (nullable): frees @user_data
 *
 * Exposes an attribute that peers can read, in place of a member of the same name. With
 * [method@Servant.add_setter] they can write it, too.
 *
 * Since: 1.0
 */
void
pyrog_servant_add_attribute (PyrogServant *self,
                             const char *name,
                             const char *type,
                             PyrogGetFunc getter,
                             gpointer user_data,
                             GDestroyNotify destroy)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (name != NULL && is_public (name));
  g_return_if_fail (is_type (type));

  PyrogMember *member = pyrog_member_new (name);
  member->is_attribute = TRUE;
  member->type = type != NULL ? g_variant_type_new (type) : NULL;
  member->access = getter != NULL ? PYROG_ACCESS_READ : 0;
  member->getter = getter;
  member->user_data = user_data;
  member->destroy = destroy;
  pyrog_servant_add_member (self, member);
}

/**
 * pyrog_servant_add_setter:
 * @self: a servant
 * @name: an attribute that was added with [method@Servant.add_attribute]
 * @setter: (scope notified): writes it
 * @user_data: (closure): for @setter
 * @destroy: (nullable): frees @user_data
 *
 * Lets peers write an attribute. To be called once for an attribute, before the servant is
 * registered.
 *
 * Since: 1.0
 */
void
pyrog_servant_add_setter (PyrogServant *self,
                          const char *name,
                          PyrogSetFunc setter,
                          gpointer user_data,
                          GDestroyNotify destroy)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (setter != NULL);

  g_autoptr (PyrogMember) member = pyrog_servant_find_member (self, name);
  g_return_if_fail (member != NULL && member->is_attribute && member->pspec == NULL);
  g_return_if_fail (member->setter == NULL);
  member->setter = setter;
  member->setter_data = user_data;
  member->setter_destroy = destroy;
  member->access |= PYROG_ACCESS_WRITE;
}

static char *
attribute_name (const char *property)
{
  /* No identifier of Python has a dash in it */
  return g_strdelimit (g_strdup (property), "-", '_');
}

static PyrogMember *
new_property (GParamSpec *pspec, PyrogAccess access)
{
  g_autofree char *name = attribute_name (pspec->name);
  PyrogMember *member = pyrog_member_new (name);

  member->is_attribute = TRUE;
  member->access = access;
  member->pspec = g_param_spec_ref (pspec);
  return member;
}

static gboolean
can_access (GParamSpec *pspec, PyrogAccess access)
{
  return ((access & PYROG_ACCESS_READ) == 0 || (pspec->flags & G_PARAM_READABLE) != 0)
         && ((access & PYROG_ACCESS_WRITE) == 0
             || ((pspec->flags & G_PARAM_WRITABLE) != 0
                 && (pspec->flags & G_PARAM_CONSTRUCT_ONLY) == 0));
}

/**
 * pyrog_servant_expose_property:
 * @self: a servant
 * @property: a property of the servant, or of the object it was made for
 * @access: what peers may do; the property itself must allow it
 *
 * Exposes a GObject property as an attribute; dashes in its name become underscores.
 *
 * Since: 1.0
 */
void
pyrog_servant_expose_property (PyrogServant *self, const char *property, PyrogAccess access)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (property != NULL);

  GObjectClass *klass = g_type_class_peek (pyrog_servant_get_instance_type (self));
  GParamSpec *pspec = g_object_class_find_property (klass, property);
  g_return_if_fail (pspec != NULL);
  g_return_if_fail (access != 0 && can_access (pspec, access));
  pyrog_servant_add_member (self, new_property (pspec, access));
}

/**
 * pyrog_servant_remove:
 * @self: a servant
 * @name: a method or attribute that was added
 *
 * Takes a member away again.
 *
 * Returns: whether there was one
 *
 * Since: 1.0
 */
gboolean
pyrog_servant_remove (PyrogServant *self, const char *name)
{
  g_return_val_if_fail (PYROG_IS_SERVANT (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  return remove_member (self, name);
}

/* ---- Classes ---- */

GHashTable *
pyrog_servant_class_members (GType type)
{
  return g_type_get_qdata (type, class_members_quark);
}

static void
install_member (PyrogServantClass *klass, PyrogMember *member)
{
  GType type = G_TYPE_FROM_CLASS (klass);
  GHashTable *members = pyrog_servant_class_members (type);

  if (members == NULL)
    {
      members = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                       (GDestroyNotify) pyrog_member_unref);
      g_type_set_qdata (type, class_members_quark, members);
    }
  g_hash_table_replace (members, member->name, member);
}

/**
 * pyrog_servant_class_install_method: (skip)
 * @klass: a class, in its class_init
 * @name: the name of the method
 * @signature: (nullable): as of [method@Servant.add_method]
 * @reply_type: (nullable): the type of the result
 * @func: carries the method out
 *
 * Exposes a method of all instances of a class.
 *
 * Since: 1.0
 */
void
pyrog_servant_class_install_method (
    PyrogServantClass *klass,
    const char *name,
    const char *signature,
    const char *reply_type,
    void (*func) (PyrogServant *self, PyrogInvocation *invocation, GVariant *args, GError **error))
{
  g_return_if_fail (PYROG_IS_SERVANT_CLASS (klass));
  g_return_if_fail (name != NULL && is_public (name));
  g_return_if_fail (is_type (reply_type));
  g_return_if_fail (func != NULL);

  PyrogMember *member = new_method (name, signature, reply_type);
  g_return_if_fail (member != NULL);
  member->class_func = func;
  install_member (klass, member);
}

/**
 * pyrog_servant_class_install_property: (skip)
 * @klass: a class, in its class_init
 * @property: a property of the class
 * @access: what peers may do; the property itself must allow it
 *
 * Exposes a property of all instances of a class, as [method@Servant.expose_property] does.
 *
 * Since: 1.0
 */
void
pyrog_servant_class_install_property (PyrogServantClass *klass,
                                      const char *property,
                                      PyrogAccess access)
{
  g_return_if_fail (PYROG_IS_SERVANT_CLASS (klass));
  g_return_if_fail (property != NULL);

  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), property);
  g_return_if_fail (pspec != NULL);
  g_return_if_fail (access != 0 && can_access (pspec, access));
  install_member (klass, new_property (pspec, access));
}

/* ---- Finding ---- */

GType
pyrog_servant_get_instance_type (PyrogServant *self)
{
  PyrogServantPrivate *priv = pyrog_servant_get_private (self);

  if (priv->type != NULL)
    return G_OBJECT_CLASS_TYPE (priv->type);
  return priv->object != NULL ? G_OBJECT_TYPE (priv->object) : G_OBJECT_TYPE (self);
}

GType
pyrog_servant_get_servant_type (PyrogServant *self)
{
  GObjectClass *type = pyrog_servant_get_private (self)->type;

  if (type == NULL)
    return G_OBJECT_TYPE (self);
  return PYROG_IS_SERVANT_CLASS (type) ? G_OBJECT_CLASS_TYPE (type) : PYROG_TYPE_SERVANT;
}

PyrogMember *
pyrog_servant_find_member (PyrogServant *self, const char *name)
{
  PyrogServantPrivate *priv = pyrog_servant_get_private (self);
  PyrogMember *member;

  g_mutex_lock (&priv->lock);
  member = g_hash_table_lookup (priv->members, name);
  if (member != NULL)
    pyrog_member_ref (member);
  g_mutex_unlock (&priv->lock);
  for (GType type = pyrog_servant_get_servant_type (self);
       member == NULL && type != PYROG_TYPE_SERVANT; type = g_type_parent (type))
    {
      GHashTable *members = pyrog_servant_class_members (type);
      member = members != NULL ? g_hash_table_lookup (members, name) : NULL;
      if (member != NULL)
        pyrog_member_ref (member);
    }
  if (member != NULL && !member->exposed)
    g_clear_pointer (&member, pyrog_member_unref);
  return member;
}

/**
 * pyrog_servant_set_oneway:
 * @self: a servant
 * @name: a method of it
 * @oneway: whether clients should not wait for it
 *
 * Makes a method oneway: clients learn it, send the call and go on.
 *
 * Since: 1.0
 */
void
pyrog_servant_set_oneway (PyrogServant *self, const char *name, gboolean oneway)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (name != NULL);

  g_autoptr (PyrogMember) member = pyrog_servant_find_member (self, name);
  g_return_if_fail (member != NULL && !member->is_attribute);
  member->oneway = oneway;
}

/**
 * pyrog_servant_set_documentation:
 * @self: a servant
 * @name: a member of it
 * @text: (nullable): what it does
 *
 * Documents a method or attribute, for people who look at the object from outside. They ask for it
 * with the method `get_description` of the daemon's own object, `Pyro.Daemon`. Set it before the
 * servant is registered.
 *
 * Since: 1.0
 */
void
pyrog_servant_set_documentation (PyrogServant *self, const char *name, const char *text)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (name != NULL);

  g_autoptr (PyrogMember) member = pyrog_servant_find_member (self, name);
  g_return_if_fail (member != NULL);
  g_free (member->documentation);
  member->documentation = g_strdup (text);
}
