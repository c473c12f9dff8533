/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-config-setting.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/auxv.h>

#include "pyrog-enum-types.h"
#include "pyrog-error.h"

#define SECRET_SHOWN "(set)"

void
pyrog_config_wipe_text (char **text)
{
  if (*text != NULL)
    explicit_bzero (*text, strlen (*text));
  g_clear_pointer (text, g_free);
}

static void
clear_setting (PyrogConfigSetting *setting)
{
  pyrog_config_wipe_text (&setting->text);
  g_clear_pointer (&setting->list, g_strfreev);
}

void
pyrog_config_setting_copy (PyrogConfigSetting *target, const PyrogConfigSetting *source)
{
  PyrogConfigSetting copy = { g_strdup (source->text), g_strdupv (source->list), source->number };

  clear_setting (target);
  *target = copy;
}

static char **
split_list (const char *text)
{
  char **list = g_strsplit (text, ",", -1);

  for (guint i = 0; list[i] != NULL; i++)
    g_strstrip (list[i]);
  return list;
}

static void
set_default (PyrogConfigSetting *setting, const PyrogConfigEntry *item)
{
  clear_setting (setting);
  setting->number = item->number;
  if (item->kind == PYROG_CONFIG_KIND_LIST)
    setting->list = split_list (item->text);
  else
    setting->text = g_strdup (item->text);
}

void
pyrog_config_settings_clear (PyrogConfigSetting *settings)
{
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    clear_setting (&settings[i]);
}

void
pyrog_config_settings_set_defaults (PyrogConfigSetting *settings)
{
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    set_default (&settings[i], &pyrog_config_entries[i]);
}

/* ---- The environment ---- */

static const char *
enum_name (GType type, int value)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (type);

  return g_enum_get_value (class, value)->value_nick;
}

static gboolean
enum_value (GType type, const char *name, double *value)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (type);
  GEnumValue *found = g_enum_get_value_by_nick (class, name);

  if (found != NULL)
    *value = found->value;
  return found != NULL;
}

static gboolean
parse_flag (const char *text, double *value)
{
  static const char *const words[] = { "0", "1", "off", "on", "no", "yes", "false", "true" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (g_ascii_strcasecmp (text, words[i]) == 0)
        {
          *value = i % 2;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
parse_number (const PyrogConfigEntry *item, const char *text, double *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && *value >= item->min && *value <= item->max
         && (item->kind == PYROG_CONFIG_KIND_SECONDS || *value == (double) (gint64) *value);
}

static gboolean
parse_setting (PyrogConfigSetting *setting,
               const PyrogConfigEntry *item,
               const char *text,
               GError **error)
{
  gboolean ok = TRUE;

  switch (item->kind)
    {
    case PYROG_CONFIG_KIND_TEXT:
    case PYROG_CONFIG_KIND_SECRET:
      pyrog_config_wipe_text (&setting->text);
      setting->text = g_strdup (text);
      break;
    case PYROG_CONFIG_KIND_LIST:
      g_strfreev (setting->list);
      setting->list = split_list (text);
      break;
    case PYROG_CONFIG_KIND_FLAG:
      ok = parse_flag (text, &setting->number);
      break;
    case PYROG_CONFIG_KIND_NUMBER:
    case PYROG_CONFIG_KIND_SECONDS:
      ok = parse_number (item, text, &setting->number);
      break;
    case PYROG_CONFIG_KIND_SERIALIZER:
      ok = enum_value (PYROG_TYPE_SERIALIZER, text, &setting->number);
      break;
    case PYROG_CONFIG_KIND_SERVER_TYPE:
      ok = enum_value (PYROG_TYPE_SERVER_TYPE, text, &setting->number);
      break;
    }
  if (!ok && item->min < item->max && item->kind != PYROG_CONFIG_KIND_FLAG)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                 _ ("%s is ‘%s’, which is not a number from %.0f to %.0f"), item->variable, text,
                 item->min, item->max);
  else if (!ok)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                 _ ("%s has the value ‘%s’, which it can't have"), item->variable, text);
  return ok;
}

static const PyrogConfigEntry *
find_variable (const char *name, guint *place)
{
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    {
      if (strcmp (pyrog_config_entries[i].variable, name) == 0)
        {
          *place = i;
          return &pyrog_config_entries[i];
        }
    }
  return NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

gboolean
pyrog_config_settings_read_environment (PyrogConfigSetting *settings, GError **error)
{
  g_auto (GStrv) names = NULL;

  /* Whoever started a program with raised privileges does not configure it */
  if (getauxval (AT_SECURE) != 0)
    return TRUE;
  names = g_listenv ();
  qsort (names, g_strv_length (names), sizeof *names, compare_names);
  for (guint i = 0; names[i] != NULL; i++)
    {
      guint place = 0;
      const PyrogConfigEntry *item = find_variable (names[i], &place);
      const char *value = g_getenv (names[i]);

      if (!g_str_has_prefix (names[i], "PYRO_") && !g_str_has_prefix (names[i], "PYROG_"))
        continue;
      if (item == NULL)
        {
          g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                       _ ("The environment variable %s is not a configuration item"), names[i]);
          return FALSE;
        }
      if (value != NULL && !parse_setting (&settings[place], item, value, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- Values ---- */

GVariant *
pyrog_config_setting_to_variant (const PyrogConfigSetting *setting, const PyrogConfigEntry *item)
{
  switch (item->kind)
    {
    case PYROG_CONFIG_KIND_SECRET:
      return g_variant_new_string (setting->text != NULL ? SECRET_SHOWN : "");
    case PYROG_CONFIG_KIND_FLAG:
      return g_variant_new_boolean (setting->number != 0);
    case PYROG_CONFIG_KIND_NUMBER:
      return g_variant_new_int64 ((gint64) setting->number);
    case PYROG_CONFIG_KIND_SECONDS:
      return g_variant_new_double (setting->number);
    case PYROG_CONFIG_KIND_LIST:
      return g_variant_new_strv ((const char *const *) setting->list, -1);
    case PYROG_CONFIG_KIND_SERIALIZER:
      return g_variant_new_string (enum_name (PYROG_TYPE_SERIALIZER, (int) setting->number));
    case PYROG_CONFIG_KIND_SERVER_TYPE:
      return g_variant_new_string (enum_name (PYROG_TYPE_SERVER_TYPE, (int) setting->number));
    case PYROG_CONFIG_KIND_TEXT:
      return g_variant_new_string (setting->text != NULL ? setting->text : "");
    }
  g_assert_not_reached ();
}

char *
pyrog_config_setting_to_text (const PyrogConfigSetting *setting, const PyrogConfigEntry *item)
{
  if (item->kind == PYROG_CONFIG_KIND_LIST)
    return g_strjoinv (",", setting->list);
  g_autoptr (GVariant) value = g_variant_ref_sink (pyrog_config_setting_to_variant (setting, item));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
}
