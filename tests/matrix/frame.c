/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#include "frame.h"

#include <string.h>

void
frame_serve (PyrogDaemon *given, const char *id, ...)
{
  g_autoptr (PyrogDaemon) daemon = given != NULL ? g_object_ref (given) : pyrog_daemon_new (NULL);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  va_list servants;

  va_start (servants, id);
  for (; id != NULL; id = va_arg (servants, const char *))
    {
      PyrogServant *servant = va_arg (servants, PyrogServant *);
      g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, id, servant, &error);
      g_assert_no_error (error);
      g_autofree char *text = pyrog_uri_to_string (uri);
      g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", text);
    }
  va_end (servants);
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  g_print ("%s\n", line->str);
  g_main_loop_run (loop);
}

PyrogProxy *
frame_connect (const char *uri, PyrogConfig *config)
{
  g_autoptr (GError) error = NULL;
  PyrogProxy *proxy = pyrog_proxy_new (uri, config, &error);

  g_assert_no_error (error);
  pyrog_proxy_set_timeout (proxy, 30);
  return proxy;
}

GVariant *
frame_call (PyrogProxy *proxy, const char *method, GVariant *args, const char *reply_type)
{
  g_autoptr (GError) error = NULL;
  GVariant *result = pyrog_proxy_call_sync (proxy, method, args, reply_type, NULL, &error);

  g_assert_no_error (error);
  return result;
}

void
frame_fail (PyrogProxy *proxy, const char *method, GVariant *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = pyrog_proxy_call_sync (proxy, method, args, NULL, NULL, &error);

  g_assert_null (result);
  g_print ("%s: %s\n", frame_kind (error), error->message);
}

const char *
frame_kind (const GError *error)
{
  const char *name = pyrog_error_to_class (error->domain, error->code);
  const char *dot = strrchr (name, '.');

  return dot != NULL ? dot + 1 : name;
}
