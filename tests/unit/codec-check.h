/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-codec.h"

G_BEGIN_DECLS

/* What the tests of single codecs share; test-golden.c tests all of them. Values are in the
 * notation of the golden data, bytes in hex where the name says so. */

/* Decoding gives this value; its expected text may be NULL */
void codec_check_decodes (const PyrogCodec *codec, const char *hex, const char *expected);
/* Decoding fails with PYROG_ERROR and code, and a message that has text in it */
void codec_check_refuses (const PyrogCodec *codec, const char *hex, int code, const char *text);
/* Encoding fails with this whole message, and leaves the buffer as it was; root may be NULL */
void codec_check_cant_encode (const PyrogCodec *codec,
                              const char *value,
                              const char *root,
                              const char *message);
void codec_check_bytes (const void *found, gsize found_size, const void *expected, gsize size);
/* Decodes size bytes with a budget; returns the error's code or -1 */
int codec_check_budget (
    const PyrogCodec *codec, const guint8 *data, gsize size, gsize max_bytes, gsize max_values);
/* count random values (the seed is the test program's) come back as they were; kinds is a set of
 * bits 1 << PYROG_KIND_... */
void codec_check_random (const PyrogCodec *codec, guint count, guint kinds);

G_END_DECLS
