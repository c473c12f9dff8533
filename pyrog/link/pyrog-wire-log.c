/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-wire-log.h"

#include <string.h>

#include "pyrog-codec.h"
#include "pyrog-error-private.h"
#include "pyrog-uuid.h"

#define MAX_PAYLOAD 4096           /* bytes of text in the log */
#define PROXY "Pyro5.client.Proxy" /* its state has what it says in handshakes */

static const char *
type_name (guint type)
{
  static const char *const names[]
      = { "?", "CONNECT", "CONNECTOK", "CONNECTFAIL", "INVOKE", "RESULT", "PING" };

  return names[type < G_N_ELEMENTS (names) ? type : 0];
}

static void
add_flags (GString *text, guint flags)
{
  static const char *const names[] = { "exception",        "compressed",     "oneway",     "batch",
                                       "itemstreamresult", "keepserialized", "correlation" };
  const char *separator = " flags ";

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((flags & 1u << i) != 0)
      {
        g_string_append_printf (text, "%s%s", separator, names[i]);
        separator = ",";
      }
}

/* Only as far as they are well formed: nobody has checked them yet */
static void
add_annotations (GString *text, const PyrogMessage *message)
{
  PyrogAnnotation annotation;
  const char *separator = " annotations ";
  gsize offset = 0;

  for (guint i = 0;
       i < PYROG_MAX_ANNOTATIONS && pyrog_message_next_annotation (message, &offset, &annotation);
       i++)
    {
      g_autofree char *name = pyrog_error_escape (annotation.id, strlen (annotation.id), 32);
      g_string_append_printf (text, "%s%s(%" G_GSIZE_FORMAT ")", separator, name, annotation.size);
      separator = ",";
    }
}

static void
add_payload (GString *text, const PyrogMessage *message)
{
  const PyrogHeader *header = &message->header;
  const char *reason = NULL;

  if (header->type != PYROG_MESSAGE_INVOKE && header->type != PYROG_MESSAGE_RESULT
      && header->type != PYROG_MESSAGE_PING)
    reason = "a handshake";
  else if ((header->flags & PYROG_FLAG_COMPRESSED) != 0)
    reason = "compressed";
  else if (memmem (message->payload, message->payload_size, PROXY, strlen (PROXY)) != NULL)
    reason = "a proxy";
  if (reason != NULL)
    {
      g_string_append_printf (text, " (not shown: %s)", reason);
      return;
    }
  g_autofree char *shown = pyrog_error_escape (
      (const char *) message->payload, MIN (message->payload_size, MAX_PAYLOAD), MAX_PAYLOAD);
  g_string_append_printf (
      text, ": %s%s", shown,
      message->payload_size > MAX_PAYLOAD && !g_str_has_suffix (shown, "…") ? "…" : "");
}

char *
pyrog_wire_log_describe (const PyrogHeader *header, const guint8 *body)
{
  const PyrogMessage message = { .header = *header,
                                 .annotations = body,
                                 .payload = body + header->annotations_size,
                                 .payload_size = header->data_size };
  const PyrogCodec *codec = pyrog_codec_get (header->serializer);
  GString *text = g_string_new (type_name (header->type));

  g_string_append_printf (text, " seq %u serializer %s", header->seq,
                          codec != NULL ? codec->name : "?");
  add_flags (text, header->flags);
  if ((header->flags & PYROG_FLAG_CORRELATION_ID) != 0)
    {
      g_autofree char *id = pyrog_uuid_to_string (header->correlation_id);
      g_string_append_printf (text, " correlation id %s", id);
    }
  add_annotations (text, &message);
  g_string_append_printf (text, " %u bytes", header->data_size);
  add_payload (text, &message);
  return g_string_free (text, FALSE);
}

void
pyrog_wire_log (const char *peer, gboolean received, const PyrogHeader *header, const guint8 *body)
{
  g_autofree char *text = pyrog_wire_log_describe (header, body);

  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, "PYROG_PEER", peer, "PYROG_DIRECTION",
                    received ? "received" : "sent", "MESSAGE", "%s %s: %s",
                    received ? "Received from" : "Sent to", peer, text);
}
