/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-access-request.h"

G_BEGIN_DECLS

typedef enum
{
  PYROG_VERDICT_ACCEPTED,
  PYROG_VERDICT_REFUSED,
  PYROG_VERDICT_LATER,
} PyrogVerdict;

/* Called once, in the thread that decides, where the verdict came later */
typedef void (*PyrogDecidedFunc) (PyrogAccessRequest *request,
                                  gboolean accepted,
                                  gpointer user_data);

/* Adds a signal for questions: of the name, with one request of that type, handled until somebody
 * says FALSE */
guint pyrog_access_request_add_signal (GType owner, const char *name, GType request_type);

/* Emits the signal in this thread, and stands by fallback unless a handler says something else.
 * func is called only if the verdict is PYROG_VERDICT_LATER; then the request is refused after
 * timeout seconds in context (nullable: no deadline), and when nobody has it any more. */
PyrogVerdict pyrog_access_request_ask (PyrogAccessRequest *self,
                                       GObject *object,
                                       guint signal_id,
                                       gboolean fallback,
                                       GMainContext *context,
                                       double timeout,
                                       PyrogDecidedFunc func,
                                       gpointer user_data);
/* Why it was refused; NULL if nobody said why */
const GError *pyrog_access_request_get_error (PyrogAccessRequest *self);

G_END_DECLS
