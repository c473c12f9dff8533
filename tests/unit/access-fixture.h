/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-access-request.h"
#include "pyrog-daemon.h"
#include "pyrog-proxy.h"

G_BEGIN_DECLS

/* A daemon in a thread of its own, and a proxy in this one, with or without encryption */
typedef struct
{
  PyrogDaemon *daemon;   /* (owned) by its thread */
  PyrogServant *servant; /* (owned) registered as calc */
  PyrogProxy *proxy;     /* (owned) */
  GThread *thread;
  GMainContext *context; /* (owned) of the daemon */
  GMutex lock;
  GCond changed;
  gboolean ready;             /* (locked-by lock) */
  PyrogAccessRequest *held;   /* (owned) (nullable) (locked-by lock) */
  GTlsCertificate *authority; /* (owned) */
  int calls;                  /* (atomic) of the method, or uses of the attribute */
  PyrogOperation operation;   /* what access_call() does; a call by default */
  const char *threading;
  gboolean tls;
  gboolean one_way;      /* the daemon asks for no certificates */
  const char *behaviour; /* what the daemon's handler does; NULL: there is none */
  const char *signal;
} AccessFixture;

/* signal of the daemon: what its handler does is behaviour: yes, no, accept, refuse, or hold, which
 * keeps the request; NULL: there is none */
AccessFixture *
access_fixture_new (const char *threading, gboolean tls, const char *signal, const char *behaviour);
/* With encryption, and a daemon that asks for no certificates */
AccessFixture *access_fixture_new_one_way (void);
/* What another proxy of the daemon needs, whose configuration says whether it encrypts */
void access_set_up_proxy (AccessFixture *fixture, PyrogProxy *proxy);
void access_fixture_free (AccessFixture *fixture);
/* What a handler with that behaviour answers */
gboolean access_decide (PyrogAccessRequest *request, AccessFixture *fixture, const char *behaviour);
/* Waits for a request that was kept; a full reference */
PyrogAccessRequest *access_take_held (AccessFixture *fixture);
/* Thread functions of a fixture, that wait for such a request: accepting it and trying to refuse it
 * afterwards, refusing it, dropping it */
gpointer access_accept_later (gpointer fixture);
gpointer access_refuse_later (gpointer fixture);
gpointer access_drop_later (gpointer fixture);
/* A database that trusts that one only */
GTlsDatabase *access_trust (GTlsCertificate *authority);
/* add (3, 4), or what else the operation is: reading the attribute level, or setting it to 7 */
gint64 access_call (AccessFixture *fixture, GError **error);
void access_assert_works (AccessFixture *fixture);
void access_assert_refused (AccessFixture *fixture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AccessFixture, access_fixture_free)

G_END_DECLS
