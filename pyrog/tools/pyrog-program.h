/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* To be called first: messages are in the user's language from then on, and the program fails in
 * the end if its output was lost, on a full disk for example */
void pyrog_program_init (void);
/* Whether output was lost so far */
gboolean pyrog_program_has_lost_output (void);

G_END_DECLS
