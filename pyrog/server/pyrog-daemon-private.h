/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-daemon.h"
#include "pyrog-dispatcher.h"
#include "pyrog-engine.h"
#include "pyrog-listener.h"
#include "pyrog-peer-policy.h"

G_BEGIN_DECLS

struct _PyrogDaemon
{
  GObject parent_instance;

  PyrogConfig *config;         /* (owned) a copy */
  PyrogDispatcher *dispatcher; /* (owned) (nullable) made at first use */
  GPtrArray *listeners;        /* (owned) (element-type PyrogListener) */
  GPtrArray *sockets;          /* (owned) (element-type GSocket) to join when it starts */
  gboolean has_joined;         /* there was one: it needs no listener */
  guint process;               /* that made it */
  PyrogEngine *engine;         /* (owned) (nullable) NULL: not running */
  PyrogTlsContext *tls;        /* (owned) (nullable) read at first use, if SSL is on */
  PyrogTlsObjects tls_objects; /* (owned) */
  PyrogCertificatePolicy *certificate_policy; /* (owned) (nullable) */
  GMainContext *context;   /* (owned) (nullable) of the engine, or of the last one */
  GThread *thread;         /* (unowned) that started it: compared, never used */
  PyrogPeerPolicy *policy; /* (owned) who may connect */
  gboolean draining;
};

/* The first use of a daemon: a configuration that can't be used fails here */
gboolean pyrog_daemon_prepare (PyrogDaemon *self, GError **error);
/* Without other orders: the host of the configuration, with a free port */
gboolean pyrog_daemon_ensure_listener (PyrogDaemon *self, GError **error);

/* Reads the certificates, if SSL is on */
gboolean pyrog_daemon_prepare_tls (PyrogDaemon *self, GError **error);
void pyrog_daemon_clear_tls (PyrogDaemon *self);
/* The signals that ask about peers; for PyrogEngineEvents */
const guint *pyrog_daemon_install_questions (GType type);
/* Tells once who serves more than it may want to */
void pyrog_daemon_warn_if_open (PyrogDaemon *self);
/* Whether NATHOST is all right, also for that location */
gboolean pyrog_daemon_check_nat (PyrogDaemon *self, const PyrogLocation *location, GError **error);
/* The router's side of the daemon (free with g_free()), or NULL */
char *pyrog_daemon_describe_nat (PyrogDaemon *self);

G_END_DECLS
