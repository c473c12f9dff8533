/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-daemon-object.h"

#include <string.h>

#include "pyrog-error.h"
#include "pyrog-invocation-private.h"
#include "pyrog-servant-private.h"
#include "pyrog-value-variant.h"

typedef struct
{
  PyrogDispatcher *dispatcher; /* (unowned) */
  char *(*describe) (gpointer data);
  gpointer data;
} DaemonObject;

static void
registered (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  DaemonObject *self = user_data;
  g_auto (GStrv) ids = pyrog_object_table_list (pyrog_dispatcher_get_objects (self->dispatcher));

  pyrog_invocation_return_value (invocation, g_variant_new_strv ((const char *const *) ids, -1));
}

static void
ping (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return_none (invocation);
}

static void
info (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  DaemonObject *self = user_data;
  g_autofree char *text = self->describe (self->data);

  pyrog_invocation_return_value (invocation, g_variant_new_string (text));
}

/* The object that the only argument names, a full reference; NULL with an error */
static PyrogServant *
find_object (DaemonObject *self, GVariant *args, GError **error)
{
  const char *id;

  g_variant_get (args, "(&s)", &id);
  PyrogServant *servant = pyrog_object_table_lookup (
      pyrog_dispatcher_get_objects (self->dispatcher), id, strlen (id));
  if (servant == NULL)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON, "unknown object");
  return servant;
}

static void
get_metadata (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (PyrogServant) servant = find_object (user_data, args, error);
  PyrogBuilder builder;
  PyrogValue value;

  if (servant == NULL)
    return;
  g_autoptr (PyrogArena) arena = pyrog_arena_new ();
  pyrog_builder_init (&builder, arena);
  pyrog_servant_add_metadata (servant, &builder);
  if (pyrog_builder_finish (&builder, &value, error))
    {
      g_autoptr (GVariant) variant = pyrog_value_to_variant (&value, "result", error);
      if (variant != NULL)
        pyrog_invocation_return_value (invocation, variant);
    }
  pyrog_builder_clear (&builder);
}

/* Our own: what does not belong into a handshake */
static void
get_description (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (PyrogServant) servant = find_object (user_data, args, error);

  if (servant == NULL)
    return;
  g_autoptr (GVariant) description = pyrog_servant_describe (servant);
  pyrog_invocation_return_value (invocation, description);
}

static void
item_cb (GVariant *item, GError *error, gpointer user_data)
{
  g_autoptr (PyrogInvocation) invocation = user_data;

  if (item != NULL)
    pyrog_invocation_return_value (invocation, item);
  else
    pyrog_invocation_return_gerror (invocation, error);
  g_clear_pointer (&item, g_variant_unref);
  g_clear_error (&error);
}

static void
get_next_stream_item (PyrogInvocation *invocation,
                      GVariant *args,
                      gpointer user_data,
                      GError **error)
{
  DaemonObject *self = user_data;
  const char *id;

  g_variant_get (args, "(&s)", &id);
  if (pyrog_stream_table_next (pyrog_dispatcher_get_streams (self->dispatcher), id,
                               pyrog_invocation_get_connection (invocation), item_cb,
                               pyrog_invocation_hold (invocation)))
    return;
  /* Clients that ask ahead do so beyond the end */
  invocation->quiet = TRUE;
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_FAILED, "item stream terminated");
  g_object_unref (invocation);
}

static void
close_stream (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  DaemonObject *self = user_data;
  const char *id;

  g_variant_get (args, "(&s)", &id);
  pyrog_stream_table_close (pyrog_dispatcher_get_streams (self->dispatcher), id,
                            pyrog_invocation_get_connection (invocation));
  pyrog_invocation_return_none (invocation);
}

PyrogServant *
pyrog_daemon_object_new (PyrogDispatcher *dispatcher,
                         char *(*describe) (gpointer data),
                         gpointer data)
{
  static const struct
  {
    const char *name;
    const char *signature;
    const char *reply_type;
    PyrogMethodFunc func;
  } methods[] = {
    { "registered", "", "as", registered },
    { "ping", "", NULL, ping },
    { "info", "", "s", info },
    { "get_metadata", "s objectId", "a{sv}", get_metadata },
    { "get_description", "s objectId", "a{sv}", get_description },
    { "get_next_stream_item", "s streamId", NULL, get_next_stream_item },
    { "close_stream", "s streamId", NULL, close_stream },
  };
  PyrogServant *servant = pyrog_servant_new ();

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      DaemonObject *self = g_new (DaemonObject, 1);
      *self = (DaemonObject){ dispatcher, describe, data };
      pyrog_servant_add_method (servant, methods[i].name, methods[i].signature,
                                methods[i].reply_type, methods[i].func, self, g_free);
    }
  return servant;
}
