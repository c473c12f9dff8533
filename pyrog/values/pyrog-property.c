/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-property.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-value-variant.h"

/* Types that GSettings' rules bring to a GVariant and back */
static const GVariantType *
variant_type (GType type)
{
  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_BOOLEAN:
      return G_VARIANT_TYPE_BOOLEAN;
    case G_TYPE_CHAR:
    case G_TYPE_INT:
      return G_VARIANT_TYPE_INT32;
    case G_TYPE_UCHAR:
    case G_TYPE_UINT:
    case G_TYPE_FLAGS:
      return G_VARIANT_TYPE_UINT32;
    case G_TYPE_LONG:
    case G_TYPE_INT64:
      return G_VARIANT_TYPE_INT64;
    case G_TYPE_ULONG:
    case G_TYPE_UINT64:
      return G_VARIANT_TYPE_UINT64;
    case G_TYPE_FLOAT:
    case G_TYPE_DOUBLE:
      return G_VARIANT_TYPE_DOUBLE;
    case G_TYPE_STRING:
    case G_TYPE_ENUM:
      return G_VARIANT_TYPE_STRING;
    case G_TYPE_VARIANT:
      return G_VARIANT_TYPE_ANY;
    case G_TYPE_BOXED:
      return type == G_TYPE_STRV    ? G_VARIANT_TYPE_STRING_ARRAY
             : type == G_TYPE_BYTES ? G_VARIANT_TYPE_BYTESTRING
                                    : NULL;
    default:
      return NULL;
    }
}

const GVariantType *
pyrog_property_get_type (GParamSpec *pspec)
{
  return variant_type (pspec->value_type);
}

static gboolean
refuse_type (GParamSpec *pspec, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
               _ ("The property ‘%s’ is of type ‘%s’, which has no value here"), pspec->name,
               g_type_name (pspec->value_type));
  return FALSE;
}

/* ---- Reading ---- */

static GVariant *
none (void)
{
  return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
}

static GVariant *
enum_to_variant (const GValue *value)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (G_VALUE_TYPE (value));
  GEnumValue *found = g_enum_get_value (class, g_value_get_enum (value));

  return found != NULL ? g_variant_new_string (found->value_nick) : none ();
}

static GVariant *
boxed_to_variant (const GValue *value)
{
  gpointer boxed = g_value_get_boxed (value);

  if (boxed == NULL)
    return none ();
  if (G_VALUE_TYPE (value) == G_TYPE_STRV)
    return g_variant_new_strv (boxed, -1);
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, boxed, TRUE);
}

static GVariant *
text_to_variant (const GValue *value)
{
  const char *text = g_value_get_string (value);

  if (text == NULL)
    return none ();
  return g_variant_new_take_string (g_utf8_make_valid (text, -1));
}

static GVariant *
number_to_variant (const GValue *value, const GVariantType *type)
{
  GValue number = G_VALUE_INIT;
  GVariant *variant;

  if (g_variant_type_equal (type, G_VARIANT_TYPE_DOUBLE))
    g_value_init (&number, G_TYPE_DOUBLE);
  else if (g_variant_type_equal (type, G_VARIANT_TYPE_UINT64))
    g_value_init (&number, G_TYPE_UINT64);
  else
    g_value_init (&number, G_TYPE_INT64);
  g_value_transform (value, &number);
  if (G_VALUE_HOLDS_DOUBLE (&number))
    variant = g_variant_new_double (g_value_get_double (&number));
  else if (G_VALUE_HOLDS_UINT64 (&number))
    variant = g_variant_new_uint64 (g_value_get_uint64 (&number));
  else
    variant = g_variant_new_int64 (g_value_get_int64 (&number));
  g_value_unset (&number);
  return variant;
}

static GVariant *
value_to_variant (const GValue *value, const GVariantType *type)
{
  GVariant *variant;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_BOOLEAN:
      return g_variant_new_boolean (g_value_get_boolean (value));
    case G_TYPE_ENUM:
      return enum_to_variant (value);
    case G_TYPE_FLAGS:
      return g_variant_new_uint32 (g_value_get_flags (value));
    case G_TYPE_STRING:
      return text_to_variant (value);
    case G_TYPE_BOXED:
      return boxed_to_variant (value);
    case G_TYPE_VARIANT:
      variant = g_value_get_variant (value);
      return variant != NULL ? g_variant_ref (variant) : none ();
    default:
      return number_to_variant (value, type);
    }
}

GVariant *
pyrog_property_get (GObject *object, GParamSpec *pspec, GError **error)
{
  const GVariantType *type = variant_type (pspec->value_type);
  g_auto (GValue) value = G_VALUE_INIT;

  if (type == NULL)
    {
      refuse_type (pspec, error);
      return NULL;
    }
  g_value_init (&value, pspec->value_type);
  g_object_get_property (object, pspec->name, &value);
  return value_to_variant (&value, type);
}

/* ---- Writing ---- */

static gboolean
refuse_value (const char *root, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR,
               _ ("The property ‘%s’ does not allow that value"), root);
  return FALSE;
}

static gboolean
enum_from_text (GValue *value, GType type, const char *nick)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (type);
  GEnumValue *found = g_enum_get_value_by_nick (class, nick);

  if (found != NULL)
    g_value_set_enum (value, found->value);
  return found != NULL;
}

static void
number_from_variant (GValue *value, GVariant *variant)
{
  g_auto (GValue) number = G_VALUE_INIT;

  g_dbus_gvariant_to_gvalue (variant, &number);
  g_value_transform (&number, value);
}

static gboolean
value_from_variant (GValue *value, GParamSpec *pspec, GVariant *variant)
{
  switch (G_TYPE_FUNDAMENTAL (pspec->value_type))
    {
    case G_TYPE_ENUM:
      return enum_from_text (value, pspec->value_type, g_variant_get_string (variant, NULL));
    case G_TYPE_FLAGS:
      g_value_set_flags (value, g_variant_get_uint32 (variant));
      return TRUE;
    case G_TYPE_STRING:
      g_value_set_string (value, g_variant_get_string (variant, NULL));
      return TRUE;
    case G_TYPE_VARIANT:
      g_value_set_variant (value, variant);
      return TRUE;
    case G_TYPE_BOXED:
      if (pspec->value_type == G_TYPE_STRV)
        g_value_take_boxed (value, g_variant_dup_strv (variant, NULL));
      else
        g_value_take_boxed (value, g_variant_get_data_as_bytes (variant));
      return TRUE;
    default:
      number_from_variant (value, variant);
      return TRUE;
    }
}

gboolean
pyrog_property_parse (
    GParamSpec *pspec, const PyrogValue *value, const char *root, GValue *target, GError **error)
{
  const GVariantType *type = variant_type (pspec->value_type);
  GType fundamental = G_TYPE_FUNDAMENTAL (pspec->value_type);
  g_auto (GValue) parsed = G_VALUE_INIT;

  if (type == NULL)
    return refuse_type (pspec, error);
  g_value_init (&parsed, pspec->value_type);
  if (value->kind != PYROG_KIND_NONE
      || (fundamental != G_TYPE_STRING && fundamental != G_TYPE_BOXED))
    {
      g_autoptr (GVariant) variant = pyrog_value_to_variant_typed (value, type, root, error);
      if (variant == NULL)
        return FALSE;
      if (!value_from_variant (&parsed, pspec, variant))
        return refuse_value (root, error);
    }
  if (g_param_value_validate (pspec, &parsed))
    return refuse_value (root, error);
  *target = parsed;
  parsed = (GValue) G_VALUE_INIT;
  return TRUE;
}

gboolean
pyrog_property_set (GObject *object, GParamSpec *pspec, const PyrogValue *value, GError **error)
{
  g_auto (GValue) target = G_VALUE_INIT;

  if (!pyrog_property_parse (pspec, value, pspec->name, &target, error))
    return FALSE;
  g_object_set_property (object, pspec->name, &target);
  return TRUE;
}
