/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-message.h"

G_BEGIN_DECLS

/* A server that follows a script instead of the protocol: it listens on loopback, in a thread, and
 * runs the script for each connection in turn. */
typedef struct _FakeServer FakeServer;

/* number: how many connections came before; fd: blocking, closed afterwards */
typedef void (*FakeScript) (FakeServer *server, int fd, guint number);

struct _FakeServer
{
  FakeScript script;
  gpointer data; /* for the script */
  char *uri;     /* (owned) of an object there */

  int fd;
  int stopping; /* (atomic) */
  GThread *thread;
  GMutex lock;
  GCond changed;
  guint gate; /* (locked-by lock) how often the test has opened the gate */
  guint seen; /* (locked-by lock) what the script has told */
};

FakeServer *fake_server_new (FakeScript script, gpointer data);
/* Ends the script's connection first: the client has to be gone or to go */
void fake_server_free (FakeServer *server);

/* For the test: lets the script pass, and waits until it has told of count things */
void fake_server_open_gate (FakeServer *server);
void fake_server_wait_for (FakeServer *server, guint count);

/* For the script: tells the test of one thing, and waits until the test has opened the gate count
 * times */
void fake_server_tell (FakeServer *server);
void fake_server_wait_at_gate (FakeServer *server, guint count);
/* Reads a message; FALSE: the client has closed the connection */
gboolean fake_server_receive (int fd, PyrogHeader *header);
void fake_server_send (int fd, const void *data, gsize size);
/* A message of serpent's text; size: what the header says of the payload, -1: the truth */
GBytes *fake_server_message (PyrogHeader header, const char *payload, gint64 size);
void
fake_server_reply (int fd, PyrogMessageType type, guint16 flags, guint16 seq, const char *text);
/* Accepts a handshake: methods `m` and `note`, which is oneway, and the attribute `color` */
void fake_server_shake_hands (int fd);

G_END_DECLS
