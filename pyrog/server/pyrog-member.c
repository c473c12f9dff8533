/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-member.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error.h"
#include "pyrog-value-variant.h"

PyrogMember *
pyrog_member_new (const char *name)
{
  PyrogMember *member = g_new0 (PyrogMember, 1);

  g_atomic_ref_count_init (&member->refs);
  member->name = g_strdup (name);
  member->exposed = TRUE;
  return member;
}

PyrogMember *
pyrog_member_ref (PyrogMember *member)
{
  g_atomic_ref_count_inc (&member->refs);
  return member;
}

static void
free_signature (PyrogSignature *signature)
{
  g_variant_type_free (signature->type);
  g_strfreev (signature->names);
  g_free (signature);
}

void
pyrog_member_unref (PyrogMember *member)
{
  if (!g_atomic_ref_count_dec (&member->refs))
    return;
  if (member->destroy != NULL)
    member->destroy (member->user_data);
  if (member->setter_destroy != NULL)
    member->setter_destroy (member->setter_data);
  g_free (member->name);
  g_free (member->documentation);
  g_clear_pointer (&member->signature, free_signature);
  g_clear_pointer (&member->type, g_variant_type_free);
  g_clear_pointer (&member->pspec, g_param_spec_unref);
  g_free (member);
}

/* ---- Names ---- */

/* What Pyro5 never exposes (server.py, _private_dunder_methods) */
static const char *const private_names[] = {
  "__init__",
  "__init_subclass__",
  "__class__",
  "__module__",
  "__weakref__",
  "__call__",
  "__new__",
  "__del__",
  "__repr__",
  "__str__",
  "__format__",
  "__nonzero__",
  "__bool__",
  "__coerce__",
  "__cmp__",
  "__eq__",
  "__ne__",
  "__hash__",
  "__ge__",
  "__gt__",
  "__le__",
  "__lt__",
  "__dir__",
  "__enter__",
  "__exit__",
  "__copy__",
  "__deepcopy__",
  "__sizeof__",
  "__getattr__",
  "__setattr__",
  "__hasattr__",
  "__getattribute__",
  "__delattr__",
  "__instancecheck__",
  "__subclasscheck__",
  "__getinitargs__",
  "__getnewargs__",
  "__getstate__",
  "__setstate__",
  "__reduce__",
  "__reduce_ex__",
  "__subclasshook__",
};

static gboolean
is_dunder (const char *name, gsize size)
{
  return size > 4 && memcmp (name, "__", 2) == 0 && memcmp (name + size - 2, "__", 2) == 0;
}

static gboolean
has_odd_characters (const char *name, gsize size)
{
  for (gsize i = 0; i < size; i++)
    {
      if ((guint8) name[i] < 0x20 || name[i] == 0x7f || name[i] == '.')
        return TRUE;
    }
  return !g_utf8_validate_len (name, size, NULL);
}

gboolean
pyrog_member_name_is_private (const char *name, gsize size)
{
  if (size == 0 || size > PYROG_MEMBER_MAX_NAME || has_odd_characters (name, size))
    return TRUE;
  if (name[0] != '_')
    return FALSE;
  if (!is_dunder (name, size))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (private_names); i++)
    {
      if (strlen (private_names[i]) == size && memcmp (private_names[i], name, size) == 0)
        return TRUE;
    }
  return FALSE;
}

/* ---- Signatures ---- */

static gboolean
parse_parameter (const char *text, GString *types, GPtrArray *names)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t", -1);
  const char *type = NULL, *name = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;
      if (type == NULL)
        type = words[i];
      else if (name == NULL)
        name = words[i];
      else
        return FALSE;
    }
  if (name == NULL || !g_variant_type_string_is_valid (type)
      || !g_variant_type_is_definite ((const GVariantType *) type)
      || g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    return FALSE;
  g_string_append (types, type);
  g_ptr_array_add (names, g_strdup (name));
  return TRUE;
}

static PyrogSignature *
new_signature (const char *type, char **owned_names)
{
  PyrogSignature *signature = g_new0 (PyrogSignature, 1);

  signature->type = g_variant_type_new (type);
  signature->n_items = g_variant_type_n_items (signature->type);
  signature->names = owned_names;
  return signature;
}

static PyrogSignature *
parse_named (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  g_autoptr (GString) types = g_string_new ("(");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (!parse_parameter (parts[i], types, names))
        return NULL;
    }
  g_string_append_c (types, ')');
  g_ptr_array_add (names, NULL);
  return new_signature (types->str, (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE));
}

PyrogSignature *
pyrog_signature_parse (const char *text, gboolean *ok)
{
  PyrogSignature *signature = NULL;

  *ok = TRUE;
  if (text == NULL)
    return NULL;
  if (*text == '\0')
    text = "()";
  if (*text != '(')
    signature = parse_named (text);
  else if (g_variant_type_string_is_valid (text)
           && g_variant_type_is_definite ((const GVariantType *) text))
    signature = new_signature (text, NULL);
  *ok = signature != NULL;
  return signature;
}

static gboolean
refuse_call (PyrogInvocation *invocation, GError **error, const char *why)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR, "%s() %s",
               pyrog_invocation_get_method_name (invocation), why);
  return FALSE;
}

static const PyrogValue *
find_keyword (const PyrogValue *kwargs, const char *name)
{
  return kwargs->kind == PYROG_KIND_DICT ? pyrog_value_lookup (kwargs, name) : NULL;
}

/* Positional arguments first, the rest by name; every keyword must have been used */
static gboolean
order_by_name (const PyrogSignature *signature, PyrogInvocation *invocation, GError **error)
{
  const PyrogValue *args = pyrog_invocation_get_arg_values (invocation);
  const PyrogValue *kwargs = pyrog_invocation_get_kwarg_values (invocation);
  gsize count = signature->n_items;
  PyrogValue *items;

  if (args->size + kwargs->size != count)
    {
      g_autofree char *why = g_strdup_printf (_ ("takes %zu arguments but %zu were given"), count,
                                              (gsize) args->size + kwargs->size);
      return refuse_call (invocation, error, why);
    }
  items = pyrog_arena_alloc (pyrog_invocation_get_arena (invocation), count * sizeof *items, error);
  if (items == NULL)
    return FALSE;
  for (gsize i = 0; i < count; i++)
    {
      const PyrogValue *value
          = i < args->size ? &args->items[i] : find_keyword (kwargs, signature->names[i]);
      if (value == NULL)
        {
          g_autofree char *why
              = g_strdup_printf (_ ("lacks the argument ‘%s’"), signature->names[i]);
          return refuse_call (invocation, error, why);
        }
      items[i] = *value;
    }
  PyrogValue ordered = { .kind = PYROG_KIND_TUPLE, .size = (guint32) count, .items = items };
  pyrog_invocation_set_arg_values (invocation, &ordered);
  return TRUE;
}

gboolean
pyrog_signature_order (const PyrogSignature *signature, PyrogInvocation *invocation, GError **error)
{
  const PyrogValue *args = pyrog_invocation_get_arg_values (invocation);
  const PyrogValue *kwargs = pyrog_invocation_get_kwarg_values (invocation);
  gsize count = signature->n_items;

  if (pyrog_invocation_get_blob (invocation) != NULL)
    return refuse_call (invocation, error, _ ("takes no blob"));
  if (kwargs->kind == PYROG_KIND_DICT && kwargs->size > 0)
    {
      if (signature->names == NULL)
        return refuse_call (invocation, error, _ ("takes no keyword arguments"));
      return order_by_name (signature, invocation, error);
    }
  if (args->size == count)
    return TRUE;
  g_autofree char *why
      = g_strdup_printf (_ ("takes %zu arguments but %zu were given"), count, (gsize) args->size);
  return refuse_call (invocation, error, why);
}

GVariant *
pyrog_signature_bind (const PyrogSignature *signature, PyrogInvocation *invocation, GError **error)
{
  if (!pyrog_signature_order (signature, invocation, error))
    return NULL;
  return pyrog_value_to_variant_sliced (pyrog_invocation_get_arg_values (invocation),
                                        signature->type, "args",
                                        pyrog_invocation_get_slices (invocation), error);
}
