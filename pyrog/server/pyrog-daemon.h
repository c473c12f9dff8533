/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-certificate-policy.h"
#include "pyrog-config.h"
#include "pyrog-servant.h"
#include "pyrog-uri.h"

G_BEGIN_DECLS

#define PYROG_TYPE_DAEMON (pyrog_daemon_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogDaemon, pyrog_daemon, PYROG, DAEMON, GObject)

PYROG_AVAILABLE_IN_ALL
PyrogDaemon *pyrog_daemon_new (PyrogConfig *config);

PYROG_AVAILABLE_IN_ALL
gboolean pyrog_daemon_listen (PyrogDaemon *self, const char *location, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_daemon_listen_on_socket (PyrogDaemon *self, GSocket *socket, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_daemon_join_socket (PyrogDaemon *self, GSocket *socket, GError **error);

PYROG_AVAILABLE_IN_ALL
void pyrog_daemon_allow_user (PyrogDaemon *self, guint uid);
PYROG_AVAILABLE_IN_ALL
void pyrog_daemon_allow_group (PyrogDaemon *self, guint gid);

PYROG_AVAILABLE_IN_ALL
PyrogUri *
pyrog_daemon_register (PyrogDaemon *self, const char *id, PyrogServant *servant, GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_daemon_register_full (PyrogDaemon *self,
                                      const char *id,
                                      PyrogServant *servant,
                                      PyrogRegisterFlags flags,
                                      GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_daemon_register_factory (PyrogDaemon *self,
                                         const char *id,
                                         PyrogServant *servant,
                                         PyrogInstanceMode mode,
                                         PyrogInstanceFunc func,
                                         gpointer user_data,
                                         GDestroyNotify destroy,
                                         GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_daemon_register_type (
    PyrogDaemon *self, const char *id, GType type, PyrogInstanceMode mode, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_daemon_unregister (PyrogDaemon *self, const char *id);
PYROG_AVAILABLE_IN_ALL
char *pyrog_daemon_id_of (PyrogDaemon *self, PyrogServant *servant);
PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_daemon_uri_for (PyrogDaemon *self, const char *id, GError **error);
PYROG_AVAILABLE_IN_ALL
GPtrArray *pyrog_daemon_uris_for (PyrogDaemon *self, const char *id, GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_daemon_uri_for_connection (PyrogDaemon *self,
                                           const char *id,
                                           PyrogConnection *connection,
                                           GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_daemon_proxy_for (PyrogDaemon *self,
                                  PyrogServant *servant,
                                  PyrogConnection *connection,
                                  GError **error);

PYROG_AVAILABLE_IN_ALL
gboolean
pyrog_daemon_set_annotation (PyrogDaemon *self, const char *id, GBytes *data, GError **error);

PYROG_AVAILABLE_IN_ALL
void pyrog_daemon_set_tls_certificate (PyrogDaemon *self, GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
void pyrog_daemon_set_tls_database (PyrogDaemon *self, GTlsDatabase *database);
PYROG_AVAILABLE_IN_ALL
void pyrog_daemon_set_tls_interaction (PyrogDaemon *self, GTlsInteraction *interaction);
PYROG_AVAILABLE_IN_ALL
void pyrog_daemon_set_certificate_policy (PyrogDaemon *self, PyrogCertificatePolicy *policy);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_daemon_reload_certificates (PyrogDaemon *self, GError **error);

PYROG_AVAILABLE_IN_ALL
gboolean pyrog_daemon_start (PyrogDaemon *self, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_daemon_run (PyrogDaemon *self, GCancellable *cancellable, GError **error);
PYROG_AVAILABLE_IN_ALL
void pyrog_daemon_shutdown (PyrogDaemon *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_daemon_stop (PyrogDaemon *self);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_daemon_get_running (PyrogDaemon *self);

G_END_DECLS
