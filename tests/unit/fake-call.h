/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-invocation-private.h"

G_BEGIN_DECLS

/* Invocations without a daemon: the call is serpent's text, ('object','method',(args),{kwargs}),
 * and the reply is read back as text. */

/* header: its flags, sequence number and correlation id count; with an annotation `TEST` if that is
 * not NULL, after another one of that name. answers (nullable) counts the answers. */
PyrogInvocation *fake_call_new (const PyrogHeader *header,
                                const char *annotation,
                                const char *payload,
                                guint *answers);
/* The reply that the answer becomes: serpent's text without its first line. header (nullable) takes
 * the reply's. Free with g_free(). */
char *fake_call_reply (PyrogInvocation *invocation, PyrogHeader *header);

G_END_DECLS
