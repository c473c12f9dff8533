/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-call-options.h"
#include "pyrog-message.h"

G_BEGIN_DECLS

struct _PyrogCallOptions
{
  double timeout; /* seconds; below 0: the proxy's */
  gboolean oneway;
  gboolean idempotent;
  GHashTable *annotations; /* (owned) (element-type utf8 GBytes) */
  gboolean has_correlation_id;
  guint8 correlation_id[PYROG_CORRELATION_ID_SIZE];
};

G_END_DECLS
