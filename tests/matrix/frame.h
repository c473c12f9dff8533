/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

#pragma once

#include <pyrog.h>

G_BEGIN_DECLS

/* What the programs in C share. They end with a message when something fails that should not. */

/* Serves servants by their ids, and prints their uris on one line; given may be NULL. Pairs of an
 * id and a servant, then NULL. */
void frame_serve (PyrogDaemon *given, const char *id, ...) G_GNUC_NULL_TERMINATED;

PyrogProxy *frame_connect (const char *uri, PyrogConfig *config);
GVariant *
frame_call (PyrogProxy *proxy, const char *method, GVariant *args, const char *reply_type);
/* Makes a call that has to fail, and prints the exception */
void frame_fail (PyrogProxy *proxy, const char *method, GVariant *args);
/* The name of the class of the exception that an error stands for */
const char *frame_kind (const GError *error);

G_END_DECLS
