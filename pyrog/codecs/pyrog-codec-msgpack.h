/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include "pyrog-codec.h"

G_BEGIN_DECLS

/* MessagePack, with the extension types of Pyro5. Numbers of the format are big-endian; what is
 * inside an extension Pyro5 writes in its machine's own order, which is little-endian. */
enum
{
  MSGPACK_FIX_MAP = 0x80,
  MSGPACK_FIX_ARRAY = 0x90,
  MSGPACK_FIX_STR = 0xa0,
  MSGPACK_NIL = 0xc0,
  MSGPACK_FALSE = 0xc2,
  MSGPACK_TRUE = 0xc3,
  MSGPACK_BIN8 = 0xc4,
  MSGPACK_BIN16 = 0xc5,
  MSGPACK_BIN32 = 0xc6,
  MSGPACK_EXT8 = 0xc7,
  MSGPACK_EXT16 = 0xc8,
  MSGPACK_EXT32 = 0xc9,
  MSGPACK_FLOAT32 = 0xca,
  MSGPACK_FLOAT64 = 0xcb,
  MSGPACK_UINT8 = 0xcc,
  MSGPACK_UINT16 = 0xcd,
  MSGPACK_UINT32 = 0xce,
  MSGPACK_UINT64 = 0xcf,
  MSGPACK_INT8 = 0xd0,
  MSGPACK_INT16 = 0xd1,
  MSGPACK_INT32 = 0xd2,
  MSGPACK_INT64 = 0xd3,
  MSGPACK_FIX_EXT1 = 0xd4,
  MSGPACK_FIX_EXT16 = 0xd8,
  MSGPACK_STR8 = 0xd9,
  MSGPACK_STR16 = 0xda,
  MSGPACK_STR32 = 0xdb,
  MSGPACK_ARRAY16 = 0xdc,
  MSGPACK_ARRAY32 = 0xdd,
  MSGPACK_MAP16 = 0xde,
  MSGPACK_MAP32 = 0xdf,
  MSGPACK_NEGATIVE = 0xe0, /* from here on: -32 to -1 */
};

/* Pyro5's extension types */
enum
{
  MSGPACK_EXT_COMPLEX = 0x30,  /* two doubles */
  MSGPACK_EXT_BIG_INT = 0x31,  /* decimal digits */
  MSGPACK_EXT_DATETIME = 0x32, /* a double, seconds since 1970 */
  MSGPACK_EXT_DATE = 0x33,     /* a native long, days since the year 1 */
};

/* 9999-12-31 */
#define MSGPACK_MAX_ORDINAL 3652059
/* 0001-01-01 and 10000-01-01; local time may differ by a day */
#define MSGPACK_MIN_SECONDS (-62135596800.0 - 86400.0)
#define MSGPACK_END_SECONDS (253402300800.0 + 86400.0)

gboolean pyrog_codec_msgpack_encode (const PyrogValue *value,
                                     const char *root,
                                     PyrogBuffer *out,
                                     GError **error);

G_END_DECLS
