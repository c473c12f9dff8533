/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the two formats that are text share: looking through it, eight bytes at a time */

/* Whether it is UTF-8 without NUL */
gboolean pyrog_codec_text_is_valid (const char *text, gsize size);
/* The first byte that is quote, a backslash or below 0x20; or end */
const char *pyrog_codec_text_skip (const char *text, const char *end, char quote);
/* The first byte that is one of those, or no printable ASCII either; or end */
const char *pyrog_codec_text_skip_ascii (const char *text, const char *end, char quote);

G_END_DECLS
