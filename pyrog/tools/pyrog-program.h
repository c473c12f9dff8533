/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* To be called first, with the program's name: messages are in the user's language from then on,
 * what is logged goes where the configuration says, and the program fails in the end if its output
 * was lost, on a full disk for example */
void pyrog_program_init (const char *name);
/* Whether output was lost so far */
gboolean pyrog_program_has_lost_output (void);

G_END_DECLS
