/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: blob-scenario listener
 *        blob-scenario relay URI
 *        blob-scenario client URI SERIALIZER
 *
 * listener: an object whose method process answers a blob with its information and its data; relay:
 * one whose method process passes the blob on, unread, to the object URI; client: sends blobs to an
 * object of either kind. test_blob.py puts them together with the same programs for Pyro5. */

#include <pyrog.h>
#include <string.h>

static void
process (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  PyrogSerializedBlob *blob = pyrog_invocation_get_blob (invocation);

  if (blob == NULL)
    {
      pyrog_invocation_return (invocation, "s", "no blob");
      return;
    }
  g_autoptr (GVariant) data = pyrog_serialized_blob_deserialize (blob, NULL, error);
  if (data != NULL)
    pyrog_invocation_return_value (
        invocation, g_variant_new ("(vv)", pyrog_serialized_blob_get_info (blob), data));
}

static void
relayed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PyrogInvocation) invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = pyrog_proxy_call_blob_finish (PYROG_PROXY (object), result, &error);

  if (answer != NULL)
    pyrog_invocation_return_value (invocation, answer);
  else
    pyrog_invocation_return_gerror (invocation, error);
}

static void
pass_on (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  PyrogSerializedBlob *blob = pyrog_invocation_get_blob (invocation);

  if (blob != NULL)
    pyrog_proxy_call_blob (user_data, "process", blob, NULL, NULL, NULL, relayed_cb,
                           pyrog_invocation_hold (invocation));
  else
    pyrog_invocation_return (invocation, "s", "no blob");
}

static int
serve (PyrogMethodFunc func, gpointer user_data)
{
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_method (servant, "process", NULL, NULL, func, user_data, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "blobs", servant, &error);
  g_assert_no_error (error);
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_print ("READY %s\n", text);
  pyrog_daemon_run (daemon, NULL, NULL);
  return 0;
}

static void
check (PyrogProxy *proxy, const char *info, const char *data, const char *expected)
{
  g_autoptr (PyrogSerializedBlob) blob
      = pyrog_serialized_blob_new (g_variant_parse (NULL, info, NULL, NULL, NULL),
                                   g_variant_parse (NULL, data, NULL, NULL, NULL));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer
      = pyrog_proxy_call_blob_sync (proxy, "process", blob, "(vv)", NULL, NULL, &error);

  g_assert_no_error (error);
  g_autofree char *text = g_variant_print (answer, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static int
call (const char *uri, const char *serializer)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (uri, NULL, &error);

  g_assert_no_error (error);
  pyrog_proxy_set_timeout (proxy, 20);
  pyrog_proxy_set_serializer (proxy, g_enum_get_value_by_nick (class, serializer)->value);
  check (proxy, "'topic'", "['a', 'b']", "(<'topic'>, <[<'a'>, <'b'>]>)");
  check (proxy, "5", "[<1>, <'x'>, <{'k': <2.5>}>]",
         "(<int64 5>, <[<int64 1>, <'x'>, <{'k': <2.5>}>]>)");
  g_autoptr (GVariant) plain
      = pyrog_proxy_call_sync (proxy, "process", g_variant_new ("(i)", 1), "s", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (plain, NULL), ==, "no blob");
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "listener") == 0)
    return serve (process, NULL);
  if (argc == 3 && strcmp (argv[1], "relay") == 0)
    {
      g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (argv[2], NULL, NULL);
      return serve (pass_on, proxy);
    }
  g_assert_cmpint (argc, ==, 4);
  return call (argv[2], argv[3]);
}
