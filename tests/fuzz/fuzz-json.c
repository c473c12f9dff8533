/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "fuzz-codec.h"

/* What is read can be written, and reads back as the same value; as a call, too, it ends well */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  fuzz_codec_one_input (&pyrog_codec_json, data, size);
  fuzz_call_one_input (&pyrog_codec_json, data, size);
  return 0;
}
