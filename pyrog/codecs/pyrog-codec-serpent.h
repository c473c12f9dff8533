/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-codec.h"

G_BEGIN_DECLS

#define PYROG_SERPENT_HEADER "# serpent utf-8 python3.2\n"

/* The writing half of the serpent codec; the reading half is in pyrog-codec-serpent.c */
gboolean pyrog_codec_serpent_encode (const PyrogValue *value,
                                     const char *root,
                                     PyrogBuffer *out,
                                     GError **error);
/* The same with b'...' for bytes, which peers read as bytes, in the place of a dict with base64 */
gboolean pyrog_codec_serpent_encode_literal_bytes (const PyrogValue *value,
                                                   const char *root,
                                                   PyrogBuffer *out,
                                                   GError **error);

G_END_DECLS
