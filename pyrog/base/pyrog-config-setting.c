/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-config-setting.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/auxv.h>

#include "pyrog-enum-types.h"
#include "pyrog-error-private.h"
#include "pyrog-secret.h"

#define SECRET_SHOWN "(set)"
#define SHOWN 64 /* bytes of a wrong value in the error */

void
pyrog_config_setting_set_text (PyrogConfigSetting *setting, const char *text)
{
  char *copy = g_strdup (text);

  g_clear_pointer (&setting->text, pyrog_secret_free);
  setting->text = copy;
}

void
pyrog_config_setting_set_list (PyrogConfigSetting *setting, const char *const *list)
{
  static const char *const empty[] = { NULL };
  char **copy = g_strdupv ((char **) (list != NULL ? list : empty));

  g_strfreev (setting->list);
  setting->list = copy;
}

/* What is between the commas, without blanks around it */
static char **
split_list (const char *text)
{
  if (*text == '\0')
    return g_new0 (char *, 1);
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (*g_strstrip (parts[i]) != '\0')
        g_strv_builder_add (list, parts[i]);
    }
  return g_strv_builder_end (list);
}

static void
set_default (PyrogConfigSetting *setting, const PyrogConfigEntry *item)
{
  setting->number = item->number;
  if (item->kind == PYROG_CONFIG_KIND_LIST || item->kind == PYROG_CONFIG_KIND_SERIALIZERS)
    setting->list = split_list (item->text);
  else
    setting->text = g_strdup (item->text);
}

/* ---- All items ---- */

static PyrogConfigSettings *
make_settings (void)
{
  PyrogConfigSettings *settings = g_new0 (PyrogConfigSettings, 1);

  g_atomic_ref_count_init (&settings->refs);
  return settings;
}

static gpointer
make_defaults (gpointer data)
{
  PyrogConfigSettings *settings = make_settings ();

  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    set_default (&settings->items[i], &pyrog_config_entries[i]);
  return settings;
}

PyrogConfigSettings *
pyrog_config_settings_new_default (void)
{
  static GOnce once = G_ONCE_INIT;

  return pyrog_config_settings_ref (g_once (&once, make_defaults, NULL));
}

PyrogConfigSettings *
pyrog_config_settings_ref (PyrogConfigSettings *settings)
{
  g_atomic_ref_count_inc (&settings->refs);
  return settings;
}

void
pyrog_config_settings_unref (PyrogConfigSettings *settings)
{
  if (!g_atomic_ref_count_dec (&settings->refs))
    return;
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    {
      pyrog_secret_free (settings->items[i].text);
      g_strfreev (settings->items[i].list);
    }
  g_free (settings);
}

PyrogConfigSetting *
pyrog_config_settings_change (PyrogConfigSettings **settings, PyrogConfigItem item)
{
  PyrogConfigSettings *old = *settings;

  if (!g_atomic_ref_count_compare (&old->refs, 1))
    {
      *settings = make_settings ();
      for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
        (*settings)->items[i]
            = (PyrogConfigSetting){ g_strdup (old->items[i].text), g_strdupv (old->items[i].list),
                                    old->items[i].number };
      pyrog_config_settings_unref (old);
    }
  return &(*settings)->items[item];
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
  gint64 number;

  if (!g_ascii_string_to_signed (text, 10, (gint64) item->min, (gint64) item->max, &number, NULL))
    return FALSE;
  *value = (double) number;
  return item->kind != PYROG_CONFIG_KIND_IP_VERSION || number == 0 || number == 4 || number == 6;
}

/* Without the hexadecimal numbers, blanks and words that strtod() understands */
static gboolean
parse_seconds (const PyrogConfigEntry *item, const char *text, double *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && strspn (text, "+-.0123456789eE") == strlen (text)
         && *value >= item->min && *value <= item->max;
}

static gboolean
parse_text (PyrogConfigSetting *setting, const PyrogConfigEntry *item, const char *text)
{
  /* A password may be in any encoding, and is handed on as it is */
  gboolean ok = item->kind == PYROG_CONFIG_KIND_SECRET || g_utf8_validate (text, -1, NULL);

  if (*text == '\0' && item->text != NULL)
    return FALSE;
  if (ok)
    pyrog_config_setting_set_text (setting, *text != '\0' ? text : NULL);
  return ok;
}

static gboolean
parse_list (const PyrogConfigEntry *item, const char *text, char ***list)
{
  double ignored;

  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  g_strfreev (*list);
  *list = split_list (text);
  if (item->kind == PYROG_CONFIG_KIND_LIST)
    return TRUE;
  for (guint i = 0; (*list)[i] != NULL; i++)
    {
      if (!enum_value (PYROG_TYPE_SERIALIZER, (*list)[i], &ignored))
        return FALSE;
    }
  return (*list)[0] != NULL;
}

static gboolean
parse_value (PyrogConfigSetting *setting, const PyrogConfigEntry *item, const char *text)
{
  switch (item->kind)
    {
    case PYROG_CONFIG_KIND_TEXT:
    case PYROG_CONFIG_KIND_SECRET:
      return parse_text (setting, item, text);
    case PYROG_CONFIG_KIND_LIST:
    case PYROG_CONFIG_KIND_SERIALIZERS:
      return parse_list (item, text, &setting->list);
    case PYROG_CONFIG_KIND_FLAG:
      return parse_flag (text, &setting->number);
    case PYROG_CONFIG_KIND_NUMBER:
    case PYROG_CONFIG_KIND_IP_VERSION:
      return parse_number (item, text, &setting->number);
    case PYROG_CONFIG_KIND_SECONDS:
      return parse_seconds (item, text, &setting->number);
    case PYROG_CONFIG_KIND_SERIALIZER:
      return enum_value (PYROG_TYPE_SERIALIZER, text, &setting->number);
    case PYROG_CONFIG_KIND_SERVER_TYPE:
      return enum_value (PYROG_TYPE_SERVER_TYPE, text, &setting->number);
    }
  g_assert_not_reached ();
}

/* What a value that can't be parsed should have been */
static char *
describe_values (const PyrogConfigEntry *item)
{
  switch (item->kind)
    {
    case PYROG_CONFIG_KIND_FLAG:
      return g_strdup (_ ("0, off, no, false, 1, on, yes or true"));
    case PYROG_CONFIG_KIND_NUMBER:
      return g_strdup_printf (_ ("a whole number from %.0f to %.0f"), item->min, item->max);
    case PYROG_CONFIG_KIND_IP_VERSION:
      return g_strdup (_ ("0, 4 or 6"));
    case PYROG_CONFIG_KIND_SECONDS:
      return g_strdup_printf (_ ("a number of seconds from %.0f to %.0f"), item->min, item->max);
    case PYROG_CONFIG_KIND_SERIALIZER:
      return g_strdup (_ ("serpent, marshal, json or msgpack"));
    case PYROG_CONFIG_KIND_SERIALIZERS:
      return g_strdup (_ ("a list of serpent, marshal, json and msgpack, with commas"));
    case PYROG_CONFIG_KIND_SERVER_TYPE:
      return g_strdup (_ ("multiplex or thread"));
    case PYROG_CONFIG_KIND_TEXT:
    case PYROG_CONFIG_KIND_SECRET:
    case PYROG_CONFIG_KIND_LIST:
      return g_strdup (item->text != NULL ? _ ("a text in UTF-8 that is not empty")
                                          : _ ("a text in UTF-8"));
    }
  g_assert_not_reached ();
}

static gboolean
parse_setting (PyrogConfigSetting *setting,
               const PyrogConfigEntry *item,
               const char *text,
               GError **error)
{
  if (parse_value (setting, item, text))
    return TRUE;

  g_autofree char *name = pyrog_secret_hide_pin (text);
  g_autofree char *shown = pyrog_error_escape (name, strlen (name), SHOWN);
  g_autofree char *wanted = describe_values (item);
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
               _ ("The environment variable %s is ‘%s’, which is not %s"), item->variable, shown,
               wanted);
  return FALSE;
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

PyrogConfigSettings *
pyrog_config_settings_new_from_environment (GError **error)
{
  g_autoptr (PyrogConfigSettings) settings = pyrog_config_settings_new_default ();
  g_auto (GStrv) names = NULL;

  /* Whoever started a program with raised privileges does not configure it */
  if (getauxval (AT_SECURE) != 0)
    return g_steal_pointer (&settings);
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
          g_autofree char *shown = pyrog_error_escape (names[i], strlen (names[i]), SHOWN);
          g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                       _ ("The environment variable ‘%s’ is not a configuration item"), shown);
          return NULL;
        }
      if (value != NULL
          && !parse_setting (pyrog_config_settings_change (&settings, place), item, value, error))
        return NULL;
    }
  return g_steal_pointer (&settings);
}

/* ---- Values ---- */

static gboolean
has_text (const PyrogConfigSetting *setting)
{
  return setting->text != NULL && *setting->text != '\0';
}

GVariant *
pyrog_config_setting_to_variant (const PyrogConfigSetting *setting, const PyrogConfigEntry *item)
{
  switch (item->kind)
    {
    case PYROG_CONFIG_KIND_SECRET:
      return g_variant_new_string (has_text (setting) ? SECRET_SHOWN : "");
    case PYROG_CONFIG_KIND_FLAG:
      return g_variant_new_boolean (setting->number != 0);
    case PYROG_CONFIG_KIND_NUMBER:
    case PYROG_CONFIG_KIND_IP_VERSION:
      return g_variant_new_int64 ((gint64) setting->number);
    case PYROG_CONFIG_KIND_SECONDS:
      return g_variant_new_double (setting->number);
    case PYROG_CONFIG_KIND_LIST:
    case PYROG_CONFIG_KIND_SERIALIZERS:
      return g_variant_new_strv ((const char *const *) setting->list, -1);
    case PYROG_CONFIG_KIND_SERIALIZER:
      return g_variant_new_string (enum_name (PYROG_TYPE_SERIALIZER, (int) setting->number));
    case PYROG_CONFIG_KIND_SERVER_TYPE:
      return g_variant_new_string (enum_name (PYROG_TYPE_SERVER_TYPE, (int) setting->number));
    case PYROG_CONFIG_KIND_TEXT:
      return g_variant_new_take_string (
          pyrog_secret_hide_pin (setting->text != NULL ? setting->text : ""));
    }
  g_assert_not_reached ();
}

char *
pyrog_config_setting_to_text (const PyrogConfigSetting *setting, const PyrogConfigEntry *item)
{
  if (setting->list != NULL)
    return g_strjoinv (",", setting->list);
  g_autoptr (GVariant) value = g_variant_ref_sink (pyrog_config_setting_to_variant (setting, item));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
}
