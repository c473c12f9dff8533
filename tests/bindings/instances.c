/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* A daemon that makes the objects that are called, and tells who came and went.
 * Usage: instances multiplex|thread */

#include <pyrog.h>
#include <string.h>

#define TYPE_COUNTER (counter_get_type ())
G_DECLARE_FINAL_TYPE (Counter, counter, TEST, COUNTER, PyrogServant)

struct _Counter
{
  PyrogServant parent_instance;
  int count; /* (atomic) */
};

G_DEFINE_FINAL_TYPE (Counter, counter, PYROG_TYPE_SERVANT)

static void
counter_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_int (value, g_atomic_int_get (&TEST_COUNTER (object)->count));
}

static void
counter_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  g_atomic_int_set (&TEST_COUNTER (object)->count, g_value_get_int (value));
}

static void
increment (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  pyrog_invocation_return (invocation, "i",
                           g_atomic_int_add (&TEST_COUNTER (servant)->count, 1) + 1);
}

static void
counter_class_init (CounterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = counter_get_property;
  object_class->set_property = counter_set_property;
  g_object_class_install_property (
      object_class, 1,
      g_param_spec_int ("count", NULL, NULL, 0, 1000, 0,
                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY));
  pyrog_servant_class_install_method (PYROG_SERVANT_CLASS (klass), "increment", "", "i", increment);
  pyrog_servant_class_install_property (PYROG_SERVANT_CLASS (klass), "count",
                                        PYROG_ACCESS_READWRITE);
}

static void
counter_init (Counter *self)
{
}

/* ---- What happens ---- */

typedef struct
{
  GMutex lock;
  GPtrArray *lines;     /* (owned) (locked-by lock) (element-type utf8) */
  GHashTable *sessions; /* (owned) (locked-by lock) calls of `count` by session */
} Story;

static void
add_line (Story *story, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_mutex_lock (&story->lock);
  g_ptr_array_add (story->lines, g_strdup_vprintf (format, args));
  g_mutex_unlock (&story->lock);
  va_end (args);
}

static gpointer
key_of (guint64 session)
{
  return (gpointer) (guintptr) session;
}

static void
connected (PyrogDaemon *daemon, PyrogConnection *connection, Story *story)
{
  add_line (story, "connected");
}

static void
disconnected (PyrogDaemon *daemon, PyrogConnection *connection, Story *story)
{
  gpointer key = key_of (pyrog_connection_get_session (connection));

  g_mutex_lock (&story->lock);
  int count = GPOINTER_TO_INT (g_hash_table_lookup (story->sessions, key));
  g_hash_table_remove (story->sessions, key);
  g_mutex_unlock (&story->lock);
  add_line (story, "disconnected after %d", count);
}

static void
failed (PyrogDaemon *daemon, PyrogInvocation *invocation, GError *error, Story *story)
{
  add_line (story, "failed %s%s: %s", pyrog_invocation_get_method_name (invocation),
            pyrog_invocation_get_oneway (invocation) ? " oneway" : "", error->message);
}

static void
tell (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Story *story = user_data;

  g_mutex_lock (&story->lock);
  GVariant *lines
      = g_variant_new_strv ((const char *const *) story->lines->pdata, (gssize) story->lines->len);
  g_mutex_unlock (&story->lock);
  pyrog_invocation_return_value (invocation, lines);
}

static void
count (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Story *story = user_data;
  gpointer key = key_of (pyrog_invocation_get_session (invocation));

  g_mutex_lock (&story->lock);
  int calls = GPOINTER_TO_INT (g_hash_table_lookup (story->sessions, key)) + 1;
  g_hash_table_insert (story->sessions, key, GINT_TO_POINTER (calls));
  g_mutex_unlock (&story->lock);
  pyrog_invocation_return (invocation, "i", calls);
}

static void
end_first (PyrogConnection *connection, gpointer user_data)
{
  add_line (user_data, "first ended");
}

static void
end_second (PyrogConnection *connection, gpointer user_data)
{
  add_line (user_data, "second ended");
}

static void
track (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  PyrogConnection *connection = pyrog_invocation_get_connection (invocation);

  pyrog_connection_track (connection, end_first, user_data, NULL);
  pyrog_connection_track (connection, end_second, user_data, NULL);
  pyrog_connection_untrack (connection,
                            pyrog_connection_track (connection, end_first, user_data, NULL));
  pyrog_invocation_return_none (invocation);
}

static void
fail (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "nobody hears");
}

static PyrogServant *
make_servant (Story *story)
{
  PyrogServant *servant = pyrog_servant_new ();

  pyrog_servant_add_handler (servant, "tell", "", "as", tell, story, NULL);
  pyrog_servant_add_handler (servant, "count", "", "i", count, story, NULL);
  pyrog_servant_add_handler (servant, "track", "", NULL, track, story, NULL);
  pyrog_servant_add_handler (servant, "fail", "", NULL, fail, story, NULL);
  pyrog_servant_set_oneway (servant, "fail", TRUE);
  return servant;
}

/* ---- Factories ---- */

static GObject *
make_counter (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  return g_object_new (TYPE_COUNTER, NULL);
}

static GObject *
fail_to_make (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "no counter");
  return NULL;
}

static GObject *
make_nothing (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  return NULL;
}

static void
register_factories (PyrogDaemon *daemon)
{
  static const struct
  {
    const char *id;
    PyrogInstanceMode mode;
    PyrogInstanceFunc func;
  } rows[] = {
    { "single", PYROG_INSTANCE_MODE_SINGLE, make_counter },
    { "session", PYROG_INSTANCE_MODE_SESSION, make_counter },
    { "percall", PYROG_INSTANCE_MODE_PERCALL, make_counter },
    { "broken", PYROG_INSTANCE_MODE_SINGLE, fail_to_make },
    { "nothing", PYROG_INSTANCE_MODE_SINGLE, make_nothing },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogServant) servant = pyrog_servant_new_for_type (TYPE_COUNTER);
      g_autoptr (PyrogUri) uri = pyrog_daemon_register_factory (
          daemon, rows[i].id, servant, rows[i].mode, rows[i].func, NULL, NULL, NULL);
      g_assert_nonnull (uri);
    }
  g_autoptr (PyrogUri) uri = pyrog_daemon_register_type (daemon, "typed", TYPE_COUNTER,
                                                         PYROG_INSTANCE_MODE_SESSION, NULL);
  g_assert_nonnull (uri);
}

int
main (int argc, char **argv)
{
  Story story = { 0 };
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;
  gboolean threaded = argc > 1 && strcmp (argv[1], "thread") == 0;

  g_mutex_init (&story.lock);
  story.lines = g_ptr_array_new_with_free_func (g_free);
  story.sessions = g_hash_table_new (NULL, NULL);
  g_object_set (config, "server-type",
                threaded ? PYROG_SERVER_TYPE_THREAD : PYROG_SERVER_TYPE_MULTIPLEX, NULL);
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (config);
  g_signal_connect (daemon, "client-connected", G_CALLBACK (connected), &story);
  g_signal_connect (daemon, "client-disconnected", G_CALLBACK (disconnected), &story);
  g_signal_connect (daemon, "method-failed", G_CALLBACK (failed), &story);
  g_autoptr (PyrogServant) servant = make_servant (&story);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "story", servant, &error);
  register_factories (daemon);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_print ("READY %s\n", text);
  return pyrog_daemon_run (daemon, NULL, &error) ? 0 : 1;
}
