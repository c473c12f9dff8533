/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-outcome.h"

G_BEGIN_DECLS

/* What a maker of an outcome fills in; everything is copied or referenced */
typedef struct
{
  PyrogExecution execution;
  const char *remote_class;     /* (nullable) */
  GVariant *args;               /* (nullable) a tuple */
  GVariant *attributes;         /* (nullable) a{sv} */
  const char *const *traceback; /* (nullable) */
  GVariant *value;              /* (nullable) what a reply without an exception carried */
  GVariant *annotations;        /* (nullable) a{say} */
  const char *correlation_id;   /* (nullable) */
} PyrogOutcomeParts;

PyrogOutcome *pyrog_outcome_new (const PyrogOutcomeParts *parts);

G_END_DECLS
