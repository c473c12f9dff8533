/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-codec.h"

G_BEGIN_DECLS

gboolean pyrog_codec_marshal_encode (const PyrogValue *value,
                                     const char *root,
                                     PyrogBuffer *out,
                                     GError **error);

G_END_DECLS
