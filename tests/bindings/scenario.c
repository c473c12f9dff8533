/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: scenario server | scenario client URI */

#include <pyrog.h>
#include <string.h>

/* ---- The server ---- */

#define TYPE_SCENARIO (scenario_get_type ())
G_DECLARE_FINAL_TYPE (Scenario, scenario, TEST, SCENARIO, PyrogServant)

struct _Scenario
{
  PyrogServant parent_instance;
  int level;
  GMutex lock;
  char *note; /* (locked-by lock) oneway calls may run beside others */
  char *color;
};

G_DEFINE_FINAL_TYPE (Scenario, scenario, PYROG_TYPE_SERVANT)

static void
scenario_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_int (value, TEST_SCENARIO (object)->level);
}

static void
scenario_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TEST_SCENARIO (object)->level = g_value_get_int (value);
}

static void
scenario_invoke (PyrogServant *servant, PyrogInvocation *invocation, GError **error)
{
  GVariant *args = pyrog_invocation_get_args (invocation, error);
  g_autofree char *text = NULL;
  const char *given;

  g_variant_get (args, "(&s)", &given);
  text = g_strconcat (given, "!", NULL);
  pyrog_invocation_return (invocation, "s", text);
}

static void
add (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  gint64 a, b;

  g_variant_get (args, "(xx)", &a, &b);
  pyrog_invocation_return_value (invocation, g_variant_new_int64 (a + b));
}

static void
echo (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  g_autoptr (GVariant) value = NULL;

  g_variant_get (args, "(v)", &value);
  pyrog_invocation_return_value (invocation, value);
}

static void
boom (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "boom");
}

static void
throws (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  /* Neither an answer nor an error nor a reference for later */
}

static gboolean
answer_cb (gpointer data)
{
  pyrog_invocation_return (data, "s", "late");
  return G_SOURCE_REMOVE;
}

static void
later (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, answer_cb, pyrog_invocation_hold (invocation),
                   g_object_unref);
}

static void
take_blob (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  PyrogSerializedBlob *blob = pyrog_invocation_get_blob (invocation);
  g_autoptr (GVariant) data = pyrog_serialized_blob_deserialize (blob, NULL, error);

  if (data != NULL)
    pyrog_invocation_return_value (
        invocation, g_variant_new ("(vv)", pyrog_serialized_blob_get_info (blob), data));
}

static void
note (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  Scenario *self = TEST_SCENARIO (servant);

  g_mutex_lock (&self->lock);
  g_free (self->note);
  g_variant_get (args, "(s)", &self->note);
  g_mutex_unlock (&self->lock);
  pyrog_invocation_return_none (invocation);
}

static void
noted (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  Scenario *self = TEST_SCENARIO (servant);

  g_mutex_lock (&self->lock);
  pyrog_invocation_return (invocation, "s", self->note);
  g_mutex_unlock (&self->lock);
}

static GVariant *
get_color (const char *name, gpointer user_data, GError **error)
{
  return g_variant_new_string (TEST_SCENARIO (user_data)->color);
}

static gboolean
set_color (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  Scenario *self = TEST_SCENARIO (user_data);

  g_free (self->color);
  self->color = g_variant_dup_string (value, NULL);
  return TRUE;
}

static void
scenario_finalize (GObject *object)
{
  Scenario *self = TEST_SCENARIO (object);

  g_free (self->note);
  g_free (self->color);
  G_OBJECT_CLASS (scenario_parent_class)->finalize (object);
}

static void
scenario_class_init (ScenarioClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PyrogServantClass *servant_class = PYROG_SERVANT_CLASS (klass);

  object_class->get_property = scenario_get_property;
  object_class->set_property = scenario_set_property;
  object_class->finalize = scenario_finalize;
  servant_class->invoke = scenario_invoke;
  g_object_class_install_property (object_class, 1,
                                   g_param_spec_int ("level", NULL, NULL, 0, 100, 3,
                                                     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  pyrog_servant_class_install_property (servant_class, "level", PYROG_ACCESS_READWRITE);
  pyrog_servant_class_install_method (servant_class, "add", "x a, x b", "x", add);
  pyrog_servant_class_install_method (servant_class, "echo", "v value", NULL, echo);
  pyrog_servant_class_install_method (servant_class, "boom", "", NULL, boom);
  pyrog_servant_class_install_method (servant_class, "throws", "", NULL, throws);
  pyrog_servant_class_install_method (servant_class, "later", "", "s", later);
  pyrog_servant_class_install_method (servant_class, "blob", NULL, NULL, take_blob);
  pyrog_servant_class_install_method (servant_class, "note", "s text", NULL, note);
  pyrog_servant_class_install_method (servant_class, "noted", "", "s", noted);
}

static void
scenario_init (Scenario *self)
{
  PyrogServant *servant = PYROG_SERVANT (self);

  self->level = 3;
  self->note = g_strdup ("");
  self->color = g_strdup ("red");
  pyrog_servant_add_method (servant, "subclassed", "s text", "s", NULL, NULL, NULL);
  pyrog_servant_set_oneway (servant, "note", TRUE);
  pyrog_servant_add_attribute (servant, "color", "s", get_color, self, NULL);
  pyrog_servant_add_setter (servant, "color", set_color, self, NULL);
}

static int
serve (void)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) servant = g_object_new (TYPE_SCENARIO, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "scenario", servant, &error);

  g_assert_no_error (error);
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_print ("READY %s\n", text);
  pyrog_daemon_run (daemon, NULL, NULL);
  return 0;
}

/* ---- The client ---- */

static void
check (
    PyrogProxy *proxy, const char *method, GVariant *args, const char *type, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = pyrog_proxy_call_sync (proxy, method, args, type, NULL, &error);

  g_assert_no_error (error);
  g_autofree char *text = g_variant_print (result, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

/* A oneway call has arrived some time */
static void
wait_for_note (PyrogProxy *proxy, const char *expected)
{
  gboolean seen = FALSE;

  while (!seen)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) note = pyrog_proxy_call_sync (proxy, "noted", NULL, "s", NULL, &error);
      g_assert_no_error (error);
      seen = g_str_equal (g_variant_get_string (note, NULL), expected);
    }
}

static void
check_error (PyrogProxy *proxy, const char *method, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_proxy_call_sync (proxy, method, NULL, NULL, NULL, &error));
  if (code >= 0)
    g_assert_error (error, PYROG_ERROR, code);
  g_assert_nonnull (error);
  /* An answer, and not the end of our patience */
  g_assert_false (g_error_matches (error, PYROG_ERROR, PYROG_ERROR_TIMEOUT));
}

static void
check_attribute (PyrogProxy *proxy, const char *name, GVariant *value, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *type = g_strdup (g_variant_get_type_string (value));

  pyrog_proxy_set_attribute_sync (proxy, name, value, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) now = pyrog_proxy_get_attribute_sync (proxy, name, type, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *text = g_variant_print (now, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static void
added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) sum = pyrog_proxy_call_finish (PYROG_PROXY (object), result, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (sum), ==, 3);
  g_main_loop_quit (user_data);
}

static void
check_next (PyrogBatchResults *results, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = pyrog_batch_results_next (results, NULL, &error);

  g_assert_no_error (error);
  g_autofree char *text = g_variant_print (result, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static void
check_batch (PyrogProxy *proxy)
{
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (proxy);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) boom = NULL;
  g_autoptr (GError) refused = NULL;

  pyrog_batch_add (batch, "add", g_variant_new ("(ii)", 3, 4));
  pyrog_batch_add (batch, "later", NULL);
  pyrog_batch_add (batch, "boom", NULL);
  pyrog_batch_add (batch, "add", g_variant_new ("(ii)", 5, 6));
  g_autoptr (PyrogBatchResults) results = pyrog_batch_submit_sync (batch, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pyrog_batch_results_get_size (results), ==, 3);
  check_next (results, "7");
  check_next (results, "'late'");
  g_assert_null (pyrog_batch_results_next (results, NULL, &boom));
  g_assert_error (boom, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
  pyrog_batch_add (batch, "nosuch", NULL);
  g_assert_null (pyrog_batch_submit_sync (batch, NULL, &refused));
  g_assert_error (refused, PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR);
  pyrog_batch_add (batch, "note", g_variant_new ("(s)", "in a batch"));
  g_assert_true (pyrog_batch_submit_oneway_sync (batch, NULL, &error));
  wait_for_note (proxy, "in a batch");
  pyrog_batch_add (batch, "noted", NULL);
  g_autoptr (PyrogBatchResults) noted = pyrog_batch_submit_sync (batch, NULL, &error);
  check_next (noted, "'in a batch'");
}

static void
check_blob (PyrogProxy *proxy)
{
  const char *const words[] = { "a", "b", NULL };
  g_autoptr (PyrogSerializedBlob) data
      = pyrog_serialized_blob_new (g_variant_new_string ("topic"), g_variant_new_strv (words, -1));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer
      = pyrog_proxy_call_blob_sync (proxy, "blob", data, "(sas)", NULL, NULL, &error);

  g_assert_no_error (error);
  g_autofree char *text = g_variant_print (answer, FALSE);
  g_assert_cmpstr (text, ==, "('topic', ['a', 'b'])");
}

static int
call (const char *uri)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (uri, NULL, &error);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  const char *const words[] = { "a", "b", NULL };
  GVariantDict kwargs;

  g_assert_no_error (error);
  pyrog_proxy_set_timeout (proxy, 20);
  check (proxy, "add", g_variant_new ("(ii)", 3, 4), "x", "7");
  pyrog_proxy_call (proxy, "add", g_variant_new ("(xx)", (gint64) 1, (gint64) 2), "x", NULL,
                    added_cb, loop);
  g_main_loop_run (loop);
  check (proxy, "echo", g_variant_new ("(^as)", words), "as", "['a', 'b']");
  check_error (proxy, "boom", PYROG_ERROR_VALUE_ERROR);
  check_error (proxy, "throws", -1);
  check_error (proxy, "nosuch", PYROG_ERROR_ATTRIBUTE_ERROR);
  check (proxy, "later", NULL, "s", "'late'");
  check (proxy, "subclassed", g_variant_new ("(s)", "hi"), "s", "'hi!'");
  check (proxy, "note", g_variant_new ("(s)", "noted"), NULL, "nothing");
  wait_for_note (proxy, "noted");
  check_attribute (proxy, "color", g_variant_new_string ("blue"), "'blue'");
  check_attribute (proxy, "level", g_variant_new_int32 (42), "42");
  g_variant_dict_init (&kwargs, NULL);
  g_variant_dict_insert (&kwargs, "a", "i", 5);
  g_variant_dict_insert (&kwargs, "b", "i", 6);
  g_autoptr (GVariant) sum = pyrog_proxy_call_full_sync (
      proxy, "add", NULL, g_variant_dict_end (&kwargs), "x", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (sum), ==, 11);
  check_batch (proxy);
  check_blob (proxy);
  g_print ("RESULT ok\n");
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "server") == 0)
    return serve ();
  g_assert_cmpint (argc, ==, 3);
  return call (argv[2]);
}
