/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-servant.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error-private.h"
#include "pyrog-property.h"
#include "pyrog-servant-private.h"
#include "pyrog-value-variant.h"

#define SHOWN_NAME 64 /* bytes of a peer's name in an error */

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
 * thread.
 *
 * Since: 1.0
 */
typedef struct
{
  GMutex lock;
  GHashTable *members; /* (owned) (locked-by lock) (element-type utf8 PyrogMember) */
  GPtrArray *order;    /* (owned) (locked-by lock) names, as they were added */
  GObject *object;     /* (owned) (nullable) whose properties are exposed, if not our own */
} PyrogServantPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (PyrogServant, pyrog_servant, G_TYPE_OBJECT)

static PyrogServantPrivate *
priv_of (PyrogServant *self)
{
  return pyrog_servant_get_instance_private (self);
}

/* Members that classes install: one table a class, found through its type */
static GQuark class_members_quark;

static void
pyrog_servant_finalize (GObject *object)
{
  PyrogServantPrivate *priv = priv_of (PYROG_SERVANT (object));

  g_hash_table_unref (priv->members);
  g_ptr_array_unref (priv->order);
  g_clear_object (&priv->object);
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
  PyrogServantPrivate *priv = priv_of (self);

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
  priv_of (self)->object = g_object_ref (object);
  return self;
}

/* ---- Adding ---- */

static gboolean
remove_member (PyrogServant *self, const char *name)
{
  PyrogServantPrivate *priv = priv_of (self);
  g_autoptr (PyrogMember) old = NULL;
  guint place;

  g_mutex_lock (&priv->lock);
  old = g_hash_table_lookup (priv->members, name);
  if (old != NULL)
    {
      pyrog_member_ref (old); /* its destroy function is not called under the lock */
      g_hash_table_remove (priv->members, name);
      if (g_ptr_array_find_with_equal_func (priv->order, name, g_str_equal, &place))
        g_ptr_array_remove_index (priv->order, place);
    }
  g_mutex_unlock (&priv->lock);
  return old != NULL;
}

static void
add_member (PyrogServant *self, PyrogMember *member)
{
  PyrogServantPrivate *priv = priv_of (self);

  remove_member (self, member->name);
  g_mutex_lock (&priv->lock);
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
  add_member (self, member);
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
  add_member (self, member);
}

/**
 * pyrog_servant_add_attribute:
 * @self: a servant
 * @name: the name of the attribute
 * @type: (nullable): its type; %NULL for any
 * @access: what peers may do
 * @getter: (scope forever) (nullable): reads it
 * @setter: (scope forever) (nullable): writes it
 * @user_data: (closure): for both
 * @destroy: (nullable): frees @user_data
 *
 * Exposes an attribute, in place of a member of the same name.
 *
 * Since: 1.0
 */
void
pyrog_servant_add_attribute (PyrogServant *self,
                             const char *name,
                             const char *type,
                             PyrogAccess access,
                             PyrogGetFunc getter,
                             PyrogSetFunc setter,
                             gpointer user_data,
                             GDestroyNotify destroy)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (name != NULL && is_public (name));
  g_return_if_fail (is_type (type));
  g_return_if_fail (access != 0);
  g_return_if_fail (getter != NULL || (access & PYROG_ACCESS_READ) == 0);
  g_return_if_fail (setter != NULL || (access & PYROG_ACCESS_WRITE) == 0);

  PyrogMember *member = pyrog_member_new (name);
  member->type = type != NULL ? g_variant_type_new (type) : NULL;
  member->access = access;
  member->getter = getter;
  member->setter = setter;
  member->user_data = user_data;
  member->destroy = destroy;
  add_member (self, member);
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

  GObject *object = priv_of (self)->object;
  GParamSpec *pspec = g_object_class_find_property (
      G_OBJECT_GET_CLASS (object != NULL ? object : G_OBJECT (self)), property);
  g_return_if_fail (pspec != NULL);
  g_return_if_fail (access != 0 && can_access (pspec, access));
  add_member (self, new_property (pspec, access));
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

static GHashTable *
class_members (GType type)
{
  return g_type_get_qdata (type, class_members_quark);
}

static void
install_member (PyrogServantClass *klass, PyrogMember *member)
{
  GType type = G_TYPE_FROM_CLASS (klass);
  GHashTable *members = class_members (type);

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

static PyrogMember *
find_member (PyrogServant *self, const char *name)
{
  PyrogServantPrivate *priv = priv_of (self);
  PyrogMember *member;

  g_mutex_lock (&priv->lock);
  member = g_hash_table_lookup (priv->members, name);
  if (member != NULL)
    pyrog_member_ref (member);
  g_mutex_unlock (&priv->lock);
  for (GType type = G_OBJECT_TYPE (self); member == NULL && type != PYROG_TYPE_SERVANT;
       type = g_type_parent (type))
    {
      GHashTable *members = class_members (type);
      member = members != NULL ? g_hash_table_lookup (members, name) : NULL;
      if (member != NULL)
        pyrog_member_ref (member);
    }
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

  g_autoptr (PyrogMember) member = find_member (self, name);
  g_return_if_fail (member != NULL && member->access == 0);
  member->oneway = oneway;
}

/**
 * pyrog_servant_set_documentation:
 * @self: a servant
 * @name: a member of it
 * @text: (nullable): what it does
 *
 * Documents a method or attribute, for people who look at the object from outside. Set it before
 * the servant is registered.
 *
 * Since: 1.0
 */
void
pyrog_servant_set_documentation (PyrogServant *self, const char *name, const char *text)
{
  g_return_if_fail (PYROG_IS_SERVANT (self));
  g_return_if_fail (name != NULL);

  g_autoptr (PyrogMember) member = find_member (self, name);
  g_return_if_fail (member != NULL);
  g_free (member->documentation);
  member->documentation = g_strdup (text);
}

/* ---- Calling ---- */

static void
report (PyrogInvocation *invocation, GError *error)
{
  if (error == NULL)
    return;
  if (!pyrog_invocation_is_answered (invocation))
    pyrog_invocation_return_gerror (invocation, error);
  g_error_free (error);
}

/* The words are Pyro5's */
static void
refuse_name (PyrogInvocation *invocation, const PyrogValue *name, const char *what)
{
  gboolean is_text = name->kind == PYROG_KIND_STR;
  g_autofree char *shown
      = pyrog_error_escape (is_text ? name->text : "", is_text ? name->size : 0, SHOWN_NAME);

  report (invocation, g_error_new (PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR,
                                   "attempt to access %s attribute '%s'", what, shown));
}

static gboolean
call_member (PyrogServant *self, PyrogMember *member, PyrogInvocation *invocation, GError **error)
{
  g_autoptr (GVariant) args = NULL;

  if (member->handler != NULL)
    {
      if (member->signature != NULL
          && !pyrog_signature_order (member->signature, invocation, error))
        return FALSE;
      member->handler (invocation, member->user_data, error);
      return TRUE;
    }
  if (member->signature != NULL)
    {
      args = pyrog_signature_bind (member->signature, invocation, error);
      if (args != NULL)
        pyrog_invocation_set_args (invocation, args);
    }
  else
    {
      args = pyrog_invocation_get_args (invocation, error);
      if (args != NULL)
        g_variant_ref (args);
    }
  if (args == NULL)
    return FALSE;
  if (member->func != NULL)
    member->func (invocation, args, member->user_data, error);
  else if (member->class_func != NULL)
    member->class_func (self, invocation, args, error);
  else
    PYROG_SERVANT_GET_CLASS (self)->invoke (self, invocation, error);
  return TRUE;
}

void
pyrog_servant_dispatch (PyrogServant *self, PyrogInvocation *invocation)
{
  const char *name = pyrog_invocation_get_method_name (invocation);
  PyrogValue text = pyrog_value_text (name);
  GError *error = NULL;

  if (!is_public (name))
    {
      refuse_name (invocation, &text, "private");
      return;
    }
  g_autoptr (PyrogMember) member = find_member (self, name);
  if (member == NULL || member->access != 0)
    {
      refuse_name (invocation, &text, "unexposed");
      return;
    }
  call_member (self, member, invocation, &error);
  report (invocation, error);
}

/* ---- Attributes ---- */

/* The attribute that the first of count arguments names, if it may be accessed so */
static PyrogMember *
find_attribute (PyrogServant *self, PyrogInvocation *invocation, guint count, PyrogAccess access)
{
  const PyrogValue *args = pyrog_invocation_get_arg_values (invocation);
  g_autoptr (PyrogMember) member = NULL;

  if (args->size != count || args->items[0].kind != PYROG_KIND_STR)
    {
      report (invocation, g_error_new (PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                                       _ ("Access to an attribute needs its name")));
      return NULL;
    }
  if (!pyrog_member_name_is_private (args->items[0].text, args->items[0].size))
    {
      g_autofree char *name = pyrog_value_dup_text (&args->items[0]);
      member = find_member (self, name);
    }
  if (member == NULL || (member->access & access) == 0)
    {
      refuse_name (invocation, &args->items[0], "unexposed or unknown remote");
      return NULL;
    }
  return g_steal_pointer (&member);
}

static GObject *
property_object (PyrogServant *self)
{
  GObject *object = priv_of (self)->object;

  return object != NULL ? object : G_OBJECT (self);
}

void
pyrog_servant_dispatch_get (PyrogServant *self, PyrogInvocation *invocation)
{
  g_autoptr (PyrogMember) member = find_attribute (self, invocation, 1, PYROG_ACCESS_READ);
  GError *error = NULL;
  GVariant *value;

  if (member == NULL)
    return;
  if (member->pspec != NULL)
    value = pyrog_property_get (property_object (self), member->pspec, &error);
  else
    value = member->getter (member->name, member->user_data, &error);
  if (value != NULL)
    {
      g_autoptr (GVariant) owned = g_variant_take_ref (value);
      pyrog_invocation_return_value (invocation, owned);
    }
  else if (error == NULL)
    g_set_error (&error, PYROG_ERROR, PYROG_ERROR_FAILED, _ ("The attribute ‘%s’ has no value"),
                 member->name);
  report (invocation, error);
}

void
pyrog_servant_dispatch_set (PyrogServant *self, PyrogInvocation *invocation)
{
  g_autoptr (PyrogMember) member = find_attribute (self, invocation, 2, PYROG_ACCESS_WRITE);
  GError *error = NULL;
  gboolean ok = FALSE;

  if (member == NULL)
    return;
  const PyrogValue *wanted = &pyrog_invocation_get_arg_values (invocation)->items[1];
  if (member->pspec != NULL)
    ok = pyrog_property_set (property_object (self), member->pspec, wanted, &error);
  else
    {
      g_autoptr (GVariant) value = pyrog_value_to_variant_typed (
          wanted, member->type != NULL ? member->type : G_VARIANT_TYPE_ANY, member->name, &error);
      if (value != NULL)
        ok = member->setter (member->name, value, member->user_data, &error);
    }
  if (ok)
    pyrog_invocation_return_none (invocation);
  else if (error == NULL)
    g_set_error (&error, PYROG_ERROR, PYROG_ERROR_FAILED, _ ("The attribute ‘%s’ could not be set"),
                 member->name);
  report (invocation, error);
}

/* ---- Metadata ---- */

static void
add_name (const PyrogMember *member, const char *which, PyrogBuilder *builder)
{
  gboolean wanted = strcmp (which, "attrs") == 0
                        ? member->access != 0
                        : member->access == 0 && (strcmp (which, "methods") == 0 || member->oneway);

  if (!wanted)
    return;
  /* The servant may lose the member before the message is written */
  char *copy = g_strdup (member->name);
  pyrog_arena_keep (builder->arena, copy, g_free);
  pyrog_builder_utf8 (builder, copy, strlen (copy));
}

static void
add_names (PyrogServant *self, const char *which, PyrogBuilder *builder)
{
  PyrogServantPrivate *priv = priv_of (self);

  pyrog_builder_utf8 (builder, which, strlen (which));
  pyrog_builder_open (builder, PYROG_KIND_SET);
  for (GType type = G_OBJECT_TYPE (self); type != PYROG_TYPE_SERVANT; type = g_type_parent (type))
    {
      GHashTable *members = class_members (type);
      GHashTableIter iter;
      gpointer member;
      if (members == NULL)
        continue;
      g_hash_table_iter_init (&iter, members);
      while (g_hash_table_iter_next (&iter, NULL, &member))
        add_name (member, which, builder);
    }
  g_mutex_lock (&priv->lock);
  for (guint i = 0; i < priv->order->len; i++)
    add_name (g_hash_table_lookup (priv->members, g_ptr_array_index (priv->order, i)), which,
              builder);
  g_mutex_unlock (&priv->lock);
  pyrog_builder_close (builder);
}

void
pyrog_servant_add_metadata (PyrogServant *self, PyrogBuilder *builder)
{
  pyrog_builder_open (builder, PYROG_KIND_DICT);
  add_names (self, "methods", builder);
  add_names (self, "oneway", builder);
  add_names (self, "attrs", builder);
  pyrog_builder_close (builder);
}
