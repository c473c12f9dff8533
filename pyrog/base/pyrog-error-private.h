/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-error.h"

G_BEGIN_DECLS

/* Ties an outcome to an error of PYROG_ERROR; without effect on other domains */
void pyrog_error_set_outcome (GError *error, PyrogOutcome *outcome);

/* The domain and code for a remote class: a registered one or our own. FALSE and
 * PYROG_ERROR_REMOTE for a class that nobody knows. Short names of Python's builtin exceptions are
 * understood. */
gboolean pyrog_error_from_class (const char *remote_class, GQuark *domain, int *code);

/* A peer's text for a message or a log: control characters, direction marks and what is not UTF-8
 * are escaped, and at most max bytes of that are kept, with … behind them if there was more (free
 * with g_free()) */
char *pyrog_error_escape (const char *text, gsize size, gsize max);

G_END_DECLS
