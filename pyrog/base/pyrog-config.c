/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/auxv.h>

#include "pyrog-config-items.h"
#include "pyrog-enum-types.h"
#include "pyrog-error.h"

#define MIB (1024 * 1024)
#define MAX_SECONDS 31536000.0 /* a year */
#define SECRET_SHOWN "(set)"

typedef enum
{
  KIND_TEXT,
  KIND_SECRET, /* a text that is never shown */
  KIND_FLAG,
  KIND_NUMBER,
  KIND_SECONDS,
  KIND_LIST,
  KIND_SERIALIZER,
  KIND_SERVER_TYPE,
} Kind;

typedef struct
{
  const char *variable; /* the environment variable */
  const char *property;
  Kind kind;
  const char *text; /* default of texts and, with commas, lists */
  double number;    /* default of the others */
  double min, max;
  const char *meaning;
} Item;

/* The item name of Pyro5 is the variable without its prefix */
static const Item items[PYROG_CONFIG_LAST] = {
#define TEXT(name, property, value, meaning)                                                       \
  [PYROG_CONFIG_##name] = { "PYRO_" #name, property, KIND_TEXT, value, 0, 0, 0, meaning }
#define SECRET(name, property, meaning)                                                            \
  [PYROG_CONFIG_##name] = { "PYRO_" #name, property, KIND_SECRET, NULL, 0, 0, 0, meaning }
#define FLAG(name, property, value, meaning)                                                       \
  [PYROG_CONFIG_##name] = { "PYRO_" #name, property, KIND_FLAG, NULL, value, 0, 1, meaning }
#define NUMBER(prefix, name, property, value, min, max, meaning)                                   \
  [PYROG_CONFIG_##name] = { prefix #name, property, KIND_NUMBER, NULL, value, min, max, meaning }
#define SECONDS(prefix, name, property, value, meaning)                                            \
  [PYROG_CONFIG_##name]                                                                            \
      = { prefix #name, property, KIND_SECONDS, NULL, value, 0, MAX_SECONDS, meaning }

  TEXT (HOST, "host", "localhost", N_ ("Where a daemon listens, unless it is told")),
  TEXT (NS_HOST, "ns-host", "localhost", N_ ("Where the name server is")),
  NUMBER ("PYRO_", NS_PORT, "ns-port", 9090, 1, 65535, N_ ("The port of the name server")),
  NUMBER ("PYRO_", NS_BCPORT, "ns-bcport", 9091, 1, 65535,
          N_ ("The port on which a name server answers broadcasts")),
  TEXT (NS_BCHOST, "ns-bchost", NULL, N_ ("Where a name server answers broadcasts")),
  SECONDS ("PYRO_", NS_AUTOCLEAN, "ns-autoclean", 0,
           N_ ("How often a name server drops what it can't reach; 0 is never")),
  SECONDS ("PYRO_", NS_LOOKUP_DELAY, "ns-lookup-delay", 0,
           N_ ("How long a look-up waits for a name to appear")),
  TEXT (NATHOST, "nathost", NULL, N_ ("The host that uris name, behind a router")),
  NUMBER ("PYRO_", NATPORT, "natport", 0, 0, 65535,
          N_ ("The port that uris name, behind a router; 0 is the daemon's own")),
  FLAG (COMPRESSION, "compression", FALSE, N_ ("Compress payloads")),
  [PYROG_CONFIG_SERVERTYPE]
  = { "PYRO_SERVERTYPE", "server-type", KIND_SERVER_TYPE, NULL, PYROG_SERVER_TYPE_MULTIPLEX, 0, 0,
      N_ ("Where a daemon runs methods: multiplex or thread") },
  SECONDS ("PYRO_", COMMTIMEOUT, "commtimeout", 0,
           N_ ("The deadline of a call, and when an idle connection ends; 0 is never")),
  SECONDS ("PYRO_", POLLTIMEOUT, "polltimeout", 2, N_ ("Without effect")),
  NUMBER ("PYRO_", MAX_RETRIES, "max-retries", 0, 0, 1000,
          N_ ("How often a call that was not executed is repeated")),
  FLAG (SOCK_REUSE, "sock-reuse", TRUE, N_ ("Reuse the address of a socket that was closed")),
  FLAG (SOCK_NODELAY, "sock-nodelay", TRUE, N_ ("Send at once, without Nagle's algorithm")),
  FLAG (DETAILED_TRACEBACK, "detailed-traceback", FALSE, N_ ("Send tracebacks to peers")),
  NUMBER ("PYRO_", THREADPOOL_SIZE, "threadpool-size", 80, 1, 10000,
          N_ ("The most workers of a daemon")),
  NUMBER ("PYRO_", THREADPOOL_SIZE_MIN, "threadpool-size-min", 4, 1, 10000, N_ ("Without effect")),
  NUMBER ("PYRO_", MAX_MESSAGE_SIZE, "max-message-size", 256 * MIB, 1024, G_MAXUINT32,
          N_ ("The most bytes of a message")),
  [PYROG_CONFIG_BROADCAST_ADDRS]
  = { "PYRO_BROADCAST_ADDRS", "broadcast-addrs", KIND_LIST, "<broadcast>,0.0.0.0", 0, 0, 0,
      N_ ("Where to ask for a name server") },
  NUMBER ("PYRO_", PREFER_IP_VERSION, "prefer-ip-version", 0, 0, 6,
          N_ ("4 or 6 for IPv4 or IPv6, 0 for what the system prefers")),
  [PYROG_CONFIG_SERIALIZER] = { "PYRO_SERIALIZER", "serializer", KIND_SERIALIZER, NULL,
                                PYROG_SERIALIZER_SERPENT, 0, 0, N_ ("How calls are written") },
  FLAG (SERPENT_BYTES_REPR, "serpent-bytes-repr", FALSE,
        N_ ("Write bytes as literals, not in base 64")),
  FLAG (ITER_STREAMING, "iter-streaming", TRUE, N_ ("Allow item streams")),
  SECONDS ("PYRO_", ITER_STREAM_LIFETIME, "iter-stream-lifetime", 0,
           N_ ("How long an item stream lives; 0 is for ever")),
  SECONDS ("PYRO_", ITER_STREAM_LINGER, "iter-stream-linger", 30,
           N_ ("How long an item stream outlives its connection")),
  TEXT (LOGFILE, "logfile", "pyro5.log", N_ ("Where our programs log to")),
  TEXT (LOGLEVEL, "loglevel", NULL, N_ ("What our programs log")),
  FLAG (LOGWIRE, "logwire", FALSE, N_ ("Log every message")),
  FLAG (SSL, "ssl", FALSE, N_ ("Encrypt")),
  TEXT (SSL_SERVERCERT, "ssl-servercert", NULL, N_ ("The file of the server's certificate")),
  TEXT (SSL_SERVERKEY, "ssl-serverkey", NULL, N_ ("The file of the server's key")),
  SECRET (SSL_SERVERKEYPASSWD, "ssl-serverkeypasswd", N_ ("The password of the server's key")),
  FLAG (SSL_REQUIRECLIENTCERT, "ssl-requireclientcert", FALSE,
        N_ ("Admit only clients with a certificate")),
  TEXT (SSL_CLIENTCERT, "ssl-clientcert", NULL, N_ ("The file of the client's certificate")),
  TEXT (SSL_CLIENTKEY, "ssl-clientkey", NULL, N_ ("The file of the client's key")),
  SECRET (SSL_CLIENTKEYPASSWD, "ssl-clientkeypasswd", N_ ("The password of the client's key")),
  TEXT (SSL_CACERTS, "ssl-cacerts", NULL, N_ ("The file or directory of trusted certificates")),

  NUMBER ("PYROG_", MAX_CONNECTIONS, "max-connections", 1024, 1, 1000000,
          N_ ("The most connections of a daemon")),
  NUMBER ("PYROG_", MAX_UNAUTHENTICATED, "max-unauthenticated", 128, 1, 1000000,
          N_ ("The most connections before their handshake; the oldest goes")),
  SECONDS ("PYROG_", HANDSHAKE_TIMEOUT, "handshake-timeout", 10,
           N_ ("The deadline of a handshake")),
  SECONDS ("PYROG_", MESSAGE_TIMEOUT, "message-timeout", 30,
           N_ ("The deadline of a message from its first byte, and a second for each 256 KiB")),
  SECONDS ("PYROG_", WRITE_TIMEOUT, "write-timeout", 30,
           N_ ("How long a peer may leave its replies unread")),
  SECONDS ("PYROG_", STOP_TIMEOUT, "stop-timeout", 5,
           N_ ("How long a daemon that stops waits for calls in progress")),
#undef TEXT
#undef SECRET
#undef FLAG
#undef NUMBER
#undef SECONDS
};

typedef struct
{
  char *text;    /* (owned) (nullable) texts and secrets */
  char **list;   /* (owned) (nullable) lists */
  double number; /* the others; every integer in range is exact */
} Setting;

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

  Setting settings[PYROG_CONFIG_LAST];
  GError *failure; /* (owned) (nullable) why the environment could not be read */
};

G_DEFINE_FINAL_TYPE (PyrogConfig, pyrog_config, G_TYPE_OBJECT)

static GParamSpec *properties[PYROG_CONFIG_LAST];

static const char *
item_name (const Item *item)
{
  return strchr (item->variable, '_') + 1;
}

/* ---- Settings ---- */

static void
wipe_text (char **text)
{
  if (*text != NULL)
    explicit_bzero (*text, strlen (*text));
  g_clear_pointer (text, g_free);
}

static void
clear_setting (Setting *setting)
{
  wipe_text (&setting->text);
  g_clear_pointer (&setting->list, g_strfreev);
}

static void
copy_setting (Setting *target, const Setting *source)
{
  Setting copy = { g_strdup (source->text), g_strdupv (source->list), source->number };

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
set_default (Setting *setting, const Item *item)
{
  clear_setting (setting);
  setting->number = item->number;
  if (item->kind == KIND_LIST)
    setting->list = split_list (item->text);
  else
    setting->text = g_strdup (item->text);
}

static void
clear_settings (Setting *settings)
{
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    clear_setting (&settings[i]);
}

static void
set_defaults (Setting *settings)
{
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    set_default (&settings[i], &items[i]);
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
parse_number (const Item *item, const char *text, double *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && *value >= item->min && *value <= item->max
         && (item->kind == KIND_SECONDS || *value == (double) (gint64) *value);
}

static gboolean
parse_setting (Setting *setting, const Item *item, const char *text, GError **error)
{
  gboolean ok = TRUE;

  switch (item->kind)
    {
    case KIND_TEXT:
    case KIND_SECRET:
      wipe_text (&setting->text);
      setting->text = g_strdup (text);
      break;
    case KIND_LIST:
      g_strfreev (setting->list);
      setting->list = split_list (text);
      break;
    case KIND_FLAG:
      ok = parse_flag (text, &setting->number);
      break;
    case KIND_NUMBER:
    case KIND_SECONDS:
      ok = parse_number (item, text, &setting->number);
      break;
    case KIND_SERIALIZER:
      ok = enum_value (PYROG_TYPE_SERIALIZER, text, &setting->number);
      break;
    case KIND_SERVER_TYPE:
      ok = enum_value (PYROG_TYPE_SERVER_TYPE, text, &setting->number);
      break;
    }
  if (!ok && item->min < item->max && item->kind != KIND_FLAG)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                 _ ("%s is ‘%s’, which is not a number from %.0f to %.0f"), item->variable, text,
                 item->min, item->max);
  else if (!ok)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                 _ ("%s has the value ‘%s’, which it can't have"), item->variable, text);
  return ok;
}

static const Item *
find_variable (const char *name, guint *place)
{
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    {
      if (strcmp (items[i].variable, name) == 0)
        {
          *place = i;
          return &items[i];
        }
    }
  return NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
read_environment (Setting *settings, GError **error)
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
      const Item *item = find_variable (names[i], &place);
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

/* ---- The object ---- */

static void
pyrog_config_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const Setting *setting = &PYROG_CONFIG (object)->settings[id];

  switch (items[id].kind)
    {
    case KIND_TEXT:
      g_value_set_string (value, setting->text);
      break;
    case KIND_FLAG:
      g_value_set_boolean (value, setting->number != 0);
      break;
    case KIND_NUMBER:
      g_value_set_int64 (value, (gint64) setting->number);
      break;
    case KIND_SECONDS:
      g_value_set_double (value, setting->number);
      break;
    case KIND_LIST:
      g_value_set_boxed (value, setting->list);
      break;
    case KIND_SERIALIZER:
    case KIND_SERVER_TYPE:
      g_value_set_enum (value, (int) setting->number);
      break;
    case KIND_SECRET: /* write-only */
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
set_from_value (Setting *setting, Kind kind, const GValue *value)
{
  switch (kind)
    {
    case KIND_TEXT:
    case KIND_SECRET:
      wipe_text (&setting->text);
      setting->text = g_value_dup_string (value);
      break;
    case KIND_FLAG:
      setting->number = g_value_get_boolean (value);
      break;
    case KIND_NUMBER:
      setting->number = (double) g_value_get_int64 (value);
      break;
    case KIND_SECONDS:
      setting->number = g_value_get_double (value);
      break;
    case KIND_LIST:
      g_strfreev (setting->list);
      setting->list = g_value_dup_boxed (value);
      break;
    case KIND_SERIALIZER:
    case KIND_SERVER_TYPE:
      setting->number = g_value_get_enum (value);
      break;
    }
}

static void
pyrog_config_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  set_from_value (&PYROG_CONFIG (object)->settings[id], items[id].kind, value);
  g_object_notify_by_pspec (object, pspec);
}

static void
pyrog_config_finalize (GObject *object)
{
  PyrogConfig *self = PYROG_CONFIG (object);

  clear_settings (self->settings);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (pyrog_config_parent_class)->finalize (object);
}

static GParamSpec *
make_pspec (const Item *item)
{
  const GParamFlags flags = (item->kind == KIND_SECRET ? G_PARAM_WRITABLE : G_PARAM_READWRITE)
                            | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  switch (item->kind)
    {
    case KIND_FLAG:
      return g_param_spec_boolean (item->property, NULL, NULL, item->number != 0, flags);
    case KIND_NUMBER:
      return g_param_spec_int64 (item->property, NULL, NULL, (gint64) item->min,
                                 (gint64) item->max, (gint64) item->number, flags);
    case KIND_SECONDS:
      return g_param_spec_double (item->property, NULL, NULL, item->min, item->max, item->number,
                                  flags);
    case KIND_LIST:
      return g_param_spec_boxed (item->property, NULL, NULL, G_TYPE_STRV, flags);
    case KIND_SERIALIZER:
      return g_param_spec_enum (item->property, NULL, NULL, PYROG_TYPE_SERIALIZER,
                                (int) item->number, flags);
    case KIND_SERVER_TYPE:
      return g_param_spec_enum (item->property, NULL, NULL, PYROG_TYPE_SERVER_TYPE,
                                (int) item->number, flags);
    case KIND_TEXT:
    case KIND_SECRET:
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
    properties[i] = make_pspec (&items[i]);
  g_object_class_install_properties (object_class, PYROG_CONFIG_LAST, properties);
}

static void
pyrog_config_init (PyrogConfig *self)
{
  set_defaults (self->settings);
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

static gpointer
make_default (gpointer data)
{
  PyrogConfig *self = pyrog_config_new ();

  /* The failure is told to the first who uses it */
  if (!read_environment (self->settings, &self->failure))
    set_defaults (self->settings);
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
  for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
    copy_setting (&copy->settings[i], &self->settings[i]);
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
  Setting settings[PYROG_CONFIG_LAST] = { 0 };

  g_return_val_if_fail (PYROG_IS_CONFIG (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  set_defaults (settings);
  gboolean ok = !use_environment || read_environment (settings, error);
  if (ok)
    {
      g_object_freeze_notify (G_OBJECT (self));
      for (guint i = 1; i < PYROG_CONFIG_LAST; i++)
        {
          copy_setting (&self->settings[i], &settings[i]);
          g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
        }
      g_clear_error (&self->failure);
      g_object_thaw_notify (G_OBJECT (self));
    }
  clear_settings (settings);
  return ok;
}

/**
 * pyrog_config_check:
 * @self: a configuration
 * @error: return location for an error
 *
 * Whether the configuration can be used: the default one can't if the environment has an unknown
 * item or a wrong value.
 *
 * Returns: whether it can; otherwise the error is %PYROG_ERROR_INVALID_CONFIG and names the variable
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

static GVariant *
setting_to_variant (const Setting *setting, const Item *item)
{
  switch (item->kind)
    {
    case KIND_SECRET:
      return g_variant_new_string (setting->text != NULL ? SECRET_SHOWN : "");
    case KIND_FLAG:
      return g_variant_new_boolean (setting->number != 0);
    case KIND_NUMBER:
      return g_variant_new_int64 ((gint64) setting->number);
    case KIND_SECONDS:
      return g_variant_new_double (setting->number);
    case KIND_LIST:
      return g_variant_new_strv ((const char *const *) setting->list, -1);
    case KIND_SERIALIZER:
      return g_variant_new_string (enum_name (PYROG_TYPE_SERIALIZER, (int) setting->number));
    case KIND_SERVER_TYPE:
      return g_variant_new_string (enum_name (PYROG_TYPE_SERVER_TYPE, (int) setting->number));
    case KIND_TEXT:
      return g_variant_new_string (setting->text != NULL ? setting->text : "");
    }
  g_assert_not_reached ();
}

/**
 * pyrog_config_to_dict:
 * @self: a configuration
 *
 * All items under their Pyro5 names, in a dictionary of type `a{sv}`. Of a password it says `(set)`.
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
    g_variant_builder_add (&builder, "{sv}", item_name (&items[i]),
                           setting_to_variant (&self->settings[i], &items[i]));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static char *
setting_to_text (const Setting *setting, const Item *item)
{
  if (item->kind == KIND_LIST)
    return g_strjoinv (",", setting->list);
  g_autoptr (GVariant) value = g_variant_ref_sink (setting_to_variant (setting, item));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
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
      g_autofree char *value = setting_to_text (&self->settings[i], &items[i]);
      g_ptr_array_add (lines, g_strdup_printf ("%s = %s\n", item_name (&items[i]), value));
    }
  g_ptr_array_sort (lines, compare_names);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("", (char **) lines->pdata);
}

/* ---- For the library ---- */

const char *
pyrog_config_get_text (PyrogConfig *self, PyrogConfigItem item)
{
  return self->settings[item].text;
}

gboolean
pyrog_config_get_flag (PyrogConfig *self, PyrogConfigItem item)
{
  return self->settings[item].number != 0;
}

gint64
pyrog_config_get_number (PyrogConfig *self, PyrogConfigItem item)
{
  return (gint64) self->settings[item].number;
}

double
pyrog_config_get_seconds (PyrogConfig *self, PyrogConfigItem item)
{
  return self->settings[item].number;
}

const char *const *
pyrog_config_get_list (PyrogConfig *self, PyrogConfigItem item)
{
  return (const char *const *) self->settings[item].list;
}
