/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-property.h"
#include "pyrog-servant-private.h"

/* What a servant tells of itself: names in the handshake, everything on request. It is made anew
 * each time, so that nothing that is added or removed goes unnoticed. */

/* ---- Members ---- */

typedef struct
{
  GPtrArray *members; /* (element-type PyrogMember) */
  GHashTable *names;  /* (element-type utf8) of them */
} Collection;

static void
unref_member (gpointer member)
{
  pyrog_member_unref (member);
}

static void
collect (Collection *collection, PyrogMember *member)
{
  if (member->exposed && g_hash_table_add (collection->names, member->name))
    g_ptr_array_add (collection->members, pyrog_member_ref (member));
}

static void
collect_own (Collection *collection, PyrogServant *self)
{
  PyrogServantPrivate *priv = pyrog_servant_get_private (self);

  g_mutex_lock (&priv->lock);
  for (guint i = 0; i < priv->order->len; i++)
    collect (collection, g_hash_table_lookup (priv->members, g_ptr_array_index (priv->order, i)));
  g_mutex_unlock (&priv->lock);
}

static void
collect_of_classes (Collection *collection, PyrogServant *self)
{
  for (GType type = pyrog_servant_get_servant_type (self); type != PYROG_TYPE_SERVANT;
       type = g_type_parent (type))
    {
      GHashTable *members = pyrog_servant_class_members (type);
      GHashTableIter iter;
      gpointer member;
      if (members == NULL)
        continue;
      g_hash_table_iter_init (&iter, members);
      while (g_hash_table_iter_next (&iter, NULL, &member))
        collect (collection, member);
    }
}

/* All members that a call can reach: one a name, the nearest */
static GPtrArray *
list_members (PyrogServant *self)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  Collection collection = { g_ptr_array_new_with_free_func (unref_member), names };

  collect_own (&collection, self);
  collect_of_classes (&collection, self);
  return collection.members;
}

/* ---- Metadata ---- */

typedef gboolean (*Filter) (const PyrogMember *member);

static gboolean
is_method (const PyrogMember *member)
{
  return !member->is_attribute;
}

static gboolean
is_oneway (const PyrogMember *member)
{
  return !member->is_attribute && member->oneway;
}

static gboolean
is_attribute (const PyrogMember *member)
{
  return member->is_attribute;
}

static void
add_names (PyrogBuilder *builder, const char *key, GPtrArray *members, Filter filter)
{
  pyrog_builder_utf8 (builder, key, strlen (key));
  pyrog_builder_open (builder, PYROG_KIND_SET);
  for (guint i = 0; i < members->len; i++)
    {
      const PyrogMember *member = g_ptr_array_index (members, i);
      if (filter (member))
        pyrog_builder_utf8 (builder, member->name, strlen (member->name));
    }
  pyrog_builder_close (builder);
}

static void
unref_members (gpointer members)
{
  g_ptr_array_unref (members);
}

void
pyrog_servant_add_metadata (PyrogServant *self, PyrogBuilder *builder)
{
  GPtrArray *members = list_members (self);

  /* The servant may lose some before the message is written */
  pyrog_arena_keep (builder->arena, members, unref_members);
  pyrog_builder_open (builder, PYROG_KIND_DICT);
  add_names (builder, "methods", members, is_method);
  add_names (builder, "oneway", members, is_oneway);
  /* What Pyrolite's Java client reads */
  add_names (builder, "oneways", members, is_oneway);
  add_names (builder, "attrs", members, is_attribute);
  pyrog_builder_close (builder);
}

/* ---- Descriptions ---- */

static char *
type_text (const GVariantType *type)
{
  return g_variant_type_dup_string (type);
}

/* As it was given: `(xs)`, or `x count, s text` */
static char *
signature_text (const PyrogSignature *signature)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const GVariantType *type = g_variant_type_first (signature->type);

  if (signature->names == NULL)
    return type_text (signature->type);
  for (guint i = 0; signature->names[i] != NULL; i++)
    {
      g_autofree char *item = type_text (type);
      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", item, signature->names[i]);
      type = g_variant_type_next (type);
    }
  return g_strdup (text->str);
}

static void
add_text (GVariantDict *dict, const char *key, char *owned_text)
{
  if (owned_text != NULL)
    g_variant_dict_insert_value (dict, key, g_variant_new_take_string (owned_text));
}

/* NULL: any, or unknown */
static const GVariantType *
value_type (const PyrogMember *member)
{
  const GVariantType *type = member->type;

  if (member->pspec != NULL)
    type = pyrog_property_get_type (member->pspec);
  return type != NULL && g_variant_type_is_definite (type) ? type : NULL;
}

static const char *
documentation (const PyrogMember *member)
{
  if (member->documentation != NULL || member->pspec == NULL)
    return member->documentation;
  return g_param_spec_get_blurb (member->pspec);
}

static GVariant *
describe_member (const PyrogMember *member)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const GVariantType *type = value_type (member);

  add_text (&dict, "doc", g_strdup (documentation (member)));
  add_text (&dict, member->is_attribute ? "type" : "returns",
            type != NULL ? type_text (type) : NULL);
  if (member->is_attribute)
    {
      g_variant_dict_insert (&dict, "readable", "b", (member->access & PYROG_ACCESS_READ) != 0);
      g_variant_dict_insert (&dict, "writable", "b", (member->access & PYROG_ACCESS_WRITE) != 0);
    }
  else
    {
      add_text (&dict, "signature",
                member->signature != NULL ? signature_text (member->signature) : NULL);
      g_variant_dict_insert (&dict, "oneway", "b", member->oneway);
    }
  return g_variant_dict_end (&dict);
}

static GVariant *
describe_members (GPtrArray *members, Filter filter)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  for (guint i = 0; i < members->len; i++)
    {
      const PyrogMember *member = g_ptr_array_index (members, i);
      if (filter (member))
        g_variant_builder_add (&builder, "{sv}", member->name, describe_member (member));
    }
  return g_variant_builder_end (&builder);
}

GVariant *
pyrog_servant_describe (PyrogServant *self)
{
  g_autoptr (GPtrArray) members = list_members (self);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert_value (&dict, "methods", describe_members (members, is_method));
  g_variant_dict_insert_value (&dict, "attrs", describe_members (members, is_attribute));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
