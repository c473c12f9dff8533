/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-error.h"
#include "pyrog-outcome-private.h"
#include "pyrog-value.h"

G_BEGIN_DECLS

/* The GError for an exception that a peer answered with: of the domain and code that its class is
 * registered for, with the text of its arguments. reply (nullable) is what else was answered. The
 * outcome is also handed out, since only PYROG_ERROR can carry it. */
GError *pyrog_remote_error_new (const PyrogValue *exception,
                                const PyrogOutcomeParts *reply,
                                PyrogOutcome **outcome);

G_END_DECLS
