/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/certificates.h"
#include "pyrog-error.h"
#include "pyrog-tls.h"
#include "wire.h"

/* Encrypted connections. By the first two bits of the first byte the rest is what a stranger says
 * to a server (0) or to a client (1), or what somebody between the two does (2, 3). The second byte
 * is the most that is read at once. */

#define MAX_STEPS 20000
#define MAX_STALLS 4 /* steps in a row in which nothing moves */
#define MAX_TAMPERINGS 16u
#define MAX_ANSWER (64u * 1024u) /* bytes of handshake that a stranger can make us send */
#define SIZE_UNIT 100u
#define MAX_READS 500u /* for the message, about */

/* Bits of the third byte, if there is somebody between */
enum
{
  MUTUAL = 1 << 0,  /* the client has to show a certificate */
  RESUMED = 1 << 1, /* an earlier session goes on */
  REFUSED = 1 << 2, /* the server does not like the certificate */
};

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  PyrogTransport *transport; /* (owned) (nullable) NULL: it is over */
  gboolean server;
  gboolean refuses;
  gboolean open; /* the handshake is done */
  gboolean resumed;
  GByteArray *message; /* what each says to the other */
  gsize sent;
  gsize received;
} Peer;

/* ---- What does not change ---- */

static GTlsCertificate *certificate; /* of both */
static GTlsDatabase *database;       /* knows it */
static PyrogTlsContext *open_server;
static PyrogTlsContext *mutual_server;

static GTlsDatabase *
make_database (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pem = NULL;
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("fuzz-tls-XXXXXX", &path, NULL);

  g_object_get (certificate, "certificate-pem", &pem, NULL);
  if (fd < 0 || write (fd, pem, strlen (pem)) < 0)
    g_error ("Can't write a temporary file");
  GTlsDatabase *made = g_tls_file_database_new (path, &error);
  if (made == NULL)
    g_error ("%s", error->message);
  close (fd);
  g_unlink (path);
  return made;
}

static PyrogTlsContext *
make_context (PyrogTlsRole role, gboolean with_certificate, gboolean mutual)
{
  const PyrogTlsObjects objects
      = { .certificate = with_certificate ? certificate : NULL, .database = database };
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (config, "ssl", TRUE, "ssl-requireclientcert", mutual, NULL);
  PyrogTlsContext *context = pyrog_tls_context_new (config, role, &objects, &error);
  if (context == NULL)
    g_error ("%s", error->message);
  return context;
}

static void
prepare (void)
{
  const TestCertificate wanted
      = { .common_names = { { "localhost" } }, .dns_names = { { "localhost" } } };

  if (certificate != NULL)
    return;
  certificate = test_certificate_new (&wanted, NULL);
  database = make_database ();
  open_server = make_context (PYROG_TLS_SERVER, TRUE, FALSE);
  mutual_server = make_context (PYROG_TLS_SERVER, TRUE, TRUE);
}

/* ---- One end ---- */

static void
end (Peer *peer)
{
  g_clear_pointer (&peer->transport, pyrog_transport_free);
}

/* Whoever is between the two has no other certificate to show */
static void
check_certificate (Peer *peer)
{
  GTlsCertificateFlags errors;
  g_autoptr (GTlsCertificate) shown = pyrog_tls_verify (peer->transport, &errors);

  g_assert_true (shown != NULL || peer->server);
  g_assert_cmpuint (errors, ==, G_TLS_CERTIFICATE_NO_FLAGS);
  if (shown != NULL)
    g_assert_true (g_tls_certificate_is_same (shown, certificate));
}

static gboolean
shake_hands (Peer *peer)
{
  g_autoptr (GError) error = NULL;
  PyrogHandshake result = pyrog_transport_handshake (peer->transport, &error);

  if (result == PYROG_HANDSHAKE_FAILED)
    {
      g_autoptr (PyrogTransport) plain = pyrog_tls_take_plain (peer->transport);
      g_assert_nonnull (error);
      g_assert_true (error->domain == PYROG_ERROR && g_utf8_validate (error->message, -1, NULL));
      g_assert_true (plain == NULL || error->code == PYROG_ERROR_PROTOCOL);
      end (peer);
      return TRUE;
    }
  g_assert_no_error (error);
  if (result == PYROG_HANDSHAKE_PENDING)
    return FALSE;
  peer->open = TRUE;
  peer->resumed = pyrog_tls_is_resumed (peer->transport);
  check_certificate (peer);
  if (peer->refuses)
    {
      pyrog_tls_refuse (peer->transport, G_TLS_CERTIFICATE_EXPIRED);
      end (peer);
    }
  return TRUE;
}

/* What comes is what the other said, whatever was done to it on the way */
static gboolean
hear (Peer *peer)
{
  g_autoptr (GError) error = NULL;
  guint8 data[1000];
  gssize result = pyrog_transport_read (peer->transport, data, sizeof data, &error);

  g_assert_true ((result == PYROG_IO_ERROR) == (error != NULL));
  if (result == PYROG_IO_AGAIN)
    return FALSE;
  if (result > 0)
    {
      g_assert_cmpuint (peer->received + (gsize) result, <=, peer->message->len);
      g_assert_true (memcmp (data, peer->message->data + peer->received, (gsize) result) == 0);
      peer->received += (gsize) result;
    }
  if (result <= 0 || peer->received == peer->message->len)
    end (peer);
  return TRUE;
}

static gboolean
say (Peer *peer)
{
  g_autoptr (GError) error = NULL;
  gssize result = pyrog_transport_write (peer->transport, peer->message->data + peer->sent,
                                         peer->message->len - peer->sent, &error);

  g_assert_true ((result == PYROG_IO_ERROR) == (error != NULL));
  if (result > 0)
    peer->sent += (gsize) result;
  else if (result == PYROG_IO_ERROR)
    end (peer);
  return result != PYROG_IO_AGAIN;
}

/* FALSE: nothing moved */
static gboolean
step (Peer *peer)
{
  if (peer->transport == NULL)
    return FALSE;
  if (!peer->open)
    return shake_hands (peer);
  return peer->sent < peer->message->len ? say (peer) : hear (peer);
}

/* ---- A stranger ---- */

static void
meet_stranger (gboolean server, gsize max_read, const guint8 *data, gsize size)
{
  g_autoptr (PyrogTlsContext) client = make_context (PYROG_TLS_CLIENT, FALSE, FALSE);
  g_autoptr (GByteArray) message = g_byte_array_new ();
  Peer peer = { .server = server, .message = message };
  FuzzWire in, out;

  fuzz_wire_init (&in, max_read);
  fuzz_wire_init (&out, 0);
  fuzz_wire_append (&in, data, size);
  in.closed = TRUE;
  peer.transport
      = pyrog_tls_new (server ? open_server : client, fuzz_wire_new_end (&in, &out), NULL);
  while (peer.transport != NULL && !peer.open)
    step (&peer);
  /* Who has not heard our keys can't end the handshake */
  g_assert_null (peer.transport);
  g_assert_cmpuint (out.bytes->len, <=, MAX_ANSWER);
  fuzz_wire_clear (&in);
  fuzz_wire_clear (&out);
}

/* ---- Somebody between ---- */

typedef struct
{
  PyrogTlsContext *server;
  PyrogTlsContext *client;
  guint8 flags;
  gsize max_read;
  GByteArray *message;
  const guint8 *tamperings; /* (nullable) */
  gsize n_tamperings;
} Meeting;

static void
begin_tampering (const Meeting *meeting, FuzzWire *wire, guint8 direction)
{
  fuzz_wire_init (wire, meeting->max_read);
  wire->tamperings = meeting->tamperings;
  wire->n_tamperings = meeting->n_tamperings;
  wire->direction = direction;
}

static gsize
count_moved (const FuzzWire *up, const FuzzWire *down)
{
  return up->n_sent + up->start + down->n_sent + down->start;
}

/* Until both are done, or nothing moves any more */
static void
run (Peer *client, Peer *server, const FuzzWire *up, const FuzzWire *down)
{
  guint stalls = 0;

  for (guint i = 0; i < MAX_STEPS && stalls < MAX_STALLS; i++)
    {
      gsize before = count_moved (up, down);
      gboolean moved = step (client);
      moved |= step (server);
      stalls = moved || count_moved (up, down) > before ? 0 : stalls + 1;
    }
}

static void
meet (const Meeting *meeting, gboolean resumes)
{
  const char *name = (meeting->flags & RESUMED) != 0 ? "localhost" : NULL;
  Peer client = { .message = meeting->message };
  Peer server = { .server = TRUE,
                  .message = meeting->message,
                  .refuses = meeting->tamperings != NULL && (meeting->flags & REFUSED) != 0 };
  FuzzWire up, down;

  begin_tampering (meeting, &up, 0);
  begin_tampering (meeting, &down, 1);
  client.transport = pyrog_tls_new (meeting->client, fuzz_wire_new_end (&down, &up), name);
  server.transport = pyrog_tls_new (meeting->server, fuzz_wire_new_end (&up, &down), NULL);
  run (&client, &server, &up, &down);
  if (meeting->n_tamperings == 0 && !server.refuses)
    {
      g_assert_cmpuint (client.received, ==, meeting->message->len);
      g_assert_cmpuint (server.received, ==, meeting->message->len);
      g_assert_true (client.resumed == resumes && server.resumed == resumes);
    }
  end (&client);
  end (&server);
  fuzz_wire_clear (&up);
  fuzz_wire_clear (&down);
}

static void
meet_between (gsize max_read, const guint8 *data, gsize size)
{
  gboolean mutual = (data[0] & MUTUAL) != 0;
  g_autoptr (PyrogTlsContext) client = make_context (PYROG_TLS_CLIENT, mutual, FALSE);
  g_autoptr (GByteArray) message = g_byte_array_new ();
  Meeting meeting = { .server = mutual ? mutual_server : open_server,
                      .client = client,
                      .flags = data[0],
                      .max_read = max_read,
                      .message = message };

  gsize length = data[1] * SIZE_UNIT + 1;
  if (max_read > 0)
    length = MIN (length, max_read * MAX_READS);
  for (guint i = 0; i < length; i++)
    g_byte_array_append (message, (const guint8[]){ (guint8) (i * i >> 3) }, 1);
  /* One that is left alone gives the client what it needs for the second */
  if ((meeting.flags & RESUMED) != 0)
    meet (&meeting, FALSE);
  meeting.tamperings = data + 2;
  meeting.n_tamperings = MIN ((size - 2) / FUZZ_TAMPERING_SIZE, MAX_TAMPERINGS);
  meet (&meeting, !mutual && (meeting.flags & RESUMED) != 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size < 4)
    return 0;
  prepare ();
  if ((data[0] & 2) == 0)
    meet_stranger ((data[0] & 1) == 0, data[1], data + 2, size - 2);
  else
    meet_between (data[1], data + 2, size - 2);
  return 0;
}
