/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: pyrog-test-target HOST PORT ID [thread|multiplex]
 *
 * A daemon for tests of other suites: prints "READY <uri> <pid>" and serves one object under ID.
 * HOST may be ./u:PATH; all other settings come from the environment. It ends in good order on
 * SIGTERM. */

#include <glib-unix.h>
#include <pyrog.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pyrog-servant-private.h"

#define MAX_SLOW 3600.0 /* seconds */

typedef struct
{
  PyrogDaemon *daemon; /* (owned) */
  GVariant *value;     /* (owned) (locked-by lock) */
  GMutex lock;
  int notes; /* (atomic) */
  int traps; /* (atomic) how often somebody read what nobody can read */
} Target;

/* ---- Methods ---- */

static void
echo (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_argument (invocation, 0);
}

typedef struct
{
  gint64 next;
  gint64 end;
} Range;

static GVariant *
next_int (gpointer user_data, GError **error)
{
  Range *range = user_data;

  return range->next < range->end ? g_variant_ref_sink (g_variant_new_int64 (range->next++)) : NULL;
}

static void
stream (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Range *range;
  gint64 n;

  if (!pyrog_invocation_read (invocation, error, "x", &n))
    return;
  range = g_new0 (Range, 1);
  range->end = n;
  g_autoptr (PyrogItemStream) items = pyrog_item_stream_new (next_int, range, g_free);
  pyrog_invocation_return_stream (invocation, items);
}

typedef struct
{
  PyrogInvocation *invocation; /* (owned) */
  double seconds;
} Slow;

static gboolean
answer_slow_cb (gpointer data)
{
  Slow *slow = data;

  pyrog_invocation_return_value (slow->invocation, g_variant_new_double (slow->seconds));
  return G_SOURCE_REMOVE;
}

static void
free_slow (gpointer data)
{
  Slow *slow = data;

  g_object_unref (slow->invocation);
  g_free (slow);
}

/* Nobody else waits meanwhile, in either server type */
static void
slow (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  double seconds;

  if (!pyrog_invocation_read (invocation, error, "d", &seconds))
    return;
  if (!(seconds >= 0 && seconds <= MAX_SLOW))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "%g is not from 0 to %g seconds",
                   seconds, MAX_SLOW);
      return;
    }
  Slow *answer = g_new (Slow, 1);
  *answer = (Slow){ pyrog_invocation_hold (invocation), seconds };
  g_timeout_add_full (G_PRIORITY_DEFAULT, (guint) (seconds * 1000), answer_slow_cb, answer,
                      free_slow);
}

static void
note (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Target *self = user_data;

  g_atomic_int_inc (&self->notes);
  pyrog_invocation_return_none (invocation);
}

static void
noted (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Target *self = user_data;

  pyrog_invocation_return (invocation, "i", g_atomic_int_get (&self->notes));
}

static void
fail (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  g_autofree char *text = NULL;

  if (pyrog_invocation_read (invocation, error, "s", &text))
    g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, text);
}

static void
trapped (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  Target *self = user_data;

  pyrog_invocation_return (invocation, "i", g_atomic_int_get (&self->traps));
}

static void
secret (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  pyrog_invocation_return_value (invocation, g_variant_new_string ("this was a secret"));
}

/* ---- Attributes ---- */

static GVariant *
get_value (const char *name, gpointer user_data, GError **error)
{
  Target *self = user_data;

  g_mutex_lock (&self->lock);
  GVariant *value = g_variant_ref (self->value);
  g_mutex_unlock (&self->lock);
  return value;
}

static gboolean
set_value (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  Target *self = user_data;

  g_mutex_lock (&self->lock);
  g_variant_unref (self->value);
  self->value = g_variant_ref (value);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static GVariant *
get_trap (const char *name, gpointer user_data, GError **error)
{
  Target *self = user_data;

  g_atomic_int_inc (&self->traps);
  return g_variant_new_string ("trapped");
}

/* ---- The object ---- */

/* An entry that is in the table and is not exposed: no public function can make one */
static void
add_hidden (PyrogServant *servant,
            const char *name,
            PyrogHandlerFunc func,
            PyrogGetFunc getter,
            Target *self)
{
  PyrogServantPrivate *priv = pyrog_servant_get_private (servant);
  PyrogMember *member = pyrog_member_new (name);

  member->exposed = FALSE;
  member->handler = func;
  member->getter = getter;
  member->is_attribute = getter != NULL;
  member->access = PYROG_ACCESS_READ;
  member->user_data = self;
  g_hash_table_insert (priv->members, member->name, member);
  g_ptr_array_add (priv->order, g_strdup (name));
}

static PyrogServant *
make_servant (Target *self)
{
  const struct
  {
    const char *name;
    const char *signature;
    PyrogHandlerFunc func;
  } methods[] = {
    { "echo", "(v)", echo },      { "stream", "(x)", stream }, { "slow", "(d)", slow },
    { "note", "(v)", note },      { "noted", "()", noted },    { "fail", "(s)", fail },
    { "trapped", "()", trapped },
  };
  PyrogServant *servant = pyrog_servant_new ();

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    pyrog_servant_add_handler (servant, methods[i].name, methods[i].signature, NULL,
                               methods[i].func, self, NULL);
  pyrog_servant_set_oneway (servant, "note", TRUE);
  pyrog_servant_add_attribute (servant, "value", NULL, get_value, self, NULL);
  pyrog_servant_add_setter (servant, "value", set_value, self, NULL);
  add_hidden (servant, "trap", NULL, get_trap, self);
  add_hidden (servant, "secret", secret, NULL, self);
  add_hidden (servant, "_private", secret, NULL, self);
  add_hidden (servant, "__hidden", secret, NULL, self);
  return servant;
}

/* ---- The program ---- */

static gboolean
terminate_cb (gpointer data)
{
  pyrog_daemon_shutdown (data);
  return G_SOURCE_CONTINUE;
}

static char *
make_location (const char *host, const char *port)
{
  if (g_str_has_prefix (host, "./u:"))
    return g_strdup (host);
  return g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}

static gboolean
serve (Target *self, char **argv, GError **error)
{
  g_autofree char *location = make_location (argv[1], argv[2]);
  g_autoptr (PyrogServant) servant = make_servant (self);

  if (!pyrog_daemon_listen (self->daemon, location, error))
    return FALSE;
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (self->daemon, argv[3], servant, error);
  if (uri == NULL || !pyrog_daemon_start (self->daemon, error))
    return FALSE;
  g_autofree char *text = pyrog_uri_to_string (uri);
  printf ("READY %s %d\n", text, (int) getpid ());
  fflush (stdout);
  return pyrog_daemon_run (self->daemon, NULL, error);
}

int
main (int argc, char **argv)
{
  Target self = { .value = g_variant_ref_sink (g_variant_new_int64 (0)) };
  g_autoptr (PyrogConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  if (argc < 4 || argc > 5
      || (argc == 5 && strcmp (argv[4], "thread") != 0 && strcmp (argv[4], "multiplex") != 0))
    {
      g_printerr ("Usage: %s HOST PORT ID [thread|multiplex]\n", argv[0]);
      return 2;
    }
  g_mutex_init (&self.lock);
  config = pyrog_config_copy (pyrog_config_get_default ());
  if (argc == 5)
    g_object_set (config, "server-type",
                  strcmp (argv[4], "thread") == 0 ? PYROG_SERVER_TYPE_THREAD
                                                  : PYROG_SERVER_TYPE_MULTIPLEX,
                  NULL);
  self.daemon = pyrog_daemon_new (config);
  g_unix_signal_add (SIGTERM, terminate_cb, self.daemon);
  g_unix_signal_add (SIGINT, terminate_cb, self.daemon);
  gboolean ok = serve (&self, argv, &error);
  if (!ok)
    g_printerr ("%s\n", error->message);
  g_object_unref (self.daemon);
  g_variant_unref (self.value);
  g_mutex_clear (&self.lock);
  return ok ? 0 : 1;
}
