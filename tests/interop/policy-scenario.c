/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: policy-scenario LOCATION UID GID
 *
 * Serves an object for each kind of rule about who may call what, to everybody on a unix socket.
 * UID and GID are those of a stranger. Each object has the method echo, the method note, and the
 * attribute level. test_policies.py runs it. */

#include <pyrog.h>
#include <stdlib.h>

static guint uid;
static guint gid;

static void
echo (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) text = g_variant_get_child_value (args, 0);

  pyrog_invocation_return_value (invocation, text);
}

static GVariant *
get_level (const char *name, gpointer user_data, GError **error)
{
  return g_variant_new_int64 (7);
}

static gboolean
set_level (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  return TRUE;
}

/* ---- Rules ---- */

static PyrogCallPolicy *
own_user (void)
{
  PyrogCallPolicy *policy = pyrog_call_policy_new ();

  pyrog_call_policy_allow_own_user (policy);
  return policy;
}

static PyrogCallPolicy *
stranger (void)
{
  PyrogCallPolicy *policy = pyrog_call_policy_new ();

  pyrog_call_policy_allow_user (policy, uid);
  return policy;
}

static PyrogCallPolicy *
other_user (void)
{
  PyrogCallPolicy *policy = pyrog_call_policy_new ();

  pyrog_call_policy_allow_user (policy, uid - 1);
  return policy;
}

static PyrogCallPolicy *
strangers_group (void)
{
  PyrogCallPolicy *policy = pyrog_call_policy_new ();

  pyrog_call_policy_allow_group (policy, gid);
  return policy;
}

static PyrogCallPolicy *
read_only (void)
{
  PyrogCallPolicy *policy = pyrog_call_policy_new ();

  pyrog_call_policy_set_read_only (policy, TRUE);
  return policy;
}

static PyrogCallPolicy *
certificates (void)
{
  PyrogCallPolicy *policy = pyrog_call_policy_new ();
  g_autoptr (PyrogCertificatePolicy) names = pyrog_certificate_policy_new ();

  pyrog_certificate_policy_require_common_name (names, "alice");
  pyrog_call_policy_allow_certificates (policy, names);
  return policy;
}

static const struct
{
  const char *id;
  PyrogCallPolicy *(*make) (void); /* (nullable) */
  const char *member;              /* (nullable) the only one for which it counts */
} objects[] = {
  { "open", NULL, NULL },
  { "own", own_user, NULL },
  { "stranger", stranger, NULL },
  { "other", other_user, NULL },
  { "group", strangers_group, NULL },
  { "read-only", read_only, NULL },
  { "certificates", certificates, NULL },
  { "own-note", own_user, "note" },
  { "own-level", own_user, "level" },
};

static void
add_object (PyrogDaemon *daemon, guint number)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (PyrogUri) uri = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_method (servant, "echo", "(s)", "s", echo, NULL, NULL);
  pyrog_servant_add_method (servant, "note", "(s)", "s", echo, NULL, NULL);
  pyrog_servant_add_attribute (servant, "level", "x", get_level, NULL, NULL);
  pyrog_servant_add_setter (servant, "level", set_level, NULL, NULL);
  if (objects[number].make != NULL)
    {
      g_autoptr (PyrogCallPolicy) policy = objects[number].make ();
      pyrog_servant_set_call_policy (servant, objects[number].member, policy);
    }
  uri = pyrog_daemon_register (daemon, objects[number].id, servant, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (argc, ==, 4);
  uid = (guint) strtoul (argv[2], NULL, 10);
  gid = (guint) strtoul (argv[3], NULL, 10);
  pyrog_daemon_allow_user (daemon, uid);
  pyrog_daemon_listen (daemon, argv[1], &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    add_object (daemon, i);
  g_print ("READY\n");
  pyrog_daemon_run (daemon, NULL, &error);
  g_assert_no_error (error);
  return 0;
}
