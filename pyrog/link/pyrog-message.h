/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

#include "pyrog-arena.h"
#include "pyrog-buffer.h"

G_BEGIN_DECLS

/* Messages of Pyro5's wire protocol, version 502, as pure functions on bytes: a header of 40 bytes
 * in network byte order, annotations, payload. */

#define PYROG_PROTOCOL_VERSION 502
#define PYROG_HEADER_SIZE 40u
#define PYROG_PREFIX_SIZE 6u /* tag and version: enough to refuse a stranger */
#define PYROG_CORRELATION_ID_SIZE 16u
#define PYROG_ANNOTATION_HEADER_SIZE 8u
#define PYROG_COMPRESSION_THRESHOLD 100u /* payloads up to here are never compressed */

#define PYROG_MAX_ANNOTATIONS 64u /* unless MAX_ANNOTATIONS says otherwise */
#define PYROG_MAX_ANNOTATIONS_SIZE (1024u * 1024u)
#define PYROG_MAX_CONNECT_SIZE (64u * 1024u)     /* a client's handshake message, by default */
#define PYROG_MAX_CONNECTOK_SIZE (1024u * 1024u) /* a server's answer, with metadata */

typedef enum
{
  PYROG_MESSAGE_CONNECT = 1,
  PYROG_MESSAGE_CONNECTOK = 2,
  PYROG_MESSAGE_CONNECTFAIL = 3,
  PYROG_MESSAGE_INVOKE = 4,
  PYROG_MESSAGE_RESULT = 5,
  PYROG_MESSAGE_PING = 6,
} PyrogMessageType;

typedef enum
{
  PYROG_FLAG_EXCEPTION = 1 << 0,
  PYROG_FLAG_COMPRESSED = 1 << 1,
  PYROG_FLAG_ONEWAY = 1 << 2,
  PYROG_FLAG_BATCH = 1 << 3,
  PYROG_FLAG_ITEM_STREAM = 1 << 4,
  PYROG_FLAG_KEEP_SERIALIZED = 1 << 5,
  PYROG_FLAG_CORRELATION_ID = 1 << 6,
} PyrogMessageFlags;

typedef struct
{
  guint8 type;       /* PyrogMessageType; any value once parsed */
  guint8 serializer; /* id; any value once parsed */
  guint16 flags;     /* PyrogMessageFlags and unknown ones */
  guint16 seq;
  guint32 data_size;        /* bytes of payload as on the wire */
  guint32 annotations_size; /* bytes of annotations */
  guint8 correlation_id[PYROG_CORRELATION_ID_SIZE];
} PyrogHeader;

typedef enum
{
  PYROG_PARSE_MORE, /* more bytes are needed */
  PYROG_PARSE_DONE,
  PYROG_PARSE_FAILED, /* the error is set; the connection can't go on */
} PyrogParse;

/* Looks at the first bytes of a message. Tag and version are judged as soon as 6 bytes are there,
 * magic and sizes with 40; sizes are checked in 64 bits against max_size. Errors:
 * PYROG_ERROR_PROTOCOL, and PYROG_ERROR_MESSAGE_TOO_LARGE, which names MAX_MESSAGE_SIZE. */
PyrogParse pyrog_header_parse (
    const guint8 *data, gsize size, gsize max_size, PyrogHeader *header, GError **error);
/* Header, annotations and payload on the wire */
gsize pyrog_header_message_size (const PyrogHeader *header);

/* A whole message, pointing into the bytes it was parsed from (or, inflated, into the arena) */
typedef struct
{
  PyrogHeader header;
  const guint8 *annotations; /* header.annotations_size bytes, checked */
  const guint8 *payload;
  gsize payload_size; /* inflated */
} PyrogMessage;

/* body is what follows the header. Checks that the annotations fill exactly their size and are at
 * most max_annotations, 0 for PYROG_MAX_ANNOTATIONS; inflates a compressed payload into the arena,
 * up to max_size bytes. Errors as above. */
gboolean pyrog_message_parse (const PyrogHeader *header,
                              const guint8 *body,
                              gsize max_size,
                              guint max_annotations,
                              PyrogArena *arena,
                              PyrogMessage *message,
                              GError **error);

typedef struct
{
  char id[5]; /* four characters, terminated */
  const guint8 *data;
  gsize size;
} PyrogAnnotation;

/* Steps through a message's annotations; *offset begins at 0 */
gboolean pyrog_message_next_annotation (const PyrogMessage *message,
                                        gsize *offset,
                                        PyrogAnnotation *annotation);
/* The last annotation with that id wins, as in Pyro5 */
gboolean pyrog_message_find_annotation (const PyrogMessage *message,
                                        const char *id,
                                        PyrogAnnotation *annotation);

/* Writes a message behind what is in out:
 *
 *   pyrog_message_begin (&writer, out, &header);      sizes in header are ignored
 *   pyrog_message_add_annotation (&writer, ...);      any number
 *   pyrog_message_begin_payload (&writer);
 *   ... append the payload to out ...
 *   pyrog_message_end (&writer, compress, max_size, &error);
 *
 * end() fills in the sizes. A payload that is compressed must not be borrowed, see PyrogBuffer.
 * When it fails, or when the writer calls pyrog_message_abandon(), out is as long as before. */
typedef struct
{
  PyrogBuffer *out; /* (unowned) */
  PyrogBufferPlace start;
  gsize total_start;
  gsize payload_start;
  guint annotations;
} PyrogMessageWriter;

void pyrog_message_begin (PyrogMessageWriter *writer, PyrogBuffer *out, const PyrogHeader *header);
/* id has four ASCII characters */
void pyrog_message_add_annotation (PyrogMessageWriter *writer,
                                   const char *id,
                                   const void *data,
                                   gsize size);
void pyrog_message_begin_payload (PyrogMessageWriter *writer);
gboolean
pyrog_message_end (PyrogMessageWriter *writer, gboolean compress, gsize max_size, GError **error);
void pyrog_message_abandon (PyrogMessageWriter *writer);

/* Change a finished message in place */
void pyrog_message_set_seq (guint8 *message, guint16 seq);
void pyrog_message_add_flags (guint8 *message, guint16 flags);

G_END_DECLS
