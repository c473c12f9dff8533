/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-codec.h"

G_BEGIN_DECLS

/* The writing half of the json codec; the reading half is in pyrog-codec-json.c */
gboolean pyrog_codec_json_encode (const PyrogValue *value,
                                  const char *root,
                                  PyrogBuffer *out,
                                  GError **error);

G_END_DECLS
