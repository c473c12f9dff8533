/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <gio/gio.h>

#include "pyrog-call-options.h"
#include "pyrog-certificate-policy.h"
#include "pyrog-config.h"
#include "pyrog-connection.h"
#include "pyrog-enums.h"
#include "pyrog-item-stream.h"
#include "pyrog-outcome.h"
#include "pyrog-serialized-blob.h"
#include "pyrog-uri.h"

G_BEGIN_DECLS

#define PYROG_TYPE_PROXY (pyrog_proxy_get_type ())

PYROG_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (PyrogProxy, pyrog_proxy, PYROG, PROXY, GObject)

PYROG_AVAILABLE_IN_ALL
PyrogProxy *pyrog_proxy_new (const char *uri, PyrogConfig *config, GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogProxy *pyrog_proxy_new_for_uri (PyrogUri *uri, PyrogConfig *config);
PYROG_AVAILABLE_IN_ALL
PyrogProxy *pyrog_proxy_new_from_variant (GVariant *value, PyrogConfig *config, GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_to_variant (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
PyrogProxy *pyrog_proxy_new_for_socket (const char *object,
                                        GSocket *socket,
                                        PyrogConfig *config,
                                        GError **error);

PYROG_AVAILABLE_IN_ALL
PyrogUri *pyrog_proxy_get_uri (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
PyrogSerializer pyrog_proxy_get_serializer (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_set_serializer (PyrogProxy *self, PyrogSerializer serializer);
PYROG_AVAILABLE_IN_ALL
double pyrog_proxy_get_timeout (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_set_timeout (PyrogProxy *self, double seconds);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_set_handshake (PyrogProxy *self, GVariant *data);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_get_handshake_answer (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_get_connected (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
char *pyrog_proxy_get_peer_software (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
char *pyrog_proxy_get_peer_version (PyrogProxy *self);

PYROG_AVAILABLE_IN_ALL
GStrv pyrog_proxy_list_methods (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
GStrv pyrog_proxy_list_oneway (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
GStrv pyrog_proxy_list_attributes (PyrogProxy *self);

PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_bind (PyrogProxy *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_bind_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_bind_sync (PyrogProxy *self, GCancellable *cancellable, GError **error);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_release (PyrogProxy *self);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_reconnect (PyrogProxy *self,
                            guint tries,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_reconnect_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_reconnect_sync (PyrogProxy *self,
                                     guint tries,
                                     GCancellable *cancellable,
                                     GError **error);

PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_call (PyrogProxy *self,
                       const char *method,
                       GVariant *args,
                       const char *reply_type,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_call_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_call_sync (PyrogProxy *self,
                                 const char *method,
                                 GVariant *args,
                                 const char *reply_type,
                                 GCancellable *cancellable,
                                 GError **error);

PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_call_full (PyrogProxy *self,
                            const char *method,
                            GVariant *args,
                            GVariant *kwargs,
                            const char *reply_type,
                            PyrogCallOptions *options,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_call_full_finish (PyrogProxy *self,
                                        GAsyncResult *result,
                                        PyrogOutcome **outcome,
                                        GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_call_full_sync (PyrogProxy *self,
                                      const char *method,
                                      GVariant *args,
                                      GVariant *kwargs,
                                      const char *reply_type,
                                      PyrogCallOptions *options,
                                      GCancellable *cancellable,
                                      PyrogOutcome **outcome,
                                      GError **error);

PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_invoke (PyrogProxy *self,
                         const char *method,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data,
                         const char *format,
                         ...);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_invoke_finish (
    PyrogProxy *self, GAsyncResult *result, GError **error, const char *format, ...);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_invoke_sync (PyrogProxy *self,
                                  const char *method,
                                  GCancellable *cancellable,
                                  GError **error,
                                  const char *format,
                                  ...);

PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_call_blob (PyrogProxy *self,
                            const char *method,
                            PyrogSerializedBlob *blob,
                            const char *reply_type,
                            PyrogCallOptions *options,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_call_blob_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_call_blob_sync (PyrogProxy *self,
                                      const char *method,
                                      PyrogSerializedBlob *blob,
                                      const char *reply_type,
                                      PyrogCallOptions *options,
                                      GCancellable *cancellable,
                                      GError **error);

PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_stream (PyrogProxy *self,
                         const char *method,
                         GVariant *args,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
PYROG_AVAILABLE_IN_ALL
PyrogItemStream *pyrog_proxy_stream_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_stream_full (PyrogProxy *self,
                              const char *method,
                              GVariant *args,
                              GVariant *kwargs,
                              PyrogCallOptions *options,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
PYROG_AVAILABLE_IN_ALL
PyrogItemStream *
pyrog_proxy_stream_full_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogItemStream *pyrog_proxy_stream_full_sync (PyrogProxy *self,
                                               const char *method,
                                               GVariant *args,
                                               GVariant *kwargs,
                                               PyrogCallOptions *options,
                                               GCancellable *cancellable,
                                               GError **error);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_stream_attribute (PyrogProxy *self,
                                   const char *name,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
PYROG_AVAILABLE_IN_ALL
PyrogItemStream *
pyrog_proxy_stream_attribute_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogItemStream *pyrog_proxy_stream_attribute_sync (PyrogProxy *self,
                                                    const char *name,
                                                    GCancellable *cancellable,
                                                    GError **error);
PYROG_AVAILABLE_IN_ALL
PyrogItemStream *pyrog_proxy_stream_sync (PyrogProxy *self,
                                          const char *method,
                                          GVariant *args,
                                          GCancellable *cancellable,
                                          GError **error);

PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_get_attribute (PyrogProxy *self,
                                const char *name,
                                const char *type,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_get_attribute_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
GVariant *pyrog_proxy_get_attribute_sync (PyrogProxy *self,
                                          const char *name,
                                          const char *type,
                                          GCancellable *cancellable,
                                          GError **error);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_set_attribute (PyrogProxy *self,
                                const char *name,
                                GVariant *value,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_set_attribute_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_set_attribute_sync (
    PyrogProxy *self, const char *name, GVariant *value, GCancellable *cancellable, GError **error);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_ping (PyrogProxy *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_ping_finish (PyrogProxy *self, GAsyncResult *result, GError **error);
PYROG_AVAILABLE_IN_ALL
gboolean pyrog_proxy_ping_sync (PyrogProxy *self, GCancellable *cancellable, GError **error);

PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_set_tls_certificate (PyrogProxy *self, GTlsCertificate *certificate);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_set_tls_database (PyrogProxy *self, GTlsDatabase *database);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_set_tls_interaction (PyrogProxy *self, GTlsInteraction *interaction);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_set_certificate_policy (PyrogProxy *self, PyrogCertificatePolicy *policy);
PYROG_AVAILABLE_IN_ALL
void pyrog_proxy_set_server_identity (PyrogProxy *self, const char *name);
PYROG_AVAILABLE_IN_ALL
PyrogConnection *pyrog_proxy_get_connection (PyrogProxy *self);

G_END_DECLS
