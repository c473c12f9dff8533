/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-config.h"

#include <string.h>

#include "pyrog-config-items.h"
#include "pyrog-error.h"

/* ---- The environment of a test ---- */

static void
clear_environment (void)
{
  g_auto (GStrv) names = g_listenv ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_has_prefix (names[i], "PYRO_") || g_str_has_prefix (names[i], "PYROG_"))
        g_unsetenv (names[i]);
    }
}

static gboolean
reset_with (PyrogConfig *config, const char *variable, const char *value, GError **error)
{
  g_setenv (variable, value, TRUE);
  gboolean ok = pyrog_config_reset (config, TRUE, error);
  g_unsetenv (variable);
  return ok;
}

static void
assert_dict_text (PyrogConfig *config, const char *name, const char *expected)
{
  g_autoptr (GVariant) dict = pyrog_config_to_dict (config);
  const char *text = NULL;

  g_assert_true (g_variant_lookup (dict, name, "&s", &text));
  g_assert_cmpstr (text, ==, expected);
}

/* ---- Built-in values ---- */

/* Every item with its built-in value, as GVariant text: Pyro5's, but for those where we differ on
 * purpose (SERVERTYPE, MAX_MESSAGE_SIZE, SOCK_NODELAY), and our own */
static const struct
{
  const char *name;
  const char *value;
} defaults[] = {
  { "HOST", "'localhost'" },
  { "NS_HOST", "'localhost'" },
  { "NS_PORT", "9090" },
  { "NS_BCPORT", "9091" },
  { "NS_BCHOST", "''" },
  { "NS_AUTOCLEAN", "0.0" },
  { "NS_LOOKUP_DELAY", "0.0" },
  { "NATHOST", "''" },
  { "NATPORT", "0" },
  { "COMPRESSION", "false" },
  { "SERVERTYPE", "'multiplex'" },
  { "COMMTIMEOUT", "0.0" },
  { "POLLTIMEOUT", "2.0" },
  { "MAX_RETRIES", "0" },
  { "SOCK_REUSE", "true" },
  { "SOCK_NODELAY", "true" },
  { "DETAILED_TRACEBACK", "false" },
  { "THREADPOOL_SIZE", "80" },
  { "THREADPOOL_SIZE_MIN", "4" },
  { "MAX_MESSAGE_SIZE", "268435456" },
  { "BROADCAST_ADDRS", "['<broadcast>', '0.0.0.0']" },
  { "PREFER_IP_VERSION", "0" },
  { "SERIALIZER", "'serpent'" },
  { "SERPENT_BYTES_REPR", "false" },
  { "ITER_STREAMING", "true" },
  { "ITER_STREAM_LIFETIME", "0.0" },
  { "ITER_STREAM_LINGER", "30.0" },
  { "LOGFILE", "'pyro5.log'" },
  { "LOGLEVEL", "''" },
  { "LOGWIRE", "false" },
  { "SSL", "false" },
  { "SSL_SERVERCERT", "''" },
  { "SSL_SERVERKEY", "''" },
  { "SSL_SERVERKEYPASSWD", "''" },
  { "SSL_REQUIRECLIENTCERT", "false" },
  { "SSL_CLIENTCERT", "''" },
  { "SSL_CLIENTKEY", "''" },
  { "SSL_CLIENTKEYPASSWD", "''" },
  { "SSL_CACERTS", "''" },
  { "MAX_CONNECTIONS", "1024" },
  { "MAX_CONNECTIONS_PER_PEER", "256" },
  { "MAX_UNAUTHENTICATED", "128" },
  { "MAX_DECISIONS", "16" },
  { "MAX_HANDSHAKE_SIZE", "65536" },
  { "MAX_HANDSHAKE_VALUES", "4096" },
  { "MAX_MEMORY", "1073741824" },
  { "HANDSHAKE_TIMEOUT", "10.0" },
  { "DECISION_TIMEOUT", "120.0" },
  { "MESSAGE_TIMEOUT", "30.0" },
  { "WRITE_TIMEOUT", "30.0" },
  { "IDLE_TIMEOUT", "0.0" },
  { "STOP_TIMEOUT", "5.0" },
  { "MAX_DEPTH", "60" },
  { "MAX_VALUES", "16777216" },
  { "MAX_ANNOTATIONS", "64" },
  { "MAX_STREAMS_PER_CONNECTION", "256" },
  { "MAX_STREAMS", "4096" },
  { "MAX_ONEWAY_QUEUE", "128" },
  { "MAX_QUEUE_SIZE", "262144" },
  { "MAX_BATCH", "131072" },
  { "MAX_INSTANCES", "256" },
  { "NS_BROADCAST", "false" },
  { "HIDE_OBJECTS", "false" },
  { "SERIALIZERS_ACCEPTED", "['serpent', 'marshal', 'json', 'msgpack']" },
  { "SSL_REQUESTCLIENTCERT", "false" },
  { "PEER_UID_CHECK", "false" },
  { "COOKIE_FILE", "''" },
  { "STRICT_CLASSES", "false" },
};

static GVariant *
parse_like (GVariant *value, const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *parsed = g_variant_parse (g_variant_get_type (value), text, NULL, NULL, &error);

  g_assert_no_error (error);
  return parsed;
}

static void
assert_defaults (PyrogConfig *config)
{
  g_autoptr (GVariant) dict = pyrog_config_to_dict (config);

  g_assert_true (g_variant_is_of_type (dict, G_VARIANT_TYPE_VARDICT));
  g_assert_cmpuint (g_variant_n_children (dict), ==, G_N_ELEMENTS (defaults));
  for (guint i = 0; i < G_N_ELEMENTS (defaults); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (dict, defaults[i].name, NULL);
      g_test_message ("%s", defaults[i].name);
      g_assert_nonnull (value);
      g_autoptr (GVariant) expected = parse_like (value, defaults[i].value);
      g_assert_cmpvariant (value, expected);
    }
}

/* A new configuration has the built-in values, whatever the environment says */
static void
test_defaults (void)
{
  g_setenv ("PYRO_HOST", "elsewhere", TRUE);
  g_setenv ("PYRO_NONSENSE", "1", TRUE);
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  clear_environment ();
  assert_defaults (config);
  g_assert_true (pyrog_config_check (config, &error));
  g_assert_no_error (error);
}

/* The default of each property is the value that a new configuration has */
static void
test_property_defaults (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autofree GParamSpec **pspecs = NULL;
  guint count;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (config), &count);
  g_assert_cmpuint (count, ==, G_N_ELEMENTS (defaults));
  for (guint i = 0; i < count; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      if ((pspecs[i]->flags & G_PARAM_READABLE) == 0 || G_IS_PARAM_SPEC_BOXED (pspecs[i]))
        continue;
      g_test_message ("%s", pspecs[i]->name);
      g_object_get_property (G_OBJECT (config), pspecs[i]->name, &value);
      g_assert_true (g_param_value_defaults (pspecs[i], &value));
    }
}

/* ---- Values from the environment ---- */

/* Each kind of item takes the forms that Pyro5 takes, and is read back as the one value they mean
 */
static void
test_valid_values (void)
{
  static const struct
  {
    const char *variable;
    const char *value;
    const char *shown;
  } rows[] = {
    { "PYRO_HOST", "0.0.0.0", "'0.0.0.0'" },
    { "PYRO_HOST", "größe", "'größe'" },
    { "PYRO_NATHOST", "", "''" },
    { "PYRO_NS_PORT", "1", "1" },
    { "PYRO_NS_PORT", "65535", "65535" },
    { "PYRO_NATPORT", "0", "0" },
    { "PYRO_MAX_MESSAGE_SIZE", "4294967295", "4294967295" },
    { "PYRO_COMMTIMEOUT", "0.25", "0.25" },
    { "PYRO_COMMTIMEOUT", "1e2", "100.0" },
    { "PYRO_COMMTIMEOUT", "31536000", "31536000.0" },
    { "PYRO_COMPRESSION", "1", "true" },
    { "PYRO_COMPRESSION", "Yes", "true" },
    { "PYRO_COMPRESSION", "ON", "true" },
    { "PYRO_COMPRESSION", "true", "true" },
    { "PYRO_SOCK_REUSE", "0", "false" },
    { "PYRO_SOCK_REUSE", "no", "false" },
    { "PYRO_SOCK_REUSE", "Off", "false" },
    { "PYRO_SOCK_REUSE", "FALSE", "false" },
    { "PYRO_SERVERTYPE", "thread", "'thread'" },
    { "PYRO_SERIALIZER", "msgpack", "'msgpack'" },
    { "PYRO_PREFER_IP_VERSION", "6", "6" },
    { "PYRO_BROADCAST_ADDRS", " 10.0.0.255 ,10.1.0.255", "['10.0.0.255', '10.1.0.255']" },
    { "PYRO_BROADCAST_ADDRS", "", "[]" },
    { "PYROG_SERIALIZERS_ACCEPTED", "json, serpent,", "['json', 'serpent']" },
    { "PYROG_IDLE_TIMEOUT", "600", "600.0" },
    { "PYROG_NS_BROADCAST", "on", "true" },
    { "PYROG_MAX_DEPTH", "60", "60" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogConfig) config = pyrog_config_new ();
      g_autoptr (GError) error = NULL;

      g_test_message ("%s=%s", rows[i].variable, rows[i].value);
      reset_with (config, rows[i].variable, rows[i].value, &error);
      g_assert_no_error (error);
      g_autoptr (GVariant) dict = pyrog_config_to_dict (config);
      g_autoptr (GVariant) value
          = g_variant_lookup_value (dict, strchr (rows[i].variable, '_') + 1, NULL);
      g_autoptr (GVariant) expected = parse_like (value, rows[i].shown);
      g_assert_cmpvariant (value, expected);
    }
}

/* An unknown item or a wrong value is refused with an error that names the variable and shows the
 * value escaped; the configuration stays as it was */
static void
test_invalid_values (void)
{
  static const struct
  {
    const char *variable;
    const char *value;
    const char *part; /* of the message, besides the variable */
  } rows[] = {
    { "PYRO_ONEWAY_THREADED", "1", "not a configuration item" },
    { "PYRO_", "1", "not a configuration item" },
    { "PYRO_host", "x", "not a configuration item" },
    { "PYROG_HOST", "x", "not a configuration item" },
    { "PYRO_MAX_CONNECTIONS", "5", "not a configuration item" },
    { "PYRO_HOST", "", "not empty" },
    { "PYRO_HOST", "\xff\xfe", "\\xff\\xfe" },
    { "PYRO_BROADCAST_ADDRS", "a,\xff", "UTF-8" },
    { "PYRO_NS_PORT", "0", "‘0’, which is not a whole number from 1 to 65535" },
    { "PYRO_NS_PORT", "65536", "65536" },
    { "PYRO_NS_PORT", "", "whole number" },
    { "PYRO_NS_PORT", "80x", "80x" },
    { "PYRO_NS_PORT", "0x50", "0x50" },
    { "PYRO_NS_PORT", "1e3", "1e3" },
    { "PYRO_NS_PORT", "80.5", "80.5" },
    { "PYRO_NS_PORT", " 80", "‘ 80’" },
    { "PYRO_NATPORT", "-1", "-1" },
    { "PYRO_MAX_MESSAGE_SIZE", "4294967296", "1024 to 4294967295" },
    { "PYRO_MAX_MESSAGE_SIZE", "99999999999999999999", "99999999999999999999" },
    { "PYRO_COMMTIMEOUT", "-0.1", "a number of seconds from 0 to 31536000" },
    { "PYRO_COMMTIMEOUT", "nan", "nan" },
    { "PYRO_COMMTIMEOUT", "inf", "inf" },
    { "PYRO_COMMTIMEOUT", "1e400", "1e400" },
    { "PYRO_COMMTIMEOUT", "0x1p3", "0x1p3" },
    { "PYRO_COMMTIMEOUT", "5s", "5s" },
    { "PYRO_COMMTIMEOUT", "", "seconds" },
    { "PYRO_COMPRESSION", "2", "0, off, no, false, 1, on, yes or true" },
    { "PYRO_COMPRESSION", "", "yes" },
    { "PYRO_COMPRESSION", "\x1b[31m", "\\u001b[31m" },
    { "PYRO_SERVERTYPE", "fork", "multiplex or thread" },
    { "PYRO_SERIALIZER", "pickle", "serpent, marshal, json or msgpack" },
    { "PYRO_PREFER_IP_VERSION", "5", "0, 4 or 6" },
    { "PYRO_PREFER_IP_VERSION", "7", "0, 4 or 6" },
    { "PYROG_SERIALIZERS_ACCEPTED", "json,pickle", "json,pickle" },
    { "PYROG_SERIALIZERS_ACCEPTED", " , ", "a list" },
    { "PYROG_MAX_DEPTH", "61", "1 to 60" },
    { "PYROG_MAX_VALUES", "0", "‘0’" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogConfig) config = pyrog_config_new ();
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", rows[i].variable);
      g_assert_false (reset_with (config, rows[i].variable, rows[i].value, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
      g_assert_nonnull (strstr (error->message, rows[i].variable));
      g_assert_nonnull (strstr (error->message, rows[i].part));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      assert_defaults (config);
    }
}

/* A huge value is not repeated whole */
static void
test_long_value (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *value = g_strnfill (100000, 'x');
  g_autofree char *variable = g_strdup_printf ("PYRO_%s", value);

  g_assert_false (reset_with (config, "PYRO_NS_PORT", value, &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
  g_clear_error (&error);
  g_assert_false (reset_with (config, variable, "1", &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
}

static void
count_cb (PyrogConfig *config, GParamSpec *pspec, guint *count)
{
  *count += 1;
}

/* Of several errors the first by name is told, and nothing has changed: no item, no notification */
static void
test_several_errors (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;
  guint notified = 0;

  g_object_set (config, "host", "kept", NULL);
  g_signal_connect (config, "notify", G_CALLBACK (count_cb), &notified);
  g_setenv ("PYRO_HOST", "good", TRUE);
  g_setenv ("PYRO_ZZZ", "1", TRUE);
  g_setenv ("PYRO_NS_PORT", "x", TRUE);
  g_setenv ("PYROG_MAX_DEPTH", "x", TRUE);
  g_setenv ("PYRO_COMPRESSION", "x", TRUE);
  g_assert_false (pyrog_config_reset (config, TRUE, &error));
  clear_environment ();
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  g_assert_nonnull (strstr (error->message, "PYROG_MAX_DEPTH"));
  assert_dict_text (config, "HOST", "kept");
  g_assert_cmpuint (notified, ==, 0);
}

/* Without the environment a reset forgets what came from there and what was set */
static void
test_reset (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;
  guint notified = 0;

  g_assert_true (reset_with (config, "PYRO_HOST", "from-environment", &error));
  g_object_set (config, "ns-port", G_GINT64_CONSTANT (7777), "ssl-serverkeypasswd", "x", NULL);
  assert_dict_text (config, "HOST", "from-environment");
  g_signal_connect (config, "notify::host", G_CALLBACK (count_cb), &notified);
  g_setenv ("PYRO_HOST", "ignored", TRUE);
  g_assert_true (pyrog_config_reset (config, FALSE, &error));
  clear_environment ();
  g_assert_no_error (error);
  assert_defaults (config);
  g_assert_cmpuint (notified, ==, 1);
}

/* ---- Properties and copies ---- */

/* Properties and the library's own getters tell what was set */
static void
test_properties (void)
{
  static const char *const addresses[] = { "10.0.0.255", NULL };
  g_autoptr (PyrogConfig) config
      = g_object_new (PYROG_TYPE_CONFIG, "host", "h", "ns-port", G_GINT64_CONSTANT (1234),
                      "commtimeout", 2.5, "compression", TRUE, "server-type",
                      PYROG_SERVER_TYPE_THREAD, "serializer", PYROG_SERIALIZER_JSON,
                      "broadcast-addrs", addresses, "max-message-size", (gint64) G_MAXUINT32, NULL);
  g_autofree char *host = NULL;
  g_auto (GStrv) list = NULL;
  gint64 port, size;
  double timeout;
  gboolean compression;
  PyrogSerializer serializer;

  g_object_get (config, "host", &host, "ns-port", &port, "commtimeout", &timeout, "compression",
                &compression, "serializer", &serializer, "broadcast-addrs", &list,
                "max-message-size", &size, NULL);
  g_assert_cmpstr (host, ==, "h");
  g_assert_cmpint (port, ==, 1234);
  g_assert_cmpfloat (timeout, ==, 2.5);
  g_assert_true (compression);
  g_assert_cmpint (serializer, ==, PYROG_SERIALIZER_JSON);
  g_assert_cmpstrv (list, addresses);
  g_assert_cmpint (size, ==, G_MAXUINT32);

  g_assert_cmpstr (pyrog_config_get_text (config, PYROG_CONFIG_HOST), ==, "h");
  g_assert_cmpint (pyrog_config_get_number (config, PYROG_CONFIG_NS_PORT), ==, 1234);
  g_assert_cmpfloat (pyrog_config_get_seconds (config, PYROG_CONFIG_COMMTIMEOUT), ==, 2.5);
  g_assert_true (pyrog_config_get_flag (config, PYROG_CONFIG_COMPRESSION));
  g_assert_cmpint (pyrog_config_get_number (config, PYROG_CONFIG_SERVERTYPE), ==,
                   PYROG_SERVER_TYPE_THREAD);
  g_assert_cmpstrv (pyrog_config_get_list (config, PYROG_CONFIG_BROADCAST_ADDRS), addresses);
}

/* A list that is set to NULL is an empty one */
static void
test_null_list (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();

  g_object_set (config, "broadcast-addrs", NULL, NULL);
  g_assert_cmpuint (
      g_strv_length ((char **) pyrog_config_get_list (config, PYROG_CONFIG_BROADCAST_ADDRS)), ==,
      0);
  g_autofree char *dump = pyrog_config_dump (config);
  g_assert_nonnull (strstr (dump, "BROADCAST_ADDRS = \n"));
}

/* A copy has the same values and goes its own way; a configuration may be set from itself */
static void
test_copy (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();

  g_object_set (config, "host", "first", "ssl-clientkeypasswd", "sesame", NULL);
  g_autoptr (PyrogConfig) copy = pyrog_config_copy (config);
  g_object_set (config, "host", "second", "ssl-clientkeypasswd", NULL, NULL);
  assert_dict_text (copy, "HOST", "first");
  assert_dict_text (copy, "SSL_CLIENTKEYPASSWD", "(set)");
  assert_dict_text (config, "SSL_CLIENTKEYPASSWD", "");
  g_object_set (copy, "host", pyrog_config_get_text (copy, PYROG_CONFIG_HOST), NULL);
  g_assert_cmpstr (pyrog_config_get_text (copy, PYROG_CONFIG_HOST), ==, "first");
  g_assert_cmpstr (pyrog_config_get_text (copy, PYROG_CONFIG_SSL_CLIENTKEYPASSWD), ==, "sesame");
}

/* Passwords can be set and used, but are in no property, dictionary, dump or error */
static void
test_secrets (void)
{
  static const char *const secrets[] = { "ssl-serverkeypasswd", "ssl-clientkeypasswd" };
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (config), secrets[i]);
      g_assert_cmpint (pspec->flags & G_PARAM_READWRITE, ==, G_PARAM_WRITABLE);
      g_object_set (config, secrets[i], "hunter2", NULL);
    }
  g_autoptr (GVariant) dict = pyrog_config_to_dict (config);
  g_autofree char *shown = g_variant_print (dict, TRUE);
  g_autofree char *dump = pyrog_config_dump (config);
  g_assert_null (strstr (shown, "hunter2"));
  g_assert_null (strstr (dump, "hunter2"));
  g_assert_nonnull (strstr (dump, "\nSSL_SERVERKEYPASSWD = (set)\n"));

  g_setenv ("PYRO_SSL_SERVERKEYPASSWD", "hunter2", TRUE);
  g_setenv ("PYRO_SSL_SERVERKEYPASSWORD", "hunter2", TRUE);
  g_assert_false (pyrog_config_reset (config, TRUE, &error));
  g_assert_null (strstr (error->message, "hunter2"));
  g_unsetenv ("PYRO_SSL_SERVERKEYPASSWORD");
  g_clear_error (&error);
  g_assert_true (reset_with (config, "PYRO_SSL_SERVERKEYPASSWD", "not \xff UTF-8", &error));
  g_assert_cmpstr (pyrog_config_get_text (config, PYROG_CONFIG_SSL_SERVERKEYPASSWD), ==,
                   "not \xff UTF-8");
  assert_dict_text (config, "SSL_SERVERKEYPASSWD", "(set)");
}

/* The dump has every item once, one a line, sorted */
static void
test_dump (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autofree char *dump = pyrog_config_dump (config);
  g_auto (GStrv) lines = g_strsplit (dump, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (defaults) + 1);
  for (guint i = 1; i < G_N_ELEMENTS (defaults); i++)
    g_assert_cmpstr (lines[i - 1], <, lines[i]);
  g_assert_true (g_strv_contains ((const char *const *) lines, "NS_PORT = 9090"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "COMPRESSION = false"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "SERVERTYPE = multiplex"));
  g_assert_true (
      g_strv_contains ((const char *const *) lines, "BROADCAST_ADDRS = <broadcast>,0.0.0.0"));
}

/* ---- The default configuration ---- */

static void
default_child (void)
{
  PyrogConfig *config = pyrog_config_get_default ();
  g_autoptr (GError) error = NULL;

  g_assert_true (pyrog_config_check (config, &error));
  assert_dict_text (config, "HOST", "from-environment");
  g_setenv ("PYRO_HOST", "too late", TRUE);
  g_assert_true (pyrog_config_get_default () == config);
  assert_dict_text (config, "HOST", "from-environment");
}

/* The default configuration is one object, and reads the environment once */
static void
test_default (void)
{
  if (g_test_subprocess ())
    {
      default_child ();
      return;
    }
  g_setenv ("PYRO_HOST", "from-environment", TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  clear_environment ();
  g_test_trap_assert_passed ();
}

static void
default_error_child (void)
{
  PyrogConfig *config = pyrog_config_get_default ();
  g_autoptr (PyrogConfig) copy = pyrog_config_copy (config);
  g_autoptr (GError) error = NULL;

  assert_defaults (config);
  for (int i = 0; i < 2; i++)
    {
      g_assert_false (pyrog_config_check (i == 0 ? config : copy, &error));
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
      g_assert_nonnull (strstr (error->message, "PYRO_NS_PORT"));
      g_clear_error (&error);
    }
  g_assert_false (pyrog_config_reset (config, TRUE, NULL));
  g_assert_false (pyrog_config_check (config, NULL));
  g_assert_true (pyrog_config_reset (config, FALSE, &error));
  g_assert_true (pyrog_config_check (config, &error));
  g_assert_false (pyrog_config_check (copy, NULL));
}

/* A default configuration that could not be read remembers why, as do its copies, until a reset
 * succeeds */
static void
test_default_error (void)
{
  if (g_test_subprocess ())
    {
      default_error_child ();
      return;
    }
  g_setenv ("PYRO_HOST", "good", TRUE);
  g_setenv ("PYRO_NS_PORT", "no port", TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  clear_environment ();
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess ())
    clear_environment ();

  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/property-defaults", test_property_defaults);
  g_test_add_func ("/config/valid-values", test_valid_values);
  g_test_add_func ("/config/invalid-values", test_invalid_values);
  g_test_add_func ("/config/long-value", test_long_value);
  g_test_add_func ("/config/several-errors", test_several_errors);
  g_test_add_func ("/config/reset", test_reset);
  g_test_add_func ("/config/properties", test_properties);
  g_test_add_func ("/config/null-list", test_null_list);
  g_test_add_func ("/config/copy", test_copy);
  g_test_add_func ("/config/secrets", test_secrets);
  g_test_add_func ("/config/dump", test_dump);
  g_test_add_func ("/config/default", test_default);
  g_test_add_func ("/config/default-error", test_default_error);

  return g_test_run ();
}
