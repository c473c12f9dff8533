/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-proxy.h"
#include "pyrog-request.h"
#include "pyrog-session.h"

G_BEGIN_DECLS

struct _PyrogProxy
{
  GObject parent_instance;

  PyrogUri *uri;         /* (owned) */
  PyrogConfig *config;   /* (owned) a copy */
  PyrogSession *session; /* (owned) */
  const PyrogCodec *codec;
  double timeout;              /* seconds */
  PyrogTlsObjects tls_objects; /* (owned) */
};

/* The signals that ask about daemons */
void pyrog_proxy_install_questions (GType type);
/* Has the session ask them */
void pyrog_proxy_be_asked (PyrogProxy *self);
void pyrog_proxy_clear_tls (PyrogProxy *self);

/* What all calls of a proxy share */

gboolean pyrog_proxy_is_reply_type (const char *type);
PyrogRequest
pyrog_proxy_make_request (PyrogProxy *self, const char *method, const PyrogCallOptions *options);
/* Makes the call, waits for its end and takes its result; call is taken, NULL gives NULL */
GVariant *pyrog_proxy_finish_sync (PyrogProxy *self,
                                   PyrogCall *call,
                                   const char *reply_type,
                                   GCancellable *cancellable,
                                   PyrogOutcome **outcome,
                                   GError **error);
/* Makes the call and completes a task of that tag; call is taken. If it is NULL, error is taken and
 * reported. */
void pyrog_proxy_begin_async (PyrogProxy *self,
                              PyrogCall *call,
                              GError *error,
                              const char *reply_type,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data,
                              gpointer tag);
GVariant *pyrog_proxy_finish_async (
    PyrogProxy *self, GAsyncResult *result, gpointer tag, PyrogOutcome **outcome, GError **error);
/* The call itself, once it is done: a full reference. NULL and an error: there was none. */
PyrogCall *
pyrog_proxy_finish_call (PyrogProxy *self, GAsyncResult *result, gpointer tag, GError **error);
/* Whether it has a result that is a value */
gboolean pyrog_proxy_check_reply (PyrogCall *call, GError **error);
/* Nobody will read an item stream that came in place of a value */
void pyrog_proxy_drop_stream (PyrogProxy *self, PyrogCall *call);
/* Its result; error and outcome tell the rest */
GVariant *pyrog_proxy_get_result (PyrogCall *call, const char *reply_type, GError **error);
PyrogRequest
pyrog_proxy_make_attribute_request (PyrogProxy *self, const char *method, const char *name);
/* Marks an error as one that came after the answer */
void pyrog_proxy_set_answered (GError *error);

G_END_DECLS
