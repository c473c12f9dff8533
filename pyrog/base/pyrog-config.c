/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-config.h"

#include <string.h>

#include "pyrog-config-items.h"
#include "pyrog-config-setting.h"
#include "pyrog-enum-types.h"

/**
 * PyrogConfig:
 *
 * The settings of a daemon or proxy.
 *
 * Every item of Pyro5's configuration is a property, and can be set by the environment variable of
 * Pyro5; items of pyrog's own have variables that begin with `PYROG_`. The environment is read into
 * the default configuration only, once, and never in a program that runs with raised privileges.
 *
 * A daemon or proxy takes a copy when it is made: later changes have no effect on it.
 *
 * Since: 1.0
 */
struct _PyrogConfig
{
  GObject parent_instance;

  PyrogConfigSettings *settings; /* (owned) */
  GError *failure;               /* (owned) (nullable) why the environment could not be read */
};

G_DEFINE_FINAL_TYPE (PyrogConfig, pyrog_config, G_TYPE_OBJECT)

static GParamSpec *properties[PYROG_CONFIG_LAST];

static const char *
item_name (const PyrogConfigEntry *item)
{
  return strchr (item->variable, '_') + 1;
}

/* ---- The object ---- */

static void
pyrog_config_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const PyrogConfigSetting *setting = &PYROG_CONFIG (object)->settings->items[id];

  switch (pyrog_config_entries[id].kind)
    {
    case PYROG_CONFIG_KIND_TEXT:
      g_value_set_string (value, setting->text);
      break;
    case PYROG_CONFIG_KIND_FLAG:
      g_value_set_boolean (value, setting->number != 0);
      break;
    case PYROG_CONFIG_KIND_NUMBER:
    case PYROG_CONFIG_KIND_IP_VERSION:
      g_value_set_int64 (value, (gint64) setting->number);
      break;
    case PYROG_CONFIG_KIND_SECONDS:
      g_value_set_double (value, setting->number);
      break;
    case PYROG_CONFIG_KIND_LIST:
    case PYROG_CONFIG_KIND_SERIALIZERS:
      g_value_set_boxed (value, setting->list);
      break;
    case PYROG_CONFIG_KIND_SERIALIZER:
    case PYROG_CONFIG_KIND_SERVER_TYPE:
      g_value_set_enum (value, (int) setting->number);
      break;
    case PYROG_CONFIG_KIND_SECRET: /* write-only */
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
set_from_value (PyrogConfigSetting *setting, PyrogConfigKind kind, const GValue *value)
{
  switch (kind)
    {
    case PYROG_CONFIG_KIND_TEXT:
    case PYROG_CONFIG_KIND_SECRET:
      pyrog_config_setting_set_text (setting, g_value_get_string (value));
      break;
    case PYROG_CONFIG_KIND_FLAG:
      setting->number = g_value_get_boolean (value);
      break;
    case PYROG_CONFIG_KIND_NUMBER:
    case PYROG_CONFIG_KIND_IP_VERSION:
      setting->number = (double) g_value_get_int64 (value);
      break;
    case PYROG_CONFIG_KIND_SECONDS:
      setting->number = g_value_get_double (value);
      break;
    case PYROG_CONFIG_KIND_LIST:
    case PYROG_CONFIG_KIND_SERIALIZERS:
      pyrog_config_setting_set_list (setting, g_value_get_boxed (value));
      break;
    case PYROG_CONFIG_KIND_SERIALIZER:
    case PYROG_CONFIG_KIND_SERVER_TYPE:
      setting->number = g_value_get_enum (value);
      break;
    }
}

static void
pyrog_config_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  PyrogConfig *self = PYROG_CONFIG (object);

  set_from_value (pyrog_config_settings_change (&self->settings, id), pyrog_config_entries[id].kind,
                  value);
  g_object_notify_by_pspec (object, pspec);
}

static void
pyrog_config_finalize (GObject *object)
{
  PyrogConfig *self = PYROG_CONFIG (object);

  pyrog_config_settings_unref (self->settings);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (pyrog_config_parent_class)->finalize (object);
}

static GParamSpec *
make_pspec (const PyrogConfigEntry *item)
{
  const GParamFlags flags
      = (item->kind == PYROG_CONFIG_KIND_SECRET ? G_PARAM_WRITABLE : G_PARAM_READWRITE)
        | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  switch (item->kind)
    {
    case PYROG_CONFIG_KIND_FLAG:
      return g_param_spec_boolean (item->property, NULL, NULL, item->number != 0, flags);
    case PYROG_CONFIG_KIND_NUMBER:
    case PYROG_CONFIG_KIND_IP_VERSION:
      return g_param_spec_int64 (item->property, NULL, NULL, (gint64) item->min, (gint64) item->max,
                                 (gint64) item->number, flags);
    case PYROG_CONFIG_KIND_SECONDS:
      return g_param_spec_double (item->property, NULL, NULL, item->min, item->max, item->number,
                                  flags);
    case PYROG_CONFIG_KIND_LIST:
    case PYROG_CONFIG_KIND_SERIALIZERS:
      return g_param_spec_boxed (item->property, NULL, NULL, G_TYPE_STRV, flags);
    case PYROG_CONFIG_KIND_SERIALIZER:
      return g_param_spec_enum (item->property, NULL, NULL, PYROG_TYPE_SERIALIZER,
                                (int) item->number, flags);
    case PYROG_CONFIG_KIND_SERVER_TYPE:
      return g_param_spec_enum (item->property, NULL, NULL, PYROG_TYPE_SERVER_TYPE,
                                (int) item->number, flags);
    case PYROG_CONFIG_KIND_TEXT:
    case PYROG_CONFIG_KIND_SECRET:
      return g_param_spec_string (item->property, NULL, NULL, item->text, flags);
    }
  g_assert_not_reached ();
}

static void
pyrog_config_class_init (PyrogConfigClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = pyrog_config_get_property;
  object_class->set_property = pyrog_config_set_property;
  object_class->finalize = pyrog_config_finalize;
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    properties[i] = make_pspec (&pyrog_config_entries[i]);
  g_object_class_install_properties (object_class, PYROG_CONFIG_LAST, properties);
}

static void
pyrog_config_init (PyrogConfig *self)
{
  self->settings = pyrog_config_settings_new_default ();
}

/**
 * pyrog_config_new:
 *
 * Makes a configuration with built-in values; the environment is not looked at.
 *
 * Returns: (transfer full): the configuration
 *
 * Since: 1.0
 */
PyrogConfig *
pyrog_config_new (void)
{
  return g_object_new (PYROG_TYPE_CONFIG, NULL);
}

static void
take_settings (PyrogConfig *self, PyrogConfigSettings *settings)
{
  pyrog_config_settings_unref (self->settings);
  self->settings = settings;
}

static gpointer
make_default (gpointer data)
{
  PyrogConfig *self = pyrog_config_new ();

  /* The failure is told to the first who uses it */
  PyrogConfigSettings *settings = pyrog_config_settings_new_from_environment (&self->failure);
  if (settings != NULL)
    take_settings (self, settings);
  return self;
}

/**
 * pyrog_config_get_default:
 *
 * The configuration of this process: built-in values, changed by environment variables. A variable
 * that is unknown or wrong makes whatever uses the configuration fail; see
 * [method@Config.check]. Changes count for what is made later.
 *
 * Returns: (transfer none): the configuration
 *
 * Since: 1.0
 */
PyrogConfig *
pyrog_config_get_default (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_default, NULL);
}

/**
 * pyrog_config_copy:
 * @self: a configuration
 *
 * Copies a configuration.
 *
 * Returns: (transfer full): the copy
 *
 * Since: 1.0
 */
PyrogConfig *
pyrog_config_copy (PyrogConfig *self)
{
  g_return_val_if_fail (PYROG_IS_CONFIG (self), NULL);

  PyrogConfig *copy = pyrog_config_new ();
  take_settings (copy, pyrog_config_settings_ref (self->settings));
  copy->failure = self->failure != NULL ? g_error_copy (self->failure) : NULL;
  return copy;
}

/**
 * pyrog_config_reset:
 * @self: a configuration
 * @use_environment: whether environment variables count
 * @error: return location for an error
 *
 * Goes back to the built-in values and, if wanted, reads the environment again. Without the
 * environment it can't fail. After an error nothing has changed.
 *
 * Returns: whether it worked; otherwise the error is %PYROG_ERROR_INVALID_CONFIG and names the
 *   variable
 *
 * Since: 1.0
 */
gboolean
pyrog_config_reset (PyrogConfig *self, gboolean use_environment, GError **error)
{
  g_return_val_if_fail (PYROG_IS_CONFIG (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  PyrogConfigSettings *settings = use_environment
                                      ? pyrog_config_settings_new_from_environment (error)
                                      : pyrog_config_settings_new_default ();
  if (settings == NULL)
    return FALSE;
  g_object_freeze_notify (G_OBJECT (self));
  take_settings (self, settings);
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_clear_error (&self->failure);
  g_object_thaw_notify (G_OBJECT (self));
  return TRUE;
}

/**
 * pyrog_config_check:
 * @self: a configuration
 * @error: return location for an error
 *
 * Whether the configuration can be used: the default one can't if the environment has an unknown
 * item or a wrong value.
 *
 * Returns: whether it can; otherwise the error is %PYROG_ERROR_INVALID_CONFIG and names the
 * variable
 *
 * Since: 1.0
 */
gboolean
pyrog_config_check (PyrogConfig *self, GError **error)
{
  g_return_val_if_fail (PYROG_IS_CONFIG (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->failure == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->failure));
  return FALSE;
}

/**
 * pyrog_config_to_dict:
 * @self: a configuration
 *
 * All items under their Pyro5 names, in a dictionary of type `a{sv}`. Of a password it says
 * `(set)`.
 *
 * Returns: (transfer full): the dictionary
 *
 * Since: 1.0
 */
GVariant *
pyrog_config_to_dict (PyrogConfig *self)
{
  GVariantBuilder builder;

  g_return_val_if_fail (PYROG_IS_CONFIG (self), NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    g_variant_builder_add (
        &builder, "{sv}", item_name (&pyrog_config_entries[i]),
        pyrog_config_setting_to_variant (&self->settings->items[i], &pyrog_config_entries[i]));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * pyrog_config_dump:
 * @self: a configuration
 *
 * All items as text, one a line, sorted: `NAME = value`. Of a password it says `(set)`.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
pyrog_config_dump (PyrogConfig *self)
{
  g_return_val_if_fail (PYROG_IS_CONFIG (self), NULL);

  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    {
      g_autofree char *value
          = pyrog_config_setting_to_text (&self->settings->items[i], &pyrog_config_entries[i]);
      g_ptr_array_add (lines,
                       g_strdup_printf ("%s = %s\n", item_name (&pyrog_config_entries[i]), value));
    }
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("", (char **) lines->pdata);
}

/* ---- For the library ---- */

const char *
pyrog_config_get_text (PyrogConfig *self, PyrogConfigItem item)
{
  return self->settings->items[item].text;
}

gboolean
pyrog_config_get_flag (PyrogConfig *self, PyrogConfigItem item)
{
  return self->settings->items[item].number != 0;
}

gint64
pyrog_config_get_number (PyrogConfig *self, PyrogConfigItem item)
{
  return (gint64) self->settings->items[item].number;
}

double
pyrog_config_get_seconds (PyrogConfig *self, PyrogConfigItem item)
{
  return self->settings->items[item].number;
}

const char *const *
pyrog_config_get_list (PyrogConfig *self, PyrogConfigItem item)
{
  return (const char *const *) self->settings->items[item].list;
}
