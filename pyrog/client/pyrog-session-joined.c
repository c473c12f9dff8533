/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-remote-error.h"
#include "pyrog-session-private.h"

#define DAEMON_OBJECT "Pyro.Daemon"

/* A session on a socket that somebody else has connected: as Pyro5 does it, without a handshake. It
 * asks for the object's metadata instead, with a call. */

void
pyrog_session_join (PyrogSession *self, GSocket *socket)
{
  g_mutex_lock (&self->lock);
  self->joined = TRUE;
  self->socket = g_object_ref (socket);
  g_mutex_unlock (&self->lock);
}

void
pyrog_session_begin_joined_locked (PyrogSession *self)
{
  g_autoptr (GSocket) socket = g_steal_pointer (&self->socket);
  GError *error = NULL;

  if (socket == NULL)
    {
      error = g_error_new_literal (PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED,
                                   _ ("The socket that the proxy was made for is closed"));
      pyrog_session_connect_failed_locked (self, error, TRUE);
      return;
    }
  g_socket_set_blocking (socket, FALSE);
  pyrog_session_connected_locked (self, socket);
}

gboolean
pyrog_session_write_joined_locked (PyrogSession *self, PyrogBuffer *out, GError **error)
{
  const PyrogHeader header = { .type = PYROG_MESSAGE_INVOKE,
                               .serializer = (guint8) self->codec->serializer,
                               .seq = ++self->next_seq };
  const PyrogValue object = pyrog_value_text (pyrog_uri_get_object (self->uri));
  const PyrogCallParts call = { pyrog_value_text (DAEMON_OBJECT),
                                pyrog_value_text ("get_metadata"),
                                { .kind = PYROG_KIND_TUPLE, .size = 1, .items = &object },
                                { .kind = PYROG_KIND_DICT, .size = 0 } };
  PyrogMessageWriter writer;

  pyrog_message_begin (&writer, out, &header);
  pyrog_message_begin_payload (&writer);
  return pyrog_codec_encode_call (self->codec, &call, out, error)
         && pyrog_message_end (&writer, FALSE, G_MAXUINT32, error);
}

gboolean
pyrog_session_take_joined_locked (PyrogSession *self,
                                  const PyrogHeader *header,
                                  const PyrogValue *value,
                                  GError **error)
{
  g_autoptr (PyrogOutcome) outcome = NULL;

  if (header->seq != self->next_seq)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_PROTOCOL,
                   _ ("A reply came that nobody asked for"));
      return FALSE;
    }
  if ((header->flags & PYROG_FLAG_EXCEPTION) != 0)
    {
      self->refused = TRUE;
      g_propagate_error (error, pyrog_remote_error_new (value, NULL, &outcome));
      return FALSE;
    }
  PyrogMetadata *metadata = pyrog_metadata_new (value, error);
  if (metadata == NULL)
    return FALSE;
  g_clear_pointer (&self->metadata, pyrog_metadata_unref);
  self->metadata = metadata;
  return TRUE;
}
